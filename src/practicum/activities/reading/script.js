// A page of prose: how far it was read, steps one at a time, and cells that build on what was changed above them.

class PracticumReading extends HTMLElement {
  connectedCallback() {
    this.furthest = Number(this.dataset.reached);
    const seen = (entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.reach(Number(entry.target.dataset.part));
    };
    this.eyes = new IntersectionObserver(seen, { rootMargin: "0px 0px -30% 0px" });
    // The part at the top third of the window is the current one in the contents beside the text.
    const passing = (entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.mark(entry.target.id);
    };
    this.line = new IntersectionObserver(passing, { rootMargin: "-33% 0px -66% 0px" });
    for (const part of this.querySelectorAll(".part")) {
      this.eyes.observe(part);
      this.line.observe(part);
    }
  }

  disconnectedCallback() {
    this.eyes?.disconnect();
    this.line?.disconnect();
  }

  mark(part) {
    for (const link of this.querySelectorAll(".beside a")) {
      if (link.hash === `#${part}`) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  }

  // Only news is sent, and only what lies further than before; what comes quickly travels together.
  reach(part) {
    if (part <= this.furthest) return;
    this.furthest = part;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.send(), 800);
  }

  send() {
    const form = new URLSearchParams({ section: String(this.furthest), quietly: "1" });
    fetch(this.dataset.url, { method: "POST", body: form, keepalive: true }).catch(() => { /* It is sent with the next. */ });
  }
}

// One step at a time, by buttons and by the arrow keys; without this script all stand below each other.
class PracticumSteps extends HTMLElement {
  connectedCallback() {
    this.parts = [...this.querySelectorAll(":scope > .part")];
    if (this.parts.length < 2 || this.walk) return;
    this.walk = document.createElement("div");
    this.walk.className = "walk";
    this.walk.setAttribute("role", "group");
    this.walk.setAttribute("aria-label", "Steps");
    this.back = this.button("Back", () => this.show(this.at - 1, true));
    this.count = document.createElement("span");
    this.count.className = "soft small nums";
    this.count.setAttribute("role", "status");
    this.dots = document.createElement("ol");
    this.dots.className = "dots";
    this.dots.setAttribute("aria-hidden", "true");
    this.dots.append(...this.parts.map(() => document.createElement("li")));
    this.next = this.button("Next", () => this.show(this.at + 1, true));
    this.next.classList.add("primary");
    this.all = this.button("Show all", () => this.toggle());
    this.all.className = "quiet";
    this.walk.append(this.back, this.next, this.count, this.dots, this.all);
    this.prepend(this.walk);
    this.setAttribute("data-on", "");
    addEventListener("keydown", (event) => this.key(event));
    const asked = this.parts.findIndex((part) => `#${part.id}` === location.hash);
    this.show(Math.max(0, asked), false);
    addEventListener("hashchange", () => {
      const there = this.parts.findIndex((part) => `#${part.id}` === location.hash);
      if (there >= 0) this.show(there, true);
    });
  }

  button(words, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.addEventListener("click", act);
    return button;
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !this.hasAttribute("data-on")) return;
    const from = event.composedPath()[0];
    if (from.closest?.("input, textarea, select, [contenteditable], practicum-editor, [role=slider], .code, pre, .table")) return;
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move || !this.near()) return;
    event.preventDefault();
    this.show(this.at + move, true);
  }

  near() {
    const box = this.getBoundingClientRect();
    return box.top < innerHeight && box.bottom > 0;
  }

  show(at, moved) {
    if (at < 0 || at >= this.parts.length) return;
    this.at = at;
    this.parts.forEach((part, number) => part.classList.toggle("now", number === at));
    [...this.dots.children].forEach((dot, number) => { dot.className = number < at ? "done" : number === at ? "now" : ""; });
    this.back.disabled = at === 0;
    this.next.disabled = at === this.parts.length - 1;
    this.count.textContent = `Step ${at + 1} of ${this.parts.length}`;
    if (moved && this.walk.getBoundingClientRect().top < 1) this.scrollIntoView({ block: "start" });
  }

  toggle() {
    const on = this.toggleAttribute("data-on");
    this.all.textContent = on ? "Show all" : "One at a time";
    for (const one of [this.back, this.next, this.count, this.dots]) one.hidden = !on;
  }
}

// A cell is run with those above it as they now stand.
document.addEventListener("submit", (event) => {
  const cell = event.target.closest?.(".cell");
  if (!cell) return;
  for (const old of event.target.querySelectorAll("input[data-above]")) old.remove();
  for (const other of document.querySelectorAll(".cell")) {
    if (other === cell) break;
    const text = other.querySelector("textarea");
    if (!text || text.value === text.defaultValue) continue;
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = other.id;
    field.value = text.value;
    field.dataset.above = "";
    event.target.append(field);
  }
}, true);

customElements.define("practicum-reading", PracticumReading);
customElements.define("practicum-steps", PracticumSteps);
