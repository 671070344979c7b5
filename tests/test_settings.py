"""Settings from environment variables."""

from __future__ import annotations

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
