"""Runs a claim in the isolated runner, as often as chance may matter, and finds the cause where runs differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from practicum.audit.claims import Claim
from practicum.audit.findings import Fault
from practicum.audit.judgement import Judgement
from practicum.audit.judging import by_platform, judge
from practicum.exchange.bank import Item
from practicum.model import NOTHING, Observation, Run, Topic, VariantFinding, Verdict
from practicum.prove.input_dependence import InputDependence
from practicum.prove.repeated_runs import (
    ExecutionContext,
    KnownExperiments,
    RunJob,
    observe,
    observe_unshifted,
)
from practicum.runner.cancellation import Cancellation
from practicum.runner.environment import Environment

_NO_TOPIC = Topic("", "", "", 0, None, NOTHING, NOTHING)
"""A bank has no experiments and no files that its code could use."""
_CHANCE = "depends on chance"
"""What `input_dependence` replaces by the inputs that it finds."""
_KNOWN = KnownExperiments()
Runs = Mapping[str, tuple[Observation, ...]]


@dataclass(frozen=True)
class Runner:
    """How the code of a bank is run: by strangers, so always isolated."""

    run: RunJob
    seconds: float = 10.0
    cancel: Cancellation | None = None
    environment: Environment = field(default_factory=Environment.current)

    @property
    def conditions(self) -> tuple[str, ...]:
        """What results depend on besides the items and practicum's code."""
        return (f"{self.seconds:g}", str(self.environment), self.environment.python)

    def settle(self, item: Item, claim: Claim) -> Judgement:
        """Run a claim and judge it. Raises ProofCancelled."""
        runs = {run.name: self.observe(run) for run in claim.runs}
        judged = judge(item, claim, runs)
        if judged.could_not_run or judged.is_proved:
            return by_platform(item, claim, judged, runs)
        finding = _Judging(item, claim).finding
        dependence = InputDependence(claim.runs, self._execution, _KNOWN, finding)
        resolved, settled_runs = dependence.resolve(finding(runs), runs)
        if resolved.code == "depends-on-input":
            return self._unstable(replace(judged, reason=""), resolved.why)
        judged = judge(item, claim, settled_runs)
        if judged.fault is Fault.UNSTABLE:
            return self._unstable(judged, self._chance(claim, settled_runs))
        return by_platform(item, claim, judged, settled_runs)

    def observe(self, run: Run) -> tuple[Observation, ...]:
        """Make a run as often as chance may matter to it. Raises ProofCancelled."""
        return observe(run, self._execution, _KNOWN)

    @property
    def _execution(self) -> ExecutionContext:
        return ExecutionContext(self.run, _NO_TOPIC, self.seconds, self.cancel, environment=self.environment)

    @staticmethod
    def _unstable(judged: Judgement, cause: str) -> Judgement:
        reason = f"{cause}; {judged.reason}" if judged.reason else cause
        return replace(
            judged, fault=Fault.UNSTABLE, is_proved=False, reason=reason, proposed=(), proposed_text="", tolerances=()
        )

    def _chance(self, claim: Claim, runs: Runs) -> str:
        """Return whether it is the hash seed, apart from random seeds and the clock, that makes runs differ."""
        if self._varies(claim, runs, random_seeds=False):
            same = {run.name: self._same(run) for run in claim.runs}
            return _CHANCE if _differ(claim, same) else "depends on the hash seed"
        return _CHANCE

    def _varies(self, claim: Claim, runs: Runs, *, random_seeds: bool) -> bool:
        """Whether runs with one random seed, and other hash seeds, differ."""
        found = {
            run.name: observe_unshifted(replace(run, seeds=(0,) * 5), self._execution, _KNOWN, runs[run.name])
            for run in claim.runs
        }
        return _differ(claim, found)

    def _same(self, run: Run) -> tuple[Observation, ...]:
        """Make a run three times with the same seeds."""
        once = replace(run, seeds=(0,))
        return tuple(observe(once, self._execution, _KNOWN, once=True)[0] for _ in range(3))


def _differ(claim: Claim, runs: Mapping[str, Sequence[Observation]]) -> bool:
    count = max(map(len, runs.values()))
    shown = [[outcome.identity for outcome in claim.outcomes(runs, repeat)] for repeat in range(count)]
    return any(each != shown[0] for each in shown)


@dataclass(frozen=True)
class _Judging:
    """The judgement of an item in the form in which the cause of unstable runs is found."""

    item: Item
    claim: Claim

    def finding(self, runs: Runs) -> VariantFinding:
        judged = judge(self.item, self.claim, runs)
        if judged.fault is Fault.UNSTABLE:
            return VariantFinding({}, Verdict.UNSTABLE, _CHANCE, code="depends-on-chance")
        verdict = Verdict.PROVED if judged.is_proved else Verdict.REFUTED
        return VariantFinding({}, verdict, _CHANCE, code=judged.identity)
