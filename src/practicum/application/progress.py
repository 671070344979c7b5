"""How far a learner has come in a topic: each mode's own progress, and one suggestion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
class NextStep:
    """What to do next in a topic: the only suggestion that any page makes."""

    state: ModeState
    reason: str
    """Why that mode, as a sentence."""
    label: str
    """What its button reads, such as `Continue with Learn`."""

    @property
    def path(self) -> str:
        """Where it begins, or where the learner left off."""
        return self.state.status.resume_path or self.state.context.path


@dataclass(frozen=True)
class TopicProgress:
    """All modes of a topic, and the suggestion what to do next."""

    catalogue: Catalogue
    topic: Topic
    states: tuple[ModeState, ...]
    next: NextStep | None

    @property
    def begun(self) -> int:
        return sum(state.progress.begun for state in self.states)

    @property
    def finished(self) -> int:
        return sum(state.progress.finished for state in self.states)

    @property
    def due(self) -> int:
        return sum(state.progress.due for state in self.states)

    @property
    def last_at(self) -> int:
        """When the learner last did something in it, in milliseconds since 1970; 0 if never."""
        return max((state.progress.last_at or 0 for state in self.states), default=0)


def topic_progress(site: Site, token: str, catalogue: Catalogue, topic: Topic) -> TopicProgress:
    """Return the learner's progress in every mode that the topic offers."""
    states = tuple(
        mode_state(TopicContext(site, catalogue, topic, mode, token)) for mode in site.offered(catalogue, topic)
    )
    return TopicProgress(catalogue, topic, states, _next_step(states))


def site_progress(site: Site, token: str) -> tuple[TopicProgress, ...]:
    """Return the learner's progress in every topic that has something to show, in the order of the home page."""
    return tuple(
        topic_progress(site, token, catalogue, topic)
        for catalogue in site.catalogues.values()
        for topic in catalogue.course.topics
        if site.offered(catalogue, topic)
    )


def next_topic(topics: Sequence[TopicProgress]) -> TopicProgress | None:
    """Return the topic to go on with: of those that suggest something the one used last, or else the first."""
    return max((topic for topic in topics if topic.next), key=lambda topic: topic.last_at, default=None)


def _next_step(states: Sequence[ModeState]) -> NextStep | None:
    suggestion = practice_progress.suggest([state.progress for state in states])
    if suggestion is None:
        return None
    chosen = next(state for state in states if state.mode.name == suggestion.mode)
    return NextStep(chosen, _REASONS[suggestion.reason](chosen), _LABELS[suggestion.reason](chosen))


@dataclass(frozen=True)
class Neighbours:
    """The modes before and after one in its topic, and where each begins."""

    previous: ModeLink | None
    next: ModeLink | None
    step: NextStep | None = None
    """What to do next in the topic, if that is in another mode."""


@dataclass(frozen=True)
class ModeLink:
    """Another mode of a topic."""

    title: str
    path: str


def neighbours(context: TopicContext, suggest: bool = False) -> Neighbours:
    """Return the modes around this one. `suggest`: whether to look up what to do next, which reads all progress."""
    offered = context.site.offered(context.catalogue, context.topic)
    place = next((number for number, mode in enumerate(offered) if mode.name == context.mode.name), None)
    if place is None:
        return Neighbours(None, None)
    links = [ModeLink(mode.title, f"{context.topic_path}/{mode.name}") for mode in offered]
    step = topic_progress(context.site, context.token, context.catalogue, context.topic).next if suggest else None
    elsewhere = step if step and step.state.mode.name != context.mode.name else None
    before = links[place - 1] if place else None
    return Neighbours(before, links[place + 1] if place + 1 < len(links) else None, elsewhere)


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
_LABELS: dict[str, Callable[[ModeState], str]] = {
    "due": lambda state: f"Review {counted(state.progress.due, 'card')}",
    "begun": lambda state: f"Continue with {state.mode.title}",
    "first": lambda state: f"Start with {state.mode.title}",
    "next": lambda state: f"Next: {state.mode.title}",
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
