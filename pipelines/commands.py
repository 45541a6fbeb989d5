"""This room's part of the command line, by name; the modules are imported when a command is used."""

from __future__ import annotations

import importlib

import click

_MODULES = {
    "pipelines.commands_read": ("new", "matches", "show", "search", "agreements", "parties", "events"),
    "pipelines.commands_judge": ("accept", "reject", "learn", "rescore", "seeds", "profile"),
    "pipelines.commands_data": ("export", "evaluate", "db"),
    "pipelines.commands_serve": ("serve",),
}
NAMES = tuple(name for names in _MODULES.values() for name in names)


def command(name: str) -> click.Command:
    """The command `name`."""
    module = next(module for module, names in _MODULES.items() if name in names)
    found = getattr(importlib.import_module(module), name)
    assert isinstance(found, click.Command)
    return found
