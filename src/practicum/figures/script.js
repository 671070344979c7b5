// Figures of images: what is shown is chosen, and values are read out. All of it was measured; nothing is computed
// here but the place of a value on a scale.

const CHOSEN = "practicum-image"; // All figures of a page show the image that was chosen in one of them.
const SVG = "http://www.w3.org/2000/svg";
const EDGE = 0.03; // Cut off at each side of a tile, so that no hair of its neighbours shows.
const STRONGEST = 0.85; // The opacity of the part that adds most.
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function brief(value) {
  const size = Math.abs(value);
  return (size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2));
}

const numbers = (text) => (text || "").split(" ").map(Number);

// The pixels of an image, decoded once.
const decoded = new Map();
function pixels(source) {
  if (!decoded.has(source)) decoded.set(source, decode(source));
  return decoded.get(source);
}

async function decode(source) {
  const image = new Image();
  image.src = source;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

// Defines an image that the figure uses, or another one in its place.
function define(figure, ident, source) {
  let image = document.getElementById(ident);
  if (!image) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "defs");
    svg.setAttribute("aria-hidden", "true");
    for (const side of ["width", "height"]) svg.setAttribute(side, "0");
    image = document.createElementNS(SVG, "image");
    image.id = ident;
    svg.append(document.createElementNS(SVG, "defs"));
    svg.firstChild.append(image);
    figure.append(svg);
  }
  image.setAttribute("href", source);
}

// Calls back once, when a figure comes into view: a step that is not shown loads nothing.
function whenSeen(figure, act) {
  const eyes = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    eyes.disconnect();
    act();
  });
  eyes.observe(figure);
}

function defineSources(figure) {
  for (const template of figure.querySelectorAll("template.sources")) {
    const source = template.content.querySelector("img");
    define(figure, source.dataset.defines, source.getAttribute("src"));
  }
}

// A figure whose images are read point by point, with the pointer or the arrow keys.
class Readable extends HTMLElement {
  connectedCallback() {
    if (this.reads) return;
    this.reads = this.querySelector(".reading");
    this.ident = this.closest("figure").id;
    this.hint = this.reads?.textContent;
    this.sources = [...(this.querySelector("template")?.content.querySelectorAll("img") ?? [])];
    this.begin();
    for (const svg of this.surfaces()) this.listen(svg);
    this.addEventListener("change", (event) => this.choose(event.target));
    this.follow = (event) => this.another(event);
    document.addEventListener(CHOSEN, this.follow);
    this.setAttribute("data-on", "");
    whenSeen(this, () => { this.seen = true; this.load(); });
  }

  disconnectedCallback() { document.removeEventListener(CHOSEN, this.follow); }

  listen(svg) {
    svg.setAttribute("tabindex", "0");
    const point = (event) => {
      const box = svg.getBoundingClientRect();
      const share = (at, from, size) => Math.min(Math.max((at - from) / size, 0), 0.9999);
      this.read(svg, share(event.clientX, box.left, box.width), share(event.clientY, box.top, box.height));
    };
    svg.addEventListener("pointermove", point);
    svg.addEventListener("pointerdown", point);
    svg.addEventListener("keydown", (event) => {
      const move = STEPS[event.key];
      if (!move || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      this.step(svg, ...move);
    });
  }

  // From cell to cell of a grid; the first press reads the middle.
  step(svg, across, down) {
    const [columns, rows] = this.grid(svg);
    const cell = (share, count, move) => {
      if (this.at === undefined) return Math.floor(count / 2);
      return Math.min(Math.max(Math.floor(share * count) + move, 0), count - 1);
    };
    const [x, y] = [cell(this.at?.[0], columns, across), cell(this.at?.[1], rows, down)];
    this.read(svg, (x + 0.5) / columns, (y + 0.5) / rows);
  }

  surfaces() { return this.querySelectorAll("svg.pixels[role=img]"); }

  // Defines the images that are shown, once the figure has been in view.
  load() {
    if (this.seen) define(this, `${this.ident}-pixels`, this.inputs[this.image].getAttribute("src"));
  }

  // Tells the other figures which image was chosen.
  tell(name) { document.dispatchEvent(new CustomEvent(CHOSEN, { detail: { name, from: this } })); }

  another({ detail }) {
    if (detail.from === this) return;
    const place = this.inputs?.findIndex((input) => input.dataset.name === detail.name) ?? -1;
    if (place < 0) return;
    const option = this.querySelectorAll(".pick.image input")[place];
    if (option) option.checked = true;
    this.image = place;
    this.update();
  }

  // Frames the part of an image that is read.
  frame(svg, columns, rows, x, y) {
    let cursor = svg.querySelector(".cursor");
    if (!cursor) {
      cursor = document.createElementNS(SVG, "rect");
      cursor.setAttribute("class", "cursor");
      svg.append(cursor);
    }
    const [left, top, width, height] = numbers(svg.getAttribute("viewBox"));
    const [across, down] = [width / columns, height / rows];
    const place = { x: left + x * across, y: top + y * down, width: across, height: down };
    for (const [name, value] of Object.entries(place)) cursor.setAttribute(name, value);
  }
}

class PracticumMaps extends Readable {
  begin() {
    this.inputs = this.sources.filter((source) => !source.classList.contains("sheet"));
    this.sheets = this.sources.filter((source) => source.classList.contains("sheet"));
    this.layers = this.sheets.length / this.inputs.length;
    [this.image, this.layer, this.channel] = [0, 0, 0];
    this.columns = Number(this.dataset.columns);
    this.input = this.querySelector(".view.input svg");
    this.map = this.querySelector(".view.output svg.pixels");
  }

