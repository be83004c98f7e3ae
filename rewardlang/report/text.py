"""The report as text for a terminal or a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rewardlang.diagnostics.excerpt import clean
from rewardlang.judge.judgement import Outcome, Searched
from rewardlang.report.facts import Facts, Group, Item, Range, Task
from rewardlang.report.signal import MODEL
from rewardlang.report.verdict import ends, many, number


def write(facts: Facts, console: Console) -> None:
    """Print the report; every finding and every number of the page but the traces."""
    _head(facts, console)
    _heading("The task", console)
    _task(facts.task, console)
    _heading("What earns what", console)
    _items((*facts.items, *facts.lets), console)
    _heading("The ladder from 0 to 1", console)
    _ladder(facts, console)
    _heading("Probes", console)
    for family in facts.probes:
        console.print(Text(f"  {family.title}: {family.note}", "dim"))
        _groups(family.groups, facts.seeds, console)
    _heading("Changed traces", console)
    _groups(facts.trace_mutants, (), console)
    _outcomes([o for o in facts.worst if not o.as_expected], console)
    _heading("Changes of the reward itself", console)
    _reward_mutants(facts, console)
    _heading("What can be reached", console)
    for each in facts.searched:
        _searched(each, console)
    _heading("Signal for GRPO", console)
    _signal(facts, console)
    _heading("What was not decided", console)
    _lines((f"{what}: {why}; {remedy}" for what, why, remedy in facts.left_open), console)
    _heading("Findings", console)
    _findings(facts, console)
    _signature(facts, console)


def _heading(title: str, console: Console) -> None:
    console.print()
    console.print(Text(title, "bold"))


def _say(text: str, console: Console, style: str = "") -> None:
    """A paragraph, wrapped; control characters of a file do not reach the terminal."""
    shown = "\n".join(clean(line) for line in text.split("\n"))
    console.print(Padding(Text(shown, style), (0, 0, 0, 2)))


def _lines(lines: Iterable[str], console: Console) -> None:
    any_line = False
    for line in lines:
        any_line = True
        console.print(Padding(Text(f"* {clean(line)}"), (0, 0, 0, 2)))
    if not any_line:
        _say("nothing", console)


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _print(table: Table, console: Console) -> None:
    console.print(Padding(table, (0, 0, 0, 2)))


def _head(facts: Facts, console: Console) -> None:
    console.print(Text.assemble((facts.name, "bold"), f"  {clean(facts.title)}"))
    console.print(Text(facts.verdict, "" if facts.sound else "bold red"))
    _lines((*facts.proven, *facts.tried), console)
    for each in facts.files:
        _say(f"{each.path}\n  sha256 {each.digest}", console, "dim")
    _say(f"rewardlang {facts.version}", console, "dim")


def _task(task: Task, console: Console) -> None:
    if task.system:
        _say(task.system, console, "dim")
    for each in task.draws:
        said = each.prompt if not each.fault else f"there is no such task: {each.fault}"
        _say(f"seed {each.seed}  {said}", console)
    tools = ", ".join(f"{t.name}{' (writes)' if t.writes else ''}" for t in task.tools)
    _say(f"tools: {tools}", console)
    _say(
        f"at most {many(task.calls, 'call')}, {task.observation:,} characters an observation, "
        f"{task.answer:,} an answer; world {task.world}",
        console,
    )
    if task.held_out:
        _say(f"held out: {task.held_out}", console)
    for fault in task.faults:
        _say(f"goes wrong: {fault}", console)
    if task.names:
        shown = ", ".join(f"{name} as {alias}" for name, alias in task.names)
        _say(f"other names: {shown}", console)


def _items(items: Sequence[Item], console: Console) -> None:
    table = _table("", "", "worth", "line", "")
    for item in items:
        worth = item.effect if item.share is None else f"{item.share:.0%}, weight {item.weight:g}"
        texts = "\n".join(
            " ".join(clean(f"{key}: {text}").split()) for key, text in item.texts.items()
        )
        line = item.place.rpartition(":")[2]
        table.add_row(item.kind, item.id, worth, line, Text(texts, "dim"))
    _print(table, console)


def _ladder(facts: Facts, console: Console) -> None:
    table = _table("after", "reward", "rise", "what moved")
    for rung in facts.ladder:
        name = f"{rung.step}. {rung.call['op']}" if rung.call is not None else "nothing"
        if rung.call is None and rung.answer:
            name = "the answer"
        rise = f"{rung.rise:+.4g}" if rung.rise else ""
        table.add_row(clean(name), number(rung.reward), rise, ", ".join(rung.moved))
    _print(table, console)


def _groups(groups: Sequence[Group], seeds: Sequence[int], console: Console) -> None:
    table = _table("", *(f"seed {seed}" for seed in seeds), "all", "of", "should earn", "")
    for each in groups:
        wrong = f"{each.missed} not" if each.missed else "as expected"
        expected = ", or ".join(each.expected[:2]) + (" ..." if each.expected[2:] else "")
        table.add_row(
            each.what,
            *map(_range, each.by_seed if seeds else ()),
            _range(each.rewards),
            f"{each.rewards.count}",
            expected,
            Text(wrong, "red" if each.missed else "green"),
        )
    _print(table, console)
    for each in groups:
        _outcomes([o for o in each.outcomes if seeds and not o.as_expected], console)


def _outcomes(outcomes: Sequence[Outcome], console: Console) -> None:
    for each in outcomes:
        _say(
            f"{number(each.reward)}  {each.name} (seed {each.seed}, should earn {each.expected})",
            console,
            "red",
        )


def _range(rewards: Range | None) -> str:
    return "-" if rewards is None else ends(rewards, "-")


def _reward_mutants(facts: Facts, console: Console) -> None:
    found = facts.reward_mutants
    if found.score is None:
        _say("the reward was not changed", console)
        return
    counted = found.told_apart + len(found.survivors)
    _say(f"mutation score {number(found.score)}: {found.told_apart} of {counted}", console)
    for each in found.survivors:
        _say(f"{each.path}:{each.line}: {each.what}; {each.pin}", console, "red")
    for each in found.equivalents:
        _say(f"no change: line {each.line}, {each.what}: {each.equivalent}", console, "dim")


def _searched(each: Searched, console: Console) -> None:
    best = "nothing" if each.best is None else number(each.best.reward)
    calls = [] if each.best is None else each.best.line["calls"]
    path = ", ".join(call["op"] for call in calls) or "no call"
    how = "every state" if each.complete else "cut short"
    if each.left_out:
        how += f", {each.left_out:,} less likely calls and values not tried"
    _say(
        f"seed {each.seed}: {best} by {path}; depth {each.depth}, {each.states:,} states, "
        f"{each.expansions:,} expansions, {how}"
        + ("; shorter than the oracle" if each.shortcut is not None else ""),
        console,
    )


def _signal(facts: Facts, console: Console) -> None:
    of = facts.signal
    first = "no single call" if of.first is None else f"{of.first[0]} earns {number(of.first[1])}"
    _say(
        f"{many(len(facts.levels), 'distinct level')}; nothing earns {number(of.start)}; "
        f"of first steps, {first}",
        console,
    )
    table = _table("groups without variance", *(f"p = {rate:g}" for rate in of.rates))
    for size, row in of.flat.items():
        table.add_row(f"G = {size}", *(f"{share:.1%}" for share in row))
    _print(table, console)
    _say(MODEL, console, "dim")


def _findings(facts: Facts, console: Console) -> None:
    for each in facts.findings:
        console.print(Text(each.excerpt), soft_wrap=True)
        console.print()
    for gone in facts.silenced:
        _say(f"silenced: {gone.code} at {gone.place}: {gone.by}", console)
    if not facts.findings and not facts.silenced:
        _say("none", console)


def _signature(facts: Facts, console: Console) -> None:
    _heading("Reviewed", console)
    digest = facts.files[0].digest[:16] if facts.files else ""
    _say(f"{facts.name}, {digest}: accepted [ ]  with remarks [ ]  to be mended [ ]", console)
    _say("name ____________________  date ____________  signature ____________________", console)
