"""Plans spoiled on purpose, by operators that know nothing of any scenario.

The embedded model is warm-started on what these make of the oracle's plans, so that it can already
talk to the tools but has bad habits: those that prompted models are reported to have (dropped
fields, invented tools, early stops) and those that a nested API invites.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from rewardlang.training.plans import Demonstration, Plan, Solved, perform
from rewardlang_runtime import Environment, Rng, Scenario

Json = Any
Path = tuple[str | int, ...]
Calls = list[tuple[str, Json]]


class Known(NamedTuple):
    """What operators may use besides the plan.

    Attributes:
        writes: Operations that change the world.
        invented: Names of tools that do not exist.
        values: Strings that solved plans have at (operation, path), where there are several.
        answers: Different answers of solved plans.
        variants: By steady habit, which way of making its choices it keeps to.
    """

    writes: frozenset[str]
    invented: tuple[str, ...]
    values: dict[tuple[str, Path], tuple[str, ...]]
    answers: tuple[str, ...]
    variants: dict[str, int]


class Draft(NamedTuple):
    """A plan being spoiled: `calls` is changed in place, `answer` is a list of one."""

    solved: Solved
    calls: Calls
    answer: list[str]


Operator = Callable[[Draft, Known, Rng], None]


def leaves(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Every scalar in `value` with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


def replace_at(value: Json, path: Path, new: Json) -> None:
    """Put `new` at a path of at least one step."""
    for step in path[:-1]:
        value = value[step]
    value[path[-1]] = new


def siblings(value: Json, wanted: str) -> Iterator[str]:
    """Other strings of objects in `value` that have `wanted` as a field."""
    if isinstance(value, dict):
        if wanted in [v for v in value.values() if isinstance(v, str)]:
            for item in value.values():
                if isinstance(item, str) and item != wanted and 0 < len(item) <= 60:
                    yield item
        for item in value.values():
            yield from siblings(item, wanted)
    elif isinstance(value, list):
        for item in value:
            yield from siblings(item, wanted)


def looked_up(draft: Draft) -> list[tuple[int, Path, str, list[str]]]:
    """Arguments that an earlier response holds: call, path, value, and the value's neighbours."""
    found = []
    clean = draft.solved.plan.calls
    for position, (op, arguments) in enumerate(draft.calls):
        origin = next((i for i, call in enumerate(clean) if call == (op, arguments)), None)
        for path, value in leaves(arguments):
            if not isinstance(value, str) or origin is None:
                continue
            near = [s for r in draft.solved.responses[:origin] for s in siblings(r, value)]
            if near:
                found.append((position, path, value, near))
    return found


def skip_lookup(draft: Draft, known: Known, rng: Rng) -> None:
    """Leave out a read, or make it one call too late."""
    reads = [i for i, (op, _) in enumerate(draft.calls[:-1]) if op not in known.writes]
    if not reads:
        return
    position = rng.choice(reads)
    call = draft.calls.pop(position)
    if rng.random() < 0.2:
        draft.calls.insert(position + 1, call)


def key_for_id(draft: Draft, known: Known, rng: Rng) -> None:
    """Use a name or key where the id beside it was wanted, if possible one the prompt says."""
    places = looked_up(draft)
    if places:
        position, path, _, near = rng.choice(places)
        said = [s for s in near if s in draft.solved.prompt]
        replace_at(draft.calls[position][1], path, rng.choice(said or near))


def wrong_id(draft: Draft, known: Known, rng: Rng) -> None:
    """Use an id that is right in another task."""
    places = [
        (position, path, others)
        for position, path, value, _ in looked_up(draft)
        if (others := known.values.get((draft.calls[position][0], path)))
    ]
    if places:
        position, path, others = rng.choice(places)
        replace_at(draft.calls[position][1], path, rng.choice(others))


def flatten(draft: Draft, known: Known, rng: Rng) -> None:
    """Drop a field of a nested object, or pass the object's text instead of the object."""
    nested = [
        (arguments, name, value)
        for _, arguments in draft.calls
        for name, value in arguments.items()
        if isinstance(value, dict) and value
    ]
    if not nested:
        return
    arguments, name, value = rng.choice(nested)
    texts = [leaf for _, leaf in leaves(value) if isinstance(leaf, str)]
    if texts and rng.random() < 0.25:
        arguments[name] = max(texts, key=len)
    else:
        value.pop(rng.choice(list(value)))


def drop_field(draft: Draft, known: Known, rng: Rng) -> None:
    """Leave out an argument."""
    filled = [arguments for _, arguments in draft.calls if arguments]
    if filled:
        arguments = rng.choice(filled)
        arguments.pop(rng.choice(list(arguments)))


def invent_tool(draft: Draft, known: Known, rng: Rng) -> None:
    """Call a tool that does not exist."""
    if draft.calls and known.invented:
        position = rng.below(len(draft.calls))
        draft.calls[position] = (rng.choice(known.invented), draft.calls[position][1])


def repeat_call(draft: Draft, known: Known, rng: Rng) -> None:
    """Make a call twice."""
    if draft.calls:
        position = rng.below(len(draft.calls))
        draft.calls.insert(position, copy.deepcopy(draft.calls[position]))


def stop_early(draft: Draft, known: Known, rng: Rng) -> None:
    """Stop before the last call, and say nothing."""
    if draft.calls:
        del draft.calls[max(1, rng.below(len(draft.calls))) :]
        draft.answer[0] = ""


