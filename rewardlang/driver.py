"""The pipeline: read, resolve, lint, emit; with a cache that knows what a result depends on."""

from __future__ import annotations

import marshal
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

from rewardlang import kept
from rewardlang.cache import sha256
from rewardlang.data import Files
from rewardlang.diagnostics.diagnostic import Diagnostic

if TYPE_CHECKING:
    from rewardlang import model
    from rewardlang_runtime import Scenario


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a file without running it. `scenario` is None when it has errors."""

    path: Path
    diagnostics: tuple[Diagnostic, ...]
    scenario: model.Scenario | None

    @property
    def ok(self) -> bool:
        return not _errors(self.diagnostics)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A scenario as Python text, and as what running it in this process declares."""

    python: str
    scenario: Scenario


class CheckFailed(Exception):
    """A file has errors; the message is one line each."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.diagnostics = diagnostics
        super().__init__("\n".join(map(_one_line, diagnostics)))


class NoScenario(Exception):
    """A file holds an API or a world, where a scenario is needed."""


def check(path: str | Path, files: Files | None = None) -> Checked:
    """Read and resolve a scenario, API or world file and run every lint on it."""
    from rewardlang import lint, resolve
    from rewardlang.syntax import load

    path, files = Path(path), files or Files()
    kind = load.kind_of(path, files)
    if kind != "scenario":
        return _check_part(path, kind, files)
    scenario_file, diagnostics = load.read_scenario(path, files)
    if scenario_file is None:
        return Checked(path, tuple(diagnostics), None)
    gathered = load.gather(scenario_file, files)
    diagnostics += gathered.diagnostics
    if gathered.world is None or _errors(gathered.diagnostics):
        return Checked(path, tuple(diagnostics), None)
    scenario, more = resolve.resolve(scenario_file, gathered.apis, gathered.world)
    diagnostics += more
    if scenario is None:
        return Checked(path, tuple(diagnostics), None)
    diagnostics += lint.run(scenario)
    checked = Checked(path, tuple(diagnostics), scenario)
    return checked if checked.ok else Checked(path, checked.diagnostics, None)


def compile_file(path: str | Path) -> Compiled:
    """Compile a scenario.

    Raises:
        CheckFailed: The file has errors.
        NoScenario: It holds an API or a world.
    """
    from rewardlang import emit

    scenario = scenario_of(path)
    return Compiled(emit.source_text(scenario), build(scenario))


def build(scenario: model.Scenario) -> Scenario:
    """The runtime's scenario of a typed one."""
    from rewardlang import emit

    return _execute(emit.compile_module(scenario), scenario.source.path)


def load(path: str | Path, *, use_cache: bool = True) -> Scenario:
    """The runtime's scenario: from YAML, compiled when the cache does not have it, or from Python.

    Raises:
        CheckFailed: The file has errors.
        NoScenario: It holds an API or a world.
        FileNotFoundError: There is no such Python file.
        ValueError: A Python file is no compiled scenario.
    """
    path = Path(path)
    if path.suffix == ".py":
        from rewardlang_runtime.loading import load_module

        return load_module(path)
    known = kept.Kept("code", path, use_cache=use_cache)
    entry = known.read()
    if entry is not None:
        return _execute(marshal.loads(bytes.fromhex(entry["code"])), str(path))
    from rewardlang import emit

    code = emit.compile_module(scenario_of(path, known.files))
    known.write({"code": marshal.dumps(code).hex()})
    return _execute(code, str(path))


def lint_file(path: str | Path, *, use_cache: bool = True) -> list[Diagnostic]:
    """The diagnostics of `check`; of an unchanged file from the cache, without a parser."""
    path = Path(path)
    known = kept.Kept("lint", path, use_cache=use_cache)
    entry = known.read()
    if entry is not None:
        return kept.from_plain(entry)
    diagnostics = list(check(path, known.files).diagnostics)
    known.write(kept.to_plain(diagnostics))
    return diagnostics


def scenario_of(path: str | Path, files: Files | None = None) -> model.Scenario:
    """The typed scenario of a file.

    Raises:
        CheckFailed: The file has errors.
        NoScenario: It holds an API or a world.
    """
    checked = check(path, files)
    if checked.scenario is not None:
        return checked.scenario
    errors = _errors(checked.diagnostics)
    if not errors:
        raise NoScenario(f"{path} holds an API or a world, not a scenario")
    raise CheckFailed(errors)


def _errors(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(d for d in diagnostics if d.code.level == "error")


def _check_part(path: Path, kind: str, files: Files) -> Checked:
    """An API or a world by itself."""
    from rewardlang.resolve import parts
    from rewardlang.syntax import load

    if kind == "api":
        api, diagnostics = load.read_api(path, files)
        if api is not None:
            diagnostics += parts.check_api(api)
        return Checked(path, tuple(diagnostics), None)
    world, diagnostics = load.read_world(path, files)
    if world is not None:
        gathered = load.gather_apis(world, files)
        diagnostics += gathered.diagnostics
        if not _errors(gathered.diagnostics):
            diagnostics += parts.check_world(world, gathered.apis)
    return Checked(path, tuple(diagnostics), None)


def _execute(code: CodeType, path: str) -> Scenario:
    """Run a generated module under a name of its own and take its scenario."""
    name = f"rewardlang_compiled.{sha256(marshal.dumps(code))[:16]}"
    module = sys.modules.get(name)
    if module is None:
        module = ModuleType(name)
        module.__file__ = path
        exec(code, module.__dict__)
        sys.modules[name] = module
    scenario: Scenario = module.__dict__["SCENARIO"]
    return scenario


def _one_line(diagnostic: Diagnostic) -> str:
    span = diagnostic.label.span
    line, column = span.begin
    return f"{span.source.path}:{line}:{column}: {diagnostic.code.id}: {diagnostic.message}"
