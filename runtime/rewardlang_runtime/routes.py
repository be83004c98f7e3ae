"""Operations by method and path: which one a request is for, and the request that a call is.

Paths are matched segment by segment in a tree, literals before arguments, so that 600 operations
cost what one does. What a request carries besides its path is read in `wire`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from rewardlang_runtime.scenario import Api, Operation, Scenario
from rewardlang_runtime.wire import Request, Unsendable, Wire

__all__ = ["Match", "Request", "Route", "Routes", "Unsendable", "path_of"]

_HOLE = re.compile(r"\{([^{}]*)\}")
_LONGEST = 4_096
"""Characters of a segment that is more than one argument; longer ones match none."""


class Route:
    """One operation as HTTP knows it."""

    __slots__ = ("holes", "operation", "path", "wire")

    def __init__(self, operation: Operation, path: str) -> None:
        self.operation = operation
        self.path = path
        """With a leading slash and the base path, and `{name}` for each argument."""
        self.holes = tuple(_HOLE.findall(path))
        """The arguments in the path by their names on the wire, in order."""
        self.wire = Wire(operation)

    def request(self, args: Mapping[str, Any]) -> Request:
        """The request that a call with these arguments is.

        Raises:
            Unsendable: They hold something that no request can carry, such as an argument of the
                path that is missing or empty, or an item with a comma in a list of the query.
        """
        try:
            filled = self.wire.path(args)
            path = _HOLE.sub(lambda hole: _segment(filled[hole[1]]), self.path)
            return Request(self.operation.method, path, *self.wire.rest(args))
        except UnicodeEncodeError as error:
            raise Unsendable(f"{error.object!r} is no text") from error


class Match(NamedTuple):
    """The operation that a request is for, and the texts that its path has for arguments."""

    route: Route
    texts: tuple[str, ...]

    @property
    def operation(self) -> Operation:
        """The operation."""
        return self.route.operation

    def arguments(
        self, query: str = "", body: Any = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The flat arguments of the operation, as the request has them.

        They are not checked; what is wrong with them stays in, so that the check can say so.

        Args:
            query: What follows the `?`, as it was sent.
            body: The JSON value of the body; None for none.
            headers: By lower-case name.

        Raises:
            ValueError: The operation takes an object as its body, and this is none.
        """
        route = self.route
        return route.wire.arguments(route.holes, self.texts, query, body, headers)


class Routes:
    """The operations of one or more APIs, to be found by method and path."""

    __slots__ = ("_root", "by_name")

    def __init__(self, operations: Iterable[Operation], apis: Mapping[str, Api]) -> None:
        self._root = _Node()
        self.by_name: dict[str, Route] = {}
        for operation in operations:
            route = Route(operation, path_of(operation, apis[operation.api]))
            self.by_name[operation.name] = route
            self._root.at(_segments(route.path)).routes.setdefault(operation.method.upper(), route)

    @classmethod
    def of(cls, scenario: Scenario, names: Iterable[str] | None = None) -> Routes:
        """The routes of a scenario: of its tools, or of the operations with these names."""
        chosen = scenario.tools if names is None else names
        return cls([scenario.operations[name] for name in chosen], scenario.apis)

    def match(self, method: str, path: str) -> Match | None:
        """The operation for a request, or None.

        Args:
            method: In capitals.
            path: From the first slash to before the `?`, percent-encoded as it was sent.
        """
        texts: list[str] = []
        for node, found in self._root.find(_segments(path), 0, texts):
            route = node.routes.get(method)
            if route is not None:
                return Match(route, tuple(found))
        return None

    def methods(self, path: str) -> tuple[str, ...]:
        """The methods that operations with this path have, sorted; none when there is no such."""
        found: set[str] = set()
        for node, _ in self._root.find(_segments(path), 0, []):
            found.update(node.routes)
        return tuple(sorted(found))

    def request(self, name: str, args: Mapping[str, Any]) -> Request:
        """The request that a call of the operation with this name is.

        Raises:
            KeyError: There is no such operation.
            Unsendable: As `Route.request`.
        """
        return self.by_name[name].request(args)


def path_of(operation: Operation, api: Api) -> str:
    """The whole path of an operation, `{name}` for each argument. `//` begins an absolute one."""
    path = operation.path
    whole = path[1:] if path.startswith("//") else api.base_path.rstrip("/") + path
    return whole if whole.startswith("/") else "/" + whole


class _Node:
    """A place in the tree: what may follow, and the operations that end here, by method."""

    __slots__ = ("argument", "literals", "mixed", "routes")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.mixed: list[tuple[str, Any, _Node]] = []
        """Segments with text beside their arguments: as written, as a pattern, what follows."""
        self.argument: _Node | None = None
        self.routes: dict[str, Route] = {}

    def at(self, segments: list[str]) -> _Node:
        """The place with this path below here, made when it is new."""
        node = self
        for segment in segments:
            node = node._below(segment)
        return node

    def _below(self, segment: str) -> _Node:
        if "{" not in segment:
            return self.literals.setdefault(unquote(segment), _Node())
        if _HOLE.fullmatch(segment):
            if self.argument is None:
                self.argument = _Node()
            return self.argument
        shape = _HOLE.sub("{}", segment)
        for known, _, node in self.mixed:
            if known == shape:
                return node
        node = _Node()
        self.mixed.append((shape, _pattern(shape), node))
        # The more text a segment has, the less it takes of what another one means.
        self.mixed.sort(key=lambda entry: -len(entry[0]))
        return node

    def find(
        self, segments: list[str], at: int, texts: list[str]
    ) -> Iterator[tuple[_Node, list[str]]]:
        """The ends that a path leads to, the best first, with the texts of its arguments.

        Each place of the tree is entered once at most, whatever the path is.
        """
        if at == len(segments):
            if self.routes:
                yield self, texts
            return
        text = segments[at]
        if "%" in text:
            text = unquote(text)
        literal = self.literals.get(text)
        if literal is not None:
            yield from literal.find(segments, at + 1, texts)
        if not text:
            return
        for _, pattern, node in self.mixed:
            groups = pattern.fullmatch(text) if len(text) <= _LONGEST else None
            if groups is not None:
                yield from node.find(segments, at + 1, [*texts, *groups.groups()])
        if self.argument is not None:
            yield from self.argument.find(segments, at + 1, [*texts, text])


def _segments(path: str) -> list[str]:
    """The segments of a path, still encoded; a slash at its end says nothing."""
    path = path.removeprefix("/")
    return (path[:-1] if path[-1:] == "/" else path).split("/")


def _pattern(shape: str) -> Any:
    """A linear-time pattern for a segment such as `{}.{}`."""
    import re2

    return re2.compile("(?s)" + "(.+?)".join(re2.escape(piece) for piece in shape.split("{}")))


def _segment(text: str) -> str:
    """`text` as one segment; dots alone would be taken for a step in the path."""
    return text.replace(".", "%2E") if text in (".", "..") else quote(text, safe="")
