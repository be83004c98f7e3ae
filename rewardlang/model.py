"""The typed model of a scenario: what the resolver knows, and all that lints and `emit` read.

Data only. JSON values are plain Python; expressions are typed trees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from rewardlang.effects import Effect
from rewardlang.frozen import frozen
from rewardlang.source import Source, Span
from rewardlang.tree import Expr, LetDef
from rewardlang.types.json_schema import Schemas
from rewardlang.types.types import Object, Table, Type
from rewardlang_runtime.calls import FaultKind

JsonSchema = dict[str, object]


# ---- an API ----


@frozen
class TableDef:
    """A table. Keys are strings; a row is also found by the top-level fields in `also_by`.

    `internal` tables are bookkeeping (counters, permissions): never in `delta` or `initial`.
    """

    name: str
    key: str
    also_by: tuple[str, ...]
    row: Table
    schema: JsonSchema
    internal: bool
    span: Span


@frozen
class Move:
    """One transition of a workflow."""

    id: str
    name: str
    sources: tuple[str, ...]
    target: str
    span: Span


@frozen
class Workflow:
    """The life of a status: `of` is the field that holds it, `table.field.field`.

    `statuses` are the values that the field's schema lists, in its order; none when it does not.
    `declared` is where the schema names the field.
    """

    name: str
    of: str
    start: str
    moves: tuple[Move, ...]
    span: Span
    statuses: tuple[str, ...] = ()
    declared: Span | None = None


@frozen
class Parameter:
    """One argument of an operation, in the flat view that the policy sees.

    `wire` is its name in the request; an argument that is the whole body has none, `""`.
    """

    name: str
    wire: str
    where: Literal["path", "query", "body"]
    required: bool
    schema: JsonSchema


@frozen
class Reference:
    """Every value at `path`, the first step of which is a table, is a key of a row of `target`."""

    path: tuple[str, ...]
    target: str
    span: Span


@frozen
class ErrorRule:
    """When `when` holds the operation answers `status` with `body`; the first to hold wins."""

    when: Expr
    status: int
    body: Expr
    span: Span


@frozen
class Operation:
    """One operation. `schema` is the JSON Schema (closed object) of the flat arguments.

    An `opaque` one is not modelled: its request is checked, its answer says nothing of the world.
    """

    name: str
    api: str
    method: str
    path: str
    doc: str
    parameters: tuple[Parameter, ...]
    schema: JsonSchema
    args_type: Object
    lets: tuple[LetDef, ...]
    errors: tuple[ErrorRule, ...]
    effects: tuple[Effect, ...]
    status: int
    body: Expr | None
    response_type: Type
    error_type: Type
    span: Span
    opaque: bool = False

    @property
    def writes(self) -> bool:
        return bool(self.effects)


@frozen
class QueryField:
    """A field of a query language: where in a row it is read, and how it is compared."""

    name: str
    paths: tuple[tuple[str, ...], ...]
    kind: Literal["choice", "text", "number", "time", "key", "list"]
    values: tuple[str, tuple[str, ...]] | None
    """For `choice`: (table, field path) whose values exist; others are a 400."""
    sortable: bool


@frozen
class SearchDef:
    """A query language over one table: `jql` or `cql` in surface, its fields declared."""

    name: str
    dialect: Literal["jql", "cql"]
    table: str
    fields: tuple[QueryField, ...]
    span: Span


@frozen
class Api:
    name: str
    title: str
    base_path: str
    schemas: Mapping[str, JsonSchema]
    tables: Mapping[str, TableDef]
    workflows: Mapping[str, Workflow]
    searches: Mapping[str, SearchDef]
    counters: Mapping[str, int]
    operations: Mapping[str, Operation]
    invalid: InvalidShape
    time_format: str
    source: Source
    references: tuple[Reference, ...] = ()
    types: Schemas = field(default_factory=Schemas, compare=False, repr=False)
    """What the names of schemas in types stand for."""
    problem: Expr | None = None
    """The body of an answer that no operation gives, over HTTP; sees `status` and `message`."""
    faults: Mapping[str, object] = field(default_factory=dict)
    """How it words what goes wrong with a call, by the fault: JSON bodies."""


@frozen
class InvalidShape:
    """How the API words a request that fails its schema (see docs, `invalid_request`).

    `body` is evaluated with `errors`: a map from argument to message, and `messages`: its values.
    `wording` has the messages by JSON Schema keyword, see `rewardlang_runtime.scenario.Api`.
    """

    status: int
    body: Expr
    wording: Mapping[str, str] = field(default_factory=dict)


# ---- a world ----


@frozen
class World:
    """Rows by table and key, in order, already generated and checked; plain JSON."""

    name: str
    rows: Mapping[str, Mapping[str, dict[str, object]]]
    counters: Mapping[str, int]
    clock_start: str
    clock_step_s: int
    source: Source


# ---- a scenario ----


@frozen
class Param:
    """A parameter. `choices` is evaluated at reset to a non-empty list; one item is drawn.

    Later parameters may use earlier ones."""

    name: str
    choices: Expr
    type: Type
    span: Span


@frozen
class Gate:
    """A condition on the whole reward: when it fails the reward is at most `otherwise`."""

    id: str
    require: Expr
    otherwise: float
    span: Span


@frozen
class Part:
    """A weighted share of the reward; exactly one of `check` (bool) and `score` ([0, 1])."""

    id: str
    weight: float
    check: Expr | None
    score: Expr | None
    span: Span
    weight_span: Span | None = None


@frozen
class Penalty:
    """A factor in [0, 1], applied when `when` holds (always, without one)."""

    id: str
    when: Expr | None
    factor: Expr
    span: Span


@frozen
class OracleStep:
    """One call of the oracle; `args` evaluates to an object; `bind` names its response."""

    operation: str
    args: Expr
    bind: str | None
    span: Span


@frozen
class TestCall:
    """A call of a test; `operation` may be an invented tool."""

    operation: str
    args: Expr
    bind: str | None
    span: Span


@frozen
class Bounds:
    low: float
    high: float


@frozen
class Test:
    """A trace with what it must earn; `calls` is None for the oracle's own."""

    name: str
    params: Mapping[str, object]
    seed: int
    calls: tuple[TestCall, ...] | None
    answer: Expr | None
    reward: Bounds
    parts: Mapping[str, Bounds]
    span: Span


