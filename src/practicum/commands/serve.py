"""`practicum serve`: serves courses to a browser."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from practicum.commands import database
from practicum.commands.network import Network, network_options
from practicum.commands.terminal import CommandError, print_mistakes, raise_mistakes

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from practicum.application.course_watch import CourseWatch
    from practicum.application.site import Site
    from practicum.model import Mistake
    from practicum.prove.catalogue import Catalogue, Entry
    from practicum.runner import Environment, Pool
    from practicum.store import Store
    from practicum.web.server import Server


BEYOND_LOOPBACK = (
    "Everyone who reaches this machine over the network can use the service: there is no sign-in, and connections are "
    "not encrypted. docs/run-a-service.md shows how to put a proxy with HTTPS in front."
)
"""What the operator should know if the service listens on an address that other machines reach."""


@click.command()
@click.argument("courses", nargs=-1, type=click.Path(path_type=Path))
@network_options
@database.DATA
@database.URL
@click.option(
    "--drain",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 3600),
    metavar="SECONDS",
    help="After SIGTERM, go on answering for this time while /readyz reports 503.",
)
@click.option(
    "--log-format", default="text", show_default=True, type=click.Choice(["text", "json"]), help="Of the log."
)
@click.option(
    "--log-level",
    default="warning",
    show_default=True,
    type=click.Choice(["debug", "info", "warning", "error"]),
    help="The least level that is logged.",
)
@click.option("--access-log", is_flag=True, help="Also log each response, without addresses and ids.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@click.option("--draft", is_flag=True, help="For authors: also show problems that are not proved, marked as such.")
@click.option("--watch", is_flag=True, help="A draft that is read and proved again whenever its files change.")
def serve(
    courses: tuple[Path, ...],
    network: Network,
    data: Path | None,
    database_url: str | None,
    drain: float,
    log_format: str,
    log_level: str,
    access_log: bool,
    no_open: bool,
    draft: bool,
    watch: bool,
) -> None:
    """Serve COURSES (folders with a course.toml) to a browser. Default: the courses that come with practicum."""
    starting_pool = ThreadPoolExecutor(1).submit(_start_pool)  # It waits for processes, while the courses are read.
    draft = draft or watch
    catalogues = _load(courses, network.root_path)
    if not draft:
        _print_unproved(catalogues)
    environments = _environments(catalogues)
    from practicum import settings
    from practicum.web import logs

    logs.configure(log_format, log_level)
    folder = data or settings.data_directory()
    with ExitStack() as opened:
        listener = opened.enter_context(network.listener())
        store = opened.enter_context(database.open_store(data, database_url))
        key = _cookie_key(folder)
        pool = opened.enter_context(starting_pool.result())
        site = _site(catalogues, store, pool, draft, network.local, folder)
        watching = _watch(site) if watch else None

        def listening() -> None:
            _print_address(network, listener, no_open)
            for environment in environments[:1]:
                pool.warm(site.preload(environment), environment=environment, standby=not site.local)
            if watching:
                watching.start()

        _server(site, network, watching, key, listening, drain, access_log).run(sockets=[listener])


def _server(
    site: Site,
    network: Network,
    watching: CourseWatch | None,
    key: bytes,
    listening: Callable[[], None],
    drain: float,
    access_log: bool,
) -> Server:
    from practicum import settings
    from practicum.web.app import create_app
    from practicum.web.connections import CONNECTIONS, HEADER_SECONDS
    from practicum.web.server import Server

    app = create_app(site, network.hosts, watching, key, network.root_path)
    connections = settings.connections() or CONNECTIONS
    seconds = settings.header_seconds() or HEADER_SECONDS
    return Server(app, listening, connections, seconds, network.proxies, drain, access_log)


def _cookie_key(folder: Path) -> bytes:
    from practicum.web.cookie_key import NoCookieKey, cookie_key

    try:
        return cookie_key(folder)
    except NoCookieKey as error:
        raise CommandError("no-cookie-key", str(error)) from None


def _print_address(network: Network, listener: socket.socket, no_open: bool) -> None:
    """Print where the service is and who can reach it, and open it in a browser."""
    from practicum.web.server import address

    url = address(listener)
    click.echo(f"practicum is at {url}{network.root_path if network.uds is None else ''}  (press Ctrl-C to stop)")
    if not network.loopback:
        click.echo(BEYOND_LOOPBACK, err=True)
    if not no_open and network.uds is None:
        threading.Thread(target=_open, args=(url + network.root_path,), daemon=True).start()


def _load(courses: tuple[Path, ...], root_path: str) -> list[Catalogue]:
    """Load the courses in these folders, or those that come with practicum, without the files that have mistakes.

    Raises:
        CommandError: A folder is not a course, or nothing is left to serve.
    """
    from practicum.prove.catalogue import survey
    from practicum.settings import shipped_courses

    catalogues: list[Catalogue] = []
    mistakes: list[tuple[Path, Mistake]] = []
    for root in courses or shipped_courses():
        if not (root / "course.toml").is_file():
            raise CommandError("not-a-course", f"{root} is not a course: it has no course.toml.")
        catalogue = survey(root)
        mistakes += [(root, mistake) for mistake in catalogue.mistakes]
        if catalogue.has_valid_settings and (catalogue.course.topics or not catalogue.mistakes):
            catalogues.append(catalogue)
    if mistakes and not catalogues:
        raise_mistakes(mistakes)
    _print_mistakes(mistakes)
    _check_names([catalogue.course.slug for catalogue in catalogues], root_path)
    return catalogues


def _print_mistakes(mistakes: Sequence[tuple[Path, Mistake]]) -> None:
    if mistakes:
        count = len(mistakes)
        print_mistakes(mistakes, f"{count} mistake{'s' if count > 1 else ''}; what depends on them is not shown")


def _check_names(slugs: list[str], root_path: str) -> None:
    """Raise a CommandError if two courses have the same address, or one has an address of the service itself."""
    from practicum.web.app import reserved_names

    reserved = reserved_names() | set(root_path.split("/")[1:2])
    for slug in slugs:
        if slug in reserved:
            message = f"No course can be called {slug}: practicum's own pages have that address. Rename the folder."
            raise CommandError("course-name-reserved", message)
        if slugs.count(slug) > 1:
            raise CommandError("course-name-taken", f"Two courses are called {slug}. Rename one of the folders.")


def _print_unproved(catalogues: list[Catalogue]) -> None:
    """Print for the author how many problems are not shown because they are not proved."""
    for catalogue in catalogues:
        entries = catalogue.entries.values()
        hidden = sum(not entry.verdict.served for entry in entries)
        if hidden:
            click.echo(
                f"{catalogue.course.slug}: {len(entries) - hidden} of {len(entries)} problems are proved. The others "
                f"are not shown. Run `practicum prove {catalogue.root}`, or show them as drafts with --draft.",
                err=True,
            )


def _environments(catalogues: list[Catalogue]) -> list[Environment]:
    """Return the environments in which the courses' code runs, each once. Print for which courses there is none."""
    from practicum.environments.selection import NoEnvironment, choose

    environments: list[Environment] = []
    for catalogue in catalogues:
        try:
            environments.append(choose(catalogue.course, catalogue.root))
        except NoEnvironment as reason:
            click.echo(f"{catalogue.course.slug}: code cannot run in this course: {reason}.", err=True)
    return list(dict.fromkeys(environments))


