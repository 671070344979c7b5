"""The key that signs cookies: created once, and the same afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from practicum.errors import InvalidSetting
from practicum.settings import COOKIE_KEY
from practicum.web.cookie_key import FILE, NoCookieKey, cookie_key


def test_services_that_start_at_the_same_time_have_one_key(tmp_path: Path) -> None:
    """It is random, in a file that only its owner can read, and nothing else is left in the folder."""
    folder = tmp_path / "data"
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(cookie_key, [folder] * 8))

    assert len(keys) == 1
    assert keys == {cookie_key(folder)}
    assert cookie_key(tmp_path) not in keys
    assert [path.name for path in folder.iterdir()] == [FILE]
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600


def test_the_setting_replaces_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(COOKIE_KEY, "x" * 32)

    assert cookie_key(tmp_path) == cookie_key(tmp_path / "another")
    assert not any(tmp_path.iterdir())


def test_a_secret_that_can_be_guessed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(COOKIE_KEY, "secret")

    with pytest.raises(InvalidSetting):
        cookie_key(tmp_path)


@pytest.mark.parametrize("kind", ["damaged", "folder"])
def test_a_key_that_cannot_be_read_is_reported(tmp_path: Path, kind: str) -> None:
    """And not replaced by a weak one."""
    path = tmp_path / FILE
    if kind == "damaged":
        path.write_bytes(b"short")
    else:
        path.mkdir()

    with pytest.raises(NoCookieKey):
        cookie_key(tmp_path)
