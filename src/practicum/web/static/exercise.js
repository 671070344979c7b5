// The page of an exercise: marks the line of an error in the editor.

function mark() {
  const error = document.querySelector(".attempt [data-line]");
  if (error) document.querySelector("practicum-editor")?.mark?.(Number(error.dataset.line), error.dataset.message);
}

document.addEventListener("htmx:afterSettle", mark);
customElements.whenDefined("practicum-editor").then(mark);
