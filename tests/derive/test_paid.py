"""What derived rewards pay for: an API by hand in which each general case occurs once."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rewardlang import driver
from rewardlang.derive import scenarios
from rewardlang.derive.load import load
from rewardlang.findings.run import Options, lint
from rewardlang.judge.bench import Bench

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The derived scenarios of the API `desk`, beside it and its world."""
    folder = tmp_path_factory.mktemp("desk")
    for kind in ("apis", "worlds"):
        (folder / kind).mkdir()
        (folder / kind / "desk.yaml").write_text((HERE / kind / "desk.yaml").read_text())
    for name, text in scenarios(*load(str(folder / "apis/desk.yaml"), "desk")):
        if name.count(".") == 1:  # what is done and taken back has tests of its own
            (folder / name).write_text(text)
    return folder


def bench(folder: Path, name: str) -> Bench:
    checked = driver.check(folder / f"{name}.yaml").judgeable
    assert checked is not None
    return Bench(checked, driver.build(checked))


def written(folder: Path, name: str) -> dict:
    return yaml.safe_load((folder / f"{name}.yaml").read_text())


def test_the_judge_finds_nothing(desk: Path) -> None:
    found = lint(sorted(desk.glob("*.yaml")), Options(use_cache=False)).findings
    assert [(f.file, f.diagnostic.code.id, f.diagnostic.message) for f in found] == []


def test_an_argument_that_the_world_does_not_show_is_judged_by_the_call(desk: Path) -> None:
    play = bench(desk, "updateTicket")
    right = play.oracle(0)
    (*before, (name, args)) = right.sent
    other = "rich" if args["format"] == "plain" else "plain"
    assert right.reward == 1
    assert play.again(right, [*before, (name, {**args, "format": other})]).reward < 0.5


def test_what_is_copied_must_be_the_row_that_was_meant(desk: Path) -> None:
    play = bench(desk, "copyTicket")
    right = play.oracle(0)
    (*before, (name, args)) = right.sent
    other = "501" if args["id"] != "501" else "502"
    assert play.again(right, [*before, (name, {**args, "id": other})]).reward < 0.6


def test_the_end_weighs_as_much_as_all_steps_towards_it(desk: Path) -> None:
    for path in sorted(desk.glob("*.yaml")):
        *towards, end = [p["weight"] for p in written(desk, path.stem)["reward"]["parts"]]
        assert end >= sum(towards), path.name


def test_no_gate_where_no_tool_can_change_anything_else(tmp_path: Path) -> None:
    api = yaml.safe_load((HERE / "apis/desk.yaml").read_text())
    api["operations"] = {n: o for n, o in api["operations"].items() if "Locale" in n}
    for kind in ("apis", "worlds"):
        (tmp_path / kind).mkdir()
    (tmp_path / "apis/desk.yaml").write_text(yaml.safe_dump(api, sort_keys=False))
    (tmp_path / "worlds/desk.yaml").write_text((HERE / "worlds/desk.yaml").read_text())
    made = dict(scenarios(*load(str(tmp_path / "apis/desk.yaml"), "desk")))
    (tmp_path / "setLocale.yaml").write_text(made["setLocale.yaml"])
    assert "gates" not in written(tmp_path, "setLocale")["reward"]
    found = lint([tmp_path / "setLocale.yaml"], Options(use_cache=False)).findings
    assert [(f.diagnostic.code.id, f.diagnostic.message) for f in found] == []


def test_an_argument_of_a_row_that_others_imply_is_not_asked_for(desk: Path) -> None:
    """`getNote` needs both: two tickets have a note `cause`, and each ticket has several notes."""
    tests = {t["name"]: t for t in written(desk, "getNote")["tests"]}
    assert tests["the same with another ticket ID"]["calls"] == [
        {"getNote": {"ticketId": "502", "key": "cause"}}
    ]
    assert tests["the same with another key"]["calls"] == [
        {"getNote": {"ticketId": "501", "key": "remedy"}}
    ]


def test_what_is_taken_out_of_a_list_is_in_it(desk: Path) -> None:
    tasks = written(desk, "removeTags")["expect"]["together"]
    assert {"ticket": "501", "tags": "first-floor"} in tasks
    assert {"ticket": "502", "tags": "first-floor"} not in tasks


@pytest.mark.parametrize("name", ["addTags", "removeTags"])
def test_one_more_item_of_a_list_than_was_asked_for_is_not_done(desk: Path, name: str) -> None:
    play = bench(desk, name)
    for seed in range(8):
        right = play.oracle(seed)
        (*before, (tool, args)) = right.sent
        has = play.scenario.world.rows["tickets"][args["id"]]["tags"]
        more = ["spare"] if name == "addTags" else [t for t in has if t not in args["tags"]]
        for tag in more:
            wrong = {**args, "tags": [*args["tags"], tag]}
            assert play.again(right, [*before, (tool, wrong)]).reward <= 0.5


def test_what_nobody_asked_for_costs_something_and_a_default_nothing(desk: Path) -> None:
    play = bench(desk, "deleteTicket")
    right = play.oracle(0)
    (*before, (tool, args)) = right.sent
    assert play.again(right, [*before, (tool, {**args, "purge": False})]).reward == 1
    assert play.again(right, [*before, (tool, {**args, "purge": True})]).reward == 0.8


def test_only_one_tool_finds_a_row(desk: Path) -> None:
    """Who looks with another tool that lists the same rows would go without the pay for it."""
    tools = written(desk, "updateTicket")["tools"]
    assert "listTickets" in tools
    assert "searchTickets" not in tools


def test_a_row_by_another_name_that_the_api_takes_needs_no_look(desk: Path) -> None:
    play = bench(desk, "closeTicket")
    right = play.oracle(0)
    title = play.scenario.world.rows["tickets"][right.sent[-1][1]["idOrTitle"]]["title"]
    assert play.again(right, [("closeTicket", {"idOrTitle": title})]).reward == 1
    assert play.again(right, right.sent).reward == 1


def test_all_that_was_told_is_no_answer(tmp_path: Path) -> None:
    """Of a response with several texts, only the one that was asked for answers."""
    world = yaml.safe_load((HERE / "worlds/desk.yaml").read_text())
    api = (HERE / "apis/desk.yaml").read_text()
    api = api.replace('body: {key: "{note.key}", value: "{note.value}"}', 'body: "{note}"')
    api = api.replace("value: {type: string}", "value: {type: string}\n      by: {type: string}")
    for n, row in enumerate(world["tables"]["notes"]["rows"]):
        row["by"] = ("Ana Ruiz", "Ben Okafor")[n % 2]
    for kind, text in (("apis", api), ("worlds", yaml.safe_dump(world, sort_keys=False))):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "desk.yaml").write_text(text)
    (made,) = scenarios(*load(str(tmp_path / "apis/desk.yaml"), "desk"), "getNote")
    (tmp_path / "getNote.yaml").write_text(made[1])
    found = lint([tmp_path / "getNote.yaml"], Options(use_cache=False)).findings
    assert [(f.diagnostic.code.id, f.diagnostic.message) for f in found] == []
    play = bench(tmp_path, "getNote")
    for seed in range(6):
        right = play.oracle(seed)
        told = right.calls[-1].response
        assert play.again(right, right.sent, f"{told['value']}, {told['by']}").reward < 0.4
