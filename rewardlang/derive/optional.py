"""The optional arguments of an operation that say something, the likelier first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rewardlang.derive.making import Making
from rewardlang.derive.request import Path, slots_in
from rewardlang.derive.schemas import merged, scalar_schema, shape
from rewardlang.derive.sentences import BETWEEN, sayings_of
from rewardlang.derive.words import noun, singular, words_of
from rewardlang.derive.worth import PAGING, WRAPPERS, described_by

_DEEP = 4
"""Objects within objects in which optional arguments are looked for."""
_ORDERS = {"move", "reorder", "order", "sort", "rank"}
_PLACES = ("position", "after", "before", "rank")
_ARTICLES = {"a", "an", "the", "one", "this"}
_MAKES = {"create", "make", "register", "store"}
_MENTIONED = 3


def extras(made: Making) -> Iterator[tuple[int, Path, Any]]:
    """Optional arguments of the body that say something, the likelier first; else queries.

    Each with its worth.
    """
    where = {p.name: p.where for p in made.operation.parameters}
    body = any(place == "body" for place in where.values())
    found: list[tuple[int, int, Path, Any]] = []
    for path, schema in _leaves(made, made.root, ()):
        place = where.get(str(path[0]))
        if place == "path" or (place != "body" and (body or str(path[0]) in PAGING)):
            continue
        rank = made.worth(path, schema)
        if rank is not None:
            found.append((rank, len(path), path, schema))
    found.sort(key=lambda each: each[:2])
    for rank, _, path, schema in found:
        value = made.value(schema, path)
        if value is not None and any(True for _ in slots_in(value)):
            yield rank, path, value


def mentioned(made: Making) -> Iterator[tuple[Path, Any]]:
    """Optional arguments without which a call is not what the operation's summary says.

    `Assigns a scheme to a project` needs the project, even where the document requires none;
    `Moves an item` needs to say where to.
    """
    saying = sayings_of(made.operation)[0]
    sentence = [singular(word) for word in words_of(saying.thing)]
    reads = made.operation.method == "GET" or saying.reading
    required = [str(name) for name in merged(made.root, made.root)["required"]]
    said = {noun(table) for table in made.refers.made}
    if saying.verb in _MAKES:
        end = next((n for n, word in enumerate(sentence) if word in BETWEEN), len(sentence))
        sentence = sentence[end:]
    for name in required:
        said |= {" ".join(stem) for stem in made.refers.stems((name,), {})}
    ordered = bool({saying.verb, *words_of(made.operation.name)[:1]} & _ORDERS)
    found, places = [], []
    for path, schema in _leaves(made, made.root, ()):
        if sum(str(step) not in WRAPPERS for step in path) > 2:
            continue
        if made.worth(path, schema, checked=reads) is None:
            continue
        if path[-1] in _PLACES:
            places.append((_PLACES.index(path[-1]), path, schema))
        elif path[0] not in PAGING:
            lists = shape(schema, made.root) == "array"
            about = {
                **scalar_schema(schema, made.root),
                "description": described_by(schema, made.root),
            }
            stems = list(made.refers.stems((*path, 0) if lists else path, about))
            names = {" ".join(stem) for stem in stems}
            stands = any(_stands_in(stem, sentence, reads) for stem in stems)
            if stands and not names & said and not (reads and lists):
                said |= names
                found.append((path, schema))
    if ordered and places:
        _, path, schema = min(places, key=lambda place: place[0])
        found = [*found[: _MENTIONED - 1], (path, schema)]
    for path, schema in found[:_MENTIONED]:
        value = made.value(schema, path)
        if value is not None and any(True for _ in slots_in(value)):
            yield path, value


def _stands_in(stem: list[str], sentence: list[str], reads: bool) -> bool:
    """Whether a thing stands in a sentence, not as a part of a longer name.

    Of what is read it must be one that is known: `the users in a group`.
    """
    size = len(stem)
    for start in range(len(sentence) - size + 1):
        end = start + size
        known = start > 0 and sentence[start - 1] in _ARTICLES
        after = sentence[end] if end < len(sentence) else ""
        whole = not after or after in BETWEEN | _ARTICLES or after.endswith(("ed", "ing"))
        if sentence[start:end] == stem and whole and (known or not reads):
            return True
    return False


def _leaves(made: Making, schema: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Optional arguments: scalars, documents, and lists, at most three objects deep."""
    found = merged(schema, made.root)
    for name, inner in found["properties"].items():
        at_ = (*path, name)
        if at_ in made.slots and made.slots[at_].parent is not None:
            continue
        kind = shape(inner, made.root)
        required = not path and name in found["required"]
        if required and kind != "object":
            continue
        if kind == "object" and len(at_) < _DEEP:
            parts = merged(inner, made.root)["properties"]
            known_by = made.identified(parts, at_)
            if known_by is not None:
                yield (*at_, known_by), parts[known_by]
            else:
                yield from _leaves(made, inner, at_)
        elif kind != "any" or name in ("value", "body", "content", "text"):
            yield at_, inner
