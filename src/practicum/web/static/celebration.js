// A completed set is celebrated once, the first time that its result is seen. The style decides how, and whether at all.

const SEEN = "practicum-celebrated";

class PracticumCelebration extends HTMLElement {
  connectedCallback() {
    const of = this.dataset.of;
    if (!of) return;
    const seen = (localStorage.getItem(SEEN) ?? "").split(" ").filter(Boolean);
    if (seen.includes(of)) return;
    localStorage.setItem(SEEN, [...seen.slice(-50), of].join(" "));
    this.setAttribute("data-now", "");
  }
}

customElements.define("practicum-celebration", PracticumCelebration);
