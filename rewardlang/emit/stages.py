"""When a value is computed: once per world, at each reset, or when an episode is scored.

Lets and costly expressions that only need the world go to `world_values`, which is evaluated once;
those that need the parameters go to `setup`, which is evaluated at reset.
"""

from __future__ import annotations

import ast
from typing import Literal

from rewardlang import tree
from rewardlang.emit import nodes
from rewardlang.emit.keys import Key, key_of
from rewardlang.emit.lets import LetFunction
from rewardlang.emit.places import place_of, put
from rewardlang.emit.pool import Pool, identifier
from rewardlang.emit.walrus import prune
from rewardlang.frozen import frozen
from rewardlang.model import Scenario
from rewardlang.source import Span
from rewardlang.tree import LetDef
from rewardlang.walk import below, everything

Stage = Literal["world", "setup", "episode"]

_COSTLY = (
    tree.Macro, tree.Builtin, tree.Row, tree.Matches, tree.Text, tree.MakeList, tree.MakeObject,
)  # fmt: skip
_EPISODE = (
    tree.CallField, tree.Formula, tree.TraceValue, tree.DeltaRows, tree.ChangedOnly, tree.Search,
)  # fmt: skip


@frozen
class Value:
    """Something that is computed beforehand, and its name wherever it is used."""

    name: str
    expr: tree.Expr
    let: bool


class Stages:
    """What is computed when; filled while functions are lowered.

    Attributes:
        lets: The scenario's lets by name.
        world: The values of `world_values`, in order.
        setup: The values of `setup`, in order.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.lets: dict[str, LetDef] = {let.name: let for let in scenario.lets}
        self.world: dict[Key, Value] = {}
        self.setup: dict[Key, Value] = {}
        self._stage: dict[str, Stage] = {}

    def of_let(self, name: str) -> Stage:
        """When a let is computed."""
        if name not in self._stage:
            self._stage[name] = self.of(self.lets[name].value)
        return self._stage[name]

    def of(self, expr: tree.Expr) -> Stage:
        """When `expr` can be computed at the earliest."""
        stage: Stage = "world"
        for part in everything(expr):
            if isinstance(part, _EPISODE):
                return "episode"
            if isinstance(part, tree.RootRef) and part.name not in ("initial", "expect"):
                if part.name != "params":
                    return "episode"
                stage = "setup"
            if isinstance(part, tree.LetRef):
                inner = self.of_let(part.name)
                if inner == "episode":
                    return "episode"
                stage = "setup" if inner == "setup" else stage
        return stage

    def let(self, name: str, store: dict[Key, Value]) -> str:
        """The name under which `store` has a let."""
        key: Key = ("let", name)
        if key not in store:
            store[key] = Value(identifier("l", name), self.lets[name].value, let=True)
        return store[key].name

    def lift(self, expr: tree.Expr, store: dict[Key, Value]) -> str:
        """The name under which `store` has the value of an expression."""
        key = key_of(expr)
        if key not in store:
            name = f"{'w' if store is self.world else 'k'}_{len(store) + 1}"
            if isinstance(expr, tree.Get) and isinstance(expr.object, tree.RootRef):
                name = identifier("p", expr.name)
            store[key] = Value(name, expr, let=False)
        return store[key].name

    def movable(self, expr: tree.Expr, *, cheap: bool = False) -> bool:
        """Whether `expr` may be computed early, however often it is used, and is worth it."""
        if expr.facts.can_fail or isinstance(expr, tree.Const | tree.LetRef | tree.RootRef):
            return False
        parts = list(everything(expr))
        if any(isinstance(part, tree.Present | tree.Draw) for part in parts) or _free(expr, ()):
            return False
        return cheap or any(isinstance(part, _COSTLY) for part in parts)


def _free(expr: tree.Expr, bound: tuple[str, ...]) -> bool:
    """Whether `expr` reads a local that it does not bind itself."""
    if isinstance(expr, tree.Local):
        return expr.name not in bound
    if isinstance(expr, tree.Macro):
        return _free(expr.source, bound) or _free(expr.body, (*bound, *expr.vars))
    if isinstance(expr, tree.TraceValue) and expr.var is not None:
        bound = (*bound, expr.var)
    return any(_free(part, bound) for part in below(expr))


# ---- functions over the world and the parameters ----


class SetupFunction(LetFunction):
    """A function of `w`, the untouched world, and `p`, the parameters.

    With `store`, values that can be computed earlier are taken from it, and `source` is the
    expression that gives their tuple; without, everything is computed in place.
    """

    def __init__(self, pool: Pool, stages: Stages, store: str = "world") -> None:
        super().__init__(pool, stages.lets)
        self.stages = stages
        self.store_name = store
        self.used: dict[str, None] = {}
        self.reserve("w", "p", "s", "rng", "e", "c", "o", "b", "pair")

    def root(self, expr: tree.RootRef) -> ast.expr:
        """`initial` is `w`, `params` is `p`."""
        if expr.name in ("initial", "params"):
            return nodes.name("w" if expr.name == "initial" else "p")
        return super().root(expr)

    def is_elsewhere(self, name: str) -> bool:
        """Lets of an earlier stage are taken from there."""
        return self.available(self.stages.of_let(name)) is not None

    def let(self, expr: tree.LetRef) -> ast.expr:
        """A let from an earlier stage, or one of this function."""
        store = self.available(self.stages.of_let(expr.name))
        if store is None:
            return super().let(expr)
        name = self.stages.let(expr.name, store)
        self.used[name] = None
        return nodes.name(name)

    def available(self, stage: Stage) -> dict[Key, Value] | None:
        """The store that has values of a stage, if this function can read it."""
        if self.store_name == "world":
            return self.stages.world if stage == "world" else None
        if self.store_name == "setup":
            return self.stages.setup if stage != "episode" else None
        return None

    def ready(self, expr: tree.Expr) -> ast.expr | None:
        """Costly values of an earlier stage are computed there."""
        early = self.store_name == "world" and self.stages.movable(expr)
        if early and self.stages.of(expr) == "world":
            name = self.stages.lift(expr, self.stages.world)
            self.used[name] = None
            return nodes.name(name)
        return super().ready(expr)

    def header(self, source: ast.expr) -> list[ast.stmt]:
        """The statements that take what is used from the tuple `source`."""
        store = self.stages.world if self.store_name == "world" else self.stages.setup
        return unpack([value.name for value in store.values()], set(self.used), source)

    def finish(
        self, name: str, params: list[str], source: ast.expr | None, place: Span
    ) -> ast.FunctionDef:
        """The function's definition."""
        header = [] if source is None else self.header(source)
        body = prune([*header, *self.waiting(), *self.block]) or [ast.Pass()]
        node = nodes.function(name, params, body)
        put(node, place_of(place))
        return node


def unpack(names: list[str], used: set[str], source: ast.expr) -> list[ast.stmt]:
    """`a, _, b = source` for the names that are used, or `a = source[0]` for few of many."""
    wanted = [(i, name) for i, name in enumerate(names) if name in used]
    if not wanted:
        return []
    if len(wanted) == 1:
        i, name = wanted[0]
        return [nodes.assign(name, nodes.item(source, i))]
    targets = [name if name in used else "_" for name in names]
    return [nodes.assign(nodes.stored_tuple(targets), source)]
