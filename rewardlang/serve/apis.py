"""An API without a scenario as what the server plays: all its operations, in a world, no reward."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rewardlang import driver, resolve
from rewardlang.data import Files, Overlay
from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.diagnostics.spelling import suggest
from rewardlang.syntax import load
from rewardlang.syntax.files import WorldFile
from rewardlang_runtime import Scenario

_TEXT = """\
rewardlang: 1
scenario: serve.{name}
title: All operations of {name}
use: [{uses}]
world: {world}
tools: ["*"]
params: {{nothing: "one_of([true])"}}
prompt: Nothing is asked for.
limits: {{observation: 100000}}
reward:
  parts: [{{id: nothing, weight: 1, check: "calls(any).size() > 100000"}}]
oracle: [{{answer: Nothing.}}]
"""


class NoWorld(Exception):
    """An API cannot be served for lack of a world; the message says what to do."""


def scenario_of_api(path: Path, world: str | None, calls: int) -> Scenario:
    """A scenario that offers every operation of an API, and of those its world is for too.

    Args:
        path: The API's file.
        world: A world's name as in a scenario, or its file.
        calls: How many calls a session may make.

    Raises:
        NoWorld: None was given, or there is none of that name.
        CheckFailed: A file has errors.
    """
    files = Overlay()
    api, wrong = load.read_api(path, files)
    _refuse(wrong)
    assert api is not None
    name = api.name.name
    read, place = _world(path, world, files)
    gathered = load.gather_apis(read, files)
    _refuse(gathered.diagnostics)
    apis = [api if each.name.name == name else each for each in gathered.apis]
    if api not in apis:
        raise NoWorld(f"{place} is for {', '.join(a.name.name for a in apis)}, not for {name}")
    uses = ", ".join(each.name.name for each in apis)
    virtual = path.with_name(f"serve.{name}.yaml")
    files.texts[virtual] = _TEXT.format(name=name, uses=uses, world=read.name.name)
    scenario, wrong = load.read_scenario(virtual, files)
    _refuse(wrong)
    assert scenario is not None
    typed, wrong = resolve.resolve(scenario, tuple(apis), read)
    _refuse(wrong)
    assert typed is not None
    return driver.build(typed)._replace(calls_limit=calls)


def _world(api: Path, world: str | None, files: Files) -> tuple[WorldFile, Path]:
    """The world that was asked for, and its file."""
    beside = api.parent.parent if api.parent.name == "apis" else api.parent
    names = files.names("worlds", beside)
    if world is None:
        example = names[0] if names else "FILE"
        raise NoWorld(f"{api} is an API, and needs a world: --world {example}")
    place: Path | None = Path(world)
    if not world.endswith((".yaml", ".yml")):
        place = files.find("worlds", world, beside)
    if place is None:
        meant = suggest(world, names)
        hint = f"did you mean `{meant}`?" if meant else f"there are: {', '.join(names) or 'none'}"
        raise NoWorld(f"no world `{world}`; {hint}")
    read, wrong = load.read_world(place, files)
    _refuse(wrong)
    assert read is not None
    return read, place


def _refuse(diagnostics: Iterable[Diagnostic]) -> None:
    errors = tuple(each for each in diagnostics if each.code.level == "error")
    if errors:
        raise driver.CheckFailed(errors)
