"""Query languages over one table: subsets of JQL and CQL, with errors worded as the APIs do."""

from __future__ import annotations

from rewardlang_runtime.queries.search import search
from rewardlang_runtime.queries.spec import QueryField, SearchSpec

__all__ = ["QueryField", "SearchSpec", "search"]
