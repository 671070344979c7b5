// A text field for code, which becomes a real editor when it comes into view or is gone into: that is loaded then, and
// not before. The field stays what the form sends. Who prefers the field itself, as with a screen reader, has a button
// for it, and is remembered.

const PLAIN = "practicum-plain-editor";
const NEAR = "600px";
const CODE = "Ctrl+Enter runs. Tab indents while you edit; Escape, then Tab, leaves.";
const SPOKEN = "Ctrl+Enter runs. Press Enter or type to edit: then Tab indents, and Escape ends editing. Otherwise Tab leaves.";
const FIELD = "Ctrl+Enter runs.";

const isPlain = () => localStorage.getItem(PLAIN) === "1";
const asked = new Map(); // Names by their address: asked for once a page.

function names(url) {
  if (!asked.has(url)) {
    const answer = fetch(url).then((one) => (one.ok ? one.json() : {}));
    asked.set(url, answer.then((data) => ({ modules: data.modules ?? {} }), () => (asked.delete(url), { modules: {} })));
  }
  return asked.get(url);
}

class PracticumEditor extends HTMLElement {
  connectedCallback() {
    if (!this.area) this.begin();
    this.change();
    this.look = new IntersectionObserver((entries) => { if (entries.some((one) => one.isIntersecting)) this.load(); }, { rootMargin: NEAR });
    this.look.observe(this);
    this.other = () => this.change();
    document.addEventListener("practicum-plain", this.other);
  }

  disconnectedCallback() {
    this.look.disconnect();
    document.removeEventListener("practicum-plain", this.other);
  }

  begin() {
    this.area = this.querySelector("textarea");
    this.keys = this.querySelector(".keys");
    this.hint = this.querySelector(".hint");
    this.area.addEventListener("focus", () => this.load());
    this.area.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
      event.preventDefault();
      if (!event.repeat) this.send();
    });
    this.area.addEventListener("input", () => { if (!this.typing) this.code?.set(this.area.value); });
    this.area.form?.addEventListener("reset", () => setTimeout(() => this.code?.set(this.area.value)));
    for (const label of this.area.labels) label.addEventListener("click", () => this.code?.focus());
    if (!this.keys) return;
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "quiet";
    this.button.addEventListener("click", () => {
      localStorage.setItem(PLAIN, isPlain() ? "0" : "1");
      document.dispatchEvent(new Event("practicum-plain"));
    });
    this.keys.append(this.button);
  }

  get value() { return this.area.value; }

  set value(text) {
    this.area.value = text;
    this.code?.set(text);
  }

  focus() { (this.code ?? this.area).focus(); }

  // Show an error at a line of the code, the first being 1, until the line is changed or `clear` is called.
  mark(line, message) {
    this.fault = [line, message];
    this.code?.mark(line, message);
  }

  clear() {
    this.fault = null;
    this.code?.clear();
  }

  send() {
    if (this.closest("practicum-live")?.running) return;
    if (this.dispatchEvent(new CustomEvent("practicum-run", { bubbles: true, cancelable: true }))) this.area.form?.requestSubmit();
  }

  // As the person has chosen: the editor or the field.
  change() {
    if (this.button) this.button.textContent = isPlain() ? "Code editor" : "Plain editor";
    if (isPlain()) this.unload();
    else if (this.seen) this.load();
    if (this.hint) this.hint.textContent = this.code ? CODE : FIELD;
  }

  async load() {
    this.seen = true;
    if (isPlain() || this.code || this.loading || !this.dataset.code) return;
    this.loading = true;
    try {
      const { create } = await import(this.dataset.code);
      if (!isPlain() && this.isConnected) this.upgrade(create);
    } catch { /* The field does all that is needed. */ }
    this.loading = false;
  }

  upgrade(create) {
    const { area } = this;
    const focused = document.activeElement === area;
    const box = document.createElement("div");
    box.className = "code-box";
    const { minHeight, maxHeight } = getComputedStyle(area);
    const { height } = area.getBoundingClientRect();
    box.style.minHeight = height ? `${height}px` : minHeight; // As the field was: nothing on the page moves.
    box.style.maxHeight = maxHeight;
    this.release = CSS.supports("field-sizing", "content") ? minHeight : null;
    area.after(box);
    this.code = create(box, {
      text: area.value,
      from: area.selectionStart,
      to: area.selectionEnd,
      ...this.words(),
      names: this.dataset.names ? () => names(this.dataset.names) : null,
      changed: (text) => this.typed(text),
      submit: () => this.send(),
    });
    area.hidden = true;
    if (focused) this.code.focus();
    if (this.fault) this.code.mark(...this.fault);
    this.change();
  }

  // What the field is called, and described by: a shadow root cannot refer to it, so it is said again.
  words() {
    const { area } = this;
    const label = area.getAttribute("aria-label") ?? [...area.labels].map((one) => one.textContent.trim()).join(" ");
    const ids = (area.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean);
    const more = ids.map((id) => document.getElementById(id)?.textContent.trim()).filter(Boolean);
    return { label, described: [SPOKEN, ...more].join(" ") };
  }

  typed(text) {
    const { area } = this;
    area.value = text;
    const box = this.querySelector(".code-box");
    if (this.release !== null) box.style.minHeight = this.release; // From now on as high as its code, as the field is.
    this.release = null;
    this.typing = true;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    this.typing = false;
  }

  unload() {
    if (!this.code) return;
    const { from, to } = this.code.selection();
    this.code.destroy();
    this.code = null;
    this.querySelector(".code-box").remove();
    this.area.hidden = false;
    this.area.setSelectionRange(from, to);
  }
}

customElements.define("practicum-editor", PracticumEditor);
