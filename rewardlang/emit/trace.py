"""Trace formulas to slots and updates: one template each, for the loop and for single steps.

A slot is a local variable of the loop, or a place in the state of online scoring. An update says
what to do with the slots when a call matches; updates of one call are done in the order of their
phases, so that "earlier" and "later" are strict and openings and closings lie outside of windows:

    0  a window `before` ends, a window `between` closes
    1  calls count in their windows; questions about earlier calls are answered
    2  the call itself becomes an earlier one, windows open
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from rewardlang import tree
from rewardlang.emit import nodes
from rewardlang.emit.keys import Key, key_of
from rewardlang.frozen import frozen

Phase = tuple[int, int]
Result = Callable[[], ast.expr]
"""Makes the expression anew each time: a node stands in one place only."""
Formula = tree.Formula | tree.TraceValue


@frozen
class Update:
    """What a matching call does. `score` is lowered to the value that `statements` read."""

    match: tree.Match
    phase: Phase
    statements: Callable[[], list[ast.stmt]]
    slots: frozenset[str]
    score: tree.TraceValue | None = None


@dataclass
class Watch:
    """The slots and updates of all formulas of one pass over the calls.

    `results` has the value of each formula once the pass is over. `first` is the number of slots
    that earlier passes have.
    """

    first: int = 0
    slots: dict[str, ast.expr] = field(default_factory=dict)
    updates: list[Update] = field(default_factory=list)
    results: dict[Key, Result] = field(default_factory=dict)
    _shared: dict[Key, str] = field(default_factory=dict)
    _counted: set[Key] = field(default_factory=set)

    # ---- slots that formulas share ----

    def slot(self, base: str, initial: ast.expr, key: Key | None = None) -> tuple[str, bool]:
        """A slot's name, and whether it is new: formulas with the same key share one."""
        if key is not None and (base, *key) in self._shared:
            return self._shared[base, *key], False
        name = f"{base}_{self.first + len(self.slots) + 1}"
        self.slots[name] = initial
        if key is not None:
            self._shared[base, *key] = name
        return name, True

    def update(
        self,
        match: tree.Match,
        phase: Phase,
        statements: Callable[[], list[ast.stmt]],
        *slots: str,
    ) -> None:
        """When a call matches, do this."""
        self.updates.append(Update(match, phase, statements, frozenset(slots)))

    def set(self, match: tree.Match, phase: int, slot: str, value: Result) -> None:
        """When a call matches, set a slot."""
        self.update(match, (phase, 0), lambda: [nodes.assign(slot, value())], slot)

    def seen(self, match: tree.Match) -> Result:
        """Whether an earlier call matched; after the pass, whether any did."""
        if key_of(match) in self._counted:
            count = self.count(match, None)
            return lambda: nodes.compare(count(), ">", nodes.const(0))
        slot, new = self.slot("seen", nodes.const(False), key_of(match))
        if new:
            self.set(match, 2, slot, lambda: nodes.const(True))
        return lambda: nodes.name(slot)

    def count(self, match: tree.Match, window: tree.Window | None) -> Result:
        """How many calls matched in a window."""
        if window is None:
            if is_everything(match):
                return lambda: nodes.call(nodes.name("len"), nodes.name("calls"))
            slot, new = self.slot("count", nodes.const(0), key_of(match))
            if new:
                self.update(match, (2, 0), lambda: [_more(slot)], slot)
            return lambda: nodes.name(slot)
        slot, new = self.slot("count", nodes.const(0), (key_of(match), key_of(window)))
        if window.kind == "between":
            if new:
                self._between(match, window, slot)
            return lambda: nodes.name(slot)
        is_open = self._opened(window)
        if window.kind == "after":
            if new:
                self._count_if(match, slot, lambda: nodes.name(is_open), is_open)
            return lambda: nodes.name(slot)
        if new:
            self._count_if(match, slot, lambda: nodes.not_(nodes.name(is_open)), is_open)
        return lambda: nodes.choose(nodes.name(is_open), nodes.name(slot), nodes.const(0))

    def _opened(self, window: tree.Window) -> str:
        """The slot that is true from the first opening call on."""
        base = "ended" if window.kind == "before" else "open"
        slot, new = self.slot(base, nodes.const(False), key_of(window.opens))
        if new:
            phase = 0 if window.kind == "before" else 2
            self.set(window.opens, phase, slot, lambda: nodes.const(True))
        return slot

    def _count_if(self, match: tree.Match, slot: str, test: Result, window: str) -> None:
        self.update(match, (1, 0), lambda: [nodes.if_(test(), [_more(slot)])], slot, window)

    def _between(self, match: tree.Match, window: tree.Window, slot: str) -> None:
        """Calls of an open window count once it closes."""
        if window.closes is None:
            raise ValueError("a window `between` has an end")
        here, _ = self.slot("here", nodes.const(0))
        is_open, _ = self.slot("open", nodes.const(False))

        def close() -> list[ast.stmt]:
            kept: list[ast.stmt] = [
                nodes.add_to(slot, nodes.name(here)),
                nodes.assign(here, nodes.const(0)),
                nodes.assign(is_open, nodes.const(False)),
            ]
            return [nodes.if_(nodes.name(is_open), kept)]

        def one_more() -> list[ast.stmt]:
            return [nodes.if_(nodes.name(is_open), [_more(here)])]

        self.update(window.closes, (0, 0), close, slot, here, is_open)
        self.update(match, (1, 0), one_more, here, is_open)
        self.set(window.opens, 2, is_open, lambda: nodes.const(True))

    # ---- formulas ----

    def expect_counts(self, formulas: list[Formula]) -> None:
        """Note which patterns are counted anyway, so that "seen" needs no slot of its own."""
        for expr in formulas:
            counts = ("once", "exactly", "at_least", "at_most", "only", "count")
            if expr.kind in counts and expr.window is None:
                match = expr.matches[0] if isinstance(expr, tree.Formula) else expr.match
                if not is_everything(match):
                    self._counted.add(key_of(match))

    def add(self, expr: Formula) -> None:
        """Watch for a formula."""
        key = key_of(expr)
        if key not in self.results:
            watch = self._formula if isinstance(expr, tree.Formula) else self._value
            # For mypy: chosen by the kind of the formula.
            self.results[key] = watch(expr)  # type: ignore[arg-type]

    def _formula(self, expr: tree.Formula) -> Result:
        match expr.kind:
            case "called" | "never":
                return self._exists(expr)
            case "preceded_by":
                return self._preceded(expr)
            case "followed_by":
                return self._followed(expr)
            case "seq" if expr.within is not None:
                return self._near_chain(expr, expr.within)
            case "seq":
                return self._chain(expr)
        found = self.count(expr.matches[0], expr.window)
        if expr.kind == "only":
            return lambda: nodes.compare(
                found(), "==", nodes.call(nodes.name("len"), nodes.name("calls"))
            )
        operator = {"once": "==", "exactly": "==", "at_least": ">=", "at_most": "<="}[expr.kind]
        number = 1 if expr.kind == "once" else expr.count
        return lambda: nodes.compare(found(), operator, nodes.const(number))

    def _exists(self, expr: tree.Formula) -> Result:
        match, never = expr.matches[0], expr.kind == "never"
        if expr.window is not None or is_everything(match):
            found = self.count(match, expr.window)
            return lambda: nodes.compare(found(), "==" if never else ">", nodes.const(0))
        seen = self.seen(match)
        return lambda: nodes.not_(seen()) if never else seen()

    def _preceded(self, expr: tree.Formula) -> Result:
        match, earlier = expr.matches
        good, _ = self.slot("good", nodes.const(True))
        lonely: Result
        if expr.within is None:
            seen = self.seen(earlier)
            lonely = lambda: nodes.not_(seen())  # noqa: E731  # two of one form, side by side
        else:
            last, within = self._last_index(earlier, expr.within), expr.within
            # For ruff: two of one form, side by side.
            lonely = lambda: _distance(last, ">", within)  # noqa: E731
        reads = {node.id for node in ast.walk(lonely()) if isinstance(node, ast.Name)}

        def judge() -> list[ast.stmt]:
            return [nodes.if_(lonely(), [nodes.assign(good, nodes.const(False))])]

        self.update(match, (1, 0), judge, good, *reads)
        return lambda: nodes.name(good)

    def _last_index(self, match: tree.Match, within: int) -> str:
        """The position of the last match, so far back at first that nothing is near it."""
        last, new = self.slot("at", nodes.const(-1 - within), (key_of(match), within))
        if new:
            self.set(match, 2, last, lambda: nodes.name("index"))
        return last

    def _followed(self, expr: tree.Formula) -> Result:
        match, later = expr.matches
        if expr.within is None:
            waits, _ = self.slot("waits", nodes.const(False))
            self.set(later, 1, waits, lambda: nodes.const(False))
            self.set(match, 2, waits, lambda: nodes.const(True))
            return lambda: nodes.not_(nodes.name(waits))
        within = expr.within
        since, _ = self.slot("since", nodes.const(-1))
        good, _ = self.slot("good", nodes.const(True))

        def waiting(operator: str) -> ast.expr:
            return nodes.compare(nodes.name(since), operator, nodes.const(0))

        def answer() -> list[ast.stmt]:
            late = [nodes.assign(good, nodes.const(False))]
            reset = nodes.assign(since, nodes.const(-1))
            return [
                nodes.if_(waiting(">="), [nodes.if_(_distance(since, ">", within), late), reset])
            ]

        def wait() -> list[ast.stmt]:
            return [nodes.if_(waiting("<"), [nodes.assign(since, nodes.name("index"))])]

        self.update(later, (1, 0), answer, since, good)
        self.update(match, (2, 0), wait, since)
        return lambda: nodes.and_([nodes.name(good), waiting("<")])

    def _chain(self, expr: tree.Formula) -> Result:
        """How many steps have been made. Later ones first: one call is never two of them."""
        last = len(expr.matches)
        step, _ = self.slot("step", nodes.const(0))

        def advance(number: int) -> list[ast.stmt]:
            before = nodes.compare(nodes.name(step), "==", nodes.const(number - 1))
            return [nodes.if_(before, [nodes.assign(step, nodes.const(number))])]

        for number in range(last, 0, -1):
            statements = partial(advance, number)
            self.update(expr.matches[number - 1], (1, last - number), statements, step)
        return lambda: nodes.compare(nodes.name(step), "==", nodes.const(last))

    def _near_chain(self, expr: tree.Formula, within: int) -> Result:
        """For each number of steps, the last index at which a chain of so many ends.

        A later end is never worse, so the last is all that matters."""
        last = len(expr.matches)
        ends = [self.slot("end", nodes.const(-1 - within))[0] for _ in range(last - 1)]
        done, _ = self.slot("done", nodes.const(False))

        def reach(number: int) -> list[ast.stmt]:
            reached = (
                nodes.assign(done, nodes.const(True))
                if number == last
                else nodes.assign(ends[number - 1], nodes.name("index"))
            )
            if number == 1:
                return [reached]
            return [nodes.if_(_distance(ends[number - 2], "<=", within), [reached])]

        for number in range(last, 0, -1):
            slots = [
                done if number == last else ends[number - 1],
                *ends[max(0, number - 2) : number - 1],
            ]
            self.update(
                expr.matches[number - 1], (1, last - number), partial(reach, number), *slots
            )
        return lambda: nodes.name(done)

    # ---- values ----

    def _value(self, expr: tree.TraceValue) -> Result:
        match = expr.match
        if expr.kind == "count":
            return self.count(match, expr.window)
        if expr.window is not None:
            raise ValueError(f"`{expr.kind}` has no scope in the grammar")
        if expr.kind == "calls" and is_everything(match):
            return lambda: nodes.name("calls")
        if expr.kind == "best":
            best, _ = self.slot("best", nodes.const(0.0))
            self.updates.append(Update(match, (2, 0), list, frozenset({best}), expr))
            return lambda: nodes.name(best)
        initial = nodes.list_([]) if expr.kind == "calls" else nodes.const(None)
        slot, new = self.slot(expr.kind, initial, (key_of(match),))

        def keep() -> list[ast.stmt]:
            call = nodes.name("c")
            if expr.kind == "calls":
                return [nodes.expr(nodes.method(nodes.name(slot), "append", call))]
            if expr.kind == "last":
                return [nodes.assign(slot, call)]
            unset = nodes.compare(nodes.name(slot), "is", nodes.const(None))
            return [nodes.if_(unset, [nodes.assign(slot, call)])]

        if new:
            self.update(match, (2, 0), keep, slot)
        return lambda: nodes.name(slot)


def is_everything(match: tree.Match) -> bool:
    """Whether every call matches."""
    return any(a.operation is None and a.condition is None for a in match.alternatives)


def _more(slot: str) -> ast.stmt:
    return nodes.add_to(slot, nodes.const(1))


def _distance(slot: str, operator: str, within: int) -> ast.expr:
    """How many steps the call at `index` is after the one in a slot, against `within`."""
    distance = nodes.binary(nodes.name("index"), "-", nodes.name(slot))
    return nodes.compare(distance, operator, nodes.const(within))
