"""The interface of a problem kind: what its files may contain, what is run to prove and grade it, and its form."""

from __future__ import annotations

import random
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from practicum.errors import CodedError
from practicum.kinds.experiment_calls import MeasuredNumber
from practicum.model import (
    CaseResult,
    Measurement,
    Observation,
    Observations,
    Plan,
    Problem,
    Run,
    Variant,
    VariantFinding,
    Verdict,
)


@dataclass(frozen=True)
class PartMistake:
    """One mistake in one part of a problem as written."""

    part: str
    """The part: `proof`, `proof.value`, `goal.metric`, `option 2`, `claim 2`, `fix 2`, `solution`, `mutant 1`; or
    `title` where a part is missing."""
    code: str
    """Kebab-case, stable across wordings: `missing-snippet`."""
    message: str
    line_offset: int = 0
    """Lines below the first line of the part."""


class IncompleteAnswer(CodedError):
    """An answer that cannot be graded yet, such as an empty blank or a text where a number is needed.

    It uses up no attempt. The message says what is missing and what to do. Codes: `blank-empty`, `ambiguous-number`,
    `not-a-number`, `not-a-literal`, `start-unchanged`, `place-taken`; of the pages: `answer-empty`, `answer-too-long`.
    """


class MissingKey(LookupError):
    """The right answer is not known, because the problem has not been run in its present form."""


