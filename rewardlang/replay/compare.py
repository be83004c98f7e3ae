"""Two JSON bodies, the model's and a server's: what is missing, extra, of another type or value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from rewardlang_runtime.values import equal

Json = Any
Kind = Literal["missing", "extra", "type", "value", "length"]
_ID = re.compile(r"(?:.*_)?(?:id|key)|.*(?:Id|Key)")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
_ADDRESS = re.compile(r"https?://[^/?#\s]+(/\S*)")
_LONGEST = 40
"""Characters of a time; no need to look at longer texts."""
_SHOWN = 60
_DEEPEST = 200


class Difference(NamedTuple):
    """How a place of a body differs; `[]` in the place stands for every item of a list.

    Attributes:
        expected, found: What the model and the server say, as short text.
        times: At how many places of the kind.
    """

    kind: Kind
    place: str
    expected: str = ""
    found: str = ""
    times: int = 1


def differences(expected: Json, found: Json, ids: Mapping[Json, Json]) -> list[Difference]:
    """How a server's body differs from the model's.

    A time is as good as another, as the server makes it; and so are an address on its own host,
    and the id that it gave for one that the model made, by `ids`.
    """
    merged: dict[tuple[str, str], Difference] = {}
    for each in _differences(expected, found, ids, "", 0):
        known = merged.get((each.kind, each.place))
        merged[each.kind, each.place] = (
            each if known is None else known._replace(times=known.times + 1)
        )
    return list(merged.values())


def _differences(
    expected: Json, found: Json, ids: Mapping[Json, Json], place: str, depth: int
) -> Iterator[Difference]:
    if depth > _DEEPEST or _same(expected, found, ids):
        return
    shown = place or "the body"
    if type(expected) is dict and type(found) is dict:
        for key, value in expected.items():
            inner = f"{place}.{key}" if place else key
            if key in found:
                yield from _differences(value, found[key], ids, inner, depth + 1)
            else:
                yield Difference("missing", inner, _short(value))
        for key in found.keys() - expected.keys():
            inner = f"{place}.{key}" if place else key
            yield Difference("extra", inner, "", _short(found[key]))
    elif type(expected) is list and type(found) is list:
        if len(expected) != len(found):
            yield Difference("length", shown, str(len(expected)), str(len(found)))
        for one, other in zip(expected, found, strict=False):
            yield from _differences(one, other, ids, f"{place}[]", depth + 1)
    elif _type(expected) != _type(found):
        yield Difference("type", shown, _type(expected), _type(found))
    else:
        yield Difference("value", shown, _short(expected), _short(found))


def _same(expected: Json, found: Json, ids: Mapping[Json, Json]) -> bool:
    if isinstance(expected, str) and isinstance(found, str):
        if expected == found or ids.get(expected) == found:
            return True
        if _is_time(expected) and _is_time(found):
            return True
        return _path_of(expected, ids) == _path_of(found, {}) is not None
    if type(expected) in (dict, list):
        return False
    if type(expected) is int and expected in ids and equal(ids[expected], found):
        return True
    return equal(expected, found)


def _path_of(text: str, ids: Mapping[Json, Json]) -> list[Json] | None:
    """An address without its host, which is the server's own, by segments; None for other texts."""
    match = _ADDRESS.fullmatch(text) if text[:4] == "http" else None
    return None if match is None else [ids.get(part, part) for part in match[1].split("/")]


def _is_time(text: str) -> bool:
    return len(text) <= _LONGEST and _TIME.fullmatch(text) is not None


def learn(expected: Json, found: Json, ids: dict[Json, Json], depth: int = 0) -> None:
    """Note which ids of the server stand where the model made others."""
    if type(expected) is dict and type(found) is dict and depth < _DEEPEST:
        for key, value in expected.items():
            if key not in found:
                continue
            other = found[key]
            if _ID.fullmatch(key) and type(value) is type(other) and type(value) in (str, int):
                if value != other:
                    ids[value] = other
            else:
                learn(value, other, ids, depth + 1)
    elif type(expected) is list and type(found) is list and depth < _DEEPEST:
        for one, other in zip(expected, found, strict=False):
            learn(one, other, ids, depth + 1)


def translated(value: Json, ids: Mapping[Json, Json], depth: int = 0) -> Json:
    """`value` with the server's ids in the place of the model's."""
    if type(value) is dict and depth < _DEEPEST:
        return {key: translated(item, ids, depth + 1) for key, item in value.items()}
    if type(value) is list and depth < _DEEPEST:
        return [translated(item, ids, depth + 1) for item in value]
    return ids.get(value, value) if type(value) in (str, int) else value


def _type(value: Json) -> str:
    names = {dict: "object", list: "list", str: "text", bool: "bool", type(None): "null"}
    return names.get(type(value), "number")


def _short(value: Json) -> str:
    import orjson

    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        return "(no text)"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
