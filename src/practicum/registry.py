"""Registries: what practicum ships, then what installed packages add through an entry-point group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from practicum.errors import CodedError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


class Named(Protocol):
    """An object that a registry finds by its name."""

    @property
    def name(self) -> str: ...


Registered = TypeVar("Registered", bound=Named)


class PluginError(CodedError):
    """An entry point that cannot be used.

    Codes: `plugin-not-importable`, `plugin-wrong-type`, `plugin-name-taken`.
    """

    def __init__(self, code: str, message: str, entry_point: EntryPoint) -> None:
        super().__init__(code, message)
        self.entry_point = entry_point


@cache
def find(group: str) -> Mapping[str, EntryPoint]:
    """The installed entry points of a group by name, sorted by name; nothing is imported."""
    from importlib.metadata import entry_points  # a third of the time of `practicum --version`

    points = sorted(entry_points(group=group), key=lambda point: point.name)
    return MappingProxyType({point.name: point for point in points})


def load_one(point: EntryPoint, base: type[Any]) -> Any:
    """The object that an entry point names.

    Raises:
        PluginError: Its module cannot be imported, or the object is not an instance of `base`.
    """
    try:
        plugin = point.load()
    except Exception as error:  # a plugin's module may raise anything
        message = f"{_described(point)} cannot be imported: {type(error).__name__}: {error}. {_advice(point)}"
        raise PluginError("plugin-not-importable", message, point) from error
    if not isinstance(plugin, base):
        message = f"{_described(point)} must be an instance of {base.__module__}.{base.__qualname__}, not {plugin!r}."
        raise PluginError("plugin-wrong-type", message, point)
    return plugin


def load(group: str, builtin: Iterable[Registered], base: type[Any]) -> Mapping[str, Registered]:
    """The built-in objects and those of the entry points in `group`, by their names and in this order.

    The result is worth caching: every call imports the entry points again.

    Args:
        group: The entry-point group, such as `practicum.kinds`.
        builtin: What practicum itself ships.
        base: The class, abstract or not, that every object must be an instance of.

    Raises:
        PluginError: An entry point cannot be imported, is of another class, or has a name that is taken.
    """
    found = {shipped.name: shipped for shipped in builtin}
    for point in find(group).values():
        plugin = load_one(point, base)
        if plugin.name in found:
            message = f"{_described(point)} is named `{plugin.name}`, and that name is taken. {_advice(point)}"
            raise PluginError("plugin-name-taken", message, point)
        found[plugin.name] = plugin
    return MappingProxyType(found)


def _described(point: EntryPoint) -> str:
    return f"The entry point `{point.name} = {point.value}` in the group `{point.group}`"


def _advice(point: EntryPoint) -> str:
    package = point.dist.name if point.dist else "the package that declares it"
    return f"Repair or uninstall {package}."
