"""Pages and cards are proved as problems are: what they show is what running them gave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from practicum.model import Evidence, Verdict
from practicum.prove.catalogue import Catalogue, Entry, load
from practicum.prove.evidence_file import read_evidence, write_evidence
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


def test_records_the_output_of_cells(tmp_path: Path, pool: Pool) -> None:
    """Each cell runs after those it depends on, without their output; a cell that must raise is not among them."""
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


def test_records_what_the_last_expression_of_a_cell_returns(tmp_path: Path, pool: Pool) -> None:
    """As in a notebook; those of cells above are not repeated."""
    cells = ["x = [1, 2]\nx", "print(x)\nlen(x)", "x.append(3);", "object()"]
    page = "# A page\n" + "".join(f"\n```python run\n{code}\n```\n" for code in cells)

    entry = page_of(proved(course(tmp_path, page), pool))

    assert entry.evidence is not None
    assert [cell.stdout for cell in entry.evidence.variants[0].cells] == ["[1, 2]", "[1, 2]\n2", "", ""]


def test_prose_and_output_show_the_same_float32(tmp_path: Path, pool: Pool) -> None:
    """As NumPy prints it."""
    code = "import numpy as np\n\nx = np.float32(0.1)\nprint(x)"
    page = f'# A page\n\nIt is {{{{ gives("x") }}}}.\n\n```python run\n{code}\n```\n'

    entry = page_of(proved(course(tmp_path, page), pool))

    assert entry.evidence is not None
    finding = entry.evidence.variants[0]
    assert ([cell.stdout for cell in finding.cells], finding.values) == (["0.1"], {"x": 0.1})


def test_records_the_figures_of_cells(tmp_path: Path, pool: Pool) -> None:
    """As PNG files, each with the cell that drew it."""
    cells = "import matplotlib.pyplot as plt\nfigure = plt.figure(figsize=(1, 1))\n", "plt.figure(figsize=(2, 1))\n"
    page = "# A page\n\n" + "\n".join(f"```python run\n{code}```\n" for code in cells)

    entry = page_of(proved(course(tmp_path, page), pool))

    assert entry.evidence is not None
    figures = [cell.figures for cell in entry.evidence.variants[0].cells]
    assert [len(drawn) for drawn in figures] == [1, 1]
    assert all(png.startswith(b"\x89PNG") for drawn in figures for png in drawn)
    assert figures[0] != figures[1]


@pytest.mark.parametrize(
    ("cell", "verdict", "code", "part"),
    [
        (
            "```python run\n1 / 0\n```",
            Verdict.REFUTED,
            "cell-raises",
            "line 3 raises ZeroDivisionError: division by zero",
        ),
        ("```python run ValueError\n1 / 0\n```", Verdict.REFUTED, "cell-raises", "ZeroDivisionError"),
        ("```python run ValueError\n1 / 1\n```", Verdict.REFUTED, "cell-does-not-raise", "ValueError"),
        ("```python run\nprint({'a', 'b', 'c', 'd', 'e', 'f'})\n```", Verdict.UNSTABLE, "depends-on-chance", "line 3"),
        ("```python run OSError\nimport os\nos.fork()\n```", Verdict.ERROR, "cell-stopped", "line 3"),
        ("""{{ gives("list({'a', 'b', 'c', 'd', 'e', 'f'})") }}""", Verdict.UNSTABLE, "depends-on-chance", "['"),
        ('{{ gives("object()") }}', Verdict.REFUTED, "not-plain-data", "object()"),
        ('{{ gives("nowhere") }}', Verdict.REFUTED, "not-plain-data", "NameError"),
        ('{{ gives("object") }}', Verdict.REFUTED, "not-plain-data", "type"),
        ('{{ measured("tall", step=1).depth }}', Verdict.REFUTED, "unanswered-query", "`depth`"),
        ('{{ measured("short").height }}', Verdict.ERROR, "wrong-query", "line 3"),
        ('{{ measured("tall", size=1).height }}', Verdict.ERROR, "experiment-failed", "tall(size=1, seed=0)"),
    ],
)
def test_does_not_prove_a_wrong_page(
    cell: str, verdict: Verdict, code: str, part: str, tmp_path: Path, pool: Pool
) -> None:
    """The reason names the cell or line, and the result."""
    entry = page_of(proved(course(tmp_path, f"# A page\n\n{cell}\n"), pool))

    assert entry.verdict is verdict
    assert entry.evidence is not None
    assert entry.evidence.variants[0].code == code
    assert part in entry.why


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("range(4)", "range(5)"),
        ("step=2", "step=1"),
        ("len(squares)", "sum(squares)"),
        ("import math", "import cmath as math"),
    ],
)
def test_a_change_of_code_or_questions_makes_a_page_stale(old: str, new: str, tmp_path: Path, pool: Pool) -> None:
    """A change of its words does not."""
    catalogue = proved(course(tmp_path), pool)
    file = tmp_path / "topic" / "learn.md"
    assert page_of(catalogue).verdict is Verdict.PROVED

    file.write_text(PAGE.replace("The list is", "The sequence is"))
    reworded = page_of(load(tmp_path))
    file.write_text(PAGE.replace(old, new))
    changed = page_of(load(tmp_path))

    assert reworded.verdict is Verdict.PROVED
    assert changed.verdict is Verdict.UNPROVED


def test_a_change_of_its_experiment_makes_a_page_stale(tmp_path: Path, pool: Pool) -> None:
    """A change of another function does not."""
    proved(course(tmp_path), pool)
    file = tmp_path / "topic" / "experiments.py"

    file.write_text(EXPERIMENTS.replace("0.25", "0.75"))
    other = page_of(load(tmp_path))
    file.write_text(EXPERIMENTS.replace("BASE = 0.5", "BASE = 0.6"))
    changed = page_of(load(tmp_path))

    assert other.verdict is Verdict.PROVED
    assert changed.verdict is Verdict.UNPROVED


def test_reads_the_evidence_of_a_page_that_it_wrote(tmp_path: Path, pool: Pool) -> None:
    """Output, figures and values included."""
    catalogue = proved(course(tmp_path), pool)
    found = page_of(catalogue).evidence
    assert isinstance(found, Evidence)

    write_evidence(tmp_path / "again.json", found)

    assert read_evidence(tmp_path / "again.json") == found
    assert not write_evidence(tmp_path / "again.json", replace(found, seconds=1.0))


PNG_EXPERIMENTS = """
import io

