"""Packages that Keras imports although the lab does not use them."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import pytest

from practicum.lab import unused_packages
from practicum.lab.unused_packages import hide_unused_packages


def test_an_unused_package_cannot_be_imported_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only meanwhile, also if an exception ends it."""
    monkeypatch.setattr(unused_packages, "UNUSED", ("this",))
    monkeypatch.delitem(sys.modules, "this", raising=False)
    with pytest.raises(ModuleNotFoundError), hide_unused_packages():
        importlib.import_module("this")

    assert importlib.import_module("this").c == 97


def test_a_package_that_is_imported_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other code may hold it: two copies of its classes would not be equal."""
    package = ModuleType("this")
    monkeypatch.setattr(unused_packages, "UNUSED", ("this",))
    monkeypatch.setitem(sys.modules, "this", package)
    with hide_unused_packages():
        inside = importlib.import_module("this")

    assert inside is sys.modules["this"] is package
