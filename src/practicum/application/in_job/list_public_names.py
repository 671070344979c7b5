"""Lists the public names of modules. Runs as a job, in the environment whose names it lists; nothing imports it."""

import importlib
import inspect
import json
import sys
from collections.abc import Sequence

MAX_SIGNATURE = 60
"""Characters of a signature. A longer one is cut: it helps to remember, and the documentation has the rest."""


def list_public_names(modules: Sequence[str], classes: Sequence[str]) -> str:
    """Return `{module: [[name, kind, signature], …]}` of these modules, and of these classes of theirs, as JSON."""
    found = {}
    for path in modules:
        try:
            found[path] = _members(importlib.import_module(path), path, modules)
        except ImportError:
            continue
    for path in classes:
        home, _, name = path.rpartition(".")
        if home in found:
            found[path] = _members(getattr(importlib.import_module(home), name), path, modules)
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _members(owner: object, path: str, modules: Sequence[str]) -> list[list[str]]:
    standard_library = sys.stdlib_module_names - {"builtins"}
    members = []
    for name in sorted(set(dir(owner)), key=lambda name: (name.lower(), name)):
        if name.startswith("_") or name in ("src", "api"):
            continue
        try:
            value = getattr(owner, name)
        except Exception:
            continue
        if inspect.ismodule(value) and f"{path}.{name}" not in modules:
            continue
        if (getattr(value, "__module__", None) or "").split(".")[0] in standard_library:
            continue
        members.append([name, *_kind_and_signature(value)])
    return members


def _kind_and_signature(value: object) -> tuple[str, str]:
    if inspect.ismodule(value):
        return "module", ""
    if not callable(value):
        return "value", ""
    kind = "class" if inspect.isclass(value) else "function"
    try:
        signature = inspect.signature(value)
        parameters = [
            parameter.replace(annotation=parameter.empty)
            for parameter in signature.parameters.values()
            if parameter.name != "self"
        ]
        text = str(signature.replace(parameters=parameters, return_annotation=signature.empty))
    except (TypeError, ValueError):
        return kind, ""
    if len(text) > MAX_SIGNATURE or " at 0x" in text:
        text = text[:44].rpartition(",")[0] + ", …)"
    return kind, text