from PIL import Image


def drawn(*, kind, seed):
    file = io.BytesIO()
    Image.new("RGB", (3, 2), (seed, 0, 0)).save(file, "PNG")
    return {"map": file.getvalue() if kind == "png" else b"<svg/>", "height": 2}
"""


def test_records_the_images_of_an_experiment(tmp_path: Path, pool: Pool) -> None:
    """With their size; what is no PNG file proves nothing."""
    root = write_course(tmp_path, {}, PNG_EXPERIMENTS)
    (root / "topic" / "learn.md").write_text('# A page\n\n{{ measured("drawn", kind="png", seeds=1).height }}\n')
    (root / "topic" / "why.md").write_text('# A page\n\n{{ measured("drawn", kind="svg", seeds=1).height }}\n')
    catalogue = load(root)
    Prover(catalogue, pool.run, jobs=1).prove(catalogue.all.values())

    pages = load(root).pages
    evidence, wrong = pages["topic/learn.md"].evidence, pages["topic/why.md"]

    assert evidence is not None
    (result,) = evidence.variants[0].measured
    assert (result.images["map"].width, result.images["map"].height) == (3, 2)
    assert (wrong.verdict, "PNG" in wrong.why) == (Verdict.ERROR, True)


def test_proves_cards_by_their_claims(tmp_path: Path, pool: Pool) -> None:
    """Separately; a card without a claim is left out."""
    deck = proved(course(tmp_path), pool).decks["topic/recall.md"]

    assert deck.verdict is Verdict.PROVED
    assert deck.evidence is not None
    assert [(one.params["card"], one.verdict) for one in deck.evidence.variants] == [
        ("How much is left?", Verdict.PROVED),
        ("What grows with its step?", Verdict.PROVED),
    ]


def test_refutes_a_wrong_card_alone(tmp_path: Path, pool: Pool) -> None:
    """The other cards of its deck are proved."""
    wrong = CARDS.replace("len(rest) == 0", "len(rest) == 1")

    deck = proved(course(tmp_path, cards=wrong), pool).decks["topic/recall.md"]

    assert deck.verdict is Verdict.REFUTED
    assert "How much is left?" in deck.why
    assert "`len(rest)` is 0" in deck.why
    assert deck.evidence is not None
    assert [one.verdict for one in deck.evidence.variants] == [Verdict.REFUTED, Verdict.PROVED]


def test_measures_once_for_page_card_and_problem(tmp_path: Path, pool: Pool) -> None:
    """All of them use the same result."""
    catalogue = load(course(tmp_path))
    calls: list[str] = []

    prover = Prover(catalogue, pool.run, jobs=1, on_progress=lambda progress: calls.append(progress.last))
    prover.prove(catalogue.all.values())

    measured = [call for call in calls if call.startswith("tall(")]
    assert len(set(measured)) == 15
    assert len(measured) == 16  # one call is made once more, to compare
