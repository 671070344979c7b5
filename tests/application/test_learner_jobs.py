"""The jobs of learners' runs: which of a topic's experiments they can import."""

from __future__ import annotations

from practicum.application.learner_jobs import learner_job
from practicum.application.limits import SHORT
from practicum.model import Run, Topic
from practicum.runner import Environment

EXPERIMENTS = "def shown():\n    return 1\n\n\ndef score(f):\n    return f()\n\n\ndef key():\n    return 3"
TOPIC = Topic("one", "One", "", 1, None, {}, {}, experiments=EXPERIMENTS)
AUTHOR = ("import experiments", "experiments.shown()")


def functions(run: Run) -> tuple[str, str]:
    """What the code, and what its check can import."""
    job = learner_job(run, TOPIC, Environment.current(), SHORT, AUTHOR)
    return job.files["experiments.py"], job.check_files["experiments.py"]


def test_code_can_import_what_the_author_shows() -> None:
    """Not what the learner's code names."""
    code, _ = functions(Run("answer", "import experiments\nexperiments.key()", "import experiments"))

    assert "def shown" in code
    assert "def score" not in code
    assert "def key" not in code


def test_a_metric_can_call_what_it_names() -> None:
    """After the code, or after the check and then in its process alone."""
    metric = {"metric": "experiments.score(f)"}
    without_check, _ = functions(Run("answer", "f = int", values=metric))
    with_check, check = functions(Run("answer", "f = int", check="import experiments", check_values=metric))

    assert "def score" in without_check
    assert "def score" not in with_check
    assert "def score" in check
