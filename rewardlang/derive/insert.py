"""A reward put into the text of a scenario file, in place of another."""

from __future__ import annotations

import re

from rewardlang.derive import draft
from rewardlang.derive.draft import Reward
from rewardlang.syntax.canonical import canonical


def stripped(text: str, name: str) -> str:
    """A file's text without one of its top-level keys."""
    return re.sub(rf"^{name}:.*\n(?:(?:[ \t#].*)?\n)*", "", text, flags=re.MULTILINE)


def written(text: str, made: Reward, *, replace: bool = False) -> str:
    """A file's text with the reward before its oracle, and the lets that it reads."""
    text = stripped(text, "reward") if replace else text
    lets = [f"  {name}: {draft.scalar(value)}" for name, value in made.lets.items()]
    block = "\n".join(draft.lines(Reward({}, made.gates, made.parts, made.penalties)))
    if re.search(r"^let:\n", text, re.MULTILINE):
        text = re.sub(
            r"^let:\n", lambda m: m[0] + "\n".join([*lets, ""]), text, count=1, flags=re.M
        )
    elif lets:
        block = "\n".join(["let:", *lets, "", block])
    return canonical(
        re.sub(r"^oracle:", lambda m: f"{block}\n\n{m[0]}", text, count=1, flags=re.M), "scenario"
    )
