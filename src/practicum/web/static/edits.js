// What a learner has typed into a form, kept in this browser until it is undone: it is there again after a reload, Back,
// or a restart of the server. An editor gets *Reset*, which goes back to the author's code, and *Restore*, which brings
// back the edits before. An element marks the form: `data-key` names what is edited on this site, and `data-given` a form
// that shows code which the learner has asked for. docs/decisions/0025-edits-in-the-browser.md

const PREFIX = "practicum-edits";
const FIELDS = "textarea[name], input[type=text][name]";
const EARLIER = 5; // Earlier edits of an editor that *Restore* can bring back.
const LARGEST = 1e6; // Characters of an entry, of which a browser has about five million.

const CHANGED = "The code has changed.";
const FULL = "Not kept: too long, or the browser’s storage is off.";

class PracticumEdits extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.fields = [...this.form.querySelectorAll(FIELDS)];
    this.editor = this.form.querySelector("practicum-editor");
    this.key = [PREFIX, document.documentElement.dataset.learner, this.dataset.key].join(":");
    this.start = this.editor ? this.editor.dataset.start ?? this.fields[0].defaultValue : "";
    this.earlier = [];
    this.typed = (event) => { if (this.fields.includes(event.target)) this.save(); };
    this.form.addEventListener("input", this.typed);
    if (this.editor && !this.box) this.draw();
    this.recall();
  }

  disconnectedCallback() { this.form.removeEventListener("input", this.typed); }

  get values() { return this.fields.map((field) => field.value); }

  // Whether something was typed before this script ran: a slow connection brings it seconds after the page.
  get typedBefore() { return this.fields.some((field) => field.value !== field.defaultValue); }

  get isEdited() { return this.values.some((value) => value !== this.start); }

  // Fill in what was kept, unless the form is another now, or shows what the learner has asked for.
  recall() {
    const kept = read(this.key);
    if (!kept || kept.values.length !== this.fields.length) return this.typedBefore ? this.save() : this.show();
    this.earlier = kept.earlier;
    if (kept.start === this.start && !("given" in this.dataset)) {
      this.fill(kept.values);
      return this.show();
    }
    const isShown = kept.values.every((value, at) => value === this.values[at]);
    if (!isShown && kept.values.some((value) => value !== kept.start)) this.earlier.push(kept.values);
    if ("given" in this.dataset) this.save();
    this.show(kept.start === this.start ? "" : CHANGED);
  }

  fill(values) {
    this.filling = true;
    this.fields.forEach((field, at) => {
      field.value = values[at];
      if (this.editor) field.dispatchEvent(new Event("input", { bubbles: true })); // The editor shows it too.
    });
    this.filling = false;
  }

  save() {
    if (this.filling) return;
    const { start, values } = this;
    const earlier = this.earlier = this.earlier.slice(-EARLIER);
    const isKept = !this.isEdited && !earlier.length ? forget(this.key) : write(this.key, { start, values, earlier, at: view() });
    this.show(isKept ? "" : FULL);
  }

  // --- an editor's buttons

  draw() {
    const label = this.fields[0].getAttribute("aria-label") ?? this.fields[0].labels[0]?.textContent ?? "";
    this.box = document.createElement("span");
    this.box.className = "edits";
    this.note = document.createElement("span");
    this.note.setAttribute("role", "status");
    this.reset = button("Reset", label, () => this.goBack());
    this.restore = button("Restore", label, () => this.bringBack());
    this.box.append(this.note, this.restore, this.reset);
    this.editor.querySelector(".keys").prepend(this.box);
  }

  show(note = "") {
    if (!this.box) return;
    this.note.textContent = note;
    this.reset.hidden = !this.isEdited;
    this.restore.hidden = !this.earlier.length;
    this.box.hidden = this.reset.hidden && this.restore.hidden;
  }

  goBack() {
    this.earlier.push(this.values);
    this.change([this.start], "Reset.");
    this.restore.focus();
  }

  bringBack() {
    const values = this.earlier.pop();
    if (this.isEdited) this.earlier.unshift(this.values);
    this.change(values, "Restored.");
    (this.restore.hidden ? this.reset : this.restore).focus();
  }

  change(values, note) {
    this.fill(values);
    this.save();
    if (!this.note.textContent) this.note.textContent = note;
  }
}

function button(words, label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "quiet";
  made.textContent = words;
  made.setAttribute("aria-label", `${words}: ${label}`);
  made.addEventListener("click", act);
  return made;
}

// --- the browser's storage, which may be turned off

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function forget(key) {
  try {
    localStorage.removeItem(key);
    return true;
  } catch {
    return false;
  }
}

let number = 0;

// The number of this page view, which follows that of all entries: it orders them without a clock.
function view() {
  number ||= 1 + Math.max(0, ...others("").map((key) => read(key)?.at ?? 0));
  return number;
}

// Keep an entry; where the storage is full, in place of the oldest ones.
function write(key, entry) {
  const text = JSON.stringify(entry);
  if (text.length > LARGEST) return false; // It would cost all others.
  for (;;) {
    try {
      localStorage.setItem(key, text);
      return true;
    } catch (trouble) {
      const [oldest] = trouble.name === "QuotaExceededError" ? others(key) : [];
      if (!oldest || !forget(oldest)) return false;
    }
  }
}

// The keys of other entries, the oldest first.
function others(key) {
  try {
    const keys = Object.keys(localStorage).filter((other) => other.startsWith(`${PREFIX}:`) && other !== key);
    return keys.sort((one, other) => (read(one)?.at ?? 0) - (read(other)?.at ?? 0));
  } catch {
    return [];
  }
}

customElements.define("practicum-edits", PracticumEdits);
