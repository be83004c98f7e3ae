"""Plots as SVG text for the report: no library, no script, colours from the page's style."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 44, 14, 12, 30


class Series(NamedTuple):
    """One line of a plot.

    Attributes:
        name: In the legend.
        values: One per step; None where there is none.
        colour: A CSS class, `c0` to `c7`.
    """

    name: str
    values: Sequence[float | None]
    colour: str


class _Frame:
    """Where data is on the picture."""

    def __init__(self, x: tuple[float, float], y: tuple[float, float]):
        self.x, self.y = x, y

    def at(self, x: float, y: float) -> tuple[float, float]:
        across = (x - self.x[0]) / ((self.x[1] - self.x[0]) or 1)
        up = (y - self.y[0]) / ((self.y[1] - self.y[0]) or 1)
        return (
            round(LEFT + across * (WIDTH - LEFT - RIGHT), 1),
            round(HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM), 1),
        )


def _svg(body: str, label: str, height: int = HEIGHT) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">{body}</svg>'
    )


def _axes(frame: _Frame, x_ticks: Sequence[float], y_ticks: Sequence[float], x_name: str) -> str:
    parts = []
    for value in y_ticks:
        left, y = frame.at(frame.x[0], value)
        right, _ = frame.at(frame.x[1], value)
        parts.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{value:g}</text>')
    for value in x_ticks:
        x, bottom = frame.at(value, frame.y[0])
        parts.append(f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{value:g}</text>')
    parts.append(
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 2}" text-anchor="end" class="faint">'
        f"{escape(x_name)}</text>"
    )
    return "".join(parts)


def ticks(low: float, high: float, about: int = 5, least: float = 0.0) -> list[float]:
    """Round numbers from `low` to `high`, about so many, no closer than `least`."""
    span = high - low
    if span <= 0:
        return [low]
    sizes = [m * 10.0**e for e in range(-6, 9) for m in (1, 2, 5)]
    size = next((size for size in sizes if size >= least and span / size <= about), span)
    slack = size * 1e-6
    first, last = math.ceil((low - slack) / size), math.floor((high + slack) / size)
    return [round(i * size, 6) for i in range(first, last + 1)]


def _path(frame: _Frame, xs: Sequence[float], ys: Sequence[float | None]) -> str:
    points = [frame.at(x, y) for x, y in zip(xs, ys, strict=True) if y is not None]
    return "M" + " L".join(f"{x} {y}" for x, y in points) if points else ""


def legend(series: Sequence[Series]) -> str:
    """Names of series beside their colours, as HTML."""
    items = (f'<span><i class="{s.colour}"></i>{escape(s.name)}</span>' for s in series)
    return f'<p class="legend">{"".join(items)}</p>'


def lines(
    steps: Sequence[float],
    series: Sequence[Series],
    *,
    label: str,
    top: float | None = None,
    band: tuple[Sequence[float], Sequence[float]] | None = None,
    marks: Sequence[tuple[float, str]] = (),
) -> str:
    """Lines over steps.

    Args:
        steps: The horizontal positions.
        series: What to draw.
        label: Says what the picture shows, for those who cannot see it.
        top: The upper end of the axis; None fits the data.
        band: Lower and upper values of a shaded band.
        marks: Horizontal lines: value and name.
    """
    if not steps:
        return "<p>No steps were taken.</p>"
    highest = max([v for s in series for v in s.values if v is not None], default=1.0)
    high = top or 1.05 * highest or 1.0
    frame = _Frame((min(steps), max(max(steps), min(steps) + 1)), (0.0, high))
    body = [_axes(frame, ticks(*frame.x, about=8, least=1.0), ticks(0.0, high), "step")]
    if band is not None:
        upper = [frame.at(x, edge) for x, edge in zip(steps, band[1], strict=True)]
        lower = [frame.at(x, edge) for x, edge in zip(steps, band[0], strict=True)]
        outline = " ".join(f"{x},{edge}" for x, edge in (*upper, *reversed(lower)))
        body.append(f'<polygon class="band" points="{outline}"/>')
    for level, name in marks:
        left, y = frame.at(frame.x[0], level)
        right, _ = frame.at(frame.x[1], level)
        body.append(f'<line class="mark" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>')
        body.append(f'<text x="{left + 6}" y="{y - 4}" class="faint">{escape(name)}</text>')
    for one in series:
        body.append(f'<path class="line {one.colour}" d="{_path(frame, steps, one.values)}"/>')
        if len(series) == 1:
            for x, value in zip(steps, one.values, strict=True):
                if value is None:
                    continue
                across, up = frame.at(x, value)
                body.append(
                    f'<circle class="{one.colour}" cx="{across}" cy="{up}" r="2.5">'
                    f"<title>step {x:g}: {value:.3f}</title></circle>"
                )
    return _svg("".join(body), label)


def histogram(groups: Sequence[tuple[str, Sequence[float], str]], *, label: str) -> str:
    """How often rewards fall into tenths, side by side for each (name, rewards, colour)."""
    bins = 10
    counts: list[list[float]] = []
    for _, values, _ in groups:
        tally = [0] * bins
        for value in values:
            tally[min(bins - 1, int(value * bins))] += 1
        counts.append([n / max(1, len(values)) for n in tally])
    high = max([share for filled in counts for share in filled], default=1.0) or 1.0
    frame = _Frame((0.0, 1.0), (0.0, high * 1.08))
    body = [_axes(frame, [i / 5 for i in range(6)], ticks(0.0, high, 4), "reward")]
    width = (WIDTH - LEFT - RIGHT) / bins / (len(groups) + 0.5)
    for index, ((name, _, colour), filled) in enumerate(zip(groups, counts, strict=True)):
        for place, share in enumerate(filled):
            x, y = frame.at(place / bins, share)
            _, floor = frame.at(0.0, 0.0)
            title = f"<title>{escape(name)}: {share:.0%} of tasks</title>"
            body.append(
                f'<rect class="{colour}" x="{round(x + width * (index + 0.25), 1)}" y="{y}" '
                f'width="{round(width * 0.94, 1)}" height="{round(floor - y, 1)}">{title}</rect>'
            )
    return _svg("".join(body), label)


def pairs(rows: Sequence[tuple[str, float | None, float | None]], *, label: str) -> str:
    """Horizontal bars before and after, one pair for each (name, before, after) in [0, 1]."""
    size, start = 34, 190
    body = []
    for index, (name, before, after) in enumerate(rows):
        top = index * size + 4
        body.append(f'<text x="{start - 8}" y="{top + 17}" text-anchor="end">{escape(name)}</text>')
        for place, (value, colour) in enumerate(((before, "c1"), (after, "c0"))):
            if value is None:
                continue
            length = round(value * (WIDTH - start - 56), 1)
            y = top + place * 12
            body.append(
                f'<rect class="{colour}" x="{start}" y="{y}" width="{length}" height="11"/>'
                f'<text x="{start + length + 6}" y="{y + 10}" class="small">{value:.2f}</text>'
            )
    return _svg("".join(body), label, max(1, len(rows)) * size + 8)


def shares(parts: Sequence[tuple[str, float, str]], *, label: str) -> str:
    """One bar split in proportion to each (name, amount, colour)."""
    total = sum(amount for _, amount, _ in parts) or 1.0
    body, x = [], 0.0
    for name, amount, colour in parts:
        width = amount / total * WIDTH
        body.append(
            f'<rect class="{colour}" x="{round(x, 1)}" y="0" width="{round(width, 1)}" height="26">'
            f"<title>{escape(name)}: {amount:.1f} s</title></rect>"
        )
        x += width
    return _svg("".join(body), label, 26)
