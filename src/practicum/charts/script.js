// Steps through a chart row by row of its table: only measured values are read out, nothing in between.

const SVG = "http://www.w3.org/2000/svg";
const STEP = 220; // Milliseconds from one row to the next while it plays.

function shape(name, css, into) {
  const element = document.createElementNS(SVG, name);
  element.setAttribute("class", css);
  into.append(element);
  return element;
}

class PracticumCurves extends HTMLElement {
  connectedCallback() {
    if (this.range) return;
    this.range = this.querySelector("input[type=range]");
    this.reads = this.querySelector(".reads");
    this.playing = this.querySelector("[data-play]");
    const table = this.querySelector("table");
    this.names = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
    this.rows = [...table.tBodies[0].rows];
    this.chart = this.querySelector("svg.chart");
    if (this.chart) this.mark();
    this.range.addEventListener("input", () => { this.pause(); this.show(Number(this.range.value)); });
    this.addEventListener("click", (event) => this.click(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.setAttribute("data-on", "");
    this.show(Number(this.range.value), true);
  }

  disconnectedCallback() { this.pause(); }

  // Adds a vertical rule to the plot, and a point to each line.
  mark() {
    if (this.hasAttribute("data-plays")) {
      this.veil = shape("rect", "veil", this.chart);
      this.veil.setAttribute("height", "100%");
    }
    this.rule = shape("line", "at", this.chart);
    this.rule.setAttribute("y2", "100%");
    const lines = [...this.chart.querySelectorAll("[data-line]")];
    this.marks = lines.map((line) => {
      const colour = line.getAttribute("class").replace("line", "");
      return { line, from: Number(line.dataset.from), dot: shape("circle", `mark${colour}`, this.chart) };
    });
    for (const { dot } of this.marks) dot.setAttribute("r", "5");
    this.chart.addEventListener("pointerdown", (event) => this.point(event));
  }

  // A line's place at a row in percent; null in a gap.
  place({ line, from }, row) {
    if (line.tagName === "circle") {
      if (row !== from) return null;
      return { x: line.getAttribute("cx"), y: line.getAttribute("cy") };
    }
    if (row < from || row - from >= line.points.numberOfItems) return null;
    const point = line.points.getItem(row - from);
    return { x: `${point.x}%`, y: `${point.y}%` };
  }

  show(row, silently) {
    this.row = Math.min(Math.max(row, 0), this.rows.length - 1);
    this.range.value = this.row;
    const [place, ...cells] = [...this.rows[this.row].cells].map((cell) => cell.textContent);
    const position = this.dataset.before + place;
    const values = this.names.map((name, at) => (cells[at] ? `${name} ${cells[at]}` : "")).filter(Boolean).join(", ");
    if (!silently) this.reads.textContent = `${position}: ${values}`;
    this.range.setAttribute("aria-valuetext", position);
    this.rows.forEach((element, index) => element.classList.toggle("now", index === this.row));
    if (this.marks) this.move();
    this.dispatchEvent(new CustomEvent("practicum-row", { bubbles: true, detail: this.row }));
  }

  move() {
    let across = null;
    for (const mark of this.marks) {
      const at = this.place(mark, this.row);
      mark.dot.toggleAttribute("hidden", !at);
      if (!at) continue;
      across = at.x;
      mark.dot.setAttribute("cx", at.x);
      mark.dot.setAttribute("cy", at.y);
    }
    this.rule.toggleAttribute("hidden", across === null);
    if (across === null) return;
    for (const end of ["x1", "x2"]) this.rule.setAttribute(end, across);
    this.veil?.setAttribute("x", across);
    this.veil?.setAttribute("width", `${100 - parseFloat(across)}%`);
  }

  // Selects the row nearest to the pointer.
  point(event) {
    const box = this.chart.getBoundingClientRect();
    const share = (100 * (event.clientX - box.left)) / box.width;
    let best = null;
    for (let row = 0; row < this.rows.length; row++) {
      const at = this.marks.map((mark) => this.place(mark, row)).find(Boolean);
      const distance = at ? Math.abs(parseFloat(at.x) - share) : Infinity;
      if (!best || distance < best.distance) best = { row, distance };
    }
    this.pause();
    this.show(best.row);
  }

  click(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button === this.playing) return this.timer ? this.pause() : this.play();
    this.pause();
    this.show(this.row + Number(button.dataset.move));
  }

  // On a button the arrow keys do what they do on the slider, and do not change the page's step.
  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !event.target.closest("button")) return;
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    this.pause();
    this.show(this.row + move);
  }

  play() {
    this.reads.setAttribute("aria-live", "off"); // Too fast for screen readers; the last row is read out.
    this.playing.textContent = "Pause";
    this.show(this.row === this.rows.length - 1 ? 0 : this.row + 1);
    this.timer = setInterval(() => {
      if (this.row === this.rows.length - 2) this.pause();
      this.show(this.row + 1);
    }, STEP);
  }

  pause() {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = 0;
    this.playing.textContent = "Play";
    this.reads.setAttribute("aria-live", "polite");
  }
}

customElements.define("practicum-curves", PracticumCurves);
