"""A reward tried on the oracle and on nothing done; what does not hold is left out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rewardlang import driver, model
from rewardlang.derive.draft import Item, Reward
from rewardlang.derive.insert import written
from rewardlang.derive.telling.episodes import Episodes
from rewardlang.derive.telling.trial import Trial
from rewardlang_runtime import Detail

_ROUNDS = 8


def proven(made: Reward, trial: Trial) -> Reward:
    """The reward without what the compiler refuses, without parts that the oracle does not earn or
    that are earned by doing nothing, and without gates and penalties that hit it."""
    for _ in range(_ROUNDS):
        if not made.parts:
            break
        text = written(trial.text, made)
        checked = trial.checked(text)
        wrong = _refused(made, text, checked) if checked.judgeable is None else set()
        if checked.judgeable is not None:
            wrong = _unearned(made, checked.judgeable)
        if not wrong:
            break
        made = _without(made, wrong)
    return _needed(made)


def _refused(made: Reward, text: str, checked: driver.Checked) -> set[str]:
    """The items, by section and id, and the lets, that errors stand in."""
    found = set()
    for error in checked.diagnostics:
        if error.code.level == "error":
            found.add(_item_at(made, text, error.label.span.start))
    return found - {""} or {f"parts {item.id}" for item in made.parts}


def _item_at(made: Reward, text: str, offset: int) -> str:
    before = [*text[:offset].splitlines(), text[offset:].split("\n", 1)[0]]
    section = ""
    for line in reversed(before):
        top = re.match(r"(?:  )?(gates|parts|penalties|let|reward):", line)
        item = re.match(r"    - id: (\w+)", line)
        let = re.match(r"  (\w+):", line)
        if item and not section:
            section = item[1]
        elif let and not section and let[1] in made.lets:
            return f"let {let[1]}"
        if top and section and top[1] in ("gates", "parts", "penalties"):
            return f"{top[1]} {section}"
    return ""


def _unearned(made: Reward, scenario: model.Scenario) -> set[str]:
    """What is not as it must be in the oracle's episodes, or when nothing is done."""
    again = Episodes(scenario, driver.build(scenario))
    wrong: set[str] = set()
    for task in again.tasks:
        for detail, full in ((task.oracle.detail, True), (task.idle.detail, False)):
            wrong |= _amiss(made, detail, full)
    return wrong


def _amiss(made: Reward, detail: Detail, full: bool) -> set[str]:
    wrong = set()
    for item, score in zip(made.parts, detail.parts, strict=True):
        if (full and score < 1.0) or (not full and score > 0.0):
            wrong.add(f"parts {item.id}")
    if full:
        for item, held in zip(made.gates, detail.gates, strict=True):
            if not held:
                wrong.add(f"gates {item.id}")
        for item, factor in zip(made.penalties, detail.penalties, strict=True):
            if factor < 1.0:
                wrong.add(f"penalties {item.id}")
    return wrong


def _without(made: Reward, wrong: set[str]) -> Reward:
    lets = {name: text for name, text in made.lets.items() if f"let {name}" not in wrong}

    def kept(section: str, items: Sequence[Item]) -> list[Item]:
        return [item for item in items if f"{section} {item.id}" not in wrong]

    return Reward(
        lets, kept("gates", made.gates), kept("parts", made.parts),
        kept("penalties", made.penalties),
    )  # fmt: skip


def _needed(made: Reward) -> Reward:
    """The reward with those new lets alone that something reads."""
    texts = [str(v) for i in (*made.gates, *made.parts, *made.penalties) for _, v in i.fields]
    lets: dict[str, str] = {}
    for name, text in reversed(made.lets.items()):
        if any(re.search(rf"(?<![\w.]){name}\b", each) for each in texts):
            lets[name] = text
            texts.append(text)
    return Reward(dict(reversed(lets.items())), made.gates, made.parts, made.penalties)
