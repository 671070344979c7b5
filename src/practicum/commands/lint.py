"""`practicum lint`: checks how the items of a course or a bank are written, by published rules."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from practicum import exchange
from practicum.commands.course_paths import default_paths
from practicum.commands.terminal import (
    CommandError,
    Style,
    exit_with_mistakes,
    exit_with_no,
    print_mistakes,
    print_table,
    readable_path,
)
from practicum.exchange import ColumnMap, NotInFormat
from practicum.exchange.bank import Remark
from practicum.formatting import printable
from practicum.lint import NAMES, RULES, Finding, Severity
from practicum.lint import lint as find_flaws
from practicum.lint.reading import Collection, Layout, NothingToLint, read_items

COLOURS: dict[Severity, Style] = {Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


@click.command()
@click.argument("paths", metavar="[COURSE|BANK]…", nargs=-1, type=click.Path(path_type=Path))
@click.option("--off", multiple=True, metavar="RULE", type=click.Choice(NAMES), help="Do not apply this rule.")
@click.option("--format", "format_name", metavar="NAME", help="The banks' format. Default: recognized by each file.")
@click.option(
    "--map", "columns", metavar="MAP", help="Columns of a plain table: question=q,options=choices,key=correct."
)
@click.option("--rules", "show_rules", is_flag=True, help="List the rules and their sources.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def lint(
    paths: tuple[Path, ...],
    off: tuple[str, ...],
    format_name: str | None,
    columns: str | None,
    show_rules: bool,
    as_json: bool,
) -> None:
    """Check how items are written, by published rules.

    COURSE is a course or a part of one, BANK a file or folder of question banks. Default: the courses in this folder,
    or those that come with practicum. Nothing is run. Exit code 0: no warning; 1: there are warnings; 2: something
    cannot be read.
    """
    if show_rules:
        print_table([(rule.name, rule.severity, "; ".join(map(str, rule.sources)), rule.summary) for rule in RULES])
        return
    collections = _collections(paths or default_paths(), _layout(format_name, columns))
    findings = [_at_root(found, each.root) for each in collections for found in find_flaws(each.items, off)]
    mistakes = [(each.root, mistake) for each in collections for mistake in each.mistakes]
    remarks = [remark for each in collections for remark in each.remarks]
    print_mistakes(mistakes, "")
    if as_json:
        rows = {"findings": list(map(dataclasses.asdict, findings)), "remarks": list(map(dataclasses.asdict, remarks))}
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        _show_remarks(remarks)
        _show(findings, sum(len({(item.path, item.name) for item in each.items}) for each in collections))
    if mistakes:
        exit_with_mistakes()
    if any(found.severity is Severity.WARNING for found in findings):
        exit_with_no()


def _layout(format_name: str | None, columns: str | None) -> Layout:
    try:
        form = exchange.get(format_name) if format_name else None
        return Layout(form, ColumnMap.parse(columns) if columns else None)
    except KeyError:
        names = ", ".join(exchange.registered())
        raise CommandError("unknown-format", f"There is no format {format_name}. Known are {names}.") from None
    except ValueError as error:
        raise CommandError("invalid-map", str(error)) from None


def _collections(paths: Sequence[Path], layout: Layout) -> list[Collection]:
    try:
        return [collection for path in paths for collection in read_items(path, NAMES, layout)]
    except (NothingToLint, NotInFormat) as error:
        raise CommandError(error.code, error.message) from None


def _show_remarks(remarks: Sequence[Remark]) -> None:
    """Print the first remark of each kind on standard error, with the number of all."""
    counts = Counter(remark.code for remark in remarks)
    firsts = {remark.code: remark for remark in reversed(remarks)}
    for code, count in counts.items():
        more = f" (and {count - 1} more of this kind)" if count > 1 else ""
        click.echo(printable(f"{firsts[code]}{more}"), err=True)


def _at_root(finding: Finding, root: Path) -> Finding:
    return dataclasses.replace(finding, path=readable_path(root / finding.path))


def _show(findings: Sequence[Finding], items: int) -> None:
    for found in findings:
        severity = click.style(f" {found.severity}:", fg=COLOURS[found.severity])
        click.echo(printable(str(found)).replace(f" {found.severity}:", severity, 1))
    warnings = sum(found.severity is Severity.WARNING for found in findings)
    counts = {"item": items, "warning": warnings, "note": len(findings) - warnings}
    click.echo("{}: {}, {}.".format(*(f"{count} {noun}{'s' * (count != 1)}" for noun, count in counts.items())))
