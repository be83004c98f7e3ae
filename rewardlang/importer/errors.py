"""How an API words its errors: the shape of the bodies that its document has for 400 and 404."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rewardlang.importer.shapes import Schema, Shapes, blank
from rewardlang.openapi import Document, Operation

_TEXTS = (
    "message",
    "detail",
    "error",
    "errormessage",
    "description",
    "title",
    "reason",
    "error_description",
)
_LISTS = ("errormessages", "messages", "errors", "details")
_STATUS = ("status", "statuscode", "code")


class Errors:
    """The bodies of errors: of a document's own shape, or `{status, message}`."""

    def __init__(self, document: Document, shapes: Shapes) -> None:
        self._shapes = shapes
        self.documented = _common(document, shapes)
        known = {status for each in document.operations for status in each.responses}
        self.status = 422 if "422" in known and "400" not in known else 400
        """The status of the answer to a request that fails its schema."""

    def problem(self) -> Any:
        """The body of answers that no operation gives."""
        return self.body("{status}", "{message}")

    def body(self, status: int | str, message: str) -> Any:
        """The body of an answer with `status` that says `message`, a template."""
        if self.documented is not None:
            made = self._filled(self.documented, status, message)
            if made is not None:
                return made
        return {"status": status, "message": message}

    def invalid(self) -> Any:
        """The body of the answer to a request that fails its schema."""
        made = self.body(self.status, "\0")
        return _whole(made) if self.documented is not None else {
            "status": self.status, "message": "{messages.join(\"; \")}", "errors": "{errors}",
        }  # fmt: skip

    def _filled(self, schema: Schema, status: int | str, message: str) -> dict[str, Any] | None:
        fields = self._shapes.fields(schema)
        made: dict[str, Any] = {}
        said = False
        required = self._shapes.required(schema)
        for name, part in fields.items():
            kind, low = self._shapes.kind(part), name.lower()
            if kind == "array" and low in _LISTS and not said:
                item = self._shapes.item(part)
                inner: Any = message
                if self._shapes.kind(item) == "object":
                    inner = self._filled(item, status, message)
                elif self._shapes.kind(item) not in ("string", "any"):
                    inner = None
                if inner is not None:
                    made[name], said = [inner], True
            elif kind == "string" and low in _TEXTS and not said:
                made[name], said = message, True
            elif kind == "integer" and low in _STATUS:
                made[name] = status
            elif kind == "object" and low == "errors":
                made[name] = {}
            elif name in required:
                made[name] = blank(kind)
        return made if said else None


def _common(document: Document, shapes: Shapes) -> Schema | None:
    """The schema of most answers to wrong requests."""
    seen: Counter[str] = Counter()
    found: dict[str, Schema] = {}
    for operation in document.operations:
        for schema in _bad(operation):
            key = shapes.name(schema) or ",".join(shapes.fields(schema))
            if shapes.kind(schema) == "object" and key:
                seen[key] += 1
                found.setdefault(key, schema)
    return found[seen.most_common(1)[0][0]] if seen else None


def _bad(operation: Operation) -> list[Schema]:
    return [
        response.schema
        for status, response in operation.responses.items()
        if status[:1] in ("4", "d") and response.schema is not None
    ]


def _whole(made: Any) -> Any:
    """An error's body in which the message is all messages, and `errors` those by argument."""
    if isinstance(made, dict):
        if (
            any(isinstance(v, list) and v == ["\0"] for v in made.values())
            and made.get("errors") == {}
        ):
            lists = {k: [] if v == ["\0"] else v for k, v in made.items()}
            return {k: "{errors}" if k == "errors" else _whole(v) for k, v in lists.items()}
        return {k: _whole(v) for k, v in made.items()}
    if made == ["\0"]:
        return "{messages}"
    if isinstance(made, list):
        return [_whole(item) for item in made]
    return '{messages.join("; ")}' if made == "\0" else made
