// Order: lines can be dragged, or moved with buttons and keys. Without this script, learners choose each line's position.

class PracticumOrder extends HTMLElement {
  connectedCallback() {
    if (this.list) return;
    this.list = this.querySelector("ol");
    this.leavesOut = this.querySelector("fieldset").hasAttribute("data-leaves-out");
    this.querySelector("legend").textContent = this.leavesOut
      ? "Put the lines in order, and leave out those that do not belong"
      : "Put the lines in order";
    const note = document.createElement("p");
    note.className = "note soft small";
    note.innerHTML = 'Drag them by their handles, or use the buttons<span class="keyed">, or Alt with ↑ and ↓</span>.';
    this.list.before(note);
    this.speech = this.querySelector("[aria-live]");
    for (const line of this.list.children) this.dress(line);
    this.settle();
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
    if (this.leavesOut) moves.append(this.leaver(line, text));
    line.append(moves);
    line.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!by || !event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.move(line, by);
    });
  }

  // A button that leaves a line out of the answer, and puts it back.
  leaver(line, text) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "×";
    button.setAttribute("aria-label", `Leave out: ${text}`);
    const show = (out) => {
      line.classList.toggle("out", out);
      button.setAttribute("aria-pressed", out);
    };
    show(line.querySelector("select").value.endsWith("-0"));
    button.addEventListener("click", () => {
      show(!line.classList.contains("out"));
      this.settle();
    });
    return button;
  }

  // The neighbour moves past the line: a line that is moved itself loses focus and pointer capture.
  move(line, by) {
    const other = by < 0 ? line.previousElementSibling : line.nextElementSibling;
    if (!other) return;
    if (by < 0) line.after(other);
    else line.before(other);
    this.settle();
    this.speech.textContent = `Now at position ${[...this.list.children].indexOf(line) + 1} of ${this.list.children.length}`;
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

  // Write each line's position as shown and its position now into its field.
  settle() {
    let position = 0;
    for (const line of this.list.children) {
      const select = line.querySelector("select");
      const place = line.classList.contains("out") ? 0 : ++position;
      select.value = `${select.value.split("-")[0]}-${place}`;
    }
  }
}

customElements.define("practicum-order", PracticumOrder);
