"""Tracebacks of generated code underline the YAML, in whichever file it is."""

from __future__ import annotations

import ast
import traceback
from pathlib import Path
from typing import Any

import lab
import pytest
import shipped

from rewardlang import driver, emit
from rewardlang_runtime import ScenarioFault, World, load_base

API = """\
rewardlang: 1
api: small
title: One table
base_path: /small
time_format: "%Y-%m-%dT%H:%M:%SZ"
schemas:
  Row:
    type: object
    additionalProperties: false
    required: [id, v]
    properties: {id: {type: string}, v: {}}
tables:
  rows: {row: Row, key: id}
invalid: {status: 400, wording: {default: "{name}"}, body: {}}
operations:
  read:
    http: GET /rows/{id}
    doc: Reads.
    request: {path: {id: {type: string}}}
    let: {row: "rows[args.id]"}
    errors: [{when: row is null, status: 404, body: {}}]
    response: {status: 200, body: {ü☃: "x", deep: "{row.v.deep}"}}
"""
SCENARIO = """\
rewardlang: 1
scenario: places
title: Places
use: [small]
world:
  clock: {start: "2026-01-05T09:00:00Z", step_s: 60}
  tables: {rows: {rows: [{id: a, v: 1}]}}
params: {id: 'one_of(["a", "nowhere"])'}
prompt: Read.
limits: {calls: 3, observation: 4000, answer: 100}
let:
  one: 1 # ünï
reward:
  parts:
    - id: part
      weight: 1
      check: >-
        answer == "𐐷" or
          answer != "☃" and initial.rows[params.id]!.id == "a"
oracle:
  - read: {id: a}
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "small.yaml").write_text(API, encoding="utf-8")
    path = tmp_path / "places.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def compiled(path: Path) -> Any:
    checked = driver.check(path)
    assert checked.scenario is not None, checked.diagnostics
    namespace: dict[str, Any] = {"__name__": "places"}
    exec(emit.compile_module(checked.scenario), namespace)
    return namespace["SCENARIO"]


def underlined(error: BaseException) -> tuple[str, str]:
    """The file of the frame of generated code, and what is underlined there."""
    yaml = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(".yaml")]
    frame = yaml[-1]
    lines = Path(frame.filename).read_bytes().splitlines()  # Python counts columns in bytes
    assert frame.lineno is not None
    assert frame.colno is not None
    if frame.lineno != frame.end_lineno:
        return frame.filename, lines[frame.lineno - 1][frame.colno :].decode()
    return frame.filename, lines[frame.lineno - 1][frame.colno : frame.end_colno].decode()


def test_a_fault_underlines_the_scenario(files: Path) -> None:
    scenario = compiled(files)
    base = load_base(scenario)
    params = {"id": "nowhere"}
    setup = scenario.setup(base.world, params)
    episode = lab.Episode([], params, setup, base.world, World(base))
    with pytest.raises(ScenarioFault, match=r"initial\.rows") as caught:
        scenario.reward(episode)
    file, text = underlined(caught.value)
    assert file == str(files)
    assert text == "initial.rows[params.id]!"


def test_a_failure_in_an_operation_underlines_the_api(files: Path) -> None:
    scenario = compiled(files)
    world = World(load_base(scenario))
    with pytest.raises(TypeError) as caught:
        scenario.operations["read"].run(world, {"id": "a"}, "", "")
    file, text = underlined(caught.value)
    assert file == str(files.parent / "apis" / "small.yaml")
    assert text == "row.v.deep"


@pytest.mark.parametrize("path", shipped.FILES[::2], ids=lambda path: path.stem)
def test_every_node_has_a_place_in_its_file(path: Path) -> None:
    scenario = shipped.typed(path)
    longest = max(
        text.count("\n") + 1
        for text in [scenario.source.text, *(api.source.text for api in scenario.apis)]
    )
    for node in ast.walk(emit.emit(scenario)):
        if "lineno" in node._attributes:
            assert 1 <= node.lineno <= node.end_lineno <= longest, ast.dump(node)


def test_functions_of_an_api_are_in_its_file(files: Path) -> None:
    scenario = compiled(files)
    assert scenario.operations["read"].run.__code__.co_filename.endswith("small.yaml")
    assert scenario.apis["small"].invalid.__code__.co_filename.endswith("small.yaml")
    assert scenario.reward.__code__.co_filename == str(files)
