"""A reward taken apart: its atoms, each with the direction in which it counts.

An atom is a condition or a number that is not made of others by logic or arithmetic: a comparison,
a trace formula, a similarity. Lets are followed, so that what a part says through a name is seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rewardlang import tree
from rewardlang.frozen import frozen
from rewardlang.memo import Memo
from rewardlang.model import Gate, Part, Penalty, Scenario
from rewardlang.types.types import Bool, Number

Item = Gate | Part | Penalty

_CLOSING = 0.5
"""A gate that leaves less than this of a reward is a condition of all that is paid."""

_RISING = frozenset({"fraction", "min", "max", "round", "floor", "ceil"})
"""Functions that grow with each of their arguments."""


@frozen
class Claim:
    """An atom of a reward.

    Attributes:
        sign: 1 when it raises the reward that it holds, or grows; -1 when it lowers it; 0 when
            that depends.
        item: The gate, part or penalty that it is of.
        beside: Conditions that must hold with it for its item to be paid, the gates among them.
        call: Whether it is a condition in the braces of a pattern.
    """

    expr: tree.Expr
    sign: int
    item: Item
    beside: tuple[tree.Expr, ...] = ()
    call: bool = False


def _claims(scenario: Scenario) -> Iterator[Claim]:
    taking = _Taking({let.name: let for let in scenario.lets})
    closing = [gate for gate in scenario.gates if gate.otherwise < _CLOSING]
    gates = tuple(gate.require for gate in closing)
    for gate in scenario.gates:
        others = tuple(other.require for other in closing if other is not gate)
        yield from taking.apart(Claim(gate.require, 1, gate, others))
    for part in scenario.parts:
        paid = part.score if part.check is None else part.check
        if paid is not None:
            yield from taking.apart(Claim(paid, 1, part, gates))
    for penalty in scenario.penalties:
        if penalty.when is not None:
            yield from taking.apart(Claim(penalty.when, -1, penalty, gates))
        yield from taking.apart(Claim(penalty.factor, 1, penalty, gates))


claims: Memo[Scenario, tuple[Claim, ...]] = Memo(lambda scenario: tuple(_claims(scenario)), 4)
"""The atoms of gates, parts and penalties, in the order of the file."""


@frozen
class _Taking:
    lets: Mapping[str, tree.LetDef]

    def apart(self, claim: Claim) -> Iterator[Claim]:
        """The atoms of a claim; each let is followed once."""
        pending = [claim]
        seen: dict[tuple[str, int], bool] = {}
        while pending:
            here = pending.pop()
            if isinstance(here.expr, tree.LetRef):
                known = (here.expr.name, here.sign)
                value = self.lets[here.expr.name].value
                if known not in seen and isinstance(value.type, Bool | Number):
                    pending.append(replace(here, expr=value))
                seen[known] = True
                continue
            parts = list(_below(here))
            if not parts or isinstance(here.expr, tree.Formula | tree.Compare):
                yield here
            pending.extend(reversed(parts))


def _below(claim: Claim) -> Iterator[Claim]:
    """What a claim is made of; of an atom the conditions in its braces, and what is held against a
    bound."""
    expr, sign = claim.expr, claim.sign
    match expr:
        case tree.Not() | tree.Negate():
            yield replace(claim, expr=expr.item, sign=-sign)
        case tree.And() | tree.Or():
            together = isinstance(expr, tree.And) == (sign >= 0)
            for item in expr.items:
                others = tuple(other for other in expr.items if other is not item)
                beside = claim.beside + others if together else claim.beside
                yield replace(claim, expr=item, beside=beside)
        case tree.If():
            yield replace(claim, expr=expr.test, sign=sign * _order(expr.then, expr.other))
            yield replace(claim, expr=expr.then, beside=(*claim.beside, expr.test))
            yield replace(claim, expr=expr.other)
        case tree.Coalesce():
            yield replace(claim, expr=expr.left)
        case tree.Compare(op="<" | "<=" | ">" | ">="):
            rises = 1 if expr.op in (">", ">=") else -1
            for side, direction in ((expr.left, rises), (expr.right, -rises)):
                if isinstance(side.type, Number) and not isinstance(side, tree.Const):
                    yield replace(claim, expr=side, sign=sign * direction)
        case tree.Arithmetic() if isinstance(expr.type, Number):
            yield from _arithmetic(claim, expr)
        case tree.Builtin():
            yield from _builtin(claim, expr)
        case tree.Macro(kind="any" | "all" | "none"):
            turned = -sign if expr.kind == "none" else sign
            yield replace(claim, expr=expr.body, sign=turned)
        case tree.Formula():
            for match, direction in _directions(expr):
                yield from _conditions(claim, match, sign * direction)
        case tree.TraceValue(kind="best", score=score) if score is not None:
            yield replace(claim, expr=score)
        case _:
            return


def _order(then: tree.Expr, other: tree.Expr) -> int:
    """Whether `then` is more than `other`: 1, less: -1, or it depends: 0."""
    first, second = _bounds(then), _bounds(other)
    if first[0] >= second[1]:
        return 1
    return -1 if first[1] <= second[0] else 0


def _bounds(expr: tree.Expr) -> tuple[float, float]:
    if isinstance(expr, tree.Const) and isinstance(expr.value, bool):
        return float(expr.value), float(expr.value)
    type_ = expr.type
    if not isinstance(type_, Number):
        return float("-inf"), float("inf")
    low = float("-inf") if type_.low is None else type_.low
    high = float("inf") if type_.high is None else type_.high
    return low, high


def _arithmetic(claim: Claim, expr: tree.Arithmetic) -> Iterator[Claim]:
    left, right = expr.left, expr.right
    match expr.op:
        case "+":
            signs = (1, 1)
        case "-":
            signs = (1, -1)
        case "*":
            signs = (_direction(right), _direction(left))
        case "/":
            signs = (_direction(right), -_direction(left) * abs(_direction(right)))
        case _:
            signs = (0, 0)
    for side, sign in ((left, signs[0]), (right, signs[1])):
        if not isinstance(side, tree.Const):
            yield replace(claim, expr=side, sign=claim.sign * sign)


def _direction(factor: tree.Expr) -> int:
    """Whether what is multiplied by `factor` grows with the other factor."""
    low, high = _bounds(factor)
    if low >= 0:
        return 1
    return -1 if high <= 0 else 0


def _builtin(claim: Claim, expr: tree.Builtin) -> Iterator[Claim]:
    args = expr.args
    if expr.name in _RISING:
        for arg in args:
            if not isinstance(arg, tree.Const):
                yield replace(claim, expr=arg)
    elif expr.name == "clamp":
        yield replace(claim, expr=args[0])
    elif expr.name == "gain":
        yield replace(claim, expr=args[1])
    elif expr.name == "ramp":
        good, bad = args[1], args[2]
        yield replace(claim, expr=args[0], sign=claim.sign * _order(good, bad))


def _directions(formula: tree.Formula) -> Sequence[tuple[tree.Match, int]]:
    """The patterns of a formula: 1 when a call that matches helps it to hold, -1 when it harms."""
    match formula.kind:
        case "called" | "at_least" | "seq" | "once" | "exactly" | "only":
            return [(match, 1) for match in formula.matches]
        case "preceded_by":
            return [(formula.matches[0], -1), (formula.matches[1], 1)]
        case "followed_by":
            return [(formula.matches[0], -1), (formula.matches[1], 1)]
        case _:
            return [(match, -1) for match in formula.matches]


def _conditions(claim: Claim, match: tree.Match, sign: int) -> Iterator[Claim]:
    for alternative in match.alternatives:
        if alternative.condition is not None:
            yield replace(claim, expr=alternative.condition, sign=sign, beside=(), call=True)
