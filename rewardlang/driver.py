"""The pipeline: read, resolve, lint, emit; with a cache that knows what a result depends on."""

from __future__ import annotations

import marshal
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

from rewardlang import kept
from rewardlang.cache import sha256
from rewardlang.data import Files
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.diagnostics.suppress import Suppression, Use, is_hard, suppression_of
from rewardlang.frozen import frozen

if TYPE_CHECKING:
    from rewardlang import model, tree
    from rewardlang.source import Source
    from rewardlang.syntax.shape import Kind
    from rewardlang_runtime import Scenario


@frozen
class Checked:
    """What is known of a file without running it.

    Attributes:
        diagnostics: Those that no comment suppresses.
        scenario: None when there are errors among them.
        judgeable: The same, but None only when there are errors that nothing can suppress.
        suppressions: Comments that suppress, in all files that were read.
        uses: Those of them that were needed.
    """

    path: Path
    diagnostics: tuple[Diagnostic, ...]
    scenario: model.Scenario | None = None
    judgeable: model.Scenario | None = None
    suppressions: tuple[Suppression, ...] = ()
    uses: tuple[Use, ...] = ()

    @property
    def ok(self) -> bool:
        return not _errors(self.diagnostics)


@frozen
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


def check(
    path: str | Path, files: Files | None = None, typed: list[tree.Expr] | None = None
) -> Checked:
    """Read and resolve a scenario, API or world file and run every lint on it.

    `typed` takes in every expression of the file that has a type, whatever errors there are.
    """
    from rewardlang import lint, resolve
    from rewardlang.syntax import load

    path, files = Path(path), files or Files()
    kind = load.kind_of(path, files)
    if kind != "scenario":
        return _check_part(path, kind, files, typed)
    scenario_file, diagnostics = load.read_scenario(path, files)
    if scenario_file is None:
        return Checked(path, tuple(diagnostics))
    gathered = load.gather(scenario_file, files)
    diagnostics += gathered.diagnostics
    if gathered.world is None or _errors(gathered.diagnostics):
        return Checked(path, tuple(diagnostics))
    sources = [scenario_file.source, *(api.source for api in gathered.apis), gathered.world.source]
    scenario, more = resolve.resolve(scenario_file, gathered.apis, gathered.world, typed)
    diagnostics += more
    if scenario is not None:
        diagnostics += lint.run(scenario)
    return _finished(path, kind, sources, diagnostics, scenario)


def _finished(
    path: Path,
    kind: Kind,
    sources: Sequence[Source],
    diagnostics: list[Diagnostic],
    scenario: model.Scenario | None = None,
) -> Checked:
    """What is left when the comments in `sources`, of which the first is the file, are heeded."""
    from rewardlang.syntax.canonical import not_formatted
    from rewardlang.syntax.comments import suppressions

    layout = not_formatted(sources[0], kind)
    if layout is not None:
        diagnostics.append(layout)
    heard: list[Diagnostic] = []
    found = {source.path: suppressions(source, heard) for source in sources}
    every = tuple(each for of_one in found.values() for each in of_one)
    uses: list[Use] = []
    left: list[Diagnostic] = []
    for diagnostic in diagnostics:
        use = suppression_of(diagnostic, every)
        if use is None:
            left.append(diagnostic)
        else:
            uses.append(use)
    errors = _errors(left)
    return Checked(
        path,
        (*left, *heard),
        scenario if not errors else None,
        scenario if not any(is_hard(error.code) for error in errors) else None,
        every,
        tuple(uses),
    )


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


@frozen
class Linted:
    """What the static rules say of a file, as it is kept.

    Attributes:
        diagnostics, suppressions, uses: As in `Checked`.
        judgeable: Whether it is a scenario on which all rules ran: errors that nothing can suppress
            stop them.
        content: Changes with everything that this was made from.
        task: Where the prompt of a judgeable scenario stands, with the fingerprint of its task.
    """

    diagnostics: tuple[Diagnostic, ...]
    suppressions: tuple[Suppression, ...]
    uses: tuple[Use, ...]
    judgeable: bool
    content: str
    task: Label | None = None


def lint_file(path: str | Path, *, use_cache: bool = True) -> Linted:
    """`check`, for those who do not need the scenario; what is found is kept for `lint_kept`."""
    known = kept.Kept("lint", Path(path), use_cache=use_cache)
    checked = check(path, known.files)
    task = _task(checked)
    plain = kept.to_plain(checked.diagnostics, checked.suppressions, checked.uses, task)
    judgeable = checked.judgeable is not None
    known.write({**plain, "judgeable": judgeable})
    return Linted(
        checked.diagnostics, checked.suppressions, checked.uses, judgeable, known.content, task
    )


def _task(checked: Checked) -> Label | None:
    from rewardlang import lint

    return None if checked.judgeable is None else lint.task_of(checked.judgeable)


def lint_kept(path: str | Path, seen: kept.Seen | None = None) -> Linted | None:
    """The same of an unchanged file from the cache, without a parser; None when it is not there.

    `seen` is shared by files that are looked at together.
    """
    known = kept.Kept("lint", Path(path), seen=seen)
    entry = known.read()
    if entry is None:
        return None
    suppressions, uses = kept.suppressions_from_plain(entry)
    diagnostics = tuple(kept.from_plain(entry))
    task = kept.task_from_plain(entry)
    return Linted(diagnostics, suppressions, uses, entry["judgeable"], known.content, task)


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


def judgeable_of(path: str | Path, files: Files | None = None) -> model.Scenario:
    """The typed scenario of a file, with errors that could be suppressed or without.

    Raises:
        CheckFailed: The file has others.
        NoScenario: It holds an API or a world.
    """
    checked = check(path, files)
    return checked.judgeable or scenario_of(path, files)


def _errors(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(d for d in diagnostics if d.code.level == "error")


def _check_part(path: Path, kind: Kind, files: Files, typed: list[tree.Expr] | None) -> Checked:
    """An API or a world by itself."""
    from rewardlang import lint
    from rewardlang.resolve import parts
    from rewardlang.syntax import load

    if kind == "api":
        file, diagnostics = load.read_api(path, files)
        if file is None:
            return Checked(path, tuple(diagnostics))
        api, more = parts.check_api(file, typed)
        diagnostics += more
        if api is not None:
            diagnostics += lint.run_api(api)
        return _finished(path, kind, [file.source], diagnostics)
    world, diagnostics = load.read_world(path, files)
    if world is None:
        return Checked(path, tuple(diagnostics))
    gathered = load.gather_apis(world, files)
    diagnostics += gathered.diagnostics
    if not _errors(gathered.diagnostics):
        diagnostics += parts.check_world(world, gathered.apis, typed)
    sources = [world.source, *(api.source for api in gathered.apis)]
    return _finished(path, kind, sources, diagnostics)


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
