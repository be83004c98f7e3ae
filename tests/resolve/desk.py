"""Expressions in the small scenario of tests/diagnostics/base: resolved, with what was found."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from diagnostics.page_examples import BASE, spliced

from rewardlang import lint, model, resolve, tree
from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.source import Source
from rewardlang.syntax import load, scenario_file
from rewardlang.syntax.files import ApiFile, ScenarioFile, WorldFile
from rewardlang.syntax.reader import Reader
from rewardlang.syntax.yaml_events import read_yaml
from rewardlang.syntax.yaml_nodes import Mapping_

SCENARIO = (BASE / "close.yaml").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def parts() -> tuple[ApiFile, WorldFile]:
    api, found = load.read_api(BASE / "apis" / "desk.yaml")
    world, more = load.read_world(BASE / "worlds" / "office.yaml")
    assert api is not None
    assert world is not None
    assert not found
    assert not more
    return api, world


def read(text: str, path: str = "close.yaml") -> tuple[ScenarioFile, list[Diagnostic]]:
    """A scenario from its text."""
    found: list[Diagnostic] = []
    source = Source(path, text)
    root = read_yaml(source, found)
    assert isinstance(root, Mapping_), found
    return scenario_file.read(root, Reader(source, found)), found


def resolved(fragment: str) -> tuple[model.Scenario | None, list[Diagnostic]]:
    """The base scenario with its keys replaced by those of `fragment`."""
    file, found = read(spliced(SCENARIO, fragment))
    api, world = parts()
    scenario, more = resolve.resolve(file, [api], world)
    return scenario, found + more


def linted(fragment: str) -> list[Diagnostic]:
    """Everything that is found, lints too."""
    scenario, found = resolved(fragment)
    return found + ([] if scenario is None else lint.run(scenario))


def quoted(expression: str) -> str:
    return "'" + expression.replace("'", "''") + "'"


def check(expression: str, lets: str = "") -> str:
    """A reward whose one part checks `expression`."""
    part = f"    - id: closed\n      weight: 1\n      check: {quoted(expression)}\n"
    return f"let: {{{lets}}}\nreward:\n  parts:\n{part}"


def diagnostics(expression: str, lets: str = "") -> list[Diagnostic]:
    """What is found in a check."""
    return resolved(check(expression, lets))[1]


def value(expression: str, lets: str = "") -> tree.Expr:
    """The typed tree of an expression, as the let `it`; it must be without errors."""
    more = f"{lets}, " if lets else ""
    scenario, found = resolved(f"let: {{{more}it: {quoted(expression)}}}")
    assert scenario is not None, [(d.code.id, d.message) for d in found]
    return next(let.value for let in scenario.lets if let.name == "it")


def summary(found: list[Diagnostic]) -> list[tuple[str, str]]:
    """Codes and the characters that are underlined."""
    return [(d.code.id, d.label.span.text) for d in found]


HERE = Path(__file__).parent
