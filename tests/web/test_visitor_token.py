"""The token in a cookie: who has issued it, and when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.web.visitor_token import TOKEN, TokenIssuer


def issuer(moment: float = 1_000_000.0, key: bytes = b"key") -> TokenIssuer:
    return TokenIssuer(key, lambda: moment)


def test_a_token_has_its_age() -> None:
    """Negative if the clock was set back since."""
    token = issuer().issue()

    assert TOKEN.fullmatch(token)
    assert issuer(1_000_600.0).age(token) == 600.0
    assert issuer(999_400.0).age(token) == -600.0


def test_tokens_differ() -> None:
    assert len({issuer().issue() for _ in range(100)}) == 100


@given(st.text() | st.from_regex(TOKEN, fullmatch=True))
def test_an_invented_token_is_not_recognised(token: str) -> None:
    assert issuer().age(token) is None


@pytest.mark.parametrize("place", range(43))
def test_a_changed_token_is_not_recognised(place: int) -> None:
    """In none of its characters, the last bits of which base64 does not use."""
    token = issuer().issue()
    for changed in "Ab9_-":
        if changed != token[place]:
            assert issuer().age(token[:place] + changed + token[place + 1 :]) is None


def test_a_token_of_another_key_is_not_recognised() -> None:
    assert issuer(key=b"another").age(issuer().issue()) is None
