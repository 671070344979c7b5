"""`practicum prove`: run every claim that changed, and say which keys are wrong."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from practicum import settings
from practicum.commands.course_paths import default_paths
from practicum.commands.terminal import (
    CommandError,
    Style,
    StyledText,
    exit_with_mistakes,
    exit_with_no,
    interruptible,
    print_mistakes,
    print_table,
    raise_mistakes,
)
from practicum.course import find_course_root
from practicum.formatting import assignments
from practicum.model import Json, Mistake, OptionFinding, Problem, VariantFinding, Verdict
from practicum.prove import subjects
from practicum.prove.catalogue import Catalogue, Entry, survey
from practicum.prove.option_report import describe_option

if TYPE_CHECKING:
    from practicum.runner import Environment

COLOURS: dict[Verdict, Style] = {Verdict.PROVED: "green", Verdict.CITED: "cyan", Verdict.UNPROVED: "yellow"}


@dataclass(frozen=True)
class Selection:
    """A course and the paths in it that were given; an empty path is the whole course."""

    catalogue: Catalogue
    places: tuple[str, ...]

    @property
    def entries(self) -> list[Entry]:
        """The entries below these paths, apart from those whose runs depend on a file with a mistake."""
        found = self.catalogue.all.items()
        return [entry for path, entry in found if self._contains(path) and self.catalogue.can_run(entry)]

    @property
    def mistakes(self) -> list[Mistake]:
        """The mistakes in files below these paths, and in files that they depend on."""
        mistakes = self.catalogue.mistakes
        return [each for each in mistakes if self._contains(each.path) or self._depends_on(each.path)]

    def _contains(self, path: str) -> bool:
        return any(not place or path == place or path.startswith(f"{place}/") for place in self.places)

    def _depends_on(self, path: str) -> bool:
        if path == "course.toml":
            return True
        topic, _, name = path.partition("/")
        return name in ("topic.toml", "experiments.py") and any(place.split("/")[0] == topic for place in self.places)


@click.command()
@click.argument("paths", metavar="[PATH]…", nargs=-1, type=click.Path(path_type=Path))
@click.option("--all", "rerun", is_flag=True, help="Run everything, even what is proved already.")
@click.option("--check", is_flag=True, help="Run nothing. Fail if evidence is missing or stale.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
@click.option("--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default="one per core")
@click.option("--env", "digest", metavar="DIGEST", help="Run everything in this environment, and write no evidence.")
@click.option(
    "--timeout", type=click.FloatRange(1), default=60.0, show_default=True, help="Time limit of a run in seconds."
)
def prove(
    paths: tuple[Path, ...],
    rerun: bool,
    check: bool,
    as_json: bool,
    jobs: int,
    digest: str | None,
    timeout: float,
) -> None:
    """Settle every claim by running it.

    PATH is a course, a topic, a mode's folder or a problem. Default: the courses in this folder, or those that come
    with practicum. Files with mistakes are reported and left out. Exit code 0: all are proved or cited; 1: some are
    not; 2: there are mistakes.
    """
    selections = _selections(paths)
    mistakes = [(selection.catalogue.root, mistake) for selection in selections for mistake in selection.mistakes]
    work = [(selection, selection.entries) for selection in selections]
    if not any(entries for _, entries in work):
        _refuse(mistakes, as_json)
    if mistakes:
        print_mistakes(mistakes, f"{_count(mistakes)}; what depends on them is left out")
    if check and digest:
        raise CommandError("options-exclude-each-other", "Use --check, which runs nothing, or --env, not both.")
    if not check:
        try:
            with interruptible("interrupted; finished problems are kept"):
                work = _proved(work, rerun, jobs, timeout, digest)
        except OSError as error:
            raise CommandError("evidence-not-writable", f"The evidence cannot be written: {error}") from None
    done = [entry for _, entries in work for entry in entries]
    if as_json:
        _print_json(done, mistakes)
    else:
        _show(done)
    if mistakes:
        exit_with_mistakes()
    if not all(entry.holds for entry in done):
        exit_with_no()


def _selections(paths: Sequence[Path]) -> list[Selection]:
    places: dict[Path, list[str]] = {}
    for path in paths or default_paths():
        if not path.exists():
            raise CommandError("not-found", f"{path}: there is no such file or folder.")
        root = find_course_root(path)
        roots = [root] if root else settings.courses_in(path if path.is_dir() else path.parent)
        if not roots:
            raise CommandError("not-a-course", f"{path}: no course.toml here or in a folder above.")
        for found in roots:
            place = os.path.relpath(path.absolute(), found) if root else "."
            place = Path(place).as_posix().removesuffix("/problem.md")
            places.setdefault(found, []).append("" if place == "." else place)
    return [Selection(survey(root), tuple(found)) for root, found in places.items()]


FoundMistakes = Sequence[tuple[Path, Mistake]]
"""Mistakes, each with the root folder of its course."""

Work = list[tuple[Selection, list[Entry]]]


def _proved(work: Work, rerun: bool, jobs: int, timeout: float, digest: str | None) -> Work:
    """Run what has no valid evidence, with a progress bar. Imports nothing slow if there is nothing to run."""
    rerun = rerun or digest is not None
    if not rerun and not any(entry.outdated for _, entries in work for entry in entries):
        return work
    from practicum.commands.progress_bar import proving
    from practicum.prove.prover import Prover
    from practicum.runner import Pool

    environments = [_environment(selection.catalogue, digest) for selection, _ in work]
    with Pool(size=jobs) as pool, proving() as (on_progress, on_proved):
        provers = [
            Prover(
                selection.catalogue, pool.run, jobs, timeout, on_progress, on_proved, environment, write=digest is None
            )
            for (selection, _), environment in zip(work, environments, strict=True)
        ]
        return [
            (selection, prover.prove(entries, rerun))
            for prover, (selection, entries) in zip(provers, work, strict=True)
        ]


def _environment(catalogue: Catalogue, digest: str | None) -> Environment:
    """Return the environment of that name, or else the course's."""
    from practicum.environments.cache import EnvironmentNotFound
    from practicum.environments.selection import NoEnvironment, environment_by_prefix, environment_for

    try:
        if digest is not None:
            return environment_by_prefix(digest, catalogue.course.slug)
        return environment_for(catalogue.course, catalogue.root)
    except (NoEnvironment, EnvironmentNotFound) as error:
        raise CommandError("no-environment", str(error)) from None


