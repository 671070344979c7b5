"""`practicum env`: build, list, show and remove the environments of courses."""

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
    from practicum.environments.build import BuildResult
    from practicum.environments.cache import BuiltEnvironment
    from practicum.model import Course, Requirements

NOTABLE = ("tensorflow", "tensorflow-cpu", "keras", "torch", "jax", "numpy")
"""Packages that are shown where there is room for a few."""
_DAY = 86_400


@click.group()
def env() -> None:
    """Build and manage the environments in which a course's code runs."""


@env.command()
@click.argument("courses", metavar="[COURSE]…", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--packages",
    multiple=True,
    metavar="REQUIREMENT",
    help="Build without a course. Repeatable.",
)
@click.option("--python", metavar="VERSION", help="The Python version for --packages, such as 3.12.")
@click.option("--offline", is_flag=True, help="Download nothing. Fail if an environment is not built yet.")
def build(courses: tuple[Path, ...], packages: tuple[str, ...], python: str | None, offline: bool) -> None:
    """Install the packages that COURSE requires. Default: those of the courses that come with practicum.

    Environments that are built already are left as they are. Exit code 0: all are built; 2: a build failed.
    """
    if packages and courses:
        raise CommandError("options-exclude-each-other", "Name courses or --packages, not both.")
    if python and not packages:
        raise CommandError("option-needs-another", "--python needs --packages; a course sets it in course.toml.")
    if packages:
        _build("", _checked(packages, python), None, offline)
        return
    for root, course in [_read(root) for root in courses or settings.shipped_courses()]:
        if course.environment is None:
            click.echo(f"{course.slug}: requires no packages; its runs use the server's own packages")
        else:
            from practicum.course.environment import LOCK

            _build(course.slug, course.environment, root / LOCK, offline)


@env.command("list")
def list_() -> None:
    """List the environments: name, packages, size, last use and the course that used it."""
    from practicum.environments import cache

    found = cache.all_built()
    if not found:
        click.echo(f"No environment is built yet ({settings.environments_directory()} is empty).")
        return
    print_table(list(map(_row, found)), ("name", "python", "packages", "size", "last used", "by"))
    total = sum(environment.size for environment in found)
    click.echo(f"\n{len(found)} in {settings.environments_directory()}, {_megabytes(total)}")


@env.command()
@click.argument("path", metavar="COURSE", type=click.Path(path_type=Path))
def show(path: Path) -> None:
    """Show the packages that COURSE requires, and the environment that its runs use.

    Exit code 0: there is one; 1: there is none yet; 2: the course could not be read.
    """
    from practicum.environments import cache, requirements
    from practicum.environments.selection import NoEnvironment, choose
    from practicum.runner.environment import Environment

    root, course = _read(path)
    wanted, own = course.environment, Environment.current()
    if wanted is None:
        click.echo(f"{course.slug} requires no packages: its runs use the server's own, with Python {own.python}")
        return
    python = f", Python {wanted.python}" if wanted.python else ""
    click.echo(f"{course.slug} requires {', '.join(wanted.packages)}{python}")
    locked = f"environment.txt, {_counted(wanted.lock)}" if wanted.lock else "no lock yet"
    click.echo(f"  pinned by       {locked}")
    missing = requirements.unmet(wanted, own)
    click.echo(f"  server's own    {'has all of them' if not missing else 'lacks ' + ', '.join(missing)}")
    digest = requirements.digest(wanted)
    built = cache.find(digest)
    click.echo(f"  built           {digest}, {_megabytes(built.size)}" if built else f"  built           no ({digest})")
    try:
        chosen = choose(course, root)
    except NoEnvironment as error:
        click.echo(f"runs use        none: {error}")
        exit_with_no()
    notable = ", ".join(f"{name} {version}" for name in NOTABLE if (version := chosen.version(name)))
    click.echo(f"runs use        {chosen}: Python {chosen.python}{', ' * bool(notable)}{notable}")


@env.command()
@click.argument("digests", metavar="[DIGEST]…", nargs=-1)
@click.option("--unused", is_flag=True, help="Remove all environments unused for 30 days.")
def remove(digests: tuple[str, ...], unused: bool) -> None:
    """Remove environments by name or the first digits of it. They can be built again."""
    from practicum.environments import cache

    if bool(digests) == unused:
        raise CommandError("options-exclude-each-other", "Name environments, or use --unused, not both.")
    try:
        named = [cache.find_by_prefix(digest).environment.digest for digest in digests]
        for digest in named:
            cache.remove(digest)
        removed = named or cache.remove_unused()
    except (cache.EnvironmentNotFound, OSError) as error:
        raise CommandError("not-removed", str(error)) from None
    for digest in removed:
        click.echo(f"removed {digest}")
    if not removed:
        click.echo("nothing to remove")


def _read(path: Path) -> tuple[Path, Course]:
    """Return a course and its root folder. Only mistakes about its environment are errors."""
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
    """Return requirements from the command line, checked by the rules for courses."""
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
        with interruptible("interrupted; the unfinished build was deleted"), building(label) as on_line:
            result = make(wanted, None if offline else lock_file, on_line)
    except BuildError as error:
        raise CommandError("build-failed", f"{label}: {error}") from None
    _print_result(label, result, time.monotonic() - began)


def _print_result(label: str, result: BuildResult, seconds: float) -> None:
    built = result.built
    how = f"built in {seconds:.0f} s" if result.is_new else "built already"
    click.echo(f"{label}: {built.environment} {how}, {_counted(built.lock)}, {_megabytes(built.size)}")
    if result.locked:
        click.echo(f"  pinned in {os.path.relpath(result.locked)}: keep it with the course")
    if result.unlocked:
        click.echo(f"  not pinned: {result.unlocked}", err=True)


def _row(built: BuiltEnvironment) -> tuple[str, ...]:
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
