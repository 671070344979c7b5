"""Figures that are drawn from measurements: one module each, and one line here."""

from __future__ import annotations

from typing import Any

ALL: dict[str, Any] = {}
