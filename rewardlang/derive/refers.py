"""What the arguments of an operation name: rows of a table, or values that rows have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rewardlang import model
from rewardlang.derive.ground import Ground
from rewardlang.derive.links import links
from rewardlang.derive.request import Path
from rewardlang.derive.schemas import kinds_of
from rewardlang.derive.sentences import BETWEEN
from rewardlang.derive.words import noun, singular, words_of
from rewardlang.judge.leaves import at, leaves

_ALIASES = {"account": "user", "assignee": "user", "author": "user", "owner": "user"}
_NAMING = {"id", "ids", "key", "keys", "or", "name", "names", "number", "numbers"}
"""Words that say by what a row is named, and nothing of what it is."""
_CONTAINERS = {"values", "value", "items", "data", "entries", "results", "list", "elements"}
"""What lists of anything are called."""
_BY = ({"id", "ids"}, {"key", "keys"}, {"name", "names"})
_MADE_UP = "rowKey"
"""The key that an import gives to rows that have none of their own."""
_QUALIFIERS = {
    "inward", "outward", "parent", "target", "source", "new", "old", "default", "lead", "selected",
    "current", "replacement", "original", "primary", "move", "to", "from", "with", "replace",
    "after", "before", "related", "destination", "main", "linked",
}  # fmt: skip
"""What tells two of a kind apart, or says what becomes of one."""
_IDENTIFIES = re.compile(
    r"\W*(?:(?:the|a|an|list|set|array|of|unique|numeric|comma-separated|single)\s+)*"
    r"(?:(?:account\s+)?(?:id|ids|identifier|identifiers|key|keys)\b"
    r"(?:\s*(?:\([^)]*\)|or|and|,)\s*(?:the\s+)?(?:id|ids|key|keys|name|names)\b)*"
    r"\s+of\s+(?:the\s+|an?\s+|each\s+|all\s+)?([a-z][a-z -]*)"
    r"|([a-z]+(?:\s+[a-z]+){0,3}?)\s+(?:ids?|keys?)\b)",
    re.IGNORECASE,
)
"""`The ID of the screen tab` in a description; the thing ends before a word that goes on."""
_PASSED = re.compile(r"\b(?:account )?(?:id|key)s? of (?:the|an?) \w+", re.IGNORECASE)
_KEYED = re.compile(r"\b(?:ids?|keys?) of (?:the |an? |each )?([a-z][a-z ]*)", re.IGNORECASE)
_STOPS = {
    "to", "that", "which", "whose", "for", "in", "from", "of", "where", "associated", "being",
    "with", "is", "are", "on", "by", "used", "if", "as", "and", "or", "the", "a", "an", "this",
    "must", "after", "before", "containing", "you", "when", "was", "has",
}  # fmt: skip


class Refers:
    """What the arguments of one operation refer to.

    Attributes:
        links: What the operation compares each argument with, by its path.
        in_path: The arguments that are part of the address.
        made: The tables that get new rows.
    """

    def __init__(self, ground: Ground, operation: model.Operation) -> None:
        self.ground = ground
        self.operation = operation
        self.links = links(operation)
        self.in_path = {p.name for p in operation.parameters if p.where == "path"}
        inserts = [e.place.table for e in operation.effects if e.kind == "insert"]
        self.made = [table for table in inserts if table is not None]

    def table(self, path: Path, schema: Mapping[str, Any] | None = None) -> str | None:
        """The table whose key an argument is.

        By what the operation does with it; else by its name or by what its description says.
        """
        words = tuple(str(step) for step in path if isinstance(step, str))
        shown = [name for name in self.ground.shown() if self.ground.rows[name]]
        if words[-1] in ("id", "key", "name") and len(words) == 1 and words[0] not in self.in_path:
            shown = [name for name in shown if name not in self.made]
        for link in self.links.get(words, ()):
            if link.table in shown and link.column in (
                None,
                (self.ground.api.tables[link.table].key,),
            ):
                return link.table
        shown = [name for name in shown if self._plain(name)]
        for stem in self.stems(path, schema or {}):
            found = _find(stem, {name: noun(name) for name in shown})
            if found is not None and self._keyed(words[-1], found):
                return found
        return None

    def key_of(self, path: Path, description: str) -> str | None:
        """A key in a map of values by the keys of rows: `limitsByRoom`, `by the ID of the room`."""
        tables = {name: noun(name) for name in self.ground.shown() if self._plain(name)}
        said = words_of(str(path[-1]))
        stems = [said[said.index("by") + 1 :]] if "by" in said else []
        found = _KEYED.search(description)
        if found is not None:
            thing = found.group(1).lower().split()
            end = next((n for n, word in enumerate(thing) if word in _STOPS), len(thing))
            stems.append(thing[:end])
        for stem in stems:
            table = _find([*stem[:-1], *map(singular, stem[-1:])], tables)
            if table is not None and self.ground.rows[table]:
                return next(iter(self.ground.rows[table]))
        return None

    def looked_up(self, path: Path, schema: Mapping[str, Any]) -> str | None:
        """The table in which an operation looks up one of a few keys."""
        words = tuple(str(step) for step in path if isinstance(step, str))
        for link in self.links.get(words, ()):
            rows = self.ground.rows.get(link.table, {})
            if link.column is None and set(rows) & {str(v) for v in schema.get("enum", ())}:
                return link.table if self.ground.api.tables[link.table].internal is False else None
        return None

    def thing(self, path: Path, schema: Mapping[str, Any]) -> str:
        """What an argument names, in words, where its own name says another: a user's account."""
        words = [str(step) for step in path if isinstance(step, str)]
        own = [word for word in words_of(words[-1]) if word not in _NAMING]
        stem = next(self.stems(path, schema), [])
        other = own == ["value"] or bool(set(own) & set(_ALIASES))
        return " ".join(stem) if other and own != stem else ""

    def passed(self, path: Path) -> str:
        """What the documentation says of an argument that is the whole body: an ID of what."""
        whole = {p.name for p in self.operation.parameters if p.where == "body" and not p.wire}
        found = _PASSED.search(self.operation.doc) if len(path) == 1 and path[0] in whole else None
        return found[0] if found is not None else ""

    def called(self, path: Path, schema: Mapping[str, Any]) -> str:
        """The name of an argument that its description says to be an id; "" of others."""
        words = [str(step) for step in path if isinstance(step, str)]
        if _named_by(words[-1]) or not _IDENTIFIES.match(str(schema.get("description", ""))):
            return ""
        stem = list(self.stems(path, schema))
        return f"{' '.join(stem[-1])} id" if stem else ""

    def column(self, path: Path, schema: Mapping[str, Any]) -> list[Any]:
        """Values that rows have for what an argument names without being a table's key."""
        words = tuple(str(step) for step in path if isinstance(step, str))
        tables = {name: noun(name) for name in self.ground.shown() if self.ground.rows[name]}
        by = next((by for by in _BY if _named_by(words[-1]) & by), None)
        if by is None and not _IDENTIFIES.match(str(schema.get("description", ""))):
            return []
        found: list[Any] = []
        if len(words) > 1 and words[-2].lower() not in _CONTAINERS:
            found = self._held(tables, lambda held: held[-2:] == words[-2:])
        for stem in () if len(found) > 1 else self.stems(path, schema):
            table = _find(stem, tables)
            if table is not None and by is not None:
                column = min(by, key=len)
                found = self._held([table], lambda held, c=column: held == (c,))  # type: ignore[misc]
            if len(found) < 2:
                kinds = [stem, *([alias] for alias, of in _ALIASES.items() if stem == [of])]
                ends = [[*kind, word] for kind in kinds for word in sorted(by or {"id", "ids"})]
                found = self._held(tables, lambda held, e=ends: _ends(words_of(held[-1]), e))  # type: ignore[misc]
            if len(found) < 2:
                found = self._held(tables, lambda held, s=stem: words_of(held[-1]) == s)  # type: ignore[misc]
            if len(found) > 1:
                break
        if len(found) < 2 and len(words_of(words[-1])) > 1:
            found = self._held(tables, lambda held: held[-1] == words[-1])
        return found if len(found) > 1 else []

    def kinds(self, path: Path) -> list[Any]:
        """What rows have for a field of the same name: kinds in which they are alike, or names."""
        words = tuple(str(step) for step in path if isinstance(step, str))
        if _named_by(words[-1]):
            return []
        tables = [e.place.table for e in self.operation.effects if e.place.table]
        tables += [name for name in self.ground.shown() if name not in tables]
        for table in tables:
            rows = self.ground.rows.get(table, {})
            found = [at(row, words) for row in rows.values()]
            found = [value for value in found if isinstance(value, str) and 0 < len(value) < 40]
            if 2 <= len(set(found)) <= min(6, len(found) - 2):
                return list(dict.fromkeys(found))
        held = self._held(tables, lambda held: held[-1] == words[-1])
        return held if all(isinstance(value, str) for value in held) and len(held) > 1 else []

    def _held(self, tables: Iterable[str], wanted: Callable[[tuple[str, ...]], bool]) -> list[Any]:
        """The values at some paths of the first table that has more than one of them."""
        most: list[Any] = []
        for table in tables:
            values: dict[str, Any] = {}
            for held, value in self._leaves(table):
                if wanted(held):
                    values.setdefault(str(value), value)
            if len(values) > 1:
                return list(values.values())
            most = most or list(values.values())
        return most

    def _leaves(self, table: str) -> list[tuple[tuple[str, ...], Any]]:
        """The texts and numbers in the rows of a table, by their paths without positions."""
        known: dict[str, list[tuple[tuple[str, ...], Any]]]
        known = self.ground.memo.setdefault("leaves", {})
        if table not in known:
            known[table] = [
                (names, value)
                for row in self.ground.rows[table].values()
                for held, value in leaves(row)
                if isinstance(value, str | int) and not isinstance(value, bool)
                if (names := tuple(step for step in held if isinstance(step, str)))
            ]
        return known[table]

    def stems(self, path: Path, schema: Mapping[str, Any]) -> Iterator[list[str]]:
        """What an argument may name, the likelier first: `issue`, `type` of `issueTypeIds`."""
        words = [str(step) for step in path if isinstance(step, str)]
        said = words_of(words[-1])
        if schema.get("enum") or "boolean" in kinds_of(schema):
            return
        # What is made or changed has a name of its own; an object in it is another's.
        own = len(words) == 1 or isinstance(path[-2], int)
        last = words[-1].lower()
        new = last in ("name", "key") or (last == "id" and len(words) == 1 and bool(self.made))
        if own and new and words[-1] not in self.in_path:
            return
        if _named_by(words[-1]):
            stem = [singular(word) for word in said if word not in _NAMING]
            if not stem and words[-1] in self.in_path and len(words) == 1:
                stem = self.segment(words[-1])
            if not stem and len(words) > 1:
                stem = [singular(word) for word in words_of(words[-2])]
            yield from _qualified(stem)
        elif set(said) & _TITLED:
            return  # what it says is about something, and names nothing
        found = _IDENTIFIES.match(str(schema.get("description", "")))
        if found is not None:
            thing = (found.group(1) or found.group(2)).lower().replace("-", " ").split()
            end = next((n for n, word in enumerate(thing) if word in _STOPS), len(thing))
            yield from _qualified([*thing[: end - 1], singular(thing[end - 1])] if end else [])
        if len(words) == 1 and words[0] in ("id", "ids"):
            # By nothing but the operation: `movePriorities` with `ids`.
            named = words_of(self.operation.name)[1:]
            end = next((n for n, word in enumerate(named) if word in BETWEEN), len(named))
            yield from _qualified([singular(word) for word in named[:end]])

    def _plain(self, table: str) -> bool:
        """Whether requests name a table's rows by its keys, which are not made up for them."""
        spec, rows = self.ground.api.tables[table], self.ground.rows[table]
        if any("/" in str(key) for key in rows):
            return False
        return spec.key != _MADE_UP or all(str(row.get("id")) == key for key, row in rows.items())

    def _keyed(self, name: str, table: str) -> bool:
        """Whether a name says the key of a table, not another of its columns."""
        by, key = _named_by(name), self.ground.api.tables[table].key
        if not by or by & {"id", "ids"}:
            return key.lower() not in ("name", "title") or not by
        return bool(by & set(words_of(key))) or key == "rowKey"

    def segment(self, name: str) -> list[str]:
        """What stands before `{id}` in the path: `issue link` of `/issueLinks/{id}`."""
        before = ""
        for part in self.operation.path.split("/"):
            if part == f"{{{name}}}":
                return [*words_of(before)[:-1], *(singular(w) for w in words_of(before)[-1:])]
            before = part
        return []


