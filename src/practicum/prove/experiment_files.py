"""The file `experiments.py` of a run: of the topic's experiments, what the author's code names."""

from __future__ import annotations

from practicum.model import Topic
from practicum.python_source.names import mentioned_names, used_members
from practicum.python_source.slices import slice_source

NAME = "experiments"


def experiment_files(topic: Topic, *codes: str) -> dict[str, str]:
    """Return the files with which these pieces of code can import the experiments that they name, and no others."""
    if not any(NAME in mentioned_names(code) for code in codes):
        return {}
    return {f"{NAME}.py": slice_source(topic.experiments, used_members(codes, NAME))}
