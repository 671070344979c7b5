"""What a slice must hold: all that a name rests on, through imports into the lab, and nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from practicum.python_source.names import public_functions
from practicum.python_source.slices import slice_digest

EXPERIMENTS = '''
"""What is measured."""
import math
from practicum.lab import pictures
from practicum.lab.pictures import draw as paint
import practicum.lab.training as training

SIZE = 8


def seen(*, seed=0):
    return pictures.draw(SIZE)


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
    "practicum.lab.pictures": "INK = 1\n\n\ndef draw(n):\n    return [INK] * n\n\n\ndef erase():\n    return 0\n",
    "practicum.lab.training": "from .pictures import draw\ndef fit(x):\n    return draw(x)\nclass Other:\n    pass\n",
}


def of(name: str, experiments: str = EXPERIMENTS, **changed: str) -> str:
    lab = LAB | {f"practicum.lab.{module}": text for module, text in changed.items()}
    return slice_digest(
        "experiments", [name], lambda module: experiments if module == "experiments" else lab.get(module)
    )


@pytest.mark.parametrize("name", ["seen", "painted", "trained"])
def test_a_change_deep_in_the_lab_reaches_every_experiment_that_rests_on_it(name: str) -> None:
    """However it was imported: the module, the name, under another name, or from a module in between."""
    changed = LAB["practicum.lab.pictures"].replace("INK = 1", "INK = 2")

    assert of(name) != of(name, pictures=changed)


@pytest.mark.parametrize("name", ["seen", "painted", "trained", "alone"])
def test_what_nothing_rests_on_may_change(name: str) -> None:
    """Another function of the same module is no part of the slice."""
    pictures = LAB["practicum.lab.pictures"].replace("return 0", "return 9")
    training = LAB["practicum.lab.training"].replace("pass", "x = 1")

    assert of(name) == of(name, pictures=pictures, training=training)


def test_an_experiment_of_its_own_rests_on_no_lab() -> None:
    """`alone` calls nothing."""
    assert of("alone") == of("alone", pictures="", training="")


def test_comments_blank_lines_and_docstrings_are_no_part() -> None:
    """What cannot change a result costs no run."""
    edited = EXPERIMENTS.replace("def seen", "# why\n\ndef seen").replace(
        "    return pictures", '    """What it is."""\n\n    return pictures'
    )

    assert of("seen") == of("seen", edited.replace("SIZE = 8", "SIZE = 8  # pixels"))


def test_a_string_that_looks_like_a_comment_is_a_part() -> None:
    """`"#"` in code is code."""
    first, second = ('X = "# a"\ndef f(): return X\n', 'X = "# b"\ndef f(): return X\n')

    assert of("f", first) != of("f", second)


def test_a_decorator_and_a_star_import_are_followed() -> None:
    """Whatever brings a name in."""
    decorated = "def once(f): return f\n@once\ndef f(): return 1\n"
    star = "from practicum.lab.pictures import *\ndef f(): return draw(1)\n"

    assert of("f", decorated) != of("f", decorated.replace("return f\n", "return  f or 1\n"))
    assert of("f", star) != of("f", star, pictures="def draw(n): return 0\n")


def test_the_real_lab_is_found_without_being_imported() -> None:
    """The prover reads the lab's source and never imports Keras."""
    code = (
        "import sys; from practicum.prove.library_source import library_source; "
        "assert 'def ' in library_source('practicum.lab.image_set') and library_source('numpy') is None; "
        "print([name for name in ('keras', 'numpy', 'practicum.lab') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_the_public_functions_of_a_module() -> None:
    """Underscored helpers are no experiments, and what is no Python offers none."""
    assert public_functions(EXPERIMENTS + "\ndef _own(): pass\n") == {"seen", "painted", "trained", "alone"}
    assert public_functions("def (") == frozenset()
