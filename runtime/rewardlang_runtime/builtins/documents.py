"""Builtins that read documents: Atlassian document format, and Confluence's storage format.

The parsers are total and iterative: any text and any nesting gives a result in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rewardlang_runtime.registry import builtin

_MAX_NODES = 10_000
_MAX_TEXT = 65_536
_ADF_BLOCKS_NAMES = """
doc paragraph heading bulletList orderedList listItem taskItem taskList decisionItem
decisionList codeBlock blockquote panel rule table tableRow tableCell tableHeader expand
nestedExpand mediaSingle mediaGroup blockCard
"""
_ADF_BLOCKS = frozenset(_ADF_BLOCKS_NAMES.split())


@builtin("adf_text(document: any) -> str", cost="size(document)")
def adf_text(document: Any) -> str:
    """The text of a document in Atlassian document format, a line for each block.

    A plain string is its own text, as in Jira's API version 2; anything else has none. At most
    10,000 nodes and 65,536 characters are read.

    >>> adf_text({"type": "doc", "content": [{"type": "paragraph", "content": [
    ...     {"type": "text", "text": "Open the "}, {"type": "text", "text": "cart"}]}]})
    'Open the cart'
    """
    if type(document) is str:
        return document[:_MAX_TEXT]
    pieces: list[str] = []
    length = nodes = 0
    stack = [document]
    while stack and nodes < _MAX_NODES and length < _MAX_TEXT:
        nodes += 1
        node = stack.pop()
        if type(node) is str:  # the mark of a block's end, put there below
            pieces.append(node)
        if type(node) is not dict:
            continue
        piece = _adf_leaf(node)
        pieces.append(piece)
        length += len(piece)
        content = node.get("content")
        if type(content) is list and content:
            block = type(node.get("type")) is str and node["type"] in _ADF_BLOCKS
            if block:
                pieces.append("\n")
                stack.append("\n")
            stack.extend(child for child in reversed(content) if type(child) is dict)
    return _lines("".join(pieces))


def _adf_leaf(node: dict[str, Any]) -> str:
    """The text that a node has itself."""
    kind = node.get("type")
    if kind == "text":
        text = node.get("text")
        return text if type(text) is str else ""
    if kind == "hardBreak":
        return "\n"
    if kind in ("mention", "emoji", "status", "inlineCard", "date"):
        attrs = node.get("attrs")
        if type(attrs) is dict:
            for name in ("text", "shortName", "url", "timestamp"):
                if type(attrs.get(name)) is str:
                    return str(attrs[name])
    return ""


def _lines(text: str) -> str:
    """Without empty lines, runs of white space and space at the ends of lines."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


# ---- storage format: XHTML with macros ----


@builtin("storage_text(storage: str) -> str", cost="size(storage)")
def storage_text(storage: str) -> str:
    """The text of a page in storage format, a line for each block; tags and macro names left out.

    >>> storage_text("<h2>Freeze</h2><p>No <b>merges</b> &amp; no deploys.</p>")
    'Freeze\\nNo merges & no deploys.'
    """
    pieces: list[str] = []
    skipped = ""
    for tag, text in _tokens(storage):
        if tag == "":
            if not skipped:
                pieces.append(text)
        elif tag.lstrip("/") in _BLOCKS:
            pieces.append("\n")
        elif tag == "ac:parameter":
            skipped = "/ac:parameter"
        elif tag == skipped:
            skipped = ""
    return _lines("".join(pieces))


@builtin("storage_headings(storage: str) -> list[str]", cost="size(storage)")
def storage_headings(storage: str) -> list[str]:
    """The texts of the headings h1 to h6, in order; empty ones are left out.

    >>> storage_headings("<h1>Plan</h1><p>text</p><h2>Next <em>steps</em></h2>")
    ['Plan', 'Next steps']
    """
    found: list[str] = []
    open_pieces: list[str] | None = None
    for tag, text in _tokens(storage):
        if tag == "":
            if open_pieces is not None:
                open_pieces.append(text)
        elif tag.lstrip("/") in _HEADINGS:
            if open_pieces is not None:
                found.append(_lines("".join(open_pieces)).replace("\n", " "))
            open_pieces = None if tag[0] == "/" else []
        elif tag.lstrip("/") in _BLOCKS and open_pieces is not None:
            open_pieces.append(" ")
    if open_pieces is not None:
        found.append(_lines("".join(open_pieces)).replace("\n", " "))
    return [heading for heading in found if heading]


@builtin("storage_table(storage: str, index: int = 0) -> list[map[str]]", cost="size(storage)")
def storage_table(storage: str, index: int = 0) -> list[dict[str, str]]:
    """The rows of table number `index` as objects, by the texts of its first row.

    Cells beyond the first row's, and columns without a name, are left out; a missing cell is "".

    >>> storage_table("<table><tr><th>Service</th><th>Min</th></tr>"
    ...     "<tr><td>search</td><td>15</td></tr></table>")
    [{'Service': 'search', 'Min': '15'}]
    """
    if type(index) is not int:
        raise TypeError("an index is a whole number")
    rows = _table_rows(storage, index)
    if not rows:
        return []
    names = rows[0]
    return [
        {
            name: row[column] if column < len(row) else ""
            for column, name in enumerate(names)
            if name
        }
        for row in rows[1:]
    ]


