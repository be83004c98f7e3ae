"""The shipped APIs with all their operations, played in their worlds."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from rewardlang import driver
from rewardlang_runtime import Environment, Scenario

HERE = Path(__file__).parent / "scenarios"
APIS = ("jira", "confluence")
ANSWERS: dict[str, list[dict[str, Any]]] = yaml.safe_load((HERE / "answers.yaml").read_text())


@cache
def scenario(api: str) -> Scenario:
    """A scenario that offers every operation of an API."""
    return driver.load(HERE / f"every_{api}_operation.yaml")


def environment(api: str, actor: str | None = None) -> Environment:
    """An episode that has just begun, for a user of the site."""
    made = scenario(api)
    environment = Environment(made._replace(actor=actor) if actor else made)
    environment.reset(seed=0)
    return environment


@cache
def answers(api: str) -> list[tuple[str, int, Any]]:
    """Operation, status and body of one successful call of each operation."""
    played = environment(api)
    found = []
    for call in ANSWERS[api]:
        if "actor" in call:
            played = environment(api, call["actor"])
        observation = played.call(call["op"], json.dumps(call["args"]))
        made = played.episode.calls[-1]
        assert made.kind == "ok", f"{call}: {observation}"
        found.append((call["op"], made.status, json.loads(json.dumps(made.response))))
    return found
