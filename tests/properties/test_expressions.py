"""Random well-typed expressions mean the same interpreted and compiled, failures included.

REWARDLANG_EXPRESSIONS is how many; `make differential` sets it to 5,000.
"""

from __future__ import annotations

import os
import random
from functools import partial
from typing import Any

import lab
import pytest
from properties.expressions import Generator

from rewardlang import model
from rewardlang.interpret import Failure, same
from rewardlang_runtime import Call, Episode, Scenario, World, load_base
from rewardlang_runtime.calls import CallBetween
from rewardlang_runtime.values import FAILURES, ScenarioFault

COUNT = int(os.environ.get("REWARDLANG_EXPRESSIONS", "1000"))
BATCH = 125
SEEDS = range((COUNT + BATCH - 1) // BATCH)
EPISODES = 12

LETS = {
    "one": 'initial.things["t1"]!',
    "two": 'initial.things["t2"]!',
    "three": 'initial.things["t3"]!',
    "four": 'initial.things["t4"]!',
    "loose": "three.loose",
}
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, 2, 1.0, 2.5, "", "x", "abc", "y", "t2", [], ["x"], [1, True], {},
    {"p": 1},
)  # fmt: skip


def well_typed(rng: random.Random) -> tuple[model.Scenario, dict[str, str]]:
    """A scenario with a batch of expressions as lets; those that are rejected are made anew."""
    generator = Generator(rng)
    texts: dict[str, str] = {}
    number = 0
    for _ in range(20):
        while len(texts) < BATCH:
            texts[f"e{number}"] = generator.expression(rng.choice([1, 2, 3, 3, 4]))
            number += 1
        source = lab.scenario_text({**LETS, **texts})
        scenario, found = lab.read(source)
        bad = {source.splitlines()[d.label.span.begin.line - 1].split('"')[1]
               for d in found if d.code.level == "error"}  # fmt: skip
        if not bad and scenario is not None:
            return scenario, texts
        assert bad <= texts.keys(), [(d.code.id, d.message, d.label.span.text) for d in found]
        for name in bad:
            del texts[name]
    raise AssertionError("the generator makes too much that is rejected")


def episode(scenario: Scenario, rng: random.Random) -> Episode:
    """Random calls, a random final world, a random answer."""
    base = load_base(scenario)
    params = {"key": rng.choice(["t2", "t3", "t9"]), "number": rng.choice([1, 2])}
    final = World(base)
    for _ in range(rng.randrange(3)):
        key = rng.choice(["t1", "t2", "t3", "t4", "t9", "t8"])
        fields: Any = rng.choice([
            None, {"size": rng.choice([1, 2, 5])}, {"name": "x"}, {"inner.y.z": "deep"},
            {"tags": ["x", "z"]}, {"kind": "red", "note": "x"}, {"loose": rng.choice(ODD)},
        ])  # fmt: skip
        lab.change(final, "things", key, fields)
    worlds = [None, base.world, final, final]
    calls = [call(rng, worlds) for _ in range(rng.randrange(7))]
    answer = rng.choice(["", "x", "deep", "The Second thing is red"])
    return Episode(calls, params, scenario.setup(base.world, params), base.world, final, answer)


def call(rng: random.Random, worlds: list[Any]) -> Call:
    """A call with any kind, arguments of which some satisfy the schema, and any response."""
    kind, status = rng.choice([*lab.KINDS.values(), ("ok", 200), ("ok", 200)])
    args: dict[str, Any] = {"k": rng.choice(["x", "y"])}
    for name, good in (("n", (1, 2, 3)), ("s", ("x", "abc", "t2")), ("l", (["x"], [], ["y", "x"])),
                       ("f", (True, False)), ("o", ({"p": 1}, {})), ("any", ODD)):  # fmt: skip
        if rng.random() < 0.5:
            args[name] = rng.choice(good if rng.random() < 0.7 else ODD)
    if rng.random() < 0.1:
        args.pop("k")
    response = rng.choice([*ODD, {"n": 1, "s": "x", "l": [], "any": 2}])
    op, before, after = rng.choice(["a", "b", "c", "d", "zz"]), rng.choice(worlds), worlds[-1]
    made = Call(op, args, kind, status, response)
    return made if before is None else CallBetween(made, before, after)


def outcome(run: Any) -> Any:
    """The value; or that there is none; or that the scenario is at fault."""
    try:
        return "value", run()
    except (Failure, *FAILURES):
        return "failure", None
    except ScenarioFault:
        return "fault", None


@pytest.mark.parametrize("seed", SEEDS)
def test_expressions_agree(seed: int) -> None:
    rng = random.Random(f"{os.environ.get('REWARDLANG_SEED', '1')} {seed}")
    scenario, texts = well_typed(rng)
    exprs = {let.name: let.value for let in scenario.lets if let.name in texts}
    compiled, functions, text = lab.compile_expressions(scenario, exprs)
    kinds = []
    for _ in range(EPISODES):
        e = episode(compiled, rng)
        for name, expr in exprs.items():
            by_hand = outcome(partial(lab.interpreted, scenario, expr, e))
            by_code = outcome(partial(functions[name], e))
            kinds.append(by_hand[0])
            if by_hand[0] != by_code[0] or not same(by_hand[1], by_code[1]):
                start = text.index(f"def value_{name}(")
                code = text[start : text.find("\ndef ", start)]
                raise AssertionError(
                    f"{texts[name]}\ninterpreted {by_hand}\ncompiled {by_code}\n"
                    f"{e.params} {e.answer!r}\n{e.calls}\n{code}"
                )
    assert kinds.count("failure") > 0
    assert kinds.count("value") > len(kinds) / 2
