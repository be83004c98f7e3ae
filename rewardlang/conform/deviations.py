"""The list of known deviations beside an API file: where, what and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from rewardlang.conform.differences import Difference
from rewardlang.data import Files
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Code, Diagnostic, Label
from rewardlang.diagnostics.spelling import suggest
from rewardlang.frozen import frozen
from rewardlang.source import Span
from rewardlang.syntax.load import read_source
from rewardlang.syntax.yaml_events import read_yaml
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, Sequence_, YamlNode

SUFFIX = ".conform.yaml"
_KEYS = ("rewardlang", "conform", "deviations")
_ENTRY = ("where", "what", "why")
_SHORTEST = 20
"""Characters of a reason; fewer explain nothing."""


@frozen
class Deviation:
    """`where` is a place as differences name it, in which `*` stands for anything."""

    where: str
    what: str
    why: str
    span: Span

    def covers(self, difference: Difference) -> bool:
        """Whether this is the difference that is meant."""
        if self.what != difference.what:
            return False
        if "*" not in self.where:
            return self.where == difference.where
        pattern = ".*".join(re.escape(part) for part in self.where.split("*"))
        return re.fullmatch(pattern, difference.where) is not None


def beside(api: Path) -> Path:
    """Where the deviations of an API file are listed."""
    return api.with_name(api.stem + SUFFIX)


def read(path: Path, files: Files | None = None) -> tuple[list[Deviation], list[Diagnostic]]:
    """The deviations that a file lists, and what is wrong with it."""
    out: list[Diagnostic] = []
    source = read_source(path, files or Files(), out)
    root = read_yaml(source, out) if source is not None else None
    if root is None:
        return [], out
    reader = _Reader(out)
    top = reader.mapping(root, _KEYS, ("deviations",))
    held = None if top is None else top.get("deviations")
    found: list[Deviation] = []
    for item in reader.items(held):
        found += reader.entry(item)
    return found, out


@frozen
class Sorted:
    """Differences with the deviation that explains each, and deviations that explain none."""

    explained: tuple[tuple[Difference, Deviation], ...]
    unexplained: tuple[Difference, ...]
    stale: tuple[Deviation, ...]


def sort(differences: Iterable[Difference], listed: Sequence[Deviation]) -> Sorted:
    """Which differences are known."""
    by_what: dict[str, list[Deviation]] = {}
    for deviation in listed:
        by_what.setdefault(deviation.what, []).append(deviation)
    explained: list[tuple[Difference, Deviation]] = []
    unexplained: list[Difference] = []
    used: set[int] = set()
    for difference in differences:
        known = [d for d in by_what.get(difference.what, ()) if d.covers(difference)]
        used.update(id(d) for d in known)
        if known:
            explained.append((difference, known[0]))
        else:
            unexplained.append(difference)
    stale = tuple(d for d in listed if id(d) not in used)
    return Sorted(tuple(explained), tuple(unexplained), stale)


class _Reader:
    """Reads the file's few shapes; what is wrong goes to `out`."""

    def __init__(self, out: list[Diagnostic]) -> None:
        self._out = out

    def mapping(
        self, node: YamlNode, known: tuple[str, ...], needed: tuple[str, ...]
    ) -> Mapping_ | None:
        """The mapping that a node is, with keys that are known and all that are needed."""
        if not isinstance(node, Mapping_):
            self._say(codes.WRONG_SHAPE, "a mapping must stand here", node.span, "is none")
            return None
        for key, _ in node.pairs:
            if key.value not in known:
                meant = suggest(str(key.value), known)
                help = f"did you mean `{meant}`?" if meant else f"keys are {', '.join(known)}"
                self._say(codes.UNKNOWN_KEY, f"unknown key `{key.text}`", key.span, "", help)
        absent = [key for key in needed if node.get(key) is None]
        if absent:
            place = node.pairs[0][0].span if node.pairs else node.span
            self._say(codes.MISSING_KEY, f"`{absent[0]}` is missing", place, "")
            return None
        return node

    def items(self, node: YamlNode | None) -> Sequence[YamlNode]:
        """The items of the list that a node is."""
        if node is None or isinstance(node, Sequence_):
            return () if node is None else node.items
        self._say(codes.WRONG_SHAPE, "a list must stand here", node.span, "is none")
        return ()

    def entry(self, node: YamlNode) -> list[Deviation]:
        """The deviations that an entry lists: one for each place."""
        held = self.mapping(node, _ENTRY, _ENTRY)
        if held is None:
            return []
        what, why = self.text(held.get("what")), self.text(held.get("why"))
        where = held.get("where")
        places = where.items if isinstance(where, Sequence_) else [where]
        if why is not None and len(why.strip()) < _SHORTEST:
            place = held.get("why")
            assert place is not None
            message = f"a reason has at least {_SHORTEST} characters"
            self._say(codes.WRONG_SHAPE, message, place.span, "explains nothing")
        found = []
        for place in places:
            text = self.text(place)
            if place is not None and text is not None and what is not None and why is not None:
                found.append(Deviation(text, what, " ".join(why.split()), place.span))
        return found

    def text(self, node: YamlNode | None) -> str | None:
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node.value
        if node is not None:
            self._say(codes.WRONG_SHAPE, "a text must stand here", node.span, "is none")
        return None

    def _say(
        self, code: Code, message: str, span: Span, label: str, help: str | None = None
    ) -> None:
        self._out.append(Diagnostic(code, message, Label(span, label), help=help))
