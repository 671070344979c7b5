"""A problem kind is one folder: its examples are proved, and its name is used nowhere else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import practicum
from practicum import kinds, modes
from practicum.kinds.choice import FORMS
from practicum.kinds.choice.proof_form import ProofForm
from practicum.model import Verdict
from practicum.prove.catalogue import load
from practicum.prove.prover import Prover
from practicum.python_source.names import public_functions
from practicum.runner import Job, Pool, Result, stop_messages
from tests.kinds.settling import settle
from tests.prove.making import write_course

PACKAGE = Path(practicum.__file__).parent
FOLDER = PACKAGE / "kinds"


def examples(kind: str) -> list[Path]:
    """A kind's example problems."""
    return sorted([*FOLDER.glob(f"{kind}/example.md"), *FOLDER.glob(f"{kind}/examples/*.md")])


EXAMPLES = [(kind, file) for kind in kinds.registered() for file in examples(kind)]


@pytest.mark.parametrize("kind", kinds.registered())
def test_every_kind_is_a_folder_with_an_example(kind: str) -> None:
    """The example shows what it is for."""
    assert (FOLDER / kind / "__init__.py").is_file()
    assert examples(kind)
    assert kinds.get(kind).name == kind
    assert kinds.get(kind).label


@pytest.mark.parametrize("form", [*FORMS, "claim"])
def test_every_form_of_proof_has_an_example(form: str) -> None:
    """The example has the form's name."""
    assert FOLDER / f"choice/examples/{form}.md" in examples("choice")


@pytest.mark.parametrize("allowed", [0, 1, 3])
@pytest.mark.parametrize(("kind", "file"), EXAMPLES, ids=[f"{kind}-{file.stem}" for kind, file in EXAMPLES])
def test_what_the_sandbox_refuses_settles_nothing(
    kind: str, file: Path, allowed: int, tmp_path: Path, pool: Pool
) -> None:
    """Whichever run is refused, the verdict is an error, and neither proved nor refuted."""
    source = file.with_name("experiments.py").read_text() if file.stem == "best" else ""
    catalogue = load(write_course(tmp_path, {"one": file.read_text()}, source))
    made: list[Job] = []

    def run(job: Job, *arguments: Any, **named: Any) -> Result:
        made.append(job)
        if len(made) <= allowed:
            return pool.run(job, *arguments, **named)
        return Result.not_run(stop_messages.forbidden("process", "snippet", 1))

    (entry,) = Prover(catalogue, run, jobs=1).prove(catalogue.entries.values())

    assert len(made) <= allowed or entry.verdict is Verdict.ERROR


@pytest.mark.parametrize(("kind", "file"), EXAMPLES, ids=[f"{kind}-{file.stem}" for kind, file in EXAMPLES])
def test_every_example_is_proved(kind: str, file: Path, tmp_path: Path, pool: Pool) -> None:
    """The prover and the runner are the real ones."""
    experiments = file.with_name("experiments.py")
    source = experiments.read_text() if file.stem == "best" else ""

    entry = settle(tmp_path, pool, file.read_text(), source)

    assert (entry.verdict, entry.why) == (Verdict.PROVED, "")
    assert entry.problem.kind == kind
    variant = entry.problem.variants[0]
    assert file.stem in ("example", "claim") or file.stem in variant.proof or getattr(variant, file.stem)
    assert not public_functions(source) or entry.evidence.variants[0].measured  # type: ignore[union-attr]


COMMON_WORDS = {"code", "number", "order", "project", "why", "try", "learn", "metrics", "recall"}
"""Names with other meanings too: keys of JSON, tags of HTML."""


def uses(file: Path, name: str) -> list[str]:
    """The lines on which a module uses a name: as any constant; for a common word, where it selects something."""
    found = constants(file, selecting=name in COMMON_WORDS)
    return [f"{file.relative_to(PACKAGE)}:{line}" for value, line in found if value == name]


