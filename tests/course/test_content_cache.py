"""A cache file is used only if it is whole, of this code, and written by this user; otherwise it is ignored."""

from __future__ import annotations

import datetime
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.course import content_cache
from practicum.course.code_fingerprint import code_fingerprint
from practicum.course.content_cache import ContentCache, Key, content_key
from practicum.model import Level, Problem, Variant

KEY = content_key("a")
PROBLEM = Problem(
    "topic/try/a.md",
    "choice",
    "Label",
    Level.BEGINNER,
    60,
    2,
    (Variant({"n": 1}, "Title", "Text", proof={"value": 1, "on": datetime.date(2026, 1, 2)}),),
    places=MappingProxyType({"title": ("topic/try/a.md", 3)}),
)


def stored(file: Path) -> object:
    return ContentCache(file).get(KEY)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A cache file that holds a problem."""
    file = tmp_path / "folder" / "cache"
    cache = ContentCache(file)
    cache.put(KEY, PROBLEM)
    cache.save()
    return file


def test_returns_what_was_stored(file: Path) -> None:
    assert stored(file) == PROBLEM
    assert file.stat().st_mode & 0o777 == 0o600


def test_forgets_what_is_not_used(file: Path) -> None:
    """So that a file does not grow with each edit of a course."""
    cache = ContentCache(file)
    cache.put(content_key("b"), PROBLEM)
    cache.save()

    assert stored(file) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:-1]),
        lambda file: file.write_bytes(file.read_bytes().replace(b"Title", b"Other")),
        lambda file: file.write_bytes(bytes(32) + file.read_bytes()[32:]),
        lambda file: file.chmod(0o620),
        lambda file: file.unlink(),
        lambda file: (file.unlink(), file.mkdir()),
    ],
    ids=["empty", "cut", "changed", "of other code", "writable by others", "removed", "a folder"],
)
def test_ignores_a_file_that_it_did_not_write(file: Path, damage: Callable[[Path], object]) -> None:
    damage(file)

    assert stored(file) is None
    cache = ContentCache(file)
    cache.put(KEY, PROBLEM)
    cache.save()  # raises nothing


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owner here")
def test_ignores_the_file_of_another_user(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)

    assert stored(file) is None


def test_runs_no_code_of_a_file(file: Path, tmp_path: Path) -> None:
    """A pickle can call any function; of these files only the records of the model are loaded."""

    class Attack:
        def __reduce__(self) -> object:
            return os.mkdir, (str(tmp_path / "made"),)

    payload = pickle.dumps({KEY: Attack()})
    file.write_bytes(content_cache._header(payload) + payload)

    assert stored(file) is None
    assert not (tmp_path / "made").exists()


def test_stores_nothing_after_the_code_changed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was started before an upgrade does not write as if it were the new code."""
    monkeypatch.setattr(code_fingerprint, "__wrapped__", lambda: b"other")
    cache = ContentCache(file)
    cache.put(content_key("b"), PROBLEM)
    cache.save()

    assert stored(file) == PROBLEM


def test_removes_files_of_courses_that_are_gone(file: Path) -> None:
    old = file.with_name("old")
    old.write_bytes(b"")
    os.utime(old, (0, 0))
    cache = ContentCache(file)
    cache.put(content_key("b"), PROBLEM)
    cache.save()

    assert not old.exists()
    assert file.exists()


PARTS = st.lists(st.text() | st.binary(), max_size=4)


@given(PARTS, PARTS)
def test_other_parts_have_another_key(one: list[str | bytes], other: list[str | bytes]) -> None:
    def as_bytes(parts: list[str | bytes]) -> list[bytes]:
        return [part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part for part in parts]

    keys: list[Key] = [content_key(*one), content_key(*other)]
    assert (keys[0] == keys[1]) == (as_bytes(one) == as_bytes(other))
