"""Charts as SVG text: no library, no script, colours from the page's style.

They hold shapes alone and stretch to their place; what is to be read stands beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rewardlang.report.verdict import number

_WIDE = 1000
"""Units from a reward of 0 to one of 1."""


def _svg(kind: str, body: str, label: str, edge: int = 0) -> str:
    return (
        f'<svg class="{kind}" viewBox="{-edge} 0 {_WIDE + 2 * edge} 20" preserveAspectRatio="none" '
        f'role="img" aria-label="{escape(label)}">{body}</svg>'
    )


def levels(rewards: Sequence[float]) -> str:
    """Distinct rewards as strokes on a strip from 0 to 1."""
    strokes = "".join(
        f'<rect class="c0" x="{reward * _WIDE - 1.5:.1f}" y="0" width="3" height="20">'
        f"<title>{number(reward)}</title></rect>"
        for reward in rewards
    )
    return _svg("strip", strokes, f"{len(rewards)} distinct rewards between 0 and 1", edge=2)


def bar(before: float, reward: float) -> str:
    """A reward as a bar; what it rose by is darker, what it fell by is only outlined."""
    held, whole = min(before, reward) * _WIDE, reward * _WIDE
    lost = max(0.0, before - reward) * _WIDE
    body = (
        f'<rect class="held" x="0" y="0" width="{held:.1f}" height="20"/>'
        f'<rect class="c0" x="{held:.1f}" y="0" width="{whole - held:.1f}" height="20"/>'
        f'<rect class="lost" x="{whole:.1f}" y="0" width="{lost:.1f}" height="20"/>'
    )
    return _svg("bar", body, f"{number(before)} to {number(reward)}")
