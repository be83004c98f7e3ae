"""Mutants that change one argument of one call, or one entity in all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rewardlang.judge.bench import Action
from rewardlang.judge.leaves import Path, at, in_words, keyword, leaves, places, put, without
from rewardlang.judge.mutant import Direction, Mutant, Start

_SIBLINGS = 24
"""Rows that are tried for one that the call accepts."""
_DEPTH = 4
"""How deep arguments are left out; lists have mutants of their own."""
_SHARED = 4
"""A text says which row is meant when no more than one row in so many has it."""


def sibling_entity(start: Start) -> Iterator[Mutant]:
    """The same on another row, wherever the oracle names the one that is meant."""
    seen: dict[str, None] = {}
    for number, operation, args in start.steps():
        for path, value in leaves(args):
            if not isinstance(value, str) or value in seen or value not in start.grounds.owner:
                continue
            if keyword(start.schema(operation), path, "enum") is not None:
                continue
            seen[value] = None
            other = _accepted(start, number, value)
            if other is not None:
                yield Mutant(
                    "sibling",
                    f"step {number + 1}, {in_words(path)}",
                    f"the oracle on `{other}` instead of `{value}`",
                    _everywhere(start, value, other),
                    start.base.answer,
                    "clearly lower" if _identified(start, number, path, value) else "not higher",
                )


def _accepted(start: Start, step: int, value: str) -> str | None:
    """Another row's identifier with which the calls still succeed, or else any other one."""
    others = start.grounds.siblings(value)[:_SIBLINGS]
    for other in others:
        played = start.again(_everywhere(start, value, other))
        if all(call.ok for call in played.calls):
            return other
    return others[0] if others else None


def _everywhere(start: Start, value: str, other: str) -> tuple[tuple[str, Any], ...]:
    sent = []
    for operation, args in start.sent:
        changed = args
        for path, leaf in leaves(args):
            if leaf == value:
                changed = put(changed, path, other)
        sent.append((operation, changed))
    return tuple(sent)


def elsewhere(start: Start, number: int) -> Action | None:
    """One call of the oracle on another row, if that succeeds where it stands."""
    operation, args = start.sent[number]
    for path, value in leaves(args):
        if not isinstance(value, str) or value not in start.grounds.owner:
            continue
        for other in start.grounds.siblings(value)[:_SIBLINGS]:
            action = (operation, put(args, path, other))
            sent = (*start.sent[:number], action)
            played = start.again(sent)
            if all(call.ok for call in played.calls):
                return action
    return None


def _identified(start: Start, step: int, path: Path, value: str) -> bool:
    """Whether the task says which row: by this name, or by another text that few rows have."""
    if start.meant(step, path, value):
        return True
    row, rows = start.grounds.row(value)
    for where, text in leaves(row):
        if isinstance(text, str) and len(where) <= 2 and start.stated(text):
            sharing = sum(at(other, where) == text for other in rows)
            if sharing == 1 or sharing * _SHARED <= len(rows):
                return True
    return False


def enum_sibling(start: Start) -> Iterator[Mutant]:
    """Another value of an enum."""
    for number, operation, args in start.steps():
        for path, value in leaves(args):
            enum = keyword(start.schema(operation), path, "enum") or ()
            others = [other for other in enum if other != value and other is not None]
            if value in enum and others:
                yield _changed(start, "enum", number, path, others[0])


def number_beside(start: Start) -> Iterator[Mutant]:
    """One more and one less; digits in a text count as a number."""
    for number, _, args in start.steps():
        for path, value in leaves(args):
            for step in (1, -1):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    yield _changed(start, "number", number, path, value + step)
                elif _is_digits(value) and value not in start.grounds.owner:
                    yield _changed(start, "number", number, path, str(int(value) + step))


def _is_digits(value: Any) -> bool:
    return isinstance(value, str) and value.isdigit() and value.isascii() and len(value) < 9


