"""Proofs against the interpreter: machines on random traces, what is impossible never happens."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Any

import lab
import pytest

from rewardlang import interpret, model, tree
from rewardlang.interpret.trace import matching
from rewardlang.lint.proofs import Logic
from rewardlang.lint.proofs.machines import Count, Counter, Ordered, Scope, Total, machine
from rewardlang.lint.proofs.terms import Literal, negated
from rewardlang_runtime import Episode, Scenario

PATTERNS = (
    "a", "b", "a{ok}", "b{ok}", "a{not ok}", "any", "any{not ok}", "a|b{ok}", "c",
            'a{args?.n == 1 or args.k == "x"}', "a{ok, args?.n == 1}",
            "a{ok, args?.n == 2}", "any{status == 404}", "any{op == \"zz\"}",
)  # fmt: skip
CALLS = (
    "a", "b", "c", "a!", "b!", "a~", "zz?", {"a": {"k": "x", "n": 1}}, {"a": {"k": "y", "n": 2}},
    {"a!": {"k": "x", "n": 1}}, {"a": {"k": "y", "n": 1}},
)  # fmt: skip
HORIZON = 6


def formula(rng: random.Random) -> str:
    """A random trace formula."""
    one, two, three = rng.choices(PATTERNS, k=3)
    within = rng.choice(["", "", f" within {rng.randrange(1, 4)}"])
    scope = rng.choice(["", "", f" before {two}", f" after {two}", f" between {two} and {three}"])
    return rng.choice([
        f"called {one}{scope}", f"never {one}{scope}", f"once {one}{scope}",
        f"exactly {rng.randrange(4)} {one}{scope}", f"at_least {rng.randrange(1, 4)} {one}{scope}",
        f"at_most {rng.randrange(3)} {one}{scope}", f"only {one}",
        f"every {one} preceded_by {two}{within}", f"every {one} followed_by {two}{within}",
        f"seq {one} then {two}{within}", f"seq {one} then {two} then {three}{within}",
        f"count({one}{scope}) > count({two})", f"count({one}) + count({two}) == {rng.randrange(5)}",
        f"count({one}{scope}) < {rng.randrange(1, 4)}",
    ])  # fmt: skip


def value(rng: random.Random) -> str:
    """A random test of a value that random episodes vary."""
    path = rng.choice(["final.things[\"t1\"]?.kind", "final.things[\"t1\"]?.size", "answer",
                       "last(a)?.args?.n", "final.things[\"t1\"]?.note"])  # fmt: skip
    if "size" in path or path.endswith("n"):
        left = f"({path} ?? 0)" if rng.random() < 0.5 else path
        if left == path:
            return f"{path} {rng.choice(['==', '!='])} {rng.randrange(3)}"
        return f"{left} {rng.choice(['<', '<=', '>', '>=', '==', '!='])} {rng.randrange(3)}"
    words = ["red", "green", "blue"] if "kind" in path else ["red", "yes", "no"]
    some = ", ".join(f'"{w}"' for w in rng.sample(words, 2))
    return rng.choice([
        f'{path} == "{rng.choice(words)}"', f'{path} != "{rng.choice(words)}"',
        f"{path} in [{some}]", f"{path} not in [{some}]",
        f'answer < "{rng.choice(words)}"', 'answer matches "^y"',
        *([] if path == "answer" else [f"{path} is null", f"{path} is not null"]),
    ])  # fmt: skip


def condition(rng: random.Random, depth: int = 0) -> str:
    """A random condition over the trace and values."""
    roll = rng.random()
    if depth == 2 or roll < 0.35:
        return formula(rng) if rng.random() < 0.6 else value(rng)
    if roll < 0.5:
        return f"not ({condition(rng, depth + 1)})"
    joint = rng.choice([" and ", " and ", " or "])
    return joint.join(f"({condition(rng, depth + 1)})" for _ in range(rng.randrange(2, 4)))


@lru_cache(maxsize=4)
def typed(
    kind: str, count: int, seed: int = 0
) -> tuple[model.Scenario, Scenario, dict[str, tree.Expr]]:
    """A scenario with `count` random conditions as lets; conditions with errors are left out."""
    rng = random.Random(f"{kind} {seed}")
    make = partial(formula, rng) if kind == "formula" else partial(condition, rng)
    texts = {f"c{i}": make() for i in range(count)}
    scenario, found = lab.read(lab.scenario_text(texts, limits={"calls": HORIZON}))
    wrong = {d.label.span.text: d.code.id for d in found if d.code.level == "error"}
    assert scenario is not None, wrong
    exprs = {let.name: let.value for let in scenario.lets}
    return scenario, lab.run_module(scenario), exprs


def episodes(compiled: Scenario, rng: random.Random, count: int) -> Iterator[Episode]:
    """Random episodes of the laboratory."""
    for _ in range(count):
        calls = [rng.choice(CALLS) for _ in range(rng.randrange(HORIZON + 1))]
        final: dict[str, Any] = {
            "things": {"t1": {"kind": rng.choice(["red", "green", "blue"]),
                              "size": rng.randrange(3), "note": rng.choice([None, "yes", "no"])}}
        }  # fmt: skip
        if rng.random() < 0.2:
            final["things"]["t1"] = None
        case = {"calls": calls, "final": final, "answer": rng.choice(["red", "yes", "no", ""])}
        yield lab.episode_of(compiled, case)


def holds(scenario: model.Scenario, expr: tree.Expr, episode: Episode) -> bool:
    return bool(lab.interpreted(scenario, expr, episode))


def by_machine(logic: Logic, expr: tree.Expr, scenario: model.Scenario, episode: Episode) -> bool:
    """What the machines of a formula say of a trace."""
    term = logic.formula(expr)
    assert isinstance(term, Literal)
    context = interpret.context_of(scenario, episode)
    names = list(logic.abstraction.patterns)
    bits = {name: 1 << i for i, name in enumerate(names)}
    letters = [0] * len(episode.calls)
    for name in names:
        for i in matching(logic.abstraction.patterns[name], context):
            letters[i] |= bits[name]
    if isinstance(term.atom, Ordered):
        order = machine(term.atom, bits)
        state = order.start
        for letter in letters:
            state = order.step(state, letter)
            final = order.final(state)
        assert not letters or final in (None, order.accepts(state))
        return order.accepts(state) == term.holds
    assert isinstance(term.atom, Total)
    counts = []
    for counter, _ in term.atom.counters:
        count = Count(counter, bits, HORIZON)
        state = count.start
        for letter in letters:
            state = count.step(state, letter)
        counts.append(count.value(state))
    return term.atom.holds(counts) == term.holds


def test_machines_are_the_interpreter() -> None:
    scenario, compiled, exprs = typed("formula", 150)
    logic = Logic(scenario)
    rng = random.Random("machines")
    traces = list(episodes(compiled, rng, 60))
    seen = set()
    for name, expr in exprs.items():
        if isinstance(logic.formula(expr), Literal):
            for episode in traces:
                expected = holds(scenario, expr, episode)
                found = by_machine(logic, expr, scenario, episode)
                assert found == expected, (expr.span.text, episode.calls)
                seen.add((name, expected))
    assert len(seen) > 220, "most formulas should be seen both ways"


def test_every_call_has_a_letter() -> None:
    """What one call matches together is foreseen."""
    scenario, compiled, exprs = typed("formula", 150)
    logic = Logic(scenario)
    for expr in exprs.values():
        logic.formula(expr)
    names = tuple(logic.abstraction.patterns)
    rng = random.Random("letters")
    for _ in range(40):
        some = tuple(rng.sample(names, 4))
        letters = logic.calls.letters(some)
        for episode in episodes(compiled, rng, 10):
            context = interpret.context_of(scenario, episode)
            found = [matching(logic.abstraction.patterns[name], context) for name in some]
            for i in range(len(episode.calls)):
                assert sum((i in each) << bit for bit, each in enumerate(found)) in letters


def test_what_is_impossible_never_happens() -> None:
    impossible = 0
    for seed in range(4):
        scenario, compiled, exprs = typed("condition", 150, seed)
        logic = Logic(scenario)
        traces = list(episodes(compiled, random.Random(f"sound {seed}"), 150))
        for expr in exprs.values():
            for wanted in (True, False):
                term = logic.formula(expr)
                if logic.possible(expr, term if wanted else negated(term)):
                    continue
                impossible += 1
                for episode in traces:
                    assert holds(scenario, expr, episode) != wanted, (
                        expr.span.text, episode.calls, episode.answer,
                    )  # fmt: skip
    assert impossible > 15, "too few are impossible to tell anything"


PURE = (
    "called a", "never a{ok}", "once a", "called b after a", "never b before a",
    "every b preceded_by a", "every a{ok} followed_by b within 1", "seq a then b{ok} then a",
    "only a|b", "count(a) > count(b)", "at_most 1 any{not ok}", "called a between b and a",
)  # fmt: skip


@lru_cache(maxsize=1)
def pure() -> tuple[model.Scenario, Scenario, list[tree.Expr], list[Episode]]:
    texts = {f"p{i}": text for i, text in enumerate(PURE)}
    scenario = lab.read_well(lab.scenario_text(texts, limits={"calls": 3}))
    compiled = lab.run_module(scenario)
    alphabet = ("a", "b", "c", "a!", "b!", "c!")
    traces = [
        lab.episode_of(compiled, {"calls": list(calls)})
        for length in range(4)
        for calls in itertools.product(alphabet, repeat=length)
    ]
    return scenario, compiled, [let.value for let in scenario.lets], traces


@pytest.mark.parametrize("size", [1, 2, 3])
def test_what_is_possible_happens_and_as_soon(size: int) -> None:
    """Of the trace alone the answer is exact: all traces of up to three calls are tried."""
    scenario, _, exprs, traces = pure()
    table = {id(expr): [holds(scenario, expr, e) for e in traces] for expr in exprs}
    for some in itertools.combinations(exprs, size):
        logic = Logic(scenario)
        for signs in itertools.product([True, False], repeat=size):
            terms = [
                logic.formula(e) if s else negated(logic.formula(e))
                for e, s in zip(some, signs, strict=True)
            ]
            lengths = [
                len(episode.calls)
                for i, episode in enumerate(traces)
                if all(table[id(e)][i] == s for e, s in zip(some, signs, strict=True))
            ]
            answer = logic.answer(terms)
            assert not answer.left_open
            text = [e.span.text for e in some], signs
            assert answer.possible == bool(lengths), text
            needed = min(lengths, default=0)
            if needed:
                assert not logic.answer(terms, needed - 1).possible, text
                assert logic.answer(terms, needed).possible, text


def test_a_product_that_is_too_large_is_left_open() -> None:
    texts = {f"p{i}": f"exactly {7 + i} a{{args?.n == {i}}}" for i in range(6)}
    scenario = lab.read_well(lab.scenario_text(texts, limits={"calls": 56}))
    logic = Logic(scenario)
    terms = [logic.formula(let.value) for let in scenario.lets]
    assert logic.answer(terms).left_open == "size"
    assert logic.answer(terms).possible
    assert logic.answer(terms, 57) == logic.answer(terms, 60)
    assert not logic.answer(terms, 57).left_open


def test_many_calls_are_found_without_trying_all_orders() -> None:
    texts = {f"p{i}": f"called a{{args?.n == {i}}}" for i in range(16)}
    texts |= {"q": "seq b then c then b then c", "r": "every c preceded_by b within 1"}
    scenario = lab.read_well(lab.scenario_text(texts, limits={"calls": 20}))
    logic = Logic(scenario)
    answer = logic.answer([logic.formula(let.value) for let in scenario.lets])
    assert answer.possible
    assert not answer.left_open


def test_scopes_and_counters_have_names_of_their_own() -> None:
    assert Counter("a", Scope("before", "b")) != Counter("a", Scope("after", "b"))
