"""Settings are read as they were written, and anything else is the default."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from practicum.application.preferences import CHOICES, Preferences

ANY = st.builds(Preferences, **{name: st.sampled_from(values) for name, values in CHOICES.items()})


def test_every_setting_has_its_default_first() -> None:
    assert vars(Preferences()) == {name: values[0] for name, values in CHOICES.items()}
    assert {field.name for field in fields(Preferences)} == CHOICES.keys()


@given(ANY)
def test_what_is_written_is_read(preferences: Preferences) -> None:
    assert Preferences.from_text(preferences.to_text()) == preferences


@given(st.text(max_size=300) | st.sampled_from(["theme=purple", "goal=-1", "goal=١٠", "theme=dark&theme=pink"]))
def test_any_text_has_a_meaning(text: str) -> None:
    """A cookie can hold anything: each value is one of the choices."""
    read = Preferences.from_text(text)

    assert all(getattr(read, name) in values for name, values in CHOICES.items())
