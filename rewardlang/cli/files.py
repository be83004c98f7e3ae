"""Files that commands are given: folders walked, scenarios checked, parameters read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rewardlang import model
    from rewardlang_runtime import Scenario, Trace

_SUFFIXES = (".yaml", ".yml")
_PARTS = ("apis", "worlds")
_CONFORM = ".conform.yaml"
"""What `rewardlang conform` reads, and nobody else."""


def walk(paths: Iterable[str], scenarios_only: bool = False) -> list[Path]:
    """The files among `paths`, and all YAML files under the folders, each once, in order.

    Hidden folders are left out, and with `scenarios_only` also `apis` and `worlds`.
    """
    found: dict[Path, None] = {}
    for given in paths:
        path = Path(given)
        _refuse_python(path)
        if not path.is_dir():
            found[path] = None  # one that does not exist is reported by whoever reads it
            continue
        before = len(found)
        found.update(dict.fromkeys(_below(path, scenarios_only)))
        if len(found) == before:
            raise click.UsageError(f"{given}: no YAML file under this folder")
    return list(found)


def _below(folder: Path, scenarios_only: bool) -> Iterator[Path]:
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and not (scenarios_only and name in _PARTS)
        )
        for name in sorted(names):
            if name.endswith(_SUFFIXES) and not name.endswith(_CONFORM):
                yield Path(at, name)


def api(given: str) -> Path:
    """The file of an API, given as such or by its name under `use:`."""
    from rewardlang.data import Files
    from rewardlang.diagnostics.spelling import suggest

    if given.endswith(_SUFFIXES):
        return Path(given)
    path = Files().find("apis", given, Path())
    if path is None:
        names = Files().names("apis", Path())
        meant = suggest(given, names)
        hint = f"did you mean `{meant}`?" if meant else f"there are: {', '.join(names)}"
        raise click.UsageError(f"no API `{given}`; {hint}")
    return path


def typed(path: Path) -> model.Scenario:
    """The typed scenario of a YAML file."""
    from rewardlang import driver

    _refuse_python(path)
    return driver.scenario_of(path)


def _refuse_python(path: Path) -> None:
    if path.suffix == ".py" and not path.is_dir():
        raise click.UsageError(
            f"{path} is Python; give the YAML file of the scenario that it was compiled from"
        )


def compiled(path: Path, no_cache: bool) -> Scenario:
    """The scenario of a YAML file, or of a Python file that `rewardlang compile` wrote."""
    from rewardlang import driver
    from rewardlang.cli import Failure
    from rewardlang_runtime import StaleModule

    try:
        return driver.load(path, use_cache=not no_cache)
    except FileNotFoundError as error:
        raise Failure(f"there is no {path}") from error
    except (StaleModule, ValueError) as error:
        raise Failure(f"{path}: {error}") from error


def traces(path: Path) -> Iterator[Trace]:
    """The traces of a file; a line that is none ends the command with its place."""
    from rewardlang.cli import Failure
    from rewardlang_runtime import read_traces
    from rewardlang_runtime.traces import BadTrace

    try:
        yield from read_traces(path)
    except BadTrace as error:
        raise Failure(f"{path}, {error}") from error
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error


def parameters(options: Iterable[str]) -> dict[str, Any]:
    """`--param name=value` options; a value that is no JSON is text."""
    import json

    found: dict[str, Any] = {}
    for option in options:
        name, equals, text = option.partition("=")
        if not equals:
            raise click.UsageError(f"--param {option}: write --param NAME=VALUE")
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found
