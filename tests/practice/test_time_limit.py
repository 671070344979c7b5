"""The time limit that a learner chooses before a challenge."""

import pytest

from practicum.practice import TIME_LIMITS, RecordError, TimeLimit


@pytest.mark.parametrize(("factor", "milliseconds"), [(1, 90_000), (1.5, 135_000), (2, 180_000), (10, 900_000)])
def test_a_time_limit_multiplies_the_authors_time(factor: float, milliseconds: int) -> None:
    """Ninety seconds of the author's are as many milliseconds of the learner's as the factor says."""
    assert TimeLimit(factor).allowed_ms(90) == milliseconds


def test_there_can_be_no_time_limit() -> None:
    """Without a time limit there is none at all, rather than a large one."""
    assert TimeLimit(None).allowed_ms(90) is None


@pytest.mark.parametrize("factor", [0, -1, 3, 0.5, float("nan"), float("inf"), True])
def test_rejects_other_factors(factor: float) -> None:
    """A forged form cannot make up a factor of its own."""
    with pytest.raises(ValueError):
        TimeLimit(factor)


def test_every_time_limit_survives_a_form_and_json() -> None:
    """Each has a code of its own for a form's field, and comes back from its JSON as itself."""
    codes = [clock.code for clock in TIME_LIMITS]

    assert codes == ["1", "1.5", "2", "10", "off"]
    assert [TimeLimit.from_code(code) for code in codes] == list(TIME_LIMITS)
    assert [TimeLimit.from_json(clock.to_json()) for clock in TIME_LIMITS] == list(TIME_LIMITS)


@pytest.mark.parametrize("code", ["", "3", "Off", "1.50", "nan"])
def test_an_unknown_code_is_refused(code: str) -> None:
    """The message names the codes there are."""
    with pytest.raises(ValueError):
        TimeLimit.from_code(code)


@pytest.mark.parametrize("data", ["1", True, 3, [], {}])
def test_rejects_a_damaged_record(data: object) -> None:
    """Other data is not read."""
    with pytest.raises(RecordError):
        TimeLimit.from_json(data)
