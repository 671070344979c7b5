"""How far a learner has come in a topic: each mode's own progress, and one suggestion."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from practicum.application.context import TopicContext
from practicum.application.site import Site
from practicum.application.step_validity import is_done
from practicum.formatting import counted
from practicum.model import Topic
from practicum.modes import Mode
from practicum.practice import progress as practice_progress
from practicum.practice.progress import ModeProgress
from practicum.prove.catalogue import Catalogue
from practicum.store import StepRecord


@dataclass(frozen=True)
class ModeStatus:
    """A learner's progress in one mode, in numbers and in words."""

    progress: ModeProgress
    words: str
    """What is done of it; empty where nothing was begun."""
    resume_path: str = ""
    """Where the learner left off, if that is not the mode's own page."""


@dataclass(frozen=True)
class ModeState:
    """A mode that a topic offers, and the learner's progress in it."""

    context: TopicContext
    status: ModeStatus

    @property
    def mode(self) -> Mode:
        return self.context.mode

    @property
    def progress(self) -> ModeProgress:
        return self.status.progress


@dataclass(frozen=True)
class TopicProgress:
    """All modes of a topic, and the suggestion what to do next."""

    states: tuple[ModeState, ...]
    next: ModeState | None
    reason: str
    """Why that one, as a sentence."""

    @property
    def begun(self) -> int:
        return sum(state.progress.begun for state in self.states)

    @property
    def finished(self) -> int:
        return sum(state.progress.finished for state in self.states)

    @property
    def due(self) -> int:
        return sum(state.progress.due for state in self.states)


def topic_progress(site: Site, token: str, catalogue: Catalogue, topic: Topic) -> TopicProgress:
    """Return the learner's progress in every mode that the topic offers."""
    states = tuple(
        mode_state(TopicContext(site, catalogue, topic, mode, token)) for mode in site.offered(catalogue, topic)
    )
    suggestion = practice_progress.suggest([state.progress for state in states])
    if suggestion is None:
        return TopicProgress(states, None, "")
    chosen = next(state for state in states if state.mode.name == suggestion.mode)
    return TopicProgress(states, chosen, _REASONS[suggestion.reason](chosen))


def mode_state(context: TopicContext) -> ModeState:
    """Return a mode with the progress that its own `progress.py`, or its activity's, reports."""
    return ModeState(context, context.mode.part("progress").progress(context))


def _summary(state: ModeState) -> str:
    return state.mode.summary[0].lower() + state.mode.summary[1:]


_REASONS: dict[str, Callable[[ModeState], str]] = {
    "due": lambda state: f"{counted(state.progress.due, 'card')} {'is' if state.progress.due == 1 else 'are'} due.",
    "begun": lambda state: f"You are in the middle of it: {state.status.words}.",
    "first": lambda state: f"A good place to start: {_summary(state)}",
    "next": lambda state: f"Next in this topic: {_summary(state)}",
}


def last_time(steps: Iterable[StepRecord]) -> int | None:
    """Return when the last of these steps was made, in milliseconds since 1970."""
    return max((step.at for step in steps), default=None)


def problem_progress(context: TopicContext, kind: str, flag: str, word: str) -> ModeStatus:
    """Return the share of a mode's problems for which a step of that kind has that flag: `3 of 12 solved`."""
    problems = [entry.problem for entry in context.entries()]
    steps = context.steps()
    done = sum(is_done(problem, steps, kind, flag) for problem in problems)
    words = f"{done} of {len(problems)} {word}" if steps else ""
    return ModeStatus(ModeProgress(context.mode.name, done, len(problems), last_time(steps)), words)