class Kind(ABC):
    """One kind of problem: a folder with this class, an example and, if it has a form, `form.html`.

    A `style.css` and a `script.js` in the folder are loaded on the pages that show the form. An *answer* is a tuple of
    strings, as it is stored; *fields* are the values that the form sends under the name `answer`.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    roles: ClassVar[frozenset[str]]
    """The roles of code fences that its files may contain."""
    has_goal: ClassVar[bool] = False
    """Whether its front matter may contain a `[goal]`."""
    has_bank: ClassVar[bool] = False
    """Whether its front matter may contain a `bank`."""
    has_depends: ClassVar[bool] = False
    """Whether its front matter may contain a table `[depends]`."""
    has_tests: ClassVar[bool] = False
    """Whether its front matter may contain `[[tests]]`."""
    has_shuffle: ClassVar[bool] = False
    """Whether its front matter may contain `shuffle`, by which the form's items keep the author's order."""
    has_form: ClassVar[bool] = True
    """Whether learners answer with its `form.html`; if not, the mode that shows it has pages for it."""
    is_composed: ClassVar[bool] = True
    """Whether answers are typed or assembled, and not picked: what was entered is then shown again with a refusal."""
    answer_is_code: ClassVar[bool] = False
    """Whether answers are Python code."""
    has_editor: ClassVar[bool] = False
    """Whether its form contains the pages' code editor (`editor.html`)."""
    proof_summary: ClassVar[str] = "Every run returned what the author states"
    """What a proof of this kind shows, as the beginning of a sentence; of one variant, `proof_text`."""
    rules: ClassVar[int] = 0
    """The version of the rules by which its problems are proved. Raising it makes their evidence stale."""

    # --- its folder

    @property
    def package(self) -> str:
        """The package whose folder holds the kind's form, style and script."""
        spec = sys.modules[type(self).__module__].__spec__
        assert spec is not None
        return spec.parent or spec.name

    @property
    def form_template(self) -> str | None:
        """The name of the form's template, or None for a kind without a form."""
        return f"kinds/{self.name}/form.html" if self.has_form else None

    # --- reading and proving

    @abstractmethod
    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[PartMistake]:
        """The mistakes in one variant as written, before anything is run."""

    @abstractmethod
    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        """The runs that prove a variant.

        Args:
            problem: The problem.
            variant: One of its variants, without mistakes.
            experiments: The names of the functions in the topic's `experiments.py`.
        """

    def further_measurements(self, variant: Variant, observations: Observations) -> tuple[Measurement, ...]:
        """What must be measured as well, after the plan's measurements and the further ones before showed this.

        It is asked again with the results, until it returns nothing.
        """
        return ()

    @abstractmethod
    def judge(self, problem: Problem, variant: Variant, observations: Observations) -> VariantFinding:
        """The verdict on a variant, from what the runs of its plan showed."""

    def fence_is_answer(self, proof: Mapping[str, Any]) -> bool:
        """Whether, with this `[proof]`, a fence without a role in an option is the answer that the option gives."""
        return False

    def experiment_names(self, variant: Variant) -> frozenset[str]:
        """The experiments that the `[proof]` names other than in Python code."""
        return frozenset()

    def option_code(self, variant: Variant) -> tuple[str, ...]:
        """The code of the options that are run, as it is run."""
        return ()

    def with_one_seed(self, variant: Variant) -> Variant:
        """The variant with a plan of one seed per measurement, for a learner who watches it run again."""
        return variant

    def observes_value(self, variant: Variant) -> bool:
        """Whether findings record a bare value as `observed`, and not a sentence."""
        return False

    def proof_text(self, variant: Variant) -> str:
        """What the proof of a variant shows, as the beginning of a sentence."""
        return self.proof_summary

    def answer_is_run(self, variant: Variant) -> bool:
        """Whether an answer is run to grade it."""
        return self.answer_is_code

    def measured_option(self, variant: Variant, measurement: Measurement) -> int | None:
        """The option (from 0) whose claim a measurement is about, or None."""
        return None

    def measured_numbers(
        self, variant: Variant, number: int, experiments: frozenset[str]
    ) -> tuple[MeasuredNumber, ...]:
        """The results of experiments on which it rests whether an option (from 0) is right, to be shown as a chart."""
        return ()

    # --- asking

    def item_count(self, variant: Variant) -> int:
        """How many items the form shuffles, such as options or lines."""
        return 0

    def shuffled_order(self, variant: Variant, rng: random.Random) -> tuple[int, ...]:
        """A random order of the form's items, by their numbers from 0."""
        order = list(range(self.item_count(variant)))
        rng.shuffle(order)
        return tuple(order)

    def form_context(
        self, problem: Problem, variant: Variant, order: Sequence[int], fields: Sequence[str]
    ) -> Mapping[str, Any]:
        """What the template finds in `form.context`; the options of the variant are in `form.options` anyway.

        It must not contain anything that reveals the answer (key, solution, check, mutants).

        Args:
            problem: The problem.
            variant: The variant to ask.
            order: The order of the items, as `shuffled_order` returned it.
            fields: What the learner has entered so far, possibly nothing.
        """
        return {"value": fields[0] if fields else ""}

    def option_mark(self, variant: Variant, place: int) -> str:
        """What the option at a place on the page (from 1) is called, and the key that picks it."""
        return str(place)

    def shortcut_help(self, variant: Variant) -> str:
        """The keys that the form reacts to, in words: `1–4 pick, Enter answers`; empty if there are none."""
        return ""

    # --- answering

    def read_answer(self, variant: Variant, order: Sequence[int], fields: Sequence[str]) -> tuple[str, ...]:
        """The answer that a form's fields mean; empty if nothing was filled in.

        Two answers with the same meaning are equal.

        Raises:
            IncompleteAnswer: The answer cannot be graded yet.
            ValueError: The kind's form never sends such fields.
        """
        raise NotImplementedError(f"{self.name} is not answered by a form")

    def answer_fields(self, variant: Variant, order: Sequence[int], answer: tuple[str, ...]) -> tuple[str, ...]:
        """The fields that the form sends for an answer."""
        return answer

    def grading_runs(self, variant: Variant, answer: tuple[str, ...]) -> tuple[Run, ...]:
        """The runs that grade an answer, one per test case; none if the answer is compared with a known key."""
        return ()

    def grade(
        self,
        variant: Variant,
        answer: tuple[str, ...],
        finding: VariantFinding | None,
        observations: Sequence[Observation] = (),
    ) -> bool:
        """Whether an answer is right.

        Args:
            variant: The variant that was asked.
            answer: The answer.
            finding: What proving the variant found, if it was proved.
            observations: What the answer's `grading_runs` showed.

        Raises:
            MissingKey: The answer is compared with a finding, and there is none.
        """
        raise NotImplementedError(f"{self.name} is not answered by a form")

    def case_results(self, variant: Variant, observations: Sequence[Observation]) -> tuple[CaseResult, ...]:
        """The result of each test case, from what the answer's `grading_runs` showed; none without test cases."""
        return ()

    def hides_run(self, variant: Variant, name: str) -> bool:
        """Whether a run of the plan belongs to a hidden test case, so that no learner sees what it printed."""
        return False

    def wrong_answer_text(self, variant: Variant) -> str:
        """The short reply to a wrong answer that may be tried again."""
        return "Not right yet."

    def wrong_answer_hint(self, variant: Variant, answer: tuple[str, ...], finding: VariantFinding | None) -> str:
        """What is off about a wrong answer, in a sentence without the key; empty if that is not known."""
        return ""

    def share_text(self, variant: Variant, answer: tuple[str, ...]) -> str:
        """How much of a wrong answer was right, in a sentence for a closed problem; empty if it has no parts."""
        return ""

    def answer_text(self, variant: Variant, answer: tuple[str, ...]) -> str:
        """An answer as people read it: text, or Python code (`answer_is_code`)."""
        return "\n".join(answer)

    def solution_text(self, variant: Variant, finding: VariantFinding | None) -> str:
        """A right answer, in the form of `answer_text`; empty if the options show it or none is known."""
        return ""


def normalize_text(text: str) -> str:
    """A text from a form field with `\\n` as line end, and without white space at its end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()


def variant_finding(
    variant: Variant, verdict: Verdict, code: str = "", why: str = "", part: str = ""
) -> VariantFinding:
    """A finding without options. `part` names the part that the reason is about, as in :class:`PartMistake`."""
    return VariantFinding(variant.params, verdict, why, code=code, part=part)
