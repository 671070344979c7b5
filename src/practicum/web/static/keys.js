// The keyboard: 1–8 pick an option (or press what has that key), Enter does the page's main thing (Space too, where the
// page says so), H shows the hint. Never while one types, never with Ctrl, Alt, Meta or Shift; and a learner whose tools
// use the same keys can turn them off.

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
  } else if (!isOff() && event.key.toLowerCase() === "h") {
    press(event, document.querySelector("[data-key=h]"));
  } else if (!isOff() && /^[1-8]$/.test(event.key)) {
    press(event, document.querySelector(`.option input[value="${event.key}"], [data-key="${event.key}"]`));
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
    const last = this.dataset.options;
    const keys = last === "0" ? "" : `1–${last} pick, Enter answers`;
    const hint = this.hasAttribute("data-hint") && (keys ? "H shows the hint" : "H, outside of a field, shows the hint");
    const told = this.dataset.words ?? [keys, hint].filter(Boolean).join(", ");
    if (!told) return; // There is nothing that the browser does not do by itself.
    words.textContent = isOff() ? "Shortcut keys are off. " : `Keys: ${told}. `;
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
