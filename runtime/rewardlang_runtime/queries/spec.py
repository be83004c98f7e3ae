"""What an API file declares of a query language, and what a query is once parsed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Kind = Literal["choice", "text", "number", "time", "key", "list"]
Dialect = Literal["jql", "cql"]


class QueryField(NamedTuple):
    """A field that queries may name.

    Attributes:
        name: As the API spells it in messages.
        paths: Where in a row its values are; a path through a list takes every item.
        kind: How it is compared.
        values: (table, path): the only values of a `choice`; others are an error. Columns of that
            table named like the last step of a path count too (a user's name beside the id).
        sortable: Whether ORDER BY may name it.
    """

    name: str
    paths: tuple[tuple[str, ...], ...]
    kind: Kind
    values: tuple[str, tuple[str, ...]] | None
    sortable: bool


class SearchSpec(NamedTuple):
    """A query language over `table`; `fields` by lower-case name."""

    name: str
    dialect: Dialect
    table: str
    fields: Mapping[str, QueryField]


class QueryError(Exception):
    """A query that the API answers with 400; the text is the API's message."""


class Token(NamedTuple):
    """`kind` is word, string, symbol or end; `text` is decoded, `at` its offset in the query."""

    kind: str
    text: str
    at: int


class Operand(NamedTuple):
    """A value as written: text, or a function with its arguments when `call` is not None."""

    token: Token
    call: tuple[str, ...] | None = None

    @property
    def is_empty(self) -> bool:
        word = self.token.kind == "word" and self.call is None
        return word and self.token.text.lower() in ("empty", "null")


class Clause(NamedTuple):
    """`field op operands`; `op` is one of = != < <= > >= ~ !~ in "not in" is "is not"."""

    field: Token
    op: str
    operands: tuple[Operand, ...]


class Junction(NamedTuple):
    """`and` or `or` over two or more conditions, or `not` over one."""

    op: Literal["and", "or", "not"]
    items: tuple[Condition, ...]


Condition = Clause | Junction


class Query(NamedTuple):
    """A parsed query; no condition matches every row. `order` holds (field, descending)."""

    condition: Condition | None
    order: tuple[tuple[Token, bool], ...]
