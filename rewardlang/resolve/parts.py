"""An API or a world by itself: what is wrong with it, whoever uses it."""

from __future__ import annotations

from collections.abc import Sequence

from rewardlang import tree
from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.model import Api
from rewardlang.resolve.apis import resolve_api
from rewardlang.resolve.report import Report
from rewardlang.resolve.world import expand_world, merged_tables
from rewardlang.syntax.files import ApiFile, WorldFile
from rewardlang.types.json_schema import Schemas


def check_api(
    file: ApiFile, typed: list[tree.Expr] | None = None
) -> tuple[Api | None, list[Diagnostic]]:
    """An API, None when it has errors, and what is wrong with it; `typed` as in `Report`."""
    resolved = resolve_api(file)
    if typed is not None:
        typed += resolved.typed
    return resolved.api, list(resolved.diagnostics)


def check_world(
    world: WorldFile, apis: Sequence[ApiFile], typed: list[tree.Expr] | None = None
) -> list[Diagnostic]:
    """What is wrong with a world, apart from its APIs; nothing is known when they are wrong.

    `typed` as in `Report`.
    """
    resolved = [resolve_api(api) for api in apis]
    if any(each.api is None for each in resolved):
        return []
    report = Report(typed=typed)
    schemas = Schemas()
    for each in resolved:
        schemas.adopt(each.schemas)
    tables = merged_tables(resolved, world.use, report)
    expand_world(world, resolved, tables, schemas, report)
    return report.diagnostics
