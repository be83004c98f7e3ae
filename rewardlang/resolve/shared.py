"""Worlds that many scenarios share, expanded once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence

from rewardlang.model import TableDef, World
from rewardlang.resolve.apis import ResolvedApi
from rewardlang.resolve.report import Report
from rewardlang.resolve.world import expand_world
from rewardlang.syntax.files import WorldFile
from rewardlang.types.json_schema import Schemas

_KEPT = 8
_cache: OrderedDict[tuple[tuple[str, str], ...], World] = OrderedDict()
"""Worlds that gave no diagnostic, by the path and text of all that they are made of."""


def shared_world(
    file: WorldFile,
    apis: Sequence[ResolvedApi],
    tables: Mapping[str, TableDef],
    schemas: Schemas,
    report: Report,
) -> World | None:
    """As `expand_world`; the same world is expanded once."""
    key = tuple((s.path, s.text) for s in (file.source, *(each.file.source for each in apis)))
    found = _cache.get(key)
    if found is None:
        before = len(report.diagnostics)
        found = expand_world(file, apis, tables, schemas, report)
        if found is None or len(report.diagnostics) > before:
            return found
        _cache[key] = found
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return found
