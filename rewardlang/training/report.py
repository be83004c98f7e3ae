"""The report of a run: one HTML file that needs nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from rewardlang.training.plots import Series, histogram, legend, lines, pairs, shares
from rewardlang.training.summary import Evaluation, Score, Summary
from rewardlang.training.watch import read_lines

SHOWN = 8
"""Tasks whose episodes stand side by side; the transcripts have all of them."""
LONG = 240
"""Characters of an observation that are shown unfolded."""

STYLE = """
:root { --ink: #1c2430; --faint: #697586; --paper: #ffffff; --panel: #f4f6f8; --line: #d9dfe6;
  --c0: #1f7a4d; --c1: #b7791f; --c2: #2b6cb0; --c3: #9b3b8a; --c4: #c2410c; --c5: #0f766e;
  --c6: #6d28d9; --c7: #64748b; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --faint: #98a3b3; --paper: #14181e;
  --panel: #1d232b; --line: #323b47; --c0: #4ade80; --c1: #f0b54a; --c2: #74b3f0; --c3: #d98bcb;
  --c4: #fb8b5a; --c5: #4fd1c5; --c6: #b79bf5; --c7: #94a3b8; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1100px; padding: 32px 20px 80px; color: var(--ink);
  background: var(--paper); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 40px 0 10px; }
p { margin: 6px 0; } .faint, .legend { color: var(--faint); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 12px;
  margin: 20px 0; }
.card { background: var(--panel); border-radius: 8px; padding: 12px 16px; }
.card b { display: block; font-size: 24px; } .card span { color: var(--faint); font-size: 13px; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 24px; }
table { border-collapse: collapse; width: 100%; } th { color: var(--faint); font-weight: 500; }
th, td { text-align: right; padding: 4px 10px; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; }
svg { width: 100%; height: auto; display: block; } svg text { font: 11px system-ui, sans-serif;
  fill: var(--ink); } svg text.faint { fill: var(--faint); } svg text.small { font-size: 10px; }
.grid { stroke: var(--line); } .mark { stroke: var(--faint); stroke-dasharray: 4 4; }
.line { fill: none; stroke-width: 2; } .band { fill: var(--c0); opacity: 0.15; }
.legend span { margin-right: 14px; white-space: nowrap; font-size: 13px; }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 3px;
  margin-right: 5px; vertical-align: -1px; }
.task { border: 1px solid var(--line); border-radius: 8px; margin: 14px 0; padding: 12px 16px; }
.task > .two > div { min-width: 0; } ol { padding-left: 22px; margin: 8px 0; }
code, pre { font: 12px/1.45 ui-monospace, monospace; } pre { white-space: pre-wrap;
  overflow-wrap: anywhere; background: var(--panel); border-radius: 6px; padding: 8px; }
li code { overflow-wrap: anywhere; } .kind { font-size: 11px; border-radius: 4px; padding: 1px 6px;
  background: var(--panel); color: var(--c0); } .kind.bad { color: var(--bad); }
details summary { cursor: pointer; color: var(--faint); font-size: 12px; }
""" + "".join(
    f".line.c{i} {{ stroke: var(--c{i}); }} rect.c{i}, circle.c{i} {{ fill: var(--c{i}); }} "
    f"i.c{i} {{ background: var(--c{i}); }}\n"
    for i in range(8)
)


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
        _section("Reward during training", _training(summary, steps)),
        _section("Held-out tasks, before and after", _held_out(summary, before, after)),
        _section("The same tasks, side by side", _side_by_side(before, after)),
        _section("Time", _time(summary)),
        _section("How it was made", _made(summary)),
    ]
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        '</title><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body>{''.join(sections)}</body></html>\n"
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>" if body else ""


def _card(name: str, value: str, more: str) -> str:
    return f"<div class=card>{escape(name)}<b>{escape(value)}</b><span>{escape(more)}</span></div>"


def _plus_minus(score: Score | None) -> str:
    return "-" if score is None else f"{score.mean:.3f} ± {score.standard_error:.3f}"


def _head(summary: Summary) -> str:
    before, after = summary.baseline, summary.trained
    model = "the embedded tiny model" if summary.model == "tiny" else summary.model
    cards = []
    for name, result in (("Before", before), ("After", after)):
        if result is not None:
            more = f"greedy {result.greedy.mean:.3f}; {result.sampled.perfect:.0%} perfect"
            cards.append(_card(name, _plus_minus(result.sampled), more))
    if before is not None and after is not None:
        change = after.sampled.mean - before.sampled.mean
        more = f"{after.sampled.tasks} held-out tasks, sampled"
        cards.append(_card("Change", f"{change:+.3f}", more))
    cards.append(
        _card("Time", _duration(sum(summary.seconds.values())), f"{summary.steps} GRPO steps")
    )
    return (
        f"<h1>{escape(', '.join(summary.scenarios))}</h1>"
        f'<p class="faint">GRPO on {escape(model)}, {escape(summary.device)}, seed '
        f"{summary.seeds.get('run')}; {summary.status}</p>"
        f'<div class="cards">{"".join(cards)}</div>'
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
    calls = "".join(_call(call) for call in record["calls"])
    answer = record["answer"] or "(no answer)"
    return (
        f"<p>{name}: <b>{record['reward']:.3f}</b>"
        + (f' <span class="faint">short of: {escape(", ".join(faults))}</span>' if faults else "")
        + f'</p><ol>{calls}</ol><p class="faint">{escape(answer)}</p>'
    )


def _call(call: Mapping[str, Any]) -> str:
    arguments = json.dumps(call["args"], ensure_ascii=False)
    response = json.dumps(call["response"], ensure_ascii=False, indent=1)
    bad = "" if call["kind"] == "ok" else " bad"
    shown = f"<pre>{escape(response)}</pre>"
    if len(response) > LONG:
        shown = f"<details><summary>response</summary>{shown}</details>"
    if call["response"] is None:
        shown = ""
    return (
        f"<li><code>{escape(call['op'])} {escape(arguments)}</code> "
        f'<span class="kind{bad}">{escape(call["kind"])} {call["status"] or ""}</span>{shown}</li>'
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
