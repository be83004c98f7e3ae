"""Tasks about a row that is named by what it is: list the rows, then act on the right one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rewardlang.derive import draft
from rewardlang.derive.common import Field, Named, described, leaves
from rewardlang.derive.deeds import Deed
from rewardlang.derive.descriptions import Described, described_rows, listed
from rewardlang.derive.draft import Test
from rewardlang.derive.phrases import asked_for, asking
from rewardlang.derive.read_facts import asking_for, facts_of
from rewardlang.derive.request import Request, Slot
from rewardlang.derive.told import Fact, askable, sayable
from rewardlang.derive.words import noun, spelled
from rewardlang.derive.writes import planned, scenario, settled
from rewardlang.judge.leaves import put

_WHICH = "which"
"""The parameter that says what row is meant."""
_SEEN = 4000
"""Letters of a list that a policy sees in any scenario."""
_TASKS = 4
_FACTS = 16
_OF_A_ROW = 3
_ANOTHER = 0.3
"""What is left for the same on another row."""


def choose(field: Field, request: Request) -> draft.Scenario | str:
    """The task about a row that a list tells from others; else why there is none."""
    operation = request.operation
    if operation.opaque:
        return "what it does is not known"
    if not operation.effects:
        if operation.method != "GET":
            return "it neither reads nor changes"
        return _of_list(field, request) or _question(field, request)
    return _deed(field, request)


def _chosen(field: Field, request: Request) -> tuple[Slot, Described] | str:
    """The slot whose row is to be chosen, its values those that can be told apart."""
    rows = [slot for slot in request.rows if slot.table is not None and slot.path != ("",)]
    if not rows:
        return "it is about no row"
    if not request.free:
        return "its rows go together"
    why = "no list tells its rows apart"
    for slot in rows:
        told = described_rows(field.ground, slot.table or "", request.operation.name)
        if told is None:
            continue
        keys = tuple(value for value in slot.values if value in told.keys)
        which = tuple((key, words) for key, words in told.which if key in keys)
        if len(keys) >= 2 and len(which) >= _TASKS:
            return replace(slot, values=keys), replace(told, which=which)
        why = "a list tells too few of its rows apart"
    return why


def _narrowed(request: Request, slot: Slot) -> Request:
    """A request with fewer rows for one of its slots."""
    slots = tuple(slot if each.name == slot.name else each for each in request.slots)
    cases = tuple(case for case in request.cases if case[slot.name] in slot.values)
    return replace(request, slots=slots, cases=cases)


# ---- act on a row ----


def _deed(field: Field, request: Request) -> draft.Scenario | str:
    whole = planned(field, request)
    if not whole.effects:
        return "it changes nothing"
    if whole.drawn:
        return "what comes of it differs from row to row"
    found = _chosen(field, replace(request, slots=settled(field, request)))
    if isinstance(found, str):
        return found
    slot, told = found
    request = replace(request, slots=settled(field, request))
    named = {slot.name: Named(f"{{{_WHICH}}}", told.finder)}
    deed = Deed(field, _narrowed(request, slot), whole.effects, named)
    made = scenario(deed)
    if made is None or not all(_names(p, request, slot, f"{{{_WHICH}}}") for p in made.prompts):
        return "no sentence says what row it is about"
    rows = [{slot.name: key, _WHICH: words} for key, words in told.which]
    made.expect["described"] = rows
    ours = f"expect.described.filter(d => d.{slot.name} == params.{slot.name})"
    made.params[_WHICH] = f"one_of({ours}.map(d => d.{_WHICH}))"
    made.tests = [*made.tests, *_another(deed, slot, made.oracle)]
    return _finished(made, told)


def _names(text: str, request: Request, slot: Slot, words: str) -> bool:
    """Whether words of which row is meant stand behind what the row is called.

    In an operation about what belongs to the row that is its name alone: the children of the page
    that was created last are no child page that was.
    """
    operation = request.operation
    before, found, after = text.partition(f" {words}")
    thing = spelled(described(slot), operation.doc)
    itself = operation.path.endswith(f"{{{slot.path[0]}}}")
    names = [thing, *(thing.split(" ", n)[-1] for n in range(1, thing.count(" ") + 1))]
    behind = any(before.endswith(f" {'' if itself else 'the '}{name}") for name in names)
    return bool(found) and behind and not after.startswith("'s")


def _another(deed: Deed, slot: Slot, oracle: Sequence[draft.Step]) -> Iterator[Test]:
    """The same done to another row of the list."""
    calls = [(step[0], step[1]) for step in oracle]
    other = f"expect.{slot.name}_values.without({slot.name}).first()!"
    sent = "{" + (f"to_int({other})!" if slot.number else other) + "}"
    name, args = calls[-1]
    wrong = (name, put(args, slot.path, sent))
    yield Test(f"another {described(slot)}", {"max": _ANOTHER}, (*calls[:-1], wrong), "It is done.")


def _finished(made: draft.Scenario, told: Described) -> draft.Scenario:
    made.name = f"{made.name}.choose"
    made.title = f"{made.title}, chosen from a list"
    made.observation = max(_SEEN, -(-told.size // 1000) * 1000 + 1000)
    return made


# ---- ask for something of a row ----


def _question(field: Field, request: Request) -> draft.Scenario | str:
    """What another operation tells of the row, and the list does not."""
    found = _chosen(field, request)
    if isinstance(found, str):
        return found
    slot, told = found
    named = {(slot.name, key): words for key, words in reversed(told.which)}
    request = _narrowed(request, slot)
    facts = [
        fact
        for fact in facts_of(field, request, named)
        if fact.say not in {str(leaf) for _, leaf in leaves(told.shown[fact.case[slot.name]])}
        and _names(fact.asking.question, request, slot, named[slot.name, fact.case[slot.name]])
    ]
    if len(facts) < _TASKS:
        return "the list tells what it does"
    if len({fact.case[slot.name] for fact in facts}) < 2:
        return "it tells of one row alone"
    made = asking_for(field, request, facts, Named("", told.finder))
    return "its response tells nothing to ask for" if made is None else _finished(made, told)


def _of_list(field: Field, request: Request) -> draft.Scenario | None:
    """What a list tells of a row that it tells from others."""
    if request.slots:
        return None
    for table in field.ground.shown():
        for told in listed(field.ground, request.operation.name, table):
            facts = list(_facts(field, request, told, table))
            made = asking_for(field, request, facts) if len(facts) >= _TASKS else None
            if made is not None:
                return _finished(made, told)
    return None


def _facts(field: Field, request: Request, told: Described, table: str) -> Iterator[Fact]:
    """Fields of rows, each row called by what it is."""
    thing = spelled(noun(table), request.operation.doc)
    found = 0
    for number, (key, words) in enumerate(told.which):
        item = told.shown[key]
        fields = [
            (path, value)
            for path, value in leaves(item)
            if sayable(value)
            and not isinstance(value, bool)
            and askable(path)
            and asked_for(path) not in words
            and str(value).lower() not in words.lower()
        ]
        for turn in range(min(_OF_A_ROW, len(fields))):
            path, value = fields[(number + turn) % len(fields)]
            if turn == 0 or len(told.which) < _TASKS:
                found += 1
                yield Fact(asking(asked_for(path), f"the {thing} {words}", value), str(value), {})
        if found >= _FACTS:
            return
