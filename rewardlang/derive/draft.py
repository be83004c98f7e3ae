"""A scenario in the making, and its text: YAML as a person would lay it out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made_by
from itertools import pairwise
from typing import Any

from rewardlang.frozen import frozen
from rewardlang.syntax.canonical import canonical

_PLAIN = re.compile(r"[A-Za-z(_][^\n]*$")
_SPLIT = re.compile(r": | #|:$|^[-?] |[\t]")
_TRAPS = re.compile(r"(?i)(yes|no|on|off|y|n|true|false|null|none|nan|inf)$|[\d.+-]")
_WIDTH = 100
_PIECES = re.compile(r""""(?:[^"\\]|\\.)*"| (?:and|or|if|else)(?= )|,(?= )|[^" ,]+|.""")
_LOOSE = {"else": 0, "if": 0, "or": 1, "and": 2, ",": 3}
_OPEN, _CLOSE = re.compile(r"[(\[{]"), re.compile(r"[)\]}]")

Step = tuple[str, Any] | tuple[str, Any, str]
"""An operation and its arguments, and under which name its response is read."""


@frozen
class Item:
    """A gate, a part or a penalty, in the order of its keys, with a comment of why."""

    id: str
    fields: tuple[tuple[str, Any], ...]
    why: str = ""


def gate(id: str, require: str, otherwise: float, why: str = "") -> Item:
    """A gate of the reward."""
    return Item(id, (("require", require), ("otherwise", otherwise)), why)


def part(id: str, weight: float, check: str = "", score: str = "", why: str = "") -> Item:
    """A part of the reward."""
    worth = ("check", check) if check else ("score", score)
    return Item(id, (("weight", weight), worth), why)


def penalty(id: str, factor: float | str, when: str = "", why: str = "") -> Item:
    """A penalty of the reward."""
    condition = (("when", when),) if when else ()
    return Item(id, (*condition, ("factor", factor)), why)


@dataclass(slots=True)
class Reward:
    """Gates, parts and penalties, and the lets that they read, in the order of the file."""

    lets: dict[str, str] = made_by(default_factory=dict)
    gates: list[Item] = made_by(default_factory=list)
    parts: list[Item] = made_by(default_factory=list)
    penalties: list[Item] = made_by(default_factory=list)


@dataclass(slots=True)
class Test:
    """A test: calls as in an oracle, None for the oracle's own."""

    name: str
    reward: Any
    calls: Sequence[tuple[str, Any]] | None = None
    answer: str = ""
    params: Mapping[str, Any] = made_by(default_factory=dict)


@dataclass(slots=True)
class Scenario:
    """All that is written of one scenario; templates and expressions are text.

    Attributes:
        oracle: The calls; a third item is the name under which later ones read the response.
        observation: Letters of a response that the policy sees.
    """

    name: str
    title: str
    api: str
    world: str
    tools: Sequence[str]
    params: dict[str, str]
    prompts: Sequence[str]
    calls: int
    oracle: Sequence[Step]
    answer: str
    reward: Reward
    tests: Sequence[Test]
    expect: dict[str, Any] = made_by(default_factory=dict)
    assume: Sequence[str] = ()
    system: str = ""
    actor: str = ""
    holdout: str = ""
    observation: int = 4000

    def text(self) -> str:
        """The file."""
        return canonical("\n".join(self._lines()) + "\n", "scenario")

    def _lines(self) -> Iterator[str]:
        yield "rewardlang: 1"
        yield f"scenario: {self.name}"
        yield f"title: {scalar(self.title)}"
        yield f"use: [{self.api}]"
        yield f"world: {self.world}"
        if self.actor:
            yield f"actor: {scalar(self.actor)}"
        yield f"tools: [{', '.join(self.tools)}]"
        yield ""
        if self.expect:
            yield "expect:"
            for name, value in self.expect.items():
                yield from _data(name, value, "  ")
            yield ""
        if self.params:
            yield "params:"
            yield from (f"  {name}: {scalar(value)}" for name, value in self.params.items())
        if self.assume:
            yield "assume:"
            yield from (f"  - {scalar(each)}" for each in self.assume)
        if self.holdout:
            yield f"holdout: {scalar(self.holdout)}"
        if self.params:
            yield ""
        yield f"system: {scalar(self.system)}"
        yield "prompt:"
        yield from (f"  - {scalar(each)}" for each in self.prompts)
        yield ""
        yield f"limits: {{calls: {self.calls}, observation: {self.observation}, answer: 400}}"
        yield ""
        yield from lines(self.reward)
        yield ""
        yield "oracle:"
        for operation, args, *bound in self.oracle:
            yield f"  - {operation}: {flow(args)}"
            yield from (f"    bind: {name}" for name in bound)
        if self.answer:
            yield f"  - answer: {scalar(self.answer)}"
        yield ""
        yield "tests:"
        for test in self.tests:
            yield from _test(test)


