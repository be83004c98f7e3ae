"""How big a file and what is in it may be; past a limit comes a diagnostic, never a crash."""

from __future__ import annotations

MAX_FILE_BYTES = 1_000_000
MAX_YAML_DEPTH = 64
MAX_YAML_NODES = 50_000
"""Scalars, sequences and mappings of one file; a world's generators make rows without them."""

MAX_EXPRESSION = 2_000
"""Characters of one expression."""

MAX_EXPRESSIONS = 150_000
"""Characters of all the expressions of one file."""

MAX_EXPRESSION_DEPTH = 64
MAX_LET_DEPTH = 128
"""Levels of a let and those that it reads, one inside the other; to evaluate them is to recurse."""

MAX_INT = 2**63 - 1
"""JSON readers agree on integers of 64 bits; so do ours."""

MAX_SYNTAX_ERRORS = 200
"""Diagnostics of one file before the reader gives up on it."""
