"""The meaning of operations: error rules in order, then all effects at once, then the response."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rewardlang.effects import Effect
from rewardlang.interpret.context import Context, named
from rewardlang.interpret.evaluate import evaluate, holds, let
from rewardlang.interpret.values import Failure, Json, at, field, same
from rewardlang.model import Api, Operation
from rewardlang.walk import mentioned

if TYPE_CHECKING:
    from rewardlang_runtime.world import World


def run(
    operation: Operation,
    apis: Mapping[str, Api],
    world: World,
    args: dict[str, Json],
    now: str,
    actor: str,
) -> tuple[int, Json]:
    """The status and the body of a request whose arguments satisfy the schema.

    All expressions of error rules and effects see the world before the effects, and so do the lets
    that they mention; other lets and the body see it after them.

    Raises:
        Failure: An effect or a body met data that it has no value for; `world` may have changed.
    """
    roots = {
        "state": world,
        "args": args,
        "now": now,
        "actor": world["users"].get(actor) if "users" in world else None,
        "actor_key": actor,
        "counters": world.counters,
    }
    context = Context(roots=roots, lets=named(operation.lets), apis=apis)
    for rule in operation.errors:
        if holds(rule.when, context):
            return rule.status, evaluate(rule.body, context)
    early = [*(rule.when for rule in operation.errors), *operation.effects]
    for name in mentioned(early, context.lets):
        let(name, context)
    for write in [w for effect in operation.effects for w in _writes(effect, context)]:
        _apply(write, world)
    roots["counters"] = world.counters
    body = None if operation.body is None else evaluate(operation.body, context)
    return operation.status, body


class _Write(NamedTuple):
    """An effect with all its expressions evaluated."""

    effect: Effect
    key: Json
    path: Sequence[Json]
    value: Json


def _writes(effect: Effect, context: Context) -> list[_Write]:
    """What an effect writes: nothing when its condition does not hold, else once per item."""
    if effect.each is None:
        places = [context]
    else:
        name, items = effect.each
        places = [context.bind({name: item}) for item in evaluate(items, context)]
    return [
        _write(effect, each) for each in places if effect.when is None or holds(effect.when, each)
    ]


def _write(effect: Effect, context: Context) -> _Write:
    place = effect.place
    return _Write(
        effect,
        None if place.key is None else evaluate(place.key, context),
        [step if isinstance(step, str) else evaluate(step, context) for step in place.path],
        None if effect.value is None else evaluate(effect.value, context),
    )


def _apply(write: _Write, world: World) -> None:
    place, kind = write.effect.place, write.effect.kind
    if place.counter is not None:
        if type(write.value) is not int:
            raise Failure("a counter is a whole number")
        world.set_counter(place.counter, write.value)
        return
    if place.table is None:
        raise ValueError("an effect without a place")
    table = world.edit(place.table)
    if kind == "insert":
        key = field(write.value, table.spec.key, safe=False)
        if table.get(key) is not None:
            raise Failure(f"there is a row {key} already")
        table.put(key, write.value)
        return
    found = table.key_of(write.key)
    if kind == "delete" and not write.path:
        if found is not None:
            table.delete(found)
        return
    row = table.get(found)
    if found is None or row is None:
        raise Failure(f"there is no row {write.key}")
    if not write.path:
        table.put(found, write.value)
        return
    changed = copy.deepcopy(row)
    _change(changed, write)
    table.put(found, changed)


def _change(row: dict[str, Any], write: _Write) -> None:
    """Change `row` in place."""
    *steps, last = write.path
    inner: Json = row
    for step in steps:
        inner = at(inner, step, safe=False)
    if not isinstance(inner, dict):
        raise Failure("effects write to fields of objects")
    if not isinstance(last, str):
        raise Failure("a field is a string")
    match write.effect.kind:
        case "set":
            inner[last] = write.value
        case "delete":
            inner.pop(last, None)
        case "append":
            inner[last] = [*_items(inner.get(last)), write.value]
        case "remove":
            inner[last] = [x for x in _items(inner.get(last)) if not same(x, write.value)]


def _items(value: Json) -> list[Json]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Failure("only lists have items")
    return value
