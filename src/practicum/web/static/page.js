// What every page needs beyond HTML: words when the server cannot be reached, and no stale page out of the history.

function say(text) {
  let note = document.getElementById("trouble");
  if (!note) {
    note = document.createElement("p");
    note.id = "trouble";
    note.className = "notice wrong";
    note.setAttribute("role", "alert");
    document.getElementById("main").prepend(note);
    note.scrollIntoView({ block: "nearest" });
  }
  note.textContent = text;
}

document.addEventListener("htmx:sendError", () =>
  say("The server did not answer, so nothing was stored. See that it is running, then press the button again."));
document.addEventListener("htmx:beforeRequest", () => document.getElementById("trouble")?.remove());

// A page that begins with its title is read from its top; one that answers a form stays where it is.
document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement?.tagName === "H1") window.scrollTo(0, 0);
});

// A page kept alive for the Back button would show a clock that has stood still.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
