"""Pages and cards are proved as problems are: what they show is what running them gave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from practicum.model import Evidence, Verdict
from practicum.prove import evidence as evidences
from practicum.prove.catalogue import Catalogue, Entry, load
from practicum.prove.prover import Prover
from practicum.runner import Pool
from tests.prove.making import EXPERIMENTS, write_course

PAGE = """\
# A page

Over five seeds it is {{ measured("tall", step=2).height | round(1) }} high, at least
{{ measured("tall", step=2).height.low | round(2) }}; best is {{ best("tall", "step", [1, 3], measure="height").step }}.
The list is {{ gives("len(squares)") }} long.

```python setup
print("never seen")
import math
```

```python run
squares = [n * n for n in range(4)]
print(squares)
```

```python run ZeroDivisionError
broken = squares[0] / 0
```

```python run
print(sum(squares), math.floor(1.5), "broken" in globals())
```
"""
CARDS = """\
## How much is left?

Nothing.

```python setup
rest = [n for n in range(3) if n > 5]
```

```python claim
len(rest) == 0
```

## Said, not run?

A matter of words.

## What grows with its step?

The height.

```python claim
tall(step=2, seed=seed).height > tall(step=1, seed=seed).height
```
"""


def course(root: Path, page: str = PAGE, cards: str = CARDS) -> Path:
    """A course of one page and a deck."""
    write_course(root, {}, EXPERIMENTS)
    (root / "topic" / "learn.md").write_text(page)
    (root / "topic" / "recall.md").write_text(cards)
    return root


def proved(root: Path, pool: Pool) -> Catalogue:
    catalogue = load(root)
    Prover(catalogue, pool.run, jobs=1).prove(catalogue.all.values())
    return load(root)


def page_of(catalogue: Catalogue) -> Entry:
    return catalogue.pages["topic/learn.md"]


def test_a_page_shows_what_its_cells_gave(tmp_path: Path, pool: Pool) -> None:
    """Each after those above it, whose output is not its own; what must raise is no ground to build on."""
    entry = page_of(proved(course(tmp_path), pool))

    assert (entry.verdict, entry.why) == (Verdict.PROVED, "")
    assert entry.evidence is not None
    finding = entry.evidence.variants[0]
    assert [(cell.stdout, cell.failure) for cell in finding.cells] == [
        ("[0, 1, 4, 9]", ""),
        ("", "ZeroDivisionError: division by zero"),
        ("14 1 False", ""),
    ]
    assert finding.values == {"len(squares)": 4}
    assert len(finding.measured) == 5 + 2 * 5


def test_what_a_cell_draws_is_kept(tmp_path: Path, pool: Pool) -> None:
    """As the PNG file that it drew, and only what that cell drew."""
    cells = "import matplotlib.pyplot as plt\nfigure = plt.figure(figsize=(1, 1))\n", "plt.figure(figsize=(2, 1))\n"
    page = "# A page\n\n" + "\n".join(f"```python run\n{code}```\n" for code in cells)

    entry = page_of(proved(course(tmp_path, page), pool))

    assert entry.evidence is not None
    figures = [cell.figures for cell in entry.evidence.variants[0].cells]
    assert [len(drawn) for drawn in figures] == [1, 1]
    assert all(png.startswith(b"\x89PNG") for drawn in figures for png in drawn)
    assert figures[0] != figures[1]


@pytest.mark.parametrize(
    ("cell", "verdict", "why"),
    [
        ("```python run\n1 / 0\n```", Verdict.REFUTED, "the cell on line 3 raises ZeroDivisionError: division by zero"),
        ("```python run ValueError\n1 / 0\n```", Verdict.REFUTED, "the cell on line 3 raises ZeroDivisionError"),
        ("```python run ValueError\n1 / 1\n```", Verdict.REFUTED, "line 3 raises nothing, and should raise ValueError"),
        ("```python run\nprint({'a', 'b', 'c', 'd', 'e', 'f'})\n```", Verdict.UNSTABLE, "not give the same each time"),
        (
            """{{ gives("list({'a', 'b', 'c', 'd', 'e', 'f'})") }}""",
            Verdict.UNSTABLE,
            "does not give the same each time: 2 fresh runs gave `['",
        ),
        ('{{ gives("object()") }}', Verdict.REFUTED, '`gives("object()")` gives a object'),
        ('{{ gives("nowhere") }}', Verdict.REFUTED, '`gives("nowhere")` gives NameError'),
        ('{{ gives("object") }}', Verdict.REFUTED, '`gives("object")` gives a type'),
        ('{{ measured("tall", step=1).depth }}', Verdict.REFUTED, "line 3: `tall` gives no `depth`; it gives height"),
        ('{{ measured("short").height }}', Verdict.ERROR, "line 3: `measured` begins with the name of an experiment"),
        ('{{ measured("tall", size=1).height }}', Verdict.ERROR, "tall(size=1, seed=0) raises TypeError"),
    ],
)
def test_a_page_that_is_not_so_is_not_proved(cell: str, verdict: Verdict, why: str, tmp_path: Path, pool: Pool) -> None:
    """Its author is told which cell or line, and what really happened."""
    entry = page_of(proved(course(tmp_path, f"# A page\n\n{cell}\n"), pool))

    assert entry.verdict is verdict
    assert why in entry.why


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("range(4)", "range(5)"),
        ("step=2", "step=1"),
        ("len(squares)", "sum(squares)"),
        ("import math", "import cmath as math"),
    ],
)
def test_a_page_is_stale_when_what_it_shows_changed(old: str, new: str, tmp_path: Path, pool: Pool) -> None:
    """A stale page is not served; what is only prose may change."""
    catalogue = proved(course(tmp_path), pool)
    file = tmp_path / "topic" / "learn.md"
    assert page_of(catalogue).verdict is Verdict.PROVED

    file.write_text(PAGE.replace("The list is", "The row is"))
    reworded = page_of(load(tmp_path))
    file.write_text(PAGE.replace(old, new))
    changed = page_of(load(tmp_path))

    assert reworded.verdict is Verdict.PROVED
    assert (changed.verdict, changed.why) == (Verdict.UNPROVED, "it has not been run since it changed")


def test_a_page_is_stale_when_its_experiment_changed(tmp_path: Path, pool: Pool) -> None:
    """And only then: another function is none of its business."""
    proved(course(tmp_path), pool)
    file = tmp_path / "topic" / "experiments.py"

    file.write_text(EXPERIMENTS.replace("0.25", "0.75"))
    other = page_of(load(tmp_path))
    file.write_text(EXPERIMENTS.replace("BASE = 0.5", "BASE = 0.6"))
    changed = page_of(load(tmp_path))

    assert other.verdict is Verdict.PROVED
    assert changed.verdict is Verdict.UNPROVED


def test_evidence_of_a_page_is_read_back_as_it_was_written(tmp_path: Path, pool: Pool) -> None:
    """Output, pictures and values too."""
    catalogue = proved(course(tmp_path), pool)
    found = page_of(catalogue).evidence
    assert isinstance(found, Evidence)

    evidences.write(tmp_path / "again.json", found)

    assert evidences.read(tmp_path / "again.json") == found
    assert not evidences.write(tmp_path / "again.json", replace(found, seconds=1.0))


def test_cards_are_proved_by_their_claims(tmp_path: Path, pool: Pool) -> None:
    """One by one; a card without a claim is no part of it."""
    deck = proved(course(tmp_path), pool).decks["topic/recall.md"]

    assert deck.verdict is Verdict.PROVED
    assert deck.evidence is not None
    assert [(one.params["card"], one.verdict) for one in deck.evidence.variants] == [
        ("How much is left?", Verdict.PROVED),
        ("What grows with its step?", Verdict.PROVED),
    ]


def test_a_card_that_is_wrong_is_refuted_alone(tmp_path: Path, pool: Pool) -> None:
    """The others of its deck stand."""
    wrong = CARDS.replace("len(rest) == 0", "len(rest) == 1")

    deck = proved(course(tmp_path, cards=wrong), pool).decks["topic/recall.md"]

    assert deck.verdict is Verdict.REFUTED
    assert deck.why == "with card = 'How much is left?': its claim does not hold: `len(rest)` is 0"
    assert deck.evidence is not None
    assert [one.verdict for one in deck.evidence.variants] == [Verdict.REFUTED, Verdict.PROVED]


def test_a_measurement_is_made_once_for_page_card_and_problem(tmp_path: Path, pool: Pool) -> None:
    """What one of them has measured, the others find."""
    catalogue = load(course(tmp_path))
    calls: list[str] = []

    prover = Prover(catalogue, pool.run, jobs=1, on_progress=lambda progress: calls.append(progress.what))
    prover.prove(catalogue.all.values())

    measured = [what for what in calls if what.startswith("tall(")]
    assert len(measured) == len(set(measured)) == 15