  choose(option) {
    const value = Number(option.value);
    if (option.closest(".pick.image")) {
      this.image = value;
      this.tell(this.inputs[value].dataset.name);
    } else if (option.closest(".pick.layer")) {
      this.layer = value;
      this.channel = 0;
    } else this.channel = value;
    this.update();
  }

  load() {
    super.load();
    if (this.seen && this.map) define(this, `${this.ident}-sheet`, this.sheet.getAttribute("src"));
  }

  get sheet() { return this.sheets[this.image * this.layers + this.layer]; }

  update() {
    const input = this.inputs[this.image];
    this.load();
    this.querySelector(".view.input .name").textContent = input.dataset.name;
    if (this.map) this.showMaps();
    if (this.at) this.read(...this.at.slice(2), ...this.at.slice(0, 2));
  }

  showMaps() {
    const { sheet } = this;
    const [height, width, channels] = numbers(sheet.dataset.shape);
    const shown = numbers(sheet.dataset.shown);
    const corner = (place) => [(place % this.columns) * width, Math.floor(place / this.columns) * height];
    const view = (place) => [...corner(place).map((at) => at + EDGE), width - 2 * EDGE, height - 2 * EDGE];
    this.map.setAttribute("viewBox", view(this.channel).join(" "));
    this.querySelectorAll(".tile").forEach((tile, place) => {
      tile.hidden = place >= shown.length;
      if (tile.hidden) return;
      tile.querySelector("svg").setAttribute("viewBox", view(place).join(" "));
      tile.querySelector("span").lastChild.textContent = shown[place];
      tile.querySelector("input").checked = place === this.channel;
    });
    this.querySelector(".tiles legend").textContent = `${shown.length} of ${channels} channels`;
    const [low, high] = [numbers(sheet.dataset.low)[this.channel], numbers(sheet.dataset.high)[this.channel]];
    const name = `channel ${shown[this.channel]} of ${channels}`;
    this.querySelector(".view.output .name").textContent = name;
    this.querySelector(".view.output .shape").textContent = `(1, ${height}, ${width}, ${channels})`;
    this.map.setAttribute("aria-label", `${name}: values from ${brief(low)} to ${brief(high)}.`);
    this.querySelector(".legend-scale .low").textContent = brief(low);
    this.querySelector(".legend-scale .high").textContent = brief(high);
    this.querySelector(".view.output .mean").textContent = brief(numbers(sheet.dataset.mean)[this.channel]);
    this.querySelector(".arrow span").textContent = sheet.dataset.layer;
  }

  grid(svg) {
    if (svg === this.map) return numbers(this.sheet.dataset.shape).slice(0, 2).reverse();
    return numbers(this.input.getAttribute("viewBox")).slice(2);
  }

  async read(svg, x, y) {
    this.at = [x, y, svg];
    const { image, layer, channel, sheet } = this;
    const colour = await pixels(this.inputs[image].getAttribute("src"));
    const grey = sheet && await pixels(sheet.getAttribute("src"));
    if (this.at[0] !== x || this.at[1] !== y || this.image !== image || this.layer !== layer || this.channel !== channel) return;
    const words = [this.colours(colour, x, y)];
    if (sheet) words.push(this.value(grey, x, y));
    this.reads.textContent = words.join(" ");
  }

