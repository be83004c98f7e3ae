"""Wiki markup to documents in Atlassian Document Format, and back: the texts of Jira's version 2.

Both ways are total and take linear time. What the markup cannot say, such as a panel, is read as
its text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from rewardlang_runtime.builtins.documents import adf_text

Node = dict[str, Any]

_DEEPEST = 24
"""Nodes within nodes; what is deeper is written as its text."""
_LISTS = {"*": "bulletList", "-": "bulletList", "#": "orderedList"}
_HEADING = re.compile(r"h([1-6])\.[ \t]+(.*)")
_ITEM = re.compile(r"([*#-]{1,8})[ \t]+(.*)")
_RULE = re.compile(r"-{4,}[ \t]*")
_FENCE = re.compile(r"\{(code|noformat|quote)(?::([^}\n]{0,80}))?\}(.*)")
# Each piece excludes what begins another one, so that no text is read twice.
_MARKS = re.compile(
    r"\{\{(?P<code>[^{}\n]+)\}\}"
    r"|(?<![\w*])\*(?P<strong>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<em>[^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])"
    r"|\[(?:(?P<shown>[^\[\]|\n]+)\|)?(?P<href>(?:https?://|mailto:|/)[^\[\]|\s]+)\]"
)


# ---- to a document ----


def document(text: str) -> Node:
    """`text` in wiki markup as a document.

    >>> document("h2. Steps\\n* one")["content"][1]["type"]
    'bulletList'
    """
    return {"type": "doc", "version": 1, "content": list(_blocks(text.splitlines()))}


def _blocks(lines: list[str]) -> Iterator[Node]:
    at = 0
    while at < len(lines):
        line = lines[at]
        fence = _FENCE.match(line)
        if not line.strip():
            at += 1
        elif fence is not None:
            block, at = _fenced(fence, lines, at)
            yield block
        elif (heading := _HEADING.match(line)) is not None:
            at += 1
            level = {"level": int(heading[1])}
            yield {"type": "heading", "attrs": level, "content": _inline(heading[2])}
        elif _RULE.fullmatch(line):
            at += 1
            yield {"type": "rule"}
        elif line.startswith("bq. "):
            at += 1
            yield {"type": "blockquote", "content": [_paragraph([line[4:]])]}
        elif (item := _ITEM.match(line)) is not None:
            items = [item.groups()]
            at += 1
            while at < len(lines) and (item := _continued(items, lines[at])) is not None:
                items.append(item.groups())
                at += 1
            yield _list(items)
        elif line.startswith("|"):
            end = _until(lines, at, lambda other: not other.startswith("|"))
            yield {"type": "table", "content": [_row(row) for row in lines[at:end]]}
            at = end
        else:
            end = _until(lines, at, _begins_block)
            yield _paragraph(lines[at:end])
            at = end


def _until(lines: list[str], at: int, ends: Callable[[str], bool]) -> int:
    """The first place after `at` whose line ends the block that begins there."""
    end = at + 1
    while end < len(lines) and not ends(lines[end]):
        end += 1
    return end


def _begins_block(line: str) -> bool:
    return (
        not line.strip()
        or line.startswith(("|", "bq. "))
        or any(pattern.match(line) for pattern in (_FENCE, _HEADING, _ITEM))
        or _RULE.fullmatch(line) is not None
    )


def _fenced(fence: re.Match[str], lines: list[str], at: int) -> tuple[Node, int]:
    """The block between two fences, or up to the end, and the place after it."""
    mark = "{" + fence[1] + "}"
    inner: list[str] = []
    rest = fence[3]
    at += 1
    while mark not in rest and at < len(lines):
        inner.append(rest)
        rest = lines[at]
        at += 1
    before, _, after = rest.partition(mark)
    text = "\n".join([*inner, before]).strip("\n")
    if after.strip():
        at -= 1
        lines[at] = after
    if fence[1] == "quote":
        return {"type": "blockquote", "content": [_paragraph(text.splitlines() or [""])]}, at
    block: Node = {"type": "codeBlock", "content": [{"type": "text", "text": text}]}
    if fence[2] and fence[1] == "code":
        block["attrs"] = {"language": fence[2].partition("|")[0]}
    return block, at


def _continued(items: list[tuple[str, ...]], line: str) -> re.Match[str] | None:
    """The next item of a list, if `line` is one; a list of another kind begins anew."""
    item = _ITEM.match(line)
    if item is None or _LISTS[item[1][0]] != _LISTS[items[0][0][0]]:
        return None
    return item


def _list(items: list[tuple[str, ...]]) -> Node:
    """A list of items, each with its marks, `**` for one below another, and its text."""
    top: Node = {"type": _LISTS[items[0][0][0]], "content": []}
    path = [top]
    for marks, text in items:
        depth = min(len(marks), len(path) + 1)
        del path[depth:]
        kind = _LISTS[marks[-1]]
        if depth > len(path) and path[-1]["content"]:
            below: Node = {"type": kind, "content": []}
            path[-1]["content"][-1]["content"].append(below)
            path.append(below)
        content = _inline(text)
        path[-1]["content"].append(
            {"type": "listItem", "content": [{"type": "paragraph", "content": content}]}
        )
    return top


def _row(line: str) -> Node:
    cells: list[Node] = []
    text = line.rstrip()
    kind = "tableHeader" if text.startswith("||") else "tableCell"
    mark = "||" if kind == "tableHeader" else "|"
    for cell in text.removeprefix(mark).removesuffix(mark).split(mark):
        cells.append({"type": kind, "content": [_paragraph([cell.strip()])]})
    return {"type": "tableRow", "content": cells}


def _paragraph(lines: list[str]) -> Node:
    content: list[Node] = []
    for number, line in enumerate(lines):
        if number:
            content.append({"type": "hardBreak"})
        content += _inline(line)
    return {"type": "paragraph", "content": content}


def _inline(text: str) -> list[Node]:
    nodes: list[Node] = []
    at = 0
    for match in _MARKS.finditer(text):
        if match.start() > at:
            nodes.append({"type": "text", "text": text[at : match.start()]})
        at = match.end()
        if match["href"] is not None:
            link = {"type": "link", "attrs": {"href": match["href"]}}
            nodes.append({"type": "text", "text": match["shown"] or match["href"], "marks": [link]})
        else:
            kind = str(match.lastgroup)
            nodes.append({"type": "text", "text": match[kind], "marks": [{"type": kind}]})
    if at < len(text):
        nodes.append({"type": "text", "text": text[at:]})
    return nodes


# ---- from a document ----

_WRAPS = {"strong": "*", "em": "_", "strike": "-", "underline": "+"}


def markup(node: Any) -> str:
    """A document as wiki markup.

    >>> markup(document("h2. Steps\\n* one\\n* two"))
    'h2. Steps\\n\\n* one\\n* two'
    """
    return "\n\n".join(_written(child, 1) for child in _children(node))


def _children(node: Any) -> list[Node]:
    content = node.get("content") if type(node) is dict else None
    return [child for child in content if type(child) is dict] if type(content) is list else []


def _written(node: Node, depth: int) -> str:
    kind = node.get("type")
    if depth > _DEEPEST:
        return adf_text(node)
    if kind == "heading":
        attrs = node.get("attrs")
        level = attrs.get("level") if type(attrs) is dict else None
        return f"h{level if level in range(1, 7) else 1}. {_spans(node)}"
    if kind in ("bulletList", "orderedList"):
        return "\n".join(_items(node, "", depth))
    if kind == "rule":
        return "----"
    if kind == "codeBlock":
        return "{code}\n" + _spans(node) + "\n{code}"
    if kind == "blockquote":
        inner = "\n\n".join(_written(child, depth + 1) for child in _children(node))
        return "{quote}\n" + inner + "\n{quote}"
    if kind == "table":
        return "\n".join(_cells(row) for row in _children(node))
    if kind == "paragraph":
        return _spans(node)
    return adf_text(node) if kind in _TEXTUAL else _below(node, depth)


_TEXTUAL = ("text", "mention", "emoji", "date", "status", "inlineCard", "taskItem", "mediaSingle")


def _below(node: Node, depth: int) -> str:
    return "\n\n".join(filter(None, (_written(child, depth + 1) for child in _children(node))))


def _items(node: Node, marks: str, depth: int) -> Iterator[str]:
    marks += "#" if node.get("type") == "orderedList" else "*"
    for item in _children(node):
        texts: list[str] = []
        lists: list[Node] = []
        for child in _children(item):
            if child.get("type") in ("bulletList", "orderedList") and depth < _DEEPEST:
                lists.append(child)
            else:
                texts.append(_spans(child) if child.get("type") == "paragraph" else adf_text(child))
        yield f"{marks} " + " ".join(texts)
        for child in lists:
            yield from _items(child, marks, depth + 1)


def _cells(row: Node) -> str:
    cells = _children(row)
    mark = "||" if cells and cells[0].get("type") == "tableHeader" else "|"
    return mark + mark.join(adf_text(cell).replace("\n", " ") for cell in cells) + mark


def _spans(node: Node) -> str:
    return "".join(_span(child) for child in _children(node))


def _span(node: Node) -> str:
    if node.get("type") != "text":
        return "\n" if node.get("type") == "hardBreak" else adf_text(node)
    text = node.get("text")
    shown = text if type(text) is str else ""
    marks = node.get("marks")
    for mark in marks if type(marks) is list else ():
        kind = mark.get("type") if type(mark) is dict else None
        if kind == "code":
            shown = "{{" + shown + "}}"
        elif kind == "link":
            attrs = mark.get("attrs")
            href = attrs.get("href") if type(attrs) is dict else None
            shown = f"[{shown}|{href}]" if type(href) is str else shown
        elif type(kind) is str and kind in _WRAPS:
            shown = _WRAPS[kind] + shown + _WRAPS[kind]
    return shown


# ---- in bodies ----


def with_markup(value: Any, depth: int = 0) -> Any:
    """`value` with every document in it as its markup; nothing else is changed."""
    if type(value) is list:
        return [with_markup(item, depth + 1) for item in value]
    if type(value) is not dict or depth > 2 * _DEEPEST:
        return value
    if value.get("type") == "doc" and type(value.get("content")) is list:
        return markup(value)
    return {key: with_markup(item, depth + 1) for key, item in value.items()}
