"""How an operation is called: its arguments with a slot for each value that a task chooses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, islice, product
from typing import Any, Literal

from rewardlang import model
from rewardlang.derive.ground import Ground, Outcome, Row
from rewardlang.derive.links import links, tables_of
from rewardlang.derive.typed import Read, member, read
from rewardlang.derive.values import pool, scalar_schema, shape
from rewardlang.derive.words import identifier, noun, singular, words_of
from rewardlang.frozen import frozen
from rewardlang.judge.leaves import at, resolved, variants

Path = tuple[str | int, ...]
Style = Literal["key", "text", "exact", "document", "storage"]
"""How a value is compared: as a key, leniently as a text, exactly, by the text of a document."""

_ROWS = 40
"""Rows of a table that are tried, all over it."""
_KEPT = 16
"""Rows and values that a task draws from."""
_CASES = 48
"""Combinations of rows that are tried."""
_EXTRAS = 8
"""Optional arguments that are tried, up to three at a time."""
_GLANCE = 8
"""Combinations after which arguments that were never accepted are given up."""
_DEPTH = 5
_IDS = ("10013",)
_LABELS = ("name", "title", "summary", "displayName", "label", "subject", "key", "username")
_PAGING = {
    "startAt", "maxResults", "limit", "cursor", "expand", "pageToken", "nextPageToken", "start",
    "offset", "fields", "properties", "page", "size", "pageSize", "nextToken", "sort", "orderBy",
    "bodyFormat", "body-format", "after", "before",
}  # fmt: skip
_ALIASES = {"account": "user", "assignee": "user", "author": "user", "owner": "user"}


@frozen
class Slot:
    """A value in a request.

    Attributes:
        path: Where it goes.
        name: Its parameter.
        values: What it may be.
        table: The table whose key it is, if any.
        parent: Of what follows from another slot's row: that slot and the path in its row.
        style: How the reward compares it.
        number: Whether the text of a key is sent as a number.
        in_path: Whether it is part of the address.
        plus: What is added to the field of a parent's row.
        reads: How an expression reads the value from the parent's row: `.version.number`.
        tied: Whether it goes with some rows and not with others, such as a move of a workflow.
    """

    path: Path
    name: str
    values: tuple[Any, ...]
    table: str | None = None
    parent: tuple[str, tuple[str, ...]] | None = None
    style: Style = "exact"
    number: bool = False
    in_path: bool = False
    plus: int = 0
    tied: bool = False
    reads: str = ""

    @property
    def row(self) -> str:
        """The let that holds the row."""
        return f"the_{self.name}"

    @property
    def cased(self) -> bool:
        """Whether its value is one of a case's, not free."""
        return (self.table is not None or self.tied) and self.parent is None


