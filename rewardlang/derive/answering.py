"""The scenario of a question: look it up, then answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rewardlang.derive import draft
from rewardlang.derive.aliases import by_aliases
from rewardlang.derive.common import (
    REPEATS,
    Field,
    Named,
    described,
    escaped,
    exactly,
    literal,
    penalties,
    template,
)
from rewardlang.derive.draft import Reward, Test
from rewardlang.derive.needed import Needed, needed
from rewardlang.derive.request import Request, Slot
from rewardlang.judge.leaves import put

_SYSTEM = (
    "You answer questions with the tools of the API. Look up what you need, change nothing, "
    "and answer in one sentence."
)
REPLY = "The answer is {value}."
_COPIED = "A JSON text copied into the answer says everything and answers nothing."


def scenario(
    field: Field,
    request: Request,
    slots: tuple[Slot, ...],
    named: Named | None,
    lets: dict[str, str],
    prompts: list[str],
    title: str,
    expect: dict[str, Any],
    params: dict[str, str],
    told: Sequence[str],
    facts: bool = False,
) -> draft.Scenario:
    """A scenario that asks for a value.

    Args:
        named: How the row is named; None of a task that is drawn from a table of facts.
        lets: What the reward reads, `value` among it.
        told: Texts that no other tool may tell.
        facts: Whether each task is a row of `expect.tasks`.
    """
    ground, operation = field.ground, request.operation
    finder = named.finder if named is not None else None
    tasks = _tasks(slots, expect, facts)
    checked = needed(ground, request, slots, tasks)
    conditions = [_matched(field, operation.name, each.slot, slots, facts) for each in checked]
    read = f"called {operation.name}{{{', '.join(['ok', *conditions])}}}"
    names = [operation.name] + ([finder.operation] if finder is not None else [])
    tables = [slot.table for slot in slots if slot.table is not None]
    tools = field.beside(names, tables, (), told)
    writes = [name for name in tools if ground.operations[name].effects]
    instead = "others" if "others" in lets else "[]"
    lets = {**lets, "read": read, "repeats": REPEATS}
    gates = []
    if writes:
        gates.append(draft.gate("read_only", "delta.is_empty()", 0.05))
    gates.append(
        draft.gate("grounded", "read", 0.05, "An answer without a look is a guess, however right.")
    )
    said = (
        "says(answer, value, instead_of=others)" if instead == "others" else "says(answer, value)"
    )
    direct = named is not None and any(
        slot.also and f"{slot.row}{slot.also}" in named.template for slot in slots
    )
    parts = []
    steps: list[tuple[str, Any]] = []
    if finder is not None:
        if not direct:
            parts.append(draft.part("found", 1, f"called {finder.operation}{{ok}}"))
        steps.append((finder.operation, {}))
    parts.append(draft.part("looked_up", 3, "read"))
    parts.append(
        draft.part("answered", 6, f'{said} and not answer.contains_text("\\":")', why=_COPIED)
    )
    args = template(request.args, slots)
    if facts:
        args = _prefixed(args)
    steps.append((operation.name, args))
    count = len(steps)
    reward = Reward(lets, gates, parts, penalties(count + 1, count + 4, True))
    tests = [
        Test("the oracle", 1),
        Test("nothing done", 0, ()),
        Test("answered without a look", {"max": 0.05}, (), REPLY),
        Test("one read, then stop", {"max": 0.4}, steps[-1:]),
    ]
    for each in checked:
        test = _with_another(request, each, slots, expect, facts)
        if test is not None:
            wrong, drawn = test
            name = f"the same with another {described(each.slot)}"
            calls = (*steps[:-1], (operation.name, wrong))
            tests.append(Test(name, {"max": 0.2}, calls, REPLY, drawn))
    alike = by_aliases(args, slots, facts)
    if alike is not None:
        looks = [] if direct else steps[:-1]
        tests.append(Test("rows by other names", 1, (*looks, (operation.name, alike)), REPLY))
    several = next((task for task in tasks if facts and task.get("besides")), None)
    if several is not None:
        name = "all that was told in one answer"
        answer = f"{{value}}, {several['besides'][0]}"
        tests.append(Test(name, {"max": 0.4}, steps, answer, {"task": several}))
    other = field.other_write(tools, names)
    if other is not None:
        first: dict[str, Any] = {s.name: s.values[0] for s in slots if s.parent is None}
        first = {"task": expect["tasks"][0]} if facts else first
        name = "something else changed on the way"
        tests.append(Test(name, {"max": 0.05}, (*steps, other), REPLY, first))
    held_out = ""
    if facts and len(expect["tasks"]) == 2:
        # Of two tasks one is kept; said, so that it is meant.
        one, other = expect["tasks"]
        name = next(name for name in ("ask", *one) if one[name] != other[name])
        held_out = f"params.task.{name} == {literal(other[name])}"
    elif not facts and len(slots[0].values) == 2:
        held_out = f"params.{slots[0].name} == {literal(slots[0].values[1])}"
    return draft.Scenario(
        f"{ground.api.name}.{operation.name}", title, ground.api.name, ground.world.name, tools,
        params, prompts, count + 4, steps, REPLY, reward, tests, expect, holdout=held_out,
        system=_SYSTEM, actor=request.actor,
    )  # fmt: skip


def many(name: str) -> str:
    """The name in `expect` of what a parameter is drawn from."""
    return f"asked_{name}"


def _tasks(
    slots: Sequence[Slot], expect: Mapping[str, Any], facts: bool
) -> list[Mapping[str, Any]]:
    """The chosen values of each task, by slot."""
    if facts:
        return list(expect["tasks"])
    (slot,) = slots
    return [{slot.name: value} for value in slot.values]


def _with_another(
    request: Request, each: Needed, slots: Sequence[Slot], expect: Mapping[str, Any], facts: bool
) -> tuple[Any, Mapping[str, Any]] | None:
    """Arguments that are wrong in one value, and the parameters with which they are accepted."""
    slot = each.slot
    if each.wrong is not None and each.task is not None and len(slots) > 1:
        return escaped(dict(each.wrong)), {"task": each.task} if facts else each.task
    known = {task[slot.name] for task in expect["tasks"]} if facts and not slot.parent else ()
    wrong = None if len(known) == 1 else _another(request, slot, slots, facts)
    return None if wrong is None else (wrong, {})


def _another(request: Request, slot: Slot, slots: Sequence[Slot], facts: bool) -> Any:
    """The arguments with another value of one slot; None where there is no other."""
    if (
        slot.parent is not None
        or len(slot.values) < 2
        or any(isinstance(s, int) for s in slot.path)
    ):
        return None
    if facts:
        other = f"expect.tasks.map(t => t.{slot.name}).without(fact.{slot.name}).first()!"
    else:
        other = f"expect.{many(slot.name)}.without({slot.name}).first()!"
    args = template(request.args, slots)
    args = _prefixed(args) if facts else args
    return put(args, slot.path, "{" + (f"to_int({other})!" if slot.number else other) + "}")


def _matched(field: Field, operation: str, slot: Slot, slots: Sequence[Slot], facts: bool) -> str:
    text = exactly(field.ground, operation, slot, slots)
    return text.replace(f"params.{slot.name}", f"fact.{slot.name}") if facts else text


def _prefixed(value: Any) -> Any:
    """Templates that read the drawn fact in place of parameters."""
    if isinstance(value, str):
        return re.sub(
            r"\{(to_int\(|(?!to_int\())(?!the_|initial\.)([a-z]\w*)", r"{\1fact.\2", value
        )
    if isinstance(value, dict):
        return {name: _prefixed(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_prefixed(inner) for inner in value]
    return value
