"""Extensions of practicum, each a folder or a module of its own. See docs/extending.md."""
