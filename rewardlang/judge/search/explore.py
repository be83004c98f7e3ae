"""The search itself: layer by layer, the most promising states first, within a count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rewardlang.frozen import frozen
from rewardlang.judge.budget import Budget
from rewardlang.judge.search.knowledge import Knowledge
from rewardlang.judge.search.monitor import Monitor
from rewardlang.judge.search.space import Action, Space

_STATES = 500_000
"""States of one task that are kept, so that memory holds however many expansions are allowed: they
take up to 360 MB, and two tasks are searched."""

_LOOK = 1000
"""States from one look at the clock to the next: some 30,000 expansions, a tenth of a second."""

TIME = "when the time was up"
"""Why a search was cut short by the clock; every other reason is a count."""

Node = tuple[int, int, int, int, int, int, int, float]
"""(world, slots, history, known, parent, action, call, reward): what holds, and how it came to be;
the reward is the highest over the answers that could be known."""

Extend = Callable[[str, str], list[Action]]
"""The calls that a new row, by table and key, makes possible."""


@frozen
class Limits:
    """`depth` calls at most, `expansions` actions applied, `runs` operations run; a reward that is
    `enough` ends the search after its layer."""

    depth: int
    expansions: int
    runs: int
    enough: float | None = None


@dataclass(slots=True)
class Found:
    """What a search has seen.

    Attributes:
        own: How many of the actions, the first ones, are the oracle's.
        nodes: By number; 0 is the start. `trace` gives the calls to one.
        layers: By depth: the number of the first node that is so many calls away.
        first: By reward: the first node with it, which is the shallowest.
        full: How many layers were expanded to the last state.
        why: What cut the search short; "" when every state within the depth was expanded.
        moved: Whether an action from the start changed the reward.
    """

    actions: list[Action]
    space: Space
    monitor: Monitor
    knowledge: Knowledge
    own: int
    nodes: list[Node] = field(default_factory=list)
    layers: list[int] = field(default_factory=list)
    first: dict[float, int] = field(default_factory=dict)
    expansions: int = 0
    depth: int = 0
    full: int = 0
    why: str = ""
    moved: bool = False

    @property
    def complete(self) -> bool:
        """Whether every state within the depth was expanded."""
        return not self.why

    @property
    def best(self) -> int:
        """The shallowest node with the highest reward."""
        return self.first[max(self.first)]

    def path(self, number: int) -> list[Node]:
        """The nodes from the first call to a node."""
        found: list[Node] = []
        while number:
            found.append(self.nodes[number])
            number = self.nodes[number][4]
        return found[::-1]

    def trace(self, number: int) -> tuple[Action, ...]:
        """The calls that lead to a node."""
        return tuple(self.actions[node[5]] for node in self.path(number))

    def answer(self, number: int) -> str:
        """The answer with which a node earns its reward."""
        world, slots, history, known, *_, reward = self.nodes[number]
        given = zip(
            self.knowledge.answers,
            self.monitor.rewards(world, slots, history),
            self.monitor.answers,
            strict=True,
        )
        return next(text for need, r, text in given if r == reward and not need & ~known)


class Explorer:
    """One search, from the start of one task."""

    def __init__(
        self,
        actions: Sequence[Action],
        space: Space,
        monitor: Monitor,
        knowledge: Knowledge,
        extend: Extend,
        own: int,
    ) -> None:
        self.found = Found(list(actions), space, monitor, knowledge, own)
        self.extend = extend
        self._new_rows: dict[tuple[str, str], None] = {}
        for action in actions:
            knowledge.need(action)
        reward = knowledge.best(monitor.rewards(0, 0, 0), 0)
        self.found.nodes.append((0, 0, 0, 0, -1, -1, -1, reward))
        self.found.first[reward] = 0
        self._seen: set[tuple[int, int, int, int]] = {(0, 0, 0, 0)}

    def run(self, limits: Limits, budget: Budget) -> Found:
        """All states within the limits, or the most promising ones of them.

        Two traces lead to one state when the world, what scoring keeps and what is known are the
        same; the shorter one stays.
        """
        found = self.found
        layer = [0]
        for depth in range(limits.depth):
            if not layer or limits.enough in found.first:
                break
            found.depth = depth + 1
            found.layers.append(len(found.nodes))
            # Each layer gets an even share of what is left, so that deep ones are seen, too.
            share = (limits.expansions - found.expansions) // (limits.depth - depth)
            layer = self._expand(layer, depth, found.expansions + share, limits, budget)
        return found

    def _expand(
        self, layer: list[int], depth: int, limit: int, limits: Limits, budget: Budget
    ) -> list[int]:
        """Apply every action that can be known to the states of a layer; the new states."""
        found, seen = self.found, self._seen
        nodes, first, space = found.nodes, found.first, found.space
        monitor, knowledge = found.monitor, found.knowledge
        slot_steps, history_steps, sums = monitor.slot_steps, monitor.history_steps, monitor.sums
        transitions, reveals, rewards_of = space.transitions, knowledge.reveals, monitor.known
        reads_world = monitor.reads_world
        begin = len(nodes)
        expansions = found.expansions
        # The most promising first; equal ones as they were found.
        order = sorted(layer, key=lambda number: -nodes[number][7])
        late = False
        for count, number in enumerate(order):
            if count % _LOOK == 0:
                late = late or budget.spent
            world, slots, history, known, *_ = nodes[number]
            enabled = knowledge.enabled(known)
            cut = ""
            if expansions + len(enabled) > limit:
                cut = f"after {limits.expansions:,} expansions"
            elif space.runs > limits.runs:
                cut = f"after {limits.runs:,} runs of operations"
            elif len(nodes) > _STATES:
                cut = f"after {_STATES:,} states"
            elif late:
                cut = TIME
            if cut:
                found.why = found.why or cut
                break
            expansions += len(enabled)
            row, history_row = transitions[world], history_steps[history]
            slot_row = slot_steps[slots]
            for action in enabled:
                pair = row.get(action)
                if pair is None:
                    pair = row[action] = self._run(world, action)
                    # Looked at where an operation or a reward may have cost more than a count says.
                    late = late or budget.spent
                after, call = pair
                slots_after = slot_row.get(call)
                if slots_after is None:
                    slots_after = slot_row[call] = monitor.step(slots, call, depth)
                history_after = history_row.get(call)
                if history_after is None:
                    history_after = history_row[call] = monitor.further(history, call)
                known_after = known | reveals[call]
                key = (after, slots_after, history_after, known_after)
                if key in seen:
                    continue
                seen.add(key)
                rewards = rewards_of.get(
                    (after if reads_world else 0, slots_after, sums[history_after])
                )
                if rewards is None:
                    rewards = monitor.rewards(after, slots_after, history_after)
                    late = late or budget.spent
                reward = rewards[0] if len(rewards) == 1 else knowledge.best(rewards, known_after)
                if reward not in first:
                    first[reward] = len(nodes)
                nodes.append((*key, number, action, call, reward))
        else:
            found.full += found.full == depth
        found.expansions = expansions
        if not depth:
            found.moved = any(node[7] != nodes[0][7] for node in nodes[begin:])
        return list(range(begin, len(nodes)))

    def _run(self, world: int, action: int) -> tuple[int, int]:
        """What an action does in a world, for the first time."""
        found = self.found
        after, call = found.space.run(world, action, found.actions[action])
        for table, key in found.space.made[after]:
            if (table, key) not in self._new_rows:
                self._new_rows[table, key] = None
                for more in self.extend(table, key):
                    found.actions.append(more)
                    found.knowledge.need(more)
        found.knowledge.listen(found.space)
        return after, call