def _refuse(mistakes: FoundMistakes, as_json: bool) -> NoReturn:
    """Raise a CommandError because nothing can be run."""
    if not mistakes:
        raise CommandError("nothing-to-prove", "There is no problem to prove.")
    if as_json:
        _print_json([], mistakes)
    raise_mistakes(mistakes, f"{_count(mistakes)}; nothing was run")


def _count(mistakes: FoundMistakes) -> str:
    return f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}"


def _print_json(entries: Sequence[Entry], mistakes: FoundMistakes) -> None:
    found: dict[str, Json] = {"problems": [_to_json(entry) for entry in entries]}
    if mistakes:
        found["mistakes"] = [
            {"path": m.path, "line": m.line, "message": m.message, "code": m.code} for _, m in mistakes
        ]
    click.echo(json.dumps(found, indent=1, ensure_ascii=False))


def _to_json(entry: Entry) -> Json:
    path, line = entry.place
    return {
        "path": entry.path,
        "kind": subjects.kind(entry.subject),
        "file": path,
        "line": line,
        "verdict": str(entry.verdict),
        "why": entry.why,
        "changed_versions": entry.changed_versions,
        "variants": [
            {
                "params": dict(variant.params),
                "verdict": str(variant.verdict),
                "why": variant.why,
                "code": variant.code,
                "options": [
                    {"text": o.text, "key": o.key, "holds": o.holds, "observed": o.observed} for o in variant.options
                ],
            }
            for variant in _variants(entry)
        ],
    }


def _variants(entry: Entry) -> Sequence[VariantFinding]:
    """Return the findings of an entry, or for a problem that was not run its options as they are marked."""
    if entry.evidence is not None:
        return entry.evidence.variants
    return [
        VariantFinding(
            variant.params,
            entry.verdict,
            entry.why,
            tuple(OptionFinding(option.text, option.key, None, "") for option in variant.options),
        )
        for variant in (entry.subject.variants if isinstance(entry.subject, Problem) else ())
    ]


def _show(entries: Sequence[Entry]) -> None:
    print_table(list(map(_row, entries)), ("problem", "kind", "variants", "verdict", "run", "took"), right=(2, 5))
    for entry in entries:
        if not entry.holds:
            _explain(entry)
    good = sum(entry.holds for entry in entries)
    rest = "." if good == len(entries) else f": {len(entries) - good} not."
    click.echo(f"\n{good} of {len(entries)} proved or cited{rest}")


def _row(entry: Entry) -> tuple[str, ...]:
    ran = entry.evidence
    when, took = (ran.ran, f"{ran.seconds:.1f} s") if ran else ("—", "—")
    verdict = StyledText(_verdict(entry), _colour(entry))
    return (entry.path, subjects.kind(entry.subject), str(len(_variants(entry))), verdict, when, took)


def _verdict(entry: Entry) -> str:
    return f"{entry.verdict}, stale" if entry.changed_versions else str(entry.verdict)


def _colour(entry: Entry) -> Style:
    return "yellow" if entry.changed_versions else COLOURS.get(entry.verdict, "red")


def _explain(entry: Entry) -> None:
    """Print the reason of a verdict, and for each option its mark and the result."""
    verdict = click.style(_verdict(entry), fg=_colour(entry))
    path, line = entry.place
    click.echo(f"\n{click.style(f'{path}:{line}', bold=True)}  {verdict}")
    if entry.changed_versions:
        click.echo(f"  it was run with {entry.changed_versions}; `practicum prove` runs it again")
    if entry.verdict.served:
        return
    click.echo(textwrap.indent(entry.why or "nothing was run", "  "))
    worst = [v for v in _variants(entry) if v.verdict is entry.verdict][:1] if entry.evidence else []
    for variant in worst:
        heading = f"with {assignments(variant.params)}"
        if len(_variants(entry)) > 1 and not entry.why.startswith(heading):
            click.echo(f"  {heading}:")
        for number, option in enumerate(variant.options, 1):
            mark = click.style("✓", fg="green") if option.holds is option.key else click.style("✗", fg="red")
            mark = "·" if option.holds is None else mark
            click.echo(f"  {mark} {describe_option(number, option)}")
            if option.observed:
                click.secho(textwrap.indent(option.observed, "      ", lambda line: True), dim=True)
