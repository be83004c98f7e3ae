"""Values that satisfy a schema: the document's example where it does, else one made from names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema_rs

from rewardlang.importer import vocabulary
from rewardlang.importer.demands import only_patterns, patterns_of
from rewardlang.importer.guessed import is_tree, tree
from rewardlang.importer.matching import form_of, matching
from rewardlang.importer.names import words
from rewardlang.importer.schemas import Written
from rewardlang.importer.shapes import PREFIX, Schema, kind_of, may_be_null
from rewardlang_runtime.rng import Rng

_DEEPEST = 6
_LONG = 4_000
"""Characters of an example that are kept: longer ones are cut down to a sample."""
_MOST_ITEMS = 3
_SMALL = 300
"""Characters of an example that a row's field takes."""
_MOST_VALUES = 300
"""Values of one sample; after that come only those that must be there, and no deep ones."""
_FORMATS = {
    "time": "0{n}:30:00Z",
    "duration": "P{n}D",
    "hostname": "host{n}.example.com",
    "idn-hostname": "host{n}.example.com",
    "ipv4": "192.0.2.{n}",
    "ipv6": "2001:db8::{n}",
    "regex": "^[a-z]{{{n}}}$",
    "json-pointer": "/item/{n}",
    "relative-json-pointer": "{n}/item",
    "uri-template": "https://example.com/{n}/{{id}}",
    "byte": "aXRlbSA{n}",
}


def sample(written: Written, schema: Schema, example: Any = None) -> Any:
    """A value of a schema of the document: its example when it is valid and not too long."""
    whole = complete(written, schema)
    example = example if example is not None else _own_example(written, schema)
    if example is not None and len(str(example)) <= _LONG and is_valid(whole, example):
        return example
    return Maker(written, Rng(0, "sample"), "item", 0).value("value", schema, 0)


def complete(written: Written, schema: Schema) -> Schema:
    """A schema with those that it refers to."""
    found = written.closure([schema])
    return {**schema, "schemas": found} if found else schema


def is_valid(schema: Schema, value: Any) -> bool:
    """Whether a value satisfies a complete schema; one that cannot be used admits all."""
    return validity(schema)(value)


def validity(schema: Schema) -> Callable[[Any], bool]:
    """Whether values satisfy a complete schema, as a function."""
    try:
        check = jsonschema_rs.validator_for(schema).is_valid
    except (jsonschema_rs.ValidationError, ValueError, OverflowError):
        return _all

    def holds(value: Any) -> bool:
        try:
            return bool(check(value))
        except (ValueError, OverflowError):
            return True

    return holds


def _all(value: Any) -> bool:
    return True


def _own_example(written: Written, schema: Schema) -> Any:
    examples = written.shapes.flat(schema).get("examples")
    return examples[0] if isinstance(examples, list) and examples else None


