"""A package outside practicum adds a kind with an interactive form by its own folder and one entry point."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.slow

KIND = '''
from practicum.kinds.base import Kind, variant_finding
from practicum.model import Plan, Verdict


class Slider(Kind):
    """Move a slider to the right value."""

    name = "slider"
    label = "Slider"
    roles = frozenset({"run"})

    def mistakes(self, problem, variant):
        return iter(())

    def plan(self, problem, variant, experiments):
        return Plan()

    def judge(self, problem, variant, observations):
        return variant_finding(variant, Verdict.PROVED)

    def form_context(self, problem, variant, order, fields):
        return {"value": fields[0] if fields else "5"}


KIND = Slider()
'''
FORM = """<practicum-slider><input type="range" name="answer" value="{{ form.context.value }}"></practicum-slider>"""
STYLE = "practicum-slider input { width: 100%; }\n"
SCRIPT = 'customElements.define("practicum-slider", class extends HTMLElement {});\n'

USE = """
import json
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient
from practicum import kinds
from practicum.model import Level, Problem, Variant
from practicum.web import assets, problem_view, rendering

problem = Problem("topic/try/one.md", "slider", "", Level.BEGINNER, 60, 2, (Variant({}, "A question", ""),))
form = problem_view.form_view(problem, 0, ())
needed = assets.form_assets(["slider"])
browser = TestClient(Starlette(routes=[Route("/static/{name}", assets.serve)]))
print(json.dumps({
    "kinds": list(kinds.registered()),
    "form": rendering.fragment(form.template, form=form),
    "style": browser.get(needed.styles[0]).text,
    "script": browser.get(needed.scripts[0]).text,
    "others": len(assets.form_assets(["choice"]).scripts),
}))
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a process reports in whose environment the package is installed."""
    root = tmp_path_factory.mktemp("site-packages")
    package = root / "sliders" / "slider"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    for name, text in {"__init__.py": KIND, "form.html": FORM, "style.css": STYLE, "script.js": SCRIPT}.items():
        (package / name).write_text(text)
    metadata = root / "sliders-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: sliders\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[practicum.kinds]\nslider = sliders.slider:KIND\n")

    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{textwrap.dedent(USE)}"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    reported: dict[str, object] = json.loads(run.stdout)
    return reported


def test_the_kind_is_registered_after_the_built_in_ones(shown: dict[str, object]) -> None:
    names = shown["kinds"]

    assert isinstance(names, list)
    assert names[0] == "choice"
    assert names[-1] == "slider"


def test_its_form_is_rendered(shown: dict[str, object]) -> None:
    assert shown["form"] == FORM.replace("{{ form.context.value }}", "5")


def test_its_style_and_script_are_served(shown: dict[str, object]) -> None:
    assert (shown["style"], shown["script"]) == (STYLE, SCRIPT)


def test_pages_without_its_form_do_not_load_its_script(shown: dict[str, object]) -> None:
    assert shown["others"] == 0
