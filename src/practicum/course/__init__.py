"""Reads an author's text files into the model, with a line for every mistake; and renders Markdown as safe HTML."""

from practicum.course.read import CourseScan, find_course_root, read_course, scan_course

__all__ = ["CourseScan", "find_course_root", "read_course", "scan_course"]
