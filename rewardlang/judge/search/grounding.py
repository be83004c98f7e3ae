"""Calls with arguments filled in: a few of each operation, the likeliest first."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from rewardlang import model
from rewardlang.frozen import frozen
from rewardlang.judge.search.expectations import Expected
from rewardlang.judge.search.queries import queries
from rewardlang.judge.search.relations import ITEM, Path, Relation, relations_of
from rewardlang.judge.search.space import Action
from rewardlang.judge.search.values import Values
from rewardlang_runtime.plan import Tool

_DEPTH = 6
_TEXTS = 8
"""Texts of the task that are tried in an argument about which nothing is known."""


@frozen
class Ground:
    """The calls of one operation.

    Attributes:
        left_out: How many calls, and values of arguments, the cap has cut off.
        keyed: Arguments that are keys of tables: (table, path).
        valid: Whether arguments satisfy the operation's schema.
    """

    calls: tuple[Action, ...]
    left_out: int
    keyed: tuple[tuple[str, Path], ...]
    valid: Callable[[Any], bool]

    def about(self, table: str, key: str) -> Action | None:
        """The likeliest call, about another row of a table."""
        for name, path in self.keyed:
            if name == table and self.calls:
                operation, args = self.calls[0]
                given = _with(args, path, key)
                if self.valid(given):
                    return operation, given
        return None


@frozen
class _Leaf:
    """One argument: its choices, the likeliest first; whether the reward names it."""

    path: Path
    choices: tuple[Any, ...]
    wanted: bool
    required: bool
    left_out: int


def ground(
    operation: model.Operation, tool: Tool, api: model.Api, values: Values, cap: int
) -> Ground:
    """Calls of an operation: with all that the reward names, with each choice of an argument in
    turn, with each way to look something up, and with nothing more than is required."""
    leaves = _leaves(operation, tool, api, values, cap)
    valid = tool.validator().is_valid
    found: dict[bytes, dict[str, Any]] = {}

    def add(args: dict[str, Any] | None) -> None:
        if args is not None:
            found.setdefault(orjson.dumps(args, option=orjson.OPT_SORT_KEYS), args)

    needed = [leaf for leaf in leaves if leaf.required]
    wanted = [leaf for leaf in leaves if leaf.wanted and not leaf.required]
    looked = [leaf for leaf in leaves if not leaf.wanted and not leaf.required]
    best = _filled(needed, _named_once(wanted), valid)
    add(best)
    tops = list(dict.fromkeys(leaf.path[0] for leaf in wanted))
    for top in tops if len(tops) > 1 else ():
        add(_filled(needed, [leaf for leaf in wanted if leaf.path[0] == top], valid))
    bare = _filled(needed, [], valid)
    for leaf in looked:
        if not wanted or not operation.writes:
            add(_filled(needed, [*_named_once(wanted), leaf], valid))
            add(_filled(needed, [leaf], valid))
    if not looked or bare != {}:
        add(bare)
    for leaf in [*needed, *wanted, *looked]:
        for choice in leaf.choices[1:]:
            base = best if leaf in needed or leaf in wanted else bare
            if base is not None:
                other = _with(base, leaf.path, choice)
                add(other if valid(other) else None)
    for leaf in wanted:
        add(_filled(needed, [each for each in wanted if each is not leaf], valid))
    for leaf in wanted:
        add(_filled(needed, [leaf], valid))
    add(bare)
    calls = [(operation.name, args) for args in found.values() if valid(args)]
    keyed = [
        (relation.table, leaf.path)
        for leaf in needed
        for path, relations in relations_of(operation).items()
        for relation in relations
        if relation.kind == "key" and _same(path, leaf.path)
    ]
    left_out = max(0, len(calls) - cap) + sum(leaf.left_out for leaf in leaves)
    return Ground(tuple(calls[:cap]), left_out, tuple(keyed), valid)


_NAMES = ("key", "name", "accountId", "id")
"""Fields by which one object is named, the ones that people use first."""


def _named_once(leaves: list[_Leaf]) -> list[_Leaf]:
    """Each object named by one of its names, not by its key and its id."""
    found: dict[Path, _Leaf] = {}
    for leaf in leaves:
        *above, last = leaf.path
        place = leaf.path if last not in _NAMES or not above else (*above, "")
        other = found.get(place)
        if other is None or _NAMES.index(last) < _NAMES.index(other.path[-1]):
            found[place] = leaf
    return list(found.values())


def _filled(needed: list[_Leaf], others: list[_Leaf], valid: Any) -> dict[str, Any] | None:
    """The first choice of every argument; one that the schema then refuses is left out."""
    args: dict[str, Any] = {}
    for leaf in needed:
        args = _with(args, leaf.path, leaf.choices[0])
    sound = valid(args)
    for leaf in others:
        more = _with(args, leaf.path, leaf.choices[0])
        if valid(more) or not sound:
            args, sound = more, valid(more)
    return args


def _with(args: Any, path: Path, value: Any) -> Any:
    """`args` with `value` at `path`; a list on the way gets one item."""
    if not path:
        return value
    name, *rest = path
    if name == ITEM:
        inner = args[0] if type(args) is list and args else None
        return [_with(inner, tuple(rest), value)]
    kept = args if type(args) is dict else {}
    return {**kept, name: _with(kept.get(name), tuple(rest), value)}


# ---- arguments and their choices ----


def _leaves(
    operation: model.Operation, tool: Tool, api: model.Api, values: Values, cap: int
) -> list[_Leaf]:
    root: Mapping[str, Any] = tool.operation.schema
    relations = relations_of(operation)
    found: list[_Leaf] = []
    for path, schema, required in _schemas(root, root, (), True, 0):
        accepts = _checker(schema, root)
        named = [e for e in values.expected if e.kind == "args" and e.of in (operation.name, None)]
        exact = [e for e in named if _same(e.path, path)]
        if _shape(schema) == "object" and not exact and not _is_document(schema):
            continue
        choices: dict[bytes, Any] = {}
        wanted = False
        for value in _fitting(exact, accepts):
            choices.setdefault(orjson.dumps(value), value)
            wanted = True
        for relation in [r for p, rs in relations.items() if _same(p, path) for r in rs]:
            for value in _related(relation, api, values):
                for fit in _forms(value, "plain", accepts):
                    choices.setdefault(orjson.dumps(fit), fit)
        rows = [e for e in values.expected if e.kind == "row" and _ends(path, e.path)]
        for value in _fitting(rows, accepts) if operation.writes else ():
            wanted = True
            choices.setdefault(orjson.dumps(value), value)
        parts = [e for e in (*exact, *(rows if operation.writes else ())) if e.part]
        for value in _fitting(_all_in_one(parts), accepts):
            choices.setdefault(orjson.dumps(value), value)
        if len(path) == 1 and path[0] in values.known:
            for fit in _forms(values.known[path[0]], "plain", accepts):
                choices.setdefault(orjson.dumps(fit), fit)
        if not choices:
            for value in _of_schema(schema, values, required):
                if accepts(value):
                    choices.setdefault(orjson.dumps(value), value)
        if choices:
            chosen = tuple(choices.values())[:cap]
            found.append(_Leaf(path, chosen, wanted, required, len(choices) - len(chosen)))
    return [leaf for leaf in found if not _covered(leaf, found)]


def _covered(leaf: _Leaf, leaves: list[_Leaf]) -> bool:
    """Whether another leaf gives the whole object that this one is a part of."""
    return any(
        len(other.path) < len(leaf.path) and leaf.path[: len(other.path)] == other.path
        for other in leaves
    )


def _same(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same argument; a list stands for its items, too."""
    return one == other or (*one, ITEM) == other or (*other, ITEM) == one


