"""Explanations of what notebooks understand and Python does not: `!pip`, `%matplotlib`, `print?`."""

from __future__ import annotations

import re

_INSTALL = re.compile(r"[!%]{0,2}(?:pip3?|conda|mamba|uv|apt|apt-get)\s+\w")
_SHELL = re.compile(r"!|[\w, ]+=\s*!")
_HELP = re.compile(r"(?:\?{1,2}(?P<after>[A-Za-z_][\w.]*)|(?P<before>[A-Za-z_][\w.]*)\?{1,2})\s*$")
_MAGIC = re.compile(r"(?:[\w, ]+=\s*)?%{1,2}(\w+)")
_FIGURES = ("matplotlib", "pylab", "config")
_TIMES = ("time", "timeit", "prun")


def is_install(line: str) -> bool:
    """Return whether a line installs packages: `!pip install keras`."""
    return bool(_INSTALL.match(line.strip()))


def explain(line: str) -> str:
    """Return why a line that begins a statement is no Python, and what works instead; empty if it is no notebook's."""
    text = line.strip()
    if is_install(line):
        return "Packages cannot be installed from here. Leave this line out."
    if _SHELL.match(text):
        return (
            "`!` starts another program in notebooks only. Use functions of Python, such as `os.listdir()` for `!ls`."
        )
    if found := _HELP.match(text):
        return f"The question mark works in notebooks only. Write `help({found['after'] or found['before']})`."
    if found := _MAGIC.match(text):
        return _magic(found[1])
    return ""


def _magic(name: str) -> str:
    if name in _FIGURES:
        return "Lines with `%` work in notebooks only. Leave this one out: figures are shown without it."
    if name in _TIMES:
        return (
            "Lines with `%` work in notebooks only. To measure a time, take the difference of two values of "
            "`time.perf_counter()`."
        )
    return "Lines with `%` work in notebooks only. Leave this one out."


def begins_statement(code: str, number: int) -> bool:
    """Return whether a statement begins at a line, the first being 1: Python accepts `pass` in its place."""
    lines = code.split("\n")
    if not 1 <= number <= len(lines):
        return False
    indent = re.match(r"\s*", lines[number - 1])
    assert indent
    try:
        compile("\n".join([*lines[: number - 1], f"{indent[0]}pass"]), "<code>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
