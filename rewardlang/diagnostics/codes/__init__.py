"""The table of every diagnostic: id, name, level and a summary. Ids are never reused.

Families: Y YAML and syntax, T names and types, D constant and dead logic, S trace formulas,
N numbers and ranges, H rewards that can be hacked, E environments and oracles, P cost and regular
expressions, G signal for training, M the linter itself, O OpenAPI documents.

Its modules hold a few families each; everybody reads them here, by name or out of `CODES`.
"""

# ruff: noqa: F403, I001 -- every name is wanted, and imported in this order it stands in the table.

from __future__ import annotations

from rewardlang.diagnostics.codes.table import CODES as CODES
from rewardlang.diagnostics.codes.language import *
from rewardlang.diagnostics.codes.play import *
from rewardlang.diagnostics.codes.documents import *