def _start_pool() -> Pool:
    """Start the pool that runs proofs and learners' code. Pages show it where there is no isolation."""
    import warnings

    from practicum import settings
    from practicum.runner import KeepLimits, Pool

    keep = KeepLimits(settings.sessions(), settings.session_memory(), settings.session_idle())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        busy = max(2, os.cpu_count() or 1)
        # One slot more than are kept busy from one address, so that a run from another one starts at once.
        return Pool(busy + 1, spares=busy, per_person=busy - 1, per_address=busy, keep=keep)


def _site(catalogues: list[Catalogue], store: Store, pool: Pool, draft: bool, local: bool, data: Path) -> Site:
    from practicum.application.site import Site

    return Site(catalogues, store, pool, draft, local, data / "lab")


def _watch(site: Site) -> CourseWatch:
    """Return the watch of a draft, which prints verdicts and mistakes as they come."""
    from practicum.application.course_watch import CourseWatch

    def on_proved(entry: Entry) -> None:
        path, line = entry.place
        why = "" if entry.verdict.served else f": {entry.why.splitlines()[0]}"
        click.echo(f"{path}:{line}: {entry.verdict}{why}")

    def on_mistakes(root: Path, mistakes: Sequence[Mistake]) -> None:
        _print_mistakes([(root, mistake) for mistake in mistakes])

    return CourseWatch(site, os.cpu_count() or 1, on_proved, on_mistakes)


def _open(url: str) -> None:
    """Open the page in a browser, if there is a display."""
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("BROWSER")
    if display or sys.platform in ("darwin", "win32"):
        import webbrowser

        webbrowser.open(url)
