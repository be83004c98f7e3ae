"""One scenario under the eyes of the lints that reason: its logic, and what was reported so far.

A mistake is reported once, where it is made: what follows from a condition that was already
reported says nothing new. So these lints run in one order, and later ones look only at what is
still clear.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from rewardlang import tree
from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.lint.expressions import nodes
from rewardlang.lint.proofs import Logic
from rewardlang.model import Gate, Part, Scenario
from rewardlang.source import Span
from rewardlang.walk import everything

T = TypeVar("T")


@dataclass(slots=True)
class Reading:
    """A scenario, its logic, and the places that were reported.

    Attributes:
        blamed: Spans in which something was found to be wrong.
        every: Every node of the conditions and scores.
    """

    scenario: Scenario
    logic: Logic
    blamed: dict[Span, None] = field(default_factory=dict)
    every: tuple[tree.Expr, ...] = field(init=False)
    _lets: dict[str, tree.Expr] = field(init=False)
    _nodes: dict[int, tuple[tree.Expr, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lets = {let.name: let.value for let in self.scenario.lets}
        self.every = tuple(nodes(self.scenario))

    def blame(self, found: Diagnostic) -> Diagnostic:
        """Note a finding, so that nothing else is said of its places."""
        for label in (found.label, *found.others):
            self.blamed.setdefault(label.span)
        return found

    def clear(self, *exprs: tree.Expr) -> bool:
        """Whether nothing was reported inside of conditions or the lets that they read."""
        if not self.blamed:
            return True
        spans = [node.span for expr in exprs for node in self.nodes(expr)]
        return not any(within(bad, span) for bad in self.blamed for span in spans)

    def nodes(self, expr: tree.Expr) -> tuple[tree.Expr, ...]:
        """Every node of a condition and of the lets that it reads."""
        if id(expr) not in self._nodes:
            found, seen = list(everything(expr)), set[str]()
            for node in found:
                if isinstance(node, tree.LetRef) and node.name not in seen:
                    seen.add(node.name)
                    found.extend(everything(self._lets[node.name]))
            self._nodes[id(expr)] = tuple(found)
        return self._nodes[id(expr)]

    def zero_gates(self) -> list[Gate]:
        """The gates without which nothing is paid."""
        return [gate for gate in self.scenario.gates if gate.otherwise <= 0]


def condition_of(part: Part) -> tree.Expr | None:
    """The condition under which a part is paid in full, when it is one."""
    if part.check is not None:
        return part.check
    match part.score:
        case tree.If(test=test, then=tree.Const(value=1), other=tree.Const(value=0)):
            return test
        case _:
            return None


def within(inner: Span, outer: Span) -> bool:
    """Whether a place lies inside of another."""
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end


def smallest(items: Sequence[T], together: Callable[[Sequence[T]], bool]) -> list[T]:
    """Of items that cannot be `together`, some of which each is needed for that; in order.

    The shortest beginning that cannot be together ends with one of them; with that one kept, the
    next is found the same way. A few questions for each, however many items there are.
    """
    kept: list[T] = []
    while not kept or together(kept):
        low, high = 0, len(items)
        while low < high:
            middle = (low + high) // 2
            if together([*items[:middle], *kept]):
                low = middle + 1
            else:
                high = middle
        if low == 0:
            break
        kept.insert(0, items[low - 1])
        items = items[: low - 1]
    return kept
