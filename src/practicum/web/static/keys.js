// The keyboard: a letter or digit activates the element with that `data-key`, such as H for the hint or 2 for the second
// option; the slash activates `data-key=slash`, the search. Enter activates the page's main button; Space too, where an
// element has `data-space`. Never in a text field or with Ctrl, Alt, Meta or Shift. Learners whose tools use the same
// keys can turn these off.

const OFF = "practicum-keys-off";
const isOff = () => localStorage.getItem(OFF) === "1";
const TYPING = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable], practicum-editor";

function act(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (event.isComposing || event.repeat || event.target.closest?.(TYPING)) return;
  if (event.key === "Enter" || event.key === " ") {
    if (event.target.closest?.("a, button, summary, input")) return;
    const space = event.key === " ";
    if (space && isOff()) return;
    press(event, document.querySelector(space ? "[data-space]" : "[data-key=Enter]"));
  } else if (!isOff() && /^[a-z0-9/]$/i.test(event.key)) {
    press(event, document.querySelector(`[data-key="${event.key === "/" ? "slash" : event.key.toLowerCase()}"]`));
  }
}

function press(event, element) {
  if (!element) return;
  event.preventDefault();
  element.focus({ preventScroll: element.matches("button") });
  element.click();
}

class PracticumKeys extends HTMLElement {
  connectedCallback() { this.draw(); }

  draw() {
    const words = document.createElement("span");
    const keys = this.dataset.keys ?? "";
    const hint = this.hasAttribute("data-hint") && (keys ? "H shows the hint" : "H, outside of a field, shows the hint");
    const help = this.dataset.words ?? [keys, hint].filter(Boolean).join(", ");
    if (!help) return;
    words.textContent = isOff() ? "Shortcut keys are off. " : `Keys: ${help}. `;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = isOff() ? "Turn them on" : "Turn them off";
    button.addEventListener("click", () => {
      localStorage.setItem(OFF, isOff() ? "0" : "1");
      this.draw();
      this.querySelector("button").focus();
    });
    this.replaceChildren(words, button);
  }
}

document.addEventListener("keydown", act);
customElements.define("practicum-keys", PracticumKeys);
