"""Finds out which inputs a result depends on besides its code: the date, the time zone, the locale, the folder …

The repeats of a run have shifted inputs. Only if they do not settle what the first run settles, more runs are made:
the repeats again without shifted inputs, which shows whether it is chance; and if not, with one shifted input each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from practicum.formatting import join_words
from practicum.model import Observation, Run, VariantFinding, Verdict
from practicum.prove.repeated_runs import ExecutionContext, KnownExperiments, observe_shifted, observe_unshifted
from practicum.runner.inside.input_shift import INPUTS

NAMES = {
    "clock": "the date and time",
    "time-zone": "the time zone",
    "locale": "the locale",
    "terminal": "the size of the terminal",
    "folder": "the path of the working, home or temporary folder",
    "user": "the user",
    "host": "the name or system of the host",
    "processors": "the number of processors",
}
"""The inputs in words."""
_CHANCE = "depends on chance"

Runs = Mapping[str, tuple[Observation, ...]]
"""The observations of each run of a plan, by its name."""


@dataclass(frozen=True)
class InputDependence:
    """What is needed to judge the runs of one part again, with other inputs."""

    plan: Sequence[Run]
    execution: ExecutionContext
    known: KnownExperiments
    judge: Callable[[Runs], VariantFinding]

    def resolve(self, finding: VariantFinding, runs: Runs) -> tuple[VariantFinding, Runs]:
        """Return the finding with its runs: as it is, or `unstable` with the inputs that it depends on.

        Args:
            finding: The finding by `runs`.
            runs: The observations; all but the first of each run have shifted inputs.

        Raises:
            ProofCancelled: The proof was cancelled.
        """
        if finding.verdict is Verdict.PROVED or all(len(repeated) < 2 for repeated in runs.values()):
            return finding, runs
        if self._is_same(finding, {name: repeated[:1] for name, repeated in runs.items()}):
            return finding, runs
        unshifted = {run.name: observe_unshifted(run, self.execution, self.known, runs[run.name]) for run in self.plan}
        settled = self.judge(unshifted)
        if settled.verdict is Verdict.UNSTABLE or _reason(settled) == _reason(finding):
            return settled, unshifted
        return self._unstable(finding, runs, unshifted), runs

    def _unstable(self, finding: VariantFinding, runs: Runs, unshifted: Runs) -> VariantFinding:
        for index in _changed(runs, unshifted):
            pairs = {name: _pair(repeated, index) for name, repeated in unshifted.items()}
            found = {}
            for name in INPUTS:
                shifted = self.judge({**pairs, **self._shifted(name, index, runs, unshifted)})
                if not self._is_same(shifted, pairs):
                    found[name] = shifted
            if found:
                causes = join_words([NAMES[name] for name in found])
                return _depends_on(causes, next(iter(found.values())))
        return _depends_on("several inputs together, such as the date, the time zone and the locale", finding)

    def _shifted(self, name: str, index: int, runs: Runs, unshifted: Runs) -> dict[str, tuple[Observation, ...]]:
        """Make the runs that have changed again with one shifted input, each beside its first observation."""
        return {
            run.name: (runs[run.name][0], observe_shifted(run, self.execution, self.known, index, name))
            for run in self.plan
            if _has_changed(runs[run.name], unshifted[run.name], index)
        }

    def _is_same(self, finding: VariantFinding, runs: Runs) -> bool:
        return _reason(self.judge(runs)) == _reason(finding)


def _reason(finding: VariantFinding) -> tuple[Verdict, str]:
    return finding.verdict, finding.code


def _changed(runs: Runs, unshifted: Runs) -> Iterator[int]:
    """Yield the indices of the repeats in which shifted inputs have changed something."""
    for index in range(1, max(map(len, runs.values()))):
        if any(_has_changed(runs[name], unshifted[name], index) for name in runs):
            yield index


def _has_changed(repeated: Sequence[Observation], unshifted: Sequence[Observation], index: int) -> bool:
    return index < len(repeated) and _outcome(repeated[index]) != _outcome(unshifted[index])


def _outcome(run: Observation) -> tuple[object, ...]:
    return run.stdout, repr(sorted(run.values.items())), str(run.failure), run.stopped


def _pair(repeated: Sequence[Observation], index: int) -> tuple[Observation, ...]:
    """Return the first observation and the one with this index, if there is one."""
    return tuple(repeated[number] for number in (0, index) if number < len(repeated))


def _depends_on(causes: str, finding: VariantFinding) -> VariantFinding:
    """Return the finding as `unstable`, with these causes in place of chance."""
    why = finding.why if _CHANCE in finding.why else f"the result {_CHANCE}: {finding.why}"
    options = tuple(replace(option, holds=None) for option in finding.options)
    return replace(
        finding,
        verdict=Verdict.UNSTABLE,
        code="depends-on-input",
        why=why.replace(_CHANCE, f"depends on {causes}"),
        options=options,
    )
