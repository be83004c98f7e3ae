"""An OpenAPI document as data, the same for OpenAPI 3.0, 3.1 and Swagger 2.0.

Every schema is a JSON Schema 2020-12 whose references read `#/schemas/NAME` and lead to
`Document.schemas`. `pointer` is where the document says it, as a JSON pointer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from rewardlang.frozen import frozen
from rewardlang.openapi.problems import Problem
from rewardlang.source import Source

Schema = dict[str, Any]
"""A JSON Schema 2020-12; never the schemas `true` and `false`, which are `{}` and `{"not": {}}`."""

Where = Literal["path", "query", "header", "cookie"]


@frozen
class Parameter:
    """One argument outside the body.

    `style` and `explode` say how lists and objects are written, in OpenAPI 3's words, with the
    defaults filled in; `content` is a style too: the value is JSON.
    """

    name: str
    where: Where
    required: bool
    schema: Schema
    description: str
    example: Any
    style: str
    explode: bool
    deprecated: bool
    pointer: str


@frozen
class Body:
    """What a request carries, in the one of its content types that was chosen."""

    content_type: str
    required: bool
    schema: Schema
    example: Any
    description: str
    pointer: str


@frozen
class Response:
    """An answer; `status` is `200`, `4XX` or `default`. `example` is decoded, None for none."""

    status: str
    description: str
    content_type: str | None
    schema: Schema | None
    example: Any
    headers: tuple[str, ...]
    pointer: str


@frozen
class Operation:
    """A method on a path. `id` is unique in the document; `named` is false when it was made up."""

    id: str
    named: bool
    method: str
    path: str
    summary: str
    description: str
    tags: tuple[str, ...]
    deprecated: bool
    parameters: tuple[Parameter, ...]
    body: Body | None
    responses: Mapping[str, Response]
    scopes: tuple[str, ...]
    pointer: str

    @property
    def success(self) -> Response | None:
        """The answer of a call that worked: the lowest 2xx, else `default`."""
        good = sorted(status for status in self.responses if status.startswith("2"))
        return self.responses[good[0]] if good else self.responses.get("default")


@frozen
class SecurityScheme:
    """How a client shows who it is: `kind` is `http`, `apiKey`, `oauth2` or `openIdConnect`.

    `scheme` is `basic` or `bearer` of `http`; `where` and `parameter` belong to `apiKey`.
    """

    name: str
    kind: str
    scheme: str
    where: str
    parameter: str
    pointer: str


@frozen
class Document:
    """What an OpenAPI document says; `base_path` is the path of its first server, without `/`
    at the end: `/wiki/api/v2`, or nothing."""

    title: str
    version: str
    openapi: str
    base_path: str
    description: str
    operations: tuple[Operation, ...]
    schemas: Mapping[str, Schema]
    security: Mapping[str, SecurityScheme]
    warnings: tuple[Problem, ...]
    schema_pointers: Mapping[str, str]
    """Where the document has each of `schemas`."""
    source: Source = field(repr=False, compare=False)

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation on a path of the document, whatever its holes are called."""
        wanted = _shape(path)
        for operation in self.operations:
            if operation.method == method.upper() and _shape(operation.path) == wanted:
                return operation
        return None


def _shape(path: str) -> tuple[str, ...]:
    """A path whose holes have no names."""
    steps = path.strip("/").split("/")
    return tuple("{}" if step.startswith("{") and step.endswith("}") else step for step in steps)
