"""The paths of a document as resources: which collections there are, and what their rows are.

A collection `/x` with items `/x/{id}` is a table, and so is a list that no table has. A path that
answers with one object and has no items is a table too: of one row, or of one row for each row of
the table under which it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rewardlang.importer.names import (
    is_taken,
    plural,
    singular,
    snake,
    squeezed,
    unused,
    words,
)
from rewardlang.importer.searches import why_no_rows
from rewardlang.importer.shapes import Listing, Schema, Shapes
from rewardlang.openapi import Body, Document, Operation, Parameter

Path = tuple[str, ...]
"""A path in steps; a hole reads `{}`."""

HOLE = "{}"
_LINKS = ("_links", "self", "expand")
_SHAPING = ("expand", "fields", "propert", "start", "limit", "max", "include", "status", "return")
"""How query arguments begin that say how much of an object is wanted, not of which."""


@dataclass(slots=True)
class Table:
    """Rows of one kind, before it is known what operations do with them.

    Attributes:
        home: The path of the collection; of a single object, the path where it is.
        item: The schema of a row, as operations answer with it; None for one without an answer.
        brief: The schema of a row in lists, where it is another one.
        parent: The table under which it stands.
        scope: Holes of the path that lead to no table; rows have a field for each.
        single: One object, not a collection.
        key_field: The property by which a row is asked for; None: nothing in the row says it.
        also: Another property by which it is, as in `issueIdOrKey`.
        given: Callers choose the key; else the server makes it.
        listed: What may stand in holes of the path, where the document lists it, by name.
    """

    name: str
    one: str
    home: Path
    item: Schema
    brief: Schema | None = None
    parent: Table | None = None
    scope: tuple[str, ...] = ()
    single: bool = False
    key_field: str | None = None
    also: str | None = None
    given: bool = False
    listed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)

    @property
    def item_path(self) -> Path:
        """Where one row is."""
        return self.home if self.single else (*self.home, HOLE)


@dataclass(slots=True)
class Resources:
    """What the paths of a document are about."""

    shapes: Shapes
    prefix: str
    tables: list[Table]
    by_home: dict[Path, Table]
    by_schema: dict[str, list[Table]]
    apart: Mapping[str, str] = field(default_factory=dict)
    """Words that paths glue together, as names: `issuetypescheme` is `issue_type_scheme`."""
    searches: dict[Path, str] = field(default_factory=dict)
    """Paths whose lists are hits and no rows of their own, with the reason."""
    made_at: dict[Path, Table] = field(default_factory=dict)
    """Tables of which a POST makes a row away from their home: `/owners/{}/pets` of `/pets`."""

    def name(self, step: str) -> str:
        """A step of a path as a name."""
        return self.apart.get(step, snake(step))

    def steps(self, operation: Operation) -> Path:
        """The path of an operation, without the prefix and the names of its holes."""
        return steps_of(operation.path, self.prefix)

    def above(self, path: Path) -> Table | None:
        """The table of the nearest item that `path` goes through, or ends at."""
        for length in range(len(path), 0, -1):
            if path[length - 1] == HOLE:
                found = self.by_home.get(path[: length - 1])
                if found is not None and not found.single:
                    return found
        return None


def holes(operation: Operation) -> list[str]:
    """The names of the holes in an operation's path, in order."""
    return [s[1:-1] for s in operation.path.split("/") if s.startswith("{") and s.endswith("}")]


def steps_of(path: str, prefix: str = "") -> Path:
    """`/x/{id}/y` -> x, {}, y; `prefix` is left out where the path begins with it."""
    rest = path[len(prefix) :] if prefix and path.startswith(f"{prefix}/") else path
    return tuple(HOLE if "{" in step else step for step in rest.split("/") if step)


def prefix_of(operations: Iterable[Operation]) -> str:
    """What nearly all paths begin with: `/rest/api/3`."""
    paths = [operation.path.split("/")[1:] for operation in operations]
    found: list[str] = []
    while paths:
        level = len(found)
        firsts = Counter(p[level] for p in paths if len(p) > level + 1 and p[:level] == found)
        if not firsts:
            break
        step, number = firsts.most_common(1)[0]
        if "{" in step or number < 0.8 * len(paths) or (level == 0 and len(paths) < 2):
            break
        if not (step in ("rest", "api", "v1", "v2", "v3") or step.strip("v").isdigit()):
            break  # `/pets/{id}` of an API that has nothing but pets
        found.append(step)
    return "".join(f"/{step}" for step in found)


def answer(operation: Operation) -> Schema | None:
    """The schema of what a call that worked answers with."""
    good = operation.success
    if good is None or good.schema is None or not good.status.startswith("2"):
        return None
    if good.status == "204" or not set(good.schema) - {"description", "title", "examples"}:
        return None  # nothing is said of it
    if (
        good.content_type is not None
        and "json" not in good.content_type
        and good.content_type != "*/*"
    ):
        return None
    return good.schema


