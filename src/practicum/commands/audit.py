"""`practicum audit`: settle the keys of question banks by running, and report what is wrong with them."""

from __future__ import annotations

import json
import os
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from practicum import settings
from practicum.commands.terminal import (
    CommandError,
    Style,
    StyledText,
    exit_with_mistakes,
    exit_with_no,
    interruptible,
    print_table,
)
from practicum.formatting import percent, truncate

if TYPE_CHECKING:
    from practicum.audit.auditor import Audit
    from practicum.audit.findings import ItemFinding, Totals
    from practicum.exchange import ColumnMap, Format
    from practicum.exchange.bank_files import Source, Sources
    from practicum.runner import Environment

_COLOURS: dict[str, Style] = {
    "proved": "green",
    "not-provable": "dim",
    "could-not-run": "yellow",
    "duplicate": "yellow",
}


@dataclass(frozen=True)
class _Request:
    """How banks are audited."""

    jobs: int
    seconds: float
    environment: Environment
    rerun: bool


@click.command()
@click.argument("banks", metavar="BANK…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--html", "html", metavar="FILE", type=click.Path(path_type=Path), help="Write the report as one web page."
)
@click.option(
    "--sarif", "sarif", metavar="FILE", type=click.Path(path_type=Path), help="Write the report as SARIF 2.1.0."
)
@click.option(
    "--fix", "out", metavar="OUT", type=click.Path(path_type=Path), help="Write the banks with corrected keys."
)
@click.option("--item", "identifiers", metavar="ID", multiple=True, help="Show everything about this item.")
@click.option("--format", "format_name", metavar="NAME", help="The banks' format. Default: recognized by each file.")
@click.option(
    "--map", "columns", metavar="MAP", help="Columns of a plain table: question=q,options=choices,key=correct."
)
@click.option("--all", "rerun", is_flag=True, help="Run everything, even what is unchanged.")
@click.option("--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default="one per core")
@click.option("--env", "digest", metavar="DIGEST", help="Run everything in this environment.")
@click.option(
    "--timeout", type=click.FloatRange(0.1), default=10.0, show_default=True, help="Time limit of a run in seconds."
)
def audit(
    banks: tuple[Path, ...],
    as_json: bool,
    html: Path | None,
    sarif: Path | None,
    out: Path | None,
    identifiers: tuple[str, ...],
    format_name: str | None,
    columns: str | None,
    rerun: bool,
    jobs: int,
    digest: str | None,
    timeout: float,
) -> None:
    """Settle the keys of question banks by running.

    BANK is a file or a folder in any format that practicum reads. Each item that has code gets a claim, which is run in
    the sandbox; what no run can settle is reported as not provable. Results are kept, so that only what changed is run
    again. Exit code 0: nothing is wrong; 1: there are faults; 2: a file cannot be read.
    """
    from practicum.exchange.bank_files import find_sources

    for bank in banks:
        if not bank.exists():
            raise CommandError("not-found", f"{bank}: there is no such file or folder.")
    mapped = _columns(columns) if columns else None
    request = _Request(jobs, timeout, _environment(digest), rerun)
    sources = find_sources(banks, _format(format_name), mapped)
    if not sources.sources and not sources.unreadable:
        raise CommandError("no-bank", "There is no question bank here. Name its format with --format.")
    with interruptible("interrupted; finished items are kept"):
        found = _audit(sources, request)
    if identifiers:
        found = _only(found, identifiers)
    if as_json:
        _print_json(found)
    else:
        _show_columns(sources)
        _show(found, in_full=bool(identifiers))
    _write_reports(found, html, sarif, banks)
    if out is not None:
        _fix(sources.sources, found, out, quiet=as_json)
    if found.unreadable:
        for remark in found.unreadable:
            click.echo(str(remark), err=True)
        exit_with_mistakes()
    if found.faulty:
        exit_with_no()


def _show_columns(sources: Sources) -> None:
    """Show how plain tables were read, in the form that `--map` takes: it may have been guessed."""
    counts = Counter(str(source.columns) for source in sources.sources if source.columns)
    for columns, count in counts.items():
        files = f" ({count} files)" if len(sources.sources) > 1 else ""
        click.echo(f"columns: {columns}{files}")


def _columns(text: str) -> ColumnMap:
    from practicum.exchange import ColumnMap

    try:
        return ColumnMap.parse(text)
    except ValueError as error:
        raise CommandError("invalid-map", f"--map: {error}") from None


def _format(name: str | None) -> Format | None:
    from practicum import exchange

    if name is None:
        return None
    try:
        return exchange.get(name)
    except KeyError:
        names = ", ".join(name for name, form in exchange.registered().items() if form.is_read)
        raise CommandError("unknown-format", f"There is no format {name!r}. Choose from {names}.") from None


def _environment(digest: str | None) -> Environment:
    from practicum.environments.cache import EnvironmentNotFound
    from practicum.environments.selection import NoEnvironment, environment_by_prefix
    from practicum.runner.environment import Environment

    if digest is None:
        return Environment.current()
    try:
        return environment_by_prefix(digest, "audit")
    except (NoEnvironment, EnvironmentNotFound) as error:
        raise CommandError("no-environment", str(error)) from None


def _audit(sources: Sources, request: _Request) -> Audit:
    """Audit the files with a progress bar. No interpreter is started if there is nothing to run."""
    from practicum.audit.auditor import Auditor
    from practicum.audit.lazy_pool import LazyPool
    from practicum.audit.results_cache import ResultsCache
    from practicum.audit.running import Runner
    from practicum.commands.progress_bar import auditing

    file = None if request.rerun else settings.audits_directory() / "results.sqlite3"
    with LazyPool(request.jobs) as pool, ResultsCache(file) as cache, auditing() as on_progress:
        runner = Runner(pool.run, request.seconds, environment=request.environment)
        return Auditor(runner, cache, request.jobs, on_progress).audit(sources)


def _only(found: Audit, identifiers: Sequence[str]) -> Audit:
    from dataclasses import replace

    findings = tuple(each for each in found.findings if each.identifier in identifiers or each.place in identifiers)
    if not findings:
        raise CommandError("no-such-item", f"There is no item {', '.join(identifiers)}.")
    return replace(found, findings=findings)


# --- text ------------------------------------------------------------------------------------------------------------


def _show(found: Audit, *, in_full: bool) -> None:
    for finding in found.findings:
        if finding.faults or in_full:
            _explain(finding, in_full=in_full)
    _show_totals(found.totals)
    if found.remarks:
        click.echo(f"\n{len(found.remarks)} remarks on what was read; --json lists them")


def _explain(finding: ItemFinding, *, in_full: bool) -> None:
    """Print what is wrong with an item, and each option with its mark and what was settled about it."""
    where = f"{finding.path}:{finding.line}" if finding.line else finding.path
    click.echo(
        f"{click.style(where, bold=True)} {finding.identifier}  {click.style(finding.verdict, fg=_colour(finding))}"
    )
    click.echo(textwrap.indent(truncate(" ".join(finding.text.split()), 300), "  "))
    for fault in finding.faults:
        others = f" ({', '.join(fault.others)})" if fault.others else ""
        click.echo(f"  {fault.fault}: {fault.message}{others}")
    if finding.reason:
        click.echo(f"  {finding.reason}")
    if finding.reading:
        click.secho(f"  read as: {finding.reading}", dim=True)
    if in_full and finding.code:
        click.echo(textwrap.indent(finding.code, "    "))
    if finding.gave:
        click.echo(f"  gave: {truncate(' ↵ '.join(finding.gave.splitlines()), 200)}")
    for number, option in enumerate(finding.options):
        mark = {True: click.style("✓", fg="green"), False: "✗", None: "·"}[option.right]
        key = " (key)" if option.key else ""
        proposed = click.style(" ← proposed", fg="green") if number in finding.proposed else ""
        gave = f" → {truncate(' ↵ '.join(option.gave.splitlines()), 60)}" if option.gave else ""
        click.echo(f"  {mark} {truncate(' ↵ '.join(option.text.split(chr(10))), 72)}{key}{gave}{proposed}")
    if finding.proposed_text:
        click.echo(f"  proposed: {truncate(' ↵ '.join(finding.proposed_text.splitlines()), 100)}")
    click.echo()


def _colour(finding: ItemFinding) -> str | None:
    colour = _COLOURS.get(finding.verdict, "red")
    return None if colour == "dim" else colour


def _show_totals(totals: Totals) -> None:
    counts = [("items", totals.items, ""), ("decided by running", totals.decided, "")]
    counts += [(f"  {name}", count, name) for name, count in totals.settled.items() if name in ("proved", "refuted")]
    counts += [(name, count, name) for name, count in totals.settled.items() if name not in ("proved", "refuted")]
    counts += [(name, count, name) for name, count in totals.faults.items() if count]
    rows = [
        (StyledText(label, _COLOURS.get(name, "")), str(count), *_share(totals, count)) for label, count, name in counts
    ]
    print_table(rows, ("", "count", "share", "95 % CI"), right=(1, 2))


def _share(totals: Totals, count: int) -> tuple[str, str]:
    if not totals.items:
        return "", ""
    share = totals.share(count)
    return percent(share.value), f"{percent(share.low)} to {percent(share.high)}"


def _print_json(found: Audit) -> None:
    from practicum.audit.json_report import to_data

    click.echo(json.dumps(to_data(found), indent=1, ensure_ascii=False))


# --- files -----------------------------------------------------------------------------------------------------------


def _write_reports(found: Audit, html: Path | None, sarif: Path | None, banks: Sequence[Path]) -> None:
    from practicum.audit.sarif import to_sarif

    if html is not None:
        from practicum.audit.html_report import render

        _write(html, render(found, [str(bank) for bank in banks]).encode())
    if sarif is not None:
        _write(sarif, json.dumps(to_sarif(found), indent=1, ensure_ascii=False).encode())


def _write(file: Path, content: bytes) -> None:
    draft = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(file)
    except OSError as error:
        raise CommandError("not-writable", f"{file} cannot be written: {error.strerror}.") from None
    finally:
        draft.unlink(missing_ok=True)


def _fix(sources: Sequence[Source], found: Audit, out: Path, *, quiet: bool) -> None:
    """Write the banks with corrected keys: to `out` itself if there is one file, otherwise into that folder."""
    from practicum.audit.fixes import fix_banks

    fixed = fix_banks(sources, found.findings)
    root = _common_folder([each.source.location for each in fixed])
    for each in fixed:
        is_file = len(fixed) == 1 and not out.is_dir()
        target = out if is_file else out / os.path.relpath(each.source.location.absolute(), root)
        if target.exists() and target.samefile(each.source.location):
            raise CommandError("would-overwrite", f"{target} is the bank itself. Choose another place with --fix.")
        _write(target, each.content)
        for change in each.changes:
            click.echo(f"corrected {change}", err=quiet)
        for remark in each.refused:
            click.echo(f"not corrected: {remark}", err=True)
    count = sum(len(each.changes) for each in fixed)
    click.echo(f"{count} key{'' if count == 1 else 's'} corrected in {out}", err=quiet)


def _common_folder(locations: Sequence[Path]) -> str:
    return os.path.commonpath([location.absolute().parent for location in locations])
