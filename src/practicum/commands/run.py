"""`practicum run`: one file, in the best isolation this machine has."""

from __future__ import annotations

import base64
import dataclasses
import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from practicum.runner import Environment, Job, Limits, Output, Pool, Result, RunEvent

_COULD_NOT = 2


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the whole result as JSON, figures in base64.")
@click.option(
    "--seconds", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, help="Time it may take."
)
@click.option("--memory", type=click.IntRange(min=1), default=4096, show_default=True, help="Memory it may use, in MB.")
@click.option("--env", "digest", metavar="DIGEST", help="Run it in this environment: see `practicum env list`.")
@click.option(
    "--course", type=click.Path(path_type=Path, file_okay=False), help="Run it in the environment of this course."
)
@click.option(
    "--figures",
    type=click.Path(path_type=Path, file_okay=False),
    help="Save the figures it leaves open in this folder.",
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
    """Run FILE in a fresh, isolated interpreter, without network and away from your files.

    Exit code: 0 if it ended well, 1 if it raised or was stopped, 2 if it could not be run.
    """
    limits = Limits(seconds=seconds, memory=memory << 20)
    job = Job(code=_read(file), limits=limits, environment=_environment(digest, course))
    with Pool(size=1) as pool:
        result = pool.run(job, on_event=None if as_json else _show)
    paths = _save(result, figures)
    if as_json:
        click.echo(json.dumps(as_plain(result), indent=2, ensure_ascii=False))
    else:
        _conclude(result, paths)
    raise SystemExit(_COULD_NOT if result.stopped == "unavailable" else 0 if result.ok else 1)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        _give_up(f"{file}: {error.strerror}")
    except UnicodeDecodeError as error:
        _give_up(f"{file}: it is not UTF-8 text (byte {error.start})")


def _environment(digest: str | None, course: Path | None) -> Environment | None:
    """The one that was named, or the course's; None for the server's own."""
    from practicum.course import read_course
    from practicum.environments.cache import Unknown
    from practicum.environments.selection import NoEnvironment, environment_for, named
    from practicum.model import CourseError

    if digest is not None and course is not None:
        _give_up("--env names an environment, and --course finds one: say one of them")
    try:
        if digest is not None:
            return named(digest, "practicum run")
        if course is not None:
            return environment_for(read_course(course), course)
    except CourseError as error:
        _give_up("\n".join(f"{course}/{mistake}" for mistake in error.mistakes))
    except (NoEnvironment, Unknown) as reason:
        _give_up(str(reason))
    return None


def _give_up(why: str) -> NoReturn:
    click.echo(why, err=True)
    raise SystemExit(_COULD_NOT)


def _show(event: RunEvent) -> None:
    """Pass output on as it comes, carriage returns of progress bars and all."""
    if isinstance(event, Output):
        to = sys.stdout if event.stream == "stdout" else sys.stderr
        to.write(event.text)
        to.flush()


def _conclude(result: Result, paths: list[Path]) -> None:
    if result.traceback:
        click.echo(result.traceback.rstrip(), err=True)
    if result.why:
        click.echo(result.why, err=True)
    if paths:
        click.echo(f"Figures: {', '.join(map(str, paths))}", err=True)
    elif result.figures:
        count = len(result.figures)
        click.echo(f"{count} figure{'s' if count > 1 else ''} left open; --figures DIR saves them.", err=True)


def _save(result: Result, folder: Path | None) -> list[Path]:
    """Write the figures: `figure-1.png`, `figure-1.svg`, … Gives up (exit code 2) if the folder cannot be written."""
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
        _give_up(f"{folder}: {error.strerror}")
    return paths


def as_plain(result: Result) -> dict[str, Any]:
    """The result as JSON can say it."""
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
        "why": result.why,
    }
