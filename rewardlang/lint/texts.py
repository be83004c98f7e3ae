"""Free texts that are compared letter by letter (N409)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.interpret import Context, Failure, evaluate, named
from rewardlang.lint.claims import Claim, claims
from rewardlang.lint.expressions import source_of
from rewardlang.lint.registry import lint
from rewardlang.lint.sources import Sources, reads
from rewardlang.memo import Memo
from rewardlang.model import Api, Scenario
from rewardlang.source import Span
from rewardlang.types.relations import without_null
from rewardlang.types.types import Any, List, String
from rewardlang_runtime.values import ScenarioFault


@lint(codes.UNNORMALISED)
def unnormalised_text(scenario: Scenario) -> Iterator[Diagnostic]:
    """A capital letter or a space more is no other answer, and loses everything."""
    lets = {let.name: let for let in scenario.lets}
    sources = Sources(lets)
    sent = frozenset(name for api in scenario.apis for name in _sent_by(api))
    blamed: list[Span] = []
    for claim in claims(scenario):
        expr = claim.expr
        for written, expected in _pairs(claim):
            if expr.span in blamed:
                break
            of = sources.of(written)
            origin = _origin(written, lets)
            if not of or not of <= {"answer", "args", "final"} or not _is_free(origin):
                continue
            if "final" in of and not (isinstance(origin, tree.Get) and origin.name in sent):
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


def _pairs(claim: Claim) -> Iterator[tuple[tree.Expr, tree.Expr]]:
    """What must be the same as what, either way round."""
    expr = claim.expr
    match expr:
        case tree.Compare(op="==" | "!=") if claim.sign == (1 if expr.op == "==" else -1):
            yield expr.left, expr.right
            yield expr.right, expr.left
        case tree.In() if claim.sign == (-1 if expr.negated else 1):
            yield expr.item, expr.container
        case _:
            return


def _sent_fields(api: Api) -> frozenset[str]:
    """The names of fields that operations fill with what they are sent."""
    found: list[str] = []
    for operation in api.operations.values():
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
                    found.append(name)
    return frozenset(found)


_sent_by = Memo(_sent_fields, 8)


def _origin(expr: tree.Expr, lets: Mapping[str, tree.LetDef]) -> tree.Expr:
    """The field or the root that `expr` is made from."""
    while True:
        expr = source_of(expr, lets)
        match expr:
            case tree.Builtin(args=(first, *_)):
                expr = first
            case _:
                return expr


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
        expr = source_of(expr, lets)
        match expr:
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
    if isinstance(type_, List):
        type_ = without_null(type_.item)
    if not isinstance(type_, String):
        return False
    if type_.enum is not None and not isinstance(expected, tree.Const):
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
