"""A reward put into the text of a scenario file, in place of another; all else stays as it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rewardlang.derive import draft
from rewardlang.derive.draft import Reward
from rewardlang.frozen import frozen
from rewardlang.source import Source
from rewardlang.syntax.canonical import canonical
from rewardlang.syntax.layout import CannotLayOut, lay_out
from rewardlang.syntax.yaml_events import read_yaml
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, Sequence_, YamlNode

STUB = "reward: {parts: [{id: none, weight: 1, check: 'answer == \"nothing\"'}]}"
"""A reward for a file that has none yet, so that the rest of it can be read."""


class CannotInsert(Exception):
    """Why a reward cannot be put into a text, with what to do."""


@frozen
class _Block:
    """Lines of one key, from 0, the last one not included, with the comments above it."""

    name: str
    first: int
    last: int
    value: YamlNode


def tidy(text: str) -> str:
    """The text with its keys on lines of their own.

    Raises:
        CannotInsert: It is no YAML, or a form of it whose lines cannot be told apart.
    """
    try:
        made = lay_out(text.replace("\r\n", "\n"))
    except CannotLayOut as error:
        raise CannotInsert(f"{error}; write the file's keys on lines of their own") from error
    root = read_yaml(Source("", made), [])
    if not isinstance(root, Mapping_) or made[root.span.start] == "{":
        raise CannotInsert("it is one value in brackets; write its keys on lines of their own")
    return made


def has(text: str, name: str) -> bool:
    """Whether a tidy text has a top-level key."""
    return any(block.name == name for block in _top(text))


def inside(text: str, offset: int, *names: str) -> bool:
    """Whether a place in any text is under one of some top-level keys."""
    root = read_yaml(Source("", text), [])
    pairs = root.pairs if isinstance(root, Mapping_) else ()
    return any(
        str(key.value) in names and key.span.start <= offset <= value.span.end
        for key, value in pairs
    )


def stripped(text: str, *names: str) -> str:
    """A text without some of its top-level keys, and the comments right above them.

    Raises:
        CannotInsert: As `tidy`.
    """
    made = tidy(text)
    return _cut(made, [block for block in _top(made) if block.name in names])


def without(text: str, section: str, names: Collection[str]) -> str:
    """A tidy text without some of the keys under a top-level one."""
    found = next((b.value for b in _top(text) if b.name == section), None)
    if not isinstance(found, Mapping_) or not names:
        return text
    if all(str(key.value) in names for key, _ in found.pairs):
        return stripped(text, section)
    if text[found.span.start] == "{":
        for name in names:
            found = next(b.value for b in _top(text) if b.name == section)
            assert isinstance(found, Mapping_)
            text = _without_key(text, found, name)
        return text
    return _cut(text, [block for block in _blocks(text, found) if block.name in names])


def without_expected_parts(text: str) -> tuple[str, int]:
    """A tidy text whose tests expect nothing of parts, and how many did."""
    tests = next((b.value for b in _top(text) if b.name == "tests"), None)
    count = 0
    if isinstance(tests, Sequence_):
        for test in reversed(tests.items):
            if isinstance(test, Mapping_) and test.get("parts") is not None:
                text, count = _without_key(text, test, "parts"), count + 1
    return text, count


def written(text: str, made: Reward, *, stub: bool = False) -> str:
    """A text without a reward, with this one before its oracle and its lets after the others.

    With `stub` the reward stands for one that is yet to be written, whatever its parts are.

    Raises:
        CannotInsert: As `tidy`; also when the result would not be what was meant.
    """
    text = tidy(text)
    items = Reward({}, made.gates, made.parts, made.penalties)
    block = [STUB] if stub else list(draft.lines(items))
    lets = [line for name, value in made.lets.items() for line in draft.field(name, value, "  ")]
    lines = text.splitlines()
    tops = {each.name: each for each in _top(text)}
    if lets and isinstance(getattr(tops.get("let"), "value", None), Scalar):
        text = stripped(text, "let")  # `let:` with nothing under it
        return written(text, made, stub=stub)
    if "let" not in tops and lets:
        block = ["let:", *lets, "", *block]
    before = tops["oracle"].first if "oracle" in tops else len(lines)
    while before and not lines[before - 1].strip():
        before -= 1
    lines[before:before] = ["", *block]
    if "let" in tops and lets:
        place = _end_of_lets(text, tops["let"], lines)
        lines[place:place] = lets
    if stub:
        return "\n".join(lines) + "\n"
    try:
        return canonical("\n".join(lines) + "\n", "scenario")
    except CannotLayOut as error:
        raise CannotInsert(str(error)) from error


def _end_of_lets(text: str, block: _Block, lines: list[str]) -> int:
    if isinstance(block.value, Mapping_) and text[block.value.span.start] == "{":
        raise CannotInsert("its lets are in brackets; write each on a line of its own")
    place = block.last
    while not lines[place - 1].strip():
        place -= 1
    return place


def _top(text: str) -> list[_Block]:
    root = read_yaml(Source("", text), [])
    return list(_blocks(text, root)) if isinstance(root, Mapping_) else []


def _blocks(text: str, mapping: Mapping_) -> Iterator[_Block]:
    """The lines of each key of a block mapping; a comment belongs to the key below it."""
    source, lines = Source("", text), text.splitlines()
    starts = []
    for key, _ in mapping.pairs:
        first = source.line(key.span.start) - 1
        column = source.position(key.span.start).column - 1
        while first and lines[first - 1].startswith(" " * column + "#"):
            first -= 1
        starts.append(first)
    last = len(lines)
    if mapping.pairs and starts and source.position(mapping.pairs[0][0].span.start).column > 1:
        last = _end(source, mapping)
    ends = [*starts[1:], last]
    for (key, value), first, end in zip(mapping.pairs, starts, ends, strict=True):
        yield _Block(str(key.value), first, end, value)


def _end(source: Source, mapping: Mapping_) -> int:
    """The line after the last one of a mapping inside another."""
    end = mapping.pairs[-1][1].span.end
    text = source.text.rstrip("\n")
    line = source.line(min(end, len(text)))
    # The value of a block scalar may end at the start of the next line.
    return line - 1 if source.text[max(0, end - 1) : end] == "\n" and end <= len(text) else line


def _cut(text: str, blocks: list[_Block]) -> str:
    lines = text.splitlines()
    for block in reversed(blocks):
        del lines[block.first : block.last]
    return "\n".join(lines).rstrip("\n") + "\n"


def _without_key(text: str, mapping: Mapping_, name: str) -> str:
    number = next(n for n, (key, _) in enumerate(mapping.pairs) if key.value == name)
    key, value = mapping.pairs[number]
    if text[mapping.span.start] == "{":
        if number:
            return text[: mapping.pairs[number - 1][1].span.end] + text[value.span.end :]
        following = mapping.pairs[number + 1 : number + 2]
        end = following[0][0].span.start if following else value.span.end
        return text[: key.span.start] + text[end:]
    block = next(b for b in _blocks(text, mapping) if b.name == name)
    if not number:  # it stands behind the dash
        following = mapping.pairs[1:2]
        if not following:
            return text
        return text[: key.span.start] + text[following[0][0].span.start :]
    return _cut(text, [block])
