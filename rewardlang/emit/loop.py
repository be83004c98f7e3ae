"""One pass over the calls for all formulas at once: what to do with each call."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rewardlang import tree
from rewardlang.emit import nodes
from rewardlang.emit.keys import Key, key_of
from rewardlang.emit.kinds import is_kind
from rewardlang.emit.lowering import Lowering
from rewardlang.emit.places import place_of, put
from rewardlang.emit.trace import Update, Watch
from rewardlang.source import Span
from rewardlang.types.types import Bool, Number
from rewardlang.walk import everything

FIELDS = ("op", "args", "kind", "status", "response", "before", "after", "fault")
"""Fields of a call, each under its own name in the code for one call."""

_COSTLY = (
    tree.Macro, tree.Builtin, tree.Matches, tree.Search, tree.Present, tree.LetRef, tree.Formula,
    tree.TraceValue,
)  # fmt: skip


@dataclass
class _Case:
    """An update where an operation is known: its condition, None when it always applies."""

    update: Update
    condition: tree.Expr | None
    key: Key | None


def each_call(low: Lowering, watch: Watch, span: Span) -> list[ast.stmt]:
    """The statements for one call, in `c`, whose position is `index`."""
    ahead, rest = _independent(watch.updates)
    operations = _operations(rest)
    first = _body(low, [_case(update, None) for update in ahead], span)
    branches = []
    for operation in operations:
        cases = [_case(u, operation) for u in rest if _applies(u.match, operation)]
        branches.append((operation, _body(low, cases, span)))
    other = _body(low, [_case(u, None) for u in rest if _applies(u.match, None)], span)
    return _settle(first, _merge(branches), other, span)


def _independent(updates: Sequence[Update]) -> tuple[list[Update], list[Update]]:
    """Updates that concern calls of any operation and share no slot with others; and the rest."""
    uses = Counter(slot for update in updates for slot in update.slots)
    ahead = [
        update
        for update in updates
        if all(a.operation is None for a in update.match.alternatives)
        and all(uses[slot] == 1 for slot in update.slots)
    ]
    return ahead, [update for update in updates if update not in ahead]


def _operations(updates: Iterable[Update]) -> list[str]:
    """The operations that patterns name, in the order of the file."""
    named = (a.operation for update in updates for a in update.match.alternatives)
    return list(dict.fromkeys(name for name in named if name is not None))


def _applies(match: tree.Match, operation: str | None) -> bool:
    return any(a.operation in (None, operation) for a in match.alternatives)


def _case(update: Update, operation: str | None) -> _Case:
    conditions: list[tree.Expr] = []
    for alternative in update.match.alternatives:
        if alternative.operation in (None, operation):
            if alternative.condition is None:
                return _Case(update, None, None)
            conditions.append(alternative.condition)
    condition = conditions[0]
    if len(conditions) > 1:
        facts = tree.Facts(Bool(), stage="episode")
        condition = tree.Or(span=update.match.span, facts=facts, items=tuple(conditions))
    return _Case(update, condition, key_of(condition))


# ---- the updates of one operation ----


def _body(low: Lowering, cases: list[_Case], span: Span) -> list[ast.stmt]:
    """The updates in the order of their phases; each condition is evaluated once."""
    order = {key: i for i, key in reversed(list(enumerate(case.key for case in cases)))}
    cases = sorted(cases, key=lambda case: (case.update.phase, order[case.key]))
    groups: list[tuple[_Case, list[Update]]] = []
    for case in cases:
        if groups and groups[-1][0].key == case.key:
            groups[-1][1].append(case.update)
        else:
            groups.append((case, [case.update]))
    outer, low.block = low.block, []
    with low.inside({}):
        held = _hoist_atoms(low, [case for case, _ in groups])
        for key, case in _repeated(groups).items():
            assert case.condition is not None
            held[key] = _hold(low, case.condition)
        with low.hoisting(held):
            for case, updates in groups:
                _group(low, case, updates, held, span)
    body, low.block = low.block, outer
    return body


def _repeated(groups: list[tuple[_Case, list[Update]]]) -> dict[Key, _Case]:
    """Conditions that more than one group has."""
    counts = Counter(case.key for case, _ in groups if case.key is not None)
    return {case.key: case for case, _ in groups if case.key is not None and counts[case.key] > 1}


def _hoist_atoms(low: Lowering, cases: list[_Case]) -> dict[Key, str]:
    """Conjuncts that several conditions share and that can fail, evaluated once beforehand."""
    conditions = {case.key: case.condition for case in cases if case.condition is not None}
    atoms: dict[Key, tree.Expr] = {}
    counts: Counter[Key] = Counter()
    for condition in conditions.values():
        items = condition.items if isinstance(condition, tree.And) else (condition,)
        for key, item in {key_of(item): item for item in items}.items():
            atoms[key] = item
            counts[key] += 1
    held = {}
    for key, atom in atoms.items():
        costly = any(isinstance(part, _COSTLY) for part in everything(atom))
        if counts[key] > 1 and atom.facts.can_fail and not costly:
            held[key] = _hold(low, atom)
    return held


def _hold(low: Lowering, condition: tree.Expr) -> str:
    """The name that holds whether a condition holds."""
    node = low.condition(condition)
    if isinstance(node, ast.Name):
        return node.id
    name = low.fresh("m")
    low.put(nodes.assign(name, node), condition.span)
    return name


def _group(
    low: Lowering, case: _Case, updates: list[Update], held: dict[Key, str], span: Span
) -> None:
    """`if condition: updates`; what the condition raises makes it false."""
    where = updates[0].match.span
    if case.condition is None:
        for update in updates:
            _apply(low, update)
        return
    if case.key in held:
        outer, low.block = low.block, []
        for update in updates:
            _apply(low, update)
        body, low.block = low.block, outer
        low.put(nodes.if_(nodes.name(held[case.key]), body), where)
        return
    with low.inside({}):
        condition = case.condition
        node, statements, risky = low.apart(lambda: low.fragile(condition))
        outer, low.block = low.block, []
        for update in updates:
            _apply(low, update)
        body, low.block = low.block, outer
        statements.append(nodes.if_(node, body))
    if risky:
        low.put(nodes.try_(statements, [ast.Pass()]), where)
    else:
        for statement in statements:
            low.put(statement, where)


def _apply(low: Lowering, update: Update) -> None:
    where = update.match.span
    for statement in update.statements():
        low.put(statement, where)
    if update.score is not None:
        _best(low, update.score, next(iter(update.slots)))


def _best(low: Lowering, expr: tree.TraceValue, slot: str) -> None:
    """Keep the highest score so far; one that fails counts as 0."""
    assert expr.score is not None
    assert expr.var is not None
    score = expr.score
    with low.inside({expr.var: "c"}):
        node, statements, risky = low.apart(lambda: low.value(score))
    if not is_kind(score, Number):
        node, risky = nodes.call(low.pool.operator("number"), node), True
    value = low.fresh("t")
    better = nodes.compare(nodes.walrus(value, node), ">", nodes.name(slot))
    statements.append(nodes.if_(better, [nodes.assign(slot, nodes.name(value))]))
    if risky:
        low.put(nodes.try_(statements, [ast.Pass()]), score.span)
    else:
        for statement in statements:
            low.put(statement, score.span)


# ---- putting the operations together ----


def _merge(branches: list[tuple[str, list[ast.stmt]]]) -> list[tuple[list[str], list[ast.stmt]]]:
    """Operations for which the same is done, together."""
    merged: dict[str, tuple[list[str], list[ast.stmt]]] = {}
    for operation, body in branches:
        text = "\n".join(map(ast.dump, body))
        merged.setdefault(text, ([], body))[0].append(operation)
    return list(merged.values())


def _settle(
    first: list[ast.stmt],
    branches: list[tuple[list[str], list[ast.stmt]]],
    other: list[ast.stmt],
    span: Span,
) -> list[ast.stmt]:
    """One statement list, in which fields that are read more than once are locals."""
    before = _reads(first)
    deep = [_reads(body) for _, body in branches] + [_reads(other)]
    shared = [
        field
        for field in FIELDS
        if (before[field] and before[field] + max(reads[field] for reads in deep) > 1)
        or (field == "op" and len(branches) > 1)
    ]
    body = [*_locals(shared), *_inline(first, set(shared))]
    chain = _own(other, shared)
    for operations, statements in reversed(branches):
        op = nodes.name("op") if "op" in shared else _field("op")
        test = nodes.compare(op, "==", nodes.const(operations[0]))
        if len(operations) > 1:
            test = nodes.compare(op, "in", nodes.literal(tuple(operations)))
        chain = [nodes.if_(test, _own(statements, shared) or [ast.Pass()], chain)]
    for statement in (body := [*body, *chain]):
        put(statement, place_of(span))
    return body


def _own(body: list[ast.stmt], shared: Sequence[str]) -> list[ast.stmt]:
    """A branch, with its own locals for fields that it reads more than once."""
    reads = _reads(body)
    own = [field for field in FIELDS if reads[field] > 1 and field not in shared]
    return [*_locals(own), *_inline(body, {*shared, *own})]


def _locals(fields: Sequence[str]) -> list[ast.stmt]:
    return [nodes.assign(field, _field(field)) for field in fields]


def _field(field: str) -> ast.expr:
    return nodes.attr(nodes.name("c"), field)


def _reads(body: Iterable[ast.stmt]) -> Counter[str]:
    """How often each field's name is read."""
    return Counter(
        node.id
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and node.id in FIELDS
    )


def _inline(body: list[ast.stmt], locals_: set[str]) -> list[ast.stmt]:
    """`body` with fields that have no local read from the call itself."""
    inliner = _Inliner(locals_)
    return [inliner.visit(statement) for statement in body]


class _Inliner(ast.NodeTransformer):
    def __init__(self, locals_: set[str]) -> None:
        self.locals = locals_

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in FIELDS or node.id in self.locals:
            return node
        found = _field(node.id)
        put(found, (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0))
        return found
