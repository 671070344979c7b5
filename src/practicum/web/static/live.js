// A run, live: "Run it again" and the scratch pad. The form works without this; with it, what the run says appears as
// it happens, read from a stream of server-sent events. Leaving the page or pressing Stop ends the run on the server.

const KEPT = 40_000; // Letters of output kept while it runs; the result brings its beginning and end.
const GONE = "The server did not answer. See that it is running, then try again.";
const BROKEN = "The connection broke off, and the run ended with it. See that the server is running, then try again.";

class PracticumLive extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.button = this.form.querySelector("button");
    this.note = this.querySelector(".note");
    this.state = this.querySelector(".state");
    this.live = this.querySelector(".live");
    this.words = this.button.textContent;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.running) this.running.abort();
      else this.run();
    });
    this.button.addEventListener("click", (event) => { if (event.detail > 1) event.preventDefault(); }); // A double click is one.
  }

  disconnectedCallback() { this.running?.abort(); }

  async run() {
    this.running = new AbortController();
    this.began = null;
    this.fresh = this.ended = false;
    this.button.textContent = "Stop";
    this.toggleAttribute("data-running", true);
    this.say("Starting …");
    try {
      const answer = await fetch(this.dataset.url, {
        method: "POST",
        body: new URLSearchParams(new FormData(this.form)),
        headers: { Accept: "text/event-stream" },
        signal: this.running.signal,
      });
      if (!answer.ok) this.conclude(await answer.text(), "notice wrong");
      else await this.read(answer.body);
      if (!this.ended) this.conclude(BROKEN, "notice wrong");
    } catch (trouble) {
      const stopped = trouble.name === "AbortError";
      if (stopped) this.conclude(`Stopped${this.began ? ` after ${this.seconds()} s` : ""}.`, "soft small ending");
      else this.conclude(this.fresh ? BROKEN : GONE, "notice wrong");
    }
    clearInterval(this.ticking);
    this.running = null;
    this.button.textContent = this.words;
    this.toggleAttribute("data-running", false);
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
    let name = "", data = "";
    for (const line of block.split("\n")) {
      if (line.startsWith("event: ")) name = line.slice(7);
      else if (line.startsWith("data: ")) data += line.slice(6);
    }
    if (name) this.on(name, JSON.parse(data));
  }

  on(name, data) {
    if (name === "state") this.stand(data);
    else if (name === "output") this.print(data);
    else if (name === "epochs") this.place("epochs", "div").innerHTML = data; // The server's own templates,
    else if (name === "result") this.show(data); // escaped there.
    else if (name === "trouble") this.conclude(data, "notice wrong");
  }

  // --- where it stands

  stand({ words, running }) {
    clearInterval(this.ticking);
    this.say(words);
    if (!running) return;
    this.began ??= performance.now();
    const count = document.createElement("span");
    count.setAttribute("aria-hidden", "true"); // Nobody wants to hear every second.
    this.state.append(" ", count);
    const tick = () => { if (this.seconds() > 0) count.textContent = `${this.seconds()} s`; };
    this.ticking = setInterval(tick, 250);
    tick();
  }

  seconds() { return Math.floor((performance.now() - this.began) / 1000); }

  say(words) { this.state.textContent = words; }

  // --- what it says

  // The first word of a run takes the place of what the one before has left: until then that stays, so nothing jumps.
  begin() {
    if (this.fresh) return;
    this.fresh = true;
    this.live.replaceChildren();
  }

  place(css, tag) {
    this.begin();
    let place = this.live.querySelector(`:scope > .${css}`);
    if (!place) {
      place = document.createElement(tag);
      place.className = css;
      const order = ["stdout", "stderr", "epochs"];
      const later = [...this.live.children].find((one) => order.indexOf(one.classList[0]) > order.indexOf(css));
      this.live.insertBefore(place, later ?? null);
      this.come();
    }
    return place;
  }

  print({ stream, add, line }) {
    const place = this.place(stream, "pre");
    if (!place.firstChild) {
      place.classList.add("out");
      place.tabIndex = 0;
      place.append(document.createElement("code"));
      place.firstChild.append("", "");
    }
    const [done, last] = place.firstChild.childNodes;
    const low = place.scrollTop + place.clientHeight >= place.scrollHeight - 8;
    done.data = (done.data + add).slice(-KEPT);
    last.data = line;
    if (low) place.scrollTop = place.scrollHeight;
  }

  show(html) {
    this.begin();
    const places = new Map([...this.live.children].map((one) => [one.classList[0], one.scrollTop]));
    this.ended = true;
    this.live.innerHTML = html;
    for (const one of this.live.querySelectorAll(".out")) one.scrollTop = places.get(one.classList[0]) ?? 0;
    this.say(this.live.querySelector("[data-said]")?.dataset.said ?? ""); // Seen below; here for a screen reader.
    this.come();
  }

  conclude(words, css) {
    this.begin();
    this.ended = true;
    const line = document.createElement("p");
    line.textContent = words;
    line.className = css;
    this.live.append(line);
    this.say(words);
    this.come();
  }

  // Into view, if what came is below the window: the buttons stay in sight above it.
  come() {
    if (this.live.getBoundingClientRect().top > innerHeight - 96) this.button.scrollIntoView({ block: "start" });
  }
}

customElements.define("practicum-live", PracticumLive);
