"""YAML as a person writes it: block style, short things on one line, comments above."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rewardlang.frozen import frozen

WIDTH = 100
_PLAIN = re.compile(
    r"[A-Za-z_$/][A-Za-z0-9_ ./()$%&@+=<>;-]*(?:[,'?!][A-Za-z0-9_ ./()$%&@+=<>;-]*)*"
)
_PLAIN_IN_BLOCK = re.compile(r"""[A-Za-z_$/(][A-Za-z0-9_ ./()$%&@+=<>;,'?!\[\]{}"|:-]*""")
_WORDS = frozenset({
    "null", "true", "false", "yes", "no", "on", "off", "y", "n", "~", "nan", "inf", "none",
})  # fmt: skip


@frozen
class Code:
    """An expression: on one line, or folded over several."""

    text: str


@frozen
class Commented:
    """A value with lines of comments above its key, or a blank line there."""

    value: Any
    comments: tuple[str, ...] = ()
    blank: bool = False


class Block(dict[str, Any]):
    """A mapping that is never written on one line."""


def document(head: Sequence[str], parts: Mapping[str, Any]) -> str:
    """A file: comments at its head, then its keys, a blank line before each that has many lines."""
    lines = [f"# {line}".rstrip() for line in head]
    for key, value in parts.items():
        made = _pair(key, value, 0)
        if len(made) > 1 or (lines and lines[-1].startswith(" ")):
            lines.append("")
        lines += made
    return "\n".join(lines) + "\n"


def _pair(key: str, value: Any, indent: int, lead: str | None = None) -> list[str]:
    """The lines of one key; `lead` stands in front of the first instead of spaces."""
    pad = " " * indent
    lines: list[str] = []
    if isinstance(value, Commented):
        lines += [
            f"{pad}# {line}".rstrip()
            for comment in value.comments
            for line in wrapped(comment, WIDTH - indent - 2)
        ]
        value = value.value
    head = f"{pad if lead is None else lead}{scalar(key)}:"
    return lines + _after(head, value, indent)


def _after(head: str, value: Any, indent: int) -> list[str]:
    if isinstance(value, Block) and value:
        return [head, *(line for k, v in value.items() for line in _pair(str(k), v, indent + 2))]
    if isinstance(value, Code):
        return _code(head, value.text, indent)
    if not isinstance(value, Mapping | list) or not value:
        return [f"{head} {flow(value)}"]
    if not _has_comments(value):
        short = f"{head} {flow(value)}"
        if len(short) <= WIDTH and not _has_code(value):
            return [short]
    if isinstance(value, Mapping):
        lines = [head]
        for key, inner in value.items():
            if isinstance(inner, Commented) and inner.blank and len(lines) > 1:
                lines.append("")
            lines += _pair(str(key), inner, indent + 2)
        return lines
    return [head, *_items(value, indent + 2)]


def _items(values: Sequence[Any], indent: int) -> list[str]:
    lines: list[str] = []
    pad = " " * indent
    for item in values:
        if isinstance(item, Commented):
            lines += [
                f"{pad}# {line}".rstrip()
                for comment in item.comments
                for line in wrapped(comment, WIDTH - indent - 2)
            ]
            item = item.value
        if isinstance(item, Code):
            lines += _code(f"{pad}-", item.text, indent)
        elif isinstance(item, Mapping) and item:
            short = f"{pad}- {flow(item)}"
            if len(short) <= WIDTH and not _has_code(item):
                lines.append(short)
                continue
            first = True
            for key, inner in item.items():
                lines += _pair(str(key), inner, indent + 2, f"{pad}- " if first else None)
                first = False
        elif isinstance(item, list) and item:
            lines.append(f"{pad}- {flow(item)}")
        else:
            lines.append(f"{pad}- {flow(item)}")
    return lines


def _has_comments(value: Any) -> bool:
    inner = value.values() if isinstance(value, Mapping) else value
    return any(
        isinstance(item, Commented) or (isinstance(item, Mapping | list) and _has_comments(item))
        for item in inner
    )


def _has_code(value: Any) -> bool:
    inner = value.values() if isinstance(value, Mapping) else value
    return any(
        (isinstance(item, Code) and len(item.text) > 60)
        or (isinstance(item, Mapping | list) and _has_code(item))
        for item in inner
    )


def _code(head: str, text: str, indent: int) -> list[str]:
    """An expression behind `head`; a long one folded, its lines joined by single spaces."""
    short = f"{head} {scalar(text)}"
    if len(short) <= WIDTH or " " not in text:
        return [short]
    lines = folded(text, WIDTH - indent - 2)
    if lines is None:
        return [short]
    return [f"{head} >-", *(" " * (indent + 2) + line for line in lines)]


def folded(text: str, width: int) -> list[str] | None:
    """`text` in lines that read the same when joined by spaces; None: it cannot be."""
    if "  " in text or "\n" in text or text != text.strip():
        return None
    lines, here = [], ""
    for word in text.split(" "):
        if here and len(here) + 1 + len(word) > width:
            lines.append(here)
            here = word
        else:
            here = f"{here} {word}" if here else word
    return [*lines, here]


def wrapped(text: str, width: int) -> list[str]:
    """A comment in lines."""
    return folded(" ".join(text.split()), width) or [""]


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Commented):
        value = value.value
    if isinstance(value, Code):
        return scalar(value.text, in_flow=True)
    if isinstance(value, Mapping):
        return (
            "{" + ", ".join(f"{scalar(str(k), True)}: {_inside(v)}" for k, v in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(_inside(v) for v in value) + "]"
    return scalar(value)


def _inside(value: Any) -> str:
    return (
        flow(value) if isinstance(value, Mapping | list | Code | Commented) else scalar(value, True)
    )


def scalar(value: Any, in_flow: bool = False) -> str:
    """A scalar: plain where that is safe, else in double quotes."""
    if isinstance(value, str):
        if _safe(value, in_flow):
            return value
        return quoted(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"{value:.1f}"
    return json.dumps(value, ensure_ascii=False)


def quoted(text: str) -> str:
    """`text` in single quotes where it holds double ones and nothing that needs an escape."""
    if '"' in text and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    made = json.dumps(text, ensure_ascii=False)
    return "".join(
        c if c.isprintable() or c == " " else c.encode("unicode_escape").decode() for c in made
    )


def _safe(text: str, in_flow: bool) -> bool:
    plain = _PLAIN if in_flow else _PLAIN_IN_BLOCK
    if not plain.fullmatch(text) or text.lower() in _WORDS or text != text.strip():
        return False
    if text.endswith(":") or ": " in text or " #" in text:
        return False
    return not (in_flow and "," in text)
