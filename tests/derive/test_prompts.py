"""Whole prompts, of a document that nests its things as many do."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from rewardlang.cli.import_ import command
from rewardlang.derive import scenarios
from rewardlang.derive.load import load

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def prompts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    folder = tmp_path_factory.mktemp("wiki")
    args = ["openapi", str(HERE / "wiki.openapi.yaml"), "--out", str(folder)]
    assert CliRunner().invoke(command, args, catch_exceptions=False).exit_code == 0
    made = scenarios(*load(f"{folder}/apis/wiki.yaml", f"{folder}/worlds/wiki.yaml"))
    found = {}
    for name, text in made:
        scenario = yaml.safe_load(text)
        tasks = scenario.get("expect", {}).get("tasks")
        asked = [task["question"] for task in tasks] if tasks else scenario["prompt"]
        found[name.removesuffix(".yaml")] = [str(each) for each in asked]
    return found


def test_orders_say_what_a_person_would(prompts: dict[str, list[str]]) -> None:
    assert prompts["makePage"][0] == 'Create a page titled "{title}".'
    assert prompts["dropPage"][1] == 'Please delete the page "{the_page.title}".'
    assert (
        prompts["putPage"][2]
        == 'Could you set the title of the page "{the_page.title}" to "{title}"?'
    )


def test_what_stands_under_a_row_is_not_the_row(prompts: dict[str, list[str]]) -> None:
    for question in prompts["listChildren"]:
        assert "of the page 1" in question
        assert "child page 1" not in question
