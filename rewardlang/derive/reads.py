"""Tasks that ask for something: the answer stands in the response of one operation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from rewardlang.derive import draft
from rewardlang.derive.common import (
    REPEATS,
    Field,
    Named,
    asked,
    described,
    exactly,
    leaves,
    literal,
    penalties,
    template,
    wanted,
)
from rewardlang.derive.draft import Reward, Test
from rewardlang.derive.lists import lists_in
from rewardlang.derive.request import Request, Slot, label_of, value_of
from rewardlang.derive.typed import Read
from rewardlang.derive.words import capital, deed, head, named_in, noun, spelled, spoken
from rewardlang.frozen import frozen
from rewardlang.judge.leaves import at, put
from rewardlang.types.relations import without_null
from rewardlang.types.types import Any as AnyType
from rewardlang_runtime.builtins.answers import says

_FACTS = 12
_SYSTEM = (
    "You answer questions with the tools of the API. Look up what you need, change nothing, "
    "and answer in one sentence."
)
_REPLY = "In reply: {fact.ask} is {value}."
_COPIED = "A JSON text copied into the answer says everything and answers nothing."
_SKIPPED = {
    "self", "id", "accountid", "key", "avatarurls", "iconurl", "href", "etag", "ari", "entityid",
    "startat", "maxresults", "islast", "nextpage", "limit", "size", "webui", "tinyui", "base",
    "next", "cursor", "icon", "avatarid", "uuid", "start", "_links", "links", "nextpagetoken",
    "editui", "download", "total",
}  # fmt: skip
_DROPPED = {"fields", "value", "values", "results", "name", "displayname", "data", "items", "body"}
_NAMES = ("name", "title", "displayName", "summary", "key", "label", "id")
_CODE = re.compile(r"://|^\S{25,}$|[<>{}\\|]|^[0-9a-f-]{16,}$")


@frozen
class Fact:
    """Something that a response tells.

    Attributes:
        ask: What is asked for, in words: `the lead`.
        say: The answer, as text.
        case: The rows of the request.
    """

    ask: str
    say: str
    case: dict[str, Any]
    numeric: bool = False


def sayable(value: Any) -> bool:
    """Whether a value can stand in a sentence."""
    if isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return abs(value) < 1e9
    if not isinstance(value, str) or not 1 < len(value.strip()) <= 60 or value != value.strip():
        return False
    folded = value.lower()
    return (
        not _CODE.search(value)
        and folded not in ("done", "ok")
        and len(value.split()) <= 8
        and (any(letter.isalnum() for letter in value))
    )


def reads(field: Field, request: Request) -> draft.Scenario | None:
    """The task of a reading operation, or None when its response tells nothing to ask for."""
    return _of_row(field, request) or _of_facts(field, request)


# ---- one field of one row ----


def _of_row(field: Field, request: Request) -> draft.Scenario | None:
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
    subject = f"the {thing} {named.template}"
    prompts = [
        f"What is the {about} of {subject}?",
        f"Look up {subject} and tell me its {about}.",
        f"I need to know the {about} of {subject}.",
    ]
    return _scenario(
        field, request, (slot,), named, lets, prompts, f"The {about} of {subject} is {{value}}.",
        f"{capital(about)} of one {thing}", {_many(slot.name): list(slot.values)},
        {slot.name: f"one_of(expect.{_many(slot.name)})"},
        [text for key in slot.values if len(text := str(at(table[key], column))) > 3],
    )  # fmt: skip


def _states(value: Any, others: Sequence[Any], slot: Slot, key: str, where: Sequence[str]) -> bool:
    """Whether an answer about one row states its value, and the question does not."""
    subject = f"the {asked_for(where)} of the {described(slot)} {key}"
    rest = [other for other in others if other != value]
    numeric = isinstance(value, int | float)
    return says(f"The {subject} is {value}.", value, [] if numeric else rest) and not says(
        f"What is {subject}?", value
    )


def _many(name: str) -> str:
    return f"asked_{name}"


def _narrowed(slot: Slot, values: Sequence[Any]) -> Slot:
    from dataclasses import replace

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
            if path and sayable(value) and not isinstance(value, bool) and _askable(path):
                seen.setdefault(path, {})[key] = value
    rows, best = ground.rows[slot.table], None
    for path, values in seen.items():
        kept = [key for key in values if str(values[key]).lower() not in str(key).lower()]
        distinct = len({str(values[key]) for key in kept})
        if len(kept) < 3 or distinct < 2:
            continue
        for column in dict.fromkeys((path, path[1:], *(p for p, _ in leaves(rows[kept[0]])))):
            if column and all(at(rows[key], column) == values[key] for key in kept):
                named = column[-1] in _NAMES and len(column) == 1
                rank = (not named, distinct >= min(4, len(kept)), len(kept), distinct, -len(path))
                if best is None or rank > best[0]:
                    best = rank, path, column, kept
                break
    return None if best is None or not best[0][0] else best[1:]


def _askable(path: tuple[str, ...]) -> bool:
    return not any(step.lower() in _SKIPPED or step.startswith("_") for step in path)


def _listed(field: Field, named: Named, where: tuple[str, ...]) -> bool:
    """Whether the operation that finds the row already tells what is asked for."""
    assert named.finder is not None
    from rewardlang.derive.lists import listings

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


def asked_for(path: Sequence[str]) -> str:
    """A field in words: `fields.status.name` is `status`."""
    kept = [step for step in path if step.lower() not in _DROPPED] or [path[-1]]
    said = " ".join(spoken(step) for step in kept[-2:])
    return said.removeprefix("is ")


# ---- facts ----


def _of_facts(field: Field, request: Request) -> draft.Scenario | None:
    facts = _facts(field, request)
    if not facts:
        return None
    slots = tuple(request.slots)
    facts = [fact for fact in facts if _tells(field, request, fact, facts)]
    facts = facts[:_FACTS]
    if not facts:
        return None
    rows = _chosen(slots)
    table = [{**fact.case, "ask": fact.ask, "say": fact.say} for fact in facts]
    kinds = {
        name: list(
            dict.fromkeys(o for f in facts if _counts_up(f) == up for o in _beside(f, facts))
        )
        for name, up in (("others", False), ("numbers", True))
    }
    kinds = {name: others for name, others in kinds.items() if others}
    if len(kinds.get("others", ())) == 1:
        kinds["others"] += _column_of(field, kinds["others"][0])
    lets = {}
    for slot in slots:
        if slot.table is not None and any(s.parent and s.parent[0] == slot.name for s in slots):
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
    subject = _subject(request, rows)
    prompts = [
        f"What is {{fact.ask}} in {subject}?",
        f"Look up {subject} and tell me {{fact.ask}}.",
        f"I need to know {{fact.ask}} from {subject}.",
    ]
    return _scenario(
        field, request, slots, None, lets, prompts, "{capital}", capital(head(subject)), expect,
        {"task": "one_of(expect.tasks)"}, [fact.say for fact in facts if len(fact.say) > 3],
        facts=True,
    )  # fmt: skip


def _chosen(slots: Sequence[Slot]) -> list[Slot]:
    return [slot for slot in slots if slot.parent is None]


def _tells(field: Field, request: Request, fact: Fact, facts: Sequence[Fact]) -> bool:
    """Whether the answer states what is asked for, and the question does not."""
    question = f"{fact.ask} in {_subject(request, _chosen(request.slots))}"
    for name, value in fact.case.items():
        question = question.replace(f"{{fact.{name}}}", str(value))
    for slot in request.slots:
        if slot.parent is not None:
            value = value_of(field.ground, slot, request.slots, fact.case)
            question = question.replace(f"{{{wanted(slot, request.slots)}}}", str(value))
    others = [other for other in _beside(fact, facts) if other != fact.say]
    answer = _REPLY.replace("{fact.ask}", fact.ask).replace("{value}", fact.say)
    return says(answer, fact.say, others) and not says(question, fact.say)


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


def _subject(request: Request, rows: Sequence[Slot]) -> str:
    """What is looked at, in words: `the labels for the page {fact.page}`."""
    _, thing = deed(request.operation.doc, request.operation.name)
    rowed = [slot for slot in request.slots if slot.path == ("",)]
    named = [slot for slot in request.slots if slot.parent is not None] if rowed else []
    for slot in [*(slot for slot in rows if slot not in rowed), *named]:
        value = f"{{fact.{slot.name}}}"
        if slot.parent is not None:
            value = f"{{{wanted(slot, request.slots)}}}"
        word = spelled(described(slot), request.operation.doc)
        shown = value if slot.table is not None else f'"{value}"'
        named_so = named_in(thing, word, shown) if slot.table is not None else None
        thing = named_so or f"{thing} for the {word} {shown}"
    return thing


def _facts(field: Field, request: Request) -> list[Fact]:
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
        by_case.append(list(_told(outcome.response, shown)))
    found: list[Fact] = []
    for turn in range(_FACTS):
        for number, facts in enumerate(by_case):
            if facts and turn < len(facts):
                found.append(facts[(turn + number) % len(facts)])
    return list({(f.ask, repr(f.case)): f for f in found}.values())


def _told(response: Any, case: dict[str, Any]) -> Iterator[Fact]:
    """What a response tells: its fields, those of the items of its lists, how many there are."""
    known = " ".join(str(value) for value in case.values()).lower()
    found: dict[str, tuple[str, bool]] = {}
    flags: dict[str, tuple[str, bool]] = {}
    for path, value in leaves(response):
        if path and sayable(value) and _askable(path):
            ask = f"the {asked_for(path)}"
            into = flags if isinstance(value, bool) else found
            into.setdefault(ask, (_say(value), _is_number(value)))
    for _, items in lists_in(response):
        named = next((n for n in _NAMES if all(sayable(i.get(n)) for i in items)), None)
        for item in items[:6] if named else ():
            for inner, value in leaves(item):
                if (
                    inner != (named,)
                    and sayable(value)
                    and _askable(inner)
                    and inner[-1] not in _NAMES[:3]
                ):
                    ask = f"the {asked_for(inner)} of {item[named]}"
                    into = flags if isinstance(value, bool) else found
                    if str(value).lower() not in ask.lower():
                        into.setdefault(ask, (_say(value), _is_number(value)))
    if len(found) < 2:
        for path, size in _counts(response):
            what = spoken(path[-1]) if path and path[-1].lower() not in _DROPPED else "entries"
            found.setdefault(f"the number of {what}", (str(size), True))
    if not found:
        for path, value in leaves(response):
            if path and isinstance(value, str) and sayable(value) and not path[-1].startswith("_"):
                found.setdefault(f"the {asked_for(path)}", (value, False))
    for ask, (say, number) in (found or flags).items():
        if say.lower() not in f"{known} {ask}".lower().split():
            yield Fact(ask, say, case, number)


def _say(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _counts(response: Any) -> Iterator[tuple[tuple[str, ...], int]]:
    """The sizes of the lists in a response."""
    if isinstance(response, list):
        yield (), len(response)
    elif isinstance(response, dict):
        for name, inner in response.items():
            for path, size in _counts(inner):
                yield (name, *path), size


def _counts_up(fact: Fact) -> bool:
    return fact.say.isdigit()


def _beside(fact: Fact, facts: Sequence[Fact]) -> Iterator[str]:
    """What could be said instead."""
    yield from (other.say for other in facts if _counts_up(other) == _counts_up(fact))
    if fact.say in ("true", "false"):
        yield from ("true", "false")
    if fact.say.isdigit() and len(fact.say) <= 6:
        number = int(fact.say)
        yield from (str(n) for n in range(max(0, number - 12), number + 13))


# ---- the scenario ----


def _scenario(
    field: Field,
    request: Request,
    slots: tuple[Slot, ...],
    named: Named | None,
    lets: dict[str, str],
    prompts: list[str],
    answer: str,
    title: str,
    expect: dict[str, Any],
    params: dict[str, str],
    told: Sequence[str],
    facts: bool = False,
) -> draft.Scenario:
    ground, operation = field.ground, request.operation
    finder = named.finder if named is not None else None
    checked = asked(ground, request, slots)
    conditions = [_matched(field, operation.name, slot, slots, facts) for slot in checked]
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
    parts = []
    steps: list[tuple[str, Any]] = []
    if finder is not None:
        parts.append(draft.part("found", 1, f"called {finder.operation}{{ok}}"))
        steps.append((finder.operation, {}))
    parts.append(draft.part("looked_up", 3, "read"))
    parts.append(
        draft.part("answered", 6, f'{said} and not answer.contains_text("\\":")', why=_COPIED)
    )
    args = template(request.args, slots)
    if facts:
        args = _prefixed(args)
        answer = _REPLY
    steps.append((operation.name, args))
    count = len(steps)
    reward = Reward(lets, gates, parts, penalties(count + 1, count + 4, True))
    tests = [
        Test("the oracle", 1),
        Test("nothing done", 0, ()),
        Test("answered without a look", {"max": 0.05}, (), answer),
        Test("one read, then stop", {"max": 0.4}, steps[-1:]),
    ]
    for slot in checked:
        known = {task[slot.name] for task in expect["tasks"]} if facts and not slot.parent else ()
        wrong = None if len(known) == 1 else _another(request, slot, slots, facts)
        if wrong is not None:
            name = f"the same with another {described(slot)}"
            tests.append(Test(name, {"max": 0.2}, (*steps[:-1], (operation.name, wrong)), answer))
    other = field.other_write(tools, names)
    if other is not None:
        first: dict[str, Any] = {s.name: s.values[0] for s in slots if s.parent is None}
        first = {"task": expect["tasks"][0]} if facts else first
        name = "something else changed on the way"
        tests.append(Test(name, {"max": 0.05}, (*steps, other), answer, first))
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
        params, prompts, count + 4, steps, answer, reward, tests, expect, holdout=held_out,
        system=_SYSTEM, actor=request.actor,
    )  # fmt: skip


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
        other = f"expect.{_many(slot.name)}.without({slot.name}).first()!"
    args = template(request.args, slots)
    args = _prefixed(args) if facts else args
    return put(args, slot.path, "{" + (f"to_int({other})!" if slot.number else other) + "}")


def _matched(field: Field, operation: str, slot: Slot, slots: Sequence[Slot], facts: bool) -> str:
    text = exactly(field.ground, operation, slot, slots)
    return text.replace(f"params.{slot.name}", f"fact.{slot.name}") if facts else text


def _prefixed(value: Any) -> Any:
    """Templates that read the drawn fact in place of parameters."""
    if isinstance(value, str):
        return re.sub(r"\{(to_int\(|(?!to_int\())(?!the_)([a-z]\w*)", r"{\1fact.\2", value)
    if isinstance(value, dict):
        return {name: _prefixed(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_prefixed(inner) for inner in value]
    return value
