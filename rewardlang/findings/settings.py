"""Settings of the linter: `[lint]` of rewardlang.toml, `[tool.rewardlang.lint]` of pyproject.toml.

The nearest such file in the folder of a linted file, or above it, counts; a pyproject.toml without
a `tool.rewardlang` is passed over. What a file cannot mean is a diagnostic (M907) at its place.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label
from rewardlang.diagnostics.spelling import suggest
from rewardlang.findings.places import place
from rewardlang.findings.selection import Selection, unknown
from rewardlang.frozen import frozen
from rewardlang.source import Source, Span

NAMES = ("rewardlang.toml", "pyproject.toml")
BUDGET: dict[str, type] = {
    "draws": int, "expansions": int, "variants": int, "seconds": float,
}  # fmt: skip
"""What of a budget can be set, as `judge.budget.Budget` has it."""


@frozen
class Settings:
    """What a project has decided about linting; `folder` is where globs and paths start."""

    folder: Path = Path()
    selection: Selection = field(default_factory=Selection)
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """A glob, and the prefixes that are ignored in the files that it matches."""
    baseline: Path | None = None
    budget: Mapping[str, float] = field(default_factory=dict)
    static: bool = False
    problems: tuple[Diagnostic, ...] = ()

    def selection_for(self, path: Path) -> Selection:
        """What is wanted of one file."""
        try:
            name = path.resolve().relative_to(self.folder.resolve()).as_posix()
        except ValueError:
            name = path.as_posix()
        extra = [
            prefix
            for glob, prefixes in self.per_file
            if fnmatchcase(name, glob) or fnmatchcase(path.name, glob)
            for prefix in prefixes
        ]
        return self.selection.without(extra)


class Finder:
    """Finds the settings of files; each folder is looked at once."""

    def __init__(self) -> None:
        self._of: dict[Path, Settings] = {}

    def settings(self, file: Path) -> Settings:
        """The settings for one file."""
        return self._folder(file.absolute().parent)

    def _folder(self, folder: Path) -> Settings:
        found = self._of.get(folder)
        if found is None:
            found = _in(folder)
            if found is None:
                last = folder.parent == folder
                found = Settings(Path.cwd()) if last else self._folder(folder.parent)
            self._of[folder] = found
        return found


def _in(folder: Path) -> Settings | None:
    for name in NAMES:
        path = folder / name
        if path.is_file():
            found = read(path)
            if found is not None:
                return found
    return None


def read(path: Path) -> Settings | None:
    """The settings in a file; None in a pyproject.toml that has no `tool.rewardlang`."""
    shown = _shown(path)
    whole = path.name == "pyproject.toml"
    try:
        text = path.read_text(encoding="utf-8")
        source = Source(shown, text)
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        if whole and "[tool.rewardlang" not in text:
            return None  # its other tools will say so
        return Settings(path.parent, problems=(_broken(source, str(error)),))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return _unreadable(path, f"it is not text in UTF-8, in line {line}", "save it in UTF-8")
    except OSError as error:
        said = (error.strerror or type(error).__name__).lower()
        return _unreadable(path, said, "let this user read it, or lint elsewhere")
    if not whole:
        return _Reader(source, ()).settings(path.parent, data)
    tool = data.get("tool", {}).get("rewardlang")
    if tool is None:
        return None
    return _Reader(source, ("tool", "rewardlang")).settings(path.parent, tool)


def _shown(path: Path) -> str:
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _unreadable(path: Path, why: str, help: str) -> Settings:
    source = Source(_shown(path), "")
    message = f"cannot read `{source.path}`: {why}"
    problem = Diagnostic(codes.BAD_SETTING, message, Label(Span(source, 0, 0)), help=help)
    return Settings(path.parent, problems=(problem,))


def _broken(source: Source, said: str) -> Diagnostic:
    match = re.search(r"\(at line (\d+), column (\d+)\)", said)
    at = len(source.text)
    if match is not None:
        lines = source.text.splitlines(keepends=True)
        at = min(sum(map(len, lines[: int(match[1]) - 1])) + int(match[2]) - 1, at)
    message = f"no TOML: {said.partition(' (at')[0].lower()}"
    return Diagnostic(codes.BAD_SETTING, message, Label(Span(source, at, at), "here"))


class _Reader:
    """Reads the table of one file; `at` is where it stands."""

    def __init__(self, source: Source, at: tuple[str, ...]) -> None:
        self._source = source
        self._at = at
        self._problems: list[Diagnostic] = []
        self._path: tuple[str, ...] = ()

    def settings(self, folder: Path, data: Any) -> Settings:
        found = Settings(folder)
        if self._known((), data, ("lint",)) and "lint" in data:
            table = data["lint"]
            if self._known(("lint",), table, _KEYS):
                for key, value in table.items():
                    if key in _KEYS:
                        self._path = ("lint", key)
                        found = _KEYS[key](self, found, value)
        return replace(found, problems=tuple(self._problems))

    def _known(self, path: tuple[str, ...], table: Any, keys: Any) -> bool:
        """Report what is no table, and keys that it does not have; whether it is a table."""
        if not isinstance(table, dict):
            self._report(f"`{'.'.join(path)}` is a table", path, None, "not one")
            return False
        for key in table:
            if key in keys:
                continue
            meant = suggest(key, keys)
            known = ", ".join(f"`{k}`" for k in keys)
            help = f"did you mean `{meant}`?" if meant else f"there are: {known}"
            if not path and key in _KEYS:
                help = f"it stands in the table `[{'.'.join((*self._at, 'lint'))}]`"
            self._report(
                f"there is no setting `{key}`", (*path, key), None, "unknown", help, fix=meant
            )
        return True

    def codes(self, value: Any, path: tuple[str, ...]) -> tuple[str, ...]:
        """A list of prefixes of codes; what is none is reported."""
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self._report(f"`{path[-1]}` is a list of codes", path, None, "not one",
                         help='write `["H", "N405"]`')  # fmt: skip
            return ()
        found = []
        for each in value:
            help = unknown(each)
            if help is None:
                found.append(each)
            else:
                self._report(f"no code begins with `{each}`", path, each, "unknown", help)
        return tuple(found)

    def select(self, found: Settings, value: Any) -> Settings:
        chosen = self.codes(value, self._path)
        return replace(found, selection=replace(found.selection, select=chosen))

    def ignore(self, found: Settings, value: Any) -> Settings:
        ignored = self.codes(value, self._path)
        return replace(found, selection=replace(found.selection, ignore=ignored))

    def per_file(self, found: Settings, value: Any) -> Settings:
        if not isinstance(value, dict):
            self._report("`per-file-ignores` is a table of globs", self._path, None, "not one")
            return found
        rows = tuple((glob, self.codes(v, (*self._path, glob))) for glob, v in value.items())
        return replace(found, per_file=rows)

    def baseline(self, found: Settings, value: Any) -> Settings:
        if not isinstance(value, str):
            self._report("`baseline` is the path of a file", self._path, None, "not one")
            return found
        return replace(found, baseline=Path(_shown(found.folder / value)))

    def budget(self, found: Settings, value: Any) -> Settings:
        if not self._known(self._path, value, BUDGET):
            return found
        chosen = {}
        for key, number in value.items():
            if key not in BUDGET:
                continue
            problem = budget_problem(key, number)
            if problem is None:
                chosen[key] = BUDGET[key](number)
            else:
                self._report(problem, (*self._path, key), None, "not one")
        return replace(found, budget=chosen)

    def static(self, found: Settings, value: Any) -> Settings:
        if not isinstance(value, bool):
            self._report("`static` is true or false", self._path, None, "neither")
            return found
        return replace(found, static=value)

    def _report(
        self,
        message: str,
        path: tuple[str, ...],
        value: str | None,
        label: str,
        help: str | None = None,
        fix: str | None = None,
    ) -> None:
        span = place(self._source, (*self._at, *path), value)
        self._problems.append(
            Diagnostic(
                codes.BAD_SETTING,
                message,
                Label(span, label),
                help=help,
                fix=Fix(span, fix) if fix is not None else None,
            )
        )


_KEYS: dict[str, Callable[[_Reader, Settings, Any], Settings]] = {
    "select": _Reader.select,
    "ignore": _Reader.ignore,
    "per-file-ignores": _Reader.per_file,
    "baseline": _Reader.baseline,
    "budget": _Reader.budget,
    "static": _Reader.static,
}


def budget_problem(name: str, number: Any) -> str | None:
    """Why a number cannot be this part of a budget; None when it can."""
    whole = BUDGET[name] is int
    fits = isinstance(number, int if whole else (int, float)) and not isinstance(number, bool)
    if fits and 0 < number < 1e9:
        return None
    return f"`{name}` is a {'whole ' if whole else ''}number above 0"
