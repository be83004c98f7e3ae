"""Episodes and explanations of rewards, for people and for machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rewardlang.cli.output import cut, number
from rewardlang.interpret import ELSEWHERE

if TYPE_CHECKING:
    from rich.console import Console

    from rewardlang.interpret import Explanation, Shown
    from rewardlang_runtime import Call, Environment

_STYLE = {"ok": "green"}
_SHOWN = 3
"""How many values are shown for each item of a reward, unless all are asked for."""
_LONG, _VALUE = 120, 60
"""Characters of an expression and of a value that are shown then."""


def one_line(value: Any) -> str:
    """JSON on one line."""
    return json.dumps(value, ensure_ascii=False, default=str)


def episode(console: Console, environment: Environment, full: bool) -> None:
    """The task, each call with its outcome, the answer."""
    scenario = environment.scenario
    console.print(
        Text.assemble((scenario.name, "bold"), f"  seed {environment.seed}, {environment.split}")
    )
    if environment.system:
        console.print(Padding(Text(environment.system, style="dim"), (0, 0, 0, 2)))
    console.print(Padding(Text(environment.prompt), (0, 0, 0, 2)))
    console.print()
    width = max(20, console.width - 6)
    for index, call in enumerate(environment.episode.calls, 1):
        said, answered = f"{_name(environment, call)} {one_line(call.args)}", outcome(call)
        console.print(Text(f"{index:3}  {said if full else cut(said, width)}"), soft_wrap=full)
        style = "magenta" if call.fault is not None else _STYLE.get(call.kind, "yellow")
        shown = answered if full else cut(answered, width)
        console.print(Text(f"     {shown}", style=style), soft_wrap=full)
    answer = environment.episode.answer or "(none)"
    console.print(Text.assemble(("answer  ", "dim"), answer if full else cut(answer, width)))
    if environment.calm and (scenario.faults or scenario.names):
        console.print(Text("played where nothing goes wrong", style="yellow"))
    if environment.frozen:
        console.print(Text("paid as if these calls had changed nothing", style="yellow"))


def _name(environment: Environment, call: Call) -> str:
    """The operation, with the name by which the policy has called it where that is another."""
    used = call.op if call.kind == "unknown_tool" else environment.name_of(call.op)
    return call.op if used == call.op else f"{call.op}, called {used},"


def outcome(call: Call) -> str:
    """What came back, in a line."""
    if call.status == 0:
        return call.kind.replace("_", " ")
    head = str(call.status) if call.kind == "ok" else f"{call.status} {call.kind}"
    if call.fault is not None:
        head += f" (fault: {call.fault.replace('_', ' ')}{_wait(call)})"
    return head if call.response is None else f"{head} {one_line(call.response)}"


def _wait(call: Call) -> str:
    return "" if call.retry_after is None else f", retry after {call.retry_after} s"


def explanation(console: Console, why: Explanation, full: bool) -> None:
    """The reward, and each item of it with what decided it."""
    console.print(Text.assemble(("reward  ", "dim"), (number(why.detail.reward), "bold")))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("", "", "score", "weight", "earned"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    table.add_column("because", overflow="fold")
    for gate in why.gates:
        held = Text("holds", "green") if gate.holds else Text("fails", "red")
        cap = "" if gate.holds else f"at most {number(gate.otherwise)}"
        table.add_row("gate", gate.id, held, "", cap, _because(gate.shown, full))
    for part in why.parts:
        style = "green" if part.score == 1 else "red" if part.score == 0 else "yellow"
        table.add_row(
            "part", part.id, Text(number(part.score), style), f"{part.weight:g}",
            number(part.earned), _because(part.shown, full),
        )  # fmt: skip
    for penalty in why.penalties:
        # One that takes nothing away explains nothing.
        idle = penalty.factor == 1
        why_not = Text() if idle and not full else _because(penalty.shown, full)
        factor = Text(f"x {number(penalty.factor)}", "" if idle else "yellow")
        table.add_row("penalty", penalty.id, "", "", factor, why_not)
    console.print(Padding(table, (0, 0, 0, 2)))


def _because(shown: tuple[Shown, ...], full: bool) -> Text:
    # What does not hold explains a reward that is not full, so it is never what is cut.
    first = shown if full else sorted(shown, key=lambda each: not _wrong(each))[:_SHOWN]
    lines = [_value(each, full) for each in first]
    left = len(shown) - len(lines)
    return Text("\n").join([*lines, *([Text(f"and {left} more", "dim")] if left else [])])


def _wrong(shown: Shown) -> bool:
    return shown.value is False or shown.text == ELSEWHERE


def _value(shown: Shown, full: bool) -> Text:
    where = ""
    if shown.calls:
        numbers = ", ".join(str(i + 1) for i in shown.calls)
        where = f"  (call{'s' if len(shown.calls) > 1 else ''} {numbers})"
    if shown.text == ELSEWHERE:
        places = ", ".join(shown.value)
        return Text.assemble((f"{shown.text}: ", "dim"), places if full else cut(places, _LONG))
    value = number(shown.value) if isinstance(shown.value, float) else one_line(shown.value)
    text = shown.text
    if not full:
        text, value = cut(text, _LONG), cut(value, _VALUE)
    return Text.assemble((text, "dim"), " = ", value, (where, "cyan"))


def explanation_json(why: Explanation) -> dict[str, Any]:
    """An explanation, ids to what is known of them."""
    return {
        "reward": why.detail.reward,
        "gates": {
            g.id: {"holds": g.holds, "otherwise": g.otherwise, "because": _shown_json(g.shown)}
            for g in why.gates
        },
        "parts": {
            p.id: {
                "score": p.score,
                "weight": p.weight,
                "earned": p.earned,
                "because": _shown_json(p.shown),
            }
            for p in why.parts
        },
        "penalties": {
            p.id: {"factor": p.factor, "applies": p.applies, "because": _shown_json(p.shown)}
            for p in why.penalties
        },
    }


def _shown_json(shown: tuple[Shown, ...]) -> list[dict[str, Any]]:
    return [{"text": s.text, "value": s.value, "calls": list(s.calls)} for s in shown]
