"""Tasks that ask for a change: of rows, or a request that is only accepted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from rewardlang.derive import draft
from rewardlang.derive.common import (
    REPEATS,
    Field,
    Named,
    asked,
    attempted,
    described,
    exactly,
    leaves,
    literal,
    penalties,
    template,
    wanted,
)
from rewardlang.derive.draft import Reward, Test
from rewardlang.derive.ground import Change, Outcome
from rewardlang.derive.request import Request, Slot
from rewardlang.derive.typed import Expand, Read, member, quoted, read
from rewardlang.derive.words import (
    capital,
    deed,
    identifier,
    is_plural,
    listed,
    named_in,
    noun,
    spelled,
    spoken,
    words_of,
)
from rewardlang.frozen import frozen
from rewardlang.judge.leaves import at
from rewardlang.types.relations import without_null
from rewardlang.types.types import String

_SYSTEM = (
    "You work with the tools of the API. Look up what you need, make the change once, change "
    "nothing else, then say that it is done."
)
_PATHS = 8
"""Fields of a row that a gate names; of more the whole row may change."""
_CHANGES = ("update", "edit", "change", "modify")
"""What is done to a row that is there already, and has fields."""
_FRAME = 0.2


@frozen
class Effect:
    """What a call does to one row.

    Attributes:
        key: The row's key as an expression; None of a row that is made.
        fields: What the row holds afterwards: paths, with the expression of each value.
        touched: Paths that change, () for the row itself.
        results: Paths whose values the request does not say, with the value for each case.
    """

    kind: str
    table: str
    key: str | None
    fields: tuple[tuple[tuple[str, ...], str, str], ...] = ()
    touched: tuple[tuple[str, ...], ...] = ()
    results: tuple[tuple[tuple[str, ...], tuple[Any, ...]], ...] = ()


def writes(field: Field, request: Request) -> draft.Scenario | None:
    """The task of an operation that changes something, or that only takes a request."""
    slots = _settled(field, request)
    if slots is None:
        return None
    request = replace(request, slots=slots)
    effects = list(_effects(field, request))
    return _Writing(field, request, effects).scenario()


def _settled(field: Field, request: Request) -> tuple[Slot, ...] | None:
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


# ---- what a call does ----


def _effects(field: Field, request: Request) -> Iterator[Effect]:
    """The effects of a request, told in terms of its slots by playing it with several values."""
    played = list(_played(field, request))
    if not played or not played[0][1].changes:
        return
    first = played[0][1].changes
    same = [
        (chosen, outcome.changes)
        for chosen, outcome in played
        if [_kind(c) for c in outcome.changes] == [_kind(c) for c in first]
    ]
    for number in range(len(first)):
        yield _effect(field, request, [(chosen, changes[number]) for chosen, changes in same])


def _played(field: Field, request: Request) -> Iterator[tuple[dict[str, Any], Outcome]]:
    ground = field.ground
    pools = {s.name: s.values for s in request.slots if not s.cased and s.parent is None}
    cases = list(request.cases) or [{}]
    rounds = max(6, len(cases), *(len(pool) for pool in pools.values()), 0)
    for number in range(2 * rounds):
        case = cases[number % len(cases)]
        turn = number + number // rounds
        chosen = {**{n: p[(turn + i) % len(p)] for i, (n, p) in enumerate(pools.items())}, **case}
        outcome = ground.call(request.operation.name, request.filled(ground, chosen), request.actor)
        if outcome is not None:
            yield chosen, outcome


def _kind(change: Change) -> tuple[str, str]:
    kind = "created" if change.before is None else "deleted" if change.now is None else "updated"
    return kind, change.table


def _effect(
    field: Field, request: Request, seen: Sequence[tuple[dict[str, Any], Change]]
) -> Effect:
    kind, table = _kind(seen[0][1])
    key = None if kind == "created" else _key(field, request, seen)
    touched: dict[tuple[str, ...], None] = {}
    for _, change in seen:
        if kind == "updated":
            touched.update(dict.fromkeys(_differing(change.before, change.now)))
    paths = list(touched) if kind == "updated" else None
    fields = tuple(_fields(field, request, seen, paths)) if kind != "deleted" else ()
    if paths and not fields:
        gone = [p for p in paths if p and all(at(change.now, p) is None for _, change in seen)]
        fields = tuple((path, "null", "gone") for path in gone[:1])
    results = tuple(_results(request, seen, paths)) if paths and not fields else ()
    return Effect(kind, table, key, fields, tuple(touched), results)


def _results(
    request: Request,
    seen: Sequence[tuple[dict[str, Any], Change]],
    paths: Sequence[tuple[str, ...]],
) -> Iterator[tuple[tuple[str, ...], tuple[Any, ...]]]:
    """Changed scalars that follow from the rows of the request alone."""
    names = [slot.name for slot in request.slots if slot.cased]
    for path in paths:
        by_case: dict[str, Any] = {}
        for chosen, change in seen:
            by_case[repr([chosen[n] for n in names])] = at(change.now, path)
        values = tuple(by_case.get(repr([case[n] for n in names])) for case in request.cases)
        plain = [value for value in values if isinstance(value, str | int | bool)]
        if len(plain) == len(values) and not any(_is_time(value) for value in values):
            yield path, values


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value) is not None


def _differing(before: Any, now: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(before, dict) and isinstance(now, dict) and path.__len__() < 3:
        for name in {**before, **now}:
            if before.get(name) != now.get(name):
                if name in before and name in now:
                    yield from _differing(before[name], now[name], (*path, name))
                else:
                    yield (*path, name)
    else:
        yield path


def _key(
    field: Field, request: Request, seen: Sequence[tuple[dict[str, Any], Change]]
) -> str | None:
    """The key of the changed row, as an expression that holds in each of the episodes."""
    for slot in request.slots:
        if slot.table is None:
            continue
        if slot.parent is None and all(c.key == chosen[slot.name] for chosen, c in seen):
            return f"params.{slot.name}"
        if slot.parent is not None and all(
            _by(field, request, slot, ch) == c.key for ch, c in seen
        ):
            return wanted(slot, request.slots)
    for slot in request.rows:
        rows = field.ground.rows[slot.table or ""]
        first = rows.get(seen[0][0][slot.name], {})
        for path, value in leaves(first):
            if value == seen[0][1].key and all(
                at(rows[chosen[slot.name]], path) == c.key for chosen, c in seen
            ):
                found = field.row(slot, path)
                if found is not None and not found.nullable:
                    return found.text
    keys = {change.key for _, change in seen}
    # The one row of a table of settings.
    alone = len(keys) == 1 and len(field.ground.rows[seen[0][1].table]) == 1
    return quoted(keys.pop()) if alone else None


def _by(field: Field, request: Request, slot: Slot, chosen: dict[str, Any]) -> Any:
    from rewardlang.derive.request import value_of

    return value_of(field.ground, slot, request.slots, chosen)


def _fields(
    field: Field,
    request: Request,
    seen: Sequence[tuple[dict[str, Any], Change]],
    paths: Sequence[tuple[str, ...]] | None,
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """What a row holds afterwards that the request says: path, expression, style."""
    last = seen[0][1].now
    every = [path for path, _ in _whole(last)]
    for path in every:
        if paths is not None and not any(
            path[: len(p)] == p or p[: len(path)] == path for p in paths
        ):
            continue
        values = [at(change.now, path) for _, change in seen]
        for slot in request.slots:
            said = [_by(field, request, slot, chosen) for chosen, _ in seen]
            style: str = slot.style
            if isinstance(values[0], list):
                style = "member"
                same = all(
                    isinstance(v, list) and s in v for v, s in zip(values, said, strict=True)
                )
            elif style == "document":
                same = all(_document(v) == s for v, s in zip(values, said, strict=True))
            else:
                same = all(
                    v is not None and str(v) == str(s) for v, s in zip(values, said, strict=True)
                )
            if same and (len({str(s) for s in said}) > 1 or len(slot.values) == 1):
                if style in ("key", "exact") and type(values[0]) is not type(said[0]):
                    style = "as_text"
                yield path, wanted(slot, request.slots), style
                break


def _whole(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Scalars, lists of them, and documents in a row."""
    if isinstance(value, dict):
        if value.get("type") == "doc":
            yield path, value
            return
        for name, inner in value.items():
            yield from _whole(inner, (*path, name))
    elif not isinstance(value, list) or not any(isinstance(i, dict | list) for i in value):
        yield path, value


