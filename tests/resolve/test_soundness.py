"""What the resolver says of an expression holds when it is evaluated, whatever the policy did."""

from __future__ import annotations

import math
from typing import Any

import pytest
from diagnostics.page_examples import BASE
from resolve.desk import parts, quoted, resolved
from resolve.wild import Writer, episode

from rewardlang import driver, tree
from rewardlang.interpret import Failure, context_of, evaluate
from rewardlang.resolve.apis import resolve_api
from rewardlang.types.types import Any as AnyType
from rewardlang.types.types import (
    Bool,
    CallType,
    List,
    Null,
    Nullable,
    Number,
    Object,
    String,
    Union,
)
from rewardlang.types.words import describe
from rewardlang_runtime.values import ScenarioFault

EXPECT = "expect: {word: door}\n"


@pytest.fixture(scope="module")
def episodes():
    compiled = driver.load(BASE / "close.yaml", use_cache=False)
    return [episode(compiled, seed) for seed in range(15)]


def expand(type_):
    return resolve_api(parts()[0]).schemas.expand(type_)


def wrong(value: Any, type_: Any) -> str | None:
    """Why `value` is none of `type_`, or None."""
    type_ = expand(type_)
    match type_:
        case AnyType():
            return None
        case Null():
            well = value is None
        case Nullable():
            return None if value is None else wrong(value, type_.inner)
        case Bool():
            well = isinstance(value, bool)
        case Number():
            well = isinstance(value, int | float) and not isinstance(value, bool)
            if well:
                slack = 1e-9 * max(1.0, abs(value))
                well = type_.low is None or value >= type_.low - slack
                well = well and (type_.high is None or value <= type_.high + slack)
                well = well and (not type_.integer or float(value).is_integer())
                well = well and math.isfinite(value)
        case String():
            well = isinstance(value, str) and (type_.enum is None or value in type_.enum)
        case List():
            well = isinstance(value, list)
            if well and type_.max_items is not None:
                well = len(value) <= type_.max_items
            for item in value if well else ():
                why = wrong(item, type_.item)
                if why is not None:
                    return why
        case Object():
            if not isinstance(value, dict):
                return f"{value!r} is no object"
            for name, known in type_.properties.items():
                if name in value:
                    why = wrong(value[name], known.type)
                    if why is not None:
                        return f"{name}: {why}"
                elif known.required:
                    return f"{name} is missing"
            extra = [name for name in value if name not in type_.properties]
            well = type_.rest is not None or not extra
        case Union():
            well = any(wrong(value, variant) is None for variant in type_.variants)
        case CallType():
            well = hasattr(value, "kind") and (not type_.operations or value.op in type_.operations)
            well = well and (type_.outcome != "ok" or value.kind == "ok")
        case _:
            well = True
    return None if well else f"{value!r} is not {describe(type_)}"


def test_the_judge():
    assert wrong(True, Number()) is not None
    assert wrong(7, Number(True, 0, 6)) is not None
    assert wrong([1], List(String())) is not None
    assert wrong({}, Object({})) is None
    assert wrong({"a": 1}, Object({})) is not None


def claims_hold(expression: str, episodes: Any) -> bool | None:
    """Whether what is said of an expression is true; None when it is not well typed."""
    scenario, _ = resolved(f"{EXPECT}let: {{it: {quoted(expression)}}}")
    if scenario is None:
        return None
    value = scenario.lets[-1].value
    for each in episodes:
        context = context_of(scenario, each)
        try:
            found = evaluate(value, context)
        except ScenarioFault:
            continue
        except Failure as error:
            if value.facts.can_fail:
                continue
            raise AssertionError(f"{expression}\nfailed: {error}") from error
        if not value.facts.uncertain:
            why = wrong(found, value.type)
            assert why is None, f"{expression}\n{why}"
    return True


@pytest.mark.parametrize("seed", range(8))
def test_random_expressions(seed, episodes):
    writer = Writer(seed)
    tried = sum(claims_hold(writer.expression(), episodes) is True for _ in range(30))
    assert tried >= 8


@pytest.mark.parametrize(
    "expression",
    [
        "first(getTicket)?.args",
        "first(getTicket)?.args.id",
        "calls(any).map(c => c.args).first()",
        "calls(getTicket).map(c => c.args.id)",
        "best(getTicket, c => c.args.id.length())",
        "last(closeTicket{ok})?.args?.note",
        "last(closeTicket{not ok})?.error?.message",
        "first(any{not ok})?.error",
        "first(getTicket{ok})?.response.assignee?.name",
        "first(any{ok})?.response",
        "count(any{args?.id == 3})",
        "calls(any).sort_by(c => c.status).map(c => c.kind)",
        "1 / count(any)",
        "final.tickets.map((k, t) => k)",
        "delta.tickets.updated.only()?.state",
        'initial.tickets["T-1"]!.labels[0]',
        'desk.workflow.transition(final.tickets[params.id]?.state ?? "open", "closed")',
    ],
)
def test_chosen_expressions(expression, episodes):
    assert claims_hold(expression, episodes)


def test_bools_never_fail(episodes):
    scenario, _ = resolved("let: {it: '1 / count(any) > 0.1 and first(any)?.args.x == 2'}")
    value = scenario.lets[0].value
    assert isinstance(value, tree.And)
    assert all(isinstance(evaluate(value, context_of(scenario, e)), bool) for e in episodes)
