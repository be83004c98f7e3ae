"""A scenario and rollouts of it, as far as they count, for the tests of what rollouts say."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.training.watch import write_lines

BASE = Path(__file__).parents[1] / "diagnostics" / "base"
READ = "called getTicket{ok, args.id == params.id}"
CLOSED = 'final.tickets[params.id]?.state == "closed"'
REWARD = f"""\
reward:
  parts:
    - {{id: read, weight: 2, check: '{READ}'}}
    - {{id: closed, weight: 1, check: '{CLOSED}'}}
    - {{id: both, weight: 1, check: '{READ} and {CLOSED}'}}
"""


def paid_twice(folder: Path) -> Path:
    """A scenario with a step on the way, the aim, and the check that asks for both."""
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    text = (BASE / "close.yaml").read_text(encoding="utf-8")
    head, _, rest = text.partition("reward:\n")
    path = folder / "close.yaml"
    path.write_text(head + REWARD + rest[rest.index("oracle:") :], encoding="utf-8")
    return path


def line(
    reward: float, *parts: float, step: int | None = 1, seed: int = 0, **more: Any
) -> dict[str, Any]:
    """A rollout as far as it counts; parts are read, closed and both."""
    scores = dict(zip(("read", "closed", "both"), parts, strict=True))
    numbered = {} if step is None else {"step": step}
    return {"scenario": "desk.close", **numbered, "seed": seed, "reward": reward,
            "parts": scores, **more}  # fmt: skip


NOTHING, LOOKED, EARLY, ALL = (0, 0, 0, 0), (0.5, 1, 0, 0), (0.25, 0, 1, 0), (1, 1, 1, 1)
Kind = tuple[float, ...]


def steps(*groups: Sequence[Kind], tasks: int = 8) -> list[dict[str, Any]]:
    """A step for each group, in which as many tasks have such a group."""
    return [
        line(*kind, step=step, seed=seed)
        for step, group in enumerate(groups, 1)
        for seed in range(tasks)
        for kind in group
    ]


def held_out(phase: str, *kinds: Kind, decoding: str = "sampled") -> list[dict[str, Any]]:
    """An evaluation on forty tasks, the kinds in turns."""
    return [
        line(*kinds[seed % len(kinds)], step=None, seed=seed, split="eval", phase=phase,
             decoding=decoding)
        for seed in range(40)
    ]  # fmt: skip


def codes(found: Sequence[Diagnostic]) -> list[str]:
    return [each.code.id for each in found]


MIXED = (NOTHING, LOOKED, EARLY, ALL)
BETTER = (LOOKED, EARLY, ALL, ALL)


def written(folder: Path, rows: Sequence[dict[str, Any]], name: str = "rollouts.jsonl") -> Path:
    path = folder / name
    write_lines(path, rows)
    return path
