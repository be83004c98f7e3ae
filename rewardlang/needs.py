"""What an expression must know to have a value: the task's parameters, the world, outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from rewardlang import tree
from rewardlang.walk import everything

Need = Literal[
    "params", "world", "outcomes", "kinds", "statuses", "faults", "responses", "args", "answer"
]

_FIELDS: dict[str, Need] = {
    "status": "statuses",
    "ok": "outcomes",
    "kind": "kinds",
    "fault": "faults",
    "response": "responses",
    "error": "responses",
    "args": "args",
    "before": "world",
    "after": "world",
}


def needs(lets: Mapping[str, tree.LetDef], *exprs: tree.Expr | None) -> frozenset[Need]:
    """What evaluating `exprs` takes, lets included.

    `outcomes` is whether calls succeeded, `kinds` and `statuses` how exactly they ended, `faults`
    whether that was the environment's doing.
    """
    found: dict[Need, None] = {}
    seen: dict[str, None] = {}
    work = [expr for expr in exprs if expr is not None]
    while work:
        for node in everything(work.pop()):
            match node:
                case tree.RootRef(name="params"):
                    found["params"] = None
                case tree.RootRef(name="answer"):
                    found["answer"] = None
                case tree.RootRef(name="initial" | "final"):
                    found["world"] = None
                case tree.DeltaRows() | tree.ChangedOnly() | tree.Search():
                    found["world"] = None
                case tree.CallField(name=name) if name in _FIELDS:
                    found[_FIELDS[name]] = None
                    if name == "error":
                        found["outcomes"] = None
                case tree.LetRef(name=name) if name not in seen:
                    seen[name] = None
                    work.append(lets[name].value)
    return frozenset(found)
