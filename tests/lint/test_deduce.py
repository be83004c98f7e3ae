"""Lints that reason about conditions: what each reports, and what it must leave alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from resolve.desk import check, quoted, resolved

from rewardlang.lint.deduce import deductions


def found(fragment: str) -> list[tuple[str, str]]:
    """Codes of these lints with what is underlined; no error of types may be there."""
    scenario, wrong = resolved(fragment)
    assert scenario is not None, wrong
    assert not [d.code.id for d in wrong if d.code.level == "error"]
    return [(d.code.id, " ".join(d.label.span.text.split())) for d in deductions(scenario)]


def reward(
    parts: Sequence[str], gates: Sequence[str] = (), penalties: Sequence[str] = (), **keys: str
) -> str:
    """A reward of parts ("3:: expression" has the weight 3), gates ("0.3|| expression" lets 0.3
    through) and conditions of penalties."""
    lines = [f"{key}: {value}" for key, value in keys.items()] + ["reward:"]
    if gates:
        lines.append("  gates:")
        for i, text in enumerate(gates):
            cap, _, rest = text.rpartition("|| ")
            otherwise = f", otherwise: {cap}" if cap else ""
            lines.append(f"    - {{id: g{i}, require: {quoted(rest)}{otherwise}}}")
    lines.append("  parts:")
    for i, text in enumerate(parts):
        weight, _, rest = text.rpartition(":: ")
        lines.append(f"    - {{id: p{i}, weight: {weight or 1}, check: {quoted(rest)}}}")
    if penalties:
        lines.append("  penalties:")
        for i, text in enumerate(penalties):
            lines.append(f"    - {{id: q{i}, when: {quoted(text)}, factor: 0.5}}")
    return "\n".join(lines) + "\n"


DONE = 'final.tickets[params.id]?.state == "closed"'


@pytest.mark.parametrize(
    ("expression", "reported"),
    [
        # values
        ('answer == "a" and answer == "b"', [("D202", 'answer == "b"')]),
        ('answer >= "b" and answer < "b"', [("D202", 'answer < "b"')]),
        ('answer matches "^x" and answer == "y"', [("D202", 'answer == "y"')]),
        ('(answer == "a" or answer == "b") and answer not in ["a", "b"]',
         [("D202", 'answer not in ["a", "b"]')]),
        ('final.tickets["T-1"]?.state not in ["open", "waiting"] and'
         ' final.tickets["T-1"]?.state != "closed" and final.tickets["T-1"] is not null', []),
        ('final.tickets["T-1"]?.priority == 2 and final.tickets["T-1"]?.priority == 3',
         [("D202", 'final.tickets["T-1"]?.priority == 3')]),
        ("answer.length() > 3 and answer.length() < 4", [("D202", "answer.length() < 4")]),
        ("answer.length() > 3 and answer.length() < 5", []),
        ("answer.length() + 2 > 9 and answer.length() < 5", [("D202", "answer.length() < 5")]),
        ("answer.length() < params.id.length() and answer.length() > params.id.length()",
         [("D202", "answer.length() > params.id.length()")]),
        # numbers of calls
        ("count(getTicket{ok}) > count(getTicket)",
         [("D201", "count(getTicket{ok}) > count(getTicket)")]),
        ("count(getTicket) > count(getTicket{ok})", []),
        ("count(getTicket) + count(closeTicket) > 6",
         [("D201", "count(getTicket) + count(closeTicket) > 6")]),
        ("count(getTicket) + count(getTicket{ok}) > 6", []),
        ("called getTicket and count(any) < 1", [("D202", "count(any) < 1")]),
        ("called getTicket{ok} and never getTicket", [("D202", "never getTicket")]),
        ("called getTicket and never getTicket{ok}", []),
        ("called getTicket{ok} and called getTicket{not ok} and once getTicket",
         [("D202", "once getTicket")]),
        ("called getTicket and called closeTicket and only getTicket",
         [("D202", "only getTicket")]),
        ("only getTicket|closeTicket and called closeTicket", []),
        ("first(getTicket) is null and called getTicket", [("D202", "called getTicket")]),
        ("first(getTicket) is not null and called closeTicket", []),
        ("calls(getTicket).size() == 0 and called getTicket{ok}",
         [("D202", "called getTicket{ok}")]),
        ("called getTicket implies never any", []),
        # order
        ("called getTicket before getTicket", [("S302", "called getTicket before getTicket")]),
        ("called getTicket{not ok} before getTicket{ok}", []),
        ("called getTicket after closeTicket and never closeTicket",
         [("S302", "never closeTicket")]),
        ("every getTicket preceded_by getTicket and called getTicket",
         [("S302", "called getTicket")]),
        ("every getTicket followed_by getTicket and called getTicket",
         [("S302", "called getTicket")]),
        ("every getTicket followed_by closeTicket and every closeTicket followed_by getTicket"
         " and called getTicket", [("S302", "called getTicket")]),
        ("seq getTicket then closeTicket and never closeTicket after getTicket",
         [("S302", "never closeTicket after getTicket")]),
        ("seq getTicket then closeTicket and never getTicket after closeTicket", []),
        ("seq getTicket then closeTicket within 1 and exactly 2 any and called listTickets",
         [("S302", "called listTickets")]),
        # too long
        ("seq getTicket then closeTicket then getTicket then closeTicket then getTicket then"
         " closeTicket then getTicket", [("S304", None)]),
        ("seq getTicket then closeTicket then getTicket then closeTicket then getTicket then"
         " closeTicket", []),
        ("at_least 4 getTicket and at_least 3 closeTicket", [("S304", "at_least 3 closeTicket")]),
        ("at_least 4 getTicket and at_least 3 getTicket{ok}", []),
    ],
)  # fmt: skip
def test_conditions_that_never_hold(
    expression: str, reported: list[tuple[str, str | None]]
) -> None:
    got = found(check(expression))
    assert [code for code, _ in got] == [code for code, _ in reported]
    for (_, place), (_, expected) in zip(got, reported, strict=True):
        assert expected is None or place == expected


@pytest.mark.parametrize(
    ("pattern", "underlined"),
    [
        ('getTicket{args.id == "a", args.id == "b"}', 'args.id == "b"'),
        ("getTicket{ok, not ok}", "not ok"),
        ('getTicket{ok, kind == "api_error"}', 'kind == "api_error"'),
        ("getTicket{ok, status == 404}", "status == 404"),
        ("getTicket{not ok, status == 200}", "status == 200"),
        ('getTicket{kind == "unknown_tool"}', 'kind == "unknown_tool"'),
        ('getTicket{kind in ["ok", "api_error"], status < 200}', "status < 200"),
        ('listTickets{ok, args.state != "open", args.state != "waiting", args.state != "closed"}',
         'args.state != "closed"'),
        ("any{status == 200, not ok}", "not ok"),
        ('getTicket{args.id == "a" or args.id == "b", args.id == "c"}', 'args.id == "c"'),
        ("getTicket{status == 404}", None),
        ('any{kind == "unknown_tool"}', None),
        ('any{op == "zz", not ok}', None),
        ('getTicket{not ok, args.id == "a"}', None),
        ('getTicket{args.id != "a", args.id != "b"}', None),
        ('getTicket{ok or args.id == "x", not ok}', None),
    ],
)  # fmt: skip
def test_empty_patterns(pattern: str, underlined: str | None) -> None:
    expected = [] if underlined is None else [("S301", underlined)]
    assert found(check(f"called {pattern}")) == expected
    assert found(reward([DONE], penalties=[f"called {pattern}"])) == expected


TOOLS = "[getTicket, closeTicket]"


@pytest.mark.parametrize(
    ("fragment", "reported"),
    [
        # what is not offered is never ok, but may be called
        (reward([DONE], ["called listTickets{ok}"], tools=TOOLS), ["D203"]),
        (reward([DONE], ["never listTickets{ok}"], tools=TOOLS), ["D204"]),
        (reward([DONE], ["never listTickets"], tools=TOOLS), []),
        (reward([DONE], ["never listTickets{status == 200}"], tools=TOOLS), ["D204"]),
        (reward([DONE], ["never listTickets{ok}"]), []),
        (reward([DONE, "called listTickets{ok}"], tools=TOOLS), ["S301"]),
        (reward([DONE, "called listTickets{ok}|getTicket{ok}"], tools=TOOLS), []),
        (reward([DONE, "called listTickets{ok} or called getTicket{ok}"], tools=TOOLS), []),
        (reward([DONE], penalties=["called listTickets{ok}"], tools=TOOLS), ["D210"]),
        # gates
        (reward([DONE], ["called getTicket or never getTicket"]), ["D204"]),
        (reward([DONE], ["only any"]), ["D204"]),
        (reward([DONE], ["count(closeTicket{ok}) <= count(closeTicket)"]), ["D204"]),
        (reward([DONE], ["count(closeTicket) <= count(closeTicket{ok})"]), []),
        (reward([DONE], ["never closeTicket{ok} before closeTicket{ok}"]), ["D204"]),
        (reward([DONE], ["every closeTicket preceded_by getTicket"]), []),
        (reward([DONE], ["delta.is_empty() or not delta.is_empty()"]), ["D204"]),
        (reward([DONE], ["(called getTicket and never any) or (never any and called closeTicket)"]),
         ["D202", "D202"]),
        (reward([DONE], ["at_most 6 any{not ok}"]), ["S303"]),
        (reward([DONE], ["at_most 5 any{not ok}"]), []),
        (reward([DONE], ["called getTicket{ok}", "never getTicket"]), ["D202"]),
        # gates and parts
        (reward(["called getTicket", "called closeTicket"], ["never closeTicket"]), ["D207"]),
        (reward(["called getTicket"], ["1|| never getTicket"]), []),
        (reward(["count(any) <= 2", "called getTicket", "called listTickets",
                 "called closeTicket"]), ["D207"]),
        (reward(["count(any) <= 3", "called getTicket", "called listTickets",
                 "called closeTicket"]), []),
        (reward([DONE, 'final.tickets[params.id]?.state == "open"']), ["D207"]),
        (reward([DONE, 'final.tickets["T-2"]?.state == "open"']), []),
        # penalties
        (reward([DONE], ["called getTicket{ok}"], ["never getTicket"]), ["D210"]),
        (reward([DONE], ["0.3|| called getTicket{ok}"], ["never getTicket"]), []),
        (reward([DONE], ["called getTicket"], ["never getTicket{ok}"]), []),
        (reward([DONE], ["count(any) < 4"], ["count(getTicket) > 4"]), ["D210"]),
        (reward([DONE], ["called getTicket", "never closeTicket"],
                ["seq closeTicket then getTicket"]), ["D210"]),
        (reward([DONE], penalties=["not every closeTicket preceded_by getTicket{ok}"]), []),
        (reward([DONE], penalties=["never closeTicket after getTicket"]), []),
    ],
)  # fmt: skip
def test_gates_parts_and_penalties(fragment: str, reported: list[str]) -> None:
    assert [code for code, _ in found(fragment)] == reported


@pytest.mark.parametrize(
    ("first", "second", "reported"),
    [
        ("once closeTicket{ok}", "called closeTicket{ok}", ["D205"]),
        ("3:: once closeTicket{ok}", "1:: called closeTicket{ok}", ["D205"]),
        ("once closeTicket{ok}", "called closeTicket", ["D205"]),
        ("2:: once closeTicket{ok}", "1:: called closeTicket", []),
        ("called closeTicket{ok}", "called closeTicket", ["D205"]),
        ("3:: called closeTicket{ok}", "1:: called closeTicket", []),
        ("at_least 1 getTicket{ok}", "at_least 2 getTicket{ok}", []),
        ("exactly 2 getTicket{ok}", "at_least 2 getTicket{ok}", ["D205"]),
        ("called getTicket{ok}", "seq getTicket{ok} then closeTicket{ok}", []),
        ("called closeTicket{ok}", 'called closeTicket{ok, args.id == "T-1"}', []),
        ("called getTicket and called closeTicket", "seq getTicket then closeTicket", []),
        ("called closeTicket{ok}", "called closeTicket{ok} after getTicket{ok}", []),
        (DONE, f"{DONE} and called getTicket", []),
        (DONE, f'{DONE} and answer == "x"', []),
        ('answer == "x"', 'answer == "x" and ' + DONE, []),
        (DONE, 'final.tickets[params.id]?.state in ["waiting", "closed"]', []),
        (f'{DONE} and answer == "x"', 'final.tickets[params.id]?.state != "open"', ["D205"]),
        (f'{DONE} and answer == "x"', 'final.tickets[params.id]?.state != "closed"', ["D207"]),
        ("count(any) >= 2", "count(any) > 1", ["D206"]),
        ("called getTicket{ok} or called getTicket{not ok}", "called getTicket", ["D206"]),
        ("never any{ok}", "only any{not ok}", ["D206"]),
        ("called getTicket after getTicket", "at_least 2 getTicket", ["D206"]),
    ],
)
def test_parts_that_imply_one_another(first: str, second: str, reported: list[str]) -> None:
    assert [code for code, _ in found(reward([first, second]))] == reported
    assert [code for code, _ in found(reward([second, first]))] == reported


@pytest.mark.parametrize(
    ("expression", "reported"),
    [
        ("every closeTicket preceded_by getTicket", ["S305"]),
        ("every getTicket followed_by closeTicket", ["S305"]),
        ("called closeTicket and every closeTicket preceded_by getTicket", []),
        ("called closeTicket{ok} and every closeTicket{ok} preceded_by getTicket", []),
        ("called closeTicket{ok} and every closeTicket preceded_by getTicket", []),
        ("called closeTicket{ok} and every closeTicket{not ok} followed_by getTicket", ["S305"]),
        ("seq getTicket then closeTicket and every closeTicket preceded_by getTicket", []),
        ("called getTicket and every closeTicket preceded_by getTicket", []),
        ("called listTickets and every closeTicket preceded_by getTicket", ["S305"]),
        (f"{DONE} and every closeTicket preceded_by getTicket", []),
        ("final.tickets[params.id] is not null and every closeTicket preceded_by getTicket", []),
        (f"{DONE} or every closeTicket preceded_by getTicket", ["S305"]),
        ("called closeTicket implies every closeTicket preceded_by getTicket", ["S305"]),
        ('params.id == "T-1" and every closeTicket preceded_by getTicket', ["S305"]),
        ("delta.is_empty() and every closeTicket preceded_by getTicket", ["S305"]),
        ("not every closeTicket preceded_by getTicket", []),
        ("never getTicket after closeTicket", ["S306"]),
        ("never getTicket before closeTicket", ["S306"]),
        ("at_most 1 getTicket between closeTicket and listTickets", ["S306"]),
        ("exactly 0 getTicket after closeTicket", ["S306"]),
        ("not called getTicket after closeTicket", ["S306"]),
        ("count(getTicket after closeTicket) < 2", []),
        ("called closeTicket and never getTicket after closeTicket", []),
        ("called closeTicket{ok} and never getTicket after closeTicket", []),
        ("called getTicket after closeTicket", []),
        ("not never getTicket after closeTicket", []),
        (f"{DONE} and never getTicket after closeTicket", []),
    ],
)
def test_paid_for_nothing(expression: str, reported: list[str]) -> None:
    assert [code for code, _ in found(check(expression))] == reported


def test_a_gate_can_ask_for_what_a_part_leaves_out() -> None:
    part = "every closeTicket preceded_by getTicket"
    assert found(reward([DONE, part], ["called closeTicket{ok}"])) == []
    assert [c for c, _ in found(reward([DONE, part], ["0.5|| called closeTicket{ok}"]))] == ["S305"]


@pytest.mark.parametrize(
    ("expression", "reported"),
    [
        ("not every closeTicket preceded_by getTicket within 5", ["S303"]),
        ("not every closeTicket preceded_by getTicket within 4", []),
        ("seq getTicket then closeTicket within 9", ["S303"]),
        ("at_most 7 getTicket", ["S303"]),
        ("at_most 3 getTicket", []),
    ],
)
def test_bounds_beyond_the_horizon(expression: str, reported: list[str]) -> None:
    assert [code for code, _ in found(reward([DONE], penalties=[expression]))] == reported


@pytest.mark.parametrize("bound", ["within 9", "within 9 steps", "within  5"])
def test_a_bound_that_is_none_can_be_taken_out(bound: str) -> None:
    text = "not every closeTicket preceded_by getTicket"
    scenario, _ = resolved(reward([DONE], penalties=[f"{text} {bound}"]))
    assert scenario is not None
    (bounded,) = deductions(scenario)
    assert bounded.fix is not None
    assert bounded.fix.safe
    assert bounded.fix.span.text == f" {bound}"
    assert bounded.fix.replacement == ""
    assert found(reward([DONE], penalties=[text])) == []


def test_lets_are_looked_through() -> None:
    lets = "{done: '" + DONE + "', now: 'final.tickets[params.id]', looked: called getTicket}"
    other = reward(["done", 'now?.state == "waiting"'], let=lets)
    assert [code for code, _ in found(other)] == ["D207"]
    assert [c for c, _ in found(reward(["looked and never any"], let=lets))] == ["D202"]


def test_a_mistake_is_reported_once() -> None:
    """An empty pattern makes its gate impossible and its check false; it is the pattern's fault."""
    fragment = reward(["called getTicket{ok, not ok} and called closeTicket"],
                      ["never getTicket{ok, not ok}"])  # fmt: skip
    assert [code for code, _ in found(fragment)] == ["S301", "S301"]