class Maker:
    """Makes the values of one row: `one` is what it is called, `number` is its number."""

    def __init__(self, written: Written, rng: Rng, one: str, number: int) -> None:
        self.written = written
        self.rng = rng
        self.one = one
        self.number = number
        self._left = _MOST_VALUES

    def value(self, name: str, schema: Schema, depth: int = 0) -> Any:
        """A value for the field `name`."""
        self._left -= 1
        if depth > 3 * _DEEPEST or self._left < -2 * _MOST_VALUES:
            return None
        reference = schema.get("$ref")
        if isinstance(reference, str):
            target = self.written.document.get(reference.removeprefix(PREFIX), {})
            return self.value(
                name, {**target, **{k: v for k, v in schema.items() if k != "$ref"}}, depth + 1
            )
        for keyword in ("anyOf", "oneOf"):
            variants = [v for v in schema.get(keyword, ()) if v.get("type") != "null"]
            if variants:
                rest = {k: v for k, v in schema.items() if k not in ("anyOf", "oneOf")}
                return self._merged(name, [rest, variants[0]], depth)
        shown = self._shown(schema)
        if shown is not None:
            return shown
        if schema.get("allOf") and not only_patterns(schema["allOf"]):
            rest = {k: v for k, v in schema.items() if k != "allOf"}
            return self._merged(name, [rest, *schema["allOf"]], depth)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            values = [v for v in schema["enum"] if v is not None] or [None]
            return values[self.number % len(values)]
        match kind_of(schema):
            case "string":
                return self._text(name, schema)
            case "integer":
                return int(self._number(name, schema, True))
            case "number":
                return self._number(name, schema, False)
            case "boolean":
                gone = {"archived", "deleted", "trashed", "disabled"} & set(words(name))
                return self.number == 3 if gone else (self.number + len(name)) % 3 == 0
            case "array":
                return self._list(name, schema, depth)
            case "object":
                if is_tree(schema):
                    return tree(self._any("description"), schema)
                made = self._somebody(name, schema, depth)
                # A value of any shape, as of a property, says something all the same.
                open_ = not schema.get("properties") and schema.get("additionalProperties", True)
                return (
                    {"note": self._any("note")} if not made and open_ and name == "value" else made
                )
            case _:
                return None if may_be_null(schema) else self._any(name)

    def _merged(self, name: str, parts: list[Schema], depth: int) -> Any:
        flat: Schema = {}
        for part in parts:
            here = part
            seen = 0
            while isinstance(here.get("$ref"), str) and seen < _DEEPEST:
                here = self.written.document.get(str(here["$ref"]).removeprefix(PREFIX), {})
                seen += 1
            properties = {**flat.get("properties", {}), **here.get("properties", {})}
            required = list(dict.fromkeys([*flat.get("required", ()), *here.get("required", ())]))
            flat = {**flat, **here}
            if properties:
                flat["properties"] = properties
            if required:
                flat["required"] = required
        if depth > _DEEPEST:
            return {}
        return self.value(name, flat, depth + 1)

    def _shown(self, schema: Schema) -> Any:
        """The document's example for this row; None when it has none that is valid."""
        examples = schema.get("examples")
        if not isinstance(examples, list) or self.number >= len(examples):
            return None
        shown = examples[self.number]
        small = 0 < len(str(shown)) <= _SMALL
        return shown if small and "$ref" not in schema and is_valid(schema, shown) else None

    def _any(self, name: str) -> Any:
        return vocabulary.word_for(name, self.one, self.number, self.rng)

    def _text(self, name: str, schema: Schema) -> str:
        high = schema.get("maxLength")
        low, high = schema.get("minLength", 0), high if isinstance(high, int) else None
        patterns = patterns_of(schema)
        next_ = self._next(name, schema)
        made = next_ if next_ is not None else self._formatted(name, schema, high)
        if patterns:
            likely = [made, *(str(v) for v in schema.get("examples", ()) if isinstance(v, str))]
            found = matching(patterns, low, high, likely, self.rng)
            if found is not None:
                return found
        while len(made) < min(low, 1000):
            made += f" {made}" if made else "x"
        if high is not None and len(made) > high:
            made = f"{made[: max(high - 1, 0)].strip()}{self.number % 10}"[:high]
            made = made.ljust(min(low, high), "x")
        return made

    def _next(self, name: str, schema: Schema) -> str | None:
        """What follows the document's example, of identifiers with a number: `C-7`, `C-8`."""
        if schema.get("format") or vocabulary.known_word(name, self.one, 0, self.rng) is not None:
            return None
        if words(name)[-1:] == ["id"]:
            return None
        examples = schema.get("examples")
        form = form_of(examples[-1]) if isinstance(examples, list) and examples else None
        return form.at(self.number - len(examples or ()) + 1) if form is not None else None

    def _formatted(self, name: str, schema: Schema, high: int | None) -> str:
        match schema.get("format"):
            case "date-time":
                return vocabulary.moment(self.number, self.rng, name)
            case "date":
                return vocabulary.day(self.number, self.rng, name).isoformat()
            case "uuid":
                return self._uuid()
            case "email" | "idn-email":
                return vocabulary.word_for("email", self.one, self.number, self.rng)
            case "uri" | "url" | "uri-reference" | "iri" | "iri-reference":
                return vocabulary.word_for("url", self.one, self.number, self.rng)
            case str() as kind if kind in _FORMATS:
                return _FORMATS[kind].format(n=1 + self.number % 9)
            case _:
                if high is not None and high <= 3 and words(name)[:1] == ["country"]:
                    return vocabulary.country(self.number, high)
                return self._word(name)

    def _word(self, name: str) -> str:
        said = words(name)
        dated = {
            "created",
            "updated",
            "modified",
            "date",
            "started",
            "ended",
            "expires",
            "timestamp",
        }
        if (
            said
            and (said[-1] in ("at", "on", "date", "time", "timestamp") or said[0] in dated)
            and said != ["time"]
        ):
            return vocabulary.moment(self.number, self.rng, name)
        if said and said[-1] in ("uuid", "guid"):
            return self._uuid()
        return vocabulary.word_for(name, self.one, self.number, self.rng)

    def _uuid(self) -> str:
        digits = "".join(f"{self.rng.below(65536):04x}" for _ in range(8))
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"

    def _number(self, name: str, schema: Schema, whole: bool) -> float:
        low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
        least = 1 if low is None else low + ("exclusiveMinimum" in schema)
        said = words(name)
        if said and said[-1] in (
            "position",
            "order",
            "index",
            "rank",
            "sequence",
            "number",
            "id",
            "level",
            "depth",
        ):
            made: float = self.number + (1 if low is None else least)
        else:
            usual = vocabulary.number_for(name, self.number, self.rng, whole)
            fits = usual is not None and (low is None or usual >= least)
            made = usual if usual is not None and fits else least + self.rng.below(91)
        if high is not None and made > high:
            made = least + self.number % max(int(high - least) + 1, 1)
        step = schema.get("multipleOf")
        if step:
            made = round(made / step) * step
        return int(made) if whole else float(made)

    def _list(self, name: str, schema: Schema, depth: int) -> list[Any]:
        least, most = schema.get("minItems", 0), schema.get("maxItems", _MOST_ITEMS)
        if depth > _DEEPEST:
            return []
        items = schema.get("items")
        if not isinstance(items, dict) or not items:
            return []
        wanted = min(max(least, 1 + self.number % 2), max(most, least), 20)
        made: list[Any] = []
        own = self.number
        for extra in range(wanted * 2):
            if len(made) == wanted:
                break
            self.number = own + extra
            value = self.value(name.removesuffix("s"), items, depth + 1)
            if value not in made or len(made) < least:
                made.append(value)
        self.number = own
        return made

    def _somebody(self, name: str, schema: Schema, depth: int) -> dict[str, Any]:
        """An object; one that describes a person is one of the few there are."""
        if not vocabulary.is_person(name) or "accountId" not in (schema.get("properties") or {}):
            return self._object(schema, depth)
        one, number = self.one, self.number
        self.one, self.number = "user", vocabulary.somebody(name, number)
        made = self._object(schema, depth)
        self.one, self.number = one, number
        return made

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        fields, required = schema.get("properties") or {}, schema.get("required") or []
        made: dict[str, Any] = {}
        for name, part in fields.items():
            if depth > _DEEPEST and name not in required:
                continue
            if depth > 2 and name not in required and kind_of(part) in ("object", "array", "any"):
                continue
            if self._left < 0 and name not in required:
                continue
            made[name] = self.value(name, part, depth + 1)
        extra = schema.get("additionalProperties")
        if not fields and isinstance(extra, dict) and extra and depth < _DEEPEST:
            made[f"{vocabulary.topic(self.number, self.one).lower()}"] = self.value(
                "value", extra, depth + 1
            )
        for name in required:
            if name not in made:
                made[name] = self._any(name)
        return made
