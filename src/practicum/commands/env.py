"""`practicum env`: the environments in which runs are made: build, list, show, remove."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from practicum import settings
from practicum.commands.terminal import CommandError, exit_with_no, interruptible, print_table, raise_mistakes

if TYPE_CHECKING:
    from practicum.environments.build import Outcome
    from practicum.environments.cache import Built
    from practicum.model import Course, Requirements

NOTABLE = ("tensorflow", "tensorflow-cpu", "keras", "torch", "jax", "numpy")
"""Packages that are named where there is room for a few."""
_DAY = 86_400


@click.group()
def env() -> None:
    """Build and keep the environments in which a course's code runs."""


@env.command()
@click.argument("courses", metavar="[COURSE]…", nargs=-1, type=click.Path(path_type=Path))
@click.option("--packages", multiple=True, metavar="REQUIREMENT", help="Build these without a course; may be repeated.")
@click.option("--python", metavar="VERSION", help="The Python of --packages, such as 3.12.")
@click.option("--offline", is_flag=True, help="Fetch nothing; fail if something is not built yet.")
def build(courses: tuple[Path, ...], packages: tuple[str, ...], python: str | None, offline: bool) -> None:
    """Install what COURSE asks for, once; without any, for the courses that come with practicum.

    What was built before is used as it is. Exit code 0: all are there; 2: something could not be built.
    """
    if packages and courses:
        raise CommandError("options-exclude-each-other", "Name courses or --packages, not both.")
    if python and not packages:
        raise CommandError("option-needs-another", "--python needs --packages; a course sets it in course.toml.")
    if packages:
        _build("", _checked(packages, python), None, offline)
        return
    found = [_read(root) for root in courses or settings.shipped_courses()]
    for root, course in found:
        if course.environment is None:
            click.echo(f"{course.slug}: asks for nothing; its runs use the server's own packages")
        else:
            from practicum.course.environment import LOCK

            _build(course.slug, course.environment, root / LOCK, offline)


@env.command("list")
def list_() -> None:
    """List what was built: its name, its packages, its size, and who used it last."""
    from practicum.environments import cache

    found = cache.all_built()
    if not found:
        click.echo(f"none was built yet ({settings.environments_directory()} is empty)")
        return
    print_table(list(map(_row, found)), ("name", "python", "packages", "size", "used last", "by"))
    total = sum(one.size for one in found)
    click.echo(f"\n{len(found)} in {settings.environments_directory()}, {_megabytes(total)}")


@env.command()
@click.argument("course", type=click.Path(path_type=Path))
def show(course: Path) -> None:
    """Say what COURSE asks for, and in which environment its runs would be made.

    Exit code 0: there is one; 1: there is none yet; 2: the course could not be read.
    """
    from practicum.environments import cache, requirements
    from practicum.environments.selection import NoEnvironment, choose
    from practicum.runner.environment import Environment

    root, read = _read(course)
    wanted, own = read.environment, Environment.current()
    if wanted is None:
        click.echo(f"{read.slug} asks for nothing: its runs use the server's own packages, with Python {own.python}")
        return
    click.echo(f"{read.slug} asks for {', '.join(wanted.packages)}{f', Python {wanted.python}' * bool(wanted.python)}")
    locked = f"environment.txt, {_counted(wanted.lock)}" if wanted.lock else "nothing yet"
    click.echo(f"  pinned by       {locked}")
    missing = requirements.unmet(wanted, own)
    click.echo(f"  server's own    {'satisfies that' if not missing else 'lacks ' + ', '.join(missing)}")
    digest = requirements.digest(wanted)
    built = cache.find(digest)
    click.echo(f"  built for it    {digest}, {_megabytes(built.size)}" if built else f"  built for it    no ({digest})")
    try:
        chosen = choose(read, root)
    except NoEnvironment as reason:
        click.echo(f"a run would use none: {reason}")
        exit_with_no()
    notable = ", ".join(f"{name} {version}" for name in NOTABLE if (version := chosen.version(name)))
    click.echo(f"a run would use {chosen}: Python {chosen.python}{', ' * bool(notable)}{notable}")


