"""The reward of a task that changes something: what was asked for, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil
from typing import Any

from rewardlang.derive import draft, unasked
from rewardlang.derive.common import REPEATS, Named, attempted, exactly, penalties, wanted
from rewardlang.derive.deeds import FRAME, Deed
from rewardlang.derive.draft import Reward
from rewardlang.derive.effects import Effect
from rewardlang.derive.needed import Needed
from rewardlang.derive.request import Slot
from rewardlang.derive.typed import Expand, Read, member, read
from rewardlang.types.relations import without_null
from rewardlang.types.types import Number, String

_PATHS = 8
"""Fields of a row that a gate names; of more the whole row may change."""


def reward(deed: Deed, tools: Sequence[str], steps: Sequence[Any]) -> Reward:
    """The lets, gates, parts and penalties of a deed.

    Args:
        tools: The operations that are offered.
        steps: The oracle's calls.
    """
    drafted = Reward()
    for slot in deed.slots:
        if deed.needs_row(slot):
            drafted.lets[slot.row] = deed.field.row_let(slot)
    made = [e for e in deed.effects if e.kind == "created"]
    for number, effect in enumerate(made):
        drafted.lets[_made(number)] = f"delta.{effect.table}.created.only()"
    drafted.lets["repeats"] = REPEATS
    frame = framed(deed, [_key_of(deed, e, n) for n, e in enumerate(made)], tools)
    if frame is not None:
        drafted.gates.append(frame)
    if not deed.effects:
        once = f"at_most 1 {deed.operation.name}{{ok}}"
        why = "One request was asked for; trying every value is no solution."
        drafted.gates.append(draft.gate("once", once, 0.3, why))
    drafted.parts += _parts(deed, made)
    count = len(steps)
    drafted.penalties += guessed(deed, aliases=True)
    if unasked.example(deed) is not None:
        drafted.penalties.append(unasked.penalty(deed))
    drafted.penalties += penalties(count + 1, count + 4, False)
    return drafted


def framed(deed: Deed, made: Sequence[str], tools: Sequence[str]) -> draft.Item | None:
    """The gate that only the rows and fields of the deed change; None where nothing else could.

    Args:
        made: The keys of the rows that are made, as expressions.
    """
    if not deed.effects:
        if any(deed.ground.operations[name].effects for name in tools):
            return draft.gate("nothing_else", "delta.is_empty()", FRAME)
        return None
    paths: list[str] = []
    keys = iter(made)
    for effect in deed.effects:
        if effect.kind == "created":
            paths.append(f"{effect.table}[{next(keys)}]")
        elif effect.key is None:
            paths.append(effect.table)
        elif effect.kind == "deleted" or len(effect.touched) > _PATHS or () in effect.touched:
            paths.append(f"{effect.table}[{effect.key}]")
        else:
            paths += [
                f"{effect.table}[{effect.key}]{''.join(map(member, path))}"
                for path in effect.touched
            ]
    if _alone(deed, tools):
        return None
    only = f"delta.changed_only({', '.join(dict.fromkeys(paths))})"
    return draft.gate("nothing_else", only, FRAME)


def _key_of(deed: Deed, effect: Effect, number: int) -> str:
    table = deed.ground.api.tables[effect.table]
    row = Read(_made(number), table.row.row, True)
    found = read(row, (table.key,), deed.ground.api.types.expand)
    return found.text if found else "null"


def _alone(deed: Deed, tools: Sequence[str]) -> bool:
    """Whether no tool can change anything but what is asked for, in the one row of its table."""
    ground, operation = deed.ground, deed.operation
    others = any(ground.operations[t].effects for t in tools if t != operation.name)
    alone = all(len(ground.rows[e.table]) == 1 and e.kind == "updated" for e in deed.effects)
    every = {parameter.name for parameter in operation.parameters}
    return not others and alone and every <= set(deed.request.args)


def attempts(deed: Deed, aliases: bool = False) -> Iterator[draft.Item]:
    """Parts for the look-ups, and for each argument of an attempt.

    Args:
        aliases: Whether rows may be meant by other names than their keys, where the API takes them.
    """
    for finder in deed.finders:
        slot = next(s for s in deed.free if deed.named.get(s.name, Named("")).finder is finder)
        if aliases and deed.direct(slot):
            continue
        yield draft.part(f"found_{slot.name}", 1.5, f"called {finder.operation}{{ok}}")
    sent = [slot for slot in deed.slots if slot.path != ("",)]
    weight = 1.5 if len(sent) < 2 else 1 if len(sent) < 5 else 0.5
    for slot in sent:
        want = "" if aliases else wanted(slot, deed.slots)
        right = attempted(slot, deed.slots, want=want)
        score = f"best({deed.operation.name}, c => 1 if {right} else 0)"
        yield draft.part(f"asked_{slot.name}", weight, score=score)


def _parts(deed: Deed, made: list[Effect]) -> Iterator[draft.Item]:
    towards = list(attempts(deed, aliases=True))
    yield from towards
    # What is there at the end weighs as much as all steps towards it.
    weight = max(4, ceil(sum(dict(part.fields)["weight"] for part in towards)))
    yield draft.part("done", weight, " and ".join(_done(deed, made)))


def _done(deed: Deed, made: list[Effect]) -> Iterator[str]:
    """Conditions that the task is done: the world is as it wants it, or such a call was made."""
    state, ok = list(_state(deed, made)), ["ok"]
    changed = [e for e in deed.effects if e.kind == "updated" and e.key is not None]
    if state:
        # Only a call that was accepted has made it so.
        ok = []
    elif changed:
        # The row does not say what was asked, only that something came of it.
        row = f"{changed[0].table}[{changed[0].key}]"
        state = [f"final.{row} != initial.{row}"]
    unseen = unshown(deed, state)
    if unseen or not state:
        name = deed.operation.name
        asked = [exactly(deed.ground, name, each.slot, deed.slots) for each in unseen]
        yield f"called {name}{{{', '.join([*ok, *asked])}}}"
    yield from state


def unshown(deed: Deed, state: Sequence[str]) -> list[Needed]:
    """The arguments of which the world shows nothing at the end."""
    said = " ".join(state)
    return [
        each
        for each in deed.needed
        if not (each.slot.tied and deed.results)
        and not any(
            re.search(rf"{re.escape(text)}(?!\w)", said) for text in _names(deed, each.slot)
        )
    ]


def _names(deed: Deed, slot: Slot) -> Iterator[str]:
    """What stands for an argument in a condition."""
    yield wanted(slot, deed.slots)
    yield slot.row
    if slot.parent is not None:
        main = next(each for each in deed.slots if each.name == slot.parent[0])
        if main.path == ("",):
            yield wanted(main, deed.slots)  # the row that all of them make up


def _state(deed: Deed, made: list[Effect]) -> Iterator[str]:
    """Conditions that the world is as the task wants it."""
    gone = [e for e in deed.effects if e.kind == "deleted" and e.key is not None]
    tables = [slot.table for slot in deed.slots if slot.table]
    # What goes along with a row needs no condition of its own.
    main = [e for e in gone if e.table in tables] or gone
    for effect in deed.effects:
        if effect.kind == "deleted":
            if effect in main[-1:]:
                yield f"final.{effect.table}[{effect.key}] is null"
            continue
        if effect.kind == "created":
            name = _made(made.index(effect))
            yield f"{name} is not null"
            row = Read(name, deed.ground.api.tables[effect.table].row.row, False)
        elif effect.key is not None:
            row = deed.row("final", effect.table, effect.key)
        else:
            continue
        yield from held(deed, effect, row)


def held(deed: Deed, effect: Effect, row: Read) -> Iterator[str]:
    """Conditions that a row holds what the task wants of it."""
    expand = deed.ground.api.types.expand
    for path, want, style in effect.fields:
        found = read(row, path, expand)
        if found is None:
            continue
        if style in ("added", "removed") and row.text.startswith("final."):
            before, now = _list(replace(found, text=f"initial{found.text[5:]}")), _list(found)
            more, less = (now, before) if style == "added" else (before, now)
            # Nothing else has come or gone.
            yield f"{more}.without({want}) == {less}"
        if style != "removed" or not row.text.startswith("final."):
            yield equal(found, want, style, expand)
    for result in deed.results:
        found = read(row, result.path, expand) if result.effect is effect else None
        if found is not None:
            yield f"{found.text} == {result.wanted}"


def guessed(deed: Deed, aliases: bool = False) -> Iterator[draft.Item]:
    """The penalty for a row that was not looked up."""
    finders = deed.looked if aliases else deed.finders
    if finders:
        looked = "|".join(f"{finder.operation}{{ok}}" for finder in finders)
        when = f"not every {deed.operation.name}{{ok}} preceded_by {looked}"
        yield draft.penalty("guessed", 0.8, when)


def _made(number: int) -> str:
    return "made" if number == 0 else f"made_{number + 1}"


def equal(found: Read, want: str, style: str, expand: Expand) -> str:
    """A field of a row compared with what the task wants."""
    kind = without_null(expand(found.type))
    if isinstance(kind, String) and kind.format and style in ("exact", "key"):
        style = "as_text"
    if style == "key" and isinstance(kind, Number):
        style = "as_text"  # a parameter that is a key is a text, whatever the field is
    if style == "text":
        said = f'{found.text} ?? ""' if found.nullable else found.text
        return f"fold({said}) == fold({want})"
    if style == "document":
        return f"fold(adf_text({found.text})) == fold({want})"
    if style == "gone":
        return f"{found.text} is null"
    if style == "as_text":
        return f"str({found.text}) == str({want})"
    listed = _list(found)
    if style in ("member", "added"):
        return f"{want} in {listed}"
    if style == "removed":
        return f"{want} not in {listed}"
    if style == "only":
        return f"{listed} == [{want}]"
    return f"{found.text} == {want}"


def _list(found: Read) -> str:
    """A list that may not be there, as one that may be empty."""
    return f"({found.text} ?? [])" if found.nullable else found.text
