"""The outline of a file: what an editor lists and folds."""

from __future__ import annotations

from collections.abc import Iterable

from rewardlang.frozen import frozen
from rewardlang.lsp.analysis import Analysis
from rewardlang.source import Span
from rewardlang.syntax.files import ApiFile, Binding, ScenarioFile, WorldFile
from rewardlang.syntax.nodes import Identifier


@frozen
class Symbol:
    """Something with a name; `kind` is one of the words in `server`'s table of kinds."""

    name: str
    kind: str
    span: Span
    place: Span
    inside: tuple[Symbol, ...] = ()


def symbols(analysis: Analysis) -> list[Symbol]:
    """What a file declares, by section; nothing when its YAML is broken."""
    match analysis.file:
        case ScenarioFile() as file:
            return _scenario(file)
        case ApiFile() as file:
            return _api(file)
        case WorldFile() as file:
            return [_symbol(rows.table, "table", rows.span) for rows in file.tables]
        case None:
            return []


def _scenario(file: ScenarioFile) -> list[Symbol]:
    tests = (Symbol(str(t.name.value), "test", t.span, t.name.span) for t in file.tests)
    return _sections(
        ("params", (_binding(each, "param") for each in file.params)),
        ("let", (_binding(each, "let") for each in file.lets)),
        ("gates", (_symbol(gate.id, "gate", gate.span) for gate in file.gates)),
        ("parts", (_symbol(part.id, "part", part.span) for part in file.parts)),
        ("penalties", (_symbol(each.id, "penalty", each.span) for each in file.penalties)),
        ("oracle", (_symbol(call.operation, "operation", call.span) for call in file.oracle)),
        ("tests", tests),
    )


def _api(file: ApiFile) -> list[Symbol]:
    pairs = file.schema_spans.pairs
    schemas = (
        Symbol(str(key.value), "schema", key.span.to(node.span), key.span) for key, node in pairs
    )
    return _sections(
        ("schemas", schemas),
        ("tables", (_symbol(table.name, "table", table.span) for table in file.tables)),
        ("workflows", (_symbol(each.name, "workflow", each.span) for each in file.workflows)),
        ("search", (_symbol(each.name, "search", each.span) for each in file.searches)),
        ("operations", (_symbol(op.name, "operation", op.span) for op in file.operations)),
    )


def _sections(*sections: tuple[str, Iterable[Symbol]]) -> list[Symbol]:
    made = []
    for name, inside in sections:
        items = tuple(inside)
        if items:
            whole = items[0].span.to(items[-1].span)
            made.append(Symbol(name, "section", whole, items[0].place, items))
    return made


def _binding(binding: Binding, kind: str) -> Symbol:
    name, node = binding
    return _symbol(name, kind, name.span if node is None else name.span.to(node.span))


def _symbol(name: Identifier, kind: str, span: Span) -> Symbol:
    whole = Span(span.source, min(span.start, name.span.start), max(span.end, name.span.end))
    return Symbol(name.name, kind, whole, name.span)
