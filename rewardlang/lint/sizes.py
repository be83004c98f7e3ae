"""Lists and texts without a bound in their schema, of which a macro goes through every item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.lint.expressions import conditions_and_scores, expressions_of, source_of
from rewardlang.lint.registry import api_lint, lint
from rewardlang.model import Api, Scenario
from rewardlang.source import Span
from rewardlang.types.json_schema import Schemas
from rewardlang.types.relations import without_null
from rewardlang.types.types import List, Named, Object, String, Type
from rewardlang.walk import everything
from rewardlang_runtime.values import MAX_ITEMS, MAX_STRING

_SPLITTING = frozenset({"split", "words", "numbers", "storage_headings", "storage_table"})


@lint(codes.UNBOUNDED_SCHEMA)
def unbounded_schema(scenario: Scenario) -> Iterator[Diagnostic]:
    """Without a bound in the schema the cap of the runtime counts, and cost is judged by it."""
    lets = {let.name: let for let in scenario.lets}
    yield from _unbounded(conditions_and_scores(scenario), lets, scenario.apis)


@api_lint(codes.UNBOUNDED_SCHEMA)
def unbounded_schema_of_api(api: Api) -> Iterator[Diagnostic]:
    """The same in what operations are made of."""
    for operation in api.operations.values():
        lets = {let.name: let for let in operation.lets}
        yield from _unbounded(expressions_of(operation), lets, (api,))


def _unbounded(
    roots: Iterable[tree.Expr], lets: Mapping[str, tree.LetDef], apis: Sequence[Api]
) -> Iterator[Diagnostic]:
    types = {api.name: api.types for api in apis}
    blamed: list[Span] = []
    for root in roots:
        for node in everything(root):
            if not isinstance(node, tree.Macro) or node.source.facts.provenance == "scenario":
                continue
            field = _field(node.source, lets)
            if field is None:
                continue
            type_ = without_null(field.type)
            bounded = type_.max_items if isinstance(type_, List) else None
            if isinstance(type_, String):
                bounded = type_.max_length if type_.enum is None else 1
            place = _declared(field, types) if bounded is None else None
            if place is None or place in blamed:
                continue
            blamed.append(place)
            keyword, most = (
                ("maxItems", f"{MAX_ITEMS} items")
                if isinstance(type_, List)
                else ("maxLength", f"{MAX_STRING:,} characters")
            )
            yield Diagnostic(
                codes.UNBOUNDED_SCHEMA,
                f"`{field.name}` has no `{keyword}`, and all of it is gone through",
                Label(place, f"up to {most}"),
                (Label(node.source.span, "gone through here"),),
                f"give it a `{keyword}` in its schema, or take a part: `.take(n)`",
            )


def _field(expr: tree.Expr, lets: Mapping[str, tree.LetDef]) -> tree.Get | None:
    """The field of which all items are gone through, or the text that they are made of."""
    while True:
        expr = source_of(expr, lets)
        match expr:
            case tree.Macro(kind="map" | "filter" | "sort_by"):
                expr = expr.source
            case tree.Builtin(args=(first, *_)) if expr.name in _SPLITTING:
                expr = first
            case tree.Get():
                type_ = without_null(expr.type)
                return expr if isinstance(type_, List | String) else None
            case _:
                return None


def _declared(field: tree.Get, types: Mapping[str, Schemas]) -> Span | None:
    """Where a schema declares `field`; None when it is no field of a schema, as in responses,
    which operations put together."""
    base: tree.Expr = field
    while isinstance(base, tree.Get):
        base = base.object
    if isinstance(base, tree.CallField) and base.name in ("response", "error"):
        return None
    whole: Type = without_null(field.object.type)
    if isinstance(whole, Named) and whole.api in types:
        whole = without_null(types[whole.api].expand(whole))
    known = whole.properties.get(field.name) if isinstance(whole, Object) else None
    return None if known is None else known.origin
