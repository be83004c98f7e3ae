"""The expression tree as written: frozen dataclasses, each with a span, none with a type."""

from __future__ import annotations

from typing import Literal

from rewardlang.frozen import frozen
from rewardlang.source import Span

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@frozen
class Node:
    """Base of every node; `span` covers its text in the file, with quotes and brackets."""

    span: Span


@frozen
class Identifier(Node):
    """A name where it is declared or looked up, not an expression by itself."""

    name: str


@frozen
class Literal_(Node):
    """`null`, `true`, a number or a string, already decoded; `raw` for `r"..."`."""

    value: None | bool | int | float | str
    raw: bool = False


@frozen
class ListLiteral(Node):
    items: tuple[Expr, ...]


@frozen
class ObjectLiteral(Node):
    pairs: tuple[tuple[Identifier, Expr], ...]


@frozen
class Name(Node):
    name: str


@frozen
class Field(Node):
    """`object.name`, or `object?.name` when `safe`."""

    object: Expr
    name: Identifier
    safe: bool = False


@frozen
class Index(Node):
    """`object[key]`, or `object?[key]` when `safe`."""

    object: Expr
    key: Expr
    safe: bool = False


@frozen
class Present(Node):
    """`object!`: must not be null, else the scenario is at fault."""

    object: Expr


@frozen
class Lambda(Node):
    """`x => body` or `(x, y) => body`; only as an argument of a macro."""

    params: tuple[Identifier, ...]
    body: Expr


@frozen
class Argument(Node):
    """One argument of a call; `name` for `name=value`."""

    value: Expr | Lambda
    name: Identifier | None = None


@frozen
class Call(Node):
    """`f(args)` with a `Name`, or `x.f(args)` with a `Field`, as `callee`."""

    callee: Expr
    args: tuple[Argument, ...]


@frozen
class Unary(Node):
    op: Literal["not", "-"]
    operand: Expr


BinaryOp = Literal[
    "and", "or", "implies", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "matches",
    "??", "+", "-", "*", "/", "%",
]  # fmt: skip


@frozen
class Binary(Node):
    op: BinaryOp
    op_span: Span
    left: Expr
    right: Expr


@frozen
class IsNull(Node):
    operand: Expr
    negated: bool


@frozen
class If(Node):
    """`then if test else other`."""

    test: Expr
    then: Expr
    other: Expr


# ---- trace formulas ----


@frozen
class OpPattern(Node):
    """`name{pred, ...}`; `name` is None for `any`."""

    name: Identifier | None
    preds: tuple[Expr, ...]


@frozen
class Pattern(Node):
    """`p | q | ...`: a call matches when one alternative does."""

    alternatives: tuple[OpPattern, ...]


@frozen
class Scope(Node):
    """`before P`, `after P` (`opens` is P) or `between P and Q` (`opens`, `closes`)."""

    kind: Literal["before", "after", "between"]
    opens: Pattern
    closes: Pattern | None = None


FormulaKind = Literal[
    "called", "never", "once", "exactly", "at_least", "at_most", "only",
    "preceded_by", "followed_by", "seq",
]  # fmt: skip


@frozen
class Formula(Node):
    """A trace formula, a bool.

    `patterns` holds one pattern; for `every Q preceded_by P` (Q, P); for `every P followed_by Q`
    (P, Q); for `seq` its chain. `count` is n of `exactly`, `at_least`, `at_most`; `within` is k.
    """

    kind: FormulaKind
    patterns: tuple[Pattern, ...]
    count: int | None = None
    scope: Scope | None = None
    within: int | None = None


@frozen
class TraceValue(Node):
    """`calls(P)`, `count(P scope)`, `first(P)`, `last(P)`, `best(P, c => score)`."""

    kind: Literal["calls", "count", "first", "last", "best"]
    pattern: Pattern
    scope: Scope | None = None
    score: Lambda | None = None


Expr = (
    Literal_ | ListLiteral | ObjectLiteral | Name | Field | Index | Present | Call | Unary | Binary
    | IsNull | If | Formula | TraceValue
)  # fmt: skip


# ---- effects of operations, and templates ----


@frozen
class Effect(Node):
    """One effect. `value` is None for `delete`; `target` is a Name, Field or Index chain."""

    kind: Literal["set", "append", "remove", "insert", "delete"]
    target: Expr
    value: Expr | None


@frozen
class Template(Node):
    """A string with `{expr}` holes: text and expressions in turn.

    A template that is one hole and nothing else has the value, and the type, of its expression;
    any other is a string. `{{` and `}}` stand for braces.
    """

    parts: tuple[str | Expr, ...]


@frozen
class ListTemplate(Node):
    items: tuple[Shape, ...]


@frozen
class ObjectTemplate(Node):
    pairs: tuple[tuple[Identifier, Shape], ...]


@frozen
class Constant(Node):
    """A YAML scalar that is no string: null, bool or number."""

    value: None | bool | int | float


Shape = Template | ListTemplate | ObjectTemplate | Constant
"""A YAML value whose strings are templates: responses, oracle arguments, world rows."""