def list_drop(start: Start) -> Iterator[Mutant]:
    """A list without its first, or without its last item."""
    for number, operation, args in start.steps():
        for path, value in places(args):
            if isinstance(value, list):
                for gone in sorted({0, len(value) - 1}) if value else ():
                    item = (*path, gone)
                    yield Mutant(
                        "list-drop",
                        f"step {number + 1}, {in_words(item)}",
                        f"the oracle without `{in_words(item)}` in step {number + 1}",
                        start.with_step(number, (operation, without(args, item))),
                        start.base.answer,
                        _when_meant(start, number, item, value[gone]),
                    )


def list_reorder(start: Start) -> Iterator[Mutant]:
    """A list from its end to its start."""
    for number, _, args in start.steps():
        for path, value in places(args):
            if isinstance(value, list) and value != value[::-1]:
                yield _changed(start, "list-reorder", number, path, value[::-1], "not higher")


def text_layout(start: Start) -> Iterator[Mutant]:
    """Another case, and more white space, in a text of several words that people would not care
    about; names of what exists are no such texts."""
    for number, _, path, value in _texts(start):
        if len(value.split()) > 1 and "<" not in value:
            first = value[0].swapcase() + value[1:]
            if first != value:
                yield _changed(start, "text-case", number, path, first, "same")
            spaced = value.replace(" ", "  ", 1) + " "
            yield _changed(start, "text-space", number, path, spaced, "same")


def text_typo(start: Start) -> Iterator[Mutant]:
    """Two neighbouring letters exchanged."""
    for number, _, path, value in _texts(start):
        middle = len(value) // 2
        for i in [*range(middle, len(value) - 1), *range(middle)]:
            if value[i : i + 2].isalpha() and value[i].lower() != value[i + 1].lower():
                wrong = value[:i] + value[i + 1] + value[i] + value[i + 2 :]
                stated: Direction = "lower" if start.stated(value) else "not higher"
                yield _changed(start, "text-typo", number, path, wrong, stated)
                break


def _texts(start: Start) -> Iterator[tuple[int, str, Path, str]]:
    """Texts that the oracle writes and that are not names of anything in the world."""
    for number, operation, args in start.steps():
        if not start.writes(operation):
            continue
        schema = start.schema(operation)
        for path, value in leaves(args):
            if not isinstance(value, str) or len(value) < 4 or value in start.texts:
                continue
            if all(keyword(schema, path, word) is None for word in ("enum", "const", "format")):
                yield number, operation, path, value


def drop_argument(start: Start) -> Iterator[Mutant]:
    """Each argument left out in turn, of objects within arguments too."""
    for number, operation, args in start.steps():
        schema = start.schema(operation)
        for path, value in places(args):
            if len(path) > _DEPTH or any(isinstance(step, int) for step in path):
                continue
            required = path[-1] in (keyword(schema, path[:-1], "required") or ())
            yield Mutant(
                "drop-required" if required else "drop-optional",
                f"step {number + 1}, {in_words(path)}",
                f"the oracle without `{in_words(path)}` in step {number + 1}, `{operation}`",
                start.with_step(number, (operation, without(args, path))),
                start.base.answer,
                "clearly lower" if required else _when_meant(start, number, path, value),
            )


def _changed(
    start: Start,
    group: str,
    number: int,
    path: Path,
    new: Any,
    direction: Direction | None = None,
) -> Mutant:
    operation, args = start.sent[number]
    old = at(args, path)
    shown = " reversed" if isinstance(new, list) else f" {new!r} instead of {old!r}"
    return Mutant(
        group,
        f"step {number + 1}, {in_words(path)}",
        f"the oracle with `{in_words(path)}`{shown} in step {number + 1}, `{operation}`",
        start.with_step(number, (operation, put(args, path, new))),
        start.base.answer,
        direction or _when_meant(start, number, path, old),
    )


def _when_meant(start: Start, number: int, path: Path, value: Any) -> Direction:
    return "clearly lower" if start.meant(number, path, value) else "not higher"
