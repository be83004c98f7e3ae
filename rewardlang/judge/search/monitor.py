"""The state of online scoring as integers, and what a history must keep for rewards to follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from rewardlang import model, tree
from rewardlang.interpret import Context, Failure, context_of, evaluate
from rewardlang.judge.search.space import Space
from rewardlang.walk import below, everything, mentioned, patterns_of
from rewardlang_runtime import Call, Detail, Episode

_BITS = 16
_COUNT = (1 << _BITS) - 1

Rewards = tuple[float, ...]
"""One for each candidate answer."""


class Monitor:
    """What a reward has seen of a trace, interned.

    A state is (slots, history): what `step` keeps, and what rewards read of the calls themselves.
    Equal states with equal worlds earn the same now and after the same further calls.

    Attributes:
        answers: Candidate answers; rewards are given for each.
        exact: Whether histories are kept as their calls in order, so that few states are equal.
    """

    def __init__(
        self, scenario: model.Scenario, space: Space, episode: Episode, answers: Sequence[str]
    ) -> None:
        compiled = space.compiled
        self.space = space
        self.answers = tuple(answers)
        self.raws: dict[float, tuple[int, int, int]] = {}
        """Rewards without an answer, before they are rounded, with the first state of each."""
        self._compiled = compiled
        self._episode = episode
        self._total = sum(part.weight for part in scenario.parts)
        self._caps = [gate.otherwise for gate in scenario.gates]
        reads = _Reads(scenario)
        self.online = compiled.start is not None
        self.exact = reads.order or not self.online
        self._counts = int(reads.count or self.exact)
        self._indexed = reads.index
        self._classes = [] if self.exact else reads.distinct
        self._context = context_of(scenario, episode)
        start = compiled.start() if compiled.start is not None else []
        self._slots: list[list[Any]] = []
        self._slot_ids: dict[Any, int] = {}
        self._call_ids: dict[int, int] = {}
        self._class_bits: dict[tuple[int, bytes], int] = {}
        self._class_masks = [0] * len(self._classes)
        self._call_bits: dict[int, int] = {}
        self.slot_steps: list[dict[int, int]] = []
        self.history_steps: list[dict[int, int]] = []
        self.sums: list[int] = []
        """By history: what rewards read of it, so that those that read the same share one."""
        self._came: list[tuple[int, int]] = [(-1, -1)]
        self._keys: list[int] = [0]
        self._history_ids: dict[Any, int] = {0: 0}
        self._sum_ids: dict[Any, int] = {}
        self.history_steps.append({})
        self.sums.append(self._sum(0))
        self._slot_of(start, 0)
        self.known: dict[tuple[int, int, int], Rewards] = {}
        self.reads_world = compiled.reads_world

    # ---- one call further ----

    def step(self, slots: int, call: int, index: int) -> int:
        """The slots after a call; `index` is its position in the trace."""
        if not self.online:
            return 0
        state = [list(v) if type(v) is list else v for v in self._slots[slots]]
        step = self._compiled.step
        assert step is not None
        self._call_ids.setdefault(id(self.space.calls[call]), call)
        step(state, self.space.calls[call], index, self._episode)
        return self._slot_of(state, index + 1)

    def further(self, history: int, call: int) -> int:
        """The history after a call.

        A history's key has the number of calls in its low bits, and above them a bit for each value
        that `distinct` has seen.
        """
        if self.exact:
            return self._new_history(history, call, len(self._keys))
        bits = self._call_bits.get(call)
        if bits is None:
            bits = self._call_bits[call] = self._bits(call)
        key = (self._keys[history] + self._counts) | bits
        found = self._history_ids.get(key)
        if found is None:
            found = self._history_ids[key] = self._new_history(history, call, key)
        return found

    def _new_history(self, history: int, call: int, key: int) -> int:
        self._came.append((history, call))
        self._keys.append(key)
        self.history_steps.append({})
        self.sums.append(len(self.sums) if self.exact else self._sum(key))
        return len(self._keys) - 1

    def _sum(self, key: int) -> int:
        """What rewards read of a history: how many calls, and how many different values."""
        read: Any = key & _COUNT
        for mask in self._class_masks:
            read = (read, (key & mask).bit_count())
        return self._sum_ids.setdefault(read, len(self._sum_ids))

    def _bits(self, call: int) -> int:
        """The values of a call that `distinct` tells apart."""
        bits = 0
        for number, macro in enumerate(self._classes):
            inside = self._context.bind({macro.vars[-1]: self.space.calls[call]})
            try:
                value = _dumped(evaluate(macro.body, inside))
            except Failure:
                value = b""
            bit = 1 << (_BITS + len(self._class_bits))
            bit = self._class_bits.setdefault((number, value), bit)
            self._class_masks[number] |= bit
            bits |= bit
        return bits

    def history(self, number: int) -> list[Call]:
        """The calls of a history; of equal ones the first that was met."""
        found: list[Call] = []
        while number:
            number, call = self._came[number]
            found.append(self.space.calls[call])
        return found[::-1]

    def _slot_of(self, state: list[Any], count: int) -> int:
        key = (count if self._indexed else 0, *(self._plain(value) for value in state))
        found = self._slot_ids.get(key)
        if found is None:
            found = self._slot_ids[key] = len(self._slots)
            self._slots.append(state)
            self.slot_steps.append({})
        return found

    def _plain(self, value: Any) -> Any:
        if isinstance(value, Call):
            return ("call", self._call_ids[id(value)])
        if type(value) is list:
            return tuple(self._plain(item) for item in value)
        return (type(value), value) if type(value) is bool else value

    # ---- rewards ----

    def rewards(self, world: int, slots: int, history: int) -> Rewards:
        """What the trace earns with each candidate answer."""
        key = (world if self.reads_world else 0, slots, self.sums[history])
        found = self.known.get(key)
        if found is None:
            details = self.detail(world, slots, history)
            found = self.known[key] = tuple(detail.reward for detail in details)
            self.raws.setdefault(self._raw(details[0]), (world, slots, history))
        return found

    def _raw(self, detail: Detail) -> float:
        """A reward as it is before it is rounded."""
        value = 0.0
        for (_, weight), score in zip(self._compiled.parts, detail.parts, strict=True):
            value += weight * score
        value /= self._total or 1.0
        for factor in detail.penalties:
            value *= factor
        for cap, held in zip(self._caps, detail.gates, strict=True):
            value = value if held else min(value, cap)
        return value

    def detail(self, world: int, slots: int, history: int) -> list[Detail]:
        """The same with what rewards are made of."""
        episode, compiled = self._episode, self._compiled
        episode.calls = self.history(history)
        episode.final = self.space.loaded(world)
        found = []
        for answer in self.answers:
            episode.answer = answer
            if compiled.finish is None:
                found.append(compiled.detail(episode))
            else:
                found.append(compiled.finish(self._slots[slots], episode))
        return found


def _dumped(value: Any) -> bytes:
    return orjson.dumps(_whole(value), option=orjson.OPT_SORT_KEYS)


def _whole(value: Any) -> Any:
    """1.0 as 1: what is equal is written alike."""
    if type(value) is float and value.is_integer():
        return int(value)
    if type(value) is list:
        return [_whole(item) for item in value]
    if type(value) is dict:
        return {key: _whole(item) for key, item in value.items()}
    return value


class _Reads:
    """What rewards read of the list of calls itself, beside what formulas keep in slots.

    Attributes:
        count: How many there are.
        distinct: Maps over all calls of which the number of different values is read.
        order: Anything else, for which the whole list must be kept.
        index: Whether formulas keep positions.
    """

    def __init__(self, scenario: model.Scenario) -> None:
        self.count = self.order = self.index = False
        self.distinct: list[tree.Macro] = []
        self._lets = {let.name: let for let in scenario.lets}
        roots = list(rewarded(scenario))
        for name in mentioned(roots, self._lets):
            self._look(self._lets[name].value)
        for root in roots:
            self._look(root)

    def _look(self, expr: tree.Expr) -> None:
        match expr:
            case tree.Builtin(name="size", args=(tree.TraceValue(kind="calls") as calls,)) if _all(
                calls
            ):
                self.count = True
                return
            case tree.Builtin(
                name="size", args=(tree.Builtin(name="distinct", args=(tree.Macro() as macro,)),)
            ):
                if self._tells(macro):
                    self.count = True
                    self.distinct.append(macro)
                    return
            case tree.TraceValue(kind="count") if _all(expr) and expr.window is None:
                self.count = True
                return
            case tree.TraceValue(kind="calls") if _all(expr):
                self.order = True
            case tree.CallField(name="index", call=call):
                self.index = True
                self.order = self.order or call is not None
            case tree.Formula() if expr.within is not None:
                self.index = True
        if isinstance(expr, tree.Formula | tree.TraceValue):
            # A pattern of any call is counted by the length of the list.
            self.count = self.count or any(
                a.operation is None and a.condition is None
                for part in patterns_of(expr) for a in part.alternatives
            )  # fmt: skip
        for child in below(expr):
            self._look(child)

    def _tells(self, macro: tree.Macro) -> bool:
        """Whether a map over all calls reads nothing but what was sent and how it ended."""
        source = macro.source
        if macro.kind != "map" or not isinstance(source, tree.TraceValue) or not _all(source):
            return False
        if len(macro.vars) != 1 or source.kind != "calls":
            return False
        return all(
            isinstance(part, tree.Const | tree.MakeList | tree.MakeObject | tree.Local)
            or (
                isinstance(part, tree.CallField)
                and part.name in ("op", "args", "kind", "status", "ok")
            )
            for part in everything(macro.body)
        )


def _all(value: tree.TraceValue) -> bool:
    return any(a.operation is None and a.condition is None for a in value.match.alternatives)


def rewarded(scenario: model.Scenario) -> Iterator[tree.Expr]:
    """The expressions of gates, parts and penalties."""
    for gate in scenario.gates:
        yield gate.require
    for part in scenario.parts:
        yield from (expr for expr in (part.check, part.score) if expr is not None)
    for penalty in scenario.penalties:
        if penalty.when is not None:
            yield penalty.when
        yield penalty.factor


__all__ = ["Context", "Monitor", "Rewards", "rewarded"]
