// The bar of a watched draft: it shows mistakes and verdicts as they come. When the course's files have changed, the page
// reloads itself; what was typed in it is kept, and the place it was scrolled to.

const AGAIN = 1000; // Milliseconds until the connection is tried again after the service was restarted.

class PracticumDraft extends HTMLElement {
  connectedCallback() {
    this.open();
    addEventListener("pagehide", () => this.news?.close());
  }

  open() {
    this.news = new EventSource(new URL(`../draft/news?revision=${this.dataset.revision}`, import.meta.url));
    this.news.addEventListener("status", (event) => {
      const html = JSON.parse(event.data);
      if (html.trim() !== this.innerHTML.trim()) this.innerHTML = html;
    });
    this.news.addEventListener("reload", () => {
      this.news.close();
      location.reload();
    });
    this.news.addEventListener("error", () => {
      if (this.news.readyState !== EventSource.CLOSED) return;
      setTimeout(() => this.open(), AGAIN);
    });
  }
}

customElements.define("practicum-draft", PracticumDraft);
