"""Settings from environment variables."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from practicum import settings
from practicum.settings import InvalidSetting


@pytest.mark.parametrize("factor", ["fast", "0", "nan", "inf", "1e9", "-1"])
def test_refuses_a_time_factor_that_is_none(monkeypatch: pytest.MonkeyPatch, factor: str) -> None:
    """The setting is named."""
    monkeypatch.setenv(settings.TIME_FACTOR, factor)

    with pytest.raises(InvalidSetting, match=settings.TIME_FACTOR) as refusal:
        settings.time_factor()
    assert refusal.value.code == "invalid-setting"


@pytest.mark.parametrize(("text", "factor"), [("", 1), ("2.5", 2.5)])
def test_a_time_factor_is_a_number(monkeypatch: pytest.MonkeyPatch, text: str, factor: float) -> None:
    monkeypatch.setenv(settings.TIME_FACTOR, text)

    assert settings.time_factor() == factor


@pytest.mark.parametrize(
    ("read", "name", "bad", "text", "value", "default"),
    [
        (settings.sessions, settings.SESSIONS, "many", "0", 0, 8),
        (settings.session_memory, settings.SESSION_MEMORY, "1", "64", 64 << 20, 1 << 30),
        (settings.session_idle, settings.SESSION_IDLE, "0", "30.5", 30.5, 600),
    ],
)
def test_limits_of_kept_interpreters(
    monkeypatch: pytest.MonkeyPatch,
    read: Callable[[], float],
    name: str,
    bad: str,
    text: str,
    value: float,
    default: float,
) -> None:
    """Each has a default; 0 keeps none; a wrong one is named."""
    assert read() == default
    monkeypatch.setenv(name, text)
    assert read() == value
    monkeypatch.setenv(name, bad)
    with pytest.raises(InvalidSetting, match=name):
        read()
