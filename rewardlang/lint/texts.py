"""Texts: paid for being long, or compared letter by letter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.interpret import Context, Failure, evaluate, named
from rewardlang.lint.claims import Claim, claims
from rewardlang.lint.registry import lint
from rewardlang.lint.sources import Sources, reads
from rewardlang.model import Part, Scenario
from rewardlang.source import Span
from rewardlang.types.relations import without_null
from rewardlang.types.types import Any, String
from rewardlang_runtime.values import ScenarioFault

# ---- N407 ----

_COUNTING = frozenset({"split", "words", "numbers", "storage_headings"})
"""Functions that take a text apart, so that a longer text has more of it."""


@lint(codes.LENGTH_REWARDING)
def length_rewarding(scenario: Scenario) -> Iterator[Diagnostic]:
    """More words, or the same call more often, are the cheapest way to a higher score."""
    lets = {let.name: let for let in scenario.lets}
    sources = Sources(lets)
    operations = scenario.operations
    every = list(claims(scenario))
    shrinking = [_what(claim.expr, lets) for claim in every if claim.sign < 0]
    blamed: list[Span] = []
    for claim in every:
        if claim.sign <= 0 or not isinstance(claim.item, Part) or claim.call:
            continue
        kind = None
        if _is_length(claim.expr, sources):
            kind = "a longer text"
        elif _is_count(claim.expr):
            match = claim.expr.match  # type: ignore[union-attr]
            names = [each.operation for each in match.alternatives]
            if all(name is None or not operations[name].writes for name in names):
                kind = "one more call"
        whole = _paid(claim.item)
        if kind is None or whole.span in blamed or _what(claim.expr, lets) in shrinking:
            continue
        if _enough_at_once(whole, claim.expr, lets):
            continue
        blamed.append(whole.span)
        yield Diagnostic(
            codes.LENGTH_REWARDING,
            f"the part `{claim.item.id}` pays for {kind}",
            Label(claim.expr.span, "more of it is never worth less"),
            help="ask what the text says, or what the calls brought to light; a penalty may cap it",
        )


def _paid(part: Part) -> tree.Expr:
    found = part.score if part.check is None else part.check
    assert found is not None
    return found


def _what(expr: tree.Expr, lets: Mapping[str, tree.LetDef]) -> str:
    """What is measured, in words that two expressions share when it is the same."""
    while isinstance(expr, tree.LetRef) and expr.name in lets:
        expr = lets[expr.name].value
    return " ".join(expr.span.text.split())


def _is_length(expr: tree.Expr, sources: Sources) -> bool:
    """Whether `expr` counts characters or words of a text that the policy wrote."""
    if not isinstance(expr, tree.Builtin) or expr.name not in ("length", "size"):
        return False
    inner = expr.args[0]
    if expr.name == "size":
        if not isinstance(inner, tree.Builtin) or inner.name not in _COUNTING:
            return False
        inner = inner.args[0]
    return bool(sources.of(inner) & {"answer", "args", "final"})


def _is_count(expr: tree.Expr) -> bool:
    return isinstance(expr, tree.TraceValue) and expr.kind == "count"


def _enough_at_once(whole: tree.Expr, measured: tree.Expr, lets: Mapping[str, tree.LetDef]) -> bool:
    """Whether one character or one call earns as much as any number of them."""
    bound = _bound(whole, measured, 1.0, lets)
    return bound is None or bound == _bound(whole, measured, 1e6, lets)


def _bound(
    expr: tree.Expr, measured: tree.Expr, amount: float, lets: Mapping[str, tree.LetDef]
) -> float | None:
    """The value of `expr` where `measured` is `amount` and all else is worth 1; None: unknown."""
    if expr is measured:
        return amount
    match expr:
        case tree.Const(value=bool() | int() | float() as value):
            return float(value)
        case tree.LetRef() if expr.name in lets:
            return _bound(lets[expr.name].value, measured, amount, lets)
        case tree.Arithmetic():
            left = _bound(expr.left, measured, amount, lets)
            right = _bound(expr.right, measured, amount, lets)
            if left is None or right is None:
                return None
            match expr.op:
                case "+":
                    return left + right
                case "-":
                    return left - right
                case "*":
                    return left * right
                case "/" if right:
                    return left / right
                case _:
                    return None
        case tree.Builtin(name="min" | "max"):
            values = [_bound(arg, measured, amount, lets) for arg in expr.args]
            known = [value for value in values if value is not None]
            return (min if expr.name == "min" else max)(known) if known else None
        case tree.Builtin(name="clamp", args=(value, low, high)):
            found = [_bound(each, measured, amount, lets) for each in (value, low, high)]
            a, b, c = found
            return None if a is None or b is None or c is None else min(max(a, b), c)
        case tree.Builtin(name="ramp", args=(value, good, bad, floor)):
            found = [_bound(each, measured, amount, lets) for each in (value, good, bad, floor)]
            v, g, w, f = found
            if v is None or g is None or w is None or f is None or g == w:
                return None
            return f + (1 - f) * min(1.0, max(0.0, (v - w) / (g - w)))
        case tree.Builtin(name="round" | "floor" | "ceil", args=(value, *_)):
            return _bound(value, measured, amount, lets)
        case tree.Compare():
            left = _bound(expr.left, measured, amount, lets)
            right = _bound(expr.right, measured, amount, lets)
            if left is None or right is None:
                return 1.0
            held = {
                "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right,
                "==": left == right, "!=": left != right,
            }  # fmt: skip
            return float(held[expr.op])
        case tree.And():
            values = [_bound(item, measured, amount, lets) for item in expr.items]
            return min((value for value in values if value is not None), default=1.0)
        case tree.If():
            test = _bound(expr.test, measured, amount, lets)
            return _bound(expr.then if test is None or test else expr.other, measured, amount, lets)
        case _:
            return 1.0


# ---- N409 ----


@lint(codes.UNNORMALISED)
def unnormalised_text(scenario: Scenario) -> Iterator[Diagnostic]:
    """A capital letter or a space more is no other answer, and loses everything."""
    lets = {let.name: let for let in scenario.lets}
    sources = Sources(lets)
    sent = _sent_fields(scenario)
    blamed: list[Span] = []
    for claim in claims(scenario):
        expr = claim.expr
        if not _is_equality(claim) or expr.span in blamed:
            continue
        assert isinstance(expr, tree.Compare)
        for written, expected in ((expr.left, expr.right), (expr.right, expr.left)):
            of = sources.of(written)
            if not of or not of <= {"answer", "args", "final"} or not _is_free(written):
                continue
            if "final" in of and _field_name(written, lets) not in sent:
                continue
            if _normalised(written, lets) or not _is_prose(scenario, expected, "answer" in of):
                continue
            blamed.append(expr.span)
            yield Diagnostic(
                codes.UNNORMALISED,
                "this text must be the same letter by letter",
                Label(expr.span, "another case or a space more earns nothing"),
                help="compare `fold(...) == fold(...)`, or take a similarity",
            )
            break


def _is_equality(claim: Claim) -> bool:
    expr = claim.expr
    if not isinstance(expr, tree.Compare) or expr.op not in ("==", "!="):
        return False
    return claim.sign == (1 if expr.op == "==" else -1)


def _sent_fields(scenario: Scenario) -> dict[str, bool]:
    """The names of fields that operations fill with what they are sent."""
    found: dict[str, bool] = {}
    for operation in scenario.operations.values():
        lets = {let.name: let for let in operation.lets}
        for effect in operation.effects:
            pending = [] if effect.value is None else [("", effect.value)]
            if effect.place.path and isinstance(effect.place.path[-1], str):
                pending = [(effect.place.path[-1], value) for _, value in pending]
            while pending:
                name, value = pending.pop()
                if isinstance(value, tree.MakeObject):
                    pending.extend(value.pairs)
                elif "args" in reads([value], lets):
                    found[name] = True
    return found


def _field_name(expr: tree.Expr, lets: Mapping[str, tree.LetDef]) -> str:
    """The name of the field that `expr` is made from; "" when it is from none."""
    while True:
        match expr:
            case tree.LetRef() if expr.name in lets:
                expr = lets[expr.name].value
            case tree.Coalesce():
                expr = expr.left
            case tree.Present():
                expr = expr.object
            case tree.Builtin(args=(first, *_)):
                expr = first
            case tree.Get():
                return expr.name
            case _:
                return ""


def _is_free(expr: tree.Expr) -> bool:
    """Whether `expr` is a text that its schema leaves to the policy."""
    type_ = without_null(expr.type)
    if isinstance(type_, Any):
        return True
    return (
        isinstance(type_, String)
        and type_.enum is None
        and type_.format is None
        and type_.pattern is None
    )


def _normalised(expr: tree.Expr, lets: Mapping[str, tree.LetDef]) -> bool:
    """Whether case or space are taken away on the way."""
    while True:
        match expr:
            case tree.LetRef() if expr.name in lets:
                expr = lets[expr.name].value
            case tree.Coalesce():
                expr = expr.left
            case tree.Present():
                expr = expr.object
            case tree.Builtin(name="fold" | "lower" | "upper"):
                return True
            case tree.Builtin(args=(first, *_)):
                expr = first
            case _:
                return False


def _is_prose(scenario: Scenario, expected: tree.Expr, said: bool) -> bool:
    """Whether what is expected is a text of several words that the file itself holds.

    An answer is prose whatever it is compared with; what comes from the world can be copied."""
    type_ = without_null(expected.type)
    if not isinstance(type_, String) or type_.enum is not None:
        return False
    lets = {let.name: let for let in scenario.lets}
    if said:
        return "answer" not in reads([expected], lets)
    looks = reads([expected], lets)
    if not looks <= {"expect", "params"}:
        return False
    return any(" " in text.strip() for text in _values(scenario, expected))


def _values(scenario: Scenario, expr: tree.Expr) -> list[str]:
    """Texts that `expr` may be: its value, or the choices of the parameter that it is."""
    match expr:
        case tree.Get(object=tree.RootRef(name="params")):
            for param in scenario.params:
                if param.name == expr.name and not reads([param.choices], {}) - {"expect"}:
                    return _texts(scenario, param.choices)
            return []
        case _:
            return _texts(scenario, expr)


def _texts(scenario: Scenario, expr: tree.Expr) -> list[str]:
    context = Context(roots={"expect": scenario.expect}, lets=named(scenario.lets))
    try:
        value = evaluate(expr, context)
    except (Failure, ScenarioFault, KeyError):
        return []
    return [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)]
