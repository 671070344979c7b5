"""The committed bundles: made from what lies in `bundle/`, small enough, and traceable to nowhere but there."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUNDLE = ROOT / "bundle"
STATIC = ROOT / "src" / "practicum" / "web" / "static"
MADE = {"editor-code.js": ("editor.js", "editor.css", "names.js"), "plot-live.js": ("plot.js", "plot.css")}
SHARED = ("build.mjs", "package.json", "package-lock.json")


def ours() -> list[Path]:
    """The files of `bundle/` that are kept."""
    return [file for file in BUNDLE.iterdir() if file.is_file()]


@pytest.mark.parametrize("name", MADE)
def test_it_was_made_from_these_sources(name: str) -> None:
    """Each bundle says the sum of its sources and of the lock file; if this fails, run `make bundle`."""
    said = re.search(r"sources sha256 ([0-9a-f]{64})", (STATIC / name).read_text("utf-8"))
    content = b"".join((BUNDLE / source).read_bytes() for source in (*SHARED, *MADE[name]))

    assert said
    assert said[1] == hashlib.sha256(content).hexdigest()


def test_every_source_counts() -> None:
    """A file in `bundle/` that no sum covers could change without a word."""
    counted = {*SHARED, *(source for sources in MADE.values() for source in sources)}

    assert {file.name for file in ours()} - {".npmrc"} == counted


@pytest.mark.parametrize(
    ("name", "raw", "packed"), [("editor-code.js", 440_000, 150_000), ("plot-live.js", 70_000, 30_000)]
)
def test_it_stays_small(name: str, raw: int, packed: int) -> None:
    """The editor travels in less than 150 kB, the plot in less than 30."""
    content = (STATIC / name).read_bytes()

    assert len(content) < raw
    assert len(gzip.compress(content, mtime=0)) < packed


def test_no_address_of_a_registry() -> None:
    """Whoever builds it takes the packages from where they want; what must be the same is their sums."""
    lock = json.loads((BUNDLE / "package-lock.json").read_text("utf-8"))
    packages = {path: about for path, about in lock["packages"].items() if path}

    assert all(about["integrity"].startswith("sha512-") for about in packages.values())
    assert not any("resolved" in about for about in packages.values())
    assert [file.name for file in ours() if "://" in file.read_text("utf-8")] == []


@pytest.mark.parametrize("name", MADE)
def test_the_licence_travels_along(name: str) -> None:
    """What is bundled is others' work: each with its copyright, and the terms in full."""
    head = (STATIC / name).read_text("utf-8").partition("*/")[0]
    package = {"editor-code.js": "@codemirror/view", "plot-live.js": "uplot"}[name]

    assert re.search(rf"{package} [\d.]+: Copyright", head)
    assert "Permission is hereby granted" in head
    assert "THE SOFTWARE IS PROVIDED" in head
