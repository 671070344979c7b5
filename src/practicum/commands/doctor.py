"""`practicum doctor`: shows which isolation this machine offers, and what to install for more."""

from __future__ import annotations

import dataclasses
import json

import click

from practicum.commands.terminal import StyledText, print_table
from practicum.runner.isolation_report import IsolationReport, MachineCheck, inspect_machine


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--warm", is_flag=True, help="Also start a TensorFlow interpreter to measure its time and memory.")
def doctor(as_json: bool, warm: bool) -> None:
    """Show how this machine isolates the code it runs, and what to install for stronger isolation."""
    report = inspect_machine(warm=warm)
    report = dataclasses.replace(report, checks=(*report.checks, _check_environments()))
    if as_json:
        rows = [dataclasses.asdict(check) for check in report.checks]
        click.echo(json.dumps({"mode": report.mode.value, "rows": rows}, indent=2))
    else:
        _print_report(report)


def _check_environments() -> MachineCheck:
    """Return the environments built for courses; the other checks are about the server's own packages."""
    from practicum.environments import cache

    built = cache.all_built()
    if not built:
        return MachineCheck("environments", "none built; runs use the packages above", True)
    megabytes = sum(environment.size for environment in built) / 1e6
    return MachineCheck("environments", f"{len(built)} built, {megabytes:.0f} MB; see `practicum env list`", True)


def _print_report(report: IsolationReport) -> None:
    rows: list[tuple[str, str, str]] = []
    for check in report.checks:
        rows.append((StyledText("✓", "green") if check.ok else StyledText("✗", "red"), check.name, check.found))
        if check.advice:
            rows.append(("", "", f"→ {check.advice}"))
    print_table(rows)
