"""Patterns of calls, formulas over the trace, and values from it."""

from __future__ import annotations

from dataclasses import replace

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.model import Operation
from rewardlang.resolve.call_fields import CALL_FIELDS, call_type, with_outcome
from rewardlang.resolve.conditions import condition, number
from rewardlang.resolve.facts import combine
from rewardlang.resolve.infer import infer, infers
from rewardlang.resolve.keys import key
from rewardlang.resolve.lambdas import enter_lambda
from rewardlang.resolve.narrow import facts_of
from rewardlang.resolve.scope import CallFieldName, LocalName, Scope, failed, is_error
from rewardlang.resolve.walk import names_in
from rewardlang.source import Span
from rewardlang.syntax import nodes
from rewardlang.types.relations import join, nullable
from rewardlang.types.types import Bool, CallType, List, Number, Provenance, Type

# ---- patterns ----


def infer_pattern(pattern: nodes.Pattern, scope: Scope) -> tuple[tree.Match, CallType] | None:
    """The typed pattern and the type of the calls that it matches; None when it was reported."""
    matches: list[tree.OpMatch] = []
    type_: Type | None = None
    for alternative in pattern.alternatives:
        found = _alternative(alternative, scope)
        if found is not None:
            matches.append(found[0])
            type_ = found[1] if type_ is None else join(type_, found[1])
    if len(matches) < len(pattern.alternatives):
        return None
    assert isinstance(type_, CallType)
    return tree.Match(tuple(matches), pattern.span), type_


def _alternative(node: nodes.OpPattern, scope: Scope) -> tuple[tree.OpMatch, CallType] | None:
    operation: Operation | None = None
    missing = False
    if node.name is not None:
        operation = find_operation(node.name, scope)
        missing = operation is None
    type_ = call_type(operation)
    names = dict.fromkeys(CALL_FIELDS, CallFieldName())
    inside = replace(scope.naming(names), call=type_, inside="pattern")
    outcome = inside
    for pred in node.preds:
        # What says how the call ended counts for all conditions, before and after it.
        if _about_outcome(pred):
            with scope.report.muted():
                outcome = outcome.knowing(facts_of(infer(pred, inside), True, inside))
    type_ = with_outcome(type_, None, outcome)
    inside = replace(inside, call=type_)
    items: list[tree.Expr] = []
    for pred in node.preds:
        item = condition(pred, inside, "a condition of a pattern")
        items.append(item)
        inside = inside.knowing(facts_of(item, True, inside))
    if missing or any(map(is_error, items)):
        return None
    return tree.OpMatch(
        None if operation is None else operation.name, _both(items), node.span
    ), type_


def _about_outcome(pred: nodes.Expr) -> bool:
    names = [name.name for name in names_in(pred)]
    return bool(names) and all(name in ("ok", "kind", "status") for name in names)


def _both(items: list[tree.Expr]) -> tree.Expr | None:
    if not items:
        return None
    if len(items) == 1:
        return items[0]
    span = items[0].span.to(items[-1].span)
    return tree.And(span=span, facts=combine(Bool(), *items), items=tuple(items))


def find_operation(name: nodes.Identifier, scope: Scope) -> Operation | None:
    """The operation called `name`, or `api.name`."""
    api, dot, plain = name.name.rpartition(".")
    if dot:
        if api not in scope.apis:
            scope.report.unknown("API", api, name.span, scope.apis, kind="APIs in use")
            return None
        views = [scope.apis[api]]
    else:
        views = list(scope.apis.values())
    for view in views:
        if plain in view.operations:
            return view.operations[plain]
    names = [operation for view in views for operation in view.operations]
    scope.report.unknown("operation", plain, name.span, names, kind="operations")
    return None


# ---- formulas and values ----


def _allowed(span: Span, what: str, scope: Scope) -> bool:
    if scope.place != "scenario" or not scope.apis:
        scope.report.add(codes.NOT_YET_KNOWN, "there is no trace here", span, what)
        return False
    if scope.inside:
        where = "a lambda" if scope.inside == "lambda" else "a pattern"
        scope.report.add(
            codes.FORMULA_IN_LAMBDA,
            f"{what} stands inside {where}",
            span,
            "looks at the whole trace",
            help="give it a name under `let:`, or ask of calls: `calls(P).any(c => ...)`",
        )
        return False
    return True


def _window(scope_node: nodes.Scope | None, scope: Scope) -> tuple[tree.Window | None, bool]:
    """The typed scope, and whether all went well."""
    if scope_node is None:
        return None, True
    opens = infer_pattern(scope_node.opens, scope)
    closes = infer_pattern(scope_node.closes, scope) if scope_node.closes else None
    if opens is None or (scope_node.closes is not None and closes is None):
        return None, False
    return tree.Window(scope_node.kind, opens[0], closes[0] if closes else None), True


def _facts(type_: Type, matches: list[tree.Match]) -> tree.Facts:
    """A pattern that asks for success trusts the environment, any other the policy."""
    provenance: Provenance = "environment"
    for match in matches:
        for alternative in match.alternatives:
            if "CallField(None,'ok')" not in key(alternative.condition):
                provenance = "agent"
    return tree.Facts(type_, provenance, "episode")


@infers(nodes.Formula)
def _formula(node: nodes.Formula, scope: Scope) -> tree.Expr:
    if not _allowed(node.span, "a trace formula", scope):
        return failed(node.span)
    found = [infer_pattern(pattern, scope) for pattern in node.patterns]
    window, well = _window(node.scope, scope)
    matches = [each[0] for each in found if each is not None]
    if not well or len(matches) < len(found):
        return failed(node.span)
    return tree.Formula(
        span=node.span,
        facts=_facts(Bool(), matches),
        kind=node.kind,
        matches=tuple(matches),
        count=node.count,
        window=window,
        within=node.within,
    )


@infers(nodes.TraceValue)
def _trace_value(node: nodes.TraceValue, scope: Scope) -> tree.Expr:
    if not _allowed(node.span, f"`{node.kind}(...)`", scope):
        return failed(node.span)
    found = infer_pattern(node.pattern, scope)
    window, well = _window(node.scope, scope)
    if found is None or not well:
        return failed(node.span)
    match, call = found
    type_: Type
    score: tree.Expr | None = None
    var: str | None = None
    match node.kind:
        case "calls":
            type_ = List(call, scope.calls_limit)
        case "count":
            type_ = Number(True, 0, scope.calls_limit)
        case "first" | "last":
            type_ = nullable(call)
        case "best":
            assert node.score is not None
            var, score = _score(node.score, call, scope)
            if is_error(score):
                return failed(node.span)
            # Nothing matches, or the score fails: 0.
            bounds = score.type if isinstance(score.type, Number) else Number()
            high = None if bounds.high is None else max(0, bounds.high)
            type_ = Number(False, 0, high)
    return tree.TraceValue(
        span=node.span, facts=_facts(type_, [match]), kind=node.kind, match=match, window=window,
        var=var, score=score,
    )  # fmt: skip


def _score(node: nodes.Lambda, call: CallType, scope: Scope) -> tuple[str, tree.Expr]:
    facts = tree.Facts(call, "agent", "episode")
    inside = enter_lambda(node, [LocalName(facts)], scope)
    if inside is None:
        return "", failed(node.span)
    return node.params[0].name, number(node.body, inside, "the score of `best`")