@cache
def constants(file: Path, selecting: bool) -> list[tuple[object, int]]:
    """The constants of a module but docstrings, with their lines: all, or those that select something."""
    tree = ast.parse(file.read_text())
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = selections(tree) if selecting else [tree]
    return [
        (node.value, node.lineno)
        for part in parts
        for node in ast.walk(part)
        if isinstance(node, ast.Constant) and id(node) not in docstrings
    ]


def selections(tree: ast.AST) -> Iterator[ast.AST]:
    """Comparisons, cases, look-ups by a literal key, and constants."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=container):
                yield from container
            case ast.Compare() | ast.MatchValue():
                yield node
            case ast.Assign(value=ast.Constant() as value):
                yield value
            case ast.keyword(arg="kind" | "mode" | "name", value=value):
                yield value
            case ast.Call(func=ast.Attribute(value=ast.Name("kinds" | "modes"), attr="get"), args=arguments):
                yield from arguments
            case ast.Subscript(value=value, slice=key) if ast.unparse(value).endswith("ALL"):
                yield key


MODULES = [file for file in PACKAGE.rglob("*.py") if "examples" not in file.parts and "lab" not in file.parts]
MODES = PACKAGE / "modes"
OTHER_WORDS = {PACKAGE / "exchange", PACKAGE / "audit"}
"""Packages that use such words for something else: for types of questions in formats, and for what an option states."""


@pytest.mark.parametrize("kind", kinds.registered())
def test_the_name_of_a_kind_is_used_in_its_folder_only(kind: str) -> None:
    """So a new kind is one folder, and everything else iterates over the registry."""
    of_kind = {FOLDER / kind, MODES, *OTHER_WORDS}
    outside = [file for file in MODULES if of_kind.isdisjoint(file.parents)]

    assert [place for file in outside for place in uses(file, kind)] == []


@pytest.mark.parametrize("mode", modes.registered())
def test_the_name_of_a_mode_is_used_in_its_folder_only(mode: str) -> None:
    """The same holds for modes."""
    folders = {MODES / mode, MODES / f"{mode}_"}
    outside = [file for file in MODULES if folders.isdisjoint(file.parents) and FOLDER not in file.parents]

    assert [place for file in outside for place in uses(file, mode)] == []


WEB = PACKAGE / "web"
PAGE_FILES = [
    file
    for file in [*WEB.rglob("*.html"), *WEB.rglob("*.css"), *WEB.rglob("*.js")]
    if file.name not in ("htmx.min.js", "editor-code.js")
]


@pytest.mark.parametrize("kind", sorted(set(kinds.registered()) - COMMON_WORDS))
def test_the_pages_style_and_script_no_kind_by_its_name(kind: str) -> None:
    """No class, element or text of a template, style or script outside the kind's folder has its name."""
    word = re.compile(rf"\b{kind}s?\b")

    assert [file.name for file in PAGE_FILES if word.search(file.read_text())] == []


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_the_proof_table_is_read_in_the_kinds_only(form: ProofForm) -> None:
    """Nothing outside selects by a key of `[proof]`."""
    outside = [file for file in MODULES if FOLDER not in file.parents]
    reads = re.compile(rf"""proof(\.get\(|\[)["']({"|".join(form.schema)})["']""")

    assert [file.name for file in outside if reads.search(file.read_text())] == []


def test_such_a_use_would_be_found() -> None:
    """These tests can fail."""
    file = PACKAGE / "kinds/code/__init__.py"

    assert uses(file, "code") == [f"kinds/code/__init__.py:{line(file, 'name = ')}"]
    assert uses(PACKAGE / "kinds/choice/__init__.py", "choice") != []
    assert uses(MODES / "why/__init__.py", "why") == [
        f"modes/why/__init__.py:{line(MODES / 'why/__init__.py', 'name=')}"
    ]


def line(file: Path, text: str) -> int:
    return file.read_text().partition(text)[0].count("\n") + 1
