// Comfort for the kinds that are put together: words that are dragged or clicked into blanks, lines that are moved.
// Without this script, blanks are typed and each line has a number; the form that is sent is the same.

class PracticumBlanks extends HTMLElement {
  connectedCallback() {
    if (this.blanks) return;
    this.blanks = [...this.querySelectorAll(".blank")];
    this.speech = spoken(this);
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

  // Where the next word goes: the blank that was gone into last, then the first that is empty.
  target() { return this.aimed ?? this.empty() ?? this.blanks[this.blanks.length - 1]; }

  empty() { return this.blanks.find((blank) => !blank.value.trim()); }

  aim(blank) {
    this.aimed = blank;
    for (const one of this.blanks) one.toggleAttribute("data-next", one === blank && this.querySelector(".chip") !== null);
  }

  fill(blank, text) {
    blank.value = text.replace(/\s*\n\s*/g, " ").trim();
    this.aim(this.empty() ?? null);
  }

  // Enter goes on to what is still empty, and sends the form when nothing is.
  press(event, blank) {
    if (event.key !== "Enter" || event.isComposing) return;
    const next = this.blanks.find((one) => one !== blank && !one.value.trim());
    if (!blank.value.trim() || !next) return;
    event.preventDefault();
    next.focus();
  }
}

class PracticumOrder extends HTMLElement {
  connectedCallback() {
    if (this.list) return;
    this.list = this.querySelector("ol");
    this.querySelector("legend").textContent = "Put the lines in order";
    const note = document.createElement("p");
    note.className = "note soft small";
    note.innerHTML = 'Drag them by their handles, or use the buttons<span class="keyed">, or Alt with ↑ and ↓</span>.';
    this.list.before(note);
    this.speech = spoken(this);
    for (const line of this.list.children) this.dress(line);
    this.toggleAttribute("data-on", true);
  }

  dress(line) {
    const text = line.querySelector("code").textContent.trim();
    const grip = document.createElement("span");
    grip.className = "grip";
    grip.setAttribute("aria-hidden", "true");
    grip.textContent = "⠿";
    grip.addEventListener("pointerdown", (event) => this.hold(event, line, grip));
    line.prepend(grip);
    const moves = document.createElement("span");
    moves.className = "moves";
    for (const [by, sign, words] of [[-1, "↑", "up"], [1, "↓", "down"]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = sign;
      button.setAttribute("aria-label", `Move ${words}: ${text}`);
      button.addEventListener("click", () => this.move(line, by));
      moves.append(button);
    }
    line.append(moves);
    line.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!by || !event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.move(line, by);
    });
  }

  // What stands beside it goes past it: a line that were taken out of the page would lose focus and pointer.
  move(line, by) {
    const other = by < 0 ? line.previousElementSibling : line.nextElementSibling;
    if (!other) return;
    if (by < 0) line.after(other);
    else line.before(other);
    this.settle();
    this.speech.textContent = `Now at place ${[...this.list.children].indexOf(line) + 1} of ${this.list.children.length}`;
  }

  hold(event, line, grip) {
    if (event.button) return;
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    line.classList.add("held");
    const middle = (other) => { const { top, height } = other.getBoundingClientRect(); return top + height / 2; };
    const drag = ({ clientY }) => {
      for (let next; (next = line.nextElementSibling) && clientY > middle(next); ) line.before(next);
      for (let last; (last = line.previousElementSibling) && clientY < middle(last); ) line.after(last);
    };
    const end = () => {
      grip.removeEventListener("pointermove", drag);
      line.classList.remove("held");
      this.settle();
    };
    grip.addEventListener("pointermove", drag);
    grip.addEventListener("lostpointercapture", end, { once: true });
  }

  // What the form says: of each line its place as it was shown, and its place now.
  settle() {
    [...this.list.children].forEach((line, place) => {
      const select = line.querySelector("select");
      select.value = `${select.value.split("-")[0]}-${place + 1}`;
    });
  }
}

function spoken(within) {
  const speech = document.createElement("span");
  speech.className = "sr";
  speech.setAttribute("aria-live", "polite");
  within.append(speech);
  return speech;
}

// A page that comes back with an error marks its line in the editor.
function mark() {
  const fault = document.querySelector(".attempt [data-line]");
  if (fault) document.querySelector("practicum-editor")?.mark?.(Number(fault.dataset.line), fault.dataset.message);
}

document.addEventListener("htmx:afterSettle", mark);
customElements.whenDefined("practicum-editor").then(mark);
customElements.define("practicum-blanks", PracticumBlanks);
customElements.define("practicum-order", PracticumOrder);
