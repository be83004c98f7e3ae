"""Functions over an episode: what names stand for, and the passes over the calls."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from rewardlang import tree
from rewardlang.emit import nodes
from rewardlang.emit.keys import Key, key_of
from rewardlang.emit.loop import FIELDS, each_call
from rewardlang.emit.pool import Pool
from rewardlang.emit.stages import SetupFunction, Stages
from rewardlang.emit.trace import Formula, Watch
from rewardlang.source import Span
from rewardlang.walk import below, everything, mentioned

_ROOTS = {"params": "params", "initial": "initial", "final": "final", "answer": "answer"}


def formulas_of(exprs: Iterable[tree.Expr], stages: Stages) -> list[Formula]:
    """All formulas that expressions read, also through lets and other formulas, each once."""
    exprs = list(exprs)
    names = mentioned(exprs, stages.lets)
    roots = [*(stages.lets[name].value for name in names), *exprs]
    found: dict[Key, Formula] = {}
    for expr in roots:
        for part in everything(expr):
            if isinstance(part, tree.Formula | tree.TraceValue):
                found.setdefault(key_of(part), part)
    return list(found.values())


class Strata:
    """In which pass over the calls a formula is decided: after those that its patterns read."""

    def __init__(self, formulas: list[Formula], stages: Stages) -> None:
        self.stages = stages
        self._levels: dict[Key, int] = {}
        self.passes: list[list[Formula]] = []
        for formula in formulas:
            level = self.level(formula)
            while len(self.passes) <= level:
                self.passes.append([])
            self.passes[level].append(formula)

    def level(self, formula: Formula) -> int:
        """The number of the pass, from 0."""
        key = key_of(formula)
        if key not in self._levels:
            inner = formulas_of(below(formula), self.stages)
            self._levels[key] = max((self.level(each) + 1 for each in inner), default=0)
        return self._levels[key]


class EpisodeFunction(SetupFunction):
    """A function of `e`, the episode, and of what passes over its calls have found."""

    def __init__(self, pool: Pool, stages: Stages) -> None:
        super().__init__(pool, stages, "setup")
        self.fields: dict[str, None] = {}
        self.watches: list[Watch] = []
        self.in_loop = False
        self.reserve("calls", "index", "value", "cap", "held", "state")
        self.reserve(*FIELDS, *_ROOTS.values())

    # ---- what names stand for ----

    def root(self, expr: tree.RootRef) -> ast.expr:
        """Fields of the episode are locals."""
        if expr.name == "expect":
            raise ValueError("`expect` is a constant and not to be read as a whole")
        self.fields[_ROOTS[expr.name]] = None
        return nodes.name(_ROOTS[expr.name])

    def formula(self, expr: Formula) -> ast.expr:
        """What the passes have found."""
        result = None
        for watch in self.watches:
            result = watch.results.get(key_of(expr), result)
        if result is None:
            raise ValueError(f"a {expr.kind} formula is read before it is decided")
        return result()

    def this_call(self, field: str) -> ast.expr:
        """Fields of the call are locals; the loop decides which of them are worth it."""
        if field not in ("ok", "error"):
            return nodes.name(field)
        ok = nodes.compare(nodes.name("kind"), "==", nodes.const("ok"))
        if field == "ok":
            return ok
        return nodes.choose(ok, nodes.const(None), nodes.name("response"))

    def index_of(self, call: ast.expr) -> ast.expr:
        """The position of a call among the calls."""
        return nodes.method(nodes.name("calls"), "index", call)

    def ready(self, expr: tree.Expr) -> ast.expr | None:
        """What is known at reset is computed there."""
        early = self.stages.movable(expr, cheap=self.in_loop)
        if early and self.stages.of(expr) != "episode":
            name = self.stages.lift(expr, self.stages.setup)
            self.used[name] = None
            return nodes.name(name)
        return super().ready(expr)

    def note(self, text: str, span: Span) -> None:
        """A string for the reader of the module; Python leaves it out."""
        self.put(nodes.expr(nodes.const(text)), span)

    # ---- passes over the calls ----

    def watch(self, formulas: list[Formula]) -> Watch:
        """The next pass's slots and updates."""
        watch = Watch(sum(len(earlier.slots) for earlier in self.watches))
        watch.expect_counts(formulas)
        for formula in formulas:
            watch.add(formula)
        self.watches.append(watch)
        return watch

    def passes(self, strata: Strata, span: Span) -> None:
        """All passes over a whole episode."""
        for formulas in strata.passes:
            self.ensure(child for formula in formulas for child in below(formula))
            watch = self.watch(formulas)
            if not watch.updates:
                continue
            for slot, initial in watch.slots.items():
                self.put(nodes.assign(slot, initial), span)
            body = self.loop_body(watch, span)
            if _reads(body, "index"):
                self.put(nodes.assign("index", nodes.const(0)), span)
                body.append(self.placed(nodes.add_to("index", nodes.const(1)), span))
            self.put(nodes.for_("c", nodes.name("calls"), body), span)

    def loop_body(self, watch: Watch, span: Span) -> list[ast.stmt]:
        """The statements for one call, without any slot made or index counted."""
        self.in_loop = True
        outer, self.block = self.block, []
        body = each_call(self, watch, span)
        self.block, self.in_loop = outer, False
        return body

    # ---- the function ----

    def preamble(self) -> list[ast.stmt]:
        """Locals for what is read of the episode."""
        found: list[ast.stmt] = []
        if _reads(self.block, "calls"):
            found.append(nodes.assign("calls", nodes.attr(nodes.name("e"), "calls")))
        for field in self.fields:
            found.append(nodes.assign(field, nodes.attr(nodes.name("e"), field)))
        found += self.header(nodes.attr(nodes.name("e"), "setup"))
        found += self.waiting()
        return found


def _reads(body: Iterable[ast.stmt], name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name
        for statement in body
        for node in ast.walk(statement)
    )