@builtin("storage_error(storage: str) -> str?", cost="size(storage)")
def storage_error(storage: str) -> str | None:
    """What keeps `storage` from being well-formed XHTML, in Confluence's words; null when it is.

    >>> storage_error("<p>a <b>bold</p> word")
    'Unexpected close tag </p>; expected </b>.'
    >>> storage_error("<h2>Plan</h2><p>one<br/>two</p>") is None
    True
    """
    if type(storage) is not str:
        raise TypeError(f"{type(storage).__name__} is no string")
    shown = _without_hidden(storage)
    if shown is None:
        return "Unexpected EOF in a comment or CDATA section."
    stray = _STRAY.search(_TAG.sub("", shown))
    if stray is not None:
        return f"Unexpected character '{stray[0]}' in text."
    expected: list[str] = []
    for match in _TAG.finditer(shown):
        closing, name, empty = match["closing"], match["name"], match["empty"]
        if empty:
            continue
        if not closing:
            expected.append(name)
        elif not expected:
            return f"Unexpected close tag </{name}>."
        elif expected[-1] != name:
            return f"Unexpected close tag </{name}>; expected </{expected[-1]}>."
        else:
            expected.pop()
    if expected:
        return f"Unexpected EOF; was expecting a close tag for element <{expected[-1]}>."
    return None


def _without_hidden(storage: str) -> str | None:
    """`storage` without comments and CDATA sections; None when one of them does not end."""
    pieces: list[str] = []
    at = 0
    while (opening := _HIDDEN.search(storage, at)) is not None:
        close = storage.find("]]>" if opening[0] == "<![CDATA[" else "-->", opening.end())
        if close < 0:
            return None
        pieces.append(storage[at : opening.start()])
        at = close + 3
    return "".join([*pieces, storage[at:]])


_HIDDEN = re.compile(r"<!\[CDATA\[|<!--")
_TAG = re.compile(r"<(?P<closing>/?)(?P<name>[A-Za-z][\w:.-]*)(?:\s[^<>]*?)?(?P<empty>/?)>")
_STRAY = re.compile(r"[<>]|&(?!#?\w{1,32};)")


def _table_rows(storage: str, index: int) -> list[list[str]]:
    """The cells' texts, row by row, of table number `index`; tables in cells are part of them."""
    rows: list[list[str]] = []
    cell: list[str] | None = None
    seen, depth = -1, 0
    for tag, text in _tokens(storage):
        if tag == "table":
            seen += depth == 0
            depth += 1
        elif tag == "/table":
            depth = max(0, depth - 1)
            if depth == 0 and seen == index:
                break
        if depth == 0 or seen != index:
            continue
        if tag == "":
            if cell is not None:
                cell.append(text)
        elif depth > 1 or tag.lstrip("/") not in _CELLS:
            if cell is not None and tag.lstrip("/") in _BLOCKS:
                cell.append(" ")
        else:  # a row or cell begins or ends, and so does any cell before it
            if cell is not None and rows:
                rows[-1].append(_lines("".join(cell)).replace("\n", " "))
            cell = None
            if tag == "tr":
                rows.append([])
            elif tag in ("td", "th"):
                cell = []
                if not rows:
                    rows.append([])
    if cell is not None and rows:
        rows[-1].append(_lines("".join(cell)).replace("\n", " "))
    return [row for row in rows if row]


_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CELLS = frozenset(("tr", "td", "th"))
_BLOCKS_NAMES = """
p br hr div ul ol li pre blockquote table tbody thead tr td th ac:structured-macro
ac:rich-text-body ac:plain-text-body ac:layout ac:layout-section ac:layout-cell
ac:task-list ac:task
"""
_BLOCKS = _HEADINGS | frozenset(_BLOCKS_NAMES.split())


def _tokens(storage: Any) -> Iterator[tuple[str, str]]:
    """The tags (lower case, "/" first when they close; a self-closing one opens only) and texts.

    A text comes as ("", text), entities resolved. What looks like a tag but never ends is text.
    """
    if type(storage) is not str:
        raise TypeError(f"{type(storage).__name__} is no string")
    source = storage[:_MAX_TEXT]
    at, end = 0, len(source)
    while at < end:
        start = source.find("<", at)
        if start < 0:
            start = end
        if start > at:
            yield "", _unescape(source[at:start])
        if start == end:
            return
        if source.startswith("<![CDATA[", start):
            close = source.find("]]>", start)
            yield "", source[start + 9 : close if close >= 0 else end]
            at = close + 3 if close >= 0 else end
        elif source.startswith("<!--", start):
            close = source.find("-->", start)
            at = close + 3 if close >= 0 else end
        else:
            close = source.find(">", start)
            if close < 0:
                yield "", _unescape(source[start:])
                return
            name = source[start + 1 : close].strip().lower()
            closing = name.startswith("/")
            name = name.strip("/").split(None, 1)[0].strip("/") if name.strip("/") else ""
            if name:
                yield ("/" if closing else "") + name, ""
            at = close + 1


def _unescape(text: str) -> str:
    if "&" not in text:
        return text
    import html

    return html.unescape(text).replace("\xa0", " ")
