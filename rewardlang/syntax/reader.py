"""What the readers of the three kinds of file share: YAML nodes to expressions, templates, names.

Files have passed their schema before; so the accessors below assert what it promised.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Code, Diagnostic, Label
from rewardlang.source import Source, Span
from rewardlang.syntax import nodes
from rewardlang.syntax.cuts import cut_by_comment
from rewardlang.syntax.files import Binding
from rewardlang.syntax.limits import MAX_EXPRESSIONS, MAX_SYNTAX_ERRORS
from rewardlang.syntax.parser import parse_effect, parse_expression
from rewardlang.syntax.placed import Placed, place
from rewardlang.syntax.templates import parse_template
from rewardlang.syntax.words import RESERVED
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, Sequence_, YamlNode

_LEAST = 20
"""What a short expression counts for in a file's budget: parsing has a price of its own."""


@dataclass
class Reader:
    """Reads values of one file; problems go to `out`."""

    source: Source
    out: list[Diagnostic]
    expressions: set[int] = field(default_factory=set)
    """Where scalars that hold expressions start."""
    budget: int = MAX_EXPRESSIONS

    def expression(self, node: YamlNode) -> nodes.Expr | None:
        """An expression; a YAML number or bool is a literal."""
        scalar = as_scalar(node)
        self.expressions.add(scalar.span.start)
        if not isinstance(scalar.value, str):
            return nodes.Literal_(scalar.span, scalar.value)
        found: list[Diagnostic] = []
        made = self._parse(place(scalar), found)
        self._tell(scalar, made is None, found)
        return made

    def effect(self, node: YamlNode) -> nodes.Effect | None:
        """An effect of an operation."""
        scalar = as_scalar(node)
        self.expressions.add(scalar.span.start)
        text, found = place(scalar), list[Diagnostic]()
        made = parse_effect(text, found) if self._affords(text, found) else None
        self._tell(scalar, made is None, found)
        return made

    def template(self, node: YamlNode) -> nodes.Template | None:
        """A string with holes; a YAML number is its text."""
        scalar = as_scalar(node)
        found: list[Diagnostic] = []
        made = parse_template(place(scalar), scalar.span, found, self._parse)
        self._tell(scalar, made is None, found)
        return made

    def shape(self, node: YamlNode) -> nodes.Shape:
        """A value whose strings are templates; one that was reported reads as empty text."""
        if isinstance(node, Sequence_):
            return nodes.ListTemplate(node.span, tuple(self.shape(i) for i in node.items))
        if isinstance(node, Mapping_):
            return self.object(node)
        if isinstance(node.value, str):
            return self.template(node) or nodes.Template(node.span, ("",))
        return nodes.Constant(node.span, node.value)

    def object(self, node: YamlNode) -> nodes.ObjectTemplate:
        """A mapping whose strings are templates."""
        mapping = as_mapping(node)
        pairs = tuple((as_identifier(k), self.shape(v)) for k, v in mapping.pairs)
        return nodes.ObjectTemplate(mapping.span, pairs)

    def bindings(self, node: YamlNode | None) -> tuple[Binding, ...]:
        """`name: expression` of `let:` and `params:`, in order."""
        return tuple((self.name(k), self.expression(v)) for k, v in pairs(node))

    def name(self, key: Scalar) -> nodes.Identifier:
        """A name that expressions refer to, which must not be a word of the language."""
        if key.value in RESERVED:
            message = f"`{key.value}` is a word of the language and cannot be a name"
            self.out.append(
                Diagnostic(codes.BAD_NAME, message, Label(key.span, "choose another name"))
            )
        return as_identifier(key)

    def path(self, node: YamlNode | None) -> tuple[nodes.Identifier, ...]:
        """`table.field.field`, each name with its place."""
        text = place(as_scalar(node))
        names, start = [], 0
        for name in text.text.split("."):
            names.append(nodes.Identifier(text.span(start, start + len(name)), name))
            start += len(name) + 1
        return tuple(names)

    def report(
        self, code: Code, message: str, span: Span, label: str = "", *, help: str | None = None
    ) -> None:
        """Add a diagnostic of one place."""
        self.out.append(Diagnostic(code, message, Label(span, label), help=help))

    def _parse(self, text: Placed, out: list[Diagnostic]) -> nodes.Expr | None:
        return parse_expression(text, out) if self._affords(text, out) else None

    def _affords(self, text: Placed, out: list[Diagnostic]) -> bool:
        if self.budget < 0 or len(self.out) + len(out) >= MAX_SYNTAX_ERRORS:
            return False  # the first was reported when it ran out, the second is at the end
        self.budget -= max(len(text.text), _LEAST)
        if self.budget < 0:
            message = f"the expressions of a file may have {MAX_EXPRESSIONS:,} characters"
            place = Label(text.span(0, len(text.text)), "from here on it is too much")
            out.append(Diagnostic(codes.OVER_LIMIT, message, place, help="split the file"))
        return self.budget >= 0

    def _tell(self, scalar: Scalar, failed: bool, found: list[Diagnostic]) -> None:
        """Report what was found; when YAML cut the text, that is what is said instead."""
        cut = cut_by_comment(scalar) if failed and scalar.style is None else None
        self.out += [cut] if cut is not None else found


def as_scalar(node: YamlNode | None) -> Scalar:
    """A node that the schema says is a scalar."""
    assert isinstance(node, Scalar)
    return node


def as_mapping(node: YamlNode | None) -> Mapping_:
    """A node that the schema says is a mapping."""
    assert isinstance(node, Mapping_)
    return node


def as_identifier(node: YamlNode | None) -> nodes.Identifier:
    """A scalar as a name with its place; the quotes around it are not part of the name."""
    scalar = as_scalar(node)
    inset = 1 if scalar.style in ("'", '"') else 0
    start, end = scalar.span.start + inset, scalar.span.end - inset
    return nodes.Identifier(Span(scalar.span.source, start, end), str(scalar.value))


def pairs(node: YamlNode | None) -> tuple[tuple[Scalar, YamlNode], ...]:
    """The pairs of a mapping, none when there is no mapping."""
    return () if node is None else as_mapping(node).pairs


def items(node: YamlNode | None) -> tuple[YamlNode, ...]:
    """The items of a list, none when there is no list."""
    if node is None:
        return ()
    assert isinstance(node, Sequence_)
    return node.items


def text_of(node: YamlNode | None, default: str = "") -> str:
    """The text of a scalar, `default` when it is left out."""
    return default if node is None else str(as_scalar(node).value)


def whole_of(node: YamlNode | None, default: int = 0) -> int:
    """A whole number, `default` when it is left out."""
    if node is None:
        return default
    value = as_scalar(node).value
    assert isinstance(value, int | float)
    return int(value)


def number_of(node: YamlNode | None, default: float = 0.0) -> float:
    """A number, `default` when it is left out."""
    if node is None:
        return default
    value = as_scalar(node).value
    assert isinstance(value, int | float)
    return float(value)
