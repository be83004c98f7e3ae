"""Effects of operations, by hand-written cases: interpreted, compiled, and as expected."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from rewardlang import driver, emit, interpret
from rewardlang.interpret import Failure
from rewardlang_runtime import Environment, World, load_base
from rewardlang_runtime.values import FAILURES

ROWS = {
    "r1": {"id": "r1", "alt": "one", "n": 1, "tags": ["x", "y", "x"], "o": {"p": {"q": 1}},
           "m": {"k": [{"v": 1}, {"v": 2}]}},
    "r2": {"id": "r2", "alt": "two", "n": 2, "tags": [], "o": {"p": {"q": 2}}, "m": {}},
}  # fmt: skip
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "alt", "n", "tags", "o", "m"],
    "properties": {
        "id": {"type": "string"},
        "alt": {"type": "string"},
        "n": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "o": {
            "type": "object",
            "additionalProperties": False,
            "required": ["p"],
            "properties": {
                "p": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["q"],
                    "properties": {"q": {"type": "integer"}, "r": {"type": "string"}},
                }
            },
        },
        "m": {"type": "object", "additionalProperties": {}},
    },
}


def changed(key: str, **fields: Any) -> dict[str, Any]:
    """The rows, with fields of one of them changed."""
    rows: dict[str, Any] = copy.deepcopy(ROWS)
    rows[key].update(fields)
    return rows


NEW = {"id": "r3", "alt": "three", "n": 3, "tags": [], "o": {"p": {"q": 3}}, "m": {}}
INSERT = "insert {id: 'r3', alt: 'three', n: 3, tags: [], o: {p: {q: 3}}, m: {}} into rows"

CASES: dict[str, tuple[dict[str, Any], Any]] = {
    # name: (what the operation says, the rows after it, or None when it fails)
    "set": ({"effects": ["set rows['r1'].n = 5"]}, changed("r1", n=5)),
    "set by another key": ({"effects": ["set rows['one'].n = 5"]}, changed("r1", n=5)),
    "set inside": ({"effects": ["set rows['r1'].o.p.q = 5"]}, changed("r1", o={"p": {"q": 5}})),
    "set a new field": (
        {"effects": ["set rows['r1'].o.p.r = 'z'"]},
        changed("r1", o={"p": {"q": 1, "r": "z"}}),
    ),
    "set in a row that is not there": ({"effects": ["set rows['r9'].n = 5"]}, None),
    "two sets in one row": (
        {"effects": ["set rows['r1'].n = 5", "set rows['r1'].o.p.q = 6"]},
        changed("r1", n=5, o={"p": {"q": 6}}),
    ),
    "values are read before anything is written": (
        {"effects": ["set rows['r1'].n = 5", "set rows['r2'].n = rows['r1']!.n + 10"]},
        changed("r2", n=11) | {"r1": changed("r1", n=5)["r1"]},
    ),
    "conditions are read before anything is written": (
        {
            "effects": [
                "set rows['r1'].n = 5",
                {"when": "rows['r1']!.n == 5", "do": "set rows['r2'].n = 9"},
            ]
        },
        changed("r1", n=5),
    ),
    "a condition that holds": (
        {"effects": [{"when": "rows['r1']!.n == 1", "do": "set rows['r1'].n = 5"}]},
        changed("r1", n=5),
    ),
    "a condition that does not hold": (
        {"effects": [{"when": "rows['r1']!.n == 2", "do": "set rows['r1'].n = 5"}]},
        ROWS,
    ),
    "a condition that fails": (
        {"effects": [{"when": "rows['r1']!.m['z'] == 2", "do": "set rows['r1'].n = 5"}]},
        ROWS,
    ),
    "append": (
        {"effects": ["append 'z' to rows['r1'].tags"]},
        changed("r1", tags=["x", "y", "x", "z"]),
    ),
    "append twice": (
        {"effects": ["append 'z' to rows['r2'].tags", "append 'w' to rows['r2'].tags"]},
        changed("r2", tags=["z", "w"]),
    ),
    "remove": ({"effects": ["remove 'x' from rows['r1'].tags"]}, changed("r1", tags=["y"])),
    "remove what is not there": ({"effects": ["remove 'w' from rows['r1'].tags"]}, ROWS),
    "delete a row": ({"effects": ["delete rows['r1']"]}, {"r2": ROWS["r2"]}),
    "delete a row that is not there": ({"effects": ["delete rows['r9']"]}, ROWS),
    "insert": ({"effects": [INSERT]}, {**ROWS, "r3": NEW}),
    "insert twice": ({"effects": [INSERT, INSERT]}, None),
    "insert, then change": (
        {"effects": [INSERT, "set rows['r3'].n = 7"]},
        {**ROWS, "r3": {**NEW, "n": 7}},
    ),
    "each": (
        {"effects": [{"each": {"r": "rows.values()"}, "do": "set rows[r.id].n = r.n * 10"}]},
        {k: {**row, "n": row["n"] * 10} for k, row in ROWS.items()},
    ),
    "each with a condition": (
        {
            "effects": [
                {"each": {"r": "rows.values()"}, "when": "r.n > 1", "do": "delete rows[r.id]"}
            ]
        },
        {"r1": ROWS["r1"]},
    ),
    "each reads the world as it was": (
        {
            "effects": [
                {
                    "each": {"r": "rows.values()"},
                    "do": "set rows[r.id].n = rows.count(x => x.n == 1) + 1",
                }
            ]
        },
        {k: {**row, "n": 2} for k, row in ROWS.items()},
    ),
    "a let sees the world before": (
        {
            "let": {"n": "rows['r1']!.n"},
            "effects": ["set rows['r1'].n = 5", "set rows['r2'].n = n"],
        },
        changed("r1", n=5) | {"r2": changed("r2", n=1)["r2"]},
    ),
    "an error comes before effects": (
        {
            "errors": [{"when": "rows['r1']!.n == 1", "status": 409, "body": {}}],
            "effects": ["set rows['r1'].n = 5"],
        },
        ROWS,
    ),
    "the row of a let": (
        {
            "let": {"row": "rows[args.key]"},
            "errors": [{"when": "row is null", "status": 404, "body": {}}],
            "effects": ["set rows[row.id].n = row.n + 1", "set rows[row.id].o.p.r = 'z'"],
        },
        changed("r1", n=2, o={"p": {"q": 1, "r": "z"}}),
    ),
}


def api(operation: dict[str, Any]) -> dict[str, Any]:
    """An API with one operation."""
    body = {"seen": "{rows['r1']?.n}", "counter": "{counters.next}", "key": "{args.key}"}
    return {
        "rewardlang": 1,
        "api": "small",
        "title": "Small",
        "base_path": "/small",
        "time_format": "%Y-%m-%dT%H:%M:%SZ",
        "schemas": {"Row": SCHEMA},
        "tables": {"rows": {"row": "Row", "key": "id", "also_by": ["alt"]}},
        "counters": {"next": 5},
        "invalid": {"status": 400, "wording": {"default": "{name}"}, "body": {}},
        "operations": {
            "act": {
                "http": "POST /act/{key}",
                "doc": "Acts.",
                "request": {"path": {"key": {"type": "string"}}},
                "response": {"status": 200, "body": body},
                **operation,
            }
        },
    }


def scenario_file(folder: Path, operation: dict[str, Any]) -> Path:
    (folder / "apis").mkdir()
    (folder / "apis" / "small.yaml").write_text(json.dumps(api(operation)))
    world = {
        "clock": {"start": "2026-01-05T09:00:00Z", "step_s": 60},
        "tables": {"rows": {"rows": list(ROWS.values())}},
    }
    scenario = {
        "rewardlang": 1,
        "scenario": "effects",
        "title": "Effects",
        "use": ["small"],
        "world": world,
        "params": {"key": 'one_of(["r1"])'},
        "prompt": "Act.",
        "limits": {"calls": 3, "observation": 4000, "answer": 100},
        "reward": {"parts": [{"id": "part", "weight": 1, "check": "called act"}]},
        "oracle": [{"act": {"key": "r1"}}],
    }
    path = folder / "effects.yaml"
    path.write_text(json.dumps(scenario))
    return path


def both(path: Path) -> tuple[Any, Any, Any]:
    """A base, and the operation interpreted and compiled, as functions of a world."""
    checked = driver.check(path)
    assert checked.scenario is not None, checked.diagnostics
    typed = checked.scenario
    namespace: dict[str, Any] = {"__name__": "effects"}
    exec(emit.compile_module(typed), namespace)
    scenario = namespace["SCENARIO"]
    apis = {each.name: each for each in typed.apis}

    def by_hand(world: World) -> Any:
        return interpret.run(typed.operations["act"], apis, world, {"key": "r1"}, "now", "")

    def by_code(world: World) -> Any:
        return scenario.operations["act"].run(world, {"key": "r1"}, "now", "")

    return load_base(scenario), by_hand, by_code


@pytest.mark.parametrize("name", CASES)
def test_rows_after(name: str, tmp_path: Path) -> None:
    operation, expected = CASES[name]
    base, by_hand, by_code = both(scenario_file(tmp_path, operation))
    answers = []
    for run in (by_hand, by_code):
        world = World(base)
        try:
            answers.append(run(world))
        except (Failure, *FAILURES):
            assert expected is None
            continue
        assert dict(world["rows"].items()) == expected
        assert dict(base.world["rows"].items()) == ROWS, "the base was changed"
    assert answers[0:1] == answers[1:2]


def test_counters_and_the_response_after(tmp_path: Path) -> None:
    operation = {
        "let": {"before": "counters.next"},
        "effects": [
            "set counters.next = counters.next + 1",
            "set rows['r1'].n = counters.next * 100 + before",
        ],
    }
    base, by_hand, by_code = both(scenario_file(tmp_path, operation))
    for run in (by_hand, by_code):
        world = World(base)
        assert run(world) == (200, {"seen": 505, "counter": 6, "key": "r1"})
        assert world.counters == {"next": 6}
        assert run(world) == (200, {"seen": 606, "counter": 7, "key": "r1"})
    assert base.counters == {"next": 5}


def test_a_let_of_the_response_alone_sees_the_world_after(tmp_path: Path) -> None:
    operation = {
        "let": {"late": "rows['r1']!.n", "early": "rows['r1']!.n"},
        "effects": ["set rows['r1'].n = early + 1"],
        "response": {"status": 200, "body": {"late": "{late}", "early": "{early}"}},
    }
    _, by_hand, by_code = found = both(scenario_file(tmp_path, operation))
    for run in (by_hand, by_code):
        assert run(World(found[0])) == (200, {"late": 2, "early": 1})


def test_a_fault_of_the_api_is_an_answer_and_no_exception(tmp_path: Path) -> None:
    operation = {"effects": ["set rows['r1'].n = 9", "set rows['r2'].n = rows['r9']!.n"]}
    environment = Environment(driver.load(scenario_file(tmp_path, operation), use_cache=False))
    environment.reset(seed=0)
    assert '"status":500' in environment.call("act", {"key": "r1"})
    assert dict(environment.episode.final["rows"].items()) == ROWS
    assert environment.episode.calls[-1].status == 500
    assert "is null" in environment.faults[0]
