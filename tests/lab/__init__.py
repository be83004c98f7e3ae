"""A small laboratory: expressions over a world with every type, evaluated and compiled."""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rewardlang import emit, interpret, model, resolve, tree
from rewardlang.data import Files
from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.emit import nodes
from rewardlang.emit.distrust import distrusting
from rewardlang.emit.episode import EpisodeFunction, Strata, formulas_of
from rewardlang.emit.fold import with_constants
from rewardlang.emit.pool import Pool
from rewardlang.emit.scenario import emit_setup, emit_world_values
from rewardlang.emit.scoring import Function
from rewardlang.emit.stages import Stages
from rewardlang.source import Span
from rewardlang.syntax import load
from rewardlang_runtime.calls import Call
from rewardlang_runtime.episode import Episode
from rewardlang_runtime.scenario import Scenario
from rewardlang_runtime.world import World, load_base

HERE = Path(__file__).parent
PATH = HERE / "case.yaml"

KINDS = {
    "": ("ok", 200),
    "!": ("api_error", 404),
    "~": ("invalid_request", 400),
    "%": ("malformed_arguments", 0),
    "?": ("unknown_tool", 0),
}


class InMemory(Files):
    """Files of the laboratory, and one scenario that is only a text."""

    def __init__(self, text: str) -> None:
        self.text = text.encode()

    def read(self, path: Path, size: int) -> bytes:
        return self.text[:size] if path == PATH else super().read(path, size)


def scenario_text(
    lets: Mapping[str, str] | None = None, parts: Sequence[Mapping[str, Any]] = (), **keys: Any
) -> str:
    """A scenario of the laboratory, as YAML."""
    document = {
        "rewardlang": 1,
        "scenario": "case",
        "title": "A case",
        "use": ["lab"],
        "world": "lab",
        "params": {"key": 'one_of(["t2"])', "number": "one_of([2])"},
        "expect": {"names": ["x", "y"], "n": 1, "nested": {"deep": {"z": "deep"}}},
        "prompt": "Do it.",
        "limits": {"calls": 20, "observation": 4000, "answer": 2000},
        "let": dict(lets or {}),
        "reward": {
            "gates": keys.pop("gates", []),
            "parts": [*parts] or [{"id": "part", "weight": 1, "check": "called a"}],
            "penalties": keys.pop("penalties", []),
        },
        "oracle": [{"a": {"k": "1"}}],
        **keys,
    }
    text = json.dumps(document, indent=1, ensure_ascii=False)  # JSON is YAML, but for a few letters
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff]", lambda m: f"\\u{ord(m[0]):04x}", text)


def read(text: str) -> tuple[model.Scenario | None, list[Diagnostic]]:
    """The typed scenario of a text, and all that was found wrong."""
    files = InMemory(text)
    file, found = load.read_scenario(PATH, files)
    if file is None:
        return None, found
    gathered = load.gather(file, files)
    found = [*found, *gathered.diagnostics]
    assert gathered.world is not None
    scenario, more = resolve.resolve(file, gathered.apis, gathered.world)
    return scenario, [*found, *more]


def read_well(text: str) -> model.Scenario:
    """The same, for a text that must have no errors."""
    scenario, found = read(text)
    errors = [
        f"{d.code.id} {d.message}: {d.label.span.text}" for d in found if d.code.level == "error"
    ]
    assert scenario is not None, "\n".join(errors)
    assert not errors, "\n".join(errors)
    return scenario


def run_module(scenario: model.Scenario) -> Scenario:
    """The compiled scenario."""
    namespace: dict[str, Any] = {"__name__": "case"}
    exec(emit.compile_module(scenario), namespace)
    compiled: Scenario = namespace["SCENARIO"]
    return compiled


# ---- episodes ----


