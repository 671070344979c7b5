// Buttons that assign a value to the first expression without one.

class PracticumMatching extends HTMLElement {
  connectedCallback() {
    if (this.querySelector(".values")) return;
    const selects = [...this.querySelectorAll("select")];
    const values = document.createElement("div");
    values.className = "values";
    for (const option of selects[0].options) {
      if (!option.value) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = option.textContent;
      button.addEventListener("click", () => {
        const free = selects.find((select) => !select.value);
        if (free) free.value = option.value;
      });
      values.append(button);
    }
    this.append(values);
  }
}

customElements.define("practicum-matching", PracticumMatching);