def _ends(path: Path, row: Path) -> bool:
    """Whether an argument is called as the field of a row."""
    names = [name for name in path if name != ITEM]
    fields = [name for name in row if name != ITEM]
    if not names or not fields:
        return False
    length = min(len(names), len(fields))
    return names[-length:] == fields[-length:] or (
        length > 1 and names[-1:] == fields == fields[-1:]
    )


def _schemas(
    schema: Any, root: Mapping[str, Any], path: Path, required: bool, depth: int
) -> Iterator[tuple[Path, Mapping[str, Any], bool]]:
    """Every argument with its schema; `required` when it must be there."""
    schema = _resolved(schema, root)
    if not isinstance(schema, Mapping) or depth > _DEPTH:
        return
    for union in ("anyOf", "oneOf"):
        if union in schema and "properties" not in schema:
            for each in schema[union][:2]:
                yield from _schemas(each, root, path, required, depth + 1)
            return
    if path:
        yield path, schema, required
        if _is_document(schema):
            return
    for name, child in schema.get("properties", {}).items():
        inner = required and name in schema.get("required", ())
        yield from _schemas(child, root, (*path, name), inner, depth + 1)
    items = _resolved(schema.get("items"), root)
    if isinstance(items, Mapping) and _shape(items) == "object":
        yield from _schemas(items, root, (*path, ITEM), False, depth + 1)


