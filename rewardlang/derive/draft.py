"""A scenario in the making, and its text: YAML as a person would lay it out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rewardlang.frozen import frozen
from rewardlang.syntax.canonical import canonical

_PLAIN = re.compile(r"[A-Za-z(_][^\n]*$")
_SPLIT = re.compile(r": | #|:$|^[-?] |[\t]")
_TRAPS = re.compile(r"(?i)(yes|no|on|off|y|n|true|false|null|none|nan|inf)$|[\d.+-]")
_WIDTH = 100

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

    lets: dict[str, str] = field(default_factory=dict)
    gates: list[Item] = field(default_factory=list)
    parts: list[Item] = field(default_factory=list)
    penalties: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Test:
    """A test: calls as in an oracle, None for the oracle's own."""

    name: str
    reward: Any
    calls: Sequence[tuple[str, Any]] | None = None
    answer: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


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
    expect: dict[str, Any] = field(default_factory=dict)
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
        yield from (f"  {name}: {scalar(value)}" for name, value in reward.lets.items())
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
            yield from (f"      {name}: {scalar(value)}" for name, value in item.fields)


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
