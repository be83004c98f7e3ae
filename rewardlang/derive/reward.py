"""The reward of a task that has an oracle: what the oracle does, told as gates and parts."""

from __future__ import annotations

import re
from dataclasses import replace as replace_
from pathlib import Path

from rewardlang import driver
from rewardlang.data import Files
from rewardlang.derive.draft import Reward
from rewardlang.derive.insert import (
    CannotInsert,
    has,
    inside,
    stripped,
    without,
    without_expected_parts,
    written,
)
from rewardlang.derive.telling.episodes import Episodes
from rewardlang.derive.telling.proving import proven
from rewardlang.derive.telling.told import Telling
from rewardlang.derive.telling.trial import Trial
from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.diagnostics.suppress import is_hard
from rewardlang.frozen import frozen
from rewardlang.syntax.load import kind_of, read_source
from rewardlang_runtime.values import ScenarioFault

_BINDS = re.compile(r"\bbind:\s*[\"']?(\w+)")
_NEVER_READ, _NO_REWARD = "D208", "Y011"


class NoReward(Exception):
    """Why no reward can be written, in one line that says what to do."""


@frozen
class Derived:
    """A reward, and the file with it.

    Attributes:
        left_out: Lets and constants that the reward before it read, and nothing reads any more.
        unheld: Operations that change something of which nothing known says what it should be.
        loosened: How many tests expected something of parts that are gone, and no longer do.
    """

    reward: Reward
    text: str
    left_out: tuple[str, ...] = ()
    loosened: int = 0
    unheld: tuple[str, ...] = ()


def derived(path: Path, *, replace: bool = False) -> Derived:
    """The reward for the oracle of a scenario file.

    Raises:
        CheckFailed: The file has errors, other than a missing reward.
        NoScenario: It holds an API or a world.
        NoReward: It has a reward, or no oracle, or the oracle says nothing to hold a policy to.
    """
    text = _text(path)
    try:
        return _derived(path, text, replace)
    except CannotInsert as error:
        checked = driver.check(path)
        if not checked.ok:
            raise driver.CheckFailed(_errors(checked)) from error
        raise NoReward(str(error)) from error


def _text(path: Path) -> str:
    found: list[Diagnostic] = []
    source = read_source(path, Files(), found)
    if source is None:
        raise driver.CheckFailed(tuple(found))
    if kind_of(path) != "scenario":
        raise driver.NoScenario(f"{path} holds an API or a world, not a scenario")
    return source.text


def _derived(path: Path, text: str, replace: bool) -> Derived:
    bare = stripped(text, "reward", "tests")
    there = has(text, "reward")
    if there and not replace:
        raise NoReward("there is a reward already; --replace writes another")
    if not has(text, "oracle"):
        raise NoReward("there is no `oracle:`; write the calls that solve the task")
    before = driver.check(path)
    elsewhere = tuple(
        d for d in _errors(before)
        if is_hard(d.code) and d.code.id != _NO_REWARD
        and not inside(text, d.label.span.start, "reward", "tests")
    )  # fmt: skip
    if elsewhere:
        raise driver.CheckFailed(elsewhere)
    trial = Trial(path, bare)
    checked = trial.checked(written(bare, Reward(), stub=True))
    if checked.judgeable is None:
        raise driver.CheckFailed(_errors(checked))
    try:
        episodes = Episodes(checked.judgeable, driver.build(checked.judgeable))
    except ScenarioFault as fault:
        raise NoReward(f"the oracle cannot be played: {_one_line(fault)}") from fault
    for task in episodes.tasks:
        for call in task.oracle.calls:
            if not call.ok:
                raise NoReward(
                    f"the oracle's `{call.op}` is refused, with {call.status}, in the task of seed"
                    f" {task.oracle.seed}; mend the oracle, or keep such tasks out with `assume`"
                )
    telling = Telling(episodes, trial, set(_BINDS.findall(text)))
    made = proven(telling.reward(), trial)
    if not made.parts:
        raise NoReward(
            "nothing that the oracle does is said by a parameter or a let; name what it changes, or"
            " what it answers, with a `let`"
        )
    put = _put(path, text, made, before if there else None)
    return replace_(put, unheld=tuple(telling.unheld(made)))


def _put(path: Path, text: str, made: Reward, before: driver.Checked | None) -> Derived:
    """The file with the reward; without what only the reward before it needed."""
    if before is None:
        return Derived(made, written(text, made))
    bare, loosened = without_expected_parts(stripped(text, "reward"))
    result = written(bare, made)
    left_out: list[str] = []
    if before.judgeable is None:
        return Derived(made, result, (), loosened)
    idle = _unread(text, before)
    while True:
        checked = Trial(path, result).checked(result)
        found = [each for each in _unread(result, checked) if each not in idle]
        found = [(section, name) for section, name in found if name not in made.lets]
        if not found:
            return Derived(made, result, tuple(left_out), loosened)
        left_out += [name for _, name in found]
        for section in ("let", "expect"):
            result = without(result, section, [name for each, name in found if each == section])


def _unread(text: str, checked: driver.Checked) -> list[tuple[str, str]]:
    """Lets and constants that nothing reads, each with the section that it is in."""
    return [
        (section, d.label.span.text)
        for d in checked.diagnostics
        for section in ("let", "expect")
        if d.code.id == _NEVER_READ and inside(text, d.label.span.start, section)
    ]


def _errors(checked: driver.Checked) -> tuple[Diagnostic, ...]:
    return tuple(d for d in checked.diagnostics if d.code.level == "error")


def _one_line(fault: ScenarioFault) -> str:
    return " ".join(str(fault).split())
