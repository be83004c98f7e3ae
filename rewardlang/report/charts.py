"""Charts as SVG text: no library, no script, colours from the page's style."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rewardlang.report.verdict import number

WIDTH = 640
_LEFT, _RIGHT = 14, 14


def _svg(body: str, label: str, height: int) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">{body}</svg>'
    )


def _across(reward: float) -> float:
    return round(_LEFT + reward * (WIDTH - _LEFT - _RIGHT), 1)


def levels(rewards: Sequence[float]) -> str:
    """Distinct rewards as strokes on a line from 0 to 1."""
    body = [
        f'<line class="grid" x1="{_across(0)}" x2="{_across(1)}" y1="30" y2="30"/>',
        *(
            f'<line class="level" x1="{_across(r)}" x2="{_across(r)}" y1="6" y2="30">'
            f"<title>{number(r)}</title></line>"
            for r in rewards
        ),
        *(
            f'<text x="{_across(i / 5)}" y="46" text-anchor="middle">{i / 5:g}</text>'
            for i in range(6)
        ),
    ]
    return _svg("".join(body), f"{len(rewards)} distinct rewards between 0 and 1", 52)


def steps(rungs: Sequence[tuple[str, float]]) -> str:
    """A stair from 0 to 1: for each (step, reward) a bar, the rise over the step before darker."""
    size, start = 26, 190
    room = WIDTH - start - 56
    body, before = [], 0.0
    for index, (name, reward) in enumerate(rungs):
        y = index * size + 3
        held = round(min(before, reward) * room, 1)
        whole = round(reward * room, 1)
        body.append(
            f'<text x="{start - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>'
            f'<rect class="held" x="{start}" y="{y}" width="{held}" height="20"/>'
            f'<rect class="c0" x="{start + held}" y="{y}" width="{round(whole - held, 1)}" '
            f'height="20"/><text x="{start + whole + 6}" y="{y + 14}">{number(reward)}</text>'
        )
        before = reward
    return _svg("".join(body), "reward after each step of the oracle", len(rungs) * size + 4)
