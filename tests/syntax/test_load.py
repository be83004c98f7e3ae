"""Finding and reading files: by name, beside and above a scenario, and what can go wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from syntax.files_on_disk import API, SCENARIO, WORLD, write

from rewardlang import data
from rewardlang.data import Files
from rewardlang.syntax.load import gather, gather_apis, read_scenario, read_world


def gathered(path: Path):
    scenario, diagnostics = read_scenario(path)
    assert not diagnostics
    return gather(scenario)


def test_beside_the_scenario_first(tmp_path):
    inner = tmp_path / "a"
    inner.mkdir()
    write(tmp_path, world=WORLD.replace("seed: 3", "seed: 4"))
    assert gathered(write(inner)).world.seed == 3


def test_then_in_the_folders_above(tmp_path):
    write(tmp_path, world=WORLD.replace("seed: 3", "seed: 5"))
    deep = tmp_path / "x" / "y"
    deep.mkdir(parents=True)
    (deep / "close.yaml").write_text(SCENARIO)
    found = gathered(deep / "close.yaml")
    assert found.world.seed == 5
    assert [p.name for p in found.paths] == ["desk.yaml", "office.yaml"]


def test_then_in_scenarios_above(tmp_path):
    (tmp_path / "scenarios").mkdir()
    write(tmp_path / "scenarios", world=WORLD.replace("seed: 3", "seed: 6"))
    (tmp_path / "examples").mkdir()
    path = tmp_path / "examples" / "close.yaml"
    path.write_text(SCENARIO)
    assert gathered(path).world.seed == 6


def test_then_in_the_package(tmp_path):
    files = Files()
    assert files.find("apis", "jira", tmp_path) == data.scenarios() / "apis" / "jira.yaml"
    assert {"jira", "confluence"} <= set(files.names("apis", tmp_path))


def test_a_relative_path(tmp_path, monkeypatch):
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert gathered(Path("close.yaml")).apis[0].source.path == "apis/desk.yaml"


def test_a_path_stays_as_short_as_the_one_given(tmp_path, monkeypatch):
    write(tmp_path)
    deep = tmp_path / "x" / "y"
    deep.mkdir(parents=True)
    (deep / "close.yaml").write_text(SCENARIO)
    monkeypatch.chdir(tmp_path)
    assert gathered(Path("x/y/close.yaml")).apis[0].source.path == "apis/desk.yaml"
    monkeypatch.chdir(deep)
    found = gathered(Path("close.yaml")).apis[0].source.path
    assert found == (tmp_path / "apis/desk.yaml").as_posix()
    monkeypatch.chdir(tmp_path / "apis")
    found = gathered(Path("../x/y/close.yaml")).apis[0].source.path
    assert found == (tmp_path / "apis/desk.yaml").as_posix()


@pytest.mark.parametrize(
    ("folder", "given", "expected"),
    [("", "worlds/hall.yaml", "apis/desk.yaml"), ("worlds", "hall.yaml", "{root}/apis/desk.yaml")],
)
def test_a_world_names_files_as_a_scenario_does(folder, given, expected, tmp_path, monkeypatch):
    write(tmp_path)
    (tmp_path / "worlds" / "hall.yaml").write_text(WORLD)
    monkeypatch.chdir(tmp_path / folder)
    world, _ = read_world(Path(given))
    assert world is not None
    (api,) = gather_apis(world).apis
    assert api.source.path == expected.format(root=tmp_path.as_posix())


@pytest.mark.parametrize("name", ["../desk", "a/b", "", ".", "desk.yaml", "/etc/passwd", "de sk"])
def test_a_name_never_leads_elsewhere(name, tmp_path):
    write(tmp_path)
    (tmp_path / "desk.yaml").write_text(API)
    (tmp_path / "apis" / ".yaml").write_text(API)
    assert Files().find("apis", name, tmp_path) is None


def test_a_name_that_is_not_there(tmp_path):
    scenario, _ = read_scenario(write(tmp_path, SCENARIO.replace("use: [desk]", "use: [dekk]")))
    found = gather(scenario)
    (diagnostic,) = found.diagnostics
    assert diagnostic.code.id == "Y015"
    assert diagnostic.label.span.text == "dekk"
    assert diagnostic.help == "did you mean `desk`?"
    assert found.apis == ()
    assert found.world is not None


def test_what_is_wrong_in_an_api_is_shown_there(tmp_path):
    path = write(tmp_path, api=API.replace("ticket is null", "ticket = null"))
    (diagnostic,) = gathered(path).diagnostics
    assert diagnostic.code.id == "Y001"
    assert diagnostic.label.span.source.path.endswith("apis/desk.yaml")
    assert diagnostic.label.span.text == "="


def diagnostic_of(path: Path):
    made, (diagnostic,) = read_scenario(path)
    assert made is None
    return diagnostic


def test_files_that_cannot_be_read(tmp_path):
    missing = diagnostic_of(tmp_path / "nowhere.yaml")
    assert (missing.code.id, "no such file" in missing.message) == ("Y015", True)
    assert diagnostic_of(tmp_path).code.id == "Y015"
    os.mkfifo(tmp_path / "pipe.yaml")
    assert diagnostic_of(tmp_path / "pipe.yaml").code.id == "Y015"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path):
    path = write(tmp_path)
    path.chmod(0)
    assert diagnostic_of(path).code.id == "Y015"


def test_a_byte_order_mark_and_windows_line_ends(tmp_path):
    path = write(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + SCENARIO.replace("\n", "\r\n").encode())
    scenario, diagnostics = read_scenario(path)
    assert not diagnostics
    assert scenario.name.span.begin == (2, 11)
    line = SCENARIO[: SCENARIO.index("id: closed")].count("\n") + 1
    assert scenario.parts[0].check.span.begin.line == line
    assert scenario.parts[0].check.span.text == 'final.tickets[params.id]?.state == "closed"'