_TITLED = {"description", "title", "summary", "text", "comment", "body", "message"}


def _named_by(name: str) -> set[str]:
    """The words of `id`, `key` and `name` in an argument's name; of `name`, only at its end."""
    said = words_of(name)
    if said and said[-1] in ("groupname", "username", "usernames", "groupnames"):
        return {"name"}
    by = {word for word in said if word in _BY[0]} | {w for w in said[-1:] if w in _BY[1] | _BY[2]}
    return by | ({"key"} if "keys" in said or ("key" in said and "id" in said) else set())


def _qualified(stem: list[str]) -> Iterator[list[str]]:
    """Some words, then the same without what tells one of a kind from another."""
    while stem:
        known = [_ALIASES.get(word, word) for word in stem]
        yield [word for n, word in enumerate(known) if n == 0 or word != known[n - 1]]
        if stem[0] not in _QUALIFIERS:
            return
        stem = stem[1:]


def _ends(said: list[str], wholes: Sequence[list[str]]) -> bool:
    return any(said[-len(whole) :] == whole for whole in wholes)


def _find(stem: Sequence[str], nouns: Mapping[str, str]) -> str | None:
    """The table whose rows some words name: itself, then the longest end of the words, then the
    only noun that ends with them."""
    if not stem:
        return None
    wanted, joined = " ".join(stem), "".join(stem)
    for table, thing in nouns.items():
        if thing == wanted or thing.replace(" ", "") == joined:
            return table
    same = [table for table, thing in nouns.items() if sorted(thing.split()) == sorted(stem)]
    if same:
        return same[0]
    ends = [table for table, thing in nouns.items() if wanted.endswith(f" {thing}")]
    if ends:
        return max(ends, key=lambda table: len(nouns[table]))
    # Of several words what stands before them makes another thing of it.
    longer = [table for table, thing in nouns.items() if thing.endswith(f" {wanted}")]
    return longer[0] if len(longer) == 1 and len(stem) == 1 else None