  // The pixel below a point, on each scale.
  colours(image, x, y) {
    const [column, row] = [Math.floor(x * image.width), Math.floor(y * image.height)];
    const rgb = image.data.slice(4 * (row * image.width + column), 4 * (row * image.width + column) + 3);
    const { scales, low, high } = this.inputs[this.image].dataset;
    const parts = scales.split("|").map((name, at) => {
      const [from, to] = [numbers(low)[at], numbers(high)[at]];
      const whole = from === 0 && to === 255;
      const [red, green, blue] = [...rgb].map((level) => (whole ? level : brief(from + (level / 255) * (to - from))));
      return `${name}: red ${red}, green ${green}, blue ${blue}`;
    });
    this.frame(this.input, image.width, image.height, column, row);
    return `Row ${row}, column ${column}. ${parts.join("; ")}.`;
  }

  // The value of the chosen channel there.
  value(image, x, y) {
    const [height, width] = numbers(this.sheet.dataset.shape);
    const [column, row] = [Math.floor(x * width), Math.floor(y * height)];
    const left = (this.channel % this.columns) * width + column;
    const top = Math.floor(this.channel / this.columns) * height + row;
    const level = image.data[4 * (top * image.width + left)];
    const [low, high] = [numbers(this.sheet.dataset.low)[this.channel], numbers(this.sheet.dataset.high)[this.channel]];
    this.frame(this.map, width, height, column, row);
    const least = level === 0 ? "at most " : level === 255 ? "at least " : "";
    return `Channel ${numbers(this.sheet.dataset.shown)[this.channel]}, row ${row}, column ${column}: ${least}${brief(low + (level / 255) * (high - low))}.`;
  }
}

class PracticumActivations extends Readable {
  begin() {
    this.inputs = this.sources;
    this.image = 0;
    this.panels = [...this.querySelectorAll(".activation")];
    this.opacity = this.querySelector("input[type=range]");
    this.opacity.addEventListener("input", () => this.style.setProperty("--tint", this.opacity.value / 100));
  }

  choose(option) {
    if (option.matches(".exact")) this.toggleAttribute("data-exact", option.checked);
    if (!option.closest(".pick.image")) return;
    this.image = Number(option.value);
    this.tell(this.inputs[this.image].dataset.name);
    this.update();
  }

  parts() { return this.inputs[this.image].dataset.parts.split("|").map(numbers); }

  update() {
    const { dataset } = this.inputs[this.image];
    const listed = { name: dataset.classes, mean: dataset.logits, share: dataset.shares };
    const parts = this.parts();
    this.load();
    const [low, high] = [Math.min(...parts.flat()), Math.max(...parts.flat())];
    this.querySelector(".low").textContent = brief(low);
    this.querySelector(".high").textContent = brief(high);
    this.panels.forEach((panel, place) => {
      panel.hidden = place >= parts.length;
      if (panel.hidden) return;
      const svg = panel.querySelector("svg");
      for (const [css, text] of Object.entries(listed)) panel.querySelector(`.${css}`).textContent = text.split("|")[place];
      svg.setAttribute("aria-label", `${listed.name.split("|")[place]}: logit ${listed.mean.split("|")[place]}`);
      panel.querySelectorAll(".tint rect").forEach((rect, at) => {
        rect.setAttribute("fill-opacity", ((STRONGEST * (parts[place][at] - low)) / (high - low || 1)).toFixed(2));
      });
    });
    this.at = undefined;
    this.reads.textContent = this.hint;
    for (const cursor of this.querySelectorAll(".cursor")) cursor.remove();
  }

  grid() {
    const side = Math.sqrt(this.parts()[0].length);
    return [side, side];
  }

  read(svg, x, y) {
    this.at = [x, y];
    const [side] = this.grid();
    const [column, row] = [Math.floor(x * side), Math.floor(y * side)];
    const { classes, logits } = this.inputs[this.image].dataset;
    const words = this.parts().map((parts, place) => {
      const value = parts[row * side + column];
      return `${classes.split("|")[place]} ${value > 0 ? "+" : ""}${brief(value)}`;
    });
    this.panels.filter((panel) => !panel.hidden)
      .forEach((panel) => this.frame(panel.querySelector("svg"), side, side, column, row));
    const place = this.panels.indexOf(svg.closest(".activation"));
    const logit = `The mean over all parts is the logit: ${classes.split("|")[place]} ${logits.split("|")[place]}.`;
    this.reads.textContent = `Row ${row + 1}, column ${column + 1}: ${words.join(", ")}. ${logit}`;
  }
}

class PracticumReplay extends Readable {
  begin() {
    this.classes = this.dataset.classes.split("|");
    this.labels = [...this.dataset.labels].map(Number);
    this.predicted = [...this.dataset.predicted].map(Number);
    this.own = [...atob(this.dataset.own)].map((letter) => letter.charCodeAt(0) / 200);
    this.runners = [...this.querySelectorAll("[data-image]")];
    const curves = this.querySelector("practicum-curves");
    this.row = this.own.length / this.labels.length - 1;
    [this.left, this.right] = this.ends();
    curves.addEventListener("practicum-row", (event) => this.epoch(event.detail));
    this.addEventListener("pointerover", (event) => {
      const runner = event.target.closest("[data-image]");
      if (runner) this.select(runner);
    });
  }

