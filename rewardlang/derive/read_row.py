"""Tasks that ask for one field of one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rewardlang.derive import draft
from rewardlang.derive.answering import REPLY, many, scenario
from rewardlang.derive.common import Field, Named, described, leaves
from rewardlang.derive.lists import listings
from rewardlang.derive.phrases import asked_for, asking, questions
from rewardlang.derive.request import Request, Slot, label_of
from rewardlang.derive.told import NAMES, askable, sayable
from rewardlang.derive.typed import Read
from rewardlang.derive.words import capital, noun, spelled
from rewardlang.judge.leaves import at
from rewardlang.types.relations import without_null
from rewardlang.types.types import Any as AnyType
from rewardlang_runtime.builtins.answers import says


def of_row(field: Field, request: Request) -> draft.Scenario | None:
    """The task that asks for a field of a row; None when no field can be asked for."""
    rows = request.rows
    if len(rows) != 1 or len(request.slots) != 1 or len(rows[0].values) < 3:
        return None
    slot, ground = rows[0], field.ground
    assert slot.table is not None
    found = _column(field, request, slot)
    if found is None:
        return None
    where, column, keys = found
    of = slot.table
    slot = _narrowed(slot, keys)
    named, values = field.named(slot, (request.operation.name,))
    if named.finder is not None and _listed(field, named, where):
        named, values = Named(f"{{{slot.name}}}"), slot.values
    slot = _narrowed(slot, values)
    value = field.row(slot, column)
    table = ground.rows[of]
    said = list(dict.fromkeys(at(row, column) for row in table.values()))
    paths = _other_texts(field, slot, column, named)
    if not paths:
        # A row of few texts: what people call it, or its key, must stand for the others.
        label = label_of(ground, of)
        paths = [label or (ground.api.tables[of].key,)] if named.finder is None else []
        paths = paths or [(ground.api.tables[of].key,)]
        paths = [path for path in paths if path != column and field.row(slot, path) is not None]
        if named.finder is None and not label:
            paths = []
    good = []
    for key in slot.values:
        beside_it = [*said, *(at(table[key], path) for path in paths)]
        same = [leaf for path, leaf in leaves(table[key]) if leaf == at(table[key], column)]
        if len(same) == 1 and _states(at(table[key], column), beside_it, slot, key, where):
            good.append(key)
    slot = _narrowed(slot, good)
    if value is None or len(slot.values) < 2:
        return None
    if isinstance(without_null(ground.api.types.expand(value.type)), AnyType):
        return None  # of no known type, so that nothing could be compared with it
    gold = value.text + "!" if value.nullable else value.text
    every = [at(table[key], column) for key in table]
    numeric = all(isinstance(v, int | float) for v in every if v is not None)
    others = [_filled(field.row(slot, path)) for path in paths]
    about, thing = asked_for(where), spelled(noun(of), request.operation.doc)
    column_read = field.row(slot, column, "r")
    assert column_read is not None
    if numeric:
        beside = "range(25).map(n => str(value - 12 + n))"
    else:
        source = f"initial.{slot.table}.values()"
        if column_read.nullable:
            source += f".filter(r => {column_read.text} is not null)"
        beside = f"{source}.map(r => {column_read.text}).distinct()"
    if others:
        beside += f".union([{', '.join(others)}])"
    lets = {
        slot.row: field.row_let(slot),
        "value": gold,
        "others": f"{beside}.without({'str(value)' if numeric else 'value'})",
    }
    question = asking(about, f"the {thing} {named.template}", at(table[slot.values[0]], column))
    return scenario(
        field, request, (slot,), named, lets, questions(question),
        f"{capital(about)} of one {thing}", {many(slot.name): list(slot.values)},
        {slot.name: f"one_of(expect.{many(slot.name)})"},
        [text for key in slot.values if len(text := str(at(table[key], column))) > 3],
    )  # fmt: skip


def _states(value: Any, others: Sequence[Any], slot: Slot, key: str, where: Sequence[str]) -> bool:
    """Whether an answer about one row states its value, and the question does not."""
    question = asking(asked_for(where), f"the {described(slot)} {key}", value).question
    rest = [] if isinstance(value, int | float) else [other for other in others if other != value]
    return says(REPLY.replace("{value}", str(value)), value, rest) and not says(question, value)


def _narrowed(slot: Slot, values: Sequence[Any]) -> Slot:
    return replace(slot, values=tuple(values))


def _column(
    field: Field, request: Request, slot: Slot
) -> tuple[tuple[str, ...], tuple[str, ...], list[Any]] | None:
    """A field of the response that is one of the row: where it is in both, and for which rows."""
    ground = field.ground
    assert slot.table is not None
    seen: dict[tuple[str, ...], dict[Any, Any]] = {}
    for key in slot.values:
        outcome = ground.call(
            request.operation.name, request.filled(ground, {slot.name: key}), request.actor
        )
        for path, value in leaves(outcome.response if outcome else None):
            if path and sayable(value) and not isinstance(value, bool) and askable(path):
                seen.setdefault(path, {})[key] = value
    rows, best = ground.rows[slot.table], None
    for path, values in seen.items():
        kept = [key for key in values if str(values[key]).lower() not in str(key).lower()]
        distinct = len({str(values[key]) for key in kept})
        if len(kept) < 3 or distinct < 2:
            continue
        for column in dict.fromkeys((path, path[1:], *(p for p, _ in leaves(rows[kept[0]])))):
            if column and all(at(rows[key], column) == values[key] for key in kept):
                named = column[-1] in NAMES and len(column) == 1
                rank = (not named, distinct >= min(4, len(kept)), len(kept), distinct, -len(path))
                if best is None or rank > best[0]:
                    best = rank, path, column, kept
                break
    return None if best is None or not best[0][0] else best[1:]


def _listed(field: Field, named: Named, where: tuple[str, ...]) -> bool:
    """Whether the operation that finds the row already tells what is asked for."""
    assert named.finder is not None
    response = listings(field.ground)[named.finder.operation]
    items = at(response, named.finder.at)
    return bool(items) and at(items[0], where) is not None


def _other_texts(
    field: Field, slot: Slot, column: tuple[str, ...], named: Named
) -> list[tuple[str, ...]]:
    """Texts of the row that an answer to the question has no reason to name."""
    assert slot.table is not None
    rows = [field.ground.rows[slot.table][key] for key in slot.values]
    found = []
    for path, value in leaves(rows[0]):
        texts = [at(row, path) for row in rows]
        read = field.row(slot, path)
        if (
            path == column
            or read is None
            or not read.sure
            or read.text in named.template
            or not isinstance(value, str)
        ):
            continue
        if (
            path[-1] in ("name", "title", "summary", "displayName", "key", "label")
            and len(path) == 1
        ):
            continue
        plain = [t for t in texts if isinstance(t, str) and len(t) > 1 and t not in slot.values]
        if len(plain) == len(texts) or (read.nullable and plain):
            found.append((len(plain) < len(texts), len(path), path))
    return [path for _, _, path in sorted(found)[:4]]


def _filled(read: Read | None) -> str:
    assert read is not None, "the paths are of the row"
    return f'{read.text} ?? ""' if read.nullable else read.text
