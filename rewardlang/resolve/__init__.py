"""Names and types: from files as written to the typed model that lints and `emit` read."""

from __future__ import annotations

from rewardlang.resolve import (
    infer_calls,
    infer_names,
    infer_ops,
    infer_paths,
    infer_trace,
)
from rewardlang.resolve.scenario import resolve

RULES = (infer_calls, infer_names, infer_ops, infer_paths, infer_trace)
"""The modules whose import enters the rules of `infer`."""

__all__ = ["resolve"]
