"""Solutions of several tasks to one oracle: what differs between them becomes a template."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from rewardlang.frozen import frozen
from rewardlang.judge.bench import Solution
from rewardlang.judge.search.told import Told
from rewardlang_runtime.values import equal

Template = Any
"""JSON data whose strings are templates."""

_STEPS = 20_000
"""Places that one text is tried at before it is given up."""


@frozen
class Step:
    """One call of an oracle; `bind` names its response when a later step reads it."""

    operation: str
    args: Template
    bind: str | None = None


@frozen
class General:
    """An oracle in templates."""

    steps: tuple[Step, ...]
    answer: str


def generalise(
    solutions: Sequence[Solution], responses: Sequence[Sequence[Any]], known: Sequence[Told]
) -> General | None:
    """The calls of all solutions as one; None when they are too different.

    Args:
        solutions: One for each task, of the same operations in the same order.
        responses: By task: what each call was answered.
        known: Expressions with their values, task by task in the same order.
    """
    first = solutions[0][0]
    steps: list[Step] = []
    for number, (operation, _) in enumerate(first):
        heard = [
            _Heard(place, tuple(answers[place] for answers in responses)) for place in range(number)
        ]
        writer = _Writer(known, heard)
        args = writer.value(tuple(calls[number][1] for calls, _ in solutions))
        if args is _NONE:
            return None
        for place in writer.used:
            steps[place] = Step(steps[place].operation, steps[place].args, _name(place))
        steps.append(Step(operation, args))
    heard = [
        _Heard(place, tuple(answers[place] for answers in responses)) for place in range(len(first))
    ]
    writer = _Writer(known, heard)
    answer = writer.value(tuple(answer for _, answer in solutions))
    for place in writer.used:
        steps[place] = Step(steps[place].operation, steps[place].args, _name(place))
    return General(tuple(steps), "" if answer is _NONE else answer)


_NONE: Any = object()


@frozen
class _Heard:
    """What one step was answered, task by task."""

    place: int
    values: tuple[Any, ...]


def _name(place: int) -> str:
    return f"found{place + 1}"


class _Writer:
    """Finds a template for the values that an argument has in each task."""

    def __init__(self, known: Sequence[Told], heard: Sequence[_Heard]) -> None:
        self.known = known
        self.heard = heard
        self.used: dict[int, None] = {}

    def value(self, values: tuple[Any, ...]) -> Template:
        """A template with these values, or `_NONE`."""
        whole = self._named(values)
        if whole is not None:
            return whole
        one = values[0]
        if all(equal(one, value) for value in values):
            return _literal(one)
        if all(type(value) is dict and value.keys() == one.keys() for value in values):
            return self._parts({k: tuple(value[k] for value in values) for k in one})
        if all(type(value) is list and len(value) == len(one) for value in values):
            parts = self._parts({i: tuple(value[i] for value in values) for i in range(len(one))})
            return _NONE if parts is _NONE else list(parts.values())
        if all(type(value) is str for value in values):
            written = _aligned(values, self._texts())
            return self._heard(values) if written is None else written
        return self._heard(values)

    def _parts(self, parts: dict[Any, tuple[Any, ...]]) -> Any:
        found = {key: self.value(values) for key, values in parts.items()}
        return _NONE if any(value is _NONE for value in found.values()) else found

    def _named(self, values: tuple[Any, ...]) -> str | None:
        """An expression that has these values; not for what is the same in every task."""
        if all(equal(values[0], value) for value in values):
            return None
        for one in self.known:
            if all(equal(a, b) for a, b in zip(one.values, values, strict=True)):
                return "{" + one.text + "}"
        return None

    def _texts(self) -> list[Told]:
        """Expressions that are texts, and their folded forms after all of them."""
        plain = [one for one in self.known if all(type(v) is str and v for v in one.values)]
        folded = [
            Told(f"fold({one.text})", tuple(v.lower() for v in one.values))
            for one in plain
            if any(v != v.lower() for v in one.values)
        ]
        return [*plain, *folded]

    def _heard(self, values: tuple[Any, ...]) -> Template:
        """A place in an earlier response that has these values."""
        for heard in reversed(self.heard):
            for path in _paths(heard.values, values, self.known):
                self.used[heard.place] = None
                return "{" + _name(heard.place) + path + "}"
        return _NONE


def _paths(heard: tuple[Any, ...], values: tuple[Any, ...], known: Sequence[Told]) -> Iterator[str]:
    """Paths from responses to values: fields, the only item of a list, the item that is named."""
    if all(equal(a, b) for a, b in zip(heard, values, strict=True)):
        yield ""
        return
    if all(type(value) is dict for value in heard):
        for key in heard[0]:
            if key.isidentifier() and all(key in value for value in heard):
                inner = tuple(value[key] for value in heard)
                for rest in _paths(inner, values, known):
                    yield f".{key}{rest}"
    if all(type(value) is list and value for value in heard):
        if all(len(value) == 1 for value in heard):
            for rest in _paths(tuple(value[0] for value in heard), values, known):
                yield f".only()!{rest}"
        for field, one in _namers(heard, known):
            items = [
                [item for item in value if type(item) is dict and _at(item, field) == wanted]
                for value, wanted in zip(heard, one.values, strict=True)
            ]
            if all(len(found) == 1 for found in items):
                for rest in _paths(tuple(found[0] for found in items), values, known):
                    yield f".filter(i => i.{field} == {one.text}).only()!{rest}"


def _namers(heard: tuple[Any, ...], known: Sequence[Told]) -> Iterator[tuple[str, Told]]:
    """Fields of the items of lists that an expression equals."""
    fields = list(_fields(heard[0][0], "")) if type(heard[0][0]) is dict else []
    for field in fields:
        for one in known:
            if all(type(v) is str for v in one.values):
                yield field, one


def _fields(item: dict[str, Any], above: str) -> Iterator[str]:
    for key, value in item.items():
        if key.isidentifier() and type(value) is str:
            yield above + key
        elif key.isidentifier() and type(value) is dict and not above:
            yield from _fields(value, f"{key}.")


def _at(item: Any, field: str) -> Any:
    for name in field.split("."):
        item = item.get(name) if type(item) is dict else None
    return item


# ---- texts ----


def _aligned(values: tuple[str, ...], known: Sequence[Told]) -> str | None:
    """One template for several texts: what they share stays, the rest is said by expressions."""
    useful = [
        one for one in known if all(v in text for v, text in zip(one.values, values, strict=True))
    ]
    # Long values first, so that a text is not taken apart; equal ones in the order they came.
    useful.sort(key=lambda one: -min(map(len, one.values)))
    tries = [_STEPS]
    dead: set[tuple[int, ...]] = set()

    def rest(places: tuple[int, ...]) -> str | None:
        if all(place == len(text) for place, text in zip(places, values, strict=True)):
            return ""
        tries[0] -= 1
        if tries[0] < 0 or places in dead:
            return None
        for one in useful:
            if all(
                text.startswith(value, place)
                for text, value, place in zip(values, one.values, places, strict=True)
            ):
                ends = tuple(p + len(v) for p, v in zip(places, one.values, strict=True))
                tail = rest(ends)
                if tail is not None:
                    return "{" + one.text + "}" + tail
        letters = {text[place : place + 1] for place, text in zip(places, values, strict=True)}
        if len(letters) == 1 and "" not in letters:
            tail = rest(tuple(place + 1 for place in places))
            if tail is not None:
                return _escaped(letters.pop()) + tail
        dead.add(places)
        return None

    return rest((0,) * len(values)) if max(map(len, values)) < 900 else None


def _literal(value: Any) -> Template:
    """A value as a template that gives it."""
    if type(value) is str:
        return _escaped(value)
    if type(value) is list:
        return [_literal(item) for item in value]
    if type(value) is dict:
        return {key: _literal(item) for key, item in value.items()}
    return value


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


# ---- as YAML ----


def as_yaml(oracle: General) -> str:
    """The `oracle:` of a scenario file."""
    lines = ["oracle:"]
    for step in oracle.steps:
        whole = f"  - {step.operation}: {_flow(step.args)}"
        if len(whole) <= 100:
            lines.append(whole)
        else:
            lines.append(f"  - {step.operation}:")
            lines += _block(step.args, 6)
        if step.bind is not None:
            lines.append(f"    bind: {step.bind}")
    if oracle.answer or not oracle.steps:
        lines.append(f"  - answer: {_flow(oracle.answer)}")
    return "\n".join(lines) + "\n"


def _block(args: dict[str, Template], indent: int) -> Iterator[str]:
    for key, value in args.items():
        line = f"{' ' * indent}{key}: {_flow(value)}"
        if len(line) <= 100 or type(value) is not dict or not value:
            yield line
        else:
            yield f"{' ' * indent}{key}:"
            yield from _block(value, indent + 2)


_PLAIN = frozenset("'\\\n\r\t")
"""What a text in single quotes must not hold."""


def _flow(value: Template) -> str:
    if type(value) is dict:
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if type(value) is list:
        return "[" + ", ".join(map(_flow, value)) + "]"
    if type(value) is str and '"' in value and not _PLAIN & set(value):
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)
