"""Where values come from: constants, the world at reset, the world at the end, or the policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from rewardlang import tree
from rewardlang.frozen import frozen
from rewardlang.walk import below, everything

NOTHING: frozenset[str] = frozenset()


def through(exprs: Sequence[tree.Expr], lets: Mapping[str, tree.LetDef]) -> Iterator[tree.Expr]:
    """Every node of `exprs` and of the lets that they mention, also through other lets."""
    pending = list(reversed(exprs))
    seen: dict[str, bool] = {}
    while pending:
        for node in everything(pending.pop()):
            yield node
            if isinstance(node, tree.LetRef) and node.name in lets and node.name not in seen:
                seen[node.name] = True
                pending.append(lets[node.name].value)


def reads(exprs: Sequence[tree.Expr], lets: Mapping[str, tree.LetDef]) -> frozenset[str]:
    """What `exprs` look at in any way: names of roots, and `trace`, `args`, `response`, `delta`."""
    found: list[str] = []
    for node in through(exprs, lets):
        match node:
            case tree.RootRef():
                found.append(node.name)
            case tree.CallField(name="args" | "response" | "error"):
                found.append(node.name)
            case tree.Formula() | tree.TraceValue() | tree.CallField():
                found.append("trace")
            case tree.DeltaRows() | tree.ChangedOnly():
                found.append("delta")
            case _:
                pass
    return frozenset(found)


@frozen
class Sources:
    """What a value consists of, leaving out what merely selects it: keys, filters, tests.

    `of` gives names of roots, `delta` being `final`; of a call `args`, `response` and `trace`.
    """

    lets: Mapping[str, tree.LetDef]
    _known: dict[str, frozenset[str]] = field(default_factory=dict)

    def of(
        self, expr: tree.Expr, local: Mapping[str, frozenset[str]] | None = None
    ) -> frozenset[str]:
        """The sources of `expr`; `local` has those of lambda parameters."""
        local = local or {}
        match expr:
            case tree.RootRef():
                return frozenset({expr.name})
            case tree.LetRef():
                if expr.name not in self._known:
                    self._known[expr.name] = NOTHING
                    self._known[expr.name] = self.of(self.lets[expr.name].value)
                return self._known[expr.name]
            case tree.Local():
                return local.get(expr.name, NOTHING)
            case tree.CallField():
                return frozenset({_FIELDS.get(expr.name, "trace")})
            case tree.TraceValue(kind="best", score=score) if score is not None:
                return self.of(score, local) | {"trace"}
            case tree.TraceValue() | tree.Formula():
                return frozenset({"trace"})
            case tree.DeltaRows() | tree.ChangedOnly():
                return frozenset({"final"})
            case tree.Get() | tree.At() | tree.Present():
                return self.of(expr.object, local)
            case tree.TableRef():
                return self.of(expr.world, local)
            case tree.Row():
                return self.of(expr.table, local)
            case tree.If():
                return self.of(expr.then, local) | self.of(expr.other, local)
            case tree.Macro():
                source = self.of(expr.source, local)
                if expr.kind in ("filter", "sort_by", "min_by", "max_by"):
                    return source
                inner = {**local, **dict.fromkeys(expr.vars, source)}
                body = self.of(expr.body, inner)
                return body if expr.kind == "map" else source | body
            case _:
                found = NOTHING
                for part in below(expr):
                    found |= self.of(part, local)
                return found


_FIELDS = {
    "args": "args", "response": "response", "error": "response", "before": "final",
    "after": "final",
}  # fmt: skip