def has_fields(shapes: Shapes, body: Body) -> bool:
    """Whether a body is JSON, or a form whose fields are plain values."""
    if "json" in body.content_type or body.content_type == "*/*":
        return True
    parts = [shapes.flat(part) for part in shapes.fields(body.schema).values()]
    plain = all(
        shapes.kind(part) in ("string", "integer", "number", "boolean")
        and part.get("format") != "binary"
        for part in parts
    )
    return "form" in body.content_type and bool(parts) and plain


def find(document: Document) -> Resources:
    """The resources of a document; `keys.settle` says by what their rows are known."""
    shapes = Shapes(document.schemas)
    prefix = prefix_of(document.operations)
    found = Resources(shapes, prefix, [], {}, {}, _apart(document))
    by_path = by_paths(found, document)
    nouns = {singular(found.name(step)) for path in by_path for step in path if step != HOLE}
    for path, here in by_path.items():
        listed = _listing(shapes, here.get("GET"))
        if listed is not None and len(here) == 1 and (*path, HOLE) not in by_path:
            why = why_no_rows(shapes, path, listed.item, nouns)
            if why is not None:
                found.searches[path] = why
    _collections(found, by_path)
    _singles(found, by_path)
    for table in found.tables:
        _place(found, table)
    for path, here in by_path.items():
        made = _made_away(found, path, here)
        if made is not None:
            found.made_at[path] = made
    return found


def _made_away(found: Resources, path: Path, here: Mapping[str, Operation]) -> Table | None:
    """The table at the root of which a POST under a row of another makes a row."""
    owner = found.above(path)
    if path in found.by_home or path[-1:] == (HOLE,) or owner is None or "POST" not in here:
        return None
    item = _one(found.shapes, here["POST"])
    known = found.shapes.name(item) if item is not None else None
    tables = [t for t in found.by_schema.get(known or "", []) if t.home[-1:] == path[-1:]]
    if len(tables) != 1 or tables[0] is owner or HOLE in tables[0].home:
        return None
    return None if tables[0].single or owner.item_path != path[:-1] else tables[0]


def by_paths(found: Resources, document: Document) -> dict[Path, dict[str, Operation]]:
    """The operations of a document by path and method."""
    made: dict[Path, dict[str, Operation]] = {}
    for operation in document.operations:
        made.setdefault(found.steps(operation), {})[operation.method] = operation
    return made


def _apart(document: Document) -> dict[str, str]:
    """Steps of paths that are several words of the other names, without a mark between."""
    steps = {step for operation in document.operations for step in operation.path.split("/")}
    glued = {step for step in steps if step.isalpha() and step.islower()}
    alone: set[str] = set()
    runs: dict[str, Counter[str]] = {}
    for name in (*document.schemas, *(operation.id for operation in document.operations)):
        said = words(name)
        alone.update(said)
        for start in range(len(said)):
            for end in range(start + 2, min(start + _LONGEST, len(said)) + 1):
                run = said[start:end]
                for last in {run[-1], plural(run[-1])}:
                    made = [*run[:-1], last]
                    if "".join(made) in glued:
                        runs.setdefault("".join(made), Counter())["_".join(made)] += 1
    return {step: found.most_common(1)[0][0] for step, found in runs.items() if step not in alone}


_LONGEST = 5
"""Words that are looked for in one step."""


# ---- collections ----


def _collections(found: Resources, by_path: Mapping[Path, Mapping[str, Operation]]) -> None:
    homes = {path[:-1]: 1 for path in by_path if path[-1:] == (HOLE,) and len(path) > 1}
    homes.update({path: 1 for path in by_path if path[-1:] != (HOLE,) and path})
    # Those with items first: a list of the same rows elsewhere is a view of them.
    ordered = sorted(homes, key=lambda path: ((*path, HOLE) not in by_path, len(path)))
    for path in ordered:
        _collection(found, path, by_path.get(path, {}), by_path.get((*path, HOLE), {}))


def _collection(
    found: Resources,
    path: Path,
    here: Mapping[str, Operation],
    below: Mapping[str, Operation],
) -> None:
    """Enter the table at `path`, if there is one."""
    shapes = found.shapes
    if path in found.searches:
        return
    read = _one(shapes, below.get("GET"))
    listed = _listing(shapes, here.get("GET"))
    if read is None and listed is None and not _keeps(shapes, here, below):
        return
    if not below and listed is not None and view_of(found, path, listed.item) is not None:
        return
    made = _one(shapes, here.get("POST"))
    item = read or (listed.item if listed else None) or made
    if item is None:
        return
    brief = listed.item if listed is not None else None
    if brief is item or (brief is not None and brief == item):
        brief = None
    name = _table_name(found, path)
    table = Table(name, singular(name), path, item, brief)
    found.tables.append(table)
    found.by_home[path] = table
    for schema in (item, brief):
        known = shapes.name(schema) if schema is not None else None
        if known is not None and (below or HOLE not in path):
            same = found.by_schema.setdefault(known, [])
            if table not in same and (below or not same):
                same.append(table)


