"""The report of a run: one HTML file that needs nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from rewardlang.page import call_item, card, cards, document, section
from rewardlang.training.plots import Series, histogram, legend, lines, pairs, shares
from rewardlang.training.summary import Evaluation, Score, Summary
from rewardlang.training.watch import read_lines

SHOWN = 8
"""Tasks whose episodes stand side by side; the transcripts have all of them."""


def write_report(folder: Path, summary: Summary) -> None:
    """Write `report.html` from what the folder holds."""
    steps = read_lines(folder / "metrics.jsonl")
    before = read_lines(folder / "transcripts" / "baseline.jsonl")
    after = read_lines(folder / "transcripts" / "trained.jsonl")
    (folder / "report.html").write_text(page(summary, steps, before, after), encoding="utf-8")


def page(
    summary: Summary,
    steps: Sequence[Mapping[str, Any]],
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
) -> str:
    """The report as HTML text."""
    title = ", ".join(summary.scenarios) or "a run"
    sections = [
        _head(summary),
        section("Reward during training", _training(summary, steps)),
        section("Held-out tasks, before and after", _held_out(summary, before, after)),
        section("The same tasks, side by side", _side_by_side(before, after)),
        section("Time", _time(summary)),
        section("How it was made", _made(summary)),
    ]
    return document(title, sections)


def _plus_minus(score: Score | None) -> str:
    return "-" if score is None else f"{score.mean:.3f} ± {score.standard_error:.3f}"


def _head(summary: Summary) -> str:
    before, after = summary.baseline, summary.trained
    model = "the embedded tiny model" if summary.model == "tiny" else summary.model
    shown = []
    for name, result in (("Before", before), ("After", after)):
        if result is not None:
            more = f"greedy {result.greedy.mean:.3f}; {result.sampled.perfect:.0%} perfect"
            shown.append(card(name, _plus_minus(result.sampled), more))
    if before is not None and after is not None:
        change = after.sampled.mean - before.sampled.mean
        more = f"{after.sampled.tasks} held-out tasks, sampled"
        shown.append(card("Change", f"{change:+.3f}", more))
    shown.append(
        card("Time", _duration(sum(summary.seconds.values())), f"{summary.steps} GRPO steps")
    )
    return (
        f"<h1>{escape(', '.join(summary.scenarios))}</h1>"
        f'<p class="faint">GRPO on {escape(model)}, {escape(summary.device)}, seed '
        f"{summary.seeds.get('run')}; {summary.status}</p>" + cards(shown)
    )


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def _training(summary: Summary, rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return "<p>No steps were taken.</p>"
    xs = [row["step"] for row in rows]
    reward = [row["reward"] for row in rows]
    low = [max(0.0, row["reward"] - row["spread"]) for row in rows]
    high = [min(1.0, row["reward"] + row["spread"]) for row in rows]
    marks = [
        (result.sampled.mean, f"{name}, held out: {result.sampled.mean:.3f}")
        for name, result in (("before", summary.baseline), ("after", summary.trained))
        if result is not None
    ]
    names = list(dict.fromkeys(name for row in rows for name in row["parts"]))
    parts = [
        Series(name, [row["parts"].get(name) for row in rows], f"c{i % 8}")
        for i, name in enumerate(names)
    ]
    groups = [
        Series("spread within a group", [row["spread"] for row in rows], "c2"),
        Series("groups all alike (no signal)", [row["unanimous"] for row in rows], "c1"),
        Series("entropy per token", [row["entropy"] for row in rows], "c3"),
    ]
    calls = [Series("calls per episode", [row["calls"] for row in rows], "c5")]
    return (
        "<p>Mean reward of each step's episodes; the band is the mean spread within a group.</p>"
        + lines(xs, [Series("reward", reward, "c0")], label="reward by step", top=1.0,
                band=(low, high), marks=marks)
        + '<div class="two"><div><h3>Parts</h3>' + legend(parts)
        + lines(xs, parts, label="parts by step", top=1.0)
        + "</div><div><h3>Groups</h3>" + legend(groups)
        + lines(xs, groups, label="spread and entropy by step")
        + "</div><div><h3>Calls</h3>" + legend(calls)
        + lines(xs, calls, label="calls by step") + "</div></div>"
    )  # fmt: skip


def _held_out(
    summary: Summary,
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
) -> str:
    if summary.baseline is None:
        return ""
    bars = [
        (name, rewards, colour)
        for name, records, colour in (("before", before, "c1"), ("after", after, "c0"))
        if (rewards := [r["reward"] for r in records if r["decoding"] == "sampled"])
    ]
    names = [Series("before", [], "c1"), Series("after", [], "c0")]
    new = summary.trained.sampled.parts if summary.trained else {}
    rows = [(part, value, new.get(part)) for part, value in summary.baseline.sampled.parts.items()]
    return (
        _table(summary)
        + '<div class="two"><div><h3>Rewards</h3>' + legend(names)
        + histogram(bars, label="rewards before and after")
        + "</div><div><h3>Parts, sampled</h3>" + legend(names)
        + pairs(rows, label="parts before and after") + "</div></div>"
    )  # fmt: skip


def _table(summary: Summary) -> str:
    def row(name: str, first: Score | None, last: Score | None) -> str:
        change = "" if first is None or last is None else f"{last.mean - first.mean:+.3f}"
        cells = (name, _plus_minus(first), _plus_minus(last), change)
        return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"

    def of(result: Evaluation | None, name: str) -> Score | None:
        return getattr(result, name) if result is not None else None

    before, after = summary.baseline, summary.trained
    rows = [
        row("sampled, as in training", of(before, "sampled"), of(after, "sampled")),
        row("greedy", of(before, "greedy"), of(after, "greedy")),
    ]
    if len(summary.scenarios) > 1 and before is not None:
        for name, score in before.scenarios.items():
            rows.append(row(name, score, after.scenarios.get(name) if after else None))
    head = "<tr><th>reward ± standard error</th><th>before</th><th>after</th><th>change</th></tr>"
    return f"<table>{head}{''.join(rows)}</table>"


def _side_by_side(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> str:
    def greedy(records: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], Mapping[str, Any]]:
        chosen = [r for r in records if r["decoding"] == "greedy"]
        return {(r["scenario"], r["seed"]): r for r in chosen}

    first, last = greedy(before), greedy(after)
    both = [key for key in first if key in last]
    if not both:
        return ""
    both.sort(key=lambda key: (first[key]["reward"] - last[key]["reward"], key))
    # Evenly from the largest gain to the largest loss.
    count = min(SHOWN, len(both))
    chosen = [both[i * (len(both) - 1) // max(1, count - 1)] for i in range(count)]
    tasks = "".join(_task(first[key], last[key]) for key in dict.fromkeys(chosen))
    return (
        f"<p>Greedy, {count} of {len(both)} held-out tasks, from the largest gain to the smallest; "
        "all episodes are in <code>transcripts/</code>.</p>" + tasks
    )


def _task(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    return (
        f'<div class="task"><p><b>{escape(before["prompt"])}</b></p>'
        f'<p class="faint">{escape(before["scenario"])}, seed {before["seed"]}</p>'
        f'<div class="two"><div>{_episode("before", before)}</div>'
        f"<div>{_episode('after', after)}</div></div></div>"
    )


def _episode(name: str, record: Mapping[str, Any]) -> str:
    missed = [part for part, value in record["parts"].items() if value < 1]
    failed = [gate for gate, holds in record["gates"].items() if not holds]
    faults = [*missed, *(f"gate {gate}" for gate in failed)]
    faults += [f"penalty {p}" for p, factor in record["penalties"].items() if factor < 1]
    calls = "".join(call_item(call) for call in record["calls"])
    answer = record["answer"] or "(no answer)"
    return (
        f"<p>{name}: <b>{record['reward']:.3f}</b>"
        + (f' <span class="faint">short of: {escape(", ".join(faults))}</span>' if faults else "")
        + f'</p><ol>{calls}</ol><p class="faint">{escape(answer)}</p>'
    )


def _time(summary: Summary) -> str:
    spent = [(name, seconds) for name, seconds in summary.seconds.items() if seconds]
    parts = [(name, seconds, f"c{i % 8}") for i, (name, seconds) in enumerate(spent)]
    named = [Series(f"{name} {_duration(seconds)}", [], c) for name, seconds, c in parts]
    return legend(named) + shares(parts, label="seconds by phase")


def _made(summary: Summary) -> str:
    blocks = (
        ("settings", summary.settings),
        ("warm start", summary.warm_start),
        ("versions", summary.versions),
    )
    return "".join(
        f"<details><summary>{name}</summary><pre>"
        f"{escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre></details>"
        for name, value in blocks
        if value
    )
