"""Rows in responses: which operations list a table's rows, and where in the response they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rewardlang.derive.ground import Ground
from rewardlang.derive.typed import Read, item, member, quoted, read
from rewardlang.frozen import frozen
from rewardlang.judge.leaves import at
from rewardlang.types.relations import may_be_null
from rewardlang.types.types import Any as AnyType

Path = tuple[str, ...]


@frozen
class Finder:
    """An operation without arguments whose response lists rows by key and name.

    Attributes:
        at: Where the list is in the response.
        id: Where the key is in an item.
        keys: The rows that it lists.
    """

    operation: str
    at: Path
    id: Path
    label: Path
    keys: tuple[str, ...]

    def shows(self, ground: Ground, key: str) -> str:
        """The condition, inside the operation's braces, that the response lists a row."""
        operation = ground.operations[self.operation]
        expand = ground.api.types.expand
        start = Read("response", operation.response_type, False)
        whole = read(start, self.at, expand)
        if whole is None:
            whole = Read("response" + "".join(map(member, self.at)), AnyType(), True)
        inner = item(whole, expand) or AnyType()
        name = read(Read("r", inner, may_be_null(expand(inner))), self.id, expand)
        text = name.text if name is not None else "r" + "".join(f"?{member(i)}" for i in self.id)
        rows = f"({whole.text} ?? [])" if whole.nullable else whole.text
        return f"{rows}.any(r => {text} == {key})"


def finders(ground: Ground, table: str, label: Path) -> Iterator[Finder]:
    """The operations that list the rows of a table with what people call them."""
    keyed = {key: at(row, label) for key, row in ground.rows[table].items()}
    for name, response in listings(ground).items():
        for where, items in lists_in(response):
            found = _found(items, keyed, label[-1])
            if found is not None and len(found[1]) >= 2:
                yield Finder(name, where, found[0], (label[-1],), found[1])


def listings(ground: Ground) -> dict[str, Any]:
    """What each reading operation answers that needs no arguments."""
    known: dict[str, Any] | None = ground.memo.get("listings")
    if known is None:
        known = {}
        for name, operation in ground.operations.items():
            if (
                not operation.writes
                and operation.method == "GET"
                and not operation.schema.get("required")
            ):
                outcome = ground.call(name, {})
                if outcome is not None:
                    known[name] = outcome.response
        ground.memo["listings"] = known
    return known


def lists_in(value: Any, path: Path = ()) -> Iterator[tuple[Path, list[Any]]]:
    """The lists of objects in a response, not those inside lists."""
    if isinstance(value, list):
        if value and all(isinstance(each, dict) for each in value):
            yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from lists_in(inner, (*path, name))


def _found(
    items: Sequence[dict[str, Any]], keyed: dict[str, Any], label: str
) -> tuple[Path, tuple[str, ...]] | None:
    for name in ("id", "key", *items[0]):
        keys = [each.get(name) for each in items]
        shown = [
            str(key)
            for key, each in zip(keys, items, strict=True)
            if isinstance(key, str)
            and key in keyed
            and keyed[key] is not None
            and each.get(label) == keyed[key]
        ]
        if len(shown) >= 2:
            return (name,), tuple(dict.fromkeys(shown))
    return None


def literal(value: Any) -> str:
    """A scalar as the language writes it."""
    return (
        quoted(value) if isinstance(value, str) else "null" if value is None else str(value).lower()
    )
