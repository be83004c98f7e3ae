"""The sections of the page on what the judge has played, as HTML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from rewardlang.judge.judgement import Outcome, Searched
from rewardlang.page import call_item, folded, prose, table
from rewardlang.report import charts, kinds
from rewardlang.report.facts import Facts, Found, Group, Range
from rewardlang.report.signal import MODEL
from rewardlang.report.verdict import ends, many, number

_SCALE = '<div class="scale"><span>0</span><span>0.5</span><span>1</span></div>'


def json_text(value: object) -> str:
    """JSON on one line, escaped."""
    return escape(json.dumps(value, ensure_ascii=False))


def probes(facts: Facts) -> str:
    """What policies without a model earn, by intent, by task, against what they should."""
    if not facts.probes:
        return "<p>No probe was played.</p>"
    parts = [
        "<p>Policies without a model, each on every task. &ldquo;For it&rdquo; is what is earned "
        "above the same calls without the answer.</p>"
    ]
    for family in facts.probes:
        seeds = tuple(f"seed {seed}" for seed in facts.seeds)
        rows = [
            (escape(g.what), *map(_range, g.by_seed), _expected(g), _verdict(g))
            for g in family.groups
        ]
        each = [o for g in family.groups for o in g.outcomes]
        every = table(("probe", *seeds, "should earn"), _each(each, facts.seeds))
        parts.append(
            f'<h3>{escape(family.title)} <span class="faint">{escape(family.note)}</span></h3>'
            + table(("", *seeds, "should earn", ""), rows)
            + _missed(each)
            + folded(f"every probe of these: {many(len(each), 'episode')}", every)
        )
    return "".join(parts)


def _each(outcomes: Sequence[Outcome], seeds: Sequence[int]) -> Iterable[Sequence[str]]:
    for name, mine in kinds.by_name(outcomes).items():
        wrong = any(not o.as_expected for o in mine)
        named = f'<span class="bad">{prose(name)}</span>' if wrong else prose(name)
        yield (
            named,
            *map(_range, kinds.by_seed(mine, seeds)),
            escape(", ".join(dict.fromkeys(o.expected for o in mine))),
        )


def _missed(outcomes: Sequence[Outcome]) -> str:
    wrong = [o for o in outcomes if not o.as_expected]
    return _traces(kinds.worst(wrong), len(wrong)) if wrong else ""


def _range(rewards: Range | None) -> str:
    if rewards is None:
        return '<span class="faint">-</span>'
    return f'<span class="range">{ends(rewards, " to ")}</span>'


def _expected(group: Group) -> str:
    shown, more = group.expected[:2], len(group.expected) - 2
    return escape(", or ".join(shown)) + (f" &hellip; ({more} more)" if more > 0 else "")


def _verdict(group: Group) -> str:
    if group.missed:
        return f'<span class="bad">{group.missed} of {group.rewards.count} not</span>'
    return f'<span class="good">{"all" if group.rewards.count > 1 else "yes"}</span>'


def _traces(outcomes: Sequence[Outcome], of: int) -> str:
    left = of - len(outcomes)
    more = f'<p class="faint">and {left} more</p>' if left > 0 else ""
    return "".join(map(_trace, outcomes)) + more


def _trace(outcome: Outcome) -> str:
    kind = "good" if outcome.as_expected else "bad"
    said = (
        f'<b class="{kind}">{number(outcome.reward)}</b> {prose(outcome.name)} '
        f'<span class="faint">seed {outcome.seed}, should earn {escape(outcome.expected)}</span>'
    )
    return shown(said, outcome.line)


def shown(said: str, line: Mapping[str, Any]) -> str:
    """A trace folded behind what is said of it, which is HTML."""
    calls = "".join(map(call_item, line["calls"]))
    answer = line["answer"] or "(no answer)"
    body = f'<ol>{calls}</ol><p class="faint">answer: {escape(answer)}</p>'
    return f'<details class="task"><summary class="say">{said}</summary>{body}</details>'


def trace_mutants(facts: Facts) -> str:
    """The oracle changed in every way, by kind, and those to look at with their traces."""
    if not facts.trace_mutants:
        return "<p>The oracle earns 1 on none of the tasks: there is nothing to change.</p>"
    rows = [
        (escape(g.what), f"{g.rewards.count}", _range(g.rewards), _expected(g), _verdict(g))
        for g in facts.trace_mutants
    ]
    wrong = sum(g.missed for g in facts.trace_mutants)
    title = "Not as expected" if wrong else "As expected, and nearest to the limit"
    of = max(wrong, len(facts.worst))
    return (
        "<p>The oracle's episode with one thing changed. What ends as the oracle does may keep its "
        "reward.</p>"
        + table(("the oracle with", "episodes", "reward", "should earn", "as expected"), rows)
        + f"<h3>{title}</h3>"
        + _traces(facts.worst, of)
    )


def reward_mutants(facts: Facts) -> str:
    """The mutation score, what survived and what is no change at all."""
    found = facts.reward_mutants
    if found.score is None:
        return "<p>The reward was not changed.</p>"
    counted = found.told_apart + len(found.survivors)
    text = (
        f"<p>Mutation score <b>{number(found.score)}</b>: {found.told_apart} of "
        f"{many(counted, 'change')} of the reward's text are told from the original by a probe, a "
        "changed trace or a test of the file.</p>"
    )
    if found.survivors:
        rows = (
            (
                f'<span class="bad">{prose(each.what)}</span>',
                escape(f"{each.path}:{each.line}"),
                prose(each.pin),
            )
            for each in found.survivors
        )
        text += "<h3>Pinned by nothing</h3>" + table(
            ("change", "where", "what would pin it"), rows, "words"
        )
    if found.equivalents:
        rows = (
            (prose(each.what), f"{each.line}", prose(each.equivalent or ""))
            for each in found.equivalents
        )
        listed = table(("change", "line", "why it changes nothing"), rows, "words")
        text += folded(f"{many(len(found.equivalents), 'change')} without effect", listed)
    return text


def reached(facts: Facts) -> str:
    """What the bounded search found, task by task, and the levels of all episodes."""
    parts = [_searched(each) for each in facts.searched]
    if not parts:
        parts = ["<p>No task was searched.</p>"]
    levels = f"<h3>{many(len(facts.levels), 'distinct reward')} in all episodes</h3>"
    return "".join(parts) + levels + charts.levels(facts.levels) + _SCALE


def _searched(each: Searched) -> str:
    how = (
        "every state within that depth was looked at"
        if each.complete
        else '<span class="bad">cut short: not every state was looked at</span>'
    )
    if each.left_out:
        how += f"; {each.left_out:,} less likely calls and values were not tried"
    best = "nothing" if each.best is None else number(each.best.reward)
    calls = "" if each.best is None else f" in {many(len(each.best.line['calls']), 'call')}"
    text = (
        f"<h3>seed {each.seed}: {best}{calls}</h3><p>Depth {each.depth}, {each.states:,} states, "
        f"{each.expansions:,} expansions, {many(len(each.levels), 'distinct reward')}; {how}.</p>"
    )
    if each.best is not None:
        beats = each.shortcut is not None and each.shortcut.line == each.best.line
        said = "The shortest path, shorter than the oracle" if beats else "The shortest path"
        text += shown(f"{said}: {_path(each.best)}", each.best.line)
        if each.shortcut is not None and not beats:
            said = f"Shorter than the oracle: {_path(each.shortcut)}"
            text += shown(said, each.shortcut.line)
    return text


def _path(outcome: Outcome) -> str:
    named = " &rarr; ".join(f"<code>{escape(call['op'])}</code>" for call in outcome.line["calls"])
    return named or "no call at all"


def signal(facts: Facts) -> str:
    """Levels, the first step, and the share of groups that teach nothing."""
    of = facts.signal
    first = (
        "no single call that was tried earns more than doing nothing"
        if of.first is None
        else f"the first step can be rewarded: <code>{escape(of.first[0])}</code> alone earns "
        f"{number(of.first[1])}"
    )
    rows = [(f"G = {size}", *(f"{share:.1%}" for share in row)) for size, row in of.flat.items()]
    rates = tuple(f"p = {rate:g}" for rate in of.rates)
    return (
        f"<p>{many(len(facts.levels), 'distinct level')}; doing nothing earns "
        f"{number(of.start)}; {first}.</p><h3>Expected share of groups without variance</h3>"
        + table(("", *rates), rows)
        + f'<p class="faint">{escape(MODEL)}</p>'
    )


def tests(facts: Facts) -> str:
    """The file's own tests."""
    rows = [
        (
            escape(each.name),
            number(each.reward),
            escape(each.expected),
            '<span class="good">passes</span>' if each.as_expected
            else '<span class="bad">fails</span>',
        )
        for each in facts.tests
    ]  # fmt: skip
    return table(("test", "reward", "should earn", ""), rows) if rows else ""


