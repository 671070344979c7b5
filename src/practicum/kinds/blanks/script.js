// Blanks: words of the bank can be dragged or clicked into them. Without this script, learners type the words.

class PracticumBlanks extends HTMLElement {
  connectedCallback() {
    if (this.blanks) return;
    this.blanks = [...this.querySelectorAll(".blank")];
    this.speech = this.querySelector("[aria-live]");
    for (const blank of this.blanks) {
      blank.addEventListener("focus", () => this.aim(blank));
      blank.addEventListener("input", () => this.aim(blank));
      blank.addEventListener("keydown", (event) => this.press(event, blank));
      blank.addEventListener("dragover", (event) => { event.preventDefault(); blank.toggleAttribute("data-over", true); });
      blank.addEventListener("dragleave", () => blank.removeAttribute("data-over"));
      blank.addEventListener("drop", (event) => {
        event.preventDefault();
        blank.removeAttribute("data-over");
        this.fill(blank, event.dataTransfer.getData("text/plain"));
      });
    }
    for (const word of this.querySelectorAll(".bank code")) word.replaceWith(this.chip(word.textContent));
  }

  chip(text) {
    const chip = document.createElement("button");
    chip.type = "button";
    chip.className = "chip";
    chip.draggable = true;
    chip.textContent = text;
    chip.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/plain", text));
    chip.addEventListener("click", () => {
      const blank = this.target();
      this.fill(blank, text);
      this.speech.textContent = `${text}, in ${blank.ariaLabel}`;
    });
    return chip;
  }

  // The blank for the next word: the one focused last, otherwise the first empty one.
  target() { return this.aimed ?? this.empty() ?? this.blanks[this.blanks.length - 1]; }

  empty() { return this.blanks.find((blank) => !blank.value.trim()); }

  aim(blank) {
    this.aimed = blank;
    for (const other of this.blanks) other.toggleAttribute("data-next", other === blank && this.querySelector(".chip") !== null);
  }

  fill(blank, text) {
    blank.value = text.replace(/\s*\n\s*/g, " ").trim();
    blank.dispatchEvent(new Event("input", { bubbles: true })); // As if it were typed.
    this.aim(this.empty() ?? null);
  }

  // Enter moves to the next empty blank, and sends the form when there is none.
  press(event, blank) {
    if (event.key !== "Enter" || event.isComposing) return;
    const next = this.blanks.find((other) => other !== blank && !other.value.trim());
    if (!blank.value.trim() || !next) return;
    event.preventDefault();
    next.focus();
  }
}

customElements.define("practicum-blanks", PracticumBlanks);
