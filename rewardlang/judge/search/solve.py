"""An oracle for a scenario: tasks solved by search, made one, and tried on many tasks more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from rewardlang import driver, model
from rewardlang.data import Files
from rewardlang.frozen import frozen
from rewardlang.interpret import Context, context_of
from rewardlang.judge.bench import Bench, Played, Solution
from rewardlang.judge.budget import Budget
from rewardlang.judge.search.answers import answer_template
from rewardlang.judge.search.explore import Limits
from rewardlang.judge.search.generalise import General, as_yaml, generalise
from rewardlang.judge.search.section import DEPTH, RUN
from rewardlang.judge.search.task import search
from rewardlang.judge.search.told import told

EXAMPLES = 4
"""Tasks that are solved before the first oracle is made of them."""
_MORE = 6
"""Tasks that are solved besides, each because the oracle so far fails on it."""


@frozen
class Solved:
    """An oracle that earns 1 on all of `draws` tasks, as YAML."""

    yaml: str
    draws: int


@frozen
class Unsolved:
    """Why there is none; `best` is the most that an oracle earned on every task, as YAML."""

    why: str
    best: str | None = None


def solve(path: str | Path, draws: int, budget: Budget) -> Solved | Unsolved:
    """Search an oracle that earns 1 on the tasks of the first `draws` seeds.

    Raises:
        CheckFailed: The file has errors.
        NoScenario: It holds an API or a world.
        ScenarioFault: There is no such task, or the scenario broke its own word.
    """
    path = Path(path)
    scenario = _without_oracle(driver.scenario_of(path))
    bench = Bench(scenario, driver.build(scenario))
    seeds = bench.tasks(draws, 4 * draws)
    examples: dict[int, tuple[Solution, Played]] = {}
    pending = list(seeds[:EXAMPLES])
    best: str | None = None
    for _ in range(_MORE + 1):
        for seed in pending:
            solution = _solution(bench, seed, budget)
            if isinstance(solution, Unsolved):
                return replace(solution, best=best)
            examples[seed] = solution, bench.play(seed, *solution)
        failures: list[int] = []
        for oracle in _oracles(bench, examples):
            yaml = as_yaml(oracle)
            failed = _first_failure(path, yaml, seeds)
            if failed is None:
                return Solved(yaml, len(seeds))
            if failed not in examples and failed >= 0:
                best = best or yaml
                failures.append(failed)
        pending = failures[:1]
        if not pending:
            break
    count = len(examples)
    return Unsolved(
        f"{count} tasks were solved, but no one way of writing them solves all of {len(seeds)}",
        best,
    )


def _solution(bench: Bench, seed: int, budget: Budget) -> Solution | Unsolved:
    """The shortest way to full reward on one task."""
    limit = bench.compiled.calls_limit
    limits = Limits(min(DEPTH, limit), budget.expansions, budget.expansions // RUN, enough=1.0)
    found = search(bench, seed, limits, budget, budget.variants, None).found
    assert found is not None
    reward = found.nodes[found.best][7]
    solution = found.trace(found.best), found.answer(found.best)
    if reward == 1.0 and bench.play(seed, *solution).reward == 1.0:
        return _said_once(bench, seed, solution)
    ended = f"ended {found.why}" if found.why else "tried all calls that it could make up"
    return Unsolved(
        f"the search of the task with seed {seed}, {found.depth} calls deep, {ended}; "
        f"the most that it reached is {reward:g}{_missing(bench, seed, solution)}"
    )


def _missing(bench: Bench, seed: int, solution: Solution) -> str:
    """What a solution does not earn, in words."""
    scenario, detail = bench.scenario, bench.play(seed, *solution).detail
    gates = [g.id for g, open_ in zip(scenario.gates, detail.gates, strict=True) if not open_]
    parts = [p.id for p, score in zip(scenario.parts, detail.parts, strict=True) if score < 1.0]
    costs = [p.id for p, f in zip(scenario.penalties, detail.penalties, strict=True) if f < 1.0]
    by = [
        f"the {what} `{id}`"
        for what, ids in (("gate", gates), ("part", parts), ("penalty", costs))
        for id in ids
    ]
    return f", short of 1 by {', '.join(by)}" if by else ""


def _said_once(bench: Bench, seed: int, solution: Solution) -> Solution:
    """The solution without arguments that say the same as others of their call."""
    calls, answer = solution
    for number, (operation, args) in enumerate(calls):
        for path, value in reversed(list(_leaves(args, ()))):
            others = [v for p, v in _leaves(args, ()) if p != path]
            if any(type(value) is type(other) and value == other for other in others):
                less = _without(args, path)
                shorter = (*calls[:number], (operation, less), *calls[number + 1 :])
                if bench.play(seed, shorter, answer).reward == 1.0:
                    calls, args = shorter, less
    return calls, answer


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if type(value) is dict and value:
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif path:
        yield path, value


def _without(args: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """`args` without what is at `path`, nor an object that is empty then."""
    name, *rest = path
    if rest:
        inner = _without(args[name], tuple(rest))
        if inner:
            return {**args, name: inner}
    return {key: value for key, value in args.items() if key != name}


def _shape(value: Any) -> Any:
    """What has to be the same for two calls to be written as one."""
    if type(value) is dict:
        return tuple((key, _shape(item)) for key, item in value.items())
    if type(value) is list and value and type(value[0]) is dict:
        return tuple(_shape(item) for item in value)
    return None


def _oracles(bench: Bench, examples: dict[int, tuple[Solution, Played]]) -> Iterator[General]:
    """Oracles made of the examples: of those that make the same calls, the most frequent first."""
    shapes = {seed: _shaped(solution) for seed, (solution, _) in examples.items()}
    for shape, _ in Counter(shapes.values()).most_common():
        chosen = {seed: pair for seed, pair in examples.items() if shapes[seed] == shape}
        contexts = [_context(bench, seed) for seed in chosen]
        oracle = generalise(
            [solution for solution, _ in chosen.values()],
            [[call.response for call in played.calls] for _, played in chosen.values()],
            told(bench.scenario, contexts),
        )
        if oracle is None:
            continue
        template = answer_template(bench.scenario)
        if template:
            yield replace(oracle, answer=template)
        if not template or oracle.answer:
            yield oracle


def _shaped(solution: Solution) -> Any:
    return tuple((operation, _shape(args)) for operation, args in solution[0])


def _context(bench: Bench, seed: int) -> Context:
    bench.environment.reset(seed=seed)
    return context_of(bench.scenario, bench.environment.episode)


def _first_failure(path: Path, yaml: str, seeds: tuple[int, ...]) -> int | None:
    """The first seed on which this oracle earns less than 1; -1 when the file then has errors."""
    checked = driver.check(path, _With(path, yaml))
    if checked.scenario is None:
        return -1
    bench = Bench(checked.scenario, driver.build(checked.scenario))
    return next((seed for seed in seeds if bench.oracle(seed).reward < 1.0), None)


def _without_oracle(scenario: model.Scenario) -> model.Scenario:
    return replace(scenario, oracle=(), oracle_answer=None, tests=())


class _With(Files):
    """The files as they are, but the scenario with another oracle."""

    def __init__(self, path: Path, yaml: str) -> None:
        self.path = path
        self.yaml = yaml

    def read(self, path: Path, size: int) -> bytes:
        """As in `Files`."""
        text = super().read(path, size)
        if path != self.path:
            return text
        return (without_oracle(text.decode("utf-8")) + "\n" + self.yaml).encode("utf-8")


def without_oracle(text: str) -> str:
    """A scenario file's text without its `oracle:` and `tests:`."""
    kept: list[str] = []
    leaving = False
    for line in text.splitlines(keepends=True):
        if line[:1] not in (" ", "#", "\n", "\r", "-"):
            leaving = line.split(":", 1)[0] in ("oracle", "tests")
        if not leaving:
            kept.append(line)
    return "".join(kept)
