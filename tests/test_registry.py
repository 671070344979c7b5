"""Registries hold what practicum ships, and what installed packages declare as entry points."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from practicum import registry
from practicum.registry import PluginError

GROUP = "practicum.test_things"


@dataclass(frozen=True)
class Thing:
    name: str


@pytest.fixture
def site_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on `sys.path` for packages that a test installs."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "registry_things", sys.modules[__name__])
    registry.find.cache_clear()
    yield tmp_path
    registry.find.cache_clear()


def install(site_packages: Path, **points: str) -> None:
    """Declare entry points in the group, as an installed package does."""
    folder = site_packages / "things-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: things\nVersion: 1.0\n")
    lines = [f"{name} = {value}" for name, value in points.items()]
    (folder / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines, ""]))


BELL, DUPLICATE, NUMBER = Thing("bell"), Thing("anvil"), 3


def load() -> list[str]:
    return list(registry.load(GROUP, (Thing("anvil"),), Thing))


def test_holds_what_is_shipped_where_nothing_is_installed(site_packages: Path) -> None:
    assert load() == ["anvil"]


def test_adds_the_entry_points_of_the_group(site_packages: Path) -> None:
    install(site_packages, bell="registry_things:BELL")

    assert load() == ["anvil", "bell"]


def test_finds_an_entry_point_without_importing_it(site_packages: Path) -> None:
    install(site_packages, bell="registry_absent:BELL")

    assert registry.find(GROUP)["bell"].value == "registry_absent:BELL"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("registry_absent:BELL", "plugin-not-importable"),
        ("registry_things:ABSENT", "plugin-not-importable"),
        ("registry_things:NUMBER", "plugin-wrong-type"),
        ("registry_things:DUPLICATE", "plugin-name-taken"),
    ],
)
def test_rejects_an_entry_point_that_cannot_be_used(site_packages: Path, value: str, code: str) -> None:
    install(site_packages, bell=value)

    with pytest.raises(PluginError) as raised:
        load()

    assert raised.value.code == code
    assert raised.value.entry_point.value == value
    assert value in raised.value.message
