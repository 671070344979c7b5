"""`practicum doctor`: what this machine gives the runner, and what to install for more."""

from __future__ import annotations

import dataclasses
import json

import click

from practicum.runner.report import Report
from practicum.runner.report import doctor as look


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--warm", is_flag=True, help="Also start a TensorFlow interpreter, for its time and memory.")
def doctor(as_json: bool, warm: bool) -> None:
    """Say which isolation this machine gives to the code it runs, why, and what to install for more."""
    report = look(warm=warm)
    if as_json:
        click.echo(
            json.dumps({"mode": report.mode.value, "rows": [dataclasses.asdict(row) for row in report.rows]}, indent=2)
        )
    else:
        _table(report)


def _table(report: Report) -> None:
    width = max(len(row.name) for row in report.rows)
    for row in report.rows:
        mark = click.style("✓", fg="green") if row.ok else click.style("✗", fg="red")
        click.echo(f"{mark} {row.name:<{width}}  {row.found}")
        if row.advice:
            click.echo(f"  {'':<{width}}  → {row.advice}")
