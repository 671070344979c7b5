"""What is asked for, what of it is there, and the lock."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from practicum.environments import requirements
from practicum.model import Requirements
from practicum.runner.environment import Environment
from tests.environments.making import installed

LINES = st.lists(
    st.tuples(st.from_regex(r"[a-z]{1,5}", fullmatch=True), st.integers(0, 9)),
    unique_by=lambda pair: pair[0],
    min_size=1,
).map(lambda pairs: tuple(f"{name}=={version}" for name, version in pairs))


@given(LINES, LINES)
def test_the_lock_decides_the_digest_and_its_order_does_not(lock: tuple[str, ...], packages: tuple[str, ...]) -> None:
    """Two courses with the same lock share an environment, whatever else they would allow."""
    known = requirements.digest(Requirements(("a",), lock=lock))

    assert requirements.digest(Requirements(packages, lock=lock[::-1])) == known
    assert requirements.digest(Requirements(("a",), lock=(*lock, "zzzzzz==1"))) != known


def test_without_a_lock_the_requirements_decide() -> None:
    """However they are spaced and ordered; Python counts too."""
    known = requirements.digest(Requirements(("keras>=3", "numpy")))

    assert requirements.digest(Requirements(("numpy", "keras >= 3"))) == known
    assert requirements.digest(Requirements(("numpy", "keras>=4"))) != known
    assert requirements.digest(Requirements(("numpy", "keras>=3"), python="3.99")) != known


def test_names_in_a_lock_are_the_same_however_they_are_spelt() -> None:
    """`pip freeze` writes `ml_dtypes`, others `ml-dtypes`."""
    one, two = (
        requirements.digest(Requirements(("a",), lock=(line,))) for line in ("ml_dtypes==1.0", "ML-dtypes==1.0")
    )

    assert one == two


def test_what_is_not_there_is_named_with_what_is(tmp_path: Path) -> None:
    """Too old, missing, another Python; what a marker leaves out is not asked for."""
    found = installed(tmp_path, {"keras": ("3.1", ())}, python="3.11.7")
    asked = ("keras>=3.10", "torch", 'six; python_version < "3.11"')

    assert requirements.unmet(Requirements(asked, python="3.12"), found) == [
        "Python 3.12 (3.11.7 is installed)",
        "keras>=3.10 (3.1 is installed)",
        "torch (not installed)",
    ]
    assert requirements.unmet(Requirements(("keras",), python="3.11"), found) == []


def test_the_server_s_own_environment_is_read_from_its_folders() -> None:
    """What runs these tests has pytest, and nothing that does not exist."""
    own = Environment.current()

    assert requirements.unmet(Requirements(("pytest>=8", "click")), own) == []
    assert own.has("click")
    assert not own.has("nowhere_to_be_found")


@given(st.dictionaries(st.sampled_from("abcdef"), st.frozensets(st.sampled_from("abcdef")), min_size=1))
def test_a_lock_holds_what_is_needed_and_nothing_else(needs: dict[str, frozenset[str]]) -> None:
    """It is what can be reached from the named packages, in circles too; what is not there is told."""
    import tempfile

    first = min(needs)
    reached, waiting = set(), [first]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += needs.get(name, ())

    with tempfile.TemporaryDirectory() as folder:
        environment = installed(Path(folder), {name: ("1.0", tuple(others)) for name, others in needs.items()})
        lock, missing = requirements.lock((first,), environment)

    assert list(lock) == [f"{name}==1.0" for name in sorted(reached & needs.keys())]
    assert {text.split(",")[0] for text in missing} == reached - needs.keys()


def test_a_lock_follows_extras_and_markers(tmp_path: Path) -> None:
    """Only what was asked for, and only what this platform and that Python need."""
    wanted = ('b; extra == "more"', 'c; extra == "else"', 'd; python_version < "3"', 'e; python_version >= "3.11"')
    packages = {"a": ("1.0", wanted)} | dict.fromkeys("bcde", ("1.0", ()))
    found = installed(tmp_path, packages)

    assert requirements.lock(("a",), found) == (("a==1.0", "e==1.0"), [])
    assert requirements.lock(("a[more]",), found) == (("a==1.0", "b==1.0", "e==1.0"), [])


def test_a_version_that_does_not_fit_is_missing(tmp_path: Path) -> None:
    """A lock made by hand may contradict what its own packages ask for."""
    found = installed(tmp_path, {"a": ("1.0", ("b>=2",)), "b": ("1.0", ())})

    assert requirements.lock(("a",), found)[1] == ["b>=2, which a asks for, and not 1.0"]
