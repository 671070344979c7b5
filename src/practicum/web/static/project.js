// The live chart of a project's run: its code is fetched when the first epoch has ended, and it is shown from then on.

for (const live of document.querySelectorAll("practicum-live")) {
  const plot = live.querySelector("practicum-plot");
  if (!plot) continue;
  let told = []; // Until its code is there, it hears nothing itself.
  live.addEventListener("practicum-began", () => {
    told = [];
    plot.hidden = true;
  });
  live.addEventListener("practicum-epochs", async (event) => {
    told.push(...event.detail);
    plot.hidden = false;
    if (customElements.get("practicum-plot")) return;
    try {
      await import(plot.dataset.code);
      plot.add(told);
    } catch {
      plot.hidden = true; // The table says the same.
    }
  });
}
