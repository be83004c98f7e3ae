"""Random episodes of a scenario: its oracle spoiled, random calls, traces from elsewhere."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

from rewardlang_runtime import Call, Environment, Episode, Scenario
from rewardlang_runtime.calls import FAULTS, FaultedCall

KINDS = ("ok", "api_error", "invalid_request", "malformed_arguments", "unknown_tool")
ODD = (
    None, True, False, 0, 1, -1, 2.5, 10**15, "", "x", "ü ☃", [], {}, [1, True, "1"], {"a": None},
    [[]], {"id": 1}, "null", "1",
)  # fmt: skip


def episodes(scenario: Scenario, count: int, seed: str) -> Iterator[Episode]:
    """`count` episodes, the same for the same seed."""
    rng = random.Random(f"{scenario.name} {seed}")
    environment = Environment(scenario)
    words = pool(scenario)
    for number in range(count):
        environment.reset(seed=rng.randrange(64))
        play(environment, rng, words)
        episode = environment.episode
        yield elsewhere(scenario, episode, rng) if number % 3 == 0 else episode


def pool(scenario: Scenario) -> list[str]:
    """Keys and short strings of the world, so that random arguments sometimes hit something."""
    found: dict[str, None] = {}
    data = json.loads(scenario.world)
    for rows in data["tables"].values():
        for key, row in list(rows.items())[:40]:
            found[key] = None
            found.update(dict.fromkeys(s for s in strings(row) if len(s) < 40))
    return list(found)


def strings(value: Any) -> Iterator[str]:
    """All strings in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


def play(environment: Environment, rng: random.Random, words: list[str]) -> None:
    """One episode: the oracle with mistakes, or anything."""
    scenario, episode = environment.scenario, environment.episode
    oracle = scenario.oracle(episode.initial, episode.params, episode.setup)
    follow = rng.random() < 0.75
    answer = ""
    step = next(oracle)
    for _ in range(rng.randrange(9)):
        roll = rng.random()
        if follow and roll < 0.7:
            operation, args = step
            if not operation:
                break
            args = spoiled(args, rng, words) if rng.random() < 0.4 else args
            environment.call(operation, args if rng.random() < 0.8 else json.dumps(args))
            if rng.random() < 0.9:
                try:
                    step = oracle.send(episode.calls[-1].response)
                except Exception:
                    # The oracle counts on its own calls' responses and may trip over others.
                    follow = False
        elif roll < 0.95:
            environment.call(*random_call(scenario, rng, words))
        else:
            environment.call(
                rng.choice(["addLabel", "", "getIsue", "zz"]), rng.choice(['{"a": 1}', "["])
            )
    if rng.random() < 0.7:
        answer = step[1] if follow and not step[0] else " ".join(rng.choices(words, k=4))
        if rng.random() < 0.3:
            answer = str(answer) + " not " + rng.choice(words)
    environment.finish(answer)


def random_call(scenario: Scenario, rng: random.Random, words: list[str]) -> tuple[str, Any]:
    """A tool and arguments that more or less satisfy its schema."""
    name = rng.choice(scenario.tools)
    schema = scenario.operations[name].schema
    args = sample(schema, schema, rng, words, 0)
    return name, spoiled(args, rng, words) if rng.random() < 0.3 else args


def sample(schema: Any, root: Any, rng: random.Random, words: list[str], depth: int) -> Any:
    """A value that satisfies most of a JSON Schema."""
    if "$ref" in schema:
        target = root
        for name in schema["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        return sample(target, root, rng, words, depth)
    for choice in ("enum", "anyOf", "oneOf"):
        if choice in schema:
            chosen = rng.choice(schema[choice])
            return chosen if choice == "enum" else sample(chosen, root, rng, words, depth)
    if "const" in schema:
        return schema["const"]
    kind = schema.get("type", "object" if "properties" in schema else None)
    if isinstance(kind, list):
        kind = rng.choice(kind)
    if kind == "string":
        return rng.choice(words)
    if kind in ("integer", "number"):
        return rng.choice([0, 1, 2, 5, 50])
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "null":
        return None
    if kind == "array":
        items = schema.get("items", {})
        return [sample(items, root, rng, words, depth + 1) for _ in range(rng.randrange(4))]
    if kind == "object" and depth < 6:
        required = schema.get("required", ())
        return {
            name: sample(inner, root, rng, words, depth + 1)
            for name, inner in schema.get("properties", {}).items()
            if name in required or rng.random() < 0.4
        }
    return rng.choice(ODD)


def spoiled(value: Any, rng: random.Random, words: list[str]) -> Any:
    """A copy of a JSON value with something dropped or replaced."""
    value = copy.deepcopy(value)
    inner = value
    while isinstance(inner, dict | list) and inner:
        place = rng.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
        child = inner[place]
        if isinstance(child, dict | list) and child and rng.random() < 0.7:
            inner = child
            continue
        roll = rng.random()
        if roll < 0.35:
            del inner[place]
        elif roll < 0.7:
            inner[place] = rng.choice(words)
        elif roll < 0.9:
            inner[place] = rng.choice(ODD)
        else:
            inner[place] = [child, child] if isinstance(inner, list) else {"again": child}
        break
    return value


def elsewhere(scenario: Scenario, episode: Episode, rng: random.Random) -> Episode:
    """The episode as if it had been recorded by another environment: nothing holds for sure."""
    calls = []
    for call in episode.calls:
        for _ in range(rng.choice([0, 1, 1, 1, 1, 2])):
            op, args, kind, status = call.op, call.args, call.kind, call.status
            response = call.response
            roll = rng.random()
            if roll < 0.2:
                kind = rng.choice(KINDS)
            elif roll < 0.4:
                args = spoiled(args, rng, ["x", "y"])
            elif roll < 0.6:
                response = spoiled(response, rng, ["x", "y"])
            elif roll < 0.7:
                response = rng.choice(ODD)
            elif roll < 0.75:
                args = {"issueIdOrKey": rng.choice(ODD), "fields": rng.choice(ODD), "id": None}
            other = Call(op, args, kind, status, response)
            if scenario.faults and rng.random() < 0.4:
                fault = rng.choice(tuple(FAULTS))
                other = FaultedCall(other, None, None, fault, None, None)
            calls.append(other)
    if rng.random() < 0.3:
        rng.shuffle(calls)
    return Episode(
        calls, episode.params, episode.setup, episode.initial, episode.final, episode.answer
    )
