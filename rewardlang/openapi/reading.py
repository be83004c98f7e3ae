"""A document from its data: operations in order, schemas, and what is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rewardlang.data import Files
from rewardlang.diagnostics import codes
from rewardlang.openapi import pointers, text
from rewardlang.openapi.document import (
    Body,
    Document,
    Operation,
    Parameter,
    Response,
    SecurityScheme,
)
from rewardlang.openapi.names import Taken, camel
from rewardlang.openapi.normal import Schemas
from rewardlang.openapi.parameters import Parts
from rewardlang.openapi.problems import Problem, Problems
from rewardlang.openapi.raw import MAX_STEPS, Raw, TooMuch
from rewardlang.openapi.shapes import settle
from rewardlang.source import Source

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_ABOUT_PATHS = frozenset({"parameters", "summary", "description", "servers", "$ref"})
_VERSION = re.compile(r"3\.[0-9]+(\.[0-9]+)?(-.*)?\Z")
_HOLE = re.compile(r"\{([^{}]*)\}")
_STATUS = re.compile(r"[1-5][0-9][0-9]\Z|[1-5]XX\Z|default\Z")


def read(path: str | Path, files: Files | None = None) -> tuple[Document | None, list[Problem]]:
    """The document in a file, or None when it is none, and all that is wrong with it."""
    return _read(*text.load(Path(path), files or Files()))


def read_text(raw: bytes, shown: str) -> tuple[Document | None, list[Problem]]:
    """The document that `raw` holds, as `read`; `shown` is the path that users see."""
    return _read(*text.parse(raw, shown))


def _read(
    data: Any, source: Source, problem: Problem | None
) -> tuple[Document | None, list[Problem]]:
    problem = problem or _no_openapi(data, source)
    if problem is not None:
        return None, [problem]
    problems = Problems(source)
    try:
        document = _Reader(Raw(data, problems)).document(source)
    except TooMuch:
        message = f"the document takes more than {MAX_STEPS:,} steps, references followed"
        help = "leave out what is not needed, or split the document"
        return None, [Problem(codes.O_OVER_LIMIT, message, "", help, source)]
    return document, list(document.warnings)


def _no_openapi(data: Any, source: Source) -> Problem | None:
    """Why the data are no document that can be read."""
    help = 'a document begins with `openapi: 3...` or with `swagger: "2.0"`'
    if not isinstance(data, dict):
        return Problem(codes.O_NOT_OPENAPI, "the file holds no OpenAPI document", "", help, source)
    for key, known in (("openapi", _VERSION), ("swagger", re.compile(r"2\.0\Z"))):
        if key in data:
            said = data[key]
            if known.match(str(said)):
                return None
            message = f"`{key}: {str(said)[:40]}` is not a version that is read"
            return Problem(codes.O_NOT_OPENAPI, message, f"/{key}", help, source)
    message = "the file holds no OpenAPI document: it has neither `openapi` nor `swagger`"
    return Problem(codes.O_NOT_OPENAPI, message, "", help, source)


class _Reader:
    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._schemas = Schemas(raw)
        self._parts = Parts(raw, self._schemas)
        self._ids = Taken()

    def document(self, source: Source) -> Document:
        """All of it."""
        raw = self._raw
        info = raw.mapping(raw.data.get("info"), "/info")
        self._schemas.declare("/definitions" if raw.swagger else "/components/schemas")
        operations = tuple(self._operations())
        settle(self._schemas, raw)
        base_path = self._base_path()
        security = self._security()
        return Document(
            title=raw.text(info, "title", "/info"),
            version=raw.text(info, "version", "/info"),
            openapi=raw.version,
            base_path=base_path,
            description=raw.text(info, "description", "/info"),
            operations=operations,
            schemas=self._schemas.found,
            security=security,
            warnings=raw.problems.all(),
            schema_pointers=self._schemas.pointers,
            source=source,
        )

    # ---- operations ----

    def _operations(self) -> list[Operation]:
        raw = self._raw
        found: list[Operation] = []
        if "paths" not in raw.data:
            raw.problems.add(codes.O_WRONG_SHAPE, "the document has no `paths`", "")
        for path, value, pointer in raw.entries(raw.data.get("paths"), "/paths"):
            item, place = raw.follow(value, pointer)
            if "servers" in item:
                message = "servers of single paths are not read"
                raw.problems.add(codes.O_NOT_READ, message, pointers.join(place, "servers"))
            shared = self._listed(item, place)
            for key, held, at in raw.entries(item, place):
                if key in METHODS:
                    found.append(self._operation(key, path, held, at, shared))
                elif key not in _ABOUT_PATHS:
                    message = f"`{key[:80]}` is no method of a path"
                    raw.problems.add(codes.O_WRONG_SHAPE, message, at, "it is left out")
        return found

    def _operation(
        self, method: str, path: str, value: Any, pointer: str, shared: list[tuple[Any, str]]
    ) -> Operation:
        raw = self._raw
        found = raw.mapping(value, pointer)
        listed = [*shared, *self._listed(found, pointer)]
        id, named = self._id(found, method, path, pointer)
        tags = raw.items(found.get("tags"), pointers.join(pointer, "tags"))
        return Operation(
            id=id,
            named=named,
            method=method.upper(),
            path=path if path.startswith("/") else f"/{path}",
            summary=raw.text(found, "summary", pointer),
            description=raw.text(found, "description", pointer),
            tags=tuple(tag for tag in tags if isinstance(tag, str)),
            deprecated=raw.flag(found, "deprecated", pointer),
            parameters=self._parameters(listed, path, pointer),
            body=self._body(found, pointer, listed),
            responses=self._responses(found, pointer),
            scopes=self._scopes(found, pointer),
            pointer=pointer,
        )

    def _id(self, found: dict[str, Any], method: str, path: str, pointer: str) -> tuple[str, bool]:
        said = raw_id = self._raw.text(found, "operationId", pointer).strip()
        if not said:
            said = camel(f"{method} {path}")
        id = self._ids.take(said)
        if raw_id and id != said:
            self._raw.problems.add(
                codes.O_DUPLICATE, f"another operation is called `{said[:80]}` too",
                pointers.join(pointer, "operationId"), f"this one is read as `{id[:80]}`",
            )  # fmt: skip
        return id, bool(raw_id)

    def _listed(self, found: dict[str, Any], pointer: str) -> list[tuple[Any, str]]:
        """The entries of `parameters`, with their pointers."""
        place = pointers.join(pointer, "parameters")
        items = self._raw.items(found.get("parameters"), place)
        return [(item, pointers.join(place, i)) for i, item in enumerate(items)]

    def _parameters(
        self, listed: list[tuple[Any, str]], path: str, pointer: str
    ) -> tuple[Parameter, ...]:
        raw = self._raw
        found: dict[tuple[str, str], Parameter] = {}
        here: set[tuple[str, str]] = set()
        for value, at in listed:
            raw.spend(4)
            if raw.swagger and self._parts.where(value, at) in ("body", "formData"):
                continue
            read = self._parts.parameter(value, at)
            if read is None:
                continue
            key = (read.where, read.name)
            own = at.startswith(f"{pointer}/")
            if key in here and own:
                message = f"the parameter `{read.name[:80]}` is there twice"
                raw.problems.add(codes.O_DUPLICATE, message, at, "the first one is read")
                continue
            if own:
                here.add(key)
            found[key] = read  # an operation's own parameter replaces that of its path
        return self._in_path(found, path, pointer)

    def _in_path(
        self, found: dict[tuple[str, str], Parameter], path: str, pointer: str
    ) -> tuple[Parameter, ...]:
        """The parameters, of which those in the path are the holes of the path."""
        raw = self._raw
        holes = dict.fromkeys(_HOLE.findall(path))
        for where, name in list(found):
            if where == "path" and name not in holes:
                message = f"the path has no `{{{name[:80]}}}`"
                place = found.pop((where, name)).pointer
                raw.problems.add(codes.O_PATH_MISMATCH, message, place, "it is left out")
        for hole in holes:
            if ("path", hole) not in found:
                message = f"nothing says what `{{{hole[:80]}}}` is"
                raw.problems.add(codes.O_PATH_MISMATCH, message, pointer, "it is read as text")
                found["path", hole] = Parameter(
                    name=hole, where="path", required=True, schema={"type": "string"},
                    description="", example=None, style="simple", explode=False,
                    deprecated=False, pointer=pointer,
                )  # fmt: skip
        return tuple(found.values())

    def _body(
        self, found: dict[str, Any], pointer: str, listed: list[tuple[Any, str]]
    ) -> Body | None:
        raw = self._raw
        if not raw.swagger:
            if "requestBody" not in found:
                return None
            return self._parts.body(found["requestBody"], pointers.join(pointer, "requestBody"))
        consumes = self._kinds(found, pointer, "consumes")
        fields = []
        for value, at in listed:
            where = self._parts.where(value, at)
            if where == "body":
                return self._parts.swagger_body(value, at, consumes)
            if where == "formData":
                fields.append((value, at))
        return self._parts.form(fields, pointer, consumes) if fields else None

    def _responses(self, found: dict[str, Any], pointer: str) -> dict[str, Response]:
        raw = self._raw
        read: dict[str, Response] = {}
        produces = self._kinds(found, pointer, "produces") if raw.swagger else []
        at = pointers.join(pointer, "responses")
        for key, value, place in raw.entries(found.get("responses"), at):
            status = key if key == "default" else key.upper()
            if not _STATUS.match(status):
                message = f"`{key[:40]}` is no status of an answer"
                raw.problems.add(codes.O_WRONG_SHAPE, message, place, "it is left out")
                continue
            read[status] = self._parts.response(status, value, place, produces)
        return read

    def _kinds(self, found: dict[str, Any], pointer: str, key: str) -> list[str]:
        """The content types that a Swagger operation, or else its document, declares."""
        place = pointers.join(pointer if key in found else "", key)
        said = found.get(key, self._raw.data.get(key))
        return [kind for kind in self._raw.items(said, place) if isinstance(kind, str)]

    def _scopes(self, found: dict[str, Any], pointer: str) -> tuple[str, ...]:
        raw = self._raw
        place = pointers.join(pointer if "security" in found else "", "security")
        scopes: dict[str, None] = {}
        said = found.get("security", raw.data.get("security"))
        for number, need in enumerate(raw.items(said, place)):
            for _, listed, at in raw.entries(need, pointers.join(place, number)):
                names = raw.items(listed, at)
                scopes.update(dict.fromkeys(name for name in names if isinstance(name, str)))
        return tuple(scopes)

    # ---- about the whole ----

    def _base_path(self) -> str:
        raw = self._raw
        if raw.swagger:
            return _clean(raw.text(raw.data, "basePath", ""))
        servers = raw.items(raw.data.get("servers"), "/servers")
        if not servers:
            return ""
        server = raw.mapping(servers[0], "/servers/0")
        url = raw.text(server, "url", "/servers/0")
        at = "/servers/0/variables"
        for name, variable, place in raw.entries(server.get("variables"), at):
            default = raw.text(raw.mapping(variable, place), "default", place)
            url = url.replace(f"{{{name}}}", default)
        try:
            return _clean(urlsplit(url).path)
        except ValueError:  # such as an unfinished `[` of an IPv6 address
            raw.wrong("/servers/0/url", "a URL", url)
            return ""

    def _security(self) -> dict[str, SecurityScheme]:
        raw = self._raw
        at = "/securityDefinitions" if raw.swagger else "/components/securitySchemes"
        held = pointers.look_up(raw.data, at)
        found = {}
        for name, value, pointer in raw.entries(held, at):
            scheme, place = raw.follow(value, pointer)
            kind = raw.text(scheme, "type", place)
            basic = kind == "basic"  # Swagger 2.0 has no `http`
            found[name] = SecurityScheme(
                name=name,
                kind="http" if basic else kind,
                scheme="basic" if basic else raw.text(scheme, "scheme", place).lower(),
                where=raw.text(scheme, "in", place),
                parameter=raw.text(scheme, "name", place),
                pointer=place,
            )
        return found


def _clean(path: str) -> str:
    """A base path: begins with `/`, does not end with it, or is empty."""
    bare = path.strip("/")
    return f"/{bare}" if bare else ""
