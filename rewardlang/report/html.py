"""The report as one HTML page that needs nothing else."""

from __future__ import annotations

from html import escape

from rewardlang.page import card, cards, document, folded, prose, section, table
from rewardlang.report import charts, sections
from rewardlang.report.facts import Facts, Item, Rung, Task
from rewardlang.report.verdict import number

STYLE = """
h1 { overflow-wrap: anywhere; } pre.excerpt { white-space: pre; overflow-x: auto; }
h3 { font-size: 15px; margin: 22px 0 4px; } th, td { vertical-align: top; }
table.words th, table.words td { text-align: left; }
table.items td:nth-child(3) { width: 60%; } table.ladder td:nth-child(3) { width: 34%; }
.held { fill: var(--line); } .lost { fill: var(--bad); opacity: 0.35; }
svg.bar { width: 100%; min-width: 120px; height: 14px; margin-top: 4px; }
svg.strip { height: 22px; background: var(--panel); border-radius: 3px; }
.scale { display: flex; justify-content: space-between; font-size: 12px; color: var(--faint); }
.verdict { font-size: 17px; margin: 14px 0 6px; padding: 10px 14px; background: var(--panel);
  border-left: 4px solid var(--c0); border-radius: 4px; } .verdict.bad { border-color: var(--bad); }
.bad { color: var(--bad); } .good { color: var(--c0); } td pre { margin: 0; }
.digest { overflow-wrap: anywhere; } ul { padding-left: 20px; margin: 6px 0; }
.prompt { background: var(--panel); border-radius: 8px; padding: 10px 14px; margin: 8px 0;
  white-space: pre-wrap; overflow-wrap: anywhere; } .range { white-space: nowrap; }
summary.say { font-size: 15px; color: inherit; } details.task { margin: 6px 0; padding: 6px 12px; }
.sign { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 28px 24px;
  margin-top: 30px; } .sign div { border-top: 1px solid var(--ink); padding-top: 4px; }
@media (max-width: 560px) { .range { white-space: normal; } svg.bar { min-width: 60px; }
  table { font-size: 13px; } .cards { grid-template-columns: 1fr 1fr; }
  table.items, table.items tbody, table.items tr, table.items td { display: block; width: auto; }
  table.items td:not(:last-child) { border: 0; padding-bottom: 0; }
  table.items th { display: none; } table.items td:nth-child(3) { width: auto; }
  table.ladder td:nth-child(3) { width: 22%; } }
"""


def page(facts: Facts) -> str:
    """The report as HTML text."""
    return document(
        f"{facts.name}: report",
        (
            _head(facts),
            section("The task", _task(facts.task)),
            section("What earns what", _items(facts)),
            section("The ladder from 0 to 1", _ladder(facts)),
            section("Probes", sections.probes(facts)),
            section("Changed traces", sections.trace_mutants(facts)),
            section("Changes of the reward itself", sections.reward_mutants(facts)),
            section("What can be reached", sections.reached(facts)),
            section("Signal for GRPO", sections.signal(facts)),
            section("Tests of the file", sections.tests(facts)),
            section("What was not decided", sections.undecided(facts)),
            section("Findings", sections.findings(facts)),
            section("Reviewed", _signature(facts)),
        ),
        STYLE,
    )


def _head(facts: Facts) -> str:
    bad = "" if facts.sound else " bad"
    resting = "".join(
        f"<div><h3>{name}</h3><ul>{''.join(f'<li>{escape(each)}</li>' for each in said)}</ul></div>"
        for name, said in (("Proven", facts.proven), ("Tried", facts.tried))
        if said
    )
    rows = ((escape(f.path), f'<code class="digest">{f.digest}</code>') for f in facts.files)
    return (
        f"<h1>{escape(facts.name)}</h1><p>{escape(facts.title)}</p>"
        f'<p class="faint">{escape(facts.path)}, judged by rewardlang {escape(facts.version)}</p>'
        f'<p class="verdict{bad}">{prose(facts.verdict)}</p>'
        + cards(_figures(facts))
        + f'<div class="two">{resting}</div>'
        + folded("files, with their SHA-256", table(("file", "SHA-256"), rows, "words"))
    )


def _figures(facts: Facts) -> list[str]:
    full = sum(each.reward == 1.0 for each in facts.oracle)
    probes = [group for family in facts.probes for group in family.groups]
    missed = sum(group.missed for group in probes)
    mutants = sum(group.rewards.count for group in facts.trace_mutants)
    kept = sum(group.missed for group in facts.trace_mutants)
    score = facts.reward_mutants.score
    return [
        card("Oracle", f"{full} of {len(facts.oracle)}", "tasks on which it earns 1"),
        card("Probes", f"{missed}", f"of {sum(g.rewards.count for g in probes)} not as expected"),
        card("Changed traces", f"{kept}", f"of {mutants} not as expected"),
        card("Mutation score", "-" if score is None else number(score), "of the reward itself"),
        card("Levels", f"{len(facts.levels)}", "distinct rewards seen"),
    ]


