// The live chart of a project's run: its code is fetched when the first epoch has ended, and it is shown from then on.

for (const live of document.querySelectorAll("practicum-live")) {
  const plot = live.querySelector("practicum-plot");
  if (!plot) continue;
  let epochs = []; // Until its code is there, the chart takes no epochs.
  live.addEventListener("practicum-began", () => {
    epochs = [];
    plot.hidden = true;
  });
  live.addEventListener("practicum-epochs", async (event) => {
    epochs.push(...event.detail);
    plot.hidden = false;
    if (customElements.get("practicum-plot")) return;
    try {
      await import(plot.dataset.code);
      plot.add(epochs);
    } catch {
      plot.hidden = true; // The table shows the same.
    }
  });
}
