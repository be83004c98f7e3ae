"""Named expressions: their order, their cycles, and their types wherever they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Label
from rewardlang.graphs import components
from rewardlang.resolve.facts import collect, rises
from rewardlang.resolve.infer import infer
from rewardlang.resolve.keys import key as key_of
from rewardlang.resolve.keys import owner_key
from rewardlang.resolve.scope import Knowledge, Known, LetName, Scope, failed, is_error, is_world
from rewardlang.resolve.walk import depth_of, names_in
from rewardlang.source import Span
from rewardlang.syntax import nodes
from rewardlang.syntax.files import Binding
from rewardlang.syntax.limits import MAX_LET_DEPTH
from rewardlang.types.relations import nullable, size
from rewardlang.types.types import Table

_MOST_NARROWED = 200_000
"""Characters of lets typed again under conditions: more would take seconds."""

_LARGEST_TYPE = 5_000
"""Parts of the type of one let: more means a value that doubles with every step."""


@dataclass(slots=True)
class Lets:
    """The lets of a scenario, an operation or a generator."""

    items: Mapping[str, tuple[nodes.Identifier, nodes.Expr | None]]
    order: tuple[str, ...] = ()
    values: dict[str, tree.Expr] = field(default_factory=dict)
    uses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The lets that a let reads, directly."""
    depths: dict[str, int] = field(default_factory=dict)
    facts: dict[tuple[str, bool | None], Knowledge] = field(default_factory=dict)
    """What `narrow` found out about lets."""
    _base: Scope | None = None
    _spent: int = 0
    _gave_up: bool = False
    _narrowed: dict[tuple[str, tuple[tuple[str, Known], ...]], tree.Expr] = field(
        default_factory=dict
    )
    """Definitions typed again: the let, and what is known of the values that it reads."""
    _keys: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> tree.Expr | None:
        """The definition of a let, as a typed tree; None while it is not known."""
        return self.values.get(name)

    def reference(self, name: str, span: Span, scope: Scope) -> tree.Expr:
        """A reference to the let `name`; null when the definition fails."""
        value = self.values.get(name)
        if value is None or is_error(value):
            return failed(span)
        if scope.known:
            value = self._where(name, scope)
        type_ = nullable(value.type) if rises(value) else value.type
        facts = replace(collect(type_, value), can_fail=False)
        return tree.LetRef(span=span, facts=facts, name=name)

    def _where(self, name: str, scope: Scope) -> tree.Expr:
        """The definition with the types that it has in view of what is known in `scope`.

        A let has one value wherever it is read, so what a condition says of the values that its
        definition reads says something of the let as well.
        """
        assert self._base is not None
        if not self._about(name, scope):
            return self.values[name]
        value = self.values[name]
        for each in self._needed(name):  # `name` is the last
            about = self._about(each, scope)
            node = self.items[each][1]
            if not about or node is None:
                continue
            known = (each, tuple(about.items()))
            if known not in self._narrowed:
                self._spent += node.span.end - node.span.start
                if self._spent > _MOST_NARROWED:
                    self._give_up(name, scope)
                    return self.values[name]
                with scope.report.muted():
                    self._narrowed[known] = infer(node, replace(self._base, known=about))
            value = self._narrowed[known]
        return value

    def _about(self, name: str, scope: Scope) -> dict[str, Known]:
        """What is known in `scope` of values that the let, or one that it needs, may read: the key
        of an expression holds those of all its parts."""
        if name not in self._keys:
            self._keys[name] = " ".join(key_of(self.values[each]) for each in self._needed(name))
        whole = self._keys[name]
        return {
            key: known
            for key, known in scope.known.items()
            if owner_key(key) in whole and not key.startswith("CallField(None")
        }

    def _give_up(self, name: str, scope: Scope) -> None:
        if not self._gave_up:
            self._gave_up = True
            scope.report.add(
                codes.OVER_BUDGET,
                "the lets are read under too many conditions to be checked",
                self.items[name][0].span,
                "each of them gives the lets other types",
                help="use fewer lets, or lets that depend on fewer others",
            )

    def _needed(self, name: str) -> list[str]:
        """`name` and the lets that it reads, directly or not, in dependency order."""
        wanted = {name: True}
        pending = [name]
        while pending:
            for used in self.uses.get(pending.pop(), ()):
                if used not in wanted:
                    wanted[used] = True
                    pending.append(used)
        return [each for each in self.order if each in wanted]


