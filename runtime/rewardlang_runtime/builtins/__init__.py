"""The functions of the language, under their own names: generated code calls `b.NAME(...)`."""

from __future__ import annotations

from rewardlang_runtime.builtins import (
    answers,
    documents,
    lists,
    maps,
    numbers,
    records,
    similarity,
    text,
    time,
)
from rewardlang_runtime.builtins.patterns import search
from rewardlang_runtime.registry import BUILTINS

__all__ = [
    "BUILTINS",
    "answers",
    "documents",
    "lists",
    "maps",
    "numbers",
    "records",
    "search",
    "similarity",
    "text",
    "time",
]

globals().update({name: builtin.function for name, builtin in BUILTINS.items()})
