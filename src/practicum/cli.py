"""The command `practicum`: a list of commands, each imported only when it is called."""

from __future__ import annotations

import importlib

import click

from practicum import __version__

COMMANDS = ("serve", "prove", "run", "lab", "env", "doctor")


class _Lazy(click.Group):
    """A group whose commands are modules of `practicum.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"practicum.commands.{cmd_name}"), cmd_name)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="practicum")
def main() -> None:
    """Practise machine learning on problems whose answers have been run."""
