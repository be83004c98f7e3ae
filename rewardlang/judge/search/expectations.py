"""What a reward compares with: values known at reset, and what each of them is held against."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from rewardlang import model, tree
from rewardlang.frozen import frozen
from rewardlang.interpret import Context, Failure, evaluate
from rewardlang.judge.search.monitor import rewarded
from rewardlang.judge.search.relations import ITEM, Path
from rewardlang.walk import below, everything, patterns_of
from rewardlang_runtime import ScenarioFault

Form = Literal["plain", "document", "headings", "storage"]
"""How a value is compared: as it is, or as the text of a document or the headings of a page."""

_TWO_SIDED = frozenset((
    "edit_sim", "token_f1", "f1", "precision", "recall", "jaccard", "lcs_ratio", "subset_score",
    "matches_subset", "contains_all", "contains", "contains_text", "starts_with", "ends_with",
))  # fmt: skip
_FORMS: dict[str, Form] = {
    "adf_text": "document",
    "storage_text": "storage",
    "storage_headings": "headings",
}
_SEEN_THROUGH = frozenset((
    "str", "fold", "lower", "upper", "strip", "take", "skip", "distinct", "sorted", "reversed",
    "union", "apply_verbs", "number", "to_int", "values", "flatten", "words", "split", "join",
    "replace", "truncate", *_FORMS,
))  # fmt: skip
_REFORMED = frozenset(("fold", "lower", "words"))
"""What a value was put through so that it compares; calls send it as it was before."""


@frozen
class Expected:
    """A value and what it is held against.

    Attributes:
        kind: An argument or the response of a call, a row of the world, or the answer.
        of: The operation, None for any; the table of a row.
        part: Whether a longer text that has it in it does as well.
    """

    kind: Literal["args", "response", "row", "answer"]
    of: str | None
    path: Path
    form: Form
    value: Any
    part: bool = False


@frozen
class _Side:
    kind: Literal["args", "response", "row", "answer"]
    of: str | None
    path: Path
    form: Form = "plain"

    def held_against(self, value: Any, part: bool) -> Expected:
        return Expected(self.kind, self.of, self.path, self.form, value, part)


_ANSWER = _Side("answer", None, ())


def expectations(scenario: model.Scenario, context: Context) -> list[Expected]:
    """Everything that the reward compares with, in the order of the file, each once."""
    found: list[Expected] = []
    walker = _Walker(scenario, context)
    for root in rewarded(scenario):
        for one in walker.look(root, (), {}):
            if one not in found:
                found.append(one)
    return found


class _Walker:
    def __init__(self, scenario: model.Scenario, context: Context) -> None:
        self.lets = {let.name: let.value for let in scenario.lets}
        self.context = context
        self._done: set[str] = set()

    # ---- the walk ----

    def look(
        self, expr: tree.Expr, ops: tuple[str | None, ...], env: dict[str, Any]
    ) -> Iterator[Expected]:
        """The expectations under a node; `ops` are the operations of the pattern around it."""
        match expr:
            case tree.Compare(op="==") | tree.Compare(op=">=") | tree.Compare(op="<="):
                yield from self._pair(expr.left, expr.right, ops, env)
            case tree.In():
                yield from self._pair(expr.item, expr.container, ops, env, each=True)
            case tree.Builtin() if expr.name in _TWO_SIDED and len(expr.args) >= 2:
                part = expr.name == "contains_text"
                yield from self._pair(expr.args[0], expr.args[1], ops, env, part=part)
            case tree.Builtin(name="says" | "says_none") if len(expr.args) >= 2:
                sides = list(self.sides(expr.args[0], ops, env)) or [_ANSWER]
                for value in self._value(expr.args[1]):
                    said = value if expr.name == "says" else f"There is no {value}."
                    for side in sides:
                        yield side.held_against(said, part=True)
            case tree.If() if _known(expr.test):
                for truth in self._value(expr.test):
                    yield from self.look(expr.then if truth is True else expr.other, ops, env)
                return
            case tree.LetRef():
                if expr.name in self.lets and expr.name not in self._done:
                    self._done.add(expr.name)
                    yield from self.look(self.lets[expr.name], (), {})
                return
            case _:
                pass
        if isinstance(expr, tree.Formula | tree.TraceValue):
            yield from self._formula(expr, env)
            return
        if isinstance(expr, tree.Macro):
            yield from self.look(expr.source, ops, env)
            inner = {**env, expr.vars[-1]: self._items(expr.source, ops, env)}
            yield from self.look(expr.body, ops, inner)
            return
        for child in below(expr):
            yield from self.look(child, ops, env)

    def _formula(
        self, expr: tree.Formula | tree.TraceValue, env: dict[str, Any]
    ) -> Iterator[Expected]:
        for match in patterns_of(expr):
            for alternative in match.alternatives:
                if alternative.condition is not None:
                    yield from self.look(alternative.condition, (alternative.operation,), env)
        if isinstance(expr, tree.TraceValue) and expr.score is not None and expr.var is not None:
            ops = _operations(expr.match)
            yield from self.look(expr.score, ops, {**env, expr.var: ("call", ops)})

    def _pair(
        self, one: tree.Expr, other: tree.Expr, ops: tuple[str | None, ...],
        env: dict[str, Any], *, each: bool = False, part: bool = False,
    ) -> Iterator[Expected]:  # fmt: skip
        for left, right in ((one, other), (other, one)):
            if not _known(right):
                continue
            sides = list(self.sides(left, ops, env))
            if not sides:
                continue
            for value in self._value(right):
                values = value if each and left is one and type(value) is list else [value]
                for side in sides:
                    for item in values[:4]:
                        yield side.held_against(item, part=part)

    def _value(self, expr: tree.Expr) -> list[Any]:
        """The value at reset, as one item; texts as they were before they were folded or cut."""
        while isinstance(expr, tree.Builtin) and expr.name in _REFORMED:
            expr = expr.args[0]
        try:
            value = evaluate(expr, self.context)
        except (Failure, ScenarioFault, KeyError):
            return []
        return [] if value is None else [value]

    # ---- what a side is read from ----

    def sides(
        self, expr: tree.Expr, ops: tuple[str | None, ...], env: dict[str, Any]
    ) -> Iterator[_Side]:
        """What an expression is read from."""
        match expr:
            case tree.RootRef(name="answer"):
                yield _Side("answer", None, ())
            case tree.CallField(name="args" | "response" as name):
                for op in self._callers(expr.call, ops, env):
                    yield _Side("args" if name == "args" else "response", op, ())
            case tree.Get():
                for side in self.sides(expr.object, ops, env):
                    yield _Side(side.kind, side.of, (*side.path, expr.name), side.form)
            case tree.At(key=tree.Const(value=str() as key)):
                for side in self.sides(expr.object, ops, env):
                    yield _Side(side.kind, side.of, (*side.path, key), side.form)
            case tree.Row() if _of_final(expr.table):
                yield _Side("row", expr.table.name, ())
            case tree.DeltaRows():
                yield _Side("row", expr.table, (ITEM,))
            case tree.TableRef() if _of_final(expr):
                yield _Side("row", expr.name, (ITEM,))
            case tree.LetRef() if expr.name in self.lets:
                yield from self.sides(self.lets[expr.name], (), {})
            case tree.Local():
                known = env.get(expr.name)
                if known and known[0] != "call":
                    yield from known
            case tree.Present():
                yield from self.sides(expr.object, ops, env)
            case tree.Coalesce():
                yield from self.sides(expr.left, ops, env)
                yield from self.sides(expr.right, ops, env)
            case tree.If():
                yield from self.sides(expr.then, ops, env)
                yield from self.sides(expr.other, ops, env)
            case tree.Builtin(name="first" | "last" | "only"):
                for side in self.sides(expr.args[0], ops, env):
                    path = side.path if side.path[-1:] == (ITEM,) else (*side.path, ITEM)
                    yield _Side(side.kind, side.of, _row_path(side.kind, path), side.form)
            case tree.Builtin() if expr.name in _SEEN_THROUGH:
                form = _FORMS.get(expr.name)
                for arg in expr.args:
                    for side in self.sides(arg, ops, env):
                        yield _Side(side.kind, side.of, side.path, form or side.form)
            case tree.Macro(kind="filter" | "sort_by"):
                yield from self.sides(expr.source, ops, env)
            case tree.Macro(kind="map"):
                inner = {**env, expr.vars[-1]: self._items(expr.source, ops, env)}
                yield from self.sides(expr.body, ops, inner)
            case _:
                return

    def _items(
        self, source: tree.Expr, ops: tuple[str | None, ...], env: dict[str, Any]
    ) -> tuple[Any, ...]:
        if isinstance(source, tree.TraceValue):
            return ("call", _operations(source.match))
        return tuple(
            _Side(s.kind, s.of, _row_path(s.kind, (*s.path, ITEM)), s.form)
            for s in self.sides(source, ops, env)
        )

    def _callers(
        self, call: tree.Expr | None, ops: tuple[str | None, ...], env: dict[str, Any]
    ) -> tuple[str | None, ...]:
        match call:
            case None:
                return ops
            case tree.Local():
                known = env.get(call.name)
                return known[1] if known and known[0] == "call" else ()
            case tree.TraceValue():
                return _operations(call.match)
            case tree.LetRef() if call.name in self.lets:
                return self._callers(self.lets[call.name], ops, {})
            case _:
                return ()


def _row_path(kind: str, path: Path) -> Path:
    """Rows are told apart by table alone: their list adds nothing."""
    return (
        tuple(p for i, p in enumerate(path) if not (p == ITEM and i == 0))
        if kind == "row"
        else path
    )


def _operations(match: tree.Match) -> tuple[str | None, ...]:
    return tuple(dict.fromkeys(a.operation for a in match.alternatives))


def _of_final(table: tree.TableRef) -> bool:
    return isinstance(table.world, tree.RootRef) and table.world.name == "final"


def _known(expr: tree.Expr) -> bool:
    """Whether a value is known at reset."""
    if expr.facts.stage != "setup":
        return False
    bound: set[str] = set()
    for part in everything(expr):
        if isinstance(part, tree.Macro):
            bound.update(part.vars)
        if isinstance(part, tree.Local) and part.name not in bound:
            return False
        if isinstance(part, tree.CallField | tree.TraceValue | tree.Formula):
            return False
    return True
