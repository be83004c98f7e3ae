"""Parameters, bodies and answers of operations, of OpenAPI 3 and of Swagger 2.0."""

from __future__ import annotations

from typing import Any, cast

from rewardlang.diagnostics import codes
from rewardlang.openapi import pointers
from rewardlang.openapi.document import Body, Parameter, Response, Schema, Where
from rewardlang.openapi.examples import argument_of, decoded, example_of
from rewardlang.openapi.normal import Schemas
from rewardlang.openapi.raw import Raw
from rewardlang.openapi.views import resolve

JSON = "application/json"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_PLACES = ("path", "query", "header", "cookie")
_IGNORED = frozenset({"accept", "content-type", "authorization"})
"""Headers that, by the standard, are no parameters."""
_STYLES = {"csv": "form", "ssv": "spaceDelimited", "pipes": "pipeDelimited", "multi": "form",
           "tsv": "tabDelimited"}  # fmt: skip
_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}
_SWAGGER_KEYS = ("name", "in", "required", "description", "collectionFormat", "allowEmptyValue")


class Parts:
    """Reads the parts of operations; one that several refer to is read once."""

    def __init__(self, raw: Raw, schemas: Schemas) -> None:
        self._raw = raw
        self._schemas = schemas
        self._parameters: dict[str, Parameter | None] = {}
        self._bodies: dict[str, Body | None] = {}
        self._responses: dict[tuple[str, str], Response] = {}

    # ---- parameters ----

    def parameter(self, value: Any, pointer: str) -> Parameter | None:
        """The parameter that `value` is or refers to; None when it is none outside the body."""
        found, place = self._raw.follow(value, pointer)
        if place not in self._parameters:
            self._parameters[place] = self._parameter(found, place) if found else None
        return self._parameters[place]

    def where(self, value: Any, pointer: str) -> str:
        """What a parameter says of where it travels."""
        found, _ = self._raw.follow(value, pointer)
        said = found.get("in")
        return said if isinstance(said, str) else ""

    def _parameter(self, found: dict[str, Any], place: str) -> Parameter | None:
        raw = self._raw
        raw.spend()
        name, where = raw.text(found, "name", place), raw.text(found, "in", place)
        if where not in _PLACES or not name:
            message = "a parameter needs a `name`, and `in` that is " + ", ".join(_PLACES)
            raw.problems.add(codes.O_WRONG_SHAPE, message, place, "it is left out")
            return None
        if where == "header" and name.lower() in _IGNORED:
            return None
        required = raw.flag(found, "required", place)
        if where == "path" and not required:
            message = f"`{name}` is in the path and so is required"
            raw.problems.add(codes.O_PATH_MISMATCH, message, place)
            required = True
        schema, style, explode = self._form(found, place, where)
        separator = _SEPARATORS.get(style, ",")
        return Parameter(
            name=name,
            where=cast(Where, where),
            required=required,
            schema=schema,
            description=raw.text(found, "description", place),
            example=argument_of(found, place, self._known(schema), separator, raw),
            style=style,
            explode=explode,
            deprecated=raw.flag(found, "deprecated", place),
            pointer=place,
        )

    def _form(self, found: dict[str, Any], place: str, where: str) -> tuple[Schema, str, bool]:
        """A parameter's schema, and how its value is written."""
        default = "form" if where in ("query", "cookie") else "simple"
        if self._raw.swagger:
            said = found.get("collectionFormat")
            style = _STYLES.get(said, default) if isinstance(said, str) else default
            return self._swagger_schema(found, place), style, said == "multi"
        content = found.get("content")
        if content is not None and "schema" not in found:
            chosen = self._media(content, pointers.join(place, "content"))
            if chosen is not None:
                _, media, at = chosen
                return self._schema_in(media, at), "content", False
        style = self._raw.text(found, "style", place) or default
        explode = self._raw.flag(found, "explode", place, default=style == "form")
        return self._schema_in(found, place), style, explode

    def _swagger_schema(self, found: dict[str, Any], place: str) -> Schema:
        """In Swagger 2.0 the keywords of the schema stand in the parameter itself."""
        kept = {k: v for k, v in found.items() if k not in _SWAGGER_KEYS}
        return self._schemas.normal(kept, place)

    def _schema_in(self, holder: dict[str, Any], place: str) -> Schema:
        if "schema" not in holder:
            return {}
        return self._schemas.normal(holder["schema"], pointers.join(place, "schema"))

    def _known(self, schema: Schema | None) -> Schema:
        """What a schema says, its reference followed."""
        return resolve(schema or {}, self._schemas.found)

    # ---- bodies ----

    def body(self, value: Any, pointer: str) -> Body | None:
        """The body that a `requestBody` describes."""
        found, place = self._raw.follow(value, pointer)
        if place not in self._bodies:
            self._bodies[place] = self._body(found, place) if found else None
        return self._bodies[place]

    def _body(self, found: dict[str, Any], place: str) -> Body | None:
        chosen = self._media(found.get("content"), pointers.join(place, "content"))
        if chosen is None:
            return None
        content_type, media, at = chosen
        schema = self._schema_in(media, at)
        return Body(
            content_type=content_type,
            required=self._raw.flag(found, "required", place),
            schema=schema,
            example=example_of(media, at, self._known(schema), self._raw),
            description=self._raw.text(found, "description", place),
            pointer=place,
        )

    def swagger_body(self, value: Any, pointer: str, consumes: list[str]) -> Body | None:
        """The body that a Swagger parameter `in: body` describes."""
        found, place = self._raw.follow(value, pointer)
        schema = self._schema_in(found, place)
        return Body(
            content_type=_preferred(consumes) or JSON,
            required=self._raw.flag(found, "required", place),
            schema=schema,
            example=example_of({}, place, self._known(schema), self._raw),
            description=self._raw.text(found, "description", place),
            pointer=place,
        )

    def form(self, fields: list[tuple[Any, str]], pointer: str, consumes: list[str]) -> Body:
        """The body that Swagger parameters `in: formData` make together."""
        properties: dict[str, Schema] = {}
        required: list[str] = []
        files = False
        for value, at in fields:
            found, place = self._raw.follow(value, at)
            name = self._raw.text(found, "name", place)
            if not name:
                self._raw.wrong(pointers.join(place, "name"), "text", found.get("name"))
                continue
            schema = self._swagger_schema(found, place)
            description = self._raw.text(found, "description", place)
            properties[name] = {**schema, "description": description} if description else schema
            files = files or found.get("type") == "file"
            if self._raw.flag(found, "required", place):
                required.append(name)
        schema = {"type": "object", "properties": properties}
        if required:
            schema["required"] = required
        said = [each for each in consumes if each in _FORMS]
        kind = said[0] if said else _FORMS[1] if files else _FORMS[0]
        return Body(kind, bool(required), schema, None, "", pointer)

    # ---- answers ----

    def response(self, status: str, value: Any, pointer: str, produces: list[str]) -> Response:
        """The answer of a status."""
        found, place = self._raw.follow(value, pointer)
        key = (place, status)
        if key not in self._responses:
            read = self._swagger_answer if self._raw.swagger else self._answer
            content_type, schema, example = read(found, place, produces)
            headers = self._raw.mapping(found.get("headers"), pointers.join(place, "headers"))
            self._responses[key] = Response(
                status=status,
                description=self._raw.text(found, "description", place),
                content_type=content_type,
                schema=schema,
                example=example,
                headers=tuple(headers),
                pointer=place,
            )
        return self._responses[key]

    def _answer(
        self, found: dict[str, Any], place: str, _: list[str]
    ) -> tuple[str | None, Schema | None, Any]:
        chosen = self._media(found.get("content"), pointers.join(place, "content"))
        if chosen is None:
            return None, None, None
        content_type, media, at = chosen
        schema = self._schema_in(media, at) if "schema" in media else None
        return content_type, schema, example_of(media, at, self._known(schema), self._raw)

    def _swagger_answer(
        self, found: dict[str, Any], place: str, produces: list[str]
    ) -> tuple[str | None, Schema | None, Any]:
        schema = self._schema_in(found, place) if "schema" in found else None
        at = pointers.join(place, "examples")
        examples = self._raw.mapping(found.get("examples"), at)
        named = _preferred(list(examples))
        example = None
        if named is not None:
            example = decoded(
                examples[named], pointers.join(at, named), self._known(schema), self._raw
            )
        elif schema is not None:
            example = example_of({}, place, self._known(schema), self._raw)
        if schema is None and example is None:
            return None, None, None
        return named or _preferred(produces) or JSON, schema, example

    # ---- content types ----

    def _media(self, content: Any, pointer: str) -> tuple[str, dict[str, Any], str] | None:
        """The content type that is read, what it holds, and where."""
        held = self._raw.mapping(content, pointer)
        chosen = _preferred(list(held))
        if chosen is None:
            return None
        at = pointers.join(pointer, chosen)
        return chosen, self._raw.mapping(held[chosen], at), at


def _preferred(kinds: list[str]) -> str | None:
    """JSON, else what is JSON by another name, else a form, else the first."""
    if not kinds:
        return None
    bare = {kind: kind.split(";")[0].strip().lower() for kind in kinds}
    for wanted in (
        lambda kind: kind == JSON,
        lambda kind: kind.endswith(("/json", "+json")),
        lambda kind: kind in _FORMS,
    ):
        for kind in kinds:
            if wanted(bare[kind]):
                return kind
    return kinds[0]
