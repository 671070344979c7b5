"""`practicum propose`: proves generated questions, and keeps those that are proved."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from practicum.commands.terminal import CommandError, StyledText, exit_with_no, interruptible, print_table
from practicum.errors import CodedError
from practicum.lint import Finding, items_of_problem, lint
from practicum.propose import candidate as candidates
from practicum.propose.gate import Outcome, examine
from practicum.prove.option_report import option_line

if TYPE_CHECKING:
    from practicum.propose.draft import Draft
    from practicum.prove.catalogue import Catalogue, Entry
    from practicum.runner import Environment

MAX_CHARACTERS = 16 << 20
"""The most characters of a file of candidates."""


@click.command()
@click.option("--from", "source", type=click.File(encoding="utf-8"), help="JSON file of candidates. - reads stdin.")
@click.option("--ask", "topic", metavar="TOPIC", help="Ask a language model for candidates on this topic.")
@click.option("--count", type=click.IntRange(1, 50), default=5, show_default=True, help="Candidates to ask for.")
@click.option(
    "--wait", type=click.FloatRange(1), default=300.0, show_default=True, help="Seconds for the model's answer."
)
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="Folder for what is proved.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--schema", "show_schema", is_flag=True, help="Print the JSON Schema of candidates.")
@click.option("--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default="one per core")
@click.option(
    "--timeout", type=click.FloatRange(1), default=60.0, show_default=True, help="Time limit of a run in seconds."
)
def propose(
    source: IO[str] | None,
    topic: str | None,
    count: int,
    wait: float,
    folder: Path | None,
    as_json: bool,
    show_schema: bool,
    jobs: int,
    timeout: float,
) -> None:
    """Prove generated questions, and keep those that are proved.

    Each candidate is run like a problem of a course. Distractors that turn out true are replaced or removed until each
    is false. Exit code 0: all are kept; 1: some are rejected; 2: nothing could be done.
    """
    if show_schema:
        click.echo(json.dumps(candidates.schema(), indent=1, ensure_ascii=False))
        return
    if folder is None or (source is None) == (topic is None):
        raise CommandError(
            "invalid-usage", "Name the candidates with --from or --ask, and a folder for them with --to."
        )
    proposed = _proposed(_read(source) if source else _asked(topic or "", count, wait))
    with interruptible("interrupted; nothing was written"), _draft(folder, jobs, timeout) as draft:
        outcomes = examine(proposed, draft, _taken(folder))
    files = _write(folder, outcomes)
    if as_json:
        click.echo(json.dumps(_to_json(outcomes, files), indent=1, ensure_ascii=False))
    else:
        _show(outcomes, files)
    if not all(outcome.kept for outcome in outcomes):
        exit_with_no()


def _proposed(text: str) -> list[candidates.Candidate | candidates.Malformed]:
    try:
        return candidates.read_candidates(text)
    except candidates.NoCandidates as error:
        raise CommandError(error.code, error.message) from None


def _read(source: IO[str]) -> str:
    try:
        text = source.read(MAX_CHARACTERS + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError("file-not-readable", f"{source.name} cannot be read: {error}") from None
    if len(text) > MAX_CHARACTERS:
        raise CommandError("file-too-large", f"{source.name} has more than {MAX_CHARACTERS >> 20} MiB. Split it.")
    return text


def _asked(topic: str, count: int, seconds: float) -> str:
    from practicum.propose.language_model import ask, endpoint

    try:
        return ask(endpoint(), topic, count, seconds)
    except CodedError as error:
        raise CommandError(error.code, error.message) from None


@contextmanager
def _draft(folder: Path, jobs: int, timeout: float) -> Iterator[Draft]:
    """A draft whose runs have the packages of the course that the folder is in."""
    from practicum.commands.progress_bar import proving
    from practicum.propose.draft import Draft
    from practicum.prove.prover import Prover
    from practicum.runner import Pool

    environment = _environment(folder)
    with (
        Pool(size=jobs) as pool,
        tempfile.TemporaryDirectory(prefix="practicum-draft-") as root,
        proving() as (on_progress, on_proved),
    ):

        def prove(catalogue: Catalogue, entries: Sequence[Entry]) -> Sequence[Entry]:
            prover = Prover(catalogue, pool.run, jobs, timeout, on_progress, on_proved, environment)
            return prover.prove(entries)

        yield Draft(Path(root), prove)


def _environment(folder: Path) -> Environment:
    from practicum.course import find_course_root
    from practicum.course.read import scan_course
    from practicum.environments.selection import NoEnvironment, environment_for
    from practicum.runner import Environment

    root = find_course_root(folder)
    if root is None:
        return Environment.current()
    try:
        return environment_for(scan_course(root).course, root)
    except NoEnvironment as error:
        raise CommandError("no-environment", str(error)) from None


def _taken(folder: Path) -> set[str]:
    """The names of problems in a folder."""
    return {path.name.removesuffix(".md") for path in folder.iterdir()} if folder.is_dir() else set()


def _write(folder: Path, outcomes: Sequence[Outcome]) -> dict[str, Path]:
    """Write what is kept, without replacing a file. Return the files by their names."""
    files = {outcome.name: folder / f"{outcome.name}.md" for outcome in outcomes if outcome.kept}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for outcome in outcomes:
            if outcome.kept:
                with files[outcome.name].open("x", encoding="utf-8", newline="\n") as file:
                    file.write(outcome.text)
    except OSError as error:
        raise CommandError("not-writable", f"{error.filename} cannot be written: {error.strerror}.") from None
    return files


def _to_json(outcomes: Sequence[Outcome], files: dict[str, Path]) -> dict[str, object]:
    kept = [
        {
            "title": each.title,
            "file": str(files[each.name]),
            "options": each.options,
            "changes": list(map(asdict, each.changes)),
            "findings": list(map(asdict, _findings(each, files))),
        }
        for each in outcomes
        if each.kept
    ]
    rejected = [
        {"title": each.title, "code": each.code, "why": each.why, "changes": list(map(asdict, each.changes))}
        for each in outcomes
        if not each.kept
    ]
    return {"kept": kept, "rejected": rejected}


def _findings(outcome: Outcome, files: dict[str, Path]) -> list[Finding]:
    """What the rules of item writing find in a problem that is kept."""
    if outcome.problem is None:
        return []
    return lint(list(items_of_problem(outcome.problem, str(files[outcome.name]))))


def _show(outcomes: Sequence[Outcome], files: dict[str, Path]) -> None:
    for outcome in outcomes:
        verdict = StyledText("kept", "green") if outcome.kept else StyledText("rejected", "red")
        place = str(files[outcome.name]) if outcome.kept else outcome.code
        print_table([(verdict, outcome.title, place)])
        for line in _details(outcome, files):
            print_table([("", line)])
    click.echo(f"\n{sum(outcome.kept for outcome in outcomes)} of {len(outcomes)} kept.")


def _details(outcome: Outcome, files: dict[str, Path]) -> Iterator[str]:
    if outcome.why:
        yield outcome.why
    for change in outcome.changes:
        became = f"replaced by {option_line(change.after)}" if change.after else "removed"
        yield f"option {change.option}, {option_line(change.before)}, {became}: {change.why}"
    if outcome.has_few_options:
        yield f"only {outcome.options} options are left: add a distractor"
    yield from map(str, _findings(outcome, files))
