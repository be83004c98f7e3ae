"""Pages of lists: which arguments ask for one, and what an answer says around it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from rewardlang.importer.drafts import Argument, Draft, Making, Rule
from rewardlang.importer.finding import as_text
from rewardlang.importer.names import squeezed
from rewardlang.importer.shapes import Listing, Schema, blank, kind_of

_OFFSET = ("startat", "start", "offset", "skip", "from")
_LIMIT = ("maxresults", "limit", "max", "pagesize", "perpage", "size", "count", "top", "maxitems")
_CURSOR = ("cursor", "pagetoken", "nextpagetoken", "after", "nextcursor", "continuationtoken")
_PAGE = ("page", "pagenumber")
_NEXT = ("next", "nextpagetoken", "nextcursor", "cursor")
_MOST = 1000


@dataclass(slots=True)
class Paging:
    """Arguments that page through a list, by what they say."""

    offset: Argument | None = None
    limit: Argument | None = None
    cursor: Argument | None = None
    number: Argument | None = None
    used: list[str] = field(default_factory=list)


def paging(draft: Draft) -> Paging:
    """The arguments of an operation that ask for a page."""
    page = Paging()
    for argument in draft.arguments:
        if argument.where == "path" or kind_of(argument.schema) not in (
            "integer",
            "string",
            "number",
        ):
            continue
        name, whole = squeezed(argument.name), kind_of(argument.schema) == "integer"
        if name in _OFFSET and whole and page.offset is None:
            page.offset = argument
        elif name in _LIMIT and whole and page.limit is None:
            page.limit = argument
        elif name in _CURSOR and page.cursor is None and not whole:
            page.cursor = argument
        elif name in _PAGE and whole and page.number is None:
            page.number = argument
        else:
            continue
        page.used.append(argument.name)
    return page


def given_value(argument: Argument) -> str:
    """The value of an argument, null when it was left out."""
    sure = argument.required or "default" in argument.schema
    return f"args.{argument.name}" if sure else f"args?.{argument.name}"


def sliced(draft: Draft, page: Paging, ordered: str) -> str:
    """The page of the rows in `ordered` that is asked for."""
    if page.offset is None and page.limit is None and page.cursor is None:
        return ordered
    if page.limit is not None:
        given = given_value(page.limit)
        size = given if given.startswith("args.") else f"({given} ?? 50)"
        draft.lets["size"] = f"clamp({size}, 0, {_MOST})"
    else:
        draft.lets["size"] = "50"
    if page.cursor is not None:
        given = given_value(page.cursor)
        start = f'0 if {given} == "" else cursor_offset({given})'
        draft.lets["start"] = (
            start if given.startswith("args.") else f"0 if {given} is null else {start}"
        )
        draft.lets["begin"] = "clamp(start ?? 0, 0, 1000000)"
        draft.rules.append(
            Rule("start is null", 400, f"{page.cursor.wire} is not one that was given out.")
        )
    elif page.offset is not None:
        given = given_value(page.offset)
        start = given if given.startswith("args.") else f"{given} ?? 0"
        draft.lets["begin"] = f"clamp({start}, 0, 1000000)"
    elif page.number is not None:
        given = given_value(page.number)
        start = given if given.startswith("args.") else f"({given} ?? 1)"
        draft.lets["begin"] = f"clamp({start} - 1, 0, 1000000) * size"
    else:
        draft.lets["begin"] = "0"
    draft.lets["end"] = "begin + size"
    return f"{ordered}.slice(begin, end)"


def enveloped(
    making: Making, draft: Draft, schema: Schema, listing: Listing, items: str, page: Paging
) -> object:
    """The answer: the list, or an object with the list and what it says about the page."""
    if listing.field is None:
        return "{" + items + "}"
    made: dict[str, object] = {}
    more: dict[str, str] = {}
    fields = making.shapes.fields(schema)
    paged = "end" in draft.lets
    required = making.shapes.required(schema)
    for name, part in fields.items():
        kind, low = making.shapes.kind(part), squeezed(name)
        if name == listing.field:
            made[name] = "{" + items + "}"
        elif low in ("startat", "start", "offset") and kind == "integer":
            made[name] = "{begin}" if paged else 0
        elif low in ("maxresults", "limit", "pagesize", "perpage") and kind == "integer":
            made[name] = "{size}" if paged else "{matching.size()}"
        elif low in (*_PAGE, "currentpage") and kind == "integer" and page.number is not None:
            given = given_value(page.number)
            made[name] = "{" + (given if given.startswith("args.") else f"{given} ?? 1") + "}"
        elif low in ("total", "totalcount", "totalsize") and kind == "integer":
            made[name] = "{matching.size()}"
        elif low in ("size", "count") and kind == "integer":
            made[name] = "{" + ("matching.slice(begin, end)" if paged else "matching") + ".size()}"
        elif low in ("islast", "last", "lastpage") and kind == "boolean":
            made[name] = "{end >= matching.size()}" if paged else True
        elif low in ("hasmore", "hasnext") and kind == "boolean":
            made[name] = "{end < matching.size()}" if paged else False
        elif low in ("links",) and kind == "object":
            made[name] = _links(making, draft, part, page)
        elif low in _NEXT and page.cursor is not None and paged:
            more[name] = "cursor(end)"
        elif name in required:
            made[name] = blank(kind)
    if not more:
        return made
    known = ", ".join(f"{name}: {_expression(value)}" for name, value in made.items())
    next_ = ", ".join(f"{name}: {value}" for name, value in more.items())
    return f"{{merge({{{known}}}, {{}} if end >= matching.size() else {{{next_}}})}}"


def _expression(value: object) -> str:
    """A template that is one hole, or a constant, as an expression."""
    if isinstance(value, str) and value.startswith("{"):
        return value[1:-1].strip()
    return json.dumps(value, ensure_ascii=False)


def _links(making: Making, draft: Draft, schema: Schema, page: Paging) -> object:
    fields = making.shapes.fields(schema)
    if "next" not in fields or page.cursor is None or "end" not in draft.lets:
        return {}
    path = draft.http.split(" ", 1)[1]
    base = making.document.base_path + making.found.prefix
    pieces = re.split(r"\{([^{}]*)\}", base + path)
    made: list[str] = []
    for index, piece in enumerate(pieces):
        if index % 2 == 0 and piece:
            made.append(
                f'"{piece}"' if index < len(pieces) - 1 else f'"{piece}?{page.cursor.wire}="'
            )
        elif index % 2:
            argument = draft.wired(piece, "path")
            made.append(as_text(argument) if argument is not None else '""')
    if len(pieces) % 2 == 1 and not pieces[-1]:
        made.append(f'"?{page.cursor.wire}="')
    url = " + ".join([*made, "cursor(end)"])
    return "{ {} if end >= matching.size() else {next: " + url + "}}"