def bind_lets(bindings: Sequence[Binding], scope: Scope) -> tuple[Scope, tuple[tree.LetDef, ...]]:
    """Type `bindings` in dependency order; returns the scope that sees them.

    A let whose name is taken hides nothing: whoever calls this reports it.
    """
    items = {name.name: (name, node) for name, node in bindings}
    lets = Lets(items)
    free = {name: LetName() for name in items if name not in scope.names}
    inner = replace(scope.naming(free), lets=lets)
    lets._base = inner
    graph = {
        name: [] if node is None else [n.name for n in names_in(node) if n.name in free]
        for name, (_, node) in items.items()
    }
    lets.uses = {name: tuple(dict.fromkeys(used)) for name, used in graph.items()}
    definitions: list[tree.LetDef] = []
    order: list[str] = []
    for component in components(graph):
        first = component[0]
        if len(component) > 1 or first in graph[first]:
            _report_cycle(component, lets, scope)
            for name in component:
                lets.values[name] = failed(items[name][0].span)
            continue
        order.append(first)
        lets.order = tuple(order)
        identifier, node = items[first]
        if node is None or _too_deep(identifier, node, lets, scope):
            value = failed(identifier.span)
        else:
            value = _definition(identifier, node, inner)
        lets.values[first] = value
        definitions.append(
            tree.LetDef(
                name=first,
                value=value,
                span=identifier.span,
                used_by_setup=value.facts.stage == "setup",
            )
        )
    return inner, tuple(definitions)


def _too_deep(name: nodes.Identifier, node: nodes.Expr, lets: Lets, scope: Scope) -> bool:
    """Whether a let and those it reads are nested too deep; reported once for a chain."""
    below = max((lets.depths.get(used, 0) for used in lets.uses[name.name]), default=0)
    lets.depths[name.name] = depth = below + depth_of(node)
    if depth <= MAX_LET_DEPTH:
        return False
    if below <= MAX_LET_DEPTH:
        scope.report.add(
            codes.OVER_LIMIT,
            f"`{name.name}` and the lets that it reads are nested {depth} levels deep",
            name.span,
            f"at most {MAX_LET_DEPTH} levels",
            help="let fewer lets depend on one another",
        )
    return True


def _definition(name: nodes.Identifier, node: nodes.Expr, scope: Scope) -> tree.Expr:
    value = infer(node, scope)
    if is_world(value.type) or isinstance(value.type, Table):
        scope.report.add(
            codes.INCOMPARABLE,
            f"`{name.name}` would name a {type(value.type).__name__.lower()}, which is no value",
            value.span,
            "a row, a field or a list of them can be named",
        )
        return failed(value.span)
    if size(value.type, _LARGEST_TYPE) >= _LARGEST_TYPE:
        scope.report.add(
            codes.OVER_BUDGET,
            f"the value of `{name.name}` is too large",
            value.span,
            f"its type has more than {_LARGEST_TYPE} parts",
            help="it holds the same values again and again; name what is needed instead",
        )
        return failed(value.span)
    return value


def _report_cycle(names: Sequence[str], lets: Lets, scope: Scope) -> None:
    first = names[0]
    if len(names) == 1:
        message = f"`{first}` is defined by itself"
    else:
        shown = [*names[:5], *(["..."] if len(names) > 5 else [])]
        message = "these lets are defined by each other: " + ", ".join(f"`{n}`" for n in shown)
    others = [Label(lets.items[name][0].span, "part of the circle") for name in names[1:5]]
    span = lets.items[first][0].span
    scope.report.add(codes.CYCLIC_DEFINITION, message, span, "needs its own value", others=others)
