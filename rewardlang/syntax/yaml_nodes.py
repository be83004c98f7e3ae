"""A YAML document as data with places: scalars, sequences and mappings, each with its span."""

from __future__ import annotations

from typing import Literal

from rewardlang.frozen import frozen
from rewardlang.source import Span


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

    def get(self, key: str) -> YamlNode | None:
        for name, value in self.pairs:
            if name.value == key:
                return value
        return None


YamlNode = Scalar | Sequence_ | Mapping_


def plain(node: YamlNode) -> object:
    """The document as plain Python data."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence_):
        return [plain(item) for item in node.items]
    return {str(key.value): plain(value) for key, value in node.pairs}
