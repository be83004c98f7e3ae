"""Which arguments a derived task asks for, and with which values: an imported document, as data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from rewardlang.cli.import_ import command
from rewardlang.derive.accepting import requests
from rewardlang.derive.ground import Ground
from rewardlang.derive.heeded import counts, heeded
from rewardlang.derive.load import load
from rewardlang.derive.request import Slot, value_of
from rewardlang.derive.values import pool

HERE = Path(__file__).parent
CASES = yaml.safe_load((HERE / "arguments.yaml").read_text())


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder = tmp_path_factory.mktemp("library")
    args = ["openapi", str(HERE / "library.openapi.yaml"), "--out", str(folder)]
    result = CliRunner().invoke(command, args, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return Ground(*load(f"{folder}/apis/library.yaml", f"{folder}/worlds/library.yaml"))


def place(slot: Slot) -> str:
    return ".".join(map(str, slot.path))


@pytest.mark.parametrize("case", CASES, ids=[case["operation"] for case in CASES])
def test_what_is_asked_for(library: Ground, case: dict[str, Any]) -> None:
    request = requests(library, library.operations[case["operation"]])
    assert request is not None
    slots = {place(slot): slot for slot in request.slots}
    assert set(slots) == set(case["asks"]), case["why"]
    for path, wanted in case["asks"].items():
        slot = slots[path]
        if "table" in wanted:
            assert slot.table == wanted["table"], path
            assert set(slot.values) <= set(library.rows[wanted["table"]]), path
        if "row" in wanted:
            assert slot.parent is not None, path
            assert slot.parent[0] == wanted["row"], path
        if "like" in wanted:
            assert wanted["like"] in slot.values, path
        assert slot.style == wanted.get("style", slot.style), path


def test_no_case_is_missing(library: Ground) -> None:
    writing = {name for name, op in library.operations.items() if op.method != "GET"}
    assert {case["operation"] for case in CASES} == writing


def test_every_case_of_a_chain_of_rows_is_accepted(library: Ground) -> None:
    request = requests(library, library.operations["deleteNote"])
    assert request is not None
    assert len(request.cases) > 2
    for case in request.cases:
        args = request.filled(library, case)
        book = library.rows["book_notes"][args["noteId"]]["rackBookId"]
        assert args["bookId"] == book
        assert args["rackId"] == library.rows["rack_books"][book]["rackId"]
        assert library.call("deleteNote", args) is not None


def test_two_rows_of_one_table_are_not_the_same(library: Ground) -> None:
    request = requests(library, library.operations["mergeRoom"])
    assert request is not None
    assert not request.free
    kept, gone = (
        next(s for s in request.slots if place(s) == n) for n in ("replaceWith", "roomId")
    )
    for case in request.cases:
        assert case[kept.name] != case[gone.name]
        assert value_of(library, kept, request.slots, case) != case[gone.name]


def test_what_an_operation_reads(library: Ground) -> None:
    read = heeded(library.operations["createRack"])
    assert read is not None
    assert counts(read, ("description",))
    assert counts(read, ("owner", "accountId"))
    assert not counts(read, ("expand",))
    assert heeded(library.operations["assignRack"]) is None, "an opaque one may read all of them"


@pytest.mark.parametrize(
    ("name", "schema", "first"),
    [
        ("timeSpent", {"type": "string"}, "2h"),
        ("memberAccountIds", {"type": "array"}, None),
        ("issueKey", {"type": "string"}, "OPSX-12"),
        ("propertyKey", {"type": "string"}, "triaged.setting"),
        ("query", {"type": "string", "description": "A query of users by name."}, "ana"),
        ("cql", {"type": "string"}, "type = page"),
        ("pos", {"type": "integer"}, 0),
        ("listId", {"type": "integer"}, 10013),
        ("dueDate", {"type": "string"}, "2026-04-07"),
        ("name", {"type": "string", "maxLength": 8}, "triaged"),
        ("status", {"type": "string", "enum": ["", "open", "done"]}, "open"),
        ("colour", {"type": "string", "pattern": "^[a-z]+$"}, "triaged"),
    ],
)
def test_a_pool_by_the_name(name: str, schema: dict[str, Any], first: Any) -> None:
    assert next(iter(pool(name, schema)), None) == first


def test_what_is_known_goes_before_what_is_made_up() -> None:
    assert pool("roomId", {"type": "integer"}, ["7", "x", 8]) == [7, 8]
    assert pool("roomId", {"type": "string", "maxLength": 1}, ["7", "10"]) == ["7"]
