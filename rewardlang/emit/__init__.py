"""Typed model to Python: `ast` nodes that carry the places of the YAML."""

from __future__ import annotations

# These enter their rules into the table of `lowering` when imported.
from rewardlang.emit import expressions, macros, paths
from rewardlang.emit.module import compile_module, emit, source_text

__all__ = ["compile_module", "emit", "expressions", "macros", "paths", "source_text"]
