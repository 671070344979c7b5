"""From an author's text files to the model, with every mistake and its place; and from Markdown to safe HTML."""

from practicum.course.read import Reading, find_root, read, survey

__all__ = ["Reading", "find_root", "read", "survey"]
