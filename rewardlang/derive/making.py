"""Arguments of an operation, made by its schema: a slot wherever a task chooses the value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from rewardlang import model
from rewardlang.derive.ground import Ground
from rewardlang.derive.heeded import heeded
from rewardlang.derive.refers import Refers
from rewardlang.derive.request import Path, Slot, Style, coupled, reading, slots_in
from rewardlang.derive.schemas import is_storage, kinds_of, merged, scalar_schema, shape, values_of
from rewardlang.derive.typed import Read, place
from rewardlang.derive.values import fitting, named, pool
from rewardlang.derive.words import identifier, noun, words_of
from rewardlang.derive.worth import PAGING, WRAPPERS, described_by, worth
from rewardlang.judge.leaves import at, variants

_KEPT = 16
"""Values that a task draws from."""
_DEPTH = 5
_HOPS = 2
_ID = "10013"
_TAKEN = {
    "params", "expect", "initial", "final", "delta", "answer", "read", "found", "made", "now",
    "others", "said", "repeats", "value", "row", "and", "or", "not", "in", "is", "null", "if",
    "else", "true", "false", "matches", "once", "only", "every", "then", "after", "before", "any",
    "called", "never", "within", "between", "seq", "ask", "fact", "case", "args", "count", "calls",
    "first", "last", "best", "state", "actor", "index", "item", "text", "error", "op", "ok", "kind",
    "status", "response",
}  # fmt: skip


class Making:
    """Makes the arguments of one operation."""

    def __init__(self, ground: Ground, operation: model.Operation) -> None:
        self.ground = ground
        self.operation = operation
        self.root = operation.schema
        self.arguments = Read("args", operation.args_type, False)
        self.refers = Refers(ground, operation)
        self.read = heeded(operation)
        self.slots: dict[Path, Slot] = {}
        self.fixed: set[Path] = set()
        self.names: dict[str, Path] = {}

    def used(self, args: Any) -> tuple[Slot, ...]:
        """The slots in some arguments, those that follow from another's row last."""
        found = list(slots_in(args))
        return tuple(coupled(self.ground, self.apart(found)))

    def apart(self, slots: list[Slot]) -> list[Slot]:
        """The slots, those with the same values drawing from parts, so that no two are alike."""
        alike: dict[tuple[Any, ...], list[Path]] = {}
        for slot in slots:
            if slot.table is None and slot.parent is None and slot.path not in self.fixed:
                alike.setdefault(slot.values, []).append(slot.path)
        return [
            replace(slot, values=slot.values[same.index(slot.path) :: len(same)])
            if slot.path in (same := alike.get(slot.values, []))
            and 1 < len(same) <= len(slot.values) // 2
            else slot
            for slot in slots
        ]

    def object(self, schema: Any, path: Path, only_required: bool) -> dict[str, Any] | None:
        """An object with what it requires; None when a value of that is not known."""
        made: dict[str, Any] = {}
        found = merged(schema, self.root)
        names = [str(name) for name in found.get("required", ())]
        inside = found.get("properties", {})
        if not names and path and not only_required:
            names = self.chosen(inside, path)
        needed = bool(found["required"]) or only_required
        for name in names:
            value = self.value(inside.get(name, {}), (*path, name))
            if value is None and needed:
                return None
            if value is not None:
                made[name] = value
        return made if made or needed or not names else None

    def chosen(self, inside: Mapping[str, Any], path: Path) -> list[str]:
        """What is said of an object that requires nothing: what it is known by, else two things."""
        known_by = self.identified(inside, path)
        if known_by is not None:
            return [known_by]
        follows = [n for n, part in inside.items() if self.special((*path, n), part) is not None]
        ranked = [
            (rank, name)
            for name, part in inside.items()
            if name not in PAGING - WRAPPERS
            and (rank := self._first((*path, name), part)) is not None
        ]
        ranked.sort(key=lambda pair: pair[0])
        # A file's name says all of it.
        good = [name for rank, name in ranked if rank <= ranked[0][0] + 3 or ranked[0][0] < 0]
        good = good[:1] if ranked and ranked[0][0] < 0 else good
        return follows or good[:2] or [n for n in inside if n not in PAGING][:2]

    def _first(self, path: Path, schema: Any) -> int | None:
        """The worth of an argument, of an object that of the best in it."""
        if shape(schema, self.root) != "object":
            return self.worth(path, schema)
        inside = merged(schema, self.root)["properties"]
        ranks = [self.worth((*path, name), part) for name, part in inside.items()]
        return min((rank for rank in ranks if rank is not None), default=None)

    def identified(self, inside: Mapping[str, Any], path: Path) -> str | None:
        """By what an object names a row of its own kind; None of an object that does not."""
        names = [n for n in ("id", "key", "accountId", "name") if n in inside]
        if not names or names == ["name"] or len(inside) < 2 or isinstance(path[-1], int):
            return None
        schemas = {n: scalar_schema(inside[n], self.root) for n in names}
        for name in names:
            if self.refers.table((*path, name), schemas[name]) is not None:
                return name
        named = [n for n in ("name", "key", "id", "accountId") if n in names]
        known = (n for n in named if self.refers.column((*path, n), schemas[n]))
        return next(known, named[0])

    def worth(self, path: Path, schema: Any, checked: bool = True) -> int | None:
        """How early an argument is thought of; None of what nobody gives.

        Args:
            checked: Whether it must make a difference to what the operation does.
        """
        return worth(self.refers, path, schema, self.root, self.read if checked else None)

    def value(self, schema: Any, path: Path) -> Any:
        """An argument's value with slots in it; None when none is known."""
        if len(path) > _DEPTH:
            return None
        match shape(schema, self.root):
            case "document":
                text = self.slot(path, {"type": "string"}, style="document")
                if text is None:
                    return None
                content = [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]
                return {"type": "doc", "version": 1, "content": content}
            case "represented":
                inside = merged(schema, self.root)["properties"]
                formats = scalar_schema(inside["representation"], self.root).get("enum", ())
                chosen = "storage" if "storage" in formats else next(iter(formats), "")
                form: Style | None = "storage" if chosen == "storage" else None
                text = self.slot((*path, "value"), {"type": "string"}, style=form)
                if text is None:
                    return None
                return {**({"representation": chosen} if chosen else {}), "value": text}
            case "object":
                inside = merged(schema, self.root)["properties"]
                others = values_of(schema, self.root)
                if not inside and others is not None and path:
                    # Values by the ids of what they are for.
                    key = self.refers.key_of(path, described_by(schema, self.root)) or _ID
                    value = self.value(others, (*path, key))
                    return None if value is None else {key: value}
                if not inside and path and len(path) < 3:
                    # A value of any shape: something to be known by.
                    note = self.slot((*path, "note"), {"type": "string"})
                    return None if note is None else {"note": note}
                return self.object(schema, path, only_required=False)
            case "array":
                items: Any = next(
                    (each["items"] for each in variants(schema, self.root) if "items" in each), {}
                )
                said = described_by(schema, self.root)
                if said and shape(items, self.root) == "scalar":
                    items = {"allOf": [items], "description": said}
                item = self.value(items, (*path, 0))
                return None if item is None else [item]
            case _:
                scalar = scalar_schema(schema, self.root)
                about = described_by(schema, self.root) or self.refers.passed(path)
                return self.slot(path, {**scalar, "description": about})

    def slot(self, path: Path, schema: Mapping[str, Any], style: Style | None = None) -> Any:
        """A value that the task chooses; what can only be one thing is that."""
        if path in self.slots:
            return self.slots[path]
        if "const" in schema:
            return schema["const"]
        if place(self.arguments, path, self.ground.api.types.expand) is None:
            return None  # no expression could say whether it was given
        special = self.special(path, schema)
        if special is not None:
            self.slots[path] = special
            return special
        few = bool(schema.get("enum"))
        table = None
        if style is None:
            look = self.refers.looked_up if few else self.refers.table
            table = look(path, schema)
        if table is not None:
            slot: Slot | None = self._of_table(path, schema, table)
        else:
            slot = self._of_values(path, schema, style)
        if slot is None or (slot.table is None and len(slot.values) == 1):
            return slot.values[0] if slot is not None else None
        self.slots[path] = slot
        return slot

    def _of_table(self, path: Path, schema: Mapping[str, Any], table: str) -> Slot:
        """The key of a row."""
        number = schema.get("type") in ("integer", "number")
        in_path = len(path) == 1 and path[0] in self.refers.in_path
        keys = tuple(
            key
            for key in self.ground.rows[table]
            if key in schema.get("enum", self.ground.rows[table])
        )
        return Slot(path, self.name(noun(table), path), keys, table, None, "key", number, in_path)

    def _of_values(self, path: Path, schema: Mapping[str, Any], style: Style | None) -> Slot | None:
        """A value that rows have, or one that is made up."""
        said = str(next(step for step in reversed(path) if isinstance(step, str)))
        free = style is None and not schema.get("enum")
        formatted = schema.get("format") not in (None, "int32", "int64")
        # What may be made by being set is new, and so is its key.
        new = bool(self.refers.made) and path[0] in self.refers.in_path
        column = fitting(self.refers.column(path, schema), schema) if free and not new else []
        alike = free and not new and not column and not (formatted or named(said, schema))
        kinds = fitting(self.refers.kinds(path), schema) if alike else []
        about = "" if column or kinds or formatted else self.refers.called(path, schema)
        if said == "key" and "property" in words_of(self.operation.name):
            about = "property key"
        values = pool(about or said, schema, column or kinds)
        if style == "storage" or schema.get("format") == "storage" or is_storage(schema):
            values, style = pool("x", {"type": "string", "format": "storage"}), "storage"
        if not values:
            return None
        texts = all(isinstance(value, str) for value in values)
        spaced = texts and any(" " in value for value in values) and not schema.get("enum")
        if schema.get("enum") or "boolean" in kinds_of(schema):
            self.fixed.add(path)
        checked = bool(self.operation.effects) and not self.refers.made
        return Slot(
            path,
            self.name(said, path) if len(values) > 1 else said,
            tuple(values[:_KEPT]),
            style=style or ("text" if spaced else "exact"),
            known=not self.operation.opaque and bool(column or (kinds and checked)),
            thing=self.refers.thing(path, schema) if free else "",
        )

    def of_row(self, main: Slot, path: Path) -> Slot | None:
        """An argument of the address that is a field of a row."""
        rows = list(self.ground.rows[main.table or ""].values())
        wanted = words_of(str(path[0]))
        short = [word for word in wanted if word not in noun(main.table or "").split()]
        links = self.refers.links.get((str(path[0]),), ())
        linked = [link.table for link in links if link.column is None]
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
            elif said[-1:] == wanted[-1:] and column != key and not linked:
                ranked.append((3, column))
        if not ranked:
            return None
        column = min(ranked)[1]
        inside: dict[str, Any] = dict(merged(self.root, self.root)["properties"])
        kinds = scalar_schema(inside.get(str(path[0]), {}), self.root).get("type")
        number = kinds in ("integer", "number") and isinstance(rows[0].get(column), str)
        style: Style = "exact" if isinstance(rows[0].get(column), int) else "key"
        name = self.name(f"{main.name} {column}", path)
        reads = reading(self.ground, main.table or "", (column,))
        parent = (main.name, (column,))
        return Slot(path, name, (), None, parent, style, number, True, reads=reads)

    def hops(self, main: Slot) -> Iterator[Slot]:
        """Rows that a row belongs to, and those that these belong to."""
        last = [main]
        for _ in range(_HOPS):
            found = [hop for slot in last for hop in self._above(slot)]
            yield from found
            last = found

    def _above(self, slot: Slot) -> Iterator[Slot]:
        for reference in self.ground.api.references:
            table, *column = reference.path
            if table != slot.table or reference.target == table or len(column) != 1:
                continue
            held = [row.get(column[0]) for row in self.ground.rows[table].values()]
            there = self.ground.rows[reference.target]
            if all(isinstance(key, str) and key in there for key in held):
                name = self.name(f"{slot.name} {noun(reference.target)}", ("", reference.target))
                reads = reading(self.ground, table, column)
                parent = (slot.name, tuple(column))
                yield Slot(("",), name, (), reference.target, parent, "key", reads=reads)

    def special(self, path: Path, schema: Mapping[str, Any]) -> Slot | None:
        """A move of a workflow, a query of a search, or what repeats the row of the address."""
        words = tuple(str(step) for step in path if isinstance(step, str))
        name, last = self.name, words[-1]
        for link in self.refers.links.get(words, ()):
            if link.table in self.ground.api.workflows:
                moves = self.ground.api.workflows[link.table].moves
                every = {m.id: None for w in self.ground.api.workflows.values() for m in w.moves}
                assert moves
                return Slot(path, name("move", path), tuple(every), style="key", tied=True)
        if last in self.ground.api.searches:
            queries = tuple(_queries(self.ground, last))
            return Slot(path, name("search", path), queries, style="exact") if queries else None
        rows = [slot for slot in self.slots.values() if slot.in_path and slot.table is not None]
        main = rows[-1] if rows else None
        if main is None or main.table is None or path[0] in self.refers.in_path:
            return None
        named = any(link.table != main.table for link in self.refers.links.get(words, ()))
        if words == ("id",) and main.path != path and not named:
            key = self.ground.api.tables[main.table].key
            same = (main.name, (key,))
            reads = reading(self.ground, main.table, (key,))
            number = bool({"integer", "number"} & set(kinds_of(schema)))
            called = name(f"same_{main.name}", path)
            return Slot(path, called, (), main.table, same, "key", number, reads=reads)
        row = next(iter(self.ground.rows[main.table].values()), {})
        if len(words) > 1 and words[-1] in ("number", "version") and type(at(row, words)) is int:
            parent = (main.name, words)
            reads = reading(self.ground, main.table, words)
            return Slot(
                path, name(f"next_{last}", path), (), None, parent, "exact", plus=1, reads=reads
            )
        return None

    def name(self, wanted: str, path: Path) -> str:
        """A parameter's name that no other slot has."""
        base = identifier(wanted)
        if base in _TAKEN or base == self.ground.api.name:
            base = f"{base}_value"
        for number in range(1, 40):
            chosen = base if number == 1 else f"{base}_{number}"
            if self.names.setdefault(chosen, path) == path:
                return chosen
        return f"{base}_more"


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
