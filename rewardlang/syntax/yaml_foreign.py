"""YAML that others wrote, as plain data: aliases, merge keys and keys that are numbers are read,
which files of our own may not have.

Built from libyaml's events, as `yaml_events` is. An alias shares what its anchor holds; what a
document would be with every alias written out is counted, so that nobody who walks it walks long.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from rewardlang.syntax.yaml_events import LOADER
from rewardlang.syntax.yaml_scalars import NotJson, resolve

_TEXT_TAGS = frozenset({"tag:yaml.org,2002:str", "!"})


class Unreadable(ValueError):
    """No YAML, or YAML that is not data as JSON has it; `offset` is where."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class TooLarge(ValueError):
    """More values than allowed, every alias written out."""


class TooDeep(ValueError):
    """Values nested deeper than allowed, every alias written out."""


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    value: dict[str, Any] | list[Any]
    anchor: str | None
    size: int = 1
    height: int = 1
    key: str | None = None
    merged: list[dict[str, Any]] = field(default_factory=list)


class _Merge(str):
    """The key `<<`, unquoted."""


def read_foreign(text: str, most: int, deepest: int) -> Any:
    """The first document of `text`; raises Unreadable, TooLarge, TooDeep."""
    builder = _Builder(most, deepest)
    try:
        for event in yaml.parse(text, Loader=LOADER):
            if builder.take(event):
                break
    except yaml.reader.ReaderError as error:
        raise Unreadable(f"{error.reason}", error.position) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        offset = mark.index if mark is not None else 0
        raise Unreadable(error.problem or "it does not parse", offset) from error
    except yaml.YAMLError as error:
        raise Unreadable("it does not parse", 0) from error
    return builder.root


class _Builder:
    def __init__(self, most: int, deepest: int) -> None:
        self.root: Any = None
        self._most = most
        self._deepest = deepest
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int, int]] = {}

    def take(self, event: Any) -> bool:
        """One event; whether the document is complete."""
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
            if event.anchor is not None:
                self._anchors[event.anchor] = (value, 1, 0)
            self._add(value, 1, 0, event)
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(self._stack) >= self._deepest:
                raise TooDeep
            made: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            if event.anchor is not None:
                self._anchors.pop(event.anchor, None)  # inside itself it is not there yet
            self._stack.append(_Open(made, event.anchor))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close(event)
        elif isinstance(event, yaml.AliasEvent):
            self._add(*self._anchored(event), event)
        return isinstance(event, yaml.DocumentEndEvent)

    def _anchored(self, event: Any) -> tuple[Any, int, int]:
        known = self._anchors.get(event.anchor)
        if known is None:
            raise Unreadable(f"nothing is called `&{event.anchor}`", event.start_mark.index)
        return known

    def _scalar(self, event: Any) -> Any:
        if event.style or event.tag in _TEXT_TAGS:
            return event.value
        if self._wants_key():
            return _Merge("<<") if event.value == "<<" else event.value
        try:
            return resolve(event.value)
        except NotJson:
            return event.value

    def _wants_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1].value, dict) and (
            self._stack[-1].key is None
        )  # fmt: skip

    def _close(self, event: Any) -> None:
        top = self._stack.pop()
        value = top.value
        if isinstance(value, dict):
            for other in top.merged:
                for key, held in other.items():
                    value.setdefault(key, held)
        if top.anchor is not None:
            self._anchors[top.anchor] = (value, top.size, top.height)
        self._add(value, top.size, top.height, event)

    def _add(self, value: Any, size: int, height: int, event: Any) -> None:
        if not self._stack:
            if size > self._most:
                raise TooLarge
            self.root = value
            return
        top = self._stack[-1]
        if isinstance(top.value, dict) and top.key is None:
            if not isinstance(value, str):
                what = "a list or a mapping" if isinstance(value, dict | list) else "an alias"
                raise Unreadable(f"{what} stands where a key must be", event.start_mark.index)
            top.key = value
            return
        top.size += size
        top.height = max(top.height, height + 1)
        if top.size > self._most:
            raise TooLarge
        if len(self._stack) + height > self._deepest:
            raise TooDeep
        if isinstance(top.value, list):
            top.value.append(value)
            return
        if isinstance(top.key, _Merge):
            merged = value if isinstance(value, list) else [value]
            top.merged += [other for other in merged if isinstance(other, dict)]
        else:
            top.value[str(top.key)] = value
        top.key = None


def foreign_marks(text: str) -> Iterator[tuple[str, int, int, Any]]:
    """What stands where in the first document of a text that `read_foreign` has read.

    Kind, start, end and text: `open` of `{` or `[`, `close`, `key` with its text, `value`. An alias
    is a value: nothing below it has a place.
    """
    open_: list[str] = []
    events: Iterator[Any] = yaml.parse(text, Loader=LOADER)
    for event in events:
        start, end = event.start_mark.index, event.end_mark.index
        is_key = bool(open_) and open_[-1] == "key"
        if isinstance(event, yaml.DocumentEndEvent):
            return
        if isinstance(event, yaml.CollectionEndEvent):
            open_.pop()
            yield "close", start, end, None
        elif isinstance(event, yaml.CollectionStartEvent):
            is_map = isinstance(event, yaml.MappingStartEvent)
            _turn(open_)
            open_.append("key" if is_map else "item")
            yield "open", start, start + 1, "{" if is_map else "["
        elif isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            _turn(open_)
            text_ = event.value if isinstance(event, yaml.ScalarEvent) else None
            yield ("key", start, end, text_) if is_key else ("value", start, end, None)


def _turn(open_: list[str]) -> None:
    """In a mapping a value follows each key, and a key each value."""
    if open_ and open_[-1] != "item":
        open_[-1] = "value" if open_[-1] == "key" else "key"