def _one(shapes: Shapes, operation: Operation | None) -> Schema | None:
    """What an operation answers with, when that is one object with properties."""
    schema = answer(operation) if operation is not None else None
    if schema is None or shapes.kind(schema) != "object" or not shapes.fields(schema):
        return None
    return None if shapes.listing(schema) is not None else schema


def _listing(shapes: Shapes, operation: Operation | None) -> Listing | None:
    return shapes.listing(answer(operation)) if operation is not None else None


def _keeps(shapes: Shapes, here: Mapping[str, Operation], below: Mapping[str, Operation]) -> bool:
    """Whether rows are made here that an answer shows, although none can be read."""
    changed = [below.get(method) for method in ("PUT", "PATCH", "DELETE")]
    return any(changed) and _one(shapes, here.get("POST")) is not None


def view_of(found: Resources, path: Path, item: Schema) -> Table | None:
    """The table whose rows a list without items of its own shows."""
    before = found.by_home.get(path[:-1])
    if before is not None and not before.single and HOLE not in path and _like(found, before, item):
        return before  # `/x/search` beside `/x`
    known = found.shapes.name(item)
    tables = found.by_schema.get(known, []) if known is not None else []
    if len(tables) == 1:
        return tables[0]
    same = [t for t in tables if t.home[-1] in (path[-1], plural(path[-1]), singular(path[-1]))]
    if len(same) == 1:
        return same[0]
    return None if tables else namesake(found, path, item)


def namesake(found: Resources, path: Path, item: Schema) -> Table | None:
    """A table at the root that is called as `path` ends, and has rows much like `item`."""
    table = found.by_home.get(path[-1:])
    if table is None or table.single or len(path) == 1:
        return None
    return table if _like(found, table, item) else None


def _like(found: Resources, table: Table, item: Schema) -> bool:
    """Whether most properties of `item` are those of a table's rows."""
    mine = [name for name in found.shapes.fields(item) if name not in _LINKS]
    rows = [found.shapes.fields(s) for s in (table.item, table.brief) if s is not None]
    return any(2 * sum(name in theirs for name in mine) > len(mine) for theirs in rows)


# ---- single objects ----


def _singles(found: Resources, by_path: Mapping[Path, Mapping[str, Operation]]) -> None:
    shapes = found.shapes
    for path, here in by_path.items():
        if path in found.by_home or path[-1:] == (HOLE,) or not path:
            continue
        item = answer(here["GET"]) if "GET" in here else None
        if item is None or shapes.kind(item) != "object" or not shapes.fields(item):
            continue
        if shapes.name(item) in found.by_schema or shapes.pages(item):
            continue  # one row, or some, of a table that there is
        if _asks(here["GET"]):
            continue  # a question, whose answer depends on its arguments
        name = _table_name(found, path, single=True)
        table = Table(name, singular(name), path, item, single=True)
        found.tables.append(table)
        found.by_home[path] = table


def _asks(operation: Operation) -> bool:
    """Whether a query must be given, or tells what is asked for."""
    given = [p for p in operation.parameters if p.where == "query"]
    return any(p.required or not squeezed(p.name).startswith(_SHAPING) for p in given)


# ---- where they stand ----


def _table_name(found: Resources, path: Path, single: bool = False) -> str:
    made = _own_name(found, path, single)
    return unused(f"{made}_rows", {t.name for t in found.tables}) if is_taken(made) else made


def _own_name(found: Resources, path: Path, single: bool) -> str:
    taken = {table.name for table in found.tables}
    names = [found.name(step) for step in path if step != HOLE]
    last = names[-1] if single else plural(names[-1])
    if len(names) == 1 and last not in taken:
        return last
    if len(names) > 1 and plural(names[-2]) == plural(names[-1]) and last not in taken:
        return last
    for start in range(len(names) - 2, -1, -1):
        made = "_".join([*map(singular, names[start:-1]), last])
        if made not in taken:
            return made
    return unused("_".join([*names[:-1], last]), taken)


def _place(found: Resources, table: Table) -> None:
    """The parent of a table, and the holes before it that lead nowhere."""
    table.parent = found.above(table.home)
    if table.parent is table:
        table.parent = None


def parameter(operation: Operation, name: str, where: str = "path") -> Parameter | None:
    """The parameter called `name`."""
    return next((p for p in operation.parameters if p.where == where and p.name == name), None)
