// A live run: "Run it again", the scratch pad, cells and projects. The form works without this; with it, the output
// appears as it happens, read from a stream of server-sent events. A broken connection resumes where it ended. Stop ends
// the run, and so does leaving the page, unless the run is recorded. Enter in a field starts a run, as in any form, and
// never ends one.

const KEPT = 40_000; // Characters of output kept while it runs; the result has the beginning and the end.
const AGAIN = [1, 2, 4, 8, 15, 30]; // Seconds between attempts to reconnect; the last is repeated.
const GONE = "The server did not answer. Check that it is running, then try again.";
const LOST = "Connection lost, trying again …";
const BUSY = "The server is busy, trying again …";
const TWICE = 500; // Milliseconds within which a key press is not repeated.
const ALONE = "The connection is lost, so the run was not stopped. It ends by itself.";

const runUrl = (path) => new URL(`../runs/${path}`, import.meta.url); // A proxy may show the service below a path.

class PracticumLive extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.button = this.form.querySelector("button:not([formaction], [type=button])");
    this.state = this.querySelector(".state");
    this.live = this.querySelector(".live");
    this.words = this.button.textContent;
    this.form.addEventListener("submit", (event) => {
      if (this.running) {
        event.preventDefault();
        this.stop();
      } else if (!event.submitter?.hasAttribute("data-plain")) {
        event.preventDefault();
        this.run(event.submitter?.getAttribute("formaction"));
      }
    });
    this.button.addEventListener("click", (event) => { if (this.twice(event)) event.preventDefault(); });
    this.form.addEventListener("keydown", (event) => { // Held down, it is pressed once.
      if (event.key === "Enter" && event.repeat && (event.target === this.button || event.target.matches("input"))) event.preventDefault();
    });
    this.leave = () => this.left();
    addEventListener("pagehide", this.leave);
    if (this.dataset.run) this.follow(this.dataset.run);
  }

  // A double click counts once. A click without a pointer is a key on the button, or Enter in a field, for which the browser
  // clicks the button: that must not stop the run it has just started.
  twice(event) {
    if (event.detail || !this.running) return event.detail > 1;
    const at = document.activeElement;
    return performance.now() - this.running.since < TWICE || (at.matches("input") && at.form === this.form);
  }

  disconnectedCallback() {
    removeEventListener("pagehide", this.leave);
    this.left();
  }

  // The page is left: a recorded run continues, any other is stopped.
  left() {
    const { running } = this;
    if (running?.id && !running.kept) navigator.sendBeacon(runUrl(`${running.id}/stop`), new URLSearchParams({ quietly: 1 }));
    running?.abort.abort();
  }

  // --- one run

  async run(url) {
    const data = new FormData(this.form); // Before anything changes.
    const body = this.form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
    this.begin();
    await this.watch(() => this.ask(url ?? this.dataset.url, { method: "POST", body }));
  }

  // Follow a run that is in progress already.
  async follow(id) {
    this.begin();
    Object.assign(this.running, { id, kept: true });
    await this.watch(() => this.ask(runUrl(id)));
  }

  begin() {
    this.running = { abort: new AbortController(), id: null, kept: false, after: 0, at: {}, epoch: 0, began: null, stood: null, since: performance.now() };
    this.fresh = this.ended = false;
    this.button.textContent = "Stop";
    this.toggleAttribute("data-running", true);
    this.others(true);
    this.querySelector("practicum-editor")?.clear?.();
    this.say("Starting …");
  }

  // Disable the other buttons of the form until the run has ended.
  others(wait) {
    for (const button of this.form.querySelectorAll("button[formaction]")) button.disabled = wait;
  }

  // Read events, and reconnect where the stream breaks, until the run has ended.
  async watch(first) {
    const { running } = this;
    for (let tries = 0, open = first; !this.ended && !running.abort.signal.aborted; ) {
      const before = running.after;
      let why = LOST;
      try {
        const answer = await open();
        if (running.id && (answer.status >= 500 || answer.status === 429)) why = BUSY; // A proxy's response while the server restarts.
        else if (!answer.ok) this.conclude(await this.reason(answer, GONE), "notice wrong");
        else {
          if (tries) running.stood ? this.stand(running.stood) : this.say("Starting …");
          await this.read(answer.body);
        }
      } catch (trouble) {
        if (running.abort.signal.aborted) break;
        if (!running.id) this.conclude(GONE, "notice wrong"); // It never began, as far as this page knows.
      }
      if (this.ended || running.abort.signal.aborted) break;
      if (!running.id) this.conclude(GONE, "notice wrong");
      else {
        tries = running.after > before ? 1 : tries + 1;
        clearInterval(this.ticking);
        this.say(why);
        await this.pause(AGAIN[Math.min(tries, AGAIN.length) - 1]);
        open = () => this.ask(runUrl(running.id));
      }
    }
    clearInterval(this.ticking);
    if (this.running !== running) return;
    this.running = null;
    this.button.textContent = this.words;
    this.toggleAttribute("data-running", false);
    this.others(false);
    this.dispatchEvent(new CustomEvent("practicum-ended", { bubbles: true }));
  }

  ask(url, more = {}) {
    const headers = { Accept: "text/event-stream" };
    if (this.running.after) headers["Last-Event-ID"] = this.running.after;
    return fetch(url, { ...more, headers, signal: this.running.abort.signal });
  }

  // The server's own message; a proxy's in its place is ignored.
  async reason(answer, instead) {
    const ours = answer.headers.get("content-type")?.startsWith("text/plain");
    return (ours && await answer.text()) || instead;
  }

  // Wait that many seconds, or until the network is back, or Stop is pressed.
  pause(seconds) {
    return new Promise((done) => {
      const { signal } = this.running.abort;
      const end = () => {
        clearTimeout(timer);
        removeEventListener("online", end);
        signal.removeEventListener("abort", end);
        done();
      };
      const timer = setTimeout(end, seconds * 1000);
      addEventListener("online", end);
      signal.addEventListener("abort", end);
    });
  }

  async stop() {
    const { running } = this;
    if (!running.id) return this.giveUp("Stopped."); // The server has not named it yet; without a follower it ends.
    this.say("Stopping …");
    try {
      const body = new URLSearchParams();
      const answer = await fetch(runUrl(`${running.id}/stop`), { method: "POST", body, headers: { Accept: "text/event-stream" } });
      if (!answer.ok && this.running === running && !this.ended) this.giveUp(await this.reason(answer, ALONE));
    } catch {
      if (this.running === running && !this.ended) this.giveUp(ALONE);
    }
  }

  giveUp(words) {
    this.conclude(words, "soft small ending");
    this.running.abort.abort();
  }

  async read(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; !this.ended; ) {
      const { value, done } = await reader.read();
      if (done) return;
      text += value;
      for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) this.take(text.slice(0, end));
    }
    reader.cancel().catch(() => {});
  }

  take(block) {
    let name = "", data = "", id = 0;
    for (const line of block.split("\n")) {
      if (line.startsWith("event: ")) name = line.slice(7);
      else if (line.startsWith("data: ")) data += line.slice(6);
      else if (line.startsWith("id: ")) id = Number(line.slice(4));
    }
    if (!name || !this.running) return;
    this.on(name, JSON.parse(data));
    this.running.after = Math.max(this.running.after, id);
  }

  on(name, data) {
    if (name === "run") Object.assign(this.running, { id: data.id, kept: data.kept });
    else if (name === "state") this.stand(data);
    else if (name === "output") this.print(data);
    else if (name === "epoch") this.learn(data);
    else if (name === "epochs") this.place("epochs", "div").innerHTML = data; // The server's own templates,
    else if (name === "result") this.show(data); // escaped there.
    else if (name === "trouble") this.conclude(data, "notice wrong");
  }

  // --- state

  stand(data) {
    clearInterval(this.ticking);
    this.say(data.words);
    this.running.stood = data;
    if (!data.running) return;
    this.running.began ??= performance.now() - data.seconds * 1000;
    const count = document.createElement("span");
    count.setAttribute("aria-hidden", "true"); // Not for screen readers.
    this.state.append(" ", count);
    const tick = () => { if (this.seconds() > 0) count.textContent = `${this.seconds()} s`; };
    this.ticking = setInterval(tick, 250);
    tick();
  }

  seconds() { return this.running ? Math.floor((performance.now() - this.running.began) / 1000) : 0; }

  say(words) { this.state.textContent = words; }

  // --- output

  // The first output of a run replaces that of the run before, which stays until then, so that nothing jumps.
  clear() {
    if (this.fresh) return;
    this.fresh = true;
    this.live.replaceChildren();
    this.dispatchEvent(new CustomEvent("practicum-began", { bubbles: true }));
  }

  place(css, tag) {
    this.clear();
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

  print({ stream, at, add, line }) {
    const known = this.running.at[stream] ?? 0; // Characters as the server counts them: an emoji is one.
    const letters = [...add];
    if (at < known) add = letters.slice(known - at).join(""); // Sent once more after a break.
    this.running.at[stream] = Math.max(known, at + letters.length);
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

  // Epochs, for the chart. Those sent again after a break are left out.
  learn(epochs) {
    const news = epochs.filter((one) => one.index >= this.running.epoch);
    if (!news.length) return;
    this.running.epoch = news.at(-1).index + 1;
    this.clear();
    this.dispatchEvent(new CustomEvent("practicum-epochs", { bubbles: true, detail: news }));
  }

  show(html) {
    this.clear();
    const places = new Map([...this.live.children].map((one) => [one.classList[0], one.scrollTop]));
    this.ended = true;
    this.live.innerHTML = html;
    for (const one of this.live.querySelectorAll("[data-into]")) { // Other parts of the page that have changed.
      document.getElementById(one.dataset.into)?.replaceChildren(...one.childNodes);
      one.remove();
    }
    const fault = this.live.querySelector("[data-line]");
    if (fault) this.querySelector("practicum-editor")?.mark?.(Number(fault.dataset.line), fault.dataset.message);
    for (const one of this.live.querySelectorAll(".out")) one.scrollTop = places.get(one.classList[0]) ?? 0;
    this.say(this.live.querySelector("[data-summary]")?.dataset.summary ?? ""); // Visible below; here for screen readers.
    this.come();
  }

  conclude(words, css) {
    this.clear();
    this.ended = true;
    const line = document.createElement("p");
    line.textContent = words;
    line.className = css;
    this.live.append(line);
    this.say(words);
    this.come();
  }

  // Scroll the result into view if it is below the window, with the buttons above it.
  come() {
    if (this.live.getBoundingClientRect().top > innerHeight - 96) this.button.scrollIntoView({ block: "start" });
  }
}

customElements.define("practicum-live", PracticumLive);
