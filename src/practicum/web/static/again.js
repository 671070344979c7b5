// "Run it again", live. The form works without this; with it, what the run says appears as it happens, read from a
// stream of server-sent events. Leaving the page or pressing Stop ends the run on the server.

class PracticumAgain extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.button = this.form.querySelector("button");
    this.live = this.querySelector(".live");
    this.words = this.button.textContent;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.running) this.running.abort();
      else this.run();
    });
  }

  disconnectedCallback() { this.running?.abort(); }

  async run() {
    this.running = new AbortController();
    this.button.textContent = "Stop";
    this.show("Starting …");
    try {
      const answer = await fetch(this.dataset.url, {
        method: "POST",
        body: new URLSearchParams(new FormData(this.form)),
        headers: { Accept: "text/event-stream" },
        signal: this.running.signal,
      });
      if (!answer.ok) this.show(await answer.text());
      else await this.read(answer.body);
    } catch (trouble) {
      this.show(trouble.name === "AbortError" ? "Stopped." : "The server did not answer. See that it is running, then try again.");
    }
    this.running = null;
    this.button.textContent = this.words;
  }

  async read(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; ;) {
      const { value, done } = await reader.read();
      if (done) return;
      text += value;
      for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) this.take(text.slice(0, end));
    }
  }

  take(block) {
    let name = "message";
    const lines = [];
    for (const line of block.split("\n")) {
      if (line.startsWith("event: ")) name = line.slice(7);
      else if (line.startsWith("data: ")) lines.push(line.slice(6));
    }
    if (lines.length) this.on(name, JSON.parse(lines.join("\n")));
  }

  on(name, data) {
    if (name === "state") this.show(data);
    else if (name === "output") this.print(data);
    else if (name === "result") this.live.innerHTML = data; // The server's own template, escaped there.
  }

  show(text) {
    const line = document.createElement("p");
    line.textContent = text;
    line.className = "soft";
    this.live.replaceChildren(line);
  }

  print(text) {
    let place = this.live.querySelector("pre");
    if (!place) {
      place = document.createElement("pre");
      place.className = "wrap";
      place.tabIndex = 0;
      this.live.append(place);
    }
    place.textContent += text;
  }
}

customElements.define("practicum-again", PracticumAgain);
