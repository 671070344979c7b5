// A text field for code: Tab indents and Shift+Tab takes it back, Enter keeps the indentation, Ctrl+Enter runs. Escape,
// then Tab, leaves the field, so that nobody is caught in it.

const STEP = "    ";
const HELP = "Ctrl+Enter runs. Tab indents; Escape, then Tab, leaves the field.";

class PracticumEditor extends HTMLElement {
  connectedCallback() {
    this.area = this.querySelector("textarea");
    this.querySelector("#keys").append(HELP);
    this.area.addEventListener("keydown", (event) => this.press(event));
    this.area.addEventListener("blur", () => { this.leaving = false; });
  }

  press(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") this.leaving = true;
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.send(event);
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "Tab" && !this.leaving) this.act(event, () => this.indent(event.shiftKey));
    else if (event.key === "Enter" && !event.shiftKey) this.act(event, () => this.newline());
    else if (event.key !== "Shift" && event.key !== "Tab") this.leaving = false;
  }

  act(event, change) {
    event.preventDefault();
    this.leaving = false;
    change();
  }

  send(event) {
    event.preventDefault();
    if (!event.repeat && !this.closest("practicum-live")?.running) this.area.form.requestSubmit();
  }

  // What is typed so can be undone by the browser's own Undo.
  type(text) { document.execCommand(text ? "insertText" : "delete", false, text); }

  newline() {
    const { value, selectionStart: at } = this.area;
    const line = value.slice(value.lastIndexOf("\n", at - 1) + 1, at);
    this.type(`\n${line.match(/^[ \t]*/)[0]}${/:\s*(#.*)?$/.test(line) ? STEP : ""}`);
  }

  indent(back) {
    const { value, selectionStart: from, selectionEnd: to } = this.area;
    const begin = value.lastIndexOf("\n", from - 1) + 1;
    if (!back && from === to) return this.type(" ".repeat(STEP.length - ((from - begin) % STEP.length)));
    const end = value.indexOf("\n", to > from ? to - 1 : to);
    const lines = value.slice(begin, end < 0 ? value.length : end);
    const moved = lines.split("\n").map((line) => (back ? line.replace(/^( {1,4}|\t)/, "") : line && STEP + line)).join("\n");
    if (moved === lines) return undefined;
    const before = moved.split("\n")[0].length - lines.split("\n")[0].length;
    this.area.setSelectionRange(begin, begin + lines.length);
    this.type(moved);
    const first = Math.max(begin, from + before);
    return this.area.setSelectionRange(first, from === to ? first : begin + moved.length);
  }
}

customElements.define("practicum-editor", PracticumEditor);
