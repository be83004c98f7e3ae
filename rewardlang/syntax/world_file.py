"""The YAML of a world, already of the right shape, to a WorldFile."""

from __future__ import annotations

from rewardlang.syntax.files import GeneratorItem, RowsItem, WorldFile
from rewardlang.syntax.nodes import Identifier
from rewardlang.syntax.reader import (
    Reader,
    as_identifier,
    as_mapping,
    as_scalar,
    items,
    pairs,
    text_of,
    whole_of,
)
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar

CLOCK_START, CLOCK_STEP_S = "2026-01-05T09:00:00Z", 60
"""The clock of a world that sets none."""


def read(root: Mapping_, reader: Reader) -> WorldFile:
    """The world that a document holds."""
    use = tuple(as_scalar(i) for i in items(root.get("use")))
    return _read(root, as_identifier(root.get("world")), use, reader)


def read_inline_world(
    node: Mapping_, name: Identifier, scenario: Mapping_, reader: Reader
) -> WorldFile:
    """The world inside a scenario, which has the scenario's name and APIs."""
    use = tuple(as_scalar(i) for i in items(scenario.get("use")))
    return _read(node, name, use, reader)


def _read(root: Mapping_, name: Identifier, use: tuple[Scalar, ...], reader: Reader) -> WorldFile:
    clock, lists = root.get("clock"), root.get("lists")
    times = as_mapping(clock) if clock else None
    return WorldFile(
        source=reader.source,
        name=name,
        use=use,
        seed=whole_of(root.get("seed")),
        clock_start=text_of(times.get("start") if times else None, CLOCK_START),
        clock_step_s=whole_of(times.get("step_s") if times else None, CLOCK_STEP_S),
        counters=tuple((as_identifier(k), whole_of(v)) for k, v in pairs(root.get("counters"))),
        lists=as_mapping(lists) if lists else None,
        tables=tuple(
            RowsItem(
                as_identifier(key),
                tuple(as_mapping(row) for row in items(as_mapping(table).get("rows"))),
                tuple(
                    _generator(as_mapping(g), reader)
                    for g in items(as_mapping(table).get("generate"))
                ),
                table.span,
            )
            for key, table in pairs(root.get("tables"))
        ),
        span=root.span,
    )


def _generator(node: Mapping_, reader: Reader) -> GeneratorItem:
    return GeneratorItem(
        whole_of(node.get("count")),
        reader.bindings(node.get("let")),
        reader.object(as_mapping(node.get("row"))),
        node.span,
    )
