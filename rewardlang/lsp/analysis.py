"""What the checker knows of one text in an editor: its diagnostics, its types, what it declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rewardlang import driver, tree
from rewardlang.data import Overlay
from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.findings.settings import Finder
from rewardlang.findings.unused import unneeded
from rewardlang.frozen import frozen
from rewardlang.resolve.apis import ResolvedApi, resolve_api
from rewardlang.source import Source, Span
from rewardlang.syntax import load
from rewardlang.syntax.files import ApiFile, Binding, ScenarioFile, WorldFile
from rewardlang.syntax.limits import MAX_FILE_BYTES
from rewardlang.syntax.shape import Kind
from rewardlang.syntax.yaml_events import read_yaml
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, Sequence_, YamlNode
from rewardlang.types.json_schema import Schemas
from rewardlang.types.types import Type
from rewardlang.walk import everything

_SAYS = re.compile(r"^(rewardlang|scenario|api|world)[ \t]*:", re.MULTILINE)
_WORD = re.compile(r"\w+", re.ASCII)


@dataclass(frozen=True)
class Analysis:
    """One file, as the editor has it, in the light of the files that it uses.

    `typed` are the expressions that got a type, whatever errors there are.
    """

    path: Path
    source: Source
    kind: Kind
    checked: driver.Checked
    typed: tuple[tree.Expr, ...]
    files: Overlay

    def at(self, offset: int) -> list[tree.Expr]:
        """The smallest typed expressions around an offset, an outer one before an inner one."""
        around = [expr for expr in self.typed if self._holds(expr.span, offset)]
        parts = [
            part for expr in around for part in everything(expr) if self._holds(part.span, offset)
        ]
        least = min((part.span.end - part.span.start for part in parts), default=0)
        return [part for part in parts if part.span.end - part.span.start == least]

    def of_node(self, span: Span) -> tree.Expr | None:
        """The typed expression that a node as written became."""
        found = [e for e in self.typed if e.span == span and e.span.source.path == span.source.path]
        return found[-1] if found else None

    def _holds(self, span: Span, offset: int) -> bool:
        return span.source.path == self.source.path and span.start <= offset <= span.end

    @cached_property
    def findings(self) -> tuple[Diagnostic, ...]:
        """What the static rules find, as far as the project wants to know it.

        Nothing in a file that says in no line what it is: editors show servers all YAML.
        """
        if not _SAYS.search(self.source.text):
            return ()
        selection = Finder().settings(self.path).selection_for(self.path)
        found = (*self.checked.diagnostics, *unneeded(self.path, self.checked))
        return tuple(each for each in found if selection.wants(each.code))

    @cached_property
    def file(self) -> ScenarioFile | ApiFile | WorldFile | None:
        """What is written in the file; None when its YAML or its shape is broken."""
        read = {"scenario": load.read_scenario, "api": load.read_api, "world": load.read_world}
        found, _ = read[self.kind](self.path, self.files)
        return found

    @cached_property
    def apis(self) -> tuple[ResolvedApi, ...]:
        """The APIs that the file uses, or the one that it is."""
        file = self.file
        match file:
            case ScenarioFile():
                files = load.gather(file, self.files).apis
            case WorldFile():
                files = load.gather_apis(file, self.files).apis
            case ApiFile():
                files = (file,)
            case None:
                files = ()
        return tuple(map(resolve_api, files))

    @cached_property
    def root(self) -> YamlNode | None:
        """The YAML of the file; None when it is broken."""
        return read_yaml(self.source, [])

    @cached_property
    def _schemas(self) -> Schemas:
        known = Schemas()
        for each in self.apis:
            known.adopt(each.schemas)
        return known

    def expand(self, type_: Type) -> Type:
        """What a named type stands for."""
        return self._schemas.expand(type_)

    def bindings(self, offset: int) -> tuple[Binding, ...]:
        """The lets that an expression at an offset sees."""
        match self.file:
            case ScenarioFile() as file:
                return file.lets
            case ApiFile() as file:
                inside = (op for op in file.operations if _around(op.span, offset))
                return next((op.lets for op in inside), ())
            case WorldFile() as file:
                made = (g for rows in file.tables for g in rows.generate)
                return next((g.lets for g in made if _around(g.span, offset)), ())
            case None:
                return ()


def analyse(path: Path, files: Overlay) -> Analysis:
    """What is known of a file; raises OSError when it can be read neither here nor there."""
    raw = files.read(path, MAX_FILE_BYTES + 1)
    typed: list[tree.Expr] = []
    checked = driver.check(path, files, typed)
    source = Source(path.as_posix(), raw.decode("utf-8-sig", "replace"))
    return Analysis(path, source, load.kind_of(path, files), checked, tuple(typed), files)


def word_at(text: str, offset: int) -> tuple[str, int, int]:
    """The name around an offset, with its place; empty when there is none."""
    line = text.rfind("\n", 0, offset) + 1
    for match in _WORD.finditer(text, line):
        if match.start() > offset:
            break
        if match.end() >= offset:
            return match[0], match.start(), match.end()
    return "", offset, offset


@frozen
class Spot:
    """A scalar of a YAML file: the keys and indices that lead to it, and whether it is a key."""

    path: tuple[str | int, ...]
    scalar: Scalar
    is_key: bool


def spot_at(root: YamlNode | None, offset: int) -> Spot | None:
    """The scalar around an offset."""
    return next((s for s in _spots(root, ()) if _around(s.scalar.span, offset)), None)


def _spots(node: YamlNode | None, path: tuple[str | int, ...]) -> Iterator[Spot]:
    match node:
        case Scalar():
            yield Spot(path, node, False)
        case Sequence_():
            for index, item in enumerate(node.items):
                yield from _spots(item, (*path, index))
        case Mapping_():
            for key, value in node.pairs:
                inner = (*path, str(key.value))
                yield Spot(inner, key, True)
                yield from _spots(value, inner)
        case None:
            return


def _around(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end
