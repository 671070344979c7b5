"""Slices: all code that a name depends on, through imports into the lab, and nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from practicum.python_source.names import public_functions, taken_names, used_members
from practicum.python_source.slices import slice_digest, slice_source

EXPERIMENTS = '''
"""What is measured."""
import math
from practicum.lab import images
from practicum.lab.images import draw as paint
import practicum.lab.training as training

SIZE = 8


def seen(*, seed=0):
    return images.draw(SIZE)


def painted(*, seed=0):
    return paint(3)


def trained(*, seed=0):
    def inner():
        return training.fit(math.pi)
    return inner()


def alone(*, seed=0):
    return 1
'''

LAB = {
    "practicum.lab": '"""The lab."""\n',
    "practicum.lab.images": "INK = 1\n\n\ndef draw(n):\n    return [INK] * n\n\n\ndef erase():\n    return 0\n",
    "practicum.lab.training": "from .images import draw\ndef fit(x):\n    return draw(x)\nclass Other:\n    pass\n",
}


def digest_of(name: str, experiments: str = EXPERIMENTS, **changed: str) -> str:
    lab = LAB | {f"practicum.lab.{module}": text for module, text in changed.items()}
    return slice_digest(
        "experiments", [name], lambda module: experiments if module == "experiments" else lab.get(module)
    )


@pytest.mark.parametrize("name", ["seen", "painted", "trained"])
def test_a_change_in_the_lab_changes_what_depends_on_it(name: str) -> None:
    """However it is imported: the module, the name, under another name, or through another module."""
    changed = LAB["practicum.lab.images"].replace("INK = 1", "INK = 2")

    assert digest_of(name) != digest_of(name, images=changed)


@pytest.mark.parametrize("name", ["seen", "painted", "trained", "alone"])
def test_a_change_elsewhere_does_not(name: str) -> None:
    """Other functions of the same module are not part of the slice."""
    images = LAB["practicum.lab.images"].replace("return 0", "return 9")
    training = LAB["practicum.lab.training"].replace("pass", "x = 1")

    assert digest_of(name) == digest_of(name, images=images, training=training)


def test_an_experiment_without_calls_depends_on_nothing() -> None:
    """`alone` calls nothing."""
    assert digest_of("alone") == digest_of("alone", images="", training="")


def test_leaves_out_comments_blank_lines_and_docstrings() -> None:
    """They cannot change a result."""
    edited = EXPERIMENTS.replace("def seen", "# why\n\ndef seen").replace(
        "    return images", '    """What it is."""\n\n    return images'
    )

    assert digest_of("seen") == digest_of("seen", edited.replace("SIZE = 8", "SIZE = 8  # pixels"))


def test_keeps_strings_that_look_like_comments() -> None:
    """`"#"` in code is code."""
    first, second = ('X = "# a"\ndef f(): return X\n', 'X = "# b"\ndef f(): return X\n')

    assert digest_of("f", first) != digest_of("f", second)


def test_follows_decorators_and_star_imports() -> None:
    """As any other way to bind a name."""
    decorated = "def once(f): return f\n@once\ndef f(): return 1\n"
    star = "from practicum.lab.images import *\ndef f(): return draw(1)\n"

    assert digest_of("f", decorated) != digest_of("f", decorated.replace("return f\n", "return  f or 1\n"))
    assert digest_of("f", star) != digest_of("f", star, images="def draw(n): return 0\n")


@pytest.mark.parametrize(
    "code",
    [
        "def f():\n    from practicum.lab.images import draw\n    return draw(1)\n",
        "def f():\n    from practicum.lab import images as drawings\n    return drawings.draw(1)\n",
        "try:\n    from practicum.lab import images\nfinally:\n    x = 1\ndef f(): return images.draw(1)\n",
        "with open('x') as file:\n    from practicum.lab.images import draw\ndef f(): return draw(1)\n",
    ],
)
def test_follows_imports_within_functions_and_blocks(code: str) -> None:
    """Wherever in the module they are."""
    assert digest_of("f", code) != digest_of("f", code, images="def draw(n): return 0\n")
    assert digest_of("f", code) == digest_of(
        "f", code, images=LAB["practicum.lab.images"].replace("return 0", "return 9")
    )


@pytest.mark.slow
def test_reads_the_lab_without_importing_it() -> None:
    """The prover reads the lab's source and never imports Keras."""
    code = (
        "import sys; from practicum.prove.experiment_imports import library_source; "
        "assert 'def ' in library_source('practicum.lab.image_set') and library_source('numpy') is None; "
        "print([name for name in ('keras', 'numpy', 'practicum.lab') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_the_public_functions_of_a_module() -> None:
    """Names with an underscore are left out; a text that is not Python has none."""
    assert public_functions(EXPERIMENTS + "\ndef _own(): pass\n") == {"seen", "painted", "trained", "alone"}
    assert public_functions("def (") == frozenset()


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        ([], set()),
        (["seen"], {"seen", "SIZE"}),
        (["painted"], {"painted"}),
        (["seen", "trained"], {"seen", "SIZE", "trained"}),
        (["*"], {"seen", "painted", "trained", "alone", "SIZE"}),
        (["missing"], set()),
    ],
)
def test_the_source_of_a_slice(names: list[str], kept: set[str]) -> None:
    """Every statement that is kept stands at its own line, with the imports of the module."""
    source = slice_source(EXPERIMENTS + "# a remark\n", names)

    written, sliced = (
        {
            getattr(node, "name", None) or node.targets[0].id: node.lineno
            for node in ast.parse(text).body
            if not skip(node)
        }
        for text in (EXPERIMENTS, source)
    )
    assert sliced == {name: line for name, line in written.items() if name in kept}
    assert sum(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.parse(source).body) == 4
    assert "measured" not in source
    assert "remark" not in source


def skip(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Expr)


@pytest.mark.parametrize(
    ("codes", "used"),
    [
        (["from lab import a, b as c"], {"a", "b"}),
        (["from lab import *"], {"*"}),
        (["import lab", "lab.a(1)", "lab.b"], {"a", "b"}),
        (["import lab as l\nl.a"], {"a"}),
        (["import lab\nprint(lab)"], {"*"}),
        (["def f():\n    import lab\n    return lab.a"], {"a"}),
        (["import lab"], set()),
        (["import other\nother.a", "from other import b", "lab = 1"], set()),
        (["from .lab import a"], set()),
        (["not Python (", "from lab import a"], {"a"}),
    ],
)
def test_the_names_that_code_takes_from_a_module(codes: list[str], used: set[str]) -> None:
    assert used_members(codes, "lab") == used


@pytest.mark.parametrize(
    ("code", "taken"),
    [
        ("assert f(x) == y", {"f", "x", "y"}),
        ("x = 3\nassert f(x)", {"f"}),
        ("x = list(x)\nassert x", {"x", "list"}),
        ("assert x\nx = 3", {"x"}),
        ("for x in (1, 2):\n    assert f(x)", {"f"}),
        ("[x for x in y]", {"y"}),
        ("def g(x):\n    return f(x, n)\nn = 3\ng(1)", {"f"}),
        ("with f() as x:\n    x.g()", {"f"}),
        ("try:\n    f()\nexcept E as e:\n    print(e)", {"f", "E", "print"}),
        ("match f:\n    case [x]:\n        x", {"f"}),
        ("def g():\n    global x\n    x = f()\ng()\nassert x", {"f"}),
        ("import numpy as np\nnp.f()", set()),
        ("x = =", set()),
    ],
)
def test_names_that_code_takes_from_before(code: str, taken: set[str]) -> None:
    """A name that it reads before it binds it."""
    assert taken_names(code) == taken
