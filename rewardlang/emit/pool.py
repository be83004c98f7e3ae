"""What the functions of a module share: constants, patterns, tables of workflows, searches."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from rewardlang import model
from rewardlang.emit import nodes
from rewardlang.emit.keys import Key, key_of
from rewardlang.emit.places import place_of, put
from rewardlang.source import Span
from rewardlang.tree import Const

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def identifier(prefix: str, name: str) -> str:
    """A Python name for a name of the user; the prefix keeps it apart from all of ours."""
    if not _IDENTIFIER.match(name):
        raise ValueError(f"{name!r} is no identifier")
    return f"{prefix}_{name}"


class Pool:
    """Statements at the top of the module, each made when first needed."""

    def __init__(self, apis: Mapping[str, model.Api]) -> None:
        self.apis = apis
        self.statements: list[ast.stmt] = []
        self.imports: dict[str, set[str]] = {}
        self._names: dict[Any, str] = {}
        self._counts: dict[str, int] = {}

    def runtime(self, name: str, module: str = "rewardlang_runtime") -> ast.Name:
        """A name that the module imports from the runtime."""
        self.imports.setdefault(module, set()).add(name)
        return nodes.name(name)

    def operator(self, name: str) -> ast.expr:
        """A function of `rewardlang_runtime.operators`."""
        self.imports.setdefault("rewardlang_runtime", set()).add("operators as o")
        return nodes.attr(nodes.name("o"), name)

    def builtin(self, name: str) -> ast.expr:
        """A function of `rewardlang_runtime.builtins`."""
        self.imports.setdefault("rewardlang_runtime", set()).add("builtins as b")
        return nodes.attr(nodes.name("b"), name)

    def constant(self, const: Const) -> ast.expr:
        """A JSON constant: scalars in place, lists and objects under a name, never changed."""
        if not isinstance(const.value, list | dict):
            return nodes.literal(const.value)
        return self._shared("K", key_of(const), nodes.literal(const.value), const.span)

    def data(self, prefix: str, key: Key, value: Any, span: Span) -> ast.Name:
        """A constant of the compiler's own making."""
        return self._shared(prefix, key, nodes.literal(value), span)

    def pattern(self, pattern: str, span: Span) -> ast.Name:
        """A regular expression, ready to be called with a text."""
        search = nodes.call(self.builtin("search"), nodes.const(pattern))
        return self._shared("R", ("pattern", pattern), search, span)

    def search(self, api: str, name: str, span: Span) -> ast.Name:
        """A declared query language."""
        definition = self.apis[api].searches[name]
        field = self.runtime("QueryField")
        fields = {
            f.name.lower(): nodes.call(
                field, *map(nodes.literal, (f.name, f.paths, f.kind, f.values, f.sortable))
            )
            for f in definition.fields
        }
        spec = nodes.call(
            self.runtime("SearchSpec"),
            nodes.const(definition.name),
            nodes.const(definition.dialect),
            nodes.const(definition.table),
            nodes.literal(fields),
        )
        return self._shared("S", ("search", api, name), spec, span)

    def moves(self, api: str, workflow: str) -> list[dict[str, Any]]:
        """The transitions of a workflow as the language shows them."""
        return [
            {"id": move.id, "name": move.name, "from": list(move.sources), "to": move.target}
            for move in self.apis[api].workflows[workflow].moves
        ]

    def details(
        self, caps: list[float], weights: list[float], factors: list[float], span: Span
    ) -> ast.Name:
        """The table of a reward's outcomes."""
        columns = [nodes.literal(tuple(column)) for column in (caps, weights, factors)]
        table = nodes.call(self.operator("details"), *columns)
        return self._shared("T", "details", table, span)

    def _shared(self, prefix: str, key: Any, value: ast.expr, span: Span) -> ast.Name:
        found = self._names.get((prefix, key))
        if found is None:
            number = self._counts[prefix] = self._counts.get(prefix, 0) + 1
            found = self._names[prefix, key] = f"{prefix}_{number}"
            statement = nodes.assign(found, value)
            put(statement, place_of(span))
            self.statements.append(statement)
        return nodes.name(found)
