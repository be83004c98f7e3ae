"""What generated modules and trainers use: scenarios, worlds, environments and rewards.

Names that only some programs need are imported when first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rewardlang_runtime import builtins
from rewardlang_runtime.calls import KINDS, Call, Kind
from rewardlang_runtime.episode import Episode
from rewardlang_runtime.rng import Rng
from rewardlang_runtime.scenario import (
    ABI,
    Api,
    Detail,
    Fault,
    Operation,
    Scenario,
    StaleModule,
    TableSpec,
    require,
    unoffered,
)
from rewardlang_runtime.values import (
    FAILURES,
    ScenarioFault,
    add,
    check_number,
    equal,
    finite,
    identity,
    less,
    less_equal,
    member,
    present,
    text,
)
from rewardlang_runtime.world import Base, World, load_base

if TYPE_CHECKING:
    from rewardlang_runtime.contract import check_environment
    from rewardlang_runtime.environment import Environment
    from rewardlang_runtime.loading import load_module
    from rewardlang_runtime.messages import read_messages, score_messages
    from rewardlang_runtime.queries import QueryField, SearchSpec, search
    from rewardlang_runtime.traces import Trace, read_traces, score_trace, write_trace

_LATER = {
    "Environment": "environment",
    "QueryField": "queries",
    "SearchSpec": "queries",
    "Trace": "traces",
    "check_environment": "contract",
    "load_module": "loading",
    "read_messages": "messages",
    "read_traces": "traces",
    "score_messages": "messages",
    "score_trace": "traces",
    "search": "queries",
    "write_trace": "traces",
}

__all__ = [
    "ABI",
    "FAILURES",
    "KINDS",
    "Api",
    "Base",
    "Call",
    "Detail",
    "Environment",
    "Episode",
    "Fault",
    "Kind",
    "Operation",
    "QueryField",
    "Rng",
    "Scenario",
    "ScenarioFault",
    "SearchSpec",
    "StaleModule",
    "TableSpec",
    "Trace",
    "World",
    "add",
    "builtins",
    "check_environment",
    "check_number",
    "equal",
    "finite",
    "identity",
    "less",
    "less_equal",
    "load_base",
    "load_module",
    "member",
    "present",
    "read_messages",
    "read_traces",
    "require",
    "score_messages",
    "score_trace",
    "search",
    "text",
    "unoffered",
    "write_trace",
]


def __getattr__(name: str) -> Any:
    module = _LATER.get(name)
    if module is None:
        raise AttributeError(f"module 'rewardlang_runtime' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"rewardlang_runtime.{module}"), name)
    globals()[name] = value
    return value
