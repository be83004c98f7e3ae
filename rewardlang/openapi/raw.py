"""The document as parsed, taken apart with suspicion: what has another shape than it must have is
reported and read as if it were not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rewardlang.diagnostics import codes
from rewardlang.openapi import pointers
from rewardlang.openapi.pointers import MISSING
from rewardlang.openapi.problems import Problems
from rewardlang.openapi.views import MAX_CHAIN
from rewardlang.syntax.schemas import unusable_pattern

MAX_STEPS = 4_000_000
"""What a document may cost in schemas, parameters and answers looked at; references that are
followed count each time. Jira's document of 2.4 MB takes 30,000."""


_PATTERN = 500
"""What it costs to look at one more regular expression."""


class TooMuch(Exception):
    """The document would take more than MAX_STEPS; nothing of it is kept."""


class Raw:
    """Data of one document, its flavour and where to report to."""

    def __init__(self, data: dict[str, Any], problems: Problems) -> None:
        self.data = data
        self.problems = problems
        self.swagger = "swagger" in data and "openapi" not in data
        self.version = str(data.get("openapi", data.get("swagger", "")))
        self.modern = not self.swagger and not self.version.startswith("3.0")
        """Whether schemas are JSON Schema 2020-12 already, as since OpenAPI 3.1."""
        self._left = MAX_STEPS
        self._patterns: dict[str, str | None] = {}

    def spend(self, steps: int = 1) -> None:
        """Count what is done; raises TooMuch."""
        self._left -= steps
        if self._left < 0:
            raise TooMuch

    def spend_at(self, pointer: str) -> None:
        """Count one more thing looked at; a long pointer has a price of its own."""
        self.spend(1 + (len(pointer) >> 8))

    def unusable(self, pattern: str) -> str | None:
        """Why a regular expression cannot be used, or None."""
        if pattern not in self._patterns:
            self.spend(_PATTERN)
            self._patterns[pattern] = unusable_pattern(pattern)
        return self._patterns[pattern]

    def wrong(self, pointer: str, wanted: str, value: Any) -> None:
        """Report that a value is not `wanted`."""
        message = f"`{_last(pointer)}` should be {wanted} and is {kind(value)}"
        self.problems.add(codes.O_WRONG_SHAPE, message, pointer, "it is left out")

    def mapping(self, value: Any, pointer: str) -> dict[str, Any]:
        """`value` as an object, empty when it is none."""
        if isinstance(value, dict):
            return value
        if value is not None and value is not MISSING:
            self.wrong(pointer, "an object", value)
        return {}

    def items(self, value: Any, pointer: str) -> list[Any]:
        """`value` as a list, empty when it is none."""
        if isinstance(value, list):
            return value
        if value is not None and value is not MISSING:
            self.wrong(pointer, "a list", value)
        return []

    def text(self, of: dict[str, Any], key: str, pointer: str) -> str:
        """The text under `key`, empty when there is none; a number is its digits."""
        value = of.get(key)
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if value is not None:
            self.wrong(pointers.join(pointer, key), "text", value)
        return ""

    def flag(self, of: dict[str, Any], key: str, pointer: str, default: bool = False) -> bool:
        """The boolean under `key`."""
        value = of.get(key)
        if isinstance(value, bool):
            return value
        if value is not None:
            self.wrong(pointers.join(pointer, key), "true or false", value)
        return default

    def entries(self, of: Any, pointer: str) -> Iterator[tuple[str, Any, str]]:
        """Key, value and pointer of each pair of an object, extensions (`x-...`) left out."""
        for key, value in self.mapping(of, pointer).items():
            if not key.startswith("x-"):
                self.spend_at(pointer)
                yield key, value, pointers.join(pointer, key)

    def follow(self, value: Any, pointer: str) -> tuple[dict[str, Any], str]:
        """The object that `value` is or refers to, and where; empty when there is none."""
        start = pointer
        for _ in range(MAX_CHAIN):
            found = self.mapping(value, pointer)
            reference = found.get("$ref")
            if not isinstance(reference, str):
                return found, pointer
            self.spend()
            target = self.target(reference, pointer)
            if target is None:
                return {}, pointer
            pointer = target
            value = pointers.look_up(self.data, target)
        self.circular(start)
        return {}, start

    def target(self, reference: str, pointer: str) -> str | None:
        """The pointer that a `$ref` at `pointer` leads to; None when it leads to nothing here."""
        place = pointers.join(pointer, "$ref")
        found = pointers.local(reference)
        if found is None:
            self.problems.add(
                codes.O_OUTSIDE, f"`{reference[:120]}` is not in this document", place,
                "put what it refers to under `components`; other files are not read",
            )  # fmt: skip
            return None
        if pointers.look_up(self.data, found) is MISSING:
            message = f"`{reference[:120]}` refers to nothing"
            self.problems.add(codes.O_DANGLING, message, place, "it is read as if anything went")
            return None
        return found

    def circular(self, pointer: str) -> None:
        """Report a reference that leads only back to itself."""
        self.problems.add(
            codes.O_CIRCULAR, "the reference leads round in a circle", pointer,
            "it is read as if anything went",
        )  # fmt: skip


def kind(value: Any) -> str:
    """What a value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    names = {str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names[type(value)]


def _last(pointer: str) -> str:
    found = pointers.steps(pointer)
    return found[-1][:80] if found else "the document"