def _document(value: Any) -> str:
    found: list[str] = []

    def gather(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("text"), str):
                found.append(node["text"])
            for inner in node.values():
                gather(inner)
        elif isinstance(node, list):
            for inner in node:
                gather(inner)

    gather(value)
    return " ".join(found)


# ---- the scenario ----


class _Writing:
    """The task of one request."""

    def __init__(self, field: Field, request: Request, effects: list[Effect]) -> None:
        self.field = field
        self.ground = field.ground
        self.operation = request.operation
        self.effects = effects
        self.named: dict[str, Named] = {}
        slots = []
        for slot in request.slots:
            if slot.table is not None and slot.parent is None:
                named, values = field.named(slot, (request.operation.name,))
                if not request.free:
                    values = slot.values
                self.named[slot.name] = named
                slot = replace(slot, values=tuple(values))
            slots.append(slot)
        self.request = replace(request, slots=tuple(slots))
        self.slots = self.request.slots
        self.free = [slot for slot in self.slots if slot.parent is None]
        self.results = list(self._results())

    def scenario(self) -> draft.Scenario | None:
        if not self.slots:
            return None
        expect = {f"{slot.name}_values": list(slot.values) for slot in self.free}
        params = {slot.name: f"one_of(expect.{slot.name}_values)" for slot in self.free}
        assume = list(self._assume())
        if not self.request.free or self.results:
            expect, params = self._cases()
        loose = [e.table for e in self.effects if e.key is None and e.kind != "created"]
        names = [self.operation.name, *dict.fromkeys(f.operation for f in self._finders())]
        tools = self.field.beside(names, (), loose)
        args = template(self.request.args, self.slots)
        steps: list[tuple[str, Any]] = [(finder.operation, {}) for finder in self._finders()]
        steps.append((self.operation.name, args))
        answer = "It is done."
        reward = self._reward(tools, steps)
        return draft.Scenario(
            f"{self.ground.api.name}.{self.operation.name}", self._title(), self.ground.api.name,
            self.ground.world.name, tools, params, self._prompts(), len(steps) + 4, steps, answer,
            reward, list(self._tests(tools, names, steps, answer)), expect, assume,
            system=_SYSTEM, actor=self.request.actor, holdout=self._held_out(),
        )  # fmt: skip

    def _results(self) -> Iterator[tuple[str, Effect, tuple[Any, ...]]]:
        """What comes of it that the request does not say: a parameter's name, and its values."""
        for effect in self.effects:
            if (
                effect.results
                and effect.key is not None
                and not any(e.fields for e in self.effects)
            ):
                path, values = effect.results[0]
                kept = [p for p in path if p not in ("fields", "name", "value")] or [path[-1]]
                yield f"new_{identifier(kept[-1])}", effect, values
                return

    def _cases(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Rows that must go together are drawn one after the other, each among those that do."""
        expect: dict[str, Any] = {}
        params: dict[str, str] = {}
        rows = self.request.rows
        expect["together"] = [
            {**case, **{name: values[n] for name, _, values in self.results}}
            for n, case in enumerate(self.request.cases)
        ]
        before = ""
        for name in [*(slot.name for slot in rows), *(name for name, _, _ in self.results)]:
            params[name] = f"one_of(expect.together{before}.map(t => t.{name}).distinct())"
            test = f"t.{name} == params.{name}"
            before = f".filter(t => {test})" if not before else before[:-1] + f" and {test})"
        for slot in self.free:
            if slot not in rows:
                expect[f"{slot.name}_values"] = list(slot.values)
                params[slot.name] = f"one_of(expect.{slot.name}_values)"
        return expect, params

    def _finders(self) -> Iterator[Any]:
        seen: set[str] = set()
        for named in self.named.values():
            if named.finder is not None and named.finder.operation not in seen:
                seen.add(named.finder.operation)
                yield named.finder

    def _assume(self) -> Iterator[str]:
        """What must not be so already, or there would be nothing to do."""
        for effect in self.effects:
            if effect.kind != "updated" or effect.key is None:
                continue
            for path, want, style in effect.fields:
                row = self._row("initial", effect.table, effect.key)
                found = read(row, path, self.ground.api.types.expand)
                if found is not None and (found.nullable or style != "gone"):
                    yield f"not ({_equal(found, want, style, self.ground.api.types.expand)})"
                    break
        for name, effect, _ in self.results:
            assert effect.key is not None, "only such have results"
            row = self._row("initial", effect.table, effect.key)
            found = read(row, effect.results[0][0], self.ground.api.types.expand)
            if found is not None:
                yield f"{found.text} != params.{name}"

    def _row(self, world: str, table: str, key: str) -> Read:
        row = self.ground.api.tables[table].row.row
        return Read(f"{world}.{table}[{key}]", row, True)

    # ---- the reward ----

    def _reward(self, tools: Sequence[str], steps: Sequence[Any]) -> Reward:
        reward = Reward()
        for slot in self.slots:
            if self._needs_row(slot):
                reward.lets[slot.row] = self.field.row_let(slot)
        made = [e for e in self.effects if e.kind == "created"]
        for number, effect in enumerate(made):
            reward.lets[_made(number)] = f"delta.{effect.table}.created.only()"
        reward.lets["repeats"] = REPEATS
        frame = self._frame(made, tools)
        if frame is not None:
            reward.gates.append(frame)
        if not self.effects:
            once = f"at_most 1 {self.operation.name}{{ok}}"
            why = "One request was asked for; trying every value is no solution."
            reward.gates.append(draft.gate("once", once, 0.3, why))
        reward.parts += self._parts(made)
        count = len(steps)
        reward.penalties += self._guessed()
        reward.penalties += penalties(count + 1, count + 4, False)
        return reward

    def _needs_row(self, slot: Slot) -> bool:
        if slot.table is None or slot.parent is not None:
            return False
        named = self.named.get(slot.name)
        used = any(s.parent is not None and s.parent[0] == slot.name for s in self.slots)
        keys = any(e.key is not None and e.key.startswith(slot.row + ".") for e in self.effects)
        return used or keys or (named is not None and slot.row in named.template)

    def _frame(self, made: list[Effect], tools: Sequence[str]) -> draft.Item | None:
        if not self.effects:
            if any(self.ground.operations[name].effects for name in tools):
                return draft.gate("nothing_else", "delta.is_empty()", _FRAME)
            return None
        paths: list[str] = []
        for effect in self.effects:
            if effect.kind == "created":
                key = self.ground.api.tables[effect.table].key
                row = Read(
                    _made(made.index(effect)), self.ground.api.tables[effect.table].row.row, True
                )
                found = read(row, (key,), self.ground.api.types.expand)
                paths.append(f"{effect.table}[{found.text if found else 'null'}]")
            elif effect.key is None:
                paths.append(effect.table)
            elif effect.kind == "deleted" or len(effect.touched) > _PATHS or () in effect.touched:
                paths.append(f"{effect.table}[{effect.key}]")
            else:
                paths += [
                    f"{effect.table}[{effect.key}]{''.join(map(member, path))}"
                    for path in effect.touched
                ]
        only = f"delta.changed_only({', '.join(dict.fromkeys(paths))})"
        return draft.gate("nothing_else", only, _FRAME)

    def _parts(self, made: list[Effect]) -> Iterator[draft.Item]:
        for finder in self._finders():
            slot = next(s for s in self.free if self.named.get(s.name, Named("")).finder is finder)
            yield draft.part(f"found_{slot.name}", 1.5, f"called {finder.operation}{{ok}}")
        name = self.operation.name
        sent = [slot for slot in self.slots if slot.path != ("",)]
        weight = 1.5 if len(sent) < 2 else 1 if len(sent) < 5 else 0.5
        for slot in sent:
            score = f"best({name}, c => 1 if {attempted(slot, self.slots)} else 0)"
            yield draft.part(f"asked_{slot.name}", weight, score=score)
        done = list(self._done(made))
        checked = asked(self.ground, self.request, self.slots)
        conditions = [exactly(self.ground, name, slot, self.slots) for slot in checked]
        changed = [e for e in self.effects if e.kind == "updated" and e.key is not None]
        if not done and changed:
            # The row does not say what was asked, only that something came of it.
            row = f"{changed[0].table}[{changed[0].key}]"
            called = f"called {name}{{{', '.join(['ok', *conditions])}}}"
            yield draft.part("done", 4, f"{called} and final.{row} != initial.{row}")
        elif done:
            yield draft.part("done", 4, " and ".join(done))
        else:
            yield draft.part("done", 4, f"called {name}{{{', '.join(['ok', *conditions])}}}")

    def _done(self, made: list[Effect]) -> Iterator[str]:
        """Conditions that the world is as the task wants it."""
        expand = self.ground.api.types.expand
        gone = [e for e in self.effects if e.kind == "deleted" and e.key is not None]
        tables = [slot.table for slot in self.slots if slot.table]
        # What goes along with a row needs no condition of its own.
        main = [e for e in gone if e.table in tables] or gone
        for effect in self.effects:
            if effect.kind == "deleted":
                if effect in main[-1:]:
                    yield f"final.{effect.table}[{effect.key}] is null"
                continue
            if effect.kind == "created":
                name = _made(made.index(effect))
                yield f"{name} is not null"
                row = Read(name, self.ground.api.tables[effect.table].row.row, False)
            elif effect.key is not None:
                row = self._row("final", effect.table, effect.key)
            else:
                continue
            for path, want, style in effect.fields:
                found = read(row, path, expand)
                if found is not None:
                    yield _equal(found, want, style, expand)
            for name, other, _ in self.results:
                found = read(row, effect.results[0][0], expand) if other is effect else None
                if found is not None:
                    yield f"{found.text} == params.{name}"

    def _guessed(self) -> Iterator[draft.Item]:
        finders = list(self._finders())
        if finders:
            looked = "|".join(f"{finder.operation}{{ok}}" for finder in finders)
            when = f"not every {self.operation.name}{{ok}} preceded_by {looked}"
            yield draft.penalty("guessed", 0.8, when)

    # ---- words ----

    def _held_out(self) -> str:
        """Of two tasks, the one that is kept for evaluation; "" where there are more."""
        many = [slot for slot in self.free if len(slot.values) > 1]
        if len(many) == 1 and len(many[0].values) == 2 and self.request.free:
            return f"params.{many[0].name} == {literal(many[0].values[1])}"
        return ""

    def _title(self) -> str:
        verb, thing = deed(self.operation.doc, self.operation.name)
        return capital(f"{verb} {thing}")

    def _prompts(self) -> list[str]:
        said = self._said()
        return [
            f"{capital(said)}.",
            f"Please {said}.",
            f"I need you to {said}.",
        ]

    def _said(self) -> str:
        """The task as an order."""
        verb, thing = deed(self.operation.doc, self.operation.name)
        text = f"{verb} {thing}"
        rest: list[tuple[str, str]] = []
        for slot in self.slots:
            if slot.path == ("",) or (slot.tied and self.results):
                continue
            if slot.parent is not None and not (self._rowed and slot.in_path):
                continue
            word = spelled(described(slot), self.operation.doc)
            value = self._value(slot)
            if slot.parent is not None:
                text = f"{text} for the {word} {value}"
            elif slot.table is not None and named_in(text, word, value) is not None:
                text = named_in(text, word, value) or text
            elif slot.table is not None:
                text = f"{text} for the {word} {value}" if slot.in_path else text
                rest += [] if slot.in_path else [(_field(slot), value)]
            else:
                rest.append((_field(slot), value))
        if self.results:
            name = self.results[0][0]
            text += f", so that its {spoken(name.removeprefix('new_'))} becomes {{{name}}}"
        if not rest:
            return text
        if verb in _CHANGES and not self.results:
            return f"{text} so that {listed([_becomes(field, value) for field, value in rest])}"
        return f"{text} with {listed([f'the {field} {value}' for field, value in rest])}"

    @property
    def _rowed(self) -> bool:
        return any(slot.path == ("",) for slot in self.slots)

    def _value(self, slot: Slot) -> str:
        if slot.parent is not None:
            return f"{{{wanted(slot, self.slots)}}}"
        named = self.named.get(slot.name)
        if named is not None:
            return named.template
        texts = all(isinstance(value, str) for value in slot.values)
        spaced = texts and any(" " in str(value) for value in slot.values)
        return f'"{{{slot.name}}}"' if spaced else f"{{{slot.name}}}"

    # ---- tests ----

    def _tests(
        self, tools: Sequence[str], names: Sequence[str], steps: Sequence[Any], answer: str
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
        other = self.field.other_write(tools, names)
        if other is not None:
            case = self.request.cases[0] if self.request.cases else {}
            drawn = {name: value for name, value in case.items() if not self.results}
            said = "something else changed on the way"
            yield Test(said, {"max": _FRAME}, (*steps, other), answer, drawn)


def _without_last(args: Any) -> Any:
    if not isinstance(args, dict) or not args:
        return None
    *kept, _ = args
    return {name: args[name] for name in kept}


def _field(slot: Slot) -> str:
    named = [str(step) for step in slot.path if isinstance(step, str)]
    kept = [
        n for n in named if n.lower() not in ("fields", "body", "update", "set", "add")
    ] or named
    said = " ".join(spoken(n) for n in kept[-2:])
    words = said.split()
    if slot.table is not None and words_of(slot.table):
        return noun(slot.table) if len(words) > 2 else said
    return said


def _becomes(field: str, value: str) -> str:
    last = field.split()[-1]
    return f"its {field} {'are' if last == 'IDs' or is_plural(last) else 'is'} {value}"


def _made(number: int) -> str:
    return "made" if number == 0 else f"made_{number + 1}"


def _equal(found: Read, want: str, style: str, expand: Expand) -> str:
    """A field of a row compared with what the task wants."""
    kind = without_null(expand(found.type))
    if isinstance(kind, String) and kind.format and style in ("exact", "key"):
        style = "as_text"
    if style == "text":
        said = f'({found.text} ?? "")' if found.nullable else found.text
        return f"fold({said}) == fold({want})"
    if style == "document":
        return f"fold(adf_text({found.text})) == fold({want})"
    if style == "gone":
        return f"{found.text} is null"
    if style == "as_text":
        return f"str({found.text}) == str({want})"
    if style == "member":
        return f"{want} in ({found.text} ?? [])" if found.nullable else f"{want} in {found.text}"
    return f"{found.text} == {want}"
