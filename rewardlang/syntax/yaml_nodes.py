"""A YAML document as data with places: scalars, sequences and mappings, each with its span."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from rewardlang.frozen import frozen
from rewardlang.source import Span

_FEW = 16
"""Keys that are found as soon by looking at each of them."""


@frozen
class Scalar:
    """A scalar, resolved by the YAML 1.2 core schema.

    `span` covers what stands in the file, quotes included; `style` is None for plain scalars.
    `text` is the scalar's text before resolution.
    """

    span: Span
    value: None | bool | int | float | str
    text: str
    style: Literal["'", '"', "|", ">"] | None = None


@frozen
class Sequence_:
    span: Span
    items: tuple[YamlNode, ...]


@frozen
class Mapping_:
    """Keys are unique strings, in the order of the file."""

    span: Span
    pairs: tuple[tuple[Scalar, YamlNode], ...]
    _places: dict[str, int] = field(init=False, repr=False, compare=False)
    """Of each key, where it stands in `pairs`; made when a large mapping is first asked."""

    def get(self, key: str) -> YamlNode | None:
        """The value of a key."""
        found = self.entry(key)
        return None if found is None else found[1]

    def entry(self, key: str) -> tuple[Scalar, YamlNode] | None:
        """A key with its value."""
        pairs = self.pairs
        if len(pairs) <= _FEW:
            return next((pair for pair in pairs if pair[0].value == key), None)
        try:
            places = self._places
        except AttributeError:
            places = {str(name.value): at for at, (name, _) in enumerate(pairs)}
            object.__setattr__(self, "_places", places)
        at = places.get(key)
        return None if at is None else pairs[at]


YamlNode = Scalar | Sequence_ | Mapping_


def plain(node: YamlNode) -> object:
    """The document as plain Python data."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence_):
        return [plain(item) for item in node.items]
    return {str(key.value): plain(value) for key, value in node.pairs}
