"""Where the thing under the cursor is declared, and every place where a let or parameter stands."""

from __future__ import annotations

from pathlib import Path

from rewardlang import tree
from rewardlang.lsp.analysis import Analysis, spot_at, word_at
from rewardlang.source import Source, Span
from rewardlang.syntax.files import ApiFile, ScenarioFile, WorldFile
from rewardlang.syntax.nodes import Identifier
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar
from rewardlang.types.relations import without_null
from rewardlang.types.types import Object


def definition(analysis: Analysis, offset: int) -> Span | None:
    """Where what stands at `offset` is declared."""
    for expr in analysis.at(offset):
        found = _of_expression(analysis, expr, offset)
        if found is not None:
            return found
    return _of_word(analysis, offset) or _of_file(analysis, offset)


def _of_expression(analysis: Analysis, expr: tree.Expr, offset: int) -> Span | None:
    word, _, _ = word_at(analysis.source.text, offset)
    match expr:
        case tree.LetRef(name=name):
            return _named(name, [let for let, _ in analysis.bindings(offset)])
        case tree.Get(name=name) if name == word:
            owner = analysis.expand(without_null(analysis.expand(expr.object.type)))
            known = owner.properties.get(name) if isinstance(owner, Object) else None
            return None if known is None else known.origin
        case tree.TableRef(name=name) if name == word:
            tables = [table for api in analysis.apis for table in api.file.tables]
            return _named(name, [table.name for table in tables])
        case tree.Local(name=name):
            return _named(name, _bound_before(analysis, offset))
        case _:
            return None


def _bound_before(analysis: Analysis, offset: int) -> list[Identifier]:
    """The names that calls of an oracle or a test bound before an offset, the nearest first."""
    if not isinstance(analysis.file, ScenarioFile):
        return []
    calls = [*analysis.file.oracle]
    for test in analysis.file.tests:
        calls += test.calls or ()
    found = [call.bind for call in calls if call.bind and call.bind.span.start < offset]
    return sorted(found, key=lambda name: -name.span.start)


def _named(name: str, declared: list[Identifier]) -> Span | None:
    return next((each.span for each in declared if each.name == name), None)


def _of_word(analysis: Analysis, offset: int) -> Span | None:
    """What an API declares under the name at `offset`: operation, workflow, table, schema."""
    word, _, _ = word_at(analysis.source.text, offset)
    for api in analysis.apis:
        file = api.file
        names = [op.name for op in file.operations] + [w.name for w in file.workflows]
        if analysis.kind != "scenario":
            names += [table.name for table in file.tables]
        found = _named(word, names)
        if found is not None:
            return found
        if analysis.kind == "api":
            for key, _ in file.schema_spans.pairs:
                if key.value == word and not key.span.start <= offset <= key.span.end:
                    return key.span
    return None


def _of_file(analysis: Analysis, offset: int) -> Span | None:
    """The first line of the file that `use` or `world` names at `offset`."""
    spot = spot_at(analysis.root, offset)
    if spot is None or spot.is_key or not spot.path or isinstance(analysis.file, ApiFile):
        return None
    folder = {"use": "apis", "world": "worlds"}.get(str(spot.path[0]))
    if folder is None or (folder == "worlds" and len(spot.path) > 1):
        return None
    beside = analysis.path.parent
    if isinstance(analysis.file, WorldFile) and beside.name == "worlds":
        beside = beside.parent
    path = analysis.files.find(folder, str(spot.scalar.value), beside)
    return None if path is None else Span(Source(Path(path).as_posix(), ""), 0, 0)


# ---- rename ----


def renamed(analysis: Analysis, offset: int) -> list[Span] | None:
    """Every place of the let or parameter at `offset` in a scenario; None when there is none.

    Only of a file without errors is it known that these are all.
    """
    file = analysis.file
    if not isinstance(file, ScenarioFile) or analysis.checked.judgeable is None:
        return None
    word, start, _ = word_at(analysis.source.text, offset)
    where = definition(analysis, offset)
    for declared, is_let in [(file.lets, True), (file.params, False)]:
        for name, _ in declared:
            here = name.name == word and name.span.start <= start <= name.span.end
            if here or (where is not None and _same(name.span, where)):
                uses = _let_uses(analysis, name) if is_let else _param_uses(analysis, name, file)
                spans = {span.start: span for span in (name.span, *uses)}
                return [spans[at] for at in sorted(spans)]
    return None


def _let_uses(analysis: Analysis, name: Identifier) -> list[Span]:
    return [
        Span(analysis.source, expr.span.start, expr.span.start + len(name.name))
        for expr in analysis.typed
        if isinstance(expr, tree.LetRef) and expr.name == name.name and _own(analysis, expr.span)
    ]


def _param_uses(analysis: Analysis, name: Identifier, file: ScenarioFile) -> list[Span]:
    uses = [
        Span(analysis.source, expr.span.end - len(name.name), expr.span.end)
        for expr in analysis.typed
        if isinstance(expr, tree.Get)
        and isinstance(expr.object, tree.RootRef)
        and expr.object.name == "params"
        and expr.name == name.name
        and _own(analysis, expr.span)
    ]
    for test in file.tests:
        if isinstance(test.params, Mapping_):
            keys: list[Scalar] = [key for key, _ in test.params.pairs]
            uses += [key.span for key in keys if key.value == name.name and key.style is None]
    return uses


def _same(a: Span, b: Span) -> bool:
    """Whether spans are one place, in texts that may have been read twice."""
    return (a.source.path, a.start, a.end) == (b.source.path, b.start, b.end)


def _own(analysis: Analysis, span: Span) -> bool:
    return span.source.path == analysis.source.path
