"""The command `practicum`: its own commands and those of installed packages, each imported only when it is called."""

from __future__ import annotations

import importlib
from typing import Any

import click

from practicum import __version__
from practicum.commands.terminal import CommandError, colour_choice
from practicum.errors import InvalidSetting
from practicum.registry import PluginError, find, load_one

GROUP = "practicum.commands"
"""The entry-point group. An entry point names a `click.Command`; one with the name of a built-in command is ignored."""
BUILTIN = (
    *("serve", "prove", "lint", "audit", "propose", "run", "lab", "env"),
    *("backup", "restore", "move", "doctor"),
)
"""Commands in `practicum.commands`: each is a function of the same name as its module."""


class LazyGroup(click.Group):
    """A group that imports a command only when it is called or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, practicum's own first."""
        return [*BUILTIN, *(name for name in find(GROUP) if name not in BUILTIN)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command by its name. A package's command that cannot be imported says so when it is called."""
        if cmd_name in BUILTIN:
            command: click.Command = getattr(importlib.import_module(f"practicum.commands.{cmd_name}"), cmd_name)
            return command
        point = find(GROUP).get(cmd_name)
        if point is None:
            return None
        try:
            plugin: click.Command = load_one(point, click.Command)
        except PluginError as error:
            return _broken_command(cmd_name, error)
        return plugin

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command; an invalid setting, or a package that cannot be loaded, ends it with an error."""
        ctx.color = colour_choice()
        try:
            return super().invoke(ctx)
        except (InvalidSetting, PluginError) as error:
            raise CommandError(error.code, error.message) from None


def _broken_command(name: str, error: PluginError) -> click.Command:
    def fail() -> None:
        raise CommandError(error.code, error.message)

    return click.Command(name, callback=fail, short_help=f"Not available: {error.message}")


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="practicum")
def main() -> None:
    """Practise machine learning on problems whose answers have been run."""
