"""A cache file is used only if it is whole, of this code, and written by this user; otherwise it is ignored."""

from __future__ import annotations

import datetime
import gc
import os
import pickle
import shutil
import sys
import typing
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from enum import Enum
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import practicum
from practicum.course import content_cache
from practicum.course.code_fingerprint import code_fingerprint, is_current
from practicum.course.content_cache import ContentCache, Key, content_key
from practicum.model import Course, Evidence, Level, Problem, Variant

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


def stored(file: Path, key: Key = KEY) -> object:
    return ContentCache(file).get(key)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A cache file that holds a problem."""
    file = tmp_path / "folder" / "cache.reading"
    cache = ContentCache(file)
    cache.put(KEY, PROBLEM)
    cache.save()
    return file


def test_returns_what_was_stored(file: Path) -> None:
    found = stored(file)
    assert found == PROBLEM
    assert isinstance(found, Problem)
    assert type(found.goal) is type(PROBLEM.goal) is MappingProxyType
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
        lambda file: file.chmod(0o640),
        lambda file: (file.unlink(), file.mkdir()),
        lambda file: (file.unlink(), os.mkfifo(file, 0o600)),
        lambda file: file.symlink_to(file.rename(file.with_name("other"))),
    ],
    ids=[
        *("empty", "cut", "changed", "of other code", "writable by others", "removed", "readable by others"),
        *("a folder", "a pipe", "a link"),
    ],
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


def classes_of(hint: object) -> Iterator[type]:
    """All classes in a type, with those of the fields of its dataclasses."""
    todo, found = [hint], set[type]()
    while todo:
        each = todo.pop()
        todo += typing.get_args(each)
        if isinstance(each, type) and each not in found:
            found.add(each)
            todo += typing.get_type_hints(each).values() if is_dataclass(each) else ()
    yield from found


def test_can_store_every_class_of_the_model() -> None:
    """Whatever a problem or its evidence may contain, now and after the next change of the model."""
    found = [*classes_of(Course), *classes_of(Evidence)]
    records = {each for each in found if is_dataclass(each) or issubclass(each, Enum)}

    assert {Problem, Variant, Level} < records
    assert records <= set(content_cache._RECORDS)


def test_stores_the_values_of_toml(file: Path) -> None:
    zone = datetime.timezone(datetime.timedelta(hours=1))
    now = datetime.datetime(2026, 1, 2, 3, 4, 5, 6, zone)
    values = [now, now.date(), now.time(), now.timetz(), 1, 1.5, float("inf"), True, "a", [{"b": []}]]
    cache = ContentCache(file)
    cache.put(content_key("toml"), values)
    cache.save()

    assert repr(stored(file, content_key("toml"))) == repr(values)


def test_keeps_the_garbage_collector_on(file: Path) -> None:
    assert stored(file)
    assert gc.isenabled()


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of some of practicum's code, which counts as the code, and a folder of one installed package."""
    code = tmp_path / "practicum"
    shutil.copytree(Path(practicum.__file__).parent / "course", code / "course")
    (code / "__init__.py").write_text("")
    (tmp_path / "site" / "pydantic-2.0.dist-info").mkdir(parents=True)
    monkeypatch.setattr(practicum, "__file__", str(code / "__init__.py"))
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), str(tmp_path / "nowhere")])
    return code


def fingerprint() -> bytes:
    return code_fingerprint.__wrapped__()


@pytest.mark.parametrize(
    "change",
    [
        lambda code: (code / "__init__.py").write_text("1"),
        lambda code: (code / "course" / "files.py").write_bytes((code / "course" / "prose.py").read_bytes()),
        lambda code: (code / "course" / "files.py").rename(code / "course" / "file.py"),
        lambda code: (code / "course" / "files.py").unlink(),
        lambda code: (code / "course" / "new.py").write_text(""),
        lambda code: (code.parent / "site" / "pydantic-2.0.dist-info").rename(
            code.parent / "site" / "pydantic-2.1.dist-info"
        ),
        lambda code: (code.parent / "site" / "plugin-1.dist-info").mkdir(),
    ],
    ids=["changed", "replaced", "renamed", "removed", "added", "package upgraded", "package added"],
)
def test_other_code_has_another_fingerprint(code: Path, change: Callable[[Path], object]) -> None:
    before = fingerprint()
    assert fingerprint() == before

    change(code)
    assert fingerprint() != before


@pytest.mark.usefixtures("code")
def test_another_python_has_another_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint()
    monkeypatch.setattr(sys, "version", "3.99")

    assert fingerprint() != before


def test_knows_whether_the_code_changed(code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that changed after practicum was imported may not be the code that runs, whatever its time says."""
    code_fingerprint.cache_clear()
    try:
        monkeypatch.setattr(practicum, "IMPORTED", 4e9)
        assert is_current()

        monkeypatch.setattr(practicum, "IMPORTED", (code / "__init__.py").stat().st_ctime)
        os.utime(code / "__init__.py", (0, 0))
        assert not is_current()

        monkeypatch.setattr(practicum, "IMPORTED", 4e9)
        (code / "__init__.py").write_text("1")
        assert not is_current()
    finally:
        code_fingerprint.cache_clear()


def test_stores_nothing_after_the_code_changed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was started before an upgrade does not write as if it were the new code."""
    monkeypatch.setattr(content_cache, "is_current", lambda: False)
    cache = ContentCache(file)
    cache.put(content_key("b"), PROBLEM)
    cache.save()

    assert stored(file) == PROBLEM


def test_removes_files_of_courses_that_are_gone(file: Path) -> None:
    """And no other file, as a user may choose a folder with files of their own."""
    old, foreign = file.with_name("old.reading"), file.with_name("old.txt")
    for each in (old, foreign):
        each.write_bytes(b"")
        os.utime(each, (0, 0))
    cache = ContentCache(file)
    cache.put(content_key("b"), PROBLEM)
    cache.save()

    assert not old.exists()
    assert foreign.exists()
    assert file.exists()


PARTS = st.lists(st.text() | st.binary(), max_size=4)


@given(PARTS, PARTS)
def test_other_parts_have_another_key(one: list[str | bytes], other: list[str | bytes]) -> None:
    def as_bytes(parts: list[str | bytes]) -> list[bytes]:
        return [part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part for part in parts]

    keys: list[Key] = [content_key(*one), content_key(*other)]
    assert (keys[0] == keys[1]) == (as_bytes(one) == as_bytes(other))
