"""Policies without a model: the oracle, one that does nothing, a random one, a recorded trace."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any

from rewardlang.recovery import OutOfCallsError, until_answered
from rewardlang_runtime import Environment, Rng, ScenarioFault, Trace
from rewardlang_runtime.tasks import in_task
from rewardlang_runtime.traces import sent_to

Action = tuple[str, Any]
"""(operation, arguments as JSON text or an object); ("", answer) ends the episode."""

Policy = Generator[Action, str | None, None]
"""Yields actions and is sent observations."""

_INVENTED = "doTheRightThing"
_POOL = 200
_DEPTH = 6


def play(environment: Environment, policy: Policy) -> None:
    """One episode, from the state after `reset` to its end."""
    observation = None
    for _ in range(environment.scenario.calls_limit + 1):
        try:
            operation, payload = policy.send(observation)
        except StopIteration:
            break
        if not operation:
            environment.finish(payload)
            return
        observation = environment.call(operation, payload)
    environment.finish("")


def idle() -> Policy:
    """Stops at once and says nothing."""
    yield "", ""


def oracle(environment: Environment) -> Policy:
    """The scenario's own solution, step by step on the responses it gets; it gets over faults."""
    episode = environment.episode
    steps = environment.scenario.oracle(episode.initial, episode.params, episode.setup)
    try:
        operation, payload = next(steps)
        while operation:
            response = yield from until_answered(environment, operation, payload)
            operation, payload = steps.send(response)
    except OutOfCallsError:
        operation, payload = "", ""
    except ScenarioFault as error:
        error.add_note(in_task(environment.split, environment.seed, environment.params))
        raise
    yield "", payload


def recorded(trace: Trace, environment: Environment) -> Policy:
    """The calls of a trace, whatever is answered."""
    # Not `yield from`, which would send the observations to a tuple.
    for action in sent_to(environment, trace):  # noqa: UP028
        yield action
    yield "", trace.answer


def random(environment: Environment, seed: int) -> Policy:
    """Calls offered tools at random, with arguments that mostly satisfy their schemas.

    Texts are words of the prompt and of what was observed, so that some calls find something.
    """
    rng = Rng("random policy", seed)
    scenario = environment.scenario
    words = _words(environment.prompt)
    while rng.below(scenario.calls_limit + 1):
        if rng.below(20) == 0:
            operation, payload = _INVENTED, {}
        else:
            chosen = rng.choice(scenario.tools)
            schema = scenario.operations[chosen].schema
            operation, payload = environment.name_of(chosen), _value(schema, schema, words, rng, 0)
        observation = yield operation, payload
        words = (words + _words(observation or ""))[-_POOL:]
    yield "", " ".join(rng.choice(words) for _ in range(rng.below(8)))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\s\"'{}\[\]:,<>]+", text)[:_POOL] or ["word"]


def _value(schema: Any, root: dict[str, Any], words: list[str], rng: Rng, depth: int) -> Any:
    """A value of about this schema."""
    if not isinstance(schema, dict):
        return rng.choice(words)
    if "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].lstrip("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        return _value(target, root, words, rng, depth + 1) if depth < _DEPTH else None
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return rng.choice(schema["enum"])
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return _value(rng.choice(schema[union]), root, words, rng, depth + 1)
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    kind = rng.choice(kinds) if isinstance(kinds, list) else kinds
    if kind == "object":
        required = schema.get("required", ())
        return {
            name: _value(child, root, words, rng, depth + 1)
            for name, child in schema.get("properties", {}).items()
            if name in required or (depth < _DEPTH and rng.below(4) == 0)
        }
    if kind == "array":
        length = max(schema.get("minItems", 0), rng.below(3) if depth < _DEPTH else 0)
        return [_value(schema.get("items"), root, words, rng, depth + 1) for _ in range(length)]
    if kind in ("integer", "number"):
        low = int(schema.get("minimum", 0))
        return rng.integer(low, max(low, int(schema.get("maximum", low + 10))))
    if kind == "boolean":
        return rng.below(2) == 1
    return None if kind == "null" else rng.choice(words)