@env.command()
@click.argument("digests", metavar="[DIGEST]…", nargs=-1)
@click.option("--unused", is_flag=True, help="Remove all that nobody has used for 30 days.")
def remove(digests: tuple[str, ...], unused: bool) -> None:
    """Remove environments by name (its first digits will do). They can be built again."""
    from practicum.environments import cache

    if bool(digests) == unused:
        raise CommandError("options-exclude-each-other", "Name environments, or use --unused, not both.")
    try:
        found = [cache.find_by_prefix(digest).environment.digest for digest in digests]
        for digest in found:
            cache.remove(digest)
        gone = found or cache.remove_unused()
    except (cache.Unknown, OSError) as reason:
        raise CommandError("not-removed", str(reason)) from None
    for digest in gone:
        click.echo(f"removed {digest}")
    if not gone:
        click.echo("nothing to remove")


def _read(path: Path) -> tuple[Path, Course]:
    """The course in a folder. Mistakes elsewhere in it do not matter here."""
    from practicum.course import scan_course

    root = path.parent if path.name == "course.toml" else path
    if not (root / "course.toml").is_file():
        raise CommandError("not-a-course", f"{root} is not a course: it has no course.toml.")
    scan = scan_course(root)
    wrong = [mistake for mistake in scan.mistakes if mistake.path in ("course.toml", "environment.txt")]
    if wrong:
        raise_mistakes((root, mistake) for mistake in wrong)
    return root, scan.course


def _checked(packages: Sequence[str], python: str | None) -> Requirements:
    """Requirements from the command line, by the rules that hold in a course."""
    from practicum.course.diagnostics import Diagnostics
    from practicum.course.environment import read_environment
    from practicum.course.toml_tables import EnvironmentTable, KeyLines

    diagnostics = Diagnostics("--packages")
    table = EnvironmentTable(packages=list(packages), python=python)
    found = read_environment(table, KeyLines(1), diagnostics, None, diagnostics)
    if found is None or diagnostics:
        raise CommandError("not-requirements", "\n".join(mistake.message for mistake in diagnostics.mistakes))
    return found


def _build(name: str, wanted: Requirements, lock_file: Path | None, offline: bool) -> None:
    from practicum.commands.progress_bar import building
    from practicum.environments import cache, requirements
    from practicum.environments.build import BuildError
    from practicum.environments.build import build as make

    digest = requirements.digest(wanted)
    label = name or ", ".join(wanted.packages)
    if offline and cache.find(digest) is None:
        raise CommandError("not-built", f"{label} is not built, and --offline downloads nothing ({digest}).")
    began = time.monotonic()
    try:
        with interruptible("interrupted; nothing was kept"), building(label) as on_line:
            outcome = make(wanted, None if offline else lock_file, on_line)
    except BuildError as reason:
        raise CommandError("build-failed", f"{label}: {reason}") from None
    _tell(label, outcome, time.monotonic() - began)


def _tell(label: str, outcome: Outcome, seconds: float) -> None:
    built = outcome.built
    how = f"built in {seconds:.0f} s" if outcome.is_new else "there already"
    click.echo(f"{label}: {built.environment} {how}, {_counted(built.lock)}, {_megabytes(built.size)}")
    if outcome.locked:
        click.echo(f"  pinned in {os.path.relpath(outcome.locked)}: keep it with the course")
    if outcome.unlocked:
        click.echo(f"  not pinned: {outcome.unlocked}", err=True)


def _row(built: Built) -> tuple[str, ...]:
    environment = built.environment
    notable = [f"{name} {version}" for name in NOTABLE if (version := environment.version(name))]
    when, by = built.used or (None, "")
    ago = "never" if when is None else _ago(time.time() - when)
    return (
        environment.digest,
        environment.python,
        ", ".join(notable or built.packages),
        _megabytes(built.size),
        ago,
        by,
    )


def _ago(seconds: float) -> str:
    days = int(seconds // _DAY)
    return "today" if days < 1 else "yesterday" if days == 1 else f"{days} days ago"


def _counted(lock: Sequence[str]) -> str:
    return f"{len(lock)} package{'s' if len(lock) != 1 else ''}"


def _megabytes(size: int) -> str:
    return f"{max(1, round(size / 1e6))} MB"
