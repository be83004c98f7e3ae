"""How the oracle gets over faults: it tries again, and looks first where a write may be done.

It knows more than a policy does: which answers are faults, and which read would show a write. What
it sends is what a careful policy could send, and costs calls as it would cost that policy.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import islice, product
from typing import Any

from rewardlang_runtime import Call, Environment, World
from rewardlang_runtime.plan import plan_of
from rewardlang_runtime.values import FAILURES, ScenarioFault

Action = tuple[str, Any]

_DOUBTFUL = ("timeout", "lost")
_QUERIES = (
    'summary ~ "{}"', 'text ~ "{}"', 'title ~ "{}"', 'title = "{}"', 'project = "{}"',
    'space = "{}"',
)  # fmt: skip
"""Queries that find what a text was written into; those that an API does not know are refused."""
_FILLINGS = 60
"""Ways to call one read that are looked at."""
_LONG = 80
"""Texts longer than this are not asked for."""


class OutOfCallsError(Exception):
    """The limit of calls came before an answer."""


def until_answered(
    environment: Environment, operation: str, payload: Any
) -> Generator[Action, str | None, Any]:
    """One call of the oracle, made until it is answered without a fault; returns the body.

    Raises:
        OutOfCallsError: No call is left.
    """
    episode, faulty = environment.episode, bool(environment.scenario.faults)
    while True:
        before = episode.final.snapshot() if faulty else None
        call = yield from _sent(environment, operation, payload)
        if call.fault is None:
            return call.response
        if call.fault in _DOUBTFUL and before is not None:
            look = revealing(environment, before, (operation, payload))
            if look is not None:
                yield from until_answered(environment, *look)
        if call.unseen is not None and call.unseen[0] < 400:
            return call.unseen[1]


def repeated(
    environment: Environment, operation: str, payload: Any
) -> Generator[Action, str | None, Any]:
    """The same without a look: a write whose answer was lost is done twice.

    Raises:
        OutOfCallsError: No call is left.
    """
    while True:
        call = yield from _sent(environment, operation, payload)
        if call.fault is None:
            return call.response


def _sent(
    environment: Environment, operation: str, payload: Any
) -> Generator[Action, str | None, Call]:
    calls = environment.episode.calls
    count = len(calls)
    yield environment.name_of(operation), payload
    if len(calls) == count:
        raise OutOfCallsError
    return calls[-1]


def revealing(environment: Environment, before: World, write: Action) -> Action | None:
    """A read whose answer tells whether a write was done in the world `before`.

    None when there is nothing to tell, or no offered operation tells it: reads that were made
    already are tried first, then each with what the write itself says for arguments.
    """
    name, args = write
    tools = plan_of(environment.scenario).tools
    if name not in tools or not tools[name][5].operation.writes:
        return None
    after = before.snapshot()
    answer = _answered(environment, after, write)
    if answer is None:
        return None
    made = [(call.op, call.args) for call in environment.episode.calls if call.ok]
    for look in (*made, *_looks(environment, args)):
        if look[0] not in tools or tools[look[0]][5].operation.writes:
            continue
        told = _answered(environment, after, look)
        if told is not None and told != _answered(environment, before, look):
            return look
    return None


def _answered(environment: Environment, world: World, action: Action) -> tuple[Any] | None:
    """The body with which an action is answered in a world, in a tuple; None when it is refused."""
    name, args = action
    run, is_valid, defaults, times, _, _ = plan_of(environment.scenario).tools[name]
    if type(args) is not dict or not is_valid(args):
        return None
    try:
        status, body = run(world, {**defaults, **args}, times[0], environment.scenario.actor)
    except (*FAILURES, ScenarioFault):
        return None
    return None if status >= 400 else (body,)


def _looks(environment: Environment, args: Any) -> Iterator[Action]:
    """Calls of the reads with arguments of the write; those first that have its names for them."""
    scenario = environment.scenario
    texts = list(dict.fromkeys(_texts(args)))
    said = [*texts, *_queries(texts)]
    reads = [scenario.operations[name] for name in scenario.tools]
    for named in (True, False):
        for operation in reads:
            needs = operation.schema.get("required", ())
            known = operation.schema.get("properties", {})
            if operation.writes or named != all(needed in args for needed in needs):
                continue
            choices = [
                [args[needed]] if needed in args else _listed(known.get(needed)) or said
                for needed in needs
            ]
            for values in islice(product(*choices), _FILLINGS):
                yield operation.name, dict(zip(needs, values, strict=True))


def _listed(schema: Any) -> list[Any]:
    return schema.get("enum", []) if isinstance(schema, dict) else []


def _queries(texts: list[str]) -> list[str]:
    plain = [text.replace('"', "") for text in texts]
    return [query.format(text) for text in plain for query in _QUERIES]


def _texts(value: Any) -> Iterator[str]:
    """The short texts in a value."""
    if isinstance(value, str) and 0 < len(value) <= _LONG:
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