@frozen
class Request:
    """Arguments with slots, and the combinations of their values that are accepted.

    Attributes:
        args: Plain data with `Slot` where a value goes.
        outcome: What the first combination came to.
        cases: Of slots that name rows: combinations that are accepted, each by slot.
        free: Whether every combination of the slots' values is accepted.
        actor: Who must call; "" for the first user.
    """

    operation: model.Operation
    args: Mapping[str, Any]
    slots: tuple[Slot, ...]
    outcome: Outcome
    cases: tuple[dict[str, Any], ...] = ()
    free: bool = True
    actor: str = ""

    def filled(self, ground: Ground, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments for chosen values."""
        made = _filled(self.args, ground, self.slots, chosen)
        assert isinstance(made, dict)
        return made

    @property
    def rows(self) -> list[Slot]:
        """The slots that name rows by their own choice."""
        return [slot for slot in self.slots if slot.cased]


def requests(ground: Ground, operation: model.Operation) -> Request | None:
    """A way to call an operation that succeeds; None when none was found."""
    skeletons = [*_skeletons(ground, operation), *_rowed(ground, operation)]
    best: Request | None = None
    for actor in ("", *ground.others):
        for args, slots in skeletons:
            found = _accepted(ground, operation, args, slots, actor)
            if found is None:
                continue
            best = best or found
            if not operation.effects or found.outcome.changes:
                return found
        if best is not None:
            break
    return best


def label_of(ground: Ground, table: str) -> tuple[str, ...] | None:
    """The field by which people name a row, when it tells the rows apart; () for the key."""
    rows = list(ground.rows[table].items())
    if not rows:
        return None
    key = ground.api.tables[table].key
    if all(human(value) for value, _ in rows):
        return ()
    paths: list[tuple[str, ...]] = [(name,) for name in _LABELS]
    paths += [(outer, name) for outer in ("fields",) for name in _LABELS]
    for path in paths:
        texts = [at(row, path) for _, row in rows]
        good = [text for text in texts if isinstance(text, str) and 0 < len(text) <= 80]
        if path == (key,) or 2 * len(set(good)) < len(rows) or len(good) < len(rows):
            continue
        return path
    return None


def human(key: str) -> bool:
    """Whether a key is what people call the row: `PAY-12`, `Done`; no number or code."""
    letters = sum(letter.isalpha() for letter in key)
    digits = sum(letter.isdigit() for letter in key)
    if any(letter in key for letter in ":/{}") or len(key) > 40:
        return False
    return letters >= 2 and digits <= 5 and (digits == 0 or "-" in key[1:6])


# ---- arguments ----


def _skeletons(
    ground: Ground, operation: model.Operation
) -> Iterator[tuple[dict[str, Any], tuple[Slot, ...]]]:
    """Arguments to try: the required ones, then with optional ones that say something."""
    made = _Making(ground, operation)
    root = operation.schema
    required = made.object(root, (), only_required=True)
    if required is None:
        return
    extras = list(islice(made.extras(), _EXTRAS))
    body = [p.name for p in operation.parameters if p.where == "body" and p.required]
    bare = operation.method == "DELETE" and not operation.schema.get("required")
    says_more = (operation.method in ("POST", "PUT", "PATCH") or bare) and not body and extras
    makes = any(effect.kind == "insert" for effect in operation.effects)
    if makes and not says_more and sum(s.parent is None for s in made.used(required)) <= 2:
        # One more thing to say of what is made: a name alone makes a thin task.
        for path, value in extras[:3]:
            args = _put(required, path, value)
            yield args, made.used(args)
    if not says_more:
        yield required, made.used(required)
    for size in (1, 2, 3):
        for chosen in combinations(extras, size):
            args = required
            for path, value in chosen:
                args = _put(args, path, value)
            yield args, made.used(args)
    if says_more:
        yield required, made.used(required)


def _rowed(
    ground: Ground, operation: model.Operation
) -> Iterator[tuple[dict[str, Any], tuple[Slot, ...]]]:
    """Arguments that all follow from one row: a property by its issue and its key."""
    tables = [table for table in reversed(tables_of(operation)) if ground.rows.get(table)]
    in_path = [p for p in operation.parameters if p.where == "path"]
    for table in tables if len(in_path) > 1 else ():
        if ground.api.tables[table].internal:
            continue
        made = _Making(ground, operation)
        main = Slot(("",), made.name(noun(table), ("",)), tuple(ground.rows[table]), table)
        for parameter in in_path:
            slot = made.of_row(main, (parameter.name,))
            if slot is None:
                break
            made.slots[parameter.name,] = slot
        else:
            required = made.object(operation.schema, (), only_required=True)
            if required is None:
                continue
            extras = list(islice(made.extras(), _EXTRAS)) if operation.effects else []
            for size in (0, 1, 2):
                for chosen in combinations(extras, size):
                    args = required
                    for path, value in chosen:
                        args = _put(args, path, value)
                    yield args, (main, *_slots(args))


def _put(args: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    # For mypy: the steps to an argument are names, those into lists come after it.
    step, *rest = path
    if not rest:
        return {**args, step: value}  # type: ignore[dict-item]
    inside = args.get(str(step))
    return {**args, step: _put(inside if isinstance(inside, dict) else {}, tuple(rest), value)}  # type: ignore[dict-item]


class _Making:
    """Makes the arguments of one operation."""

    def __init__(self, ground: Ground, operation: model.Operation) -> None:
        self.ground = ground
        self.operation = operation
        self.root = operation.schema
        self.links = links(operation)
        self.slots: dict[Path, Slot] = {}
        self.names: dict[str, Path] = {}
        self.in_path = {p.name for p in operation.parameters if p.where == "path"}

    def used(self, args: Any) -> tuple[Slot, ...]:
        """The slots in some arguments, those that follow from another's row last."""
        found = list(_slots(args))
        return tuple(_coupled(self.ground, found))

    def object(self, schema: Any, path: Path, only_required: bool) -> dict[str, Any] | None:
        made: dict[str, Any] = {}
        found = _merged(schema, self.root)
        names = [str(name) for name in found.get("required", ())]
        inside = found.get("properties", {})
        if not names and path and not only_required:
            names = [n for n in inside if n not in _PAGING][:2]
        for name in names:
            value = self.value(inside.get(name, {}), (*path, name))
            if value is None:
                return None
            made[name] = value
        return made

    def value(self, schema: Any, path: Path) -> Any:
        """An argument's value with slots in it; None when none is known."""
        if len(path) > _DEPTH:
            return None
        match shape(schema, self.root):
            case "document":
                text = self.slot(path, {"type": "string"}, style="document")
                content = [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]
                return {"type": "doc", "version": 1, "content": content}
            case "object":
                inside = _merged(schema, self.root)["properties"]
                others = _values_of(schema, self.root)
                if not inside and others is not None and path:
                    # Values by the ids of what they are for.
                    value = self.value(others, (*path, _IDS[0]))
                    return None if value is None else {_IDS[0]: value}
                if not inside and path and len(path) < 3:
                    # A value of any shape: something to be known by.
                    return {"note": self.slot((*path, "note"), {"type": "string"})}
                return self.object(schema, path, only_required=False)
            case "array":
                items: Any = next(
                    (each["items"] for each in variants(schema, self.root) if "items" in each), {}
                )
                item = self.value(items, (*path, 0))
                return None if item is None else [item]
            case _:
                return self.slot(path, scalar_schema(schema, self.root))

    def slot(self, path: Path, schema: Mapping[str, Any], style: Style | None = None) -> Any:
        """A value that the task chooses; what can only be one thing is that."""
        if path in self.slots:
            return self.slots[path]
        if "const" in schema:
            return schema["const"]
        special = self.special(path, schema)
        if special is not None:
            self.slots[path] = special
            return special
        table = self.table(path) if style is None and not schema.get("enum") else None
        if table is not None:
            name = self.name(noun(table), path)
            kinds = schema.get("type")
            number = kinds in ("integer", "number")
            in_path = len(path) == 1 and path[0] in self.in_path
            keys = tuple(self.ground.rows[table])
            slot = Slot(path, name, keys, table, None, "key", number, in_path)
        else:
            said = str(next(step for step in reversed(path) if isinstance(step, str)))
            values = pool(said, schema)
            if schema.get("format") == "storage" or _is_storage(schema):
                values, style = pool("x", {"type": "string", "format": "storage"}), "storage"
            if not values:
                return None
            if len(values) == 1:
                return values[0]
            texts = all(isinstance(value, str) for value in values)
            spaced = texts and any(" " in value for value in values) and not schema.get("enum")
            name = self.name(said, path)
            slot = Slot(
                path, name, tuple(values[:_KEPT]), style=style or ("text" if spaced else "exact")
            )
        self.slots[path] = slot
        return slot

    def of_row(self, main: Slot, path: Path) -> Slot | None:
        """An argument of the address that is a field of a row."""
        rows = list(self.ground.rows[main.table or ""].values())
        wanted = words_of(str(path[0]))
        short = [word for word in wanted if word not in noun(main.table or "").split()]
        linked = [link.table for link in self.links.get((str(path[0]),), ()) if link.column is None]
        key = self.ground.api.tables[main.table or ""].key
        ranked: list[tuple[int, str]] = []
        for column, value in rows[0].items():
            if isinstance(value, bool | list | dict) or value is None:
                continue
            said = words_of(column)
            refers = any(
                all(str(row.get(column)) in self.ground.rows.get(table, {}) for row in rows)
                for table in linked
                if table != main.table
            )
            itself = column == key and any(table == main.table for table in linked)
            if itself or refers:
                ranked.append((0, column))
            elif said == wanted:
                ranked.append((1, column))
            elif said == short:
                ranked.append((2, column))
            elif said[-1:] == wanted[-1:] and column != key:
                ranked.append((3, column))
        if not ranked:
            return None
        column = min(ranked)[1]
        inside: dict[str, Any] = dict(_merged(self.root, self.root)["properties"])
        kinds = scalar_schema(inside.get(str(path[0]), {}), self.root).get("type")
        number = kinds in ("integer", "number") and isinstance(rows[0].get(column), str)
        style: Style = "exact" if isinstance(rows[0].get(column), int) else "key"
        name = self.name(f"{main.name} {column}", path)
        reads = reading(self.ground, main.table or "", (column,))
        parent = (main.name, (column,))
        return Slot(path, name, (), None, parent, style, number, True, reads=reads)

    def special(self, path: Path, schema: Mapping[str, Any]) -> Slot | None:
        """A move of a workflow, a query of a search, or what repeats the row of the address."""
        words = tuple(str(step) for step in path if isinstance(step, str))
        name, last = self.name, words[-1]
        for link in self.links.get(words, ()):
            if link.table in self.ground.api.workflows:
                moves = self.ground.api.workflows[link.table].moves
                every = {m.id: None for w in self.ground.api.workflows.values() for m in w.moves}
                assert moves
                return Slot(path, name("move", path), tuple(every), style="key", tied=True)
        if last in self.ground.api.searches:
            queries = tuple(_queries(self.ground, last))
            return Slot(path, name("search", path), queries, style="exact") if queries else None
        main = next((self.slots[p] for p in self.slots if self.slots[p].in_path), None)
        if main is None or main.table is None or path[0] in self.in_path:
            return None
        named = any(link.table != main.table for link in self.links.get(words, ()))
        if words == ("id",) and main.path != path and not named:
            key = self.ground.api.tables[main.table].key
            same = (main.name, (key,))
            reads = reading(self.ground, main.table, (key,))
            return Slot(
                path, name(f"same_{main.name}", path), (), main.table, same, "key", reads=reads
            )
        row = next(iter(self.ground.rows[main.table].values()), {})
        if len(words) > 1 and words[-1] in ("number", "version") and type(at(row, words)) is int:
            parent = (main.name, words)
            reads = reading(self.ground, main.table, words)
            return Slot(
                path, name(f"next_{last}", path), (), None, parent, "exact", plus=1, reads=reads
            )
        return None

    def table(self, path: Path) -> str | None:
        """The table whose key an argument is, by what the operation does with it or by its name."""
        words = tuple(str(step) for step in path if isinstance(step, str))
        shown = [name for name in self.ground.shown() if self.ground.rows[name]]
        if words[-1] in ("key", "name") and len(words) == 1 and words[0] not in self.in_path:
            made = {e.place.table for e in self.operation.effects if e.kind == "insert"}
            shown = [name for name in shown if name not in made]
        for link in self.links.get(words, ()):
            if link.table in shown and link.column in (
                None,
                (self.ground.api.tables[link.table].key,),
            ):
                return link.table
        for name in shown if len(words) > 1 else ():
            spec = self.ground.api.tables[name]
            if noun(name).replace(" ", "") == words[-2].lower() and words[-1] == spec.key:
                return name
        said = words_of(words[-1])
        if said[-1:] not in (["id"], ["key"], ["ids"], ["keys"]) and "id" not in said:
            return None
        stem = [word for word in said if word not in ("id", "key", "or", "name", "ids", "keys")]
        if not stem:
            stem = self.segment(words[-1])
        stem = [_ALIASES.get(word, word) for word in stem]
        wanted = " ".join(stem)
        return next((name for name in shown if stem and noun(name) == wanted), None)

    def segment(self, name: str) -> list[str]:
        """What stands before `{id}` in the path: `issue link` of `/issueLinks/{id}`."""
        before = ""
        for part in self.operation.path.split("/"):
            if part == f"{{{name}}}":
                return [*words_of(before)[:-1], *(singular(w) for w in words_of(before)[-1:])]
            before = part
        return []

    def name(self, wanted: str, path: Path) -> str:
        """A parameter's name that no other slot has."""
        base = identifier(wanted)
        if base in _TAKEN:
            base = f"{base}_value"
        for number in range(1, 40):
            chosen = base if number == 1 else f"{base}_{number}"
            if self.names.setdefault(chosen, path) == path:
                return chosen
        return f"{base}_more"

    def extras(self) -> Iterator[tuple[Path, Any]]:
        """Optional arguments of the body that say something, the likelier first; then queries."""
        where = {p.name: p.where for p in self.operation.parameters}
        found = [
            (path, schema)
            for path, schema in self.leaves(self.root, ())
            if where.get(str(path[0])) == "body" or str(path[0]) not in _PAGING
        ]
        body = any(place == "body" for place in where.values())
        found = [each for each in found if not body or where.get(str(each[0][0])) == "body"]
        found.sort(key=lambda pair: (self.rank(pair[0]), len(pair[0])))
        for path, schema in found:
            value = self.value(schema, path)
            if value is not None and any(True for _ in _slots(value)):
                yield path, value

    def rank(self, path: Path) -> int:
        """How likely an optional argument is what matters: names of rows, then texts."""
        last = str(path[-1])
        linked = any(
            link.table in self.ground.rows for link in self.links.get(tuple(map(str, path)), ())
        )
        if len(path) > 1 and self.table(path) is not None and not linked:
            return 1
        if last in _LABELS and last != "key" and not linked:
            return 0 if path[0] != "update" else 4
        if linked:
            return 1 if last in ("key", "name", "accountId") or len(path) == 1 else 2
        return 1 if last in ("name", "description", "body", "text", "value") else 3

    def leaves(self, schema: Any, path: Path) -> Iterator[tuple[Path, Any]]:
        """Optional arguments: scalars, documents, and lists, at most three objects deep."""
        merged = _merged(schema, self.root)
        for name, inner in merged.get("properties", {}).items():
            at_ = (*path, name)
            if at_ in self.slots and self.slots[at_].parent is not None:
                continue
            required = not path and name in merged.get("required", ())
            if required and shape(inner, self.root) != "object":
                continue
            kind = shape(inner, self.root)
            if kind == "object" and len(at_) < 4:
                yield from self.leaves(inner, at_)
            elif kind != "any":
                yield at_, inner


_TAKEN = {
    "params", "expect", "initial", "final", "delta", "answer", "read", "found", "made", "now",
    "others", "said", "repeats", "value", "row", "and", "or", "not", "in", "is", "null", "if",
    "else", "true", "false", "matches", "once", "only", "every", "then", "after", "before", "any",
    "called", "never", "within", "between", "seq", "ask", "fact", "case", "args", "count", "calls",
    "first", "last", "best", "state", "actor", "index", "item", "text", "error", "op", "ok", "kind",
    "status", "response",
}  # fmt: skip


def _is_storage(schema: Mapping[str, Any]) -> bool:
    return "storage format" in str(schema.get("description", "")).lower()


def _merged(schema: Any, root: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of an object and what it requires, `allOf` joined, the first alternative."""
    found = resolved(schema, root)
    properties = dict(found.get("properties", {}))
    required = list(found.get("required", ()))
    parts = list(found.get("allOf", ()))
    for union in ("anyOf", "oneOf"):
        objects = [p for p in found.get(union, ()) if shape(p, root) == "object"]
        parts += objects[:1]
    for each in parts:
        inner = _merged(each, root)
        properties = {**inner["properties"], **properties}
        required += [name for name in inner["required"] if name not in required]
    return {"properties": properties, "required": required}


def _values_of(schema: Any, root: Mapping[str, Any]) -> Any:
    """The schema of the values of a map; None of what is none."""
    for each in variants(schema, root):
        if isinstance(each.get("additionalProperties"), dict) and each["additionalProperties"]:
            return each["additionalProperties"]
    return None


def _slots(value: Any) -> Iterator[Slot]:
    if isinstance(value, Slot):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _slots(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _slots(inner)


def reading(ground: Ground, table: str, path: Sequence[str]) -> str:
    """How a field is read from a row in an expression, where it must be there."""
    row = Read("", ground.api.tables[table].row.row, False)
    found = read(row, path, ground.api.types.expand)
    if found is None:
        return "".join(f"?{member(name)}" for name in path) + "!"
    return f"{found.text}!" if found.nullable else found.text


def _queries(ground: Ground, name: str) -> Iterator[str]:
    """Queries of a search by one field, each with a value that rows have."""
    search = ground.api.searches[name]
    rows = list(ground.rows[search.table].values())
    for each in search.fields:
        if each.kind == "choice":
            values = dict.fromkeys(
                str(at(row, each.paths[0]))
                for row in rows
                if isinstance(at(row, each.paths[0]), str)
            )
            if 1 < len(values) <= 12:
                yield from (f'{each.name} = "{value}"' for value in list(values)[:4])


def _coupled(ground: Ground, slots: list[Slot]) -> Iterator[Slot]:
    """Slots whose value is in the row of another one: an issue, by the comment that is meant."""
    tables = {slot.table: slot for slot in slots if slot.table is not None}
    parents: dict[str, Slot] = {}
    for reference in ground.api.references:
        child, *column = reference.path
        mine, other = tables.get(child), tables.get(reference.target)
        if mine is None or other is None or mine is other or "*" in column:
            continue
        if not (mine.in_path and other.in_path):
            continue
        if mine.name in parents and parents[mine.name].parent == (other.name, ()):
            continue
        reads = reading(ground, child, column)
        tied = replace(other, parent=(mine.name, tuple(column)), reads=reads)
        parents.setdefault(other.name, tied)
    yield from (slot for slot in slots if slot.name not in parents)
    yield from (parents[slot.name] for slot in slots if slot.name in parents)


# ---- values ----


def _filled(value: Any, ground: Ground, slots: Sequence[Slot], chosen: Mapping[str, Any]) -> Any:
    if isinstance(value, Slot):
        return value_of(ground, next(s for s in slots if s.path == value.path), slots, chosen)
    if isinstance(value, dict):
        return {name: _filled(inner, ground, slots, chosen) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, ground, slots, chosen) for inner in value]
    return value


def value_of(ground: Ground, slot: Slot, slots: Sequence[Slot], chosen: Mapping[str, Any]) -> Any:
    """What is sent for a slot."""
    value = chosen.get(slot.name)
    if slot.parent is not None:
        other = next(each for each in slots if each.name == slot.parent[0])
        row: Row = ground.rows[other.table or ""].get(chosen.get(other.name, ""), {})
        value = at(row, slot.parent[1])
        if slot.plus and isinstance(value, int):
            value += slot.plus
    if slot.number and isinstance(value, str):
        return int(value) if value.isdigit() and len(value) < 16 else value
    return value


def _accepted(
    ground: Ground,
    operation: model.Operation,
    args: dict[str, Any],
    slots: tuple[Slot, ...],
    actor: str,
) -> Request | None:
    """The request, its slots narrowed to rows with which it is accepted."""
    if any(not slot.values for slot in slots if slot.parent is None):
        return None
    values = {s.name: s.values[0] for s in slots if not s.cased and s.parent is None}
    cased = [slot for slot in slots if slot.cased]
    choices = [_spread(slot.values, _ROWS if len(cased) == 1 else 8) for slot in cased]
    good: list[tuple[int, dict[str, Any], Outcome]] = []
    for tried, picked in enumerate(product(*choices)):
        if (
            tried == _ROWS * 2
            or len(good) >= _CASES
            or (tried >= _GLANCE and not good and not cased)
        ):
            break
        case = dict(zip((slot.name for slot in cased), picked, strict=True))
        outcome = ground.call(
            operation.name, _filled(args, ground, slots, {**values, **case}), actor
        )
        if outcome is not None:
            good.append((len(outcome.changes) or 50, case, outcome))
    if not good:
        return None
    least = min(weight for weight, _, _ in good)
    # Those that touch least make the clearest tasks.
    kept = [each for each in good if each[0] == least]
    kept = kept if len(kept) >= min(3, len(good)) or least < 50 else good
    cases = [case for _, case, _ in kept][:_KEPT]
    narrowed = {slot.name: tuple(dict.fromkeys(c[slot.name] for c in cases)) for slot in cased}
    slots = tuple(
        replace(slot, values=narrowed[slot.name]) if slot.name in narrowed else slot
        for slot in slots
    )
    free = _is_free(cases, cased)
    return Request(operation, args, slots, kept[0][2], tuple(cases), free, actor)


def _is_free(cases: list[dict[str, Any]], rows: list[Slot]) -> bool:
    """Whether every combination of the rows that were accepted is one of the cases."""
    count = 1
    for slot in rows:
        count *= len({case[slot.name] for case in cases})
    return len(rows) < 2 or count == len(cases)


def _spread(values: Sequence[Any], most: int) -> list[Any]:
    """Some of the values, all over them, in their order."""
    if len(values) <= most:
        return list(values)
    return [values[n * len(values) // most] for n in range(most)]
