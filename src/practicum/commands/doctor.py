"""`practicum doctor`: what this machine gives the runner, and what to install for more."""

from __future__ import annotations

import dataclasses
import json

import click

from practicum.runner.isolation_report import IsolationReport, MachineCheck, inspect_machine


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--warm", is_flag=True, help="Also start a TensorFlow interpreter, for its time and memory.")
def doctor(as_json: bool, warm: bool) -> None:
    """Say which isolation this machine gives to the code it runs, why, and what to install for more."""
    found = inspect_machine(warm=warm)
    report = dataclasses.replace(found, checks=(*found.checks, _environments()))
    if as_json:
        rows = [dataclasses.asdict(check) for check in report.checks]
        click.echo(json.dumps({"mode": report.mode.value, "rows": rows}, indent=2))
    else:
        _table(report)


def _environments() -> MachineCheck:
    """What was built for courses: beside the server's own packages, which are in the rows above."""
    from practicum.environments import cache

    built = cache.all_built()
    if not built:
        return MachineCheck("environments", "none built; runs use the packages above", True)
    size = sum(one.size for one in built) / 1e6
    return MachineCheck("environments", f"{len(built)} built, {size:.0f} MB: `practicum env list` names them", True)


def _table(report: IsolationReport) -> None:
    width = max(len(row.name) for row in report.checks)
    for row in report.checks:
        mark = click.style("✓", fg="green") if row.ok else click.style("✗", fg="red")
        click.echo(f"{mark} {row.name:<{width}}  {row.found}")
        if row.advice:
            click.echo(f"  {'':<{width}}  → {row.advice}")
