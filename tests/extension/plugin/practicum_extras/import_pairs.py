"""An exchange format, as small as one can be: a text file of `expression = value` lines becomes a problem to prove."""

from pathlib import Path

import click

from practicum.commands.terminal import CommandError

PROBLEM = """+++
kind = "matching"
level = "beginner"
+++

# {title}

Match each expression with its value.

```python solution
{pairs}
```
"""


@click.command("import-pairs")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("topic", type=click.Path(exists=True, file_okay=False, path_type=Path))
def import_pairs(source: Path, topic: Path) -> None:
    """Add the pairs in SOURCE to the exercises of TOPIC, a folder of a course."""
    lines = [line.partition("=") for line in source.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not all(equals for _, equals, _ in lines):
        raise CommandError("no-pairs", f"{source}: every line must be `expression = value`.")
    pairs = "\n".join(f"{expression.strip()}  # {value.strip()}" for expression, _, value in lines)
    problem = topic / "try" / f"{source.stem}.md"
    problem.parent.mkdir(exist_ok=True)
    problem.write_text(PROBLEM.format(title=source.stem.capitalize(), pairs=pairs), encoding="utf-8")
    click.echo(f"wrote {problem}")
