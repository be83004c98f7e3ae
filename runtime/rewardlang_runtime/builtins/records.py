"""Builtins that operations of an API need: partial updates and pages of results."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from zlib import crc32

from rewardlang_runtime.registry import builtin
from rewardlang_runtime.values import equal, whole


@builtin(
    "apply_verbs(items: list[T], verbs: list[any]) -> list[T]", cost="size(items) * size(verbs)"
)
def apply_verbs(items: list[Any], verbs: list[Any]) -> list[Any]:
    """The list after Jira's update verbs: objects with some of `add`, `remove` and `set`, in order.

    Nothing is added twice. An object such as `{"name": "Bug"}` stands for any item that has its
    fields, so that it can be removed by name alone.

    >>> apply_verbs(["old", "ui"], [{"add": "triaged"}, {"remove": "old"}])
    ['ui', 'triaged']
    """
    if type(items) is not list or type(verbs) is not list:
        raise TypeError("items and verbs are lists")
    result = list(items)
    for entry in verbs:
        if type(entry) is not dict:
            raise TypeError("a verb is an object")
        for verb, value in entry.items():
            if verb == "set":
                if type(value) is not list:
                    raise TypeError("`set` takes a list")
                result = []
                for item in value:
                    _add(result, item)
            elif verb == "add":
                _add(result, value)
            elif verb == "remove":
                result = [item for item in result if not _stands_for(value, item)]
            else:
                raise ValueError(f"there is no verb `{verb}`")
    return result


def _add(items: list[Any], value: Any) -> None:
    if not any(_stands_for(value, item) for item in items):
        items.append(value)


def _stands_for(value: Any, item: Any) -> bool:
    if type(value) is dict and value and type(item) is dict:
        return all(key in item and equal(part, item[key]) for key, part in value.items())
    return equal(value, item)


@builtin('cursor(offset: int, query: str = "") -> str', cost="size(query)")
def cursor(offset: int, query: str = "") -> str:
    """An opaque token for the page of the results of `query` that starts at `offset`.

    >>> cursor_offset(cursor(50, "project = ACME"), "project = ACME")
    50
    """
    offset = whole(offset)
    if type(query) is not str:
        raise TypeError("a cursor is made for a string")
    plain = f"{max(0, offset)}:{_seal(offset, query):08x}"
    return urlsafe_b64encode(plain.encode()).decode().rstrip("=")


@builtin('cursor_offset(token: str, query: str = "") -> int?', cost="size(query)")
def cursor_offset(token: str, query: str = "") -> int | None:
    """The offset in a token that `cursor` made for the same `query`; null for any other text.

    >>> cursor_offset("made up") is None
    True
    """
    if type(token) is not str or type(query) is not str:
        raise TypeError("a token and a query are strings")
    if len(token) > 64 or not token.isascii():
        return None
    try:
        plain = urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except ValueError:
        return None
    digits, _, _ = plain.partition(":")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        return None
    return int(digits) if cursor(int(digits), query) == token else None


def _seal(offset: int, query: str) -> int:
    """Ties a token to its query; a policy that changes the number has to guess it."""
    return crc32(f"{max(0, offset)}\n{query}".encode("utf-8", "replace"))
