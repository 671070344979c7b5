// A quiet ring. The deadline is the server's: this only counts down from the time that the server says is left, by a
// clock that setting the system's time does not move, and asks again whenever the page comes back into view.

const SPOKEN = [60, 30, 10];

class PracticumClock extends HTMLElement {
  connectedCallback() {
    this.words = this.querySelector("b");
    this.ring = this.querySelector(".left");
    this.total = Number(this.dataset.total);
    this.speech = document.createElement("span");
    this.speech.className = "sr";
    this.speech.setAttribute("aria-live", "polite");
    this.append(this.speech);
    this.set(Number(this.dataset.left), Number(this.dataset.left) + Number(this.dataset.grace));
    this.spoken = new Set(SPOKEN.filter((seconds) => seconds * 1000 >= Number(this.dataset.left)));
    this.timer = setInterval(() => this.tick(), 250);
    this.seen = () => { if (!document.hidden) this.ask(); };
    document.addEventListener("visibilitychange", this.seen);
    this.tick();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.seen);
  }

  set(left, closes) {
    const now = performance.now();
    this.end = now + left;
    this.closes = now + closes;
  }

  async ask() {
    try {
      const answer = await fetch(this.dataset.url, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const { left, closes } = await answer.json();
      if (closes === null || closes <= 0) this.over();
      else { this.set(left, closes); this.tick(); }
    } catch { /* Without the server the last known time counts on. */ }
  }

  tick() {
    const left = Math.max(0, this.end - performance.now());
    const seconds = Math.ceil(left / 1000);
    this.words.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    this.ring.setAttribute("stroke-dashoffset", (100 - (100 * left) / this.total).toFixed(2));
    this.toggleAttribute("data-low", seconds <= 10);
    this.toggleAttribute("data-last", seconds <= 60);
    for (const mark of SPOKEN) {
      if (seconds <= mark && !this.spoken.has(mark)) {
        this.spoken.add(mark);
        this.speech.textContent = `${mark} seconds left`;
      }
    }
    if (performance.now() > this.closes + 150) this.over();
  }

  over() {
    clearInterval(this.timer);
    this.speech.textContent = "Time is up";
    location.reload();
  }
}

customElements.define("practicum-clock", PracticumClock);
