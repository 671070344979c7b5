"""The committed bundles: built from `bundle/`, small, with their licences and without addresses."""

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
    """The files of `bundle/`."""
    return [file for file in BUNDLE.iterdir() if file.is_file()]


@pytest.mark.parametrize("name", MADE)
def test_a_bundle_has_the_hash_of_its_sources(name: str) -> None:
    """And of the lock file. If this fails, run `make bundle`."""
    stated = re.search(r"sources sha256 ([0-9a-f]{64})", (STATIC / name).read_text("utf-8"))
    content = b"".join((BUNDLE / source).read_bytes() for source in (*SHARED, *MADE[name]))

    assert stated
    assert stated[1] == hashlib.sha256(content).hexdigest()


def test_every_source_is_hashed() -> None:
    """Otherwise a file in `bundle/` could change unnoticed."""
    counted = {*SHARED, *(source for sources in MADE.values() for source in sources)}

    assert {file.name for file in ours()} - {".npmrc"} == counted


@pytest.mark.parametrize(
    ("name", "raw", "packed"), [("editor-code.js", 440_000, 150_000), ("plot-live.js", 70_000, 30_000)]
)
def test_a_bundle_is_small(name: str, raw: int, packed: int) -> None:
    """Compressed, the editor has less than 150 kB, the plot less than 30."""
    content = (STATIC / name).read_bytes()

    assert len(content) < raw
    assert len(gzip.compress(content, mtime=0)) < packed


def test_the_lock_file_has_no_address_of_a_registry() -> None:
    """Packages may come from any mirror; their hashes must be the same."""
    lock = json.loads((BUNDLE / "package-lock.json").read_text("utf-8"))
    packages = {path: about for path, about in lock["packages"].items() if path}

    assert all(about["integrity"].startswith("sha512-") for about in packages.values())
    assert not any("resolved" in about for about in packages.values())
    assert [file.name for file in ours() if "://" in file.read_text("utf-8")] == []


@pytest.mark.parametrize("name", MADE)
def test_a_bundle_contains_its_licences(name: str) -> None:
    """Each package with its copyright, and the terms in full."""
    head = (STATIC / name).read_text("utf-8").partition("*/")[0]
    package = {"editor-code.js": "@codemirror/view", "plot-live.js": "uplot"}[name]

    assert re.search(rf"{package} [\d.]+: Copyright", head)
    assert "Permission is hereby granted" in head
    assert "THE SOFTWARE IS PROVIDED" in head
