"""`practicum run`: runs one file in the strongest isolation that this machine offers."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import sys
from pathlib import Path
from typing import Any

import click

from practicum.commands.terminal import CommandError, exit_with_no, raise_mistakes
from practicum.runner import Environment, Job, Limits, OnEvent, Output, Pool, Result, RunEvent, Stream
from practicum.runner.safe_output import SafeOutput, safe_output

_UNESCAPED = re.compile(r"[\x7f-\x9f]")
"""Control characters that JSON may contain as they are."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the whole result as JSON, with figures in base64.")
@click.option(
    "--seconds", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, help="Time limit."
)
@click.option("--memory", type=click.IntRange(min=1), default=4096, show_default=True, help="Memory limit in MB.")
@click.option("--env", "digest", metavar="DIGEST", help="Run in this environment; see `practicum env list`.")
@click.option(
    "--course", type=click.Path(path_type=Path, file_okay=False), help="Run in the environment of this course."
)
@click.option(
    "--figures",
    type=click.Path(path_type=Path, file_okay=False),
    help="Save the figures that the code leaves open in this folder.",
)
def run(
    file: Path,
    as_json: bool,
    seconds: float,
    memory: int,
    digest: str | None,
    course: Path | None,
    figures: Path | None,
) -> None:
    """Run FILE in a fresh, isolated interpreter, without network or access to your files.

    Exit code: 0 if the code ended normally, 1 if it raised or was stopped, 2 if it could not be run.
    """
    limits = Limits(seconds=seconds, memory=memory << 20)
    job = Job(code=_read(file), limits=limits, environment=_environment(digest, course))
    with Pool(size=1) as pool:
        result = pool.run(job, on_event=None if as_json else _output_printer())
    paths = _save_figures(result, figures)
    if as_json:
        text = json.dumps(result_as_json(result), indent=2, ensure_ascii=False)
        click.echo(_UNESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text))
    else:
        _print_end(result, paths)
    if result.stopped == "unavailable":
        raise CommandError(result.code, "" if as_json else result.why)
    if not result.ok:
        exit_with_no()


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise CommandError("file-not-readable", f"{file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise CommandError("file-not-utf-8", f"{file}: is not UTF-8 text (byte {error.start})") from None


def _environment(digest: str | None, course: Path | None) -> Environment | None:
    """Return the environment with that digest, or the course's; None for the server's own."""
    from practicum.course import read_course
    from practicum.environments.cache import EnvironmentNotFound
    from practicum.environments.selection import NoEnvironment, environment_by_prefix, environment_for
    from practicum.model import CourseError

    if digest is not None and course is not None:
        raise CommandError("options-exclude-each-other", "Use either --env or --course, not both.")
    try:
        if digest is not None:
            return environment_by_prefix(digest, "practicum run")
        if course is not None:
            return environment_for(read_course(course), course)
    except CourseError as error:
        assert course is not None
        raise_mistakes((course, mistake) for mistake in error.mistakes)
    except (NoEnvironment, EnvironmentNotFound) as reason:
        raise CommandError("no-environment", str(reason)) from None
    return None


def _output_printer() -> OnEvent:
    """Return a callback that passes output on while the code runs, without what would control the terminal."""
    safe: dict[Stream, SafeOutput] = {"stdout": SafeOutput(), "stderr": SafeOutput()}

    def print_output(event: RunEvent) -> None:
        if isinstance(event, Output):
            stream = sys.stdout if event.stream == "stdout" else sys.stderr
            stream.write(safe[event.stream].write(event.text))
            stream.flush()

    return print_output


def _print_end(result: Result, paths: list[Path]) -> None:
    if result.traceback:
        click.echo(safe_output(result.traceback.rstrip()), err=True)
    if result.why and result.stopped != "unavailable":
        click.echo(safe_output(result.why), err=True)
    if paths:
        click.echo(f"Figures: {', '.join(map(str, paths))}", err=True)
    elif result.figures:
        count = len(result.figures)
        click.echo(f"{count} figure{'s' if count > 1 else ''} left open. Save with --figures DIR.", err=True)


def _save_figures(result: Result, folder: Path | None) -> list[Path]:
    """Write `figure-1.png`, `figure-1.svg`, … and return the paths of the PNG files."""
    if folder is None or not result.figures:
        return []
    paths = [folder / f"figure-{number}.png" for number, _ in enumerate(result.figures, 1)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, figure in zip(paths, result.figures, strict=True):
            path.write_bytes(figure.png)
            if figure.svg:
                path.with_suffix(".svg").write_text(figure.svg, "utf-8")
    except OSError as error:
        raise CommandError("folder-not-writable", f"{folder}: {error.strerror}") from None
    return paths


def result_as_json(result: Result) -> dict[str, Any]:
    """Return the result as JSON data."""
    return {
        "ok": result.ok,
        "stdout": result.stdout,
        "stderr": result.stderr,
        "failure": dataclasses.asdict(result.failure) if result.failure else None,
        "traceback": result.traceback,
        "figures": [base64.b64encode(figure.png).decode() for figure in result.figures],
        "epochs": [dataclasses.asdict(epoch) for epoch in result.epochs],
        "seconds": round(result.seconds, 6),
        "peak_memory": result.peak_memory,
        "stopped": result.stopped,
        "code": result.code,
        "why": result.why,
    }