@frozen
class Fault:
    """What goes wrong with some calls of `operations`; fields as in `rewardlang_runtime.Fault`."""

    kind: FaultKind
    operations: tuple[str, ...]
    nth: tuple[int, ...]
    every: int
    chance: float
    at_most: int
    steps: int
    retry_after: int | None
    answers: tuple[tuple[str, object], ...]
    span: Span


@frozen
class Limits:
    """`calls` per episode, `observation` characters of one observation, `answer` characters."""

    calls: int
    observation: int
    answer: int


@frozen
class Scenario:
    name: str
    title: str
    source: Source
    apis: tuple[Api, ...]
    world: World
    actor: str
    tools: tuple[str, ...]
    params: tuple[Param, ...]
    assume: tuple[Expr, ...]
    holdout: Expr | None
    system: Expr | None
    prompts: tuple[Expr, ...]
    limits: Limits
    expect: Mapping[str, object]
    lets: tuple[LetDef, ...]
    gates: tuple[Gate, ...]
    parts: tuple[Part, ...]
    penalties: tuple[Penalty, ...]
    oracle: tuple[OracleStep, ...]
    oracle_answer: Expr | None
    tests: tuple[Test, ...]
    expect_spans: Mapping[str, Span] = field(default_factory=dict)
    """Where the keys of `expect` stand."""
    faults: tuple[Fault, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    """Operations that are offered under other names, with those names."""

    @property
    def operations(self) -> dict[str, Operation]:
        """Every operation of the scenario's APIs, by name."""
        return {name: op for api in self.apis for name, op in api.operations.items()}