def _resolved(schema: Any, root: Mapping[str, Any]) -> Any:
    while isinstance(schema, Mapping) and "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].lstrip("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        extra = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**target, **extra}
    return schema


def _shape(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    return kind[0] if isinstance(kind, list) else str(kind)


def _is_document(schema: Mapping[str, Any]) -> bool:
    """Whether a schema is that of a document in Atlassian Document Format."""
    kind = schema.get("properties", {}).get("type", {})
    return isinstance(kind, Mapping) and kind.get("const") == "doc"


def _checker(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    import jsonschema_rs

    whole = {**schema, "$defs": root.get("$defs", {})}
    return jsonschema_rs.Draft202012Validator(whole).is_valid


# ---- values in the form that an argument takes ----


def _all_in_one(parts: list[Expected]) -> list[Expected]:
    """One text in which all of several are that may stand beside others."""
    texts = dict.fromkeys(e.value for e in parts if type(e.value) is str)
    return [replace(parts[0], value="; ".join(texts))] if len(texts) > 1 else []


def _fitting(expected: list[Expected], accepts: Any) -> Iterator[Any]:
    for each in expected:
        yield from _forms(each.value, each.form, accepts)


def _forms(value: Any, form: str, accepts: Any) -> Iterator[Any]:
    """`value` as the argument takes it: as it is, alone in a list, as a document, as a page."""
    tried: list[Any] = []
    if form == "headings":
        titles = value if type(value) is list else [value]
        tried.append("".join(f"<h2>{html.escape(str(title))}</h2>" for title in titles))
    elif form == "storage":
        tried.append(f"<p>{html.escape(str(value))}</p>")
    elif type(value) is str and form in ("document", "plain"):
        tried.append(_document(value))
    if form in ("plain", "document"):
        tried.insert(0 if form == "plain" else 1, value)
    if type(value) is str and value.isdigit():
        tried.append(int(value))
    tried.append([value])
    if type(value) is list and value:
        tried.append(value[0])
    for one in tried:
        if accepts(one):
            yield one
            return


def _document(text: str) -> dict[str, Any]:
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}


def _related(relation: Relation, api: model.Api, values: Values) -> Iterator[Any]:
    """The values that a relation ties an argument to; those of the task first."""
    if relation.kind == "move":
        moves = api.workflows[relation.name].moves
        told = [move for move in moves if move.target in values.texts]
        for move in (*told, *moves):
            yield move.id
    elif relation.kind == "query":
        yield from queries(api.searches[relation.name], values)
    else:
        rows = values.rows.get(relation.table, ())
        path = relation.path or (api.tables[relation.table].key,)
        for row in rows:
            yield from _at(row, path)


def _at(value: Any, path: Path) -> Iterator[Any]:
    if type(value) is list:
        for item in value:
            yield from _at(item, path)
    elif not path:
        if value is not None:
            yield value
    elif type(value) is dict and path[0] in value:
        yield from _at(value[path[0]], path[1:])


def _of_schema(schema: Mapping[str, Any], values: Values, required: bool) -> Iterator[Any]:
    """Values that the schema itself names; for what is required also texts of the task."""
    if "const" in schema:
        yield schema["const"]
    default = schema.get("default")
    shape = _shape(schema)
    named = schema.get("enum", (True, False) if shape == "boolean" else ())
    others = [value for value in named if value != default]
    yield from others if required else others[:1]
    if not required:
        return
    if shape in ("integer", "number"):
        low = max(1, schema.get("minimum", 1))
        yield from (low, low + 1)
    elif shape == "array":
        yield []
    elif _is_document(schema):
        yield _document("text")
    elif shape == "object":
        yield {}
    elif shape == "string":
        yield from values.texts[:_TEXTS]
        yield "text"
