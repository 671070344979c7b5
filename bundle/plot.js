// A training as it goes on: the loss and the accuracy, epoch by epoch, over thin lines for earlier runs. Its data stands
// as a table beside it, which is not made here. Within a `practicum-live` it follows the run by itself.
//
//   <practicum-plot><script type="application/json">{"runs": [RUN …], "current": RUN}</script></practicum-plot>
//
// where RUN is a list of epochs, {number, epochs, metrics, seconds, first}, or {"name": …, "epochs": [EPOCH …]}.

import uPlot from "uplot";
import frame from "uplot/dist/uPlot.min.css";
import css from "./plot.css";

const sheet = new CSSStyleSheet();
sheet.replaceSync(frame + css);

const list = (run) => (Array.isArray(run) ? run : run?.epochs ?? []);
const value = (epoch, name) => epoch.metrics?.[name] ?? null;
const has = (epochs, name) => epochs.some((one) => one.metrics && name in one.metrics);

// The measure shown beside the loss: the accuracy by whichever name, else the first that there is.
function second(runs) {
  const names = new Set(runs.flatMap((run) => Object.keys(run[0]?.metrics ?? {}).map((name) => name.replace(/^val_/, ""))));
  for (const no of ["loss", "learning_rate"]) names.delete(no);
  return [...names].find((name) => name === "accuracy") ?? [...names].find((name) => /acc/.test(name)) ?? [...names][0];
}

class Panel {
  constructor(plot) {
    this.plot = plot;
    this.box = document.createElement("div");
    this.box.className = "panel";
    this.box.setAttribute("role", "img");
    this.head = document.createElement("div");
    this.head.className = "head";
    this.head.setAttribute("aria-hidden", "true");
    this.draw = document.createElement("div");
    this.draw.className = "draw";
    this.box.append(this.head, this.draw);
  }

  // Draw `measure` of the current run over the earlier ones.
  show(measure, current, runs) {
    this.measure = measure;
    this.box.hidden = !measure;
    if (!measure) return this.end();
    this.share = /acc|precision|recall|auc/i.test(measure);
    const lines = [...runs.map((run) => ["before", run, has(run, `val_${measure}`) ? `val_${measure}` : measure])];
    if (has(current, measure) || !current.length) lines.push(["train", current, measure]);
    if (has(current, `val_${measure}`)) lines.push(["val", current, `val_${measure}`]);
    const last = Math.max(1, ...[current, ...runs].map((run) => run.length), current.length + left(current));
    const length = Math.max(...lines.map(([, run]) => run.length), 1);
    const data = [Array.from({ length }, (_, at) => at + 1), ...lines.map(([, run, name]) => Array.from({ length }, (_, at) => (at < run.length ? value(run[at], name) : null)))];
    this.breaks = current.flatMap((one, at) => (one.first ? [at + 0.5] : []));
    const like = lines.map(([kind]) => kind).join();
    this.last = last;
    if (this.like !== like || !this.chart) this.make(lines, data, like);
    else this.chart.setData(data);
    this.say(lines);
    return undefined;
  }

  end() {
    this.chart?.destroy();
    this.chart = null;
  }

  make(lines, data, like) {
    this.end();
    this.like = like;
    const style = getComputedStyle(this.plot);
    const colour = (name) => style.getPropertyValue(name).trim();
    const font = `11px ${style.fontFamily}`;
    const axis = { stroke: colour("--soft"), font, ticks: { show: false }, grid: { stroke: colour("--line"), width: 1 } };
    const looks = { before: ["--edge", 1, 0.7], train: ["--s0", 2, 1], val: ["--s1", 2.5, 1] };
    const show = (number) => this.number(number, false);
    this.chart = new uPlot({
      ...this.size(),
      padding: [12, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false }, sync: { key: this.plot.key } },
      scales: {
        x: { time: false, range: () => [1, Math.max(2, this.last)] },
        y: { range: (_, low, high) => (this.share ? [0, 1] : frameOf(low, high)) },
      },
      axes: [
        { ...axis, size: 26, grid: { show: false }, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
        { ...axis, size: 40, values: (_, ticks) => ticks.map(show) },
      ],
      series: [
        {},
        ...lines.map(([kind]) => {
          const [name, width, alpha] = looks[kind];
          return { stroke: colour(name), width, alpha, spanGaps: false, points: { show: kind === "before" ? false : (u, at) => u.data[at].filter((one) => one !== null).length < 2, size: 5 } };
        }),
      ],
      hooks: {
        drawAxes: [(u) => this.divide(u, colour("--edge"))],
        setCursor: [(u) => this.say(this.lines ?? [], u.cursor.idx)],
      },
    }, data, this.draw);
  }