def _task(task: Task) -> str:
    draws = "".join(
        f'<p class="faint">seed {each.seed}</p><div class="prompt">{escape(each.prompt)}</div>'
        if not each.fault
        else f'<p class="bad">seed {each.seed}: there is no such task: {escape(each.fault)}</p>'
        for each in task.draws
    )
    tools = (
        (f"<code>{escape(t.name)}</code>", "writes" if t.writes else "reads", escape(t.doc))
        for t in task.tools
    )
    limits = (
        f"At most {task.calls} calls an episode; an observation has at most {task.observation:,} "
        f"characters, an answer {task.answer:,}."
    )
    wrong = "".join(f"<li><code>{escape(fault)}</code></li>" for fault in task.faults)
    names = ", ".join(
        f"<code>{escape(name)}</code> as <code>{escape(alias)}</code>" for name, alias in task.names
    )
    system = f'<p class="faint">system prompt</p><div class="prompt">{escape(task.system)}</div>'
    params = "".join(f"<li>seed {d.seed}: <code>{sections.json_text(d.params)}</code></li>"
                     for d in task.draws if d.params)  # fmt: skip
    return (
        (system if task.system else "")
        + draws
        + (folded("parameters of these tasks", f"<ul>{params}</ul>") if params else "")
        + f"<p>{limits} World <code>{escape(task.world)}</code>, acting as "
        f"<code>{escape(task.actor)}</code>; {escape(', '.join(task.apis))}.</p>"
        + (f"<p>Held out: <code>{escape(task.held_out)}</code></p>" if task.held_out else "")
        + (f"<p>What goes wrong:</p><ul>{wrong}</ul>" if wrong else "")
        + (f"<p>Other names: {names}</p>" if names else "")
        + folded(f"{len(task.tools)} tools", table(("tool", "", ""), tools, "words"))
    )


def _items(facts: Facts) -> str:
    rows = [
        (
            f'<b>{escape(item.id)}</b><br><span class="faint">{item.kind}, '
            f"{_line(item, facts.path)}</span>",
            _worth(item),
            "".join(
                f'<span class="faint">{key}</span><pre>{escape(text)}</pre>'
                for key, text in item.texts.items()
            ),
        )
        for item in facts.items
    ]
    lets = (
        (f"<code>{escape(let.id)}</code>", _line(let, facts.path), f"<pre>{escape(text)}</pre>")
        for let in facts.lets
        for text in let.texts.values()
    )
    return (
        "<p>The reward is the weighted mean of the parts, times the penalties; a gate that fails "
        "caps it.</p>"
        + table(("", "worth", ""), rows, "words items")
        + (folded("names used in them", table(("", "", ""), lets, "words")) if facts.lets else "")
    )


def _line(item: Item, path: str) -> str:
    """Where it stands: the line alone when that is in the scenario's own file."""
    return escape(item.place.replace(f"{path}:", "line ", 1))


def _worth(item: Item) -> str:
    if item.weight is None or item.share is None:
        return escape(item.effect)
    return (
        f'<b>{item.share:.0%}</b><br><span class="faint">weight {item.weight:g}, '
        f"{escape(item.effect)}</span>"
    )


def _ladder(facts: Facts) -> str:
    rungs = facts.ladder
    if not rungs:
        return "<p>The oracle earns 1 on none of the tasks: there is no ladder.</p>"
    before = (0.0, *(rung.reward for rung in rungs))
    rows = [
        (
            f"{rung.step}. <code>{escape(_step(rung))}</code>" if rung.call else _step(rung),
            f'<span class="{"" if rung.as_expected else "bad"}">{number(rung.reward)}</span>',
            charts.bar(last, rung.reward),
            "<br>".join(map(prose, rung.moved)),
        )
        for rung, last in zip(rungs, before, strict=False)
    ]
    trace = {"calls": [r.call for r in rungs if r.call], "answer": rungs[-1].answer}
    listed = table(("after", "reward", "", "what moved"), rows, "words ladder")
    return listed + sections.shown("The trace", trace)


def _step(rung: Rung) -> str:
    if rung.call is not None:
        return str(rung.call["op"])
    return "the answer" if rung.answer else "nothing"


def _signature(facts: Facts) -> str:
    fields = "".join(f"<div>{name}</div>" for name in ("Name", "Date", "Signature"))
    own = facts.files[0].digest if facts.files else ""
    return (
        f"<p>I have read this page and agree that policies are trained on "
        f"<b>{escape(facts.name)}</b> as it stands in the files named above "
        f'(<code class="digest">{own[:16]}</code>).</p><p>&#9744; accepted &nbsp; '
        "&#9744; accepted with remarks &nbsp; &#9744; to be mended</p>"
        f'<div class="sign">{fields}</div>'
    )