def lines(reward: Reward) -> Iterator[str]:
    """The lets and the reward, as they stand in a file."""
    if reward.lets:
        yield "let:"
        for name, value in reward.lets.items():
            yield from field(name, value, "  ")
        yield ""
    yield "reward:"
    for section, items in (
        ("gates", reward.gates), ("parts", reward.parts), ("penalties", reward.penalties),
    ):  # fmt: skip
        if items:
            yield f"  {section}:"
        for item in items:
            yield from (f"    # {line}" for line in item.why.splitlines())
            yield f"    - id: {item.id}"
            for name, value in item.fields:
                yield from field(name, value, "      ")


def field(name: str, value: Any, indent: str) -> Iterator[str]:
    """A key with an expression or a number; what is long on several lines."""
    whole = f"{indent}{name}: {scalar(value)}"
    lines = broken(value, _WIDTH - len(indent) - 2) if len(whole) > _WIDTH else []
    if len(lines) < 2:
        yield whole
        return
    yield f"{indent}{name}: >-"
    yield from (f"{indent}  {line}" for line in lines)


def broken(value: Any, width: int) -> list[str]:
    """An expression in lines that end where a person would end them; [] of what cannot be so."""
    if not isinstance(value, str) or not value.isprintable() or "  " in value:
        return []
    return _lines(value, width)


def _lines(text: str, width: int) -> list[str]:
    """Split at the joints that bind the least, again and again where that is not enough."""
    joints = [(rank, at) for rank, at in _joints(text) if len(text) > width and 0 < at < len(text)]
    if not joints:
        return [text]
    loosest = min(rank for rank, _ in joints)
    cuts = [0, *(at for rank, at in joints if rank == loosest), len(text)]
    pieces = [text[a:b].strip() for a, b in pairwise(cuts)]
    made: list[str] = []
    for piece in pieces:
        for line in _lines(piece, width):
            if made and len(made[-1]) + 1 + len(line) <= width:
                made[-1] = f"{made[-1]} {line}"
            else:
                made.append(line)
    return made


def _joints(text: str) -> Iterator[tuple[tuple[int, int], int]]:
    """Where a line may end: how deep in brackets and how loose, and where the next one starts."""
    depth, place = 0, 0
    for match in _PIECES.finditer(text):
        piece, place = match[0], match.start()
        word = piece.strip()
        if word in _LOOSE and piece[0] in " ,":
            yield (depth, _LOOSE[word]), place + 1 if word != "," else match.end()
        elif piece[0] != '"':
            depth += len(_OPEN.findall(piece)) - len(_CLOSE.findall(piece))


def _data(name: str, value: Any, indent: str) -> Iterator[str]:
    whole = f"{indent}{scalar(name)}: {flow(value)}"
    if len(whole) <= _WIDTH or not isinstance(value, list | dict):
        yield whole
        return
    yield f"{indent}{scalar(name)}:"
    if isinstance(value, list):
        yield from (f"{indent}  - {flow(item)}" for item in value)
        return
    for key, item in value.items():
        yield from _data(key, item, indent + "  ")


def _test(test: Test) -> Iterator[str]:
    reward = flow(test.reward)
    if test.calls is None:
        yield f"  - {{name: {scalar(test.name, True)}, oracle: true, reward: {reward}}}"
        return
    yield f"  - name: {scalar(test.name)}"
    if test.params:
        yield f"    params: {flow(dict(test.params))}"
    if test.calls:
        yield "    calls:"
        yield from (f"      - {name}: {flow(args)}" for name, args in test.calls)
    else:
        yield "    calls: []"
    if test.answer:
        yield f"    answer: {scalar(test.answer)}"
    yield f"    reward: {reward}"


def flow(value: Any) -> str:
    """A value in flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(k, True)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value, True)


def scalar(value: Any, inside: bool = False) -> str:
    """A scalar, plain where that reads the same; `inside` brackets fewer texts may be plain."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if (
        _PLAIN.match(value)
        and not _SPLIT.search(value)
        and not _TRAPS.match(value)
        and value == value.strip()
        and not (inside and re.search(r"[\[\]{},:?]", value))
    ):
        return value
    if "'" not in value and value.isprintable() and '"' in value:
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)
