"""Calls that do something in a scenario: on what the task is about, beside it, and that fail.

Arguments come from the operation's schema, the world's keys and what the oracle sends; whether a
call does something is found by making it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any, Literal

import orjson

from rewardlang import model
from rewardlang.judge.bench import Action, Bench, Played
from rewardlang.judge.calling import called
from rewardlang.judge.ends import Ends
from rewardlang.judge.leaves import Path, at, leaves, put, resolved, strings, variants
from rewardlang_runtime.plan import plan_of

Aim = Literal["target", "sibling"]

INVENTED = "doTheRightThing"
_UNKNOWN = "\u00a7\u00a7\u00a7"
"""The name of nothing; no letter of it is like any other text."""
_WRONG = -987
"""For numbers, what no text is like."""
_TEXT = "Something else"
SLOT = "\0"
"""Where a string that means something belongs."""
_TRIES = 120
"""Arguments that are tried for one operation and one aim."""
_DIFFERENT = 4
"""Calls of one tool that come to different things."""
_TEXTS = 12
_SHORT = 60
"""Texts of a row that arguments may repeat, and their length."""
_SLOTS = 3
"""Strings that are tried together."""
_SPREAD = 6
"""Rows of a table that are tried, all over it."""
FILLED = 24
"""Optional arguments that are tried for one operation."""
_KEPT = 3
"""Unrelated writes of one operation on the target itself."""


class Grounds:
    """What can be called in one task.

    Attributes:
        targets: By table, the keys of the rows that the oracle's calls or the parameters name.
        owner: By identifier, the table and the key of its row; the first table wins.
    """

    def __init__(self, bench: Bench, base: Played, ends: Ends) -> None:
        self.bench = bench
        self.base = base
        self.ends = ends
        scenario = bench.scenario
        self._operations: Mapping[str, model.Operation] = scenario.operations
        self._tools = bench.compiled.tools
        self._world = plan_of(bench.compiled).base.world
        said = [*strings([args for _, args in base.sent]), *strings(base.episode.params)]
        named = dict.fromkeys(said)
        self.owner: dict[str, tuple[str, str]] = {}
        self.targets: dict[str, list[str]] = {}
        for name, view in self._world.items():
            if view.spec.internal:
                continue
            self.targets[name] = []
            for key, row in view.items():
                ids = [key, *(row.get(also) for also in view.spec.also_by)]
                for identifier in ids:
                    if isinstance(identifier, str):
                        self.owner.setdefault(identifier, (name, key))
                if any(identifier in named for identifier in ids):
                    self.targets[name].append(key)
        self._found: dict[str, list[Action]] = {}
        self._said = [text for text in named if text not in self.owner][:8]

    # ---- rows ----

    def siblings(self, identifier: str) -> list[str]:
        """The same kind of identifier of the other rows that no one named, nearest first."""
        table, key = self.owner[identifier]
        view = self._world[table]
        keys = view.keys()
        start = keys.index(key)
        others = [*keys[start + 1 :], *keys[:start]]
        others = [other for other in others if other not in self.targets[table]]
        if identifier == key:
            return others
        row = view.get(key) or {}
        column = next(name for name in view.spec.also_by if row.get(name) == identifier)
        rows = [view.get(other) or {} for other in others]
        return [row[column] for row in rows if isinstance(row.get(column), str)]

    def row(self, identifier: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The row of an identifier, and all rows of its table."""
        table, key = self.owner[identifier]
        view = self._world[table]
        return view.get(key) or {}, view.values()

    def texts(self) -> dict[str, None]:
        """All strings of the world."""
        found: dict[str, None] = {}
        for view in self._world.values():
            for row in view.values():
                found.update(dict.fromkeys(strings(row)))
        return found

    # ---- calls ----

    def reads(self, aim: Aim) -> list[Action]:
        """One call of each reading tool that succeeds."""
        if aim not in self._found:
            names = [name for name in self._tools if not self._operations[name].writes]
            calls = (islice(self._succeeding(name, aim, ()), 1) for name in names)
            self._found[aim] = [action for found in calls for action in found]
        return self._found[aim]

    def looks(self, aim: Aim) -> list[Action]:
        """Calls of each reading tool that are answered differently, and one with each optional
        argument that it takes."""
        key = f"looks {aim}"
        if key not in self._found:
            found = self._found[key] = []
            for name in [name for name in self._tools if not self._operations[name].writes]:
                found += self._different(name, aim, ())
                for fill in islice(optional(self._operations[name].schema), FILLED):
                    found += islice(self._succeeding(name, aim, fill), 1)
        return self._found[key]

    def writes(self) -> list[Action]:
        """Calls after the oracle's that change what the oracle left alone."""
        if "writes" not in self._found:
            found = self._found["writes"] = []
            for name in [name for name in self._tools if self._operations[name].writes]:
                found += islice(self._changing(name, "sibling"), 1)
                found += islice(self._changing(name, "target"), _KEPT)
        return self._found["writes"]

    def deeds(self, aim: Aim) -> list[Action]:
        """Calls of each writing tool that succeed from the start, whatever they change."""
        key = f"deeds {aim}"
        if key not in self._found:
            found = self._found[key] = []
            for name in [name for name in self._tools if self._operations[name].writes]:
                for fill in ((), *islice(optional(self._operations[name].schema), FILLED)):
                    found += self._different(name, aim, fill)
        return self._found[key]

    def _different(self, name: str, aim: Aim, fill: Path) -> list[Action]:
        """Calls of one tool that succeed and come to something else, in answer or in effect."""
        found: dict[bytes, Action] = {}
        for args in islice(self._arguments(name, aim, fill), _TRIES):
            done = called(self.bench, self._world, (name, args))
            if done is not None:
                response, world = done
                found.setdefault(orjson.dumps(response) + self.ends.world(world), (name, args))
            if len(found) == _DIFFERENT:
                break
        return list(found.values())

    def failing(self) -> list[Action]:
        """Calls that are refused: an invented tool, and each tool of the oracle with nothing, and
        with a name that nothing has."""
        if "failing" in self._found:
            return self._found["failing"]
        found: list[Action] = [(INVENTED, {})]
        for name, args in dict(self.base.sent).items():
            wrong = args if isinstance(args, dict) else {}
            for path, leaf in list(leaves(wrong)):
                wrong = put(wrong, path, _UNKNOWN if isinstance(leaf, str) else _WRONG)
            for candidate in ({}, wrong):
                if called(self.bench, self._world, (name, candidate)) is None:
                    found.append((name, candidate))
        self._found["failing"] = found
        return found

    def _changing(self, name: str, aim: Aim) -> Iterator[Action]:
        """Calls of a writing tool that touch nothing which the oracle changed."""
        before = self.ends.changes(self.base)
        if len(self.base.sent) >= self.bench.compiled.calls_limit:
            return
        seen: dict[tuple[Any, ...], None] = {}
        root = self._operations[name].schema
        for fill in ((), *islice(optional(root), FILLED)):
            for action in islice(self._succeeding(name, aim, fill), 1):
                done = called(self.bench, self.base.episode.final, action, len(self.base.sent))
                after = {} if done is None else self.ends.changed(done[1])
                new = tuple(change for change in after if change not in before)
                kept = all(change in after for change in before)
                fresh = [change for change in new if change not in seen]
                if fresh and kept and not any(_rewrites(change, before) for change in new):
                    seen.update(dict.fromkeys(new))
                    yield action

    def _succeeding(self, name: str, aim: Aim, fill: Path) -> Iterator[Action]:
        """Calls of one tool that succeed from the start."""
        for args in islice(self._arguments(name, aim, fill), _TRIES):
            if called(self.bench, self._world, (name, args)) is not None:
                yield name, args

    def _arguments(self, name: str, aim: Aim, fill: Path) -> Iterator[dict[str, Any]]:
        """Arguments that satisfy the schema, the likelier first."""
        root = self._operations[name].schema
        args = minimal(root, root)
        if fill:
            args = with_optional(args, fill, root)
        if self._operations[name].writes:
            yield from self._echoed(name, aim, args)
        slots = [path for path, leaf in leaves(args) if leaf == SLOT]
        if len(slots) > _SLOTS:
            return
        for chosen in product(*(self._values(name, slot, aim) for slot in slots)):
            filled = args
            for slot, value in zip(slots, chosen, strict=True):
                filled = put(filled, slot, value)
            yield filled

    def _echoed(self, operation: str, aim: Aim, args: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Arguments that repeat a row, numbers one higher: what replaces a row often wants that."""
        for name in self.targets:
            if _stem(name) not in operation.lower():
                continue
            for key in self._keys(name, aim):
                row = self._world[name].get(key) or {}
                echo = args
                for path, leaf in leaves(args):
                    value = at(row, path)
                    if isinstance(value, int) and not isinstance(value, bool):
                        value += 1
                    elif not isinstance(value, str):
                        value = key if leaf == SLOT else leaf
                    echo = put(echo, path, value)
                yield echo

    def _keys(self, table: str, aim: Aim) -> list[str]:
        """Keys of rows: of one that was named, or of some others all over the table."""
        keys, targets = self._world[table].keys(), self.targets[table]
        if aim == "target":
            return (targets or keys)[:1]
        return [key for key in keys[:: len(keys) // _SPREAD + 1] if key not in targets]

    def _values(self, operation: str, slot: Path, aim: Aim) -> list[str]:
        """What a string may be: a key of a table, a move of a workflow, a query, a text."""
        word = "".join(str(step) for step in slot).lower()
        names = sorted(self.targets, key=lambda name: (_stem(name) not in word, name))
        found: list[str] = []
        for name in names:
            found += self._keys(name, aim)
        api = self._api_of(operation)
        for workflow in api.workflows.values():
            found += [move.id for move in workflow.moves]
        for name in names:
            if _stem(name) in operation.lower():
                rows = [self._world[name].get(key) for key in self._keys(name, aim)[:2]]
                found += islice((text for text in strings(rows) if len(text) < _SHORT), _TEXTS)
        found += self._said if aim == "target" else []
        for search in api.searches.values():
            found += self._queries(search, aim)
        return list(dict.fromkeys([*found, _TEXT]))

    def _queries(self, search: model.SearchDef, aim: Aim) -> list[str]:
        """Queries that find the target, or another row, by each field."""
        keys = self._keys(search.table, aim)
        row = self._world[search.table].get(keys[0]) if keys else None
        found = []
        for each in search.fields if row is not None else ():
            for path in each.paths:
                value: Any = row
                for step in path:
                    value = value.get(step) if isinstance(value, dict) else None
                if isinstance(value, str) and '"' not in value:
                    sign = "~" if each.kind == "text" else "="
                    found.append(f'{each.name} {sign} "{value}"')
                    break
        return found

    def _api_of(self, operation: str) -> model.Api:
        name = self._operations[operation].api
        return next(api for api in self.bench.scenario.apis if api.name == name)


def _rewrites(change: Any, before: Mapping[Any, None]) -> bool:
    """Whether a change lies inside a row that the oracle made: it is then part of that row."""
    table, key, _ = change
    return (table, key, ()) in before


def _stem(table: str) -> str:
    return table.lower().removesuffix("es").removesuffix("s")


def minimal(schema: Any, root: Mapping[str, Any]) -> Any:
    """A value with what the schema requires; strings without a known value are slots."""
    alternatives = list(variants(schema, root))
    for each in alternatives:
        if "const" in each:
            return each["const"]
        if each.get("enum"):
            return each["enum"][0]
    found = next((each for each in alternatives if "type" in each or "properties" in each), {})
    kinds = found.get("type", "object" if "properties" in found else "string")
    kind = next((k for k in kinds if k != "null"), "null") if isinstance(kinds, list) else kinds
    match kind:
        case "object":
            inside = found.get("properties", {})
            value = {name: minimal(inside.get(name), root) for name in found.get("required", ())}
            if value.get("type") == "doc" and value.get("content") == []:
                # Atlassian's document format; one without a word is refused where text is asked.
                text = {"type": "text", "text": SLOT}
                value["content"] = [{"type": "paragraph", "content": [text]}]
            return value
        case "array":
            return [minimal(found.get("items"), root) for _ in range(found.get("minItems", 0))]
        case "integer" | "number":
            return found.get("minimum", 1)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return {"date": "2026-01-31", "date-time": "2026-01-31T09:00:00Z"}.get(
                found.get("format", ""), SLOT
            )


def optional(root: Mapping[str, Any]) -> Iterator[Path]:
    """Paths of arguments that need not be there: of the request and of the objects in it."""
    for name, schema in resolved(root, root).get("properties", {}).items():
        if name not in root.get("required", ()):
            yield (name,)
        for each in variants(schema, root):
            for inner in each.get("properties", {}):
                if inner not in each.get("required", ()):
                    yield name, inner


def with_optional(args: Any, path: Path, root: Mapping[str, Any]) -> Any:
    """The arguments with an optional one besides, a list with one item."""
    schema: Any = root
    for step in path:
        inside = [each for each in variants(schema, root) if step in each.get("properties", {})]
        schema = inside[0]["properties"][step]
    value = minimal(schema, root)
    items = next((each["items"] for each in variants(schema, root) if "items" in each), None)
    if value == [] and items is not None:
        value = [minimal(items, root)]
    return put(args, path, value)
