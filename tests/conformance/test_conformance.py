"""The language as data: each case by the interpreter and by compiled code."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import lab
import pytest
import yaml

from rewardlang.interpret import Failure, same
from rewardlang_runtime.values import FAILURES, ScenarioFault

HERE = Path(__file__).parent
FILES = sorted(path.stem for path in HERE.glob("*.yaml"))

LETS = {
    "one": 'initial.things["t1"]!',
    "two": 'initial.things["t2"]!',
    "three": 'initial.things["t3"]!',
    "four": 'initial.things["t4"]!',
    "loose": "three.loose",
    "b_calls": "count(b)",
    "last_words": 'last(b)?.args?.s ?? ""',
}
MISSING = object()


def cases(stem: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((HERE / f"{stem}.yaml").read_text("utf-8"))
    return found


def outcome(case: dict[str, Any], run: Any) -> Any:
    """The value, or "fails", or "faults"."""
    try:
        value = run()
    except (Failure, *FAILURES):
        return "fails" if "fails" in case else "failed"
    except ScenarioFault:
        return "faults" if "faults" in case else "faulted"
    return value


def wrong(case: dict[str, Any], got: Any) -> str:
    """What is wrong with what an expression gave; empty when nothing is."""
    if "fails" in case or "faults" in case:
        expected: Any = "fails" if "fails" in case else "faults"
    else:
        expected = case["value"]
    return "" if same(got, expected) else f"{case['expr']}: {got!r}, not {expected!r}"


@pytest.mark.parametrize("stem", FILES)
def test_values(stem: str) -> None:
    good = [case for case in cases(stem) if "code" not in case]
    if not good:
        return
    named = {f"c{i}": case for i, case in enumerate(good)}
    lets = {**LETS, **{name: case["expr"] for name, case in named.items()}}
    scenario = lab.read_well(lab.scenario_text(lets))
    exprs = {let.name: let.value for let in scenario.lets if let.name in named}
    compiled, functions, text = lab.compile_expressions(scenario, exprs)
    errors = []
    for name, case in named.items():
        episode = lab.episode_of(compiled, case)
        by_hand = outcome(case, partial(lab.interpreted, scenario, exprs[name], episode))
        by_code = outcome(case, partial(functions[name], episode))
        errors += [f"interpreted: {e}" for e in [wrong(case, by_hand)] if e]
        errors += [f"compiled: {e}" for e in [wrong(case, by_code)] if e]
    assert not errors, "\n".join(errors) + "\n" + text


@pytest.mark.parametrize(
    ("expr", "code"),
    [(case["expr"], case["code"]) for stem in FILES for case in cases(stem) if "code" in case],
)
def test_mistakes(expr: str, code: str) -> None:
    _, found = lab.read(lab.scenario_text({**LETS, "case": expr}))
    assert any(d.code.id.startswith(code) for d in found), [d.code.id for d in found]


def test_there_are_enough_cases() -> None:
    assert sum(len(cases(stem)) for stem in FILES) >= 250
