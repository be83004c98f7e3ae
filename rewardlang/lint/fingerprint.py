"""Fingerprints of expressions: equal for expressions that mean the same, whatever names they use.

Lets are read in place, parameters of lambdas by their position, the sides of `==` and the items of
`and` and `or` in any order. A fingerprint has a fixed length, so that lets of lets stay small.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from hashlib import blake2b

from rewardlang import tree
from rewardlang.frozen import frozen
from rewardlang.resolve.keys import fields_of, key

_MIRRORED = {"<": ">", "<=": ">="}


@frozen
class Fingerprints:
    """The fingerprints of expressions that may mention `lets`."""

    lets: Mapping[str, tree.LetDef]
    _known: dict[str, str] = field(default_factory=dict)

    def of(self, part: object, names: tuple[str, ...] = ()) -> str:
        """The fingerprint of an expression or a part of one; `names` are lambda parameters."""
        if part is None or isinstance(part, str | int | float):
            return digest("value", repr(part))
        match part:
            case tree.LetRef() if part.name in self.lets:
                if part.name not in self._known:
                    self._known[part.name] = self.of(self.lets[part.name].value)
                return self._known[part.name]
            case tree.Local() if part.name in names:
                return digest("local", str(names[::-1].index(part.name)))
            case tree.Const():
                return digest("const", key(part))
            case tree.Present():
                return self.of(part.object, names)
            case tree.Not():
                return self._opposite(self.of(part.item, names))
            case tree.Formula(kind="never"):
                inner = self._structure(part, names, kind="called")
                return self._opposite(inner)
            case tree.Formula(kind="at_least", count=1):
                return self._structure(part, names, kind="called", count=None)
            case tree.And() | tree.Or():
                items = sorted(dict.fromkeys(self.of(item, names) for item in part.items))
                return digest(type(part).__name__, *items)
            case tree.Compare():
                sides = [self.of(part.left, names), self.of(part.right, names)]
                op: str = part.op
                if op in ("==", "!="):
                    sides.sort()
                elif op in _MIRRORED:
                    op = _MIRRORED[op]
                    sides.reverse()
                return digest("compare", op, *sides)
            case tree.Macro():
                source = self.of(part.source, names)
                body = self.of(part.body, names + part.vars)
                return digest("macro", part.kind, str(len(part.vars)), source, body)
            case tree.TraceValue() if part.var is not None:
                return self._structure(part, (*names, part.var), var=None)
            case tuple():
                return digest("tuple", *(self.of(item, names) for item in part))
            case _:
                return self._structure(part, names)

    def _structure(self, part: object, names: tuple[str, ...], **given: object) -> str:
        """By the kind of node and its fields, but for those that are `given`."""
        kind: type = type(part)
        values = [
            self.of(given[name] if name in given else getattr(part, name), names)
            for name in fields_of(kind)
        ]
        return digest(kind.__name__, *values)

    def _opposite(self, fingerprint: str) -> str:
        return fingerprint[4:] if fingerprint.startswith("not ") else f"not {fingerprint}"


def digest(*parts: str) -> str:
    """A text of fixed length that stands for `parts`."""
    return blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest()
