"""Regular expressions on which an engine that tries one way after another can take for ever."""

from __future__ import annotations

from dataclasses import dataclass, field

from rewardlang.graphs import components
from rewardlang.syntax.regex import Anchor, Chain, Chars, Choice, Regex, Repeat, parse, shortest

_MOST_PLACES = 60
"""Characters of a pattern, repeats written out; larger ones are not looked at."""

_MOST_STEPS = 50_000
"""Pairs of followers that are looked at; where there are more nothing is known."""


def why_slow(pattern: str) -> str | None:
    """What makes `pattern` slow in an engine that backtracks; None when nothing is known to."""
    node = parse(pattern)
    if node is None:
        return None
    if _neighbours(node):
        return "repeats beside one another match the same characters"
    net = _Net()
    if not net.fill(node):
        return None
    return "a repeat inside a repeat matches the same text in many ways" if net.doubt() else None


# ---- two ways through a loop ----


@dataclass(slots=True)
class _Ends:
    """What a part of a pattern begins and ends with, by place, and whether it may be empty."""

    first: list[int]
    last: list[int]
    empty: bool


@dataclass(slots=True)
class _Net:
    """The places of a pattern's characters, and which may follow which (Glushkov's automaton)."""

    masks: list[int] = field(default_factory=list)
    after: list[dict[int, int]] = field(default_factory=list)
    """By place: the places that may come next, and in how many ways."""

    def fill(self, node: Regex) -> bool:
        """Whether `node` is small enough to be looked at."""
        return self._add(node) is not None

    def doubt(self) -> bool:
        """Whether a loop can be gone through by the same text in two ways.

        Two places are followed at once, by the same characters; when they start as one, part, and
        meet again, every turn of the loop doubles the ways.
        """
        for place, followers in enumerate(self.after):
            for other, ways in followers.items():
                if ways > 1 and self._reaches(other, place):
                    return True
        graph: dict[str, list[str]] = {}
        pending = [(p, p) for p in range(len(self.masks))]
        steps = 0
        while pending:
            pair = pending.pop()
            name = f"{pair[0]} {pair[1]}"
            if name in graph:
                continue
            graph[name] = []
            steps += len(self.after[pair[0]]) * len(self.after[pair[1]])
            if steps > _MOST_STEPS:
                return False
            for a in self.after[pair[0]]:
                for b in self.after[pair[1]]:
                    if self.masks[a] & self.masks[b]:
                        graph[name].append(f"{a} {b}")
                        pending.append((a, b))
        for component in components(graph):
            pairs = [name.split() for name in component]
            if len(pairs) > 1 and any(a == b for a, b in pairs) and any(a != b for a, b in pairs):
                return True
        return False

    def _reaches(self, start: int, goal: int) -> bool:
        seen: dict[int, bool] = {}
        pending = [start]
        while pending:
            place = pending.pop()
            if place == goal:
                return True
            if place not in seen:
                seen[place] = True
                pending.extend(self.after[place])
        return False

    def _link(self, sources: list[int], targets: list[int]) -> None:
        for source in sources:
            for target in targets:
                self.after[source][target] = self.after[source].get(target, 0) + 1

    def _add(self, node: Regex) -> _Ends | None:
        """Enter the places of `node`; None when there are too many."""
        match node:
            case Chars():
                if len(self.masks) >= _MOST_PLACES:
                    return None
                self.masks.append(node.mask)
                self.after.append({})
                place = len(self.masks) - 1
                return _Ends([place], [place], False)
            case Anchor():
                return _Ends([], [], True)
            case Chain():
                whole = _Ends([], [], True)
                for item in node.items:
                    found = self._add(item)
                    if found is None:
                        return None
                    whole = self._joined(whole, found)
                return whole
            case Choice():
                parts = [self._add(item) for item in node.items]
                whole = _Ends([], [], False)
                for part in parts:
                    if part is None:
                        return None
                    whole.first += part.first
                    whole.last += part.last
                    whole.empty = whole.empty or part.empty
                return whole
            case Repeat():
                return self._repeat(node)

    def _repeat(self, node: Repeat) -> _Ends | None:
        copies = max(node.least, 1) if node.most is None else node.most
        whole = _Ends([], [], True)
        for number in range(copies):
            found = self._add(node.item)
            if found is None:
                return None
            if node.most is None and number == copies - 1:
                self._link(found.last, found.first)
            found.empty = found.empty or number >= node.least
            whole = self._joined(whole, found)
        return whole

    def _joined(self, left: _Ends, right: _Ends) -> _Ends:
        self._link(left.last, right.first)
        return _Ends(
            left.first + right.first if left.empty else left.first,
            right.last + left.last if right.empty else right.last,
            left.empty and right.empty,
        )


# ---- neighbours ----


def _neighbours(node: Regex) -> bool:
    """Whether unbounded repeats of characters that overlap stand side by side, and the text after
    them can fail to match, so that every way to share the text between them is tried."""
    match node:
        case Chain():
            return _in_chain(node.items) or any(map(_neighbours, node.items))
        case Choice():
            return any(map(_neighbours, node.items))
        case Repeat():
            return _neighbours(node.item)
        case _:
            return False


def _in_chain(items: tuple[Regex, ...]) -> bool:
    before = 0
    found = False
    for item in items:
        if found and (shortest(item) > 0 or isinstance(item, Anchor)):
            return True
        mask = _endless(item)
        if mask:
            found = found or bool(before & mask)
            before |= mask
        elif shortest(item) > 0:
            before = 0
    return False


def _endless(node: Regex) -> int:
    """The characters that `node` repeats without bound; 0 when it is no such repeat."""
    if isinstance(node, Repeat) and node.most is None and isinstance(node.item, Chars):
        return node.item.mask
    return 0
