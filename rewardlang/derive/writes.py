"""Tasks that ask for a change: of rows, or a request that is only accepted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from rewardlang.derive import draft, phrases, unasked
from rewardlang.derive.aliases import by_aliases
from rewardlang.derive.common import Field, literal, template
from rewardlang.derive.deed_reward import equal, reward
from rewardlang.derive.deeds import FRAME, Deed
from rewardlang.derive.draft import Test
from rewardlang.derive.effects import effects
from rewardlang.derive.removing import taking_out
from rewardlang.derive.request import Request, Slot
from rewardlang.derive.typed import read

_SYSTEM = (
    "You work with the tools of the API. Look up what you need, make the change once, change "
    "nothing else, then say that it is done."
)


def writes(field: Field, request: Request) -> draft.Scenario | None:
    """The task of an operation that changes something, or that only takes a request."""
    return scenario(planned(field, request))


def planned(field: Field, request: Request) -> Deed:
    """What is asked for in such a task; worked out once for each operation."""
    known: dict[str, Deed] = field.ground.memo.setdefault("deeds", {})
    name = request.operation.name
    if name not in known:
        request = taking_out(field.ground, request)
        request = replace(request, slots=settled(field, request))
        known[name] = Deed(field, request, list(effects(field, request)))
    return known[name]


def settled(field: Field, request: Request) -> tuple[Slot, ...]:
    """The slots, values left out with which nothing would change."""
    ground, kept = field.ground, []
    base = {s.name: s.values[0] for s in request.slots if not s.cased and s.parent is None}
    for slot in request.slots:
        if (
            not slot.cased
            and slot.parent is None
            and request.operation.effects
            and len(slot.values) > 1
        ):
            good = []
            for value in slot.values:
                chosen = {**base, **(request.cases[0] if request.cases else {}), slot.name: value}
                outcome = ground.call(
                    request.operation.name, request.filled(ground, chosen), request.actor
                )
                if outcome is not None and outcome.changes:
                    good.append(value)
            if not good:
                return request.slots
            slot = replace(slot, values=tuple(good))
        kept.append(slot)
    return tuple(kept)


def scenario(deed: Deed) -> draft.Scenario | None:
    """The scenario of a deed; None of one that nothing can be chosen for."""
    if not deed.slots:
        return None
    expect, params = drawn(deed)
    loose = [e.table for e in deed.effects if e.key is None and e.kind != "created"]
    names = [deed.operation.name, *dict.fromkeys(f.operation for f in deed.finders)]
    tools = deed.field.beside(names, (), loose)
    args = template(deed.request.args, deed.slots)
    steps: list[tuple[str, Any]] = [(finder.operation, {}) for finder in deed.finders]
    steps.append((deed.operation.name, args))
    answer = "It is done."
    api, world = deed.ground.api.name, deed.ground.world.name
    return draft.Scenario(
        f"{api}.{deed.operation.name}", phrases.title(deed.operation), api, world, tools, params,
        phrases.orders(deed), len(steps) + 4, steps, answer,
        reward(deed, tools, steps), list(_tests(deed, tools, names, steps, answer)), expect,
        list(assumed(deed)),
        system=_SYSTEM, actor=deed.request.actor, holdout=held_out(deed),
    )  # fmt: skip


def drawn(deed: Deed) -> tuple[dict[str, Any], dict[str, str]]:
    """What a task is drawn from, and its parameters."""
    if not deed.request.free or deed.drawn:
        return _cases(deed)
    expect = {f"{slot.name}_values": list(slot.values) for slot in deed.free}
    params = {slot.name: f"one_of(expect.{slot.name}_values)" for slot in deed.free}
    return expect, params


def _cases(deed: Deed) -> tuple[dict[str, Any], dict[str, str]]:
    """Rows that must go together are drawn one after the other, each among those that do."""
    expect: dict[str, Any] = {}
    params: dict[str, str] = {}
    rows = deed.request.cased
    expect["together"] = [
        {**case, **{result.name: result.values[n] for result in deed.drawn}}
        for n, case in enumerate(deed.request.cases)
    ]
    before = ""
    for name in [*(slot.name for slot in rows), *(result.name for result in deed.drawn)]:
        params[name] = f"one_of(expect.together{before}.map(t => t.{name}).distinct())"
        test = f"t.{name} == params.{name}"
        before = f".filter(t => {test})" if not before else before[:-1] + f" and {test})"
    for slot in deed.free:
        if slot not in rows:
            expect[f"{slot.name}_values"] = list(slot.values)
            params[slot.name] = f"one_of(expect.{slot.name}_values)"
    return expect, params


def assumed(deed: Deed) -> Iterator[str]:
    """What must not be so already, or there would be nothing to do."""
    for effect in deed.effects:
        if effect.kind != "updated" or effect.key is None:
            continue
        for path, want, style in effect.fields:
            row = deed.row("initial", effect.table, effect.key)
            found = read(row, path, deed.ground.api.types.expand)
            expand = deed.ground.api.types.expand
            if found is not None and style == "removed":
                yield equal(found, want, "member", expand)
                break
            if found is not None and (found.nullable or style != "gone"):
                yield f"not ({equal(found, want, style, expand)})"
                break
    for result in deed.results:
        effect = result.effect
        assert effect.key is not None, "only such have results"
        row = deed.row("initial", effect.table, effect.key)
        found = read(row, result.path, deed.ground.api.types.expand)
        if found is not None:
            yield f"{found.text} != {result.wanted}"


def held_out(deed: Deed) -> str:
    """Of two tasks, the one that is kept for evaluation; "" where there are more."""
    many = [slot for slot in deed.free if len(slot.values) > 1]
    if len(many) == 1 and len(many[0].values) == 2 and deed.request.free:
        return f"params.{many[0].name} == {literal(many[0].values[1])}"
    return ""


def _tests(
    deed: Deed, tools: Sequence[str], names: Sequence[str], steps: Sequence[Any], answer: str
) -> Iterator[Test]:
    yield Test("the oracle", 1)
    yield Test("nothing done", 0, ())
    yield Test("nothing done but claimed", 0, (), answer)
    if len(steps) > 1:
        yield Test("one read, then stop", {"max": 0.35}, steps[:1])
    name, args = steps[-1]
    dropped = _without_last(args)
    if dropped is not None:
        yield Test("an argument dropped", {"max": 0.9}, (*steps[:-1], (name, dropped)), answer)
    alike = by_aliases(args, deed.slots)
    if alike is not None:
        looks: list[tuple[str, Any]] = [(finder.operation, {}) for finder in deed.looked]
        yield Test("rows by other names", 1, (*looks, (name, alike)), answer)
    more = unasked.example(deed)
    if more is not None:
        calls = (*steps[:-1], (name, {**args, **more}))
        yield Test("more than was asked for", {"max": unasked.FACTOR}, calls, answer)
    other = deed.field.other_write(tools, names)
    if other is not None:
        case = deed.request.cases[0] if deed.request.cases else {}
        drawn = {name: value for name, value in case.items() if not deed.drawn}
        said = "something else changed on the way"
        yield Test(said, {"max": FRAME}, (*steps, other), answer, drawn)


def _without_last(args: Any) -> Any:
    if not isinstance(args, dict) or not args:
        return None
    *kept, _ = args
    return {name: args[name] for name in kept}