def undecided(facts: Facts) -> str:
    """What a budget, or a solver that is not there, left open."""
    if not facts.left_open:
        return "<p>Everything that was asked was decided.</p>"
    rows = (tuple(map(prose, row)) for row in facts.left_open)
    return table(("what", "why", "remedy"), rows, "words")


def findings(facts: Facts) -> str:
    """Each finding as the command line shows it, with the traces that prove it."""
    text = "".join(map(_finding, facts.findings)) or "<p>None.</p>"
    if facts.silenced:
        rows = ((escape(s.code), escape(s.place), prose(s.by)) for s in facts.silenced)
        text += "<h3>Silenced</h3>" + table(("code", "where", "by"), rows, "words")
    return text


def _finding(found: Found) -> str:
    bad = "bad" if found.level != "note" else ""
    excerpt = found.excerpt.partition("\n")[2]
    traces = "".join(
        shown(f'{prose(name)} <span class="faint">seed {line["seed"]}</span>', line)
        for name, line in found.evidence
    )
    return (
        f'<div class="task"><p><b class="{bad}">{escape(found.code)}</b> '
        f'{prose(found.message)} <span class="faint">{escape(found.name)}, '
        f'{escape(found.place)}</span></p><pre class="excerpt">{escape(excerpt)}</pre>'
        f"{traces}</div>"
    )