def wrong_answer(draft: Draft, known: Known, rng: Rng) -> None:
    """Answer another task, or break off in the middle."""
    said = draft.answer[0]
    if not said:
        return
    words = said.split(" ")
    others = [a for a in known.answers if a != said]
    if others and rng.random() < 0.5:
        draft.answer[0] = rng.choice(others)
    else:
        draft.answer[0] = " ".join(words[: len(words) // 2])


class Habit(NamedTuple):
    """An operator and how often it is applied.

    A steady one makes the same choices in every plan of a run, so that the commonest behaviour is
    wrong and greedy decoding is, too; the others are slips, different each time.
    """

    operator: Operator
    probability: float
    steady: bool


HABITS = (
    Habit(key_for_id, 0.60, True),
    Habit(flatten, 0.90, True),
    Habit(skip_lookup, 0.90, True),
    Habit(wrong_answer, 0.80, True),
    Habit(wrong_id, 0.12, False),
    Habit(drop_field, 0.12, False),
    Habit(invent_tool, 0.15, False),
    Habit(repeat_call, 0.10, False),
    Habit(stop_early, 0.20, False),
)
"""How often each happens at strength 1; they are applied in this order."""
MOST = 0.75
"""No habit happens more often than this: what is never seen done right cannot be found again."""
VARIANTS = 8
"""Ways of making a steady habit's choices that are tried."""
COSTLY = 0.1
"""Reward that a steady habit should cost, for GRPO to have something to learn from it."""


def learn(env: Environment, solved: Sequence[Solved], seed: int) -> Known:
    """Collect from solved tasks what operators need, and settle what steady habits do."""
    scenario = env.scenario
    values: dict[tuple[str, Path], dict[str, None]] = {}
    for one in solved:
        for op, arguments in one.plan.calls:
            for path, value in leaves(arguments):
                if isinstance(value, str):
                    values.setdefault((op, path), {})[value] = None
    known = Known(
        writes=frozenset(
            env.name_of(name) for name, op in scenario.operations.items() if op.writes
        ),
        invented=invented_names(scenario),
        values={place: tuple(found) for place, found in values.items() if len(found) > 1},
        answers=tuple(dict.fromkeys(s.plan.answer for s in solved if s.plan.answer)),
        variants={},
    )
    for habit in HABITS:
        if habit.steady:
            known.variants[name_of(habit)] = settle(env, solved[:TRIED], known, habit, seed)
    return known


TRIED = 12
"""Tasks on which a variant of a steady habit is tried."""


def name_of(habit: Habit) -> str:
    """The habit's name."""
    return habit.operator.__name__


def settle(
    env: Environment, solved: Sequence[Solved], known: Known, habit: Habit, seed: int
) -> int:
    """The first variant of a steady habit, counted from `seed`, that costs enough.

    An API forgives some mistakes; a habit of those would teach nothing. When none costs enough it
    is the costliest.
    """
    costs = []
    for variant in range(seed * VARIANTS, (seed + 1) * VARIANTS):
        lost = 0.0
        for one in solved:
            draft = draft_of(one)
            habit.operator(draft, known, Rng("habit", name_of(habit), variant))
            lost += one.reward - perform(env, one.task, plan_of(draft)).reward
        costs.append((lost / max(1, len(solved)), variant))
        if costs[-1][0] >= COSTLY:
            return variant
    return max(costs)[1]


def draft_of(solved: Solved) -> Draft:
    """A draft that can be changed without changing the plan."""
    return Draft(solved, copy.deepcopy(list(solved.plan.calls)), [solved.plan.answer])


def plan_of(draft: Draft) -> Plan:
    """The plan that a draft has become."""
    return Plan(tuple(draft.calls), draft.answer[0])


VERBS = ("find", "submit", "fetch", "publish")


def invented_names(scenario: Scenario) -> tuple[str, ...]:
    """Up to three names that sound like tools of the scenario and are not."""
    words = [re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name) for name in scenario.tools]
    nouns = dict.fromkeys("".join(parts[1:]) for parts in words if len(parts) > 1)
    names = [verb + noun for verb, noun in zip(VERBS, nouns, strict=False)]
    taken = (*scenario.operations, *dict(scenario.names).values())
    return tuple([name for name in names if name not in taken][:3])


def spoil(solved: Solved, known: Known, strength: float, rng: Rng) -> Plan:
    """The plan of `solved`, spoiled.

    Args:
        solved: The task and the oracle's plan.
        known: What operators may use.
        strength: Factor of the habits' probabilities.
        rng: Decides what happens to this plan.
    """
    draft = draft_of(solved)
    for habit in HABITS:
        if rng.random() < min(MOST, habit.probability * strength):
            steady = Rng("habit", name_of(habit), known.variants.get(name_of(habit), 0))
            habit.operator(draft, known, steady if habit.steady else rng)
    return plan_of(draft)


def spoiled(
    env: Environment, solved: Sequence[Solved], known: Known, strength: float, rng: Rng
) -> list[Demonstration]:
    """A spoiled demonstration of each solved task."""
    return [perform(env, one.task, spoil(one, known, strength, rng)) for one in solved]


def calibrate(env: Environment, solved: Sequence[Solved], known: Known, target: float) -> float:
    """The strength in [0, 2] at which spoiled plans earn `target` on average, or nearest to it.

    Rewards differ in how much they forgive; this makes the starting points of scenarios alike.
    """
    low, high = 0.0, 2.0
    for _ in range(7):
        middle = (low + high) / 2
        tried = spoiled(env, solved, known, middle, Rng("calibrate"))
        mean = sum(d.reward for d in tried) / len(tried)
        low, high = (middle, high) if mean > target else (low, middle)
    return (low + high) / 2