  // A dashed line where another training began.
  divide(u, colour) {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.setLineDash([4, 4]);
    for (const at of this.breaks) {
      const x = Math.round(u.valToPos(at + 0.5, "x", true)) + 0.5;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }

  size() { return { width: Math.max(80, this.draw.clientWidth), height: Math.max(80, this.draw.clientHeight) }; }

  number(number, exact = true) {
    if (number === null || number === undefined) return "–";
    if (this.share) return `${(number * 100).toFixed(exact ? 1 : 0)} %`;
    return Math.abs(number) >= 1000 || (number && Math.abs(number) < 0.001) ? number.toExponential(1) : String(Number(number.toPrecision(3)));
  }

  // The names of the lines, with what they are at the epoch under the pointer, else at the last.
  say(lines, at = null) {
    this.lines = lines;
    const title = document.createElement("b");
    title.textContent = this.name();
    const parts = [];
    const keys = lines.filter(([kind]) => kind !== "before").map(([kind, run, name]) => {
      const words = kind === "val" ? "validation" : "training";
      const epoch = run[Math.min(at ?? run.length - 1, run.length - 1)];
      const number = epoch ? this.number(value(epoch, name)) : "";
      if (number) parts.push(`${words} ${number}`);
      return key(kind, words, number);
    });
    this.head.replaceChildren(title, ...keys);
    if (at !== null) return;
    const count = lines.at(-1)?.[1].length ?? 0;
    this.box.setAttribute("aria-label", count && parts.length ? `${this.name()} after ${count} ${count === 1 ? "epoch" : "epochs"}: ${parts.join(", ")}` : `${this.name()}: no epoch yet`);
  }

  name() {
    const words = this.measure.replace(/^(sparse_)?(categorical|binary)_accuracy$/, "accuracy").replaceAll("_", " ");
    return words[0].toUpperCase() + words.slice(1);
  }
}

// Epochs that the training under way was still asked for.
function left(current) {
  const now = current.at(-1);
  return now ? Math.max(0, now.epochs - now.number) : 0;
}

function frameOf(low, high) {
  if (low === null || high === null) return [0, 1];
  const top = high + (high - Math.min(low, 0)) * 0.06 || 1;
  return [low < 0 ? low * 1.06 : 0, top];
}

function key(kind, words, number) {
  const one = document.createElement("span");
  one.className = kind;
  one.append(words);
  if (!number) return one;
  const says = document.createElement("output");
  says.textContent = number;
  one.append(" ", says);
  return one;
}

let count = 0;

class PracticumPlot extends HTMLElement {
  connectedCallback() {
    if (!this.shadowRoot) this.begin();
    this.sized = new ResizeObserver(() => { for (const one of this.panels) one.chart?.setSize(one.size()); });
    for (const one of this.panels) this.sized.observe(one.draw);
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.recolour = () => { for (const one of this.panels) one.like = null; this.later(); };
    this.scheme.addEventListener("change", this.recolour);
    this.live = this.closest("practicum-live");
    this.began = () => this.clear();
    this.news = (event) => this.add(event.detail);
    this.live?.addEventListener("practicum-began", this.began);
    this.live?.addEventListener("practicum-epochs", this.news);
    this.later();
  }

  disconnectedCallback() {
    this.sized.disconnect();
    this.scheme.removeEventListener("change", this.recolour);
    this.live?.removeEventListener("practicum-began", this.began);
    this.live?.removeEventListener("practicum-epochs", this.news);
    for (const one of this.panels) one.end();
  }

  begin() {
    this.key = `practicum-plot-${++count}`;
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    const box = document.createElement("div");
    box.className = "panels";
    this.panels = [new Panel(this), new Panel(this)];
    box.append(...this.panels.map((one) => one.box));
    this.foot = document.createElement("p");
    root.append(box, this.foot);
    const given = JSON.parse(this.querySelector("script[type='application/json']")?.textContent || this.dataset.runs || "[]");
    this.earlier = (Array.isArray(given) ? given : given.runs ?? []).map(list);
    this.current = [...list(given.current)];
  }

  // The earlier runs, drawn thin.
  set runs(runs) {
    this.earlier = runs.map(list);
    this.later();
  }

  get runs() { return this.earlier; }

  // One more epoch of the current run, or some. What was told before, by its index, is left out.
  add(news) {
    for (const epoch of [news].flat()) {
      if ((epoch.index ?? this.current.length) >= this.current.length) this.current.push(epoch);
    }
    this.later();
  }

  // A run begins; the one before is an earlier one now.
  clear() {
    if (this.current.length) this.earlier = [...this.earlier, this.current];
    this.current = [];
    this.later();
  }

  // What comes within one frame is drawn once.
  later() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      if (!this.isConnected) return;
      const measures = ["loss", second([this.current, ...this.earlier].filter((run) => run.length)) ?? (this.current.length ? undefined : "accuracy")];
      const count = this.earlier.filter((run) => run.length).length;
      this.foot.textContent = count ? `Epochs. ${count === 1 ? "The thin line is the run before" : `Thin lines are the ${count} runs before`}.` : "Epochs.";
      this.panels.forEach((one, at) => one.show(measures[at], this.current, this.earlier));
    });
  }
}

customElements.define("practicum-plot", PracticumPlot);
