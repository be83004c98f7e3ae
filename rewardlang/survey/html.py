"""A survey as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from rewardlang.page import call_item, card, cards, document, folded, section, table
from rewardlang.report.verdict import many, number
from rewardlang.survey.tally import SILENT, Example, FileTally, Survey, Tally, Verdict
from rewardlang.survey.words import calls_said, headline, judged_said, percent, reward_said

STYLE = """
h1, h3 { overflow-wrap: anywhere; } h3 { font-size: 15px; margin: 22px 0 4px; }
table.words th, table.words td { text-align: left; vertical-align: top; }
table.words td:first-child { text-align: right; width: 5em; }
.bad { color: var(--bad); } .good { color: var(--c0); } .unsure { color: var(--c1); }
svg.shares { height: 14px; margin: 6px 0; border-radius: 3px; }
svg.shares .pass { fill: var(--c0); } svg.shares .fail { fill: var(--bad); }
svg.shares .unknown { fill: var(--line); }
.trace { border-left: 3px solid var(--line); padding: 2px 0 2px 14px; margin: 18px 0; }
.trace:target { border-color: var(--c2); } .trace h3 { margin-top: 0; }
.card.silent { border-left: 4px solid var(--bad); }
ul { padding-left: 20px; margin: 6px 0; } td { overflow-wrap: break-word; }
td a { white-space: nowrap; } li { overflow-wrap: anywhere; }
"""
_CLASS: dict[Verdict, str] = {"pass": "good", "fail": "bad", "unknown": "unsure"}


def page(survey: Survey) -> str:
    """The survey as HTML text."""
    anchors = {key: f"t{number}" for number, key in enumerate(survey.examples, 1)}
    return document(
        "What the recordings say",
        (
            _head(survey),
            section("Silent failures", "".join(_silent(survey, anchors))),
            *(
                section(tally.scenario, _tally(survey, tally, anchors))
                for tally in survey.tallies.values()
                if tally.traces
            ),
            section("Files", _files(survey.files)),
            section("Traces", "".join(_trace(survey, key, anchors) for key in survey.examples)),
        ),
        STYLE,
    )


def _head(survey: Survey) -> str:
    tallies = survey.tallies.values()
    counts = {kind: sum(t.verdicts[kind] for t in tallies) for kind in _CLASS}
    traces, silent = sum(counts.values()), sum(t.silent for t in tallies)
    calls = sum(t.calls for t in tallies)
    figures = [
        card("passed", str(counts["pass"]), f"reward at least {number(survey.threshold)}"),
        card("failed", str(counts["fail"]), "below that, whatever is unknown"),
        card("unknown", str(counts["unknown"]), "what is not recorded decides"),
        card("silent failures", str(silent), "no call reported an error").replace(
            'class="card"', f'class="card{" silent" if silent else ""}"'
        ),
    ]
    files = ", ".join(file.path for file in survey.files)
    return (
        f"<h1>What the recordings say</h1><p class='faint'>{many(traces, 'scored trace')}, "
        f"{many(calls, 'call')}, from {escape(files)}</p>{cards(figures)}"
    )


def _silent(survey: Survey, anchors: dict[tuple[str, str], str]) -> Iterator[str]:
    total = sum(tally.silent for tally in survey.tallies.values())
    if not total:
        return
    yield "<p>The goal was not reached, and no call reported an error.</p>"
    rows, shown = [], 0
    for tally in survey.tallies.values():
        for example in survey.examples_of(tally.scenario, SILENT):
            shown += 1
            called = ", ".join(call["op"] for call in example.calls) or "no call"
            rows.append(
                (
                    escape(reward_said(example.score)),
                    _link(example, anchors),
                    escape(example.scenario),
                    escape(called),
                    escape(", ".join(miss.id for miss in example.misses)),
                )
            )
    yield table(("reward", "trace", "scenario", "calls", "missed"), rows, "words")
    if total > shown:
        yield f"<p class='faint'>and {many(total - shown, 'more trace')}</p>"


def _link(example: Example, anchors: dict[tuple[str, str], str]) -> str:
    anchor = anchors[example.scenario, example.place]
    return f'<a href="#{anchor}">{escape(example.place)}</a>'


def _tally(survey: Survey, tally: Tally, anchors: dict[tuple[str, str], str]) -> str:
    said = f"<p>{escape(headline(tally, survey.threshold))}</p>{_shares(tally)}"
    said += f"<p class='faint'>{escape(judged_said(tally, survey.items[tally.scenario]))}</p>"
    if tally.missed:
        rows = []
        for id, count in tally.missed.most_common():
            examples = survey.examples_of(tally.scenario, id)
            links = ", ".join(_link(example, anchors) for example in examples)
            decided = _decided(examples[0], id) if examples else ""
            rows.append((str(count), escape(id), decided, links))
        said += table(("traces", "missed", "in the first, decided by", "traces"), rows, "words")
    judged = [
        (percent(tally.judged[id] / tally.traces), escape(id))
        for id in survey.items[tally.scenario]
        if tally.judged[id] < tally.traces
    ]
    if judged:
        body = table(("judged", "item"), judged, "words")
        reasons = [(str(count), escape(why)) for why, count in tally.why.most_common()]
        said += (
            folded("what could not be judged everywhere, and why", body)
            if not reasons
            else (
                folded(
                    "what could not be judged everywhere, and why",
                    body + table(("traces", "why"), reasons, "words"),
                )
            )
        )
    return said


def _decided(example: Example, id: str) -> str:
    miss = next(miss for miss in example.misses if miss.id == id)
    return escape(calls_said(example, miss))


def _shares(tally: Tally) -> str:
    """Passed, failed and unknown as parts of a bar."""
    at, shapes = 0.0, []
    for kind in _CLASS:
        wide = 1000 * tally.verdicts[kind] / tally.traces
        shapes.append(
            f'<rect class="{kind}" x="{at:.1f}" y="0" width="{wide:.1f}" height="20">'
            f"<title>{tally.verdicts[kind]} {kind}</title></rect>"
        )
        at += wide
    label = ", ".join(f"{tally.verdicts[kind]} {kind}" for kind in _CLASS)
    return (
        '<svg class="shares" viewBox="0 0 1000 20" preserveAspectRatio="none" role="img" '
        f'aria-label="{label}">{"".join(shapes)}</svg>'
    )


def _trace(survey: Survey, key: tuple[str, str], anchors: dict[tuple[str, str], str]) -> str:
    example = survey.examples[key]
    verdict = f'<span class="{_CLASS[example.verdict]}">{example.verdict}</span>'
    if example.silent:
        verdict += ", silent"
    head = (
        f'<h3>{escape(example.place)}</h3><p class="faint">{escape(example.scenario)}: {verdict}, '
        f"reward {escape(reward_said(example.score))}</p>"
    )
    asked = f"<p>{escape(example.asked)}</p>" if example.asked else ""
    calls = "".join(map(call_item, example.calls))
    more = f"<p class='faint'>and {many(example.more, 'more call')}</p>" if example.more else ""
    answer = f"<p>Answer: {escape(example.answer)}</p>" if example.answer else ""
    misses = "".join(
        f"<li><b>{escape(miss.id)}</b> {number(miss.value)}: "
        f"{escape(calls_said(example, miss))}</li>"
        for miss in example.misses
    )
    why = f"<p class='faint'>{escape(example.score.why)}</p>" if example.score.why else ""
    body = f"{head}{asked}<ol>{calls}</ol>{more}{answer}<ul>{misses}</ul>{why}"
    return f'<div class="trace" id="{anchors[key]}">{body}</div>'


def _files(found: list[FileTally]) -> str:
    rows = []
    for file in found:
        notes = [f"left out: {count} {reason}" for reason, count in file.left_out.items()]
        for problem in file.problems:
            remedy = f" ({problem.remedy})" if problem.remedy else ""
            notes.append(f"{file.unit} {problem.number}: {problem.message}{remedy}")
        if file.more:
            notes.append(f"and {many(file.more, 'more problem')}")
        listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
        rows.append((str(file.traces), escape(file.path), escape(file.form), f"<ul>{listed}</ul>"))
    return table(("traces", "file", "form", "left out and problems"), rows, "words")
