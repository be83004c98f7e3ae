"""The pipeline: read, resolve, lint, emit; with a cache that knows what a result depends on."""

from __future__ import annotations

import json
import marshal
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

from rewardlang.cache import Cache, sha256, tool_fingerprint
from rewardlang.data import Files
from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label
from rewardlang.source import Source, Span

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
    cache = Cache() if use_cache else None
    files = _Recording()
    key = _key(path, files)
    entry = _fresh(cache, "code", key)
    if entry is not None:
        return _execute(marshal.loads(bytes.fromhex(entry["code"])), str(path))
    from rewardlang import emit

    code = emit.compile_module(scenario_of(path, files))
    if cache is not None:
        _store(cache, "code", key, files, {"code": marshal.dumps(code).hex()})
    return _execute(code, str(path))


def lint_file(path: str | Path, *, use_cache: bool = True) -> list[Diagnostic]:
    """The diagnostics of `check`; of an unchanged file from the cache, without a parser."""
    path = Path(path)
    cache = Cache() if use_cache else None
    files = _Recording()
    key = _key(path, files)
    entry = _fresh(cache, "lint", key)
    if entry is not None:
        return _diagnostics(entry)
    diagnostics = list(check(path, files).diagnostics)
    if cache is not None:
        _store(cache, "lint", key, files, _as_json(diagnostics))
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


# ---- the cache ----


class _Recording(Files):
    """Reads each file once and remembers what was read and what was looked for."""

    def __init__(self) -> None:
        self.texts: dict[str, bytes | OSError] = {}
        self.found: dict[tuple[str, str, str], str | None] = {}

    def read(self, path: Path, size: int) -> bytes:
        """As in `Files`."""
        name = str(path)
        if name not in self.texts:
            try:
                self.texts[name] = super().read(path, size)
            except OSError as error:
                self.texts[name] = error
        text = self.texts[name]
        if isinstance(text, OSError):
            raise text
        return text

    def find(self, kind: str, name: str, beside: Path) -> Path | None:
        """As in `Files`."""
        path = super().find(kind, name, beside)
        self.found[kind, name, str(beside)] = None if path is None else str(path)
        return path


_SIZE = 1_000_001
"""What of a file its key covers: one byte more than a file may have."""


def _key(path: Path, files: Files) -> str:
    return sha256(f"{tool_fingerprint()} {path} {_digest(path, files)}".encode())


def _digest(path: Path, files: Files) -> str:
    try:
        return sha256(files.read(path, _SIZE))
    except OSError as error:
        return f"unreadable: {error.errno}"


def _fresh(cache: Cache | None, kind: str, key: str) -> dict[str, Any] | None:
    """The entry of `key`, if all that it was made from is as it was."""
    body = cache.read(kind, key) if cache is not None else None
    if body is None:
        return None
    entry: dict[str, Any] = json.loads(body)
    files = Files()
    for name, digest in entry["read"].items():
        if _digest(Path(name), files) != digest:
            return None
    for wanted, name, beside, path in entry["found"]:
        found = files.find(wanted, name, Path(beside))
        if (None if found is None else str(found)) != path:
            return None
    return entry


def _store(cache: Cache, kind: str, key: str, files: _Recording, entry: dict[str, Any]) -> None:
    entry["read"] = {name: _digest(Path(name), files) for name in files.texts}
    entry["found"] = [[*wanted, path] for wanted, path in files.found.items()]
    cache.write(kind, key, json.dumps(entry).encode())


def _as_json(diagnostics: Iterable[Diagnostic]) -> dict[str, Any]:
    sources: dict[str, str] = {}

    def span(place: Span) -> list[Any]:
        sources[place.source.path] = place.source.text
        return [place.source.path, place.start, place.end]

    def label(each: Label) -> list[Any]:
        return [*span(each.span), each.text]

    rows = [
        {
            "code": d.code.id,
            "message": d.message,
            "label": label(d.label),
            "others": [label(other) for other in d.others],
            "help": d.help,
            "fix": None if d.fix is None else [*span(d.fix.span), d.fix.replacement, d.fix.safe],
        }
        for d in diagnostics
    ]
    return {"diagnostics": rows, "sources": sources}


def _diagnostics(entry: dict[str, Any]) -> list[Diagnostic]:
    from rewardlang.diagnostics.codes import CODES

    sources = {path: Source(path, text) for path, text in entry["sources"].items()}

    def label(row: list[Any]) -> Label:
        path, start, end, text = row
        return Label(Span(sources[path], start, end), text)

    found = []
    for row in entry["diagnostics"]:
        fix = None
        if row["fix"] is not None:
            path, start, end, replacement, safe = row["fix"]
            fix = Fix(Span(sources[path], start, end), replacement, safe)
        others = tuple(map(label, row["others"]))
        found.append(
            Diagnostic(
                CODES[row["code"]], row["message"], label(row["label"]), others, row["help"], fix
            )
        )
    return found


def _one_line(diagnostic: Diagnostic) -> str:
    span = diagnostic.label.span
    line, column = span.begin
    return f"{span.source.path}:{line}:{column}: {diagnostic.code.id}: {diagnostic.message}"
