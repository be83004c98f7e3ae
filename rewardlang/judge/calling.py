"""One call on a copy of a world, outside of any episode: cheaper than playing one."""

from __future__ import annotations

from typing import Any

from rewardlang.judge.bench import Action, Bench
from rewardlang.judge.faults import FAULTS
from rewardlang_runtime.plan import plan_of
from rewardlang_runtime.world import World


def called(bench: Bench, world: World, action: Action, before: int = 0) -> tuple[Any, World] | None:
    """The response, and the world after a call; None when the call is refused.

    `before` is how many calls were made already, which is what the clock goes by.
    """
    compiled = bench.compiled
    name, args = action
    tools = plan_of(compiled).tools
    if name not in tools or not isinstance(args, dict):
        return None
    run, is_valid, defaults, times, _, _ = tools[name]
    if not is_valid(args):
        return None
    after = world.snapshot()
    try:
        given = {**defaults, **args}
        status, response = run(after, given, times[before], compiled.actor)
    except FAULTS:
        return None
    return None if status >= 400 else (response, after)
