"""Printed text as it is compared: trailing white space does not count."""

from __future__ import annotations


def normalize_stdout(text: str) -> str:
    """Printed text, or an answer that states it, without white space at the ends of its lines and at its end."""
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).rstrip()
