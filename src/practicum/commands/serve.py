"""`practicum serve`: the pages, on this machine."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from practicum.prove.catalogue import Catalogue
    from practicum.runner import Environment, Pool
    from practicum.store import Store


@click.command()
@click.argument("courses", nargs=-1, type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 for any free one.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Where progress is kept.")
@click.option("--no-open", is_flag=True, help="Open no browser.")
@click.option("--draft", is_flag=True, help="Show problems that are not proved too, marked: for their author.")
def serve(courses: tuple[Path, ...], host: str, port: int, data: Path | None, no_open: bool, draft: bool) -> None:
    """Serve COURSES (folders with a course.toml) to a browser; without any, those that come with practicum."""
    probed = ThreadPoolExecutor(1).submit(_pool)  # It waits for other processes, while the courses are read.
    catalogues = _load(courses)
    if not draft:
        _say_what_is_unproved(catalogues)
    environments = _environments(catalogues)
    from practicum.settings import data_directory
    from practicum.store import Store, StoreError
    from practicum.web.server import CannotListen, Server, address, listen

    try:
        listener = listen(host, port)
        store = Store.open(data or data_directory())
    except (CannotListen, StoreError) as error:
        raise _stop(str(error)) from None
    pool = probed.result()
    app = _app(catalogues, store, pool, draft, host, data or data_directory())
    url = address(listener)

    def listening() -> None:
        click.echo(f"practicum is at {url}  (Ctrl-C ends it)")
        if not no_open:
            threading.Thread(target=_open, args=(url,), daemon=True).start()
        if pool is not None:
            for environment in environments[:1]:
                pool.warm(environment=environment, standby=True)

    try:
        Server(app, listening).run(sockets=[listener])
    finally:
        if pool is not None:
            pool.close()
        store.close()


def _load(courses: tuple[Path, ...]) -> list[Catalogue]:
    """The courses in these folders. Ends the program with every mistake in every one, each with its place."""
    from practicum.model import CourseError
    from practicum.prove.catalogue import load
    from practicum.settings import shipped_courses

    catalogues, wrong = [], False
    for root in courses or shipped_courses():
        if not (root / "course.toml").is_file():
            raise _stop(f"{root} is no course: it has no course.toml.")
        try:
            catalogues.append(load(root))
        except CourseError as error:
            wrong = True
            for mistake in error.mistakes:
                click.echo(f"{root / mistake.path}:{mistake.line}: {mistake.message}", err=True)
    if wrong:
        raise SystemExit(2)
    from practicum.web.app import reserved_names

    slugs = [catalogue.course.slug for catalogue in catalogues]
    reserved = reserved_names()
    for slug in slugs:
        if slug in reserved:
            raise _stop(f"No course can be called {slug}: pages of practicum have that address. Rename the folder.")
        if slugs.count(slug) > 1:
            raise _stop(f"Two courses are called {slug}: rename one of the folders.")
    return catalogues


def _say_what_is_unproved(catalogues: list[Catalogue]) -> None:
    """Tell an author why a problem is not to be seen."""
    for catalogue in catalogues:
        entries = catalogue.entries.values()
        hidden = sum(not entry.verdict.served for entry in entries)
        if not hidden:
            continue
        which = "None" if hidden == len(entries) else f"{len(entries) - hidden} of {len(entries)}"
        click.echo(
            f"{which} of the problems of {catalogue.course.slug} {'is' if which == 'None' else 'are'} proved. The rest "
            f"is not shown: run `practicum prove {catalogue.root}`, or add --draft to see it as it stands.",
            err=True,
        )


def _environments(catalogues: list[Catalogue]) -> list[Environment]:
    """In which the courses' code runs, each once. Where there is none for a course, its author is told what to do."""
    from practicum.environments.selection import NoEnvironment, choose

    found: list[Environment] = []
    for catalogue in catalogues:
        try:
            found.append(choose(catalogue.course, catalogue.root))
        except NoEnvironment as reason:
            click.echo(f"Nothing can be run again in this course: {reason}.", err=True)
    return list(dict.fromkeys(found))


def _pool() -> Pool | None:
    """What runs proofs again, and learners' code. Where there is no sandbox the pages say so, so no warning here."""
    import warnings

    from practicum.runner import Pool

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        size = max(2, os.cpu_count() or 1)
        return Pool(size, spares=size, per_person=max(1, size - 1))


def _app(catalogues: list[Catalogue], store: Store, pool: Pool | None, draft: bool, host: str, data: Path) -> Starlette:
    from practicum.application.site import Site
    from practicum.web.app import create_app
    from practicum.web.security import LOOPBACK

    local = host in ("localhost", "::1") or host.startswith("127.")
    return create_app(Site(catalogues, store, pool, draft, local, data / "lab"), LOOPBACK if local else None)


def _open(url: str) -> None:
    """Show the page in a browser, where there is a screen and a browser."""
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("BROWSER")
    if screen or sys.platform in ("darwin", "win32"):
        import webbrowser

        webbrowser.open(url)


def _stop(message: str) -> SystemExit:
    click.echo(message, err=True)
    return SystemExit(2)
