"""Lark's tree of an expression turned into nodes, in one pass of bounded depth."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, cast

from lark import Token, Tree

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Code, Diagnostic, Fix, Label
from rewardlang.source import Span
from rewardlang.syntax import nodes as n
from rewardlang.syntax.limits import MAX_EXPRESSION_DEPTH, MAX_INT
from rewardlang.syntax.placed import Placed
from rewardlang.syntax.words import RESERVED

Lark = Tree[Token]
COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "not in", "matches"})
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.S)
_ESCAPED = {
    "n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\\": "\\", '"': '"', "'": "'", "/": "/",
}  # fmt: skip


class Rejected(Exception):
    """What the grammar admits but the language does not; carries the one diagnostic."""

    def __init__(self, code: Code, message: str, label: Label, **more: Any) -> None:
        super().__init__(message)
        self.diagnostic = Diagnostic(code, message, label, **more)


class Builder:
    """Turns trees over one text into nodes whose spans lie in the text's file."""

    def __init__(self, text: Placed) -> None:
        self._text = text

    def expression(self, tree: Lark, depth: int = 1) -> n.Expr:
        """The node of an expression whose root is at `depth`."""
        if depth > MAX_EXPRESSION_DEPTH:
            raise Rejected(
                codes.OVER_LIMIT,
                f"an expression may be nested {MAX_EXPRESSION_DEPTH} levels deep",
                Label(self._span(tree), "this is deeper"),
                help="name a part of it under `let:`",
            )
        make = _MAKERS[str(tree.data)]
        return make(self, tree, self._span(tree), depth + 1)

    def effect(self, tree: Lark) -> n.Effect:
        """The node of an effect."""
        parts = [self.expression(c) for c in tree.children if isinstance(c, Tree)]
        kind = str(tree.data).rstrip("_")
        if kind == "set":
            target, value = parts
        elif kind == "delete":
            target, value = parts[0], None
        else:
            value, target = parts
        return n.Effect(self._span(tree), cast(Any, kind), target, value)

    def _span(self, tree: Lark | Token) -> Span:
        if isinstance(tree, Token):
            assert tree.start_pos is not None
            assert tree.end_pos is not None
            return self._text.span(tree.start_pos, tree.end_pos)
        return self._text.span(tree.meta.start_pos, tree.meta.end_pos)

    def _identifier(self, token: Token) -> n.Identifier:
        return n.Identifier(self._span(token), str(token))

    def _name(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        name = str(tree.children[0])
        if name in RESERVED:  # the grammar expects operators' words only between operands
            raise Rejected(
                codes.SYNTAX_ERROR,
                f"unexpected `{name}`",
                Label(span, "expected an expression"),
                help="write `a if test else b`" if name in ("if", "else") else None,
            )
        return n.Name(span, name)

    def _int(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        return n.Literal_(span, self._whole(cast(Token, tree.children[0])))

    def _whole(self, token: Token) -> int:
        if len(token) > 19 or int(token) > MAX_INT:
            raise Rejected(
                codes.OVER_LIMIT,
                "a whole number may be at most 2^63 - 1",
                Label(self._span(token), "larger than that"),
                help="compare with a smaller number; ids that are longer are texts, in quotes",
            )
        return int(token)

    def _float(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        value = float(cast(Token, tree.children[0]))
        if math.isinf(value):
            raise Rejected(
                codes.OVER_LIMIT,
                "the number is too large",
                Label(span, "at most about 1.8e308"),
                help="write a smaller number",
            )
        return n.Literal_(span, value)

    def _string(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        return n.Literal_(span, self._decoded(cast(Token, tree.children[0])))

    def _decoded(self, token: Token) -> str:
        def char(match: re.Match[str]) -> str:
            if match[1]:
                return chr(int(match[1], 16))
            if match[2] in _ESCAPED:
                return _ESCAPED[match[2]]
            start = cast(int, token.start_pos) + 1 + match.start()
            raise Rejected(
                codes.SYNTAX_ERROR,
                f"`\\{match[2]}` means nothing in a string",
                Label(self._text.span(start, start + 2), "unknown escape"),
                help='write a regular expression as `r"..."`, a backslash as `\\\\`',
            )

        text = _ESCAPE.sub(char, token[1:-1])
        # Two escapes may be the halves of one character; a lone half is no text at all.
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise Rejected(
                codes.SYNTAX_ERROR,
                "a `\\u` escape is half of a character",
                Label(self._span(token), "a surrogate without its other half"),
                help="write the character itself",
            ) from None

    def _raw_string(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        return n.Literal_(span, str(tree.children[0])[2:-1], raw=True)

    def _true(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        return n.Literal_(span, True)

    def _false(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        return n.Literal_(span, False)

    def _null(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        return n.Literal_(span, None)

    def _list(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        return n.ListLiteral(span, tuple(self.expression(c, depth) for c in _trees(tree)))

    def _object(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        pairs: list[tuple[n.Identifier, n.Expr]] = []
        seen: dict[str, Span] = {}
        for pair in _trees(tree):
            key = cast(Token, pair.children[0])
            name = self._decoded(key) if key.type == "STRING" else str(key)
            place = self._span(key)
            if name in seen:
                raise Rejected(
                    codes.DUPLICATE_KEY,
                    f"the key `{name}` stands twice in one object",
                    Label(place, "again here"),
                    others=(Label(seen[name], "first here"),),
                )
            seen[name] = place
            value = self.expression(cast(Lark, pair.children[1]), depth)
            pairs.append((n.Identifier(place, name), value))
        return n.ObjectLiteral(span, tuple(pairs))

    def _field(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        left, name = _trees(tree)[0], cast(Token, tree.children[1])
        safe = tree.data == "safe_field"
        return n.Field(span, self.expression(left, depth), self._identifier(name), safe)

    def _index(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        left, key = (self.expression(c, depth) for c in _trees(tree))
        return n.Index(span, left, key, tree.data == "safe_index")

    def _present(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        return n.Present(span, self.expression(_trees(tree)[0], depth))

    def _call(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        callee, args = tree.children
        items = () if args is None else cast(Lark, args).children
        return n.Call(
            span,
            self.expression(cast(Lark, callee), depth),
            tuple(self._argument(cast(Lark, a), depth) for a in items if a is not None),
        )

    def _argument(self, tree: Lark, depth: int) -> n.Argument:
        span = self._span(tree)
        if tree.data == "named":
            name, value = tree.children
            made = self.expression(cast(Lark, value), depth)
            return n.Argument(span, made, self._identifier(cast(Token, name)))
        if tree.data == "lambda":
            *params, body = tree.children
            names = tuple(self._identifier(cast(Token, p)) for p in params)
            return n.Argument(span, n.Lambda(span, names, self.expression(cast(Lark, body), depth)))
        return n.Argument(span, self.expression(tree, depth))

    def _negative(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        return n.Unary(span, "-", self.expression(_trees(tree)[0], depth))

    def _not(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        return n.Unary(span, "not", self.expression(_trees(tree)[0], depth))

    def _binary(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        left, *ops, right = tree.children
        op = " ".join(map(str, ops))
        first, last = cast(Token, ops[0]), cast(Token, ops[-1])
        op_span = self._span(first).to(self._span(last))
        if op in COMPARISONS:
            self._refuse_chain(cast(Lark, left), op_span, cast(Lark, right))
        made = [self.expression(cast(Lark, side), depth) for side in (left, right)]
        return n.Binary(span, cast(n.BinaryOp, op), op_span, made[0], made[1])

    def _refuse_chain(self, left: Lark, op_span: Span, right: Lark | None = None) -> None:
        """`a < b < c`, `a == b is null`: what they mean elsewhere is not what people expect."""
        if _in_brackets(left) or not _is_comparison(left):
            return
        fix, advice = None, "put brackets around the first"
        if right is not None and left.data in ("binary", "not_in"):
            text = self._text.text
            middle = _trees(left)[1]
            start = text[left.meta.start_pos : left.meta.end_pos]
            rest = text[_outer(middle)[0] : left.meta.end_pos]
            end = text[left.meta.end_pos : _outer(right)[1]].lstrip()
            fixed = f"{start} and {rest} {end}"
            fix = Fix(self._text.span(left.meta.start_pos, _outer(right)[1]), fixed)
            advice = f"write `{fixed}`"
        raise Rejected(
            codes.SYNTAX_ERROR,
            "comparisons do not chain",
            Label(op_span, "a second comparison"),
            help=advice,
            fix=fix,
        )

    def _is_null(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        inner = _trees(tree)[0]
        self._refuse_chain(inner, self._span(cast(Token, tree.children[1])))
        return n.IsNull(span, self.expression(inner, depth), tree.data == "is_not_null")

    def _if(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        then, test, other = (self.expression(c, depth) for c in _trees(tree))
        return n.If(span, test, then, other)

    def _formula(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        kind = cast(n.FormulaKind, str(tree.children[0]))
        return n.Formula(span, kind, self._patterns(tree, depth), scope=self._scope(tree, depth))

    def _counted(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        kind = cast(n.FormulaKind, str(tree.children[0]))
        count = self._whole(cast(Token, tree.children[1]))
        return n.Formula(span, kind, self._patterns(tree, depth), count, self._scope(tree, depth))

    def _every(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        kind = next(c for c in tree.children if isinstance(c, Token) and c.type != "EVERY")
        return n.Formula(
            span,
            cast(n.FormulaKind, str(kind)),
            self._patterns(tree, depth),
            within=self._within(tree),
        )

    def _seq(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        return n.Formula(span, "seq", self._patterns(tree, depth), within=self._within(tree))

    def _trace_value(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        kind = cast(Any, str(tree.children[0]))
        (pattern,) = self._patterns(tree, depth)
        return n.TraceValue(span, kind, pattern, self._scope(tree, depth))

    def _best(self, tree: Lark, span: Span, depth: int) -> n.Expr:
        _, pattern, name, body = tree.children
        param, score = cast(Token, name), cast(Lark, body)
        place = self._text.span(cast(int, param.start_pos), score.meta.end_pos)
        made = n.Lambda(place, (self._identifier(param),), self.expression(score, depth))
        return n.TraceValue(span, "best", self._pattern(cast(Lark, pattern), depth), score=made)

    def _patterns(self, tree: Lark, depth: int) -> tuple[n.Pattern, ...]:
        return tuple(self._pattern(c, depth) for c in _trees(tree) if c.data == "pattern")

    def _pattern(self, tree: Lark, depth: int) -> n.Pattern:
        ops = tuple(self._op(c, depth) for c in _trees(tree))
        return n.Pattern(self._span(tree), ops)

    def _op(self, tree: Lark, depth: int) -> n.OpPattern:
        names = cast(Lark, tree.children[0])
        preds: list[Lark] = []
        if len(tree.children) > 1 and tree.children[1] is not None:
            preds = _trees(cast(Lark, tree.children[1]))
        first = cast(Token, names.children[0])
        dotted = ".".join(str(t) for t in names.children)
        name = None if first.type == "ANY" else n.Identifier(self._span(names), dotted)
        return n.OpPattern(self._span(tree), name, tuple(self.expression(p, depth) for p in preds))

    def _scope(self, tree: Lark, depth: int) -> n.Scope | None:
        scope = next((c for c in _trees(tree) if c.data == "scope"), None)
        if scope is None:
            return None
        patterns = self._patterns(scope, depth)
        kind = cast(Any, str(scope.children[0]))
        closes = patterns[1] if len(patterns) > 1 else None
        return n.Scope(self._span(scope), kind, patterns[0], closes)

    def _within(self, tree: Lark) -> int | None:
        within = next((c for c in _trees(tree) if c.data == "within"), None)
        return None if within is None else self._whole(cast(Token, within.children[1]))


def _trees(tree: Lark) -> list[Lark]:
    return [c for c in tree.children if isinstance(c, Tree)]


def _is_comparison(tree: Lark) -> bool:
    if tree.data == "binary":
        return str(tree.children[1]) in COMPARISONS
    return tree.data in ("not_in", "is_null", "is_not_null")


def _outer(tree: Lark) -> tuple[int, int]:
    """Where a tree starts and ends with the brackets around it."""
    meta: Any = tree.meta
    return meta.container_start_pos, meta.container_end_pos


def _in_brackets(tree: Lark) -> bool:
    return _outer(tree)[0] < tree.meta.start_pos


_Maker = Callable[[Builder, Lark, Span, int], n.Expr]
_MAKERS: dict[str, _Maker] = {
    "name": Builder._name,
    "int": Builder._int,
    "float": Builder._float,
    "string": Builder._string,
    "raw_string": Builder._raw_string,
    "true": Builder._true,
    "false": Builder._false,
    "null": Builder._null,
    "list": Builder._list,
    "object": Builder._object,
    "field": Builder._field,
    "safe_field": Builder._field,
    "index": Builder._index,
    "safe_index": Builder._index,
    "present": Builder._present,
    "call": Builder._call,
    "negative": Builder._negative,
    "not_": Builder._not,
    "binary": Builder._binary,
    "not_in": Builder._binary,
    "is_null": Builder._is_null,
    "is_not_null": Builder._is_null,
    "if_": Builder._if,
    "formula": Builder._formula,
    "counted": Builder._counted,
    "every": Builder._every,
    "seq": Builder._seq,
    "trace_value": Builder._trace_value,
    "best": Builder._best,
}
