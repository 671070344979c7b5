"""Requirements: which are met, their digest, and the lock."""

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
def test_the_digest_depends_on_the_lock_but_not_on_its_order(lock: tuple[str, ...], packages: tuple[str, ...]) -> None:
    """Two courses with the same lock share an environment, whatever their requirements are."""
    known = requirements.digest(Requirements(("a",), lock=lock))

    assert requirements.digest(Requirements(packages, lock=lock[::-1])) == known
    assert requirements.digest(Requirements(("a",), lock=(*lock, "zzzzzz==1"))) != known


def test_without_a_lock_the_digest_depends_on_the_requirements() -> None:
    """Not on their spaces and order, but on Python."""
    known = requirements.digest(Requirements(("keras>=3", "numpy")))

    assert requirements.digest(Requirements(("numpy", "keras >= 3"))) == known
    assert requirements.digest(Requirements(("numpy", "keras>=4"))) != known
    assert requirements.digest(Requirements(("numpy", "keras>=3"), python="3.99")) != known


def test_normalizes_names_in_a_lock() -> None:
    """`ml_dtypes` and `ml-dtypes` are the same."""
    one, two = (
        requirements.digest(Requirements(("a",), lock=(line,))) for line in ("ml_dtypes==1.0", "ML-dtypes==1.0")
    )

    assert one == two


def test_lists_unmet_requirements_with_installed_versions(tmp_path: Path) -> None:
    """Too old, missing, another Python; a marker can exclude a requirement."""
    found = installed(tmp_path, {"keras": ("3.1", ())}, python="3.11.7")
    required = ("keras>=3.10", "torch", 'six; python_version < "3.11"')

    assert requirements.unmet(Requirements(required, python="3.12"), found) == [
        "Python 3.12 (3.11.7 is installed)",
        "keras>=3.10 (3.1 is installed)",
        "torch (not installed)",
    ]
    assert requirements.unmet(Requirements(("keras",), python="3.11"), found) == []


def test_reads_the_server_s_own_environment() -> None:
    """It has pytest, which runs these tests."""
    own = Environment.current()

    assert requirements.unmet(Requirements(("pytest>=8", "click")), own) == []
    assert own.has("click")
    assert not own.has("nowhere_to_be_found")


@given(st.dictionaries(st.sampled_from("abcdef"), st.frozensets(st.sampled_from("abcdef")), min_size=1))
def test_a_lock_has_the_dependencies_and_nothing_else(needs: dict[str, frozenset[str]]) -> None:
    """Those that can be reached from the packages, through cycles too. Missing ones are reported."""
    import tempfile

    first = min(needs)
    reached, waiting = set(), [first]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += needs.get(name, ())

    with tempfile.TemporaryDirectory() as folder:
        environment = installed(Path(folder), {name: ("1.0", tuple(required)) for name, required in needs.items()})
        lock, missing = requirements.lock((first,), environment)

    assert list(lock) == [f"{name}==1.0" for name in sorted(reached & needs.keys())]
    assert {text.split(",")[0] for text in missing} == reached - needs.keys()


def test_a_lock_follows_extras_and_markers(tmp_path: Path) -> None:
    """Only requested extras, and only what the platform and Python need."""
    wanted = ('b; extra == "more"', 'c; extra == "else"', 'd; python_version < "3"', 'e; python_version >= "3.11"')
    packages = {"a": ("1.0", wanted)} | dict.fromkeys("bcde", ("1.0", ()))
    found = installed(tmp_path, packages)

    assert requirements.lock(("a",), found) == (("a==1.0", "e==1.0"), [])
    assert requirements.lock(("a[more]",), found) == (("a==1.0", "b==1.0", "e==1.0"), [])


def test_a_version_that_does_not_match_is_missing(tmp_path: Path) -> None:
    """A lock edited by hand may contradict its own packages."""
    found = installed(tmp_path, {"a": ("1.0", ("b>=2",)), "b": ("1.0", ())})

    (missing,) = requirements.lock(("a",), found)[1]
    assert "b>=2" in missing
    assert "1.0" in missing
