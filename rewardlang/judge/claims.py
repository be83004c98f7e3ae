"""What the reward compares the answer with: the right values, and what could stand in their place.

Found in the typed tree: wherever a node has one operand that comes from `answer` and others that
do not, the others are references: `x` and `others` of `says(answer, x, instead_of=others)`, `x` of
`answer == x`, of `numbers(answer).contains(x)`, of `answer.contains_text(x)`. A reference
that the oracle's answer states is right; the others are what could be said instead of it. Where
nothing is given for that, the values of the same column of the world are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from rewardlang import model, tree
from rewardlang.frozen import frozen
from rewardlang.interpret import Context, Failure, context_of, evaluate
from rewardlang.judge.bench import Bench, Played
from rewardlang.walk import below, everything
from rewardlang_runtime.builtins.text import fold, words
from rewardlang_runtime.plan import plan_of
from rewardlang_runtime.values import ScenarioFault, text

_MOST = 60
"""Values that are looked at in place of one."""


@frozen
class Claim:
    """One thing that the answer should state.

    Attributes:
        gold: The right value, as text.
        others: Values of the same kind, in the order of the file or of the world.
        compared: Whether the reward compares the answer with it; else it is the oracle's answer,
            which is short, and the reward looks at the answer in another way.
    """

    gold: str
    others: tuple[str, ...]
    compared: bool = True

    @property
    def candidates(self) -> tuple[str, ...]:
        """All of them, sorted: an order that does not say which is right."""
        return tuple(sorted({self.gold, *self.others}))


def reads_answer(scenario: model.Scenario) -> bool:
    """Whether the reward looks at the answer at all."""
    lets = {let.name: let for let in scenario.lets}
    return any(_Tainted(lets, frozenset()).by_answer(expr) for expr in _roots(scenario))


def claims_of(bench: Bench, solved: Played) -> list[Claim]:
    """What the answer to one task should state, by the oracle's episode of it."""
    scenario = bench.scenario
    context = context_of(scenario, solved.episode)
    spoken = words(solved.answer)
    found: dict[str, Claim] = {}
    for root in _roots(scenario):
        for group in _references(root, context):
            values = list(dict.fromkeys(v for value in group for v in _scalars(value)))[:_MOST]
            right = [value for value in values if _says(spoken, value)]
            others = tuple(value for value in values if value not in right)
            for gold in right:
                known = found.get(gold)
                if known is None or not known.others:
                    found[gold] = Claim(gold, others)
    if not found and reads_answer(scenario) and 0 < len(spoken) <= 4:
        found[solved.answer] = Claim(solved.answer, (), compared=False)
    return [claim if claim.others else _from_world(bench, claim) for claim in found.values()]


def _says(spoken: list[str], value: str) -> bool:
    wanted = words(value)
    size = len(wanted)
    return bool(wanted) and any(
        spoken[at : at + size] == wanted for at in range(len(spoken) - size + 1)
    )


def _roots(scenario: model.Scenario) -> Iterator[tree.Expr]:
    for gate in scenario.gates:
        yield gate.require
    for part in scenario.parts:
        yield from (expr for expr in (part.check, part.score) if expr is not None)
    for penalty in scenario.penalties:
        yield from (expr for expr in (penalty.when, penalty.factor) if expr is not None)


# ---- references ----


@frozen
class _Tainted:
    """Which expressions depend on the answer; `locals` are lambda variables that do."""

    lets: Any
    locals: frozenset[str]

    def by_answer(self, expr: tree.Expr) -> bool:
        for node in everything(expr):
            if isinstance(node, tree.RootRef) and node.name == "answer":
                return True
            if isinstance(node, tree.Local) and node.name in self.locals:
                return True
            if isinstance(node, tree.LetRef) and self.by_answer(self.lets[node.name].value):
                return True
        return False


def _references(root: tree.Expr, context: Context) -> Iterator[list[Any]]:
    """The values that each comparison with the answer has on its other side."""
    pending = [(root, _Tainted(context.lets, frozenset()))]
    followed: set[str] = set()
    while pending:
        node, tainted = pending.pop()
        if isinstance(node, tree.LetRef):
            if node.name not in followed:
                followed.add(node.name)
                pending.append((context.lets[node.name].value, tainted))
            continue
        if isinstance(node, tree.Macro) and tainted.by_answer(node.source):
            inner = _Tainted(tainted.lets, tainted.locals | set(node.vars))
            pending += [(node.source, tainted), (node.body, inner)]
            continue
        operands = list(below(node))
        if isinstance(node, tree.And | tree.Or | tree.Not | tree.If):
            pending += [(operand, tainted) for operand in reversed(operands)]
            continue
        by_answer = [operand for operand in operands if tainted.by_answer(operand)]
        if by_answer:
            values = [_value(operand, context) for operand in operands if operand not in by_answer]
            if any(value is not None for value in values):
                yield values
            pending += [(operand, tainted) for operand in reversed(by_answer)]


def _value(expr: tree.Expr, context: Context) -> Any:
    """The value, or None: also of what is only known inside a lambda or a pattern."""
    try:
        return evaluate(expr, context)
    except (Failure, ScenarioFault, KeyError):
        return None


def _scalars(value: Any) -> Iterator[str]:
    """The texts and numbers in a value, as an answer would state them."""
    if isinstance(value, str):
        yield from (value,) if value.strip() else ()
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield text(value)
    elif isinstance(value, list):
        for item in value:
            yield from _scalars(item)


# ---- the world ----


def _from_world(bench: Bench, claim: Claim) -> Claim:
    """The claim with the values of a column that has its gold; else a number's neighbours."""
    wanted = fold(claim.gold)
    for view in plan_of(bench.compiled).base.world.values():
        if view.spec.internal:
            continue
        columns: dict[tuple[str, ...], dict[str, None]] = {}
        for row in view.values():
            for path, value in _leaves(row, ()):
                columns.setdefault(path, {})[value] = None
        for values in columns.values():
            if len(values) > 1 and any(fold(value) == wanted for value in values):
                others = [value for value in values if fold(value) != wanted]
                return replace(claim, others=tuple(others[:_MOST]))
    if claim.gold.isdigit() and len(claim.gold) <= 6:
        number = int(claim.gold)
        near = range(max(0, number - 12), number + 13)
        return replace(claim, others=tuple(str(n) for n in near if n != number))
    return claim


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, (*path, "*"))
    else:
        yield from ((path, scalar) for scalar in _scalars(value))


def row_texts(bench: Bench, solved: Played, claims: Iterable[Claim]) -> tuple[str, ...]:
    """The texts of the first row that has a right value: all there is to say of it."""
    golds = {fold(claim.gold) for claim in claims}
    named = {value for value in solved.episode.params.values() if isinstance(value, str)}
    for view in plan_of(bench.compiled).base.world.values():
        if view.spec.internal:
            continue
        for key in named:
            row = view.get(key)
            values = [value for _, value in _leaves(row, ())] if row is not None else []
            if any(fold(value) in golds for value in values):
                return tuple(dict.fromkeys(values))
    return ()
