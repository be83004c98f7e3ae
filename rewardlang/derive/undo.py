"""Tasks that ask for a change and then to take it back, so that all is as it was."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from rewardlang.derive import draft, returning
from rewardlang.derive.common import (
    REPEATS,
    Field,
    attempted,
    exactly,
    penalties,
    template,
)
from rewardlang.derive.deed_reward import attempts, framed, guessed, held, unshown
from rewardlang.derive.deeds import FRAME, Deed
from rewardlang.derive.draft import Reward, Step, Test
from rewardlang.derive.effects import Effect, effects
from rewardlang.derive.lists import listings
from rewardlang.derive.request import Request
from rewardlang.derive.typed import Read, member, read
from rewardlang.derive.undoing import (
    MADE,
    WAS,
    Back,
    Look,
    Source,
    key_answered,
    key_asked,
    looked_up,
    main_effect,
    row_name,
    taking_back,
)
from rewardlang.derive.writes import assumed, drawn, held_out, planned
from rewardlang.frozen import frozen
from rewardlang.judge.leaves import put
from rewardlang.types.relations import without_null
from rewardlang.types.types import String

_SYSTEM = (
    "You work with the tools of the API. Do what is asked in the order in which it is asked, "
    "change nothing else, then say that it is done."
)
_ANSWER = "It is done."
_HALF = 0.5
"""What a policy earns at most that does not take back what it did."""
_BOUND = "made_first"
_TASKS = 3


@frozen
class _Plan:
    """A deed, what takes it back, and how both are told apart.

    Attributes:
        main: The effect that is taken back.
        made: Where the response tells the key of a row that is made; None of other deeds, and
            where the request says it, which then is the key of `main`.
        look: The look at what the row holds before it changes, where no other tells it.
    """

    deed: Deed
    back: Back
    main: Effect
    made: tuple[str, ...] | None = None
    look: Look | None = None


def undo(field: Field, request: Request) -> draft.Scenario | str:
    """The task of an operation and one that takes it back; else why there is none."""
    if not request.operation.effects:
        return "it changes nothing"
    plan = _planned(field, planned(field, request))
    return plan if isinstance(plan, str) else _scenario(field, plan)


def _planned(field: Field, deed: Deed) -> _Plan | str:
    main = main_effect(deed)
    if main is None or not deed.slots:
        return "it changes nothing"
    back = taking_back(field, deed)
    if back is None:
        return "no operation takes it back"
    narrowed = _narrowed(field, deed, back)
    if narrowed is None:
        return "it is taken back on too few rows"
    deed = narrowed
    main = main_effect(deed)
    assert main is not None, "fewer rows change the same"
    made = None
    if main.kind == "created":
        made = key_answered(field, deed, main)
        key = key_asked(field, deed, main) if made is None else None
        if made is None and key is None:
            return "its response does not tell what it made"
        main = replace(main, key=key)
    look = None
    if back.old and not _told(deed, back):
        look = looked_up(field, deed, main, back)
        if look is None:
            return "no operation tells what to go back to"
    return _Plan(deed, back, main, made, look)


def _narrowed(field: Field, deed: Deed, back: Back) -> Deed | None:
    """The deed on the rows on which it can be taken back; None where they are too few."""
    names = [slot.name for slot in deed.request.rows]
    good = [{name: case[name] for name in names} for case in back.cases]
    cases = tuple(case for case in deed.request.cases if not names or case in good)
    request = deed.request
    if len(cases) < len(request.cases):
        slots = tuple(
            replace(slot, values=tuple(dict.fromkeys(case[slot.name] for case in cases)))
            if slot.name in names
            else slot
            for slot in deed.slots
        )
        free = request.free and len(names) == 1
        request = replace(request, cases=cases, slots=slots, free=free)
    tasks = len(cases) if names else 1
    for slot in deed.free:
        tasks *= 1 if slot.name in names else len(slot.values)
    return None if tasks < _TASKS else Deed(field, request, list(effects(field, request)))


def _told(deed: Deed, back: Back) -> bool:
    """Whether the task or the look-ups for its rows tell what to go back to."""
    for source in back.old:
        named = any(source.text in each.template for each in deed.named.values())
        items = [
            item
            for finder in deed.finders
            for item in _items(listings(deed.ground)[finder.operation], finder.at)
        ]
        if not named and not (items and all(source.path[-1] in item for item in items)):
            return False
    return True


def _items(response: Any, path: Sequence[str]) -> list[dict[str, Any]]:
    for step in path:
        response = response[step]
    return list(response)


# ---- the scenario ----


def _scenario(field: Field, plan: _Plan) -> draft.Scenario:
    deed, back, ground = plan.deed, plan.back, field.ground
    expect, params = drawn(deed)
    looks = [finder.operation for finder in deed.finders]
    looks += [plan.look.name] if plan.look is not None else []
    names = list(dict.fromkeys([deed.operation.name, back.name, *looks]))
    tools = field.beside(names)
    steps = _steps(plan)
    api, world = ground.api.name, ground.world.name
    return draft.Scenario(
        f"{api}.{deed.operation.name}.undo", returning.title(deed), api, world, tools, params,
        returning.orders(deed, back.request, plan.main.kind == "created", bool(back.old)),
        len(steps) + 4, steps, _ANSWER, _reward(plan, tools, len(steps)),
        list(_tests(field, plan, tools, names, steps)), expect, list(_assumed(plan)),
        system=_SYSTEM, actor=deed.request.actor, holdout=held_out(deed),
    )  # fmt: skip


def _assumed(plan: _Plan) -> Iterator[str]:
    yield from assumed(plan.deed)
    if plan.main.kind == "created" and plan.main.key is not None:
        yield f"initial.{plan.main.table}[{plan.main.key}] is null"


def _steps(plan: _Plan) -> list[Step]:
    deed, back = plan.deed, plan.back
    steps: list[Step] = [(finder.operation, {}) for finder in deed.finders]
    if plan.look is not None:
        steps.append((plan.look.name, _filled(plan, plan.look)))
    args = template(deed.request.args, deed.slots)
    first: Step = (deed.operation.name, args)
    if plan.made is not None:
        first = (deed.operation.name, args, _BOUND)
    return [*steps, first, (back.name, _filled(plan, back))]


def _filled(plan: _Plan, call: Back | Look) -> Any:
    """The arguments of a call as the oracle writes them."""
    args = template(call.request.args, call.request.slots)
    for slot, source in call.sources:
        text = source.sent
        if source.kind == "made":
            text = _answered(plan, _BOUND)
            if _is_text(plan) == slot.number:
                text = f"to_int({text})!" if slot.number else f"str({text})"
        args = put(args, slot.path, f"{{{text}}}")
    return args


def _answered(plan: _Plan, root: str) -> str:
    """The key of what was made, read from a response."""
    found = _key_read(plan, root)
    return f"{found.text}!" if found.nullable else found.text


def _key_read(plan: _Plan, root: str) -> Read:
    assert plan.made is not None, "only of rows that are made"
    base = Read(root, plan.deed.operation.response_type, False)
    found = read(base, plan.made, plan.deed.ground.api.types.expand)
    assert found is not None, "it was found in responses"
    return found


def _is_text(plan: _Plan) -> bool:
    kind = without_null(plan.deed.ground.api.types.expand(_key_read(plan, _BOUND).type))
    return isinstance(kind, String)


# ---- the reward ----


def _reward(plan: _Plan, tools: Sequence[str], count: int) -> Reward:
    deed, back, main = plan.deed, plan.back, plan.main
    wanted = Reward()
    before = row_name(deed, main) if back.old else ""
    for slot in deed.slots:
        if slot.row == before or deed.needs_row(slot):
            wanted.lets[slot.row] = deed.field.row_let(slot)
    if before == WAS:
        wanted.lets[WAS] = f"initial.{main.table}[{main.key}]!"
    wanted.lets["done" if plan.made is None else MADE] = _done(plan)
    wanted.lets["repeats"] = REPEATS
    done, key = "done", main.key
    if plan.made is not None:
        done, key = f"{MADE} is not null", MADE if _is_text(plan) else f"str({MADE})"
    frame = framed(deed, [key or ""], tools)
    if frame is not None:
        wanted.gates.append(frame)
    empty = "delta.is_empty()"
    if back.stamps:
        row = f"{main.table}[{key}]"
        stamps = [row + "".join(map(member, path.split("."))) for path in back.stamps]
        empty = f"delta.changed_only({', '.join(stamps)})"
    wanted.parts += attempts(deed)
    if plan.look is not None:
        wanted.parts.append(draft.part("looked_up", 1, _looked(plan.look, deed)))
    wanted.parts.append(draft.part("done", 2, done))
    again = [attempted(s, back.request.slots, want=_want(plan, src)) for s, src in back.sources]
    if again:
        score = f"best({back.name}, c => 1 if {' and '.join([done, *again])} else 0)"
        wanted.parts.append(draft.part("asked_back", 1.5, score=score))
    half = math.ceil(sum(dict(item.fields)["weight"] for item in wanted.parts))
    why = "Only who does it and takes it back has done it all."
    wanted.parts.append(draft.part("taken_back", max(5, half), f"{done} and {empty}", why=why))
    wanted.penalties += guessed(deed)
    if plan.look is not None:
        when = f"not every {deed.operation.name}{{ok}} preceded_by {_pattern(plan.look, deed)}"
        wanted.penalties.append(draft.penalty("blind", 0.8, when))
    wanted.penalties += penalties(count + 1, count + 4, False)
    return wanted


def _done(plan: _Plan) -> str:
    """That the world was once as the first half of the task wants it; or what was made then."""
    deed, main = plan.deed, plan.main
    name = deed.operation.name
    if plan.made is None:
        assert main.key is not None, "only rows that are made have no key"
        row = deed.row("c.after", main.table, main.key)
        conditions = list(held(deed, main, row))
        if main.kind == "deleted":
            conditions = [f"{row.text} is null"]
        if main.kind == "created" and not conditions:
            conditions = [f"{row.text} is not null"]
        conditions = conditions or [_changed(deed, main)]
        return f"calls(any).any(c => {' and '.join(conditions)})"
    key = _key_read(plan, "response")
    said = key.text if _is_text(plan) else f"str({key.text})"
    state = list(held(deed, main, deed.row("after", main.table, said)))
    sent = [exactly(deed.ground, name, each.slot, deed.slots) for each in unshown(deed, state)]
    return f"first({name}{{{', '.join(['ok', *sent, *state])}}})?.{key.text}"


def _changed(deed: Deed, main: Effect) -> str:
    """That the row was another once: one of its fields where one tells, else all of it."""
    expand = deed.ground.api.types.expand
    assert main.key is not None, "only rows that are made have no key"
    for path, _ in main.results[:1]:
        now = read(deed.row("c.after", main.table, main.key), path, expand)
        was = read(deed.row("initial", main.table, main.key), path, expand)
        if now is not None and was is not None:
            return f"{now.text} != {was.text}"
    return f"c.after.{main.table}[{main.key}] != initial.{main.table}[{main.key}]"


def _want(plan: _Plan, source: Source) -> str:
    if source.kind == "made" and not _is_text(plan):
        return f"str({MADE})"
    return source.text


def _looked(look: Look, deed: Deed) -> str:
    return f"called {_pattern(look, deed)}"


def _pattern(look: Look, deed: Deed) -> str:
    conditions = [
        exactly(deed.ground, look.name, slot, look.request.slots, source.text)
        for slot, source in look.sources
    ]
    return f"{look.name}{{{', '.join(['ok', *conditions])}}}"


# ---- tests ----


def _tests(
    field: Field, plan: _Plan, tools: Sequence[str], names: Sequence[str], steps: Sequence[Step]
) -> Iterator[Test]:
    calls = [(step[0], step[1]) for step in steps]
    yield Test("the oracle", 1)
    yield Test("nothing done", 0, ())
    yield Test("nothing done but claimed", 0, (), _ANSWER)
    yield Test("done, but not taken back", {"max": _HALF}, calls[:-1], _ANSWER)
    if len(calls) > 2:
        yield Test("looked up, then stop", {"max": 0.35}, calls[:-2])
    if plan.made is None:
        first, second = calls[-2:]
        swapped = [*calls[:-2], second, first]
        yield Test("taken back before it is done", {"max": _HALF}, swapped, _ANSWER)
    if plan.look is not None:
        blind = [*calls[:-3], *calls[-2:]]
        yield Test("changed without a look at what it was", {"max": 0.9}, blind, _ANSWER)
    other = field.other_write(tools, names)
    if other is not None:
        first_task = dict(plan.back.cases[0]) if not plan.deed.drawn else {}
        said = "something else changed on the way"
        yield Test(said, {"max": FRAME}, (*calls[:-1], other), _ANSWER, first_task)
