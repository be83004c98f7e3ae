"""Tasks that ask for something that a response tells, each drawn from a table of facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rewardlang.derive import draft, phrases
from rewardlang.derive.answering import REPLY, scenario
from rewardlang.derive.common import Field, Named, leaves
from rewardlang.derive.request import Request, Slot, value_of
from rewardlang.derive.told import Fact, beside, counts_up, told
from rewardlang_runtime.builtins.answers import says

_FACTS = 24


def of_facts(field: Field, request: Request) -> draft.Scenario | None:
    """The task that asks for one of several facts; None when the response tells nothing."""
    return asking_for(field, request, facts_of(field, request))


def asking_for(
    field: Field, request: Request, facts: Sequence[Fact], named: Named | None = None
) -> draft.Scenario | None:
    """The task that asks for one of some facts; None where none can be asked for.

    Args:
        named: How the rows are named, where a list must be read to find them.
    """
    slots = tuple(request.slots)
    facts = [fact for fact in facts if _tells(fact, facts)]
    facts = facts[:_FACTS]
    if not facts:
        return None
    table = [fact.row for fact in facts]
    if not any(fact.besides for fact in facts):
        table = [{n: v for n, v in row.items() if n != "besides"} for row in table]
    kinds = {
        name: list(dict.fromkeys(o for f in facts if counts_up(f) == up for o in beside(f, facts)))
        for name, up in (("others", False), ("numbers", True))
    }
    kinds = {name: others for name, others in kinds.items() if others}
    if len(kinds.get("others", ())) == 1:
        kinds["others"] += _column_of(field, kinds["others"][0])
    lets = {}
    for slot in slots:
        if slot.table is None or slot.parent is not None:
            continue
        if any(s.parent and s.parent[0] == slot.name for s in slots):
            lets[slot.row] = f"initial.{slot.table}[fact.{slot.name}]!"
    lets["fact"] = "params.task"
    lets["value"] = "fact.say"
    expect: dict[str, Any] = {"tasks": table}
    expect.update(kinds)
    if len(kinds) == 2:
        number = 'value matches r"^[0-9]+$"'
        lets["others"] = f"(expect.numbers if {number} else expect.others).without(value)"
    elif kinds:
        lets["others"] = f"expect.{next(iter(kinds))}.without(value)"
    if "besides" in table[0]:
        others = lets.get("others")
        lets["others"] = f"{others}.union(fact.besides)" if others else "fact.besides"
    prompts = phrases.questions(phrases.Asking("{fact.question}", "{fact.ask}"))
    return scenario(
        field, request, slots, named, lets, prompts, phrases.title(request.operation), expect,
        {"task": "one_of(expect.tasks)"}, [fact.say for fact in facts if len(fact.say) > 3],
        facts=True,
    )  # fmt: skip


def _tells(fact: Fact, facts: Sequence[Fact]) -> bool:
    """Whether the answer states what is asked for, and the question does not."""
    others = [other for other in (*beside(fact, facts), *fact.besides) if other != fact.say]
    stated = says(REPLY.replace("{value}", fact.say), fact.say, others)
    return stated and not says(fact.asking.question, fact.say)


def _column_of(field: Field, say: str) -> list[str]:
    """The other values of a column of the world that holds an answer."""
    for rows in field.ground.rows.values():
        columns: dict[tuple[str, ...], dict[str, None]] = {}
        for row in rows.values():
            for path, value in leaves(row):
                if isinstance(value, str):
                    columns.setdefault(path, {})[value] = None
        for values in columns.values():
            if len(values) > 1 and any(value.lower() == say.lower() for value in values):
                return [value for value in values if value.lower() != say.lower()][:30]
    return []


def facts_of(
    field: Field, request: Request, named: Mapping[tuple[str, str], str] | None = None
) -> list[Fact]:
    """What the responses to a request tell, one fact of each case after the other.

    Args:
        named: What rows are called, by slot and key; those without are called by name or key.
    """
    ground = field.ground
    by_case: list[list[Fact]] = []
    values = {
        slot.name: slot.values for slot in request.slots if not slot.cased and slot.parent is None
    }
    cases = list(request.cases) or [{}]
    most = max((len(pool) for pool in values.values()), default=0)
    while len(cases) < min(most, 6):
        cases.append(cases[len(cases) % len(request.cases or [{}])])
    for number, case in enumerate(cases):
        chosen = {**{name: pool[number % len(pool)] for name, pool in values.items()}, **case}
        outcome = ground.call(request.operation.name, request.filled(ground, chosen), request.actor)
        if outcome is None:
            continue
        shown = {slot.name: chosen[slot.name] for slot in request.slots if slot.parent is None}
        by_case.append(
            list(told(outcome.response, shown, _about(field, request, chosen, named or {})))
        )
    found: list[Fact] = []
    for turn in range(_FACTS):
        for number, facts in enumerate(by_case):
            if facts and turn < len(facts):
                found.append(facts[(turn + number) % len(facts)])
    return list({(f.asking.ask, repr(f.case)): f for f in found}.values())


def _about(
    field: Field,
    request: Request,
    chosen: Mapping[str, Any],
    named: Mapping[tuple[str, str], str],
) -> str:
    """What a response is about, in words with the values that were chosen."""

    def shown(slot: Slot) -> str:
        if (slot.name, chosen.get(slot.name)) in named:
            return named[slot.name, chosen[slot.name]]
        text = str(value_of(field.ground, slot, request.slots, chosen))
        return f'"{text}"' if " " in text else text

    return phrases.subject(request, shown)
