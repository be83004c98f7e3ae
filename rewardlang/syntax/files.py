"""The three kinds of file as written: what their YAML says, expressions parsed, nothing resolved.

Every item keeps its span. An expression that did not parse is None and was reported.
"""

from __future__ import annotations

from typing import Literal

from rewardlang.frozen import frozen
from rewardlang.source import Source, Span
from rewardlang.syntax.nodes import Effect, Expr, Identifier, ObjectTemplate, Shape, Template
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar

Binding = tuple[Identifier, Expr | None]
"""`name: expression`, as in `let:` and `params:`."""


# ---- scenarios/*.yaml ----


@frozen
class LimitsItem:
    calls: int
    observation: int
    answer: int
    span: Span


@frozen
class GateItem:
    """`{id, require, otherwise?}`; `otherwise` is 0 when left out."""

    id: Identifier
    require: Expr | None
    otherwise: float
    span: Span


@frozen
class PartItem:
    """`{id, weight, check | score}`."""

    id: Identifier
    weight: float
    weight_span: Span
    check: Expr | None
    score: Expr | None
    span: Span


@frozen
class PenaltyItem:
    """`{id, factor, when?}`; a constant factor is an expression too."""

    id: Identifier
    when: Expr | None
    factor: Expr | None
    span: Span


@frozen
class CallItem:
    """`{operation: {arg: template, ...}, bind?: name}` of an oracle or a test."""

    operation: Identifier
    args: ObjectTemplate
    bind: Identifier | None
    span: Span


@frozen
class BoundsItem:
    """`0.5`, `{min: 0.5}`, `{max: 0.35}` or both."""

    low: float
    high: float
    span: Span


@frozen
class TestItem:
    """`{name, calls | oracle: true, answer?, params?, seed?, reward, parts?}`."""

    name: Scalar
    calls: tuple[CallItem, ...] | None
    answer: Template | None
    params: Mapping_ | None
    seed: int
    reward: BoundsItem
    parts: tuple[tuple[Identifier, BoundsItem], ...]
    span: Span


@frozen
class FaultItem:
    """`{fault, of?, nth | every | chance, at_most?, steps?, retry_after?}`; 0 is left out."""

    kind: str
    of: tuple[Scalar, ...]
    nth: tuple[int, ...]
    every: int
    chance: float
    at_most: int
    steps: int
    retry_after: int | None
    when: Span
    """Where `nth`, `every` or `chance` stands."""
    span: Span


@frozen
class ToolsItem:
    """`faults.tools`: `rename` is None for names that are drawn."""

    seed: int
    rename: tuple[tuple[Identifier, Identifier], ...] | None
    shuffle: bool
    docs: tuple[tuple[Identifier, str], ...]
    span: Span


@frozen
class ScenarioFile:
    source: Source
    name: Identifier
    title: str
    use: tuple[Scalar, ...]
    world: Scalar | WorldFile
    actor: Scalar | None
    tools: tuple[Scalar, ...] | None
    params: tuple[Binding, ...]
    assume: tuple[Expr | None, ...]
    holdout: Expr | None
    system: Template | None
    prompts: tuple[Template, ...]
    limits: LimitsItem
    expect: Mapping_ | None
    lets: tuple[Binding, ...]
    gates: tuple[GateItem, ...]
    parts: tuple[PartItem, ...]
    penalties: tuple[PenaltyItem, ...]
    oracle: tuple[CallItem, ...]
    oracle_answer: Template | None
    tests: tuple[TestItem, ...]
    span: Span
    faults: tuple[FaultItem, ...] = ()
    offered: ToolsItem | None = None


# ---- scenarios/apis/*.yaml ----


@frozen
class TableItem:
    """`name: {row: Schema, key: field, also_by?: [field], internal?: bool}`."""

    name: Identifier
    row: Identifier
    key: Identifier
    also_by: tuple[Identifier, ...]
    internal: bool
    span: Span


@frozen
class ReferenceItem:
    """`table.path in table`: holds in every world (and after every effect)."""

    path: tuple[Identifier, ...]
    target: Identifier
    span: Span


@frozen
class MoveItem:
    id: Scalar
    name: Scalar
    sources: tuple[Scalar, ...]
    target: Scalar
    span: Span


@frozen
class WorkflowItem:
    name: Identifier
    of: tuple[Identifier, ...]
    start: Scalar
    moves: tuple[MoveItem, ...]
    span: Span


@frozen
class SearchFieldItem:
    """`name: {paths: [a.b], kind, values?: table.path, sortable?: bool}`."""

    name: Identifier
    paths: tuple[tuple[Identifier, ...], ...]
    kind: Scalar
    values: tuple[Identifier, ...] | None
    sortable: bool
    span: Span


@frozen
class SearchItem:
    name: Identifier
    dialect: Scalar
    table: Identifier
    fields: tuple[SearchFieldItem, ...]
    span: Span


@frozen
class ParameterItem:
    """One argument: `name: {...JSON Schema..., required?: bool, as?: wire-name}` in path or query,
    or a top-level property of the body's schema. `schema` has `required` and `as` removed."""

    name: Identifier
    wire: str
    where: Literal["path", "query", "body"]
    required: bool
    schema: dict[str, object]
    span: Span


@frozen
class ErrorItem:
    """`{when, status, body}`."""

    when: Expr | None
    status: int
    body: Shape
    span: Span


@frozen
class EffectItem:
    """An effect as a string, or `{each?: {name: list}, when?: expr, do: effect}`."""

    when: Expr | None
    effect: Effect | None
    span: Span
    each: Binding | None = None


@frozen
class OperationItem:
    name: Identifier
    method: str
    path: str
    doc: str
    parameters: tuple[ParameterItem, ...]
    lets: tuple[Binding, ...]
    errors: tuple[ErrorItem, ...]
    effects: tuple[EffectItem, ...]
    status: int
    body: Shape | None
    span: Span
    opaque: Span | None = None
    """Where it is said that the operation is not modelled."""


@frozen
class InvalidItem:
    """`invalid: {status, wording: {required: text, ...}, body}`."""

    status: int
    wording: dict[str, str]
    body: Shape
    span: Span


@frozen
class ApiFile:
    source: Source
    name: Identifier
    title: str
    base_path: str
    time_format: str
    schemas: dict[str, dict[str, object]]
    schema_spans: Mapping_
    tables: tuple[TableItem, ...]
    references: tuple[ReferenceItem, ...]
    workflows: tuple[WorkflowItem, ...]
    searches: tuple[SearchItem, ...]
    counters: tuple[tuple[Identifier, int], ...]
    invalid: InvalidItem
    problem: Shape | None
    operations: tuple[OperationItem, ...]
    span: Span
    faults: tuple[tuple[str, object], ...] = ()
    """Bodies by what went wrong; plain data."""


# ---- scenarios/worlds/*.yaml ----


@frozen
class GeneratorItem:
    """`{count, let?: {name: expr}, row: template}`: `count` rows; `index` runs from 0."""

    count: int
    lets: tuple[Binding, ...]
    row: ObjectTemplate
    span: Span


@frozen
class RowsItem:
    """`table: {rows?: [...], generate?: [...]}`; rows are plain data, not templates."""

    table: Identifier
    rows: tuple[Mapping_, ...]
    generate: tuple[GeneratorItem, ...]
    span: Span


@frozen
class WorldFile:
    source: Source
    name: Identifier
    use: tuple[Scalar, ...]
    seed: int
    clock_start: str
    clock_step_s: int
    counters: tuple[tuple[Identifier, int], ...]
    lists: Mapping_ | None
    tables: tuple[RowsItem, ...]
    span: Span
