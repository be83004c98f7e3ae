"""What names mean at a place, what is known of values there, and what the place allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Literal

from rewardlang import tree
from rewardlang.frozen import frozen
from rewardlang.model import Operation, Workflow
from rewardlang.resolve.report import Report
from rewardlang.source import Span
from rewardlang.types.json_schema import Schemas
from rewardlang.types.relations import join
from rewardlang.types.types import CallType, Delta, Error, State, Table, Type

if TYPE_CHECKING:
    from rewardlang.resolve.lets import Lets


# ---- what a name can stand for ----


@frozen
class RootName:
    """A value of the context: `initial`, `answer`, `args`."""

    root: tree.Root
    facts: tree.Facts


@frozen
class LocalName:
    """A lambda's parameter, a `bind:` name, or another local value."""

    facts: tree.Facts


@frozen
class LetName:
    """A `let`."""


@frozen
class ParamName:
    """A parameter by its bare name, as templates may write it."""


@frozen
class CallFieldName:
    """`args`, `ok` and so on inside a pattern's braces."""


@frozen
class TableName:
    """A table by its bare name, in operations and generators."""

    table: Table


@frozen
class ConstName:
    """A constant: a list of a world."""

    value: object
    type: Type


# ---- names that hold other names, no values ----


@frozen
class ApiSpace:
    """`jira`: `.workflow`."""

    api: str


@frozen
class WorkflowsSpace:
    """`jira.workflow` in scenarios, `workflow` in operations."""

    api: str


@frozen
class WorkflowSpace:
    """One workflow."""

    api: str
    name: str


@frozen
class SearchSpace:
    """`search`: `.jql(text)`."""

    api: str


@frozen
class DeltaSpace:
    """`delta`: tables, `changed_only`, `is_empty`."""

    type: Delta


@frozen
class DeltaTable:
    """`delta.issues`: `created`, `updated`, `deleted`."""

    table: Table


@frozen
class ListsSpace:
    """`lists` of a world."""

    lists: Mapping[str, ConstName]


Space = (
    ApiSpace | WorkflowsSpace | WorkflowSpace | SearchSpace | DeltaSpace | DeltaTable | ListsSpace
)
Binding = RootName | LocalName | LetName | ParamName | CallFieldName | TableName | ConstName | Space


# ---- what is known of values ----


@frozen
class Known:
    """What conditions passed on the way say of one value."""

    null: bool | None = None
    truth: bool | None = None
    enum: tuple[str, ...] | None = None
    low: float | None = None
    high: float | None = None
    asked: bool = False
    """Whether a null test asked for just this value, so that asking again is of no use."""

    def also(self, other: Known) -> Known:
        """Both hold."""
        enum = self.enum if other.enum is None else other.enum
        if self.enum is not None and other.enum is not None:
            enum = tuple(v for v in self.enum if v in other.enum)
        lows = [x for x in (self.low, other.low) if x is not None]
        highs = [x for x in (self.high, other.high) if x is not None]
        return Known(
            other.null if self.null is None else self.null,
            other.truth if self.truth is None else self.truth,
            enum,
            max(lows, default=None),
            min(highs, default=None),
            self.asked or other.asked,
        )

    def either(self, other: Known) -> Known:
        """One of both holds."""
        both = self.enum is not None and other.enum is not None
        return Known(
            self.null if self.null == other.null else None,
            self.truth if self.truth == other.truth else None,
            tuple(dict.fromkeys((self.enum or ()) + (other.enum or ()))) if both else None,
            None if self.low is None or other.low is None else min(self.low, other.low),
            None if self.high is None or other.high is None else max(self.high, other.high),
        )


Knowledge = Mapping[str, Known]
"""By the `key` of an expression (see `keys`)."""


def both(a: Knowledge, b: Knowledge) -> dict[str, Known]:
    """What is known when both hold."""
    merged = dict(a)
    for key, known in b.items():
        merged[key] = merged[key].also(known) if key in merged else known
    return merged


# ---- the place ----


@frozen
class ApiView:
    """What scenarios see of an API."""

    name: str
    tables: Mapping[str, Table]
    workflows: Mapping[str, Workflow]
    searches: Mapping[str, Table]
    operations: Mapping[str, Operation]


@frozen
class Scope:
    """Everything that the meaning of an expression depends on."""

    schemas: Schemas
    report: Report
    names: Mapping[str, Binding]
    place: Literal["scenario", "operation", "generator"] = "scenario"
    known: Knowledge = field(default_factory=dict)
    apis: Mapping[str, ApiView] = field(default_factory=dict)
    lets: Lets | None = None
    calls_limit: int = 0
    faults: tuple[str, ...] = ()
    """What may go wrong with calls, by the scenario's `faults:`."""
    call: CallType | None = None
    """Inside a pattern's braces: the call that is matched, as far as its operation is known."""
    inside: Literal["", "lambda", "pattern"] = ""
    branch: bool = False
    """Whether a test that is always true or false decides between branches."""
    hidden: Mapping[str, str] = field(default_factory=dict)
    """Names that exist elsewhere, with what to say about them here."""

    def knowing(self, facts: Knowledge) -> Scope:
        """The same place, where `facts` hold as well."""
        return replace(self, known=both(self.known, facts)) if facts else self

    def naming(self, names: Mapping[str, Binding]) -> Scope:
        """The same place with more names."""
        return replace(self, names={**self.names, **names})

    def branching(self, branch: bool) -> Scope:
        """The same place, where `branch` says whether a constant test decides between branches."""
        return self if self.branch is branch else replace(self, branch=branch)

    def join(self, a: Type, b: Type) -> Type:
        """The type of a value that is an `a` or a `b`."""
        return join(a, b, self.schemas.expand)

    def expand(self, type_: Type) -> Type:
        """What a named type stands for."""
        return self.schemas.expand(type_)


def failed(span: Span) -> tree.Expr:
    """The tree of an expression that was reported; its type silences what follows."""
    return tree.Const(span=span, facts=tree.Facts(Error()), value=None)


def is_error(expr: tree.Expr) -> bool:
    """Whether `expr` was reported already."""
    return isinstance(expr.facts.type, Error)


def is_world(type_: Type) -> bool:
    """Whether values of `type_` are worlds or changes, which are no data."""
    return isinstance(type_, State | Delta)