def calls_of(trace: Any) -> list[Call]:
    """Calls from `a b! c?`, or from a list of those and of mappings with `args` and `response`."""
    if isinstance(trace, str):
        trace = trace.split()
    found = []
    for item in trace:
        name, fields = (item, {}) if isinstance(item, str) else next(iter(item.items()))
        suffix = name[-1] if name[-1] in KINDS else ""
        kind, status = KINDS[suffix]
        op = name[: len(name) - len(suffix)]
        args = fields.get("args", {k: v for k, v in fields.items() if k != "response"})
        response = fields.get("response")
        found.append(Call(op, args, kind, fields.get("status", status), response))
    return found


def episode_of(scenario: Scenario, case: Mapping[str, Any]) -> Episode:
    """An episode with a case's calls, answer and changes of the world."""
    base = load_base(scenario)
    params = {"key": "t2", "number": 2, **case.get("params", {})}
    initial = base.world
    final = World(base)
    for table, rows in case.get("final", {}).items():
        for key, row in rows.items():
            change(final, table, key, row)
    setup = scenario.setup(initial, params)
    calls = calls_of(case.get("calls", []))
    return Episode(calls, params, setup, initial, final, case.get("answer", ""))


def change(world: World, table: str, key: str, fields: Any) -> None:
    """Delete a row, or change fields of it, or add one like `t1`."""
    if fields is None:
        world.edit(table).delete(key)
        return
    row = copy.deepcopy(
        world[table].get(key) or {**world.base.world[table].get("t1"), "id": key, "code": key}
    )
    for path, value in fields.items():
        *steps, last = path.split(".")
        inner = row
        for step in steps:
            inner = inner[step]
        inner[last] = value
    world.edit(table).put(key, row)


# ---- single expressions, compiled ----


def compile_expressions(
    scenario: model.Scenario, exprs: Mapping[str, tree.Expr]
) -> tuple[Scenario, dict[str, Callable[[Episode], Any]], str]:
    """Functions of an episode, one for each expression; the text of the module.

    The scenario's `setup` also computes what the expressions need.
    """
    plain = Pool({api.name: api for api in scenario.apis})
    prepared = distrusting(with_constants(_with_lets(scenario, exprs)))
    stages = Stages(prepared)
    span = Span(scenario.source, 0, 0)
    functions = []
    for name in exprs:
        expr = stages.lets[f"the_{name}"].value
        low = EpisodeFunction(plain, stages)
        low.passes(Strata(formulas_of([expr], stages), stages), span)
        low.ensure([expr])
        low.put(nodes.return_(low.value(expr)), span)
        functions.append(Function(f"value_{name}", ["e"], low, span))
    setup = emit_setup(plain, stages, span)
    world_values = emit_world_values(plain, stages, span)
    once = nodes.method(nodes.name("w"), "once", nodes.name("world_values"))
    body: list[ast.stmt] = [
        world_values.finish("world_values", ["w"], None, span),
        setup.finish("setup", ["w", "p"], once, span),
        *(function.define() for function in functions),
    ]
    module = ast.Module([*_imports(plain), *plain.statements, *body], [])
    text = ast.unparse(ast.fix_missing_locations(module))
    namespace: dict[str, Any] = {}
    exec(compile(text, "<expressions>", "exec"), namespace)
    compiled = run_module(scenario)._replace(setup=namespace["setup"])
    return compiled, {name: namespace[f"value_{name}"] for name in exprs}, text


def _with_lets(scenario: model.Scenario, exprs: Mapping[str, tree.Expr]) -> model.Scenario:
    from dataclasses import replace

    lets = [tree.LetDef(f"the_{name}", expr, expr.span) for name, expr in exprs.items()]
    return replace(scenario, lets=(*scenario.lets, *lets))


def _imports(pool: Pool) -> list[ast.stmt]:
    names = {*pool.imports.get("rewardlang_runtime", ()), "FAILURES"}
    lines = [f"from rewardlang_runtime import {name}" for name in sorted(names)]
    return ast.parse("\n".join(lines)).body


def interpreted(scenario: model.Scenario, expr: tree.Expr, episode: Episode) -> Any:
    """The value of an expression by the interpreter; `Failure` when it has none."""
    return interpret.evaluate(expr, interpret.context_of(scenario, episode))
