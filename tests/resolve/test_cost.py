"""The static bound on steps: what is cheap, what is too much, what to do about it."""

from __future__ import annotations

import pytest
from resolve.desk import check, diagnostics, parts, resolved, value

from rewardlang.resolve.apis import resolve_api
from rewardlang.resolve.cost import MOST_STEPS, Costs
from rewardlang.resolve.extent import Sizes, of_value


def cost(expression: str, rows: int = 3, calls: int = 6):
    expand = resolve_api(parts()[0]).schemas.expand
    sizes = Sizes(expand, {"tickets": rows, "users": rows}, calls, 2.0, 3.0)
    return Costs(sizes).of(value(expression))


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        ("params.id", "initial.tickets.values()"),
        ('initial.tickets["T-1"]', "initial.tickets.filter(t => t.priority > 2)"),
        ("initial.tickets.any(t => t.priority > 2)",
         "initial.tickets.any(t => initial.tickets.any(u => u.id == t.id))"),
        ("count(getTicket)", "count(getTicket{args.id == params.id})"),
        ("fold(params.id)", "fold(answer)"),
        ("edit_sim(answer, answer, max_len=64)", "edit_sim(answer, answer, max_len=1500)"),
    ],
)  # fmt: skip
def test_more_work_costs_more(smaller, larger):
    assert cost(smaller).steps < cost(larger).steps


def test_steps_grow_with_the_world_and_with_the_calls():
    nested = "initial.tickets.any(t => initial.tickets.any(u => u.title == t.id))"
    assert cost(nested, rows=30).steps > 50 * cost(nested, rows=3).steps
    assert cost("count(any{ok})", calls=60).steps > 9 * cost("count(any{ok})", calls=6).steps


def test_the_size_of_values():
    assert of_value("x" * 640).deep == 11
    assert of_value([1, 2, 3]).items == 3
    assert of_value({"a": [1, 2]}).deep == 3
    assert of_value([]).items == 0
    assert cost("initial.tickets.values()", rows=7).extent.items == 7
    assert cost("range(12)").extent.items == 12
    assert cost('["a", "b"].map(x => [x, x])').extent.deep >= 4
    assert cost('"a" + "b"').extent.deep <= 3


def test_too_many_steps_are_shown_at_the_loop():
    (found,) = diagnostics("range(3000).any(a => range(3000).any(b => a * b == answer.length()))")
    assert found.code.id == "P701"
    assert found.label.span.text.startswith("range(3000).any(a")
    assert "3,000 items" in found.label.text
    assert f"{MOST_STEPS:,.0f}" in found.message
    assert "maxItems" in (found.help or "")


def test_lambdas_nest_three_deep():
    three = "[1].any(a => [2].any(b => [3].any(c => a + b + c == count_)))"
    four = "[1].any(a => [2].any(b => [3].any(c => [4].any(d => a + b + c + d == count_))))"
    lets = "count_: count(any)"
    assert diagnostics(three, lets) == []
    (found,) = diagnostics(four, lets)
    assert found.code.id == "P701"
    assert found.label.text == "4 deep"


def test_a_text_that_doubles_is_refused_before_it_is_made():
    expression = 'answer.replace("a", answer).replace("a", answer).replace("a", answer) == "x"'
    assert "P701" in {d.code.id for d in diagnostics(expression)}


def test_lets_count_once_each():
    lets = ", ".join(f"l{i}: range(900).map(a => a + {i}).sum()" for i in range(5))
    scenario, found = resolved(check("l0 + l1 + l2 + l3 + l4 > 3", lets))
    assert [d.code.id for d in found] == []
    assert scenario is not None
