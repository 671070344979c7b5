"""A problem kind is one folder. Its examples are proved; its name stands nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import practicum
from practicum import kinds, modes
from practicum.kinds.choice import FORMS
from practicum.model import Verdict
from practicum.python_source.names import public_functions
from practicum.runner import Pool
from tests.kinds.settling import settle

PACKAGE = Path(practicum.__file__).parent
FOLDER = PACKAGE / "kinds"


def examples(kind: str) -> list[Path]:
    """A kind's example problems."""
    return sorted([*FOLDER.glob(f"{kind}/example.md"), *FOLDER.glob(f"{kind}/examples/*.md")])


EXAMPLES = [(kind, file) for kind in kinds.registered() for file in examples(kind)]


@pytest.mark.parametrize("kind", kinds.registered())
def test_every_kind_is_a_folder_with_an_example(kind: str) -> None:
    """Whoever adds one shows what it is for."""
    assert (FOLDER / kind / "__init__.py").is_file()
    assert examples(kind)
    assert kinds.get(kind).name == kind
    assert kinds.get(kind).label


@pytest.mark.parametrize("form", [*FORMS, "claim"])
def test_every_form_of_proof_has_an_example(form: str) -> None:
    """By its name."""
    assert FOLDER / f"choice/examples/{form}.md" in examples("choice")


@pytest.mark.parametrize(("kind", "file"), EXAMPLES, ids=[f"{kind}-{file.stem}" for kind, file in EXAMPLES])
def test_every_example_is_proved(kind: str, file: Path, tmp_path: Path, pool: Pool) -> None:
    """By the prover and the runner, as any problem is."""
    experiments = file.with_name("experiments.py")
    source = experiments.read_text() if file.stem == "best" else ""

    entry = settle(tmp_path, pool, file.read_text(), source)

    assert (entry.verdict, entry.why) == (Verdict.PROVED, "")
    assert entry.problem.kind == kind
    assert file.stem in ("example", "claim") or file.stem in entry.problem.variants[0].proof
    assert not public_functions(source) or entry.evidence.variants[0].measured  # type: ignore[union-attr]


WORDS = {"code", "number", "order", "project", "why", "try", "learn", "metrics", "recall"}
"""Names that are words of other trades too: keys of JSON, tags of HTML."""


def named(file: Path, name: str) -> list[str]:
    """Where a module names a kind or mode: anywhere; a common word, where something is chosen by it."""
    tree = ast.parse(file.read_text())
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    within = choosing(tree) if name in WORDS else [tree]
    found = (node for part in within for node in ast.walk(part))
    return [
        f"{file.relative_to(PACKAGE)}:{node.lineno}"
        for node in found
        if isinstance(node, ast.Constant) and node.value == name and id(node) not in told
    ]


def choosing(tree: ast.AST) -> Iterator[ast.AST]:
    """Comparisons, cases, look-ups by a written key, and names given to a constant."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare() | ast.MatchValue():
                yield node
            case ast.Assign(value=ast.Constant() as value):
                yield value
            case ast.keyword(arg="kind" | "mode" | "name", value=value):
                yield value
            case ast.Call(func=ast.Attribute(value=ast.Name("kinds" | "modes"), attr="get"), args=given):
                yield from given
            case ast.Subscript(value=value, slice=key) if ast.unparse(value).endswith("ALL"):
                yield key


MODULES = [file for file in PACKAGE.rglob("*.py") if "examples" not in file.parts and "lab" not in file.parts]
MODES = PACKAGE / "modes"


@pytest.mark.parametrize("kind", kinds.registered())
def test_a_kind_s_name_stands_only_in_its_folder(kind: str) -> None:
    """So that a new kind is one folder, and all else iterates the registry."""
    outside = [file for file in MODULES if FOLDER / kind not in file.parents and MODES not in file.parents]

    assert [place for file in outside for place in named(file, kind)] == []


@pytest.mark.parametrize("mode", [mode.name for mode in modes.ALL])
def test_a_mode_s_name_stands_only_in_its_module(mode: str) -> None:
    """The same of modes."""
    own = {MODES / f"{mode}.py", MODES / f"{mode}_.py"}
    outside = [file for file in MODULES if file not in own and FOLDER not in file.parents]

    assert [place for file in outside for place in named(file, mode)] == []


def test_such_a_place_would_be_found(tmp_path: Path) -> None:
    """These tests can fail."""
    file = PACKAGE / "kinds/code/__init__.py"

    assert named(file, "code") == [f"kinds/code/__init__.py:{line(file, 'name = ')}"]
    assert named(PACKAGE / "kinds/choice/__init__.py", "choice") != []
    assert named(MODES / "why.py", "why") == [f"modes/why.py:{line(MODES / 'why.py', 'name=')}"]


def line(file: Path, text: str) -> int:
    return file.read_text().partition(text)[0].count("\n") + 1