  // Where probabilities of 0 and 1 lie: at the outer lines of the grid, less half a tile.
  ends() {
    const lines = [...this.querySelector(".race").querySelectorAll(".grid")].map((line) => Number(line.getAttribute("x1")));
    const half = Number(this.runners[0].querySelector("rect").getAttribute("width")) / 2;
    return [lines[0] - half, lines[lines.length - 1] - half];
  }

  surfaces() { return []; }

  load() { defineSources(this); }

  connectedCallback() {
    super.connectedCallback();
    for (const panel of this.querySelectorAll(".race")) {
      panel.setAttribute("tabindex", "0");
      panel.addEventListener("keydown", (event) => this.key(event, panel));
    }
  }

  another() {}

  choose() {}

  key(event, panel) {
    const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!move || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    const members = this.runners.filter((runner) => panel.contains(runner));
    const at = members.indexOf(this.selected);
    this.select(members[at < 0 ? 0 : (at + move + members.length) % members.length]);
  }

  select(runner) {
    this.selected?.classList.remove("selected");
    this.selected = runner;
    runner.classList.add("selected");
    this.tellSelected();
  }

  tellSelected() {
    const place = Number(this.selected.dataset.image);
    const at = this.row * this.labels.length + place;
    const label = this.classes[this.labels[place]];
    const share = this.own[at] * 100;
    const predicted = this.classes[this.predicted[at]];
    this.reads.textContent = `Epoch ${this.row + 1}: this ${label} is given ${share.toFixed(share > 0 && share < 1 ? 1 : 0)} % for ${label}; predicted: ${predicted}.`;
  }

  epoch(row) {
    this.row = row;
    for (const runner of this.runners) {
      const place = Number(runner.dataset.image);
      const at = row * this.labels.length + place;
      const x = this.left + this.own[at] * (this.right - this.left);
      runner.setAttribute("transform", `translate(${Number(x.toFixed(1))} ${runner.dataset.down})`);
      const isRight = this.predicted[at] === this.labels[place];
      runner.classList.toggle("right", isRight);
      runner.classList.toggle("mistaken", !isRight);
    }
    if (this.selected) this.tellSelected();
  }
}

// One sample on several maps: what is selected on one is marked on all.
class PracticumPoints extends HTMLElement {
  connectedCallback() {
    if (this.reads) return;
    this.reads = this.querySelector(".reading");
    this.points = [...this.querySelectorAll("[data-sample]")];
    this.addEventListener("pointerover", (event) => this.select(event.target.closest("[data-sample]")));
    whenSeen(this, () => defineSources(this));
    for (const map of this.querySelectorAll("svg.map")) {
      map.setAttribute("tabindex", "0");
      map.addEventListener("keydown", (event) => this.key(event, map));
    }
    this.setAttribute("data-on", "");
  }

  key(event, map) {
    const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!move || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    // By their places in the file: selecting moves a point to the end of its map.
    const members = this.points.filter((point) => map.contains(point));
    const at = members.findIndex((point) => point.dataset.sample === this.sample);
    this.select(members[at < 0 ? 0 : (at + move + members.length) % members.length]);
  }

  select(point) {
    if (!point || point.dataset.sample === this.sample) return;
    this.sample = point.dataset.sample;
    for (const other of this.points) {
      const isIt = other.dataset.sample === this.sample;
      other.classList.toggle("selected", isIt);
      if (isIt) other.parentNode.append(other);
    }
    this.reads.textContent = `Image ${Number(this.sample) + 1}: ${point.dataset.words}.`;
  }
}

customElements.define("practicum-maps", PracticumMaps);
customElements.define("practicum-activations", PracticumActivations);
customElements.define("practicum-replay", PracticumReplay);
customElements.define("practicum-points", PracticumPoints);
