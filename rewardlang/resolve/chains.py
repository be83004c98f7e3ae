"""Chains of `.name` and `?.name`: what they reach, and what may be missing on the way.

After a `?.` the rest of a chain is skipped when its object is null, as in JavaScript. The typed
tree has no chains, so the links after a `?.` become safe as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any as AnyNode
from typing import TypeVar

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.spelling import suggest
from rewardlang.frozen import frozen
from rewardlang.resolve import chain_errors as errors
from rewardlang.resolve.call_fields import call_field, call_of
from rewardlang.resolve.facts import collect, doubtful, rises
from rewardlang.resolve.infer import infer
from rewardlang.resolve.keys import get_key, key
from rewardlang.resolve.narrow import refine
from rewardlang.resolve.scope import Scope, failed, is_error
from rewardlang.source import Span
from rewardlang.syntax import nodes
from rewardlang.types.relations import may_be_null, nullable, without_null
from rewardlang.types.types import Any, CallType, Error, Object, State, Type, Union


@frozen
class Chain:
    """An expression, and its type when nothing on the way was skipped by a `?.`."""

    expr: tree.Expr
    solid: Type
    skips: bool = False
    """Whether the expression is null because of a `?.` before."""
    narrowed: bool = False
    """Whether only a condition passed on the way rules null out: asking again is no mistake."""


N = TypeVar("N")
_RULES: dict[type, Callable[[AnyNode, Scope], Chain]] = {}


def chains(
    kind: type[N],
) -> Callable[[Callable[[N, Scope], Chain]], Callable[[N, Scope], Chain]]:
    """Enter the decorated function as what makes chains of nodes of `kind`."""

    def enter(rule: Callable[[N, Scope], Chain]) -> Callable[[N, Scope], Chain]:
        _RULES[kind] = rule
        return rule

    return enter


def chain_of(node: nodes.Expr, scope: Scope) -> Chain:
    """`node` as a chain: what it is when nothing before was skipped."""
    rule = _RULES.get(type(node))
    if rule is None:
        expr = infer(node, scope)
        return Chain(expr, expr.type, narrowed=_was_null(node, expr, scope))
    chain = rule(node, scope)
    refined = refine(chain.expr, scope)
    scope.report.saw(refined)
    if refined is not chain.expr:
        # Known not to be null: then nothing was skipped, and what is left is certain.
        skips = chain.skips and may_be_null(refined.type)
        narrowed = may_be_null(chain.expr.type) and not may_be_null(refined.type)
        return Chain(refined, refined.type, skips, narrowed)
    return chain


def _was_null(node: nodes.Expr, expr: tree.Expr, scope: Scope) -> bool:
    """Whether `node`, which is not null here, may be null elsewhere."""
    if not scope.known or may_be_null(expr.type) or is_error(expr):
        return False
    with scope.report.muted():
        return may_be_null(infer(node, replace(scope, known={})).type)


@frozen
class Found:
    """What a schema says of a field."""

    type: Type
    present: bool
    """Whether it is always there."""
    sure: bool = True
    """Whether the schema vouches for that; without it reading the field can fail."""


@frozen
class Link:
    """One `.name` or `?.name` after `chain`."""

    chain: Chain
    name: nodes.Identifier
    safe: bool
    span: Span
    scope: Scope

    @property
    def object(self) -> tree.Expr:
        return self.chain.expr

    def follow(self) -> Chain:
        """The chain with this link."""
        whole = self.scope.expand(self.chain.solid)
        if isinstance(whole, Error) or is_error(self.object):
            return self.error()
        target = self.scope.expand(without_null(whole))
        nullable_here = may_be_null(whole)
        if nullable_here and not self.safe:
            errors.object_null(self.object, self.chain.solid, self.name, self.scope)
            return self.error()
        if isinstance(target, CallType):
            return self.of_call(target, nullable_here)
        if isinstance(target, State):
            return self.of_state(target, nullable_here)
        found = self.find(target)
        return self.error() if found is None else self.got(found, nullable_here)

    def find(self, target: Type) -> Found | None:
        """The field of a value of `target`, which is no null; None when it was reported."""
        if isinstance(self.object, tree.CallField) and self.object.name == "response":
            call = call_of(self.object, self.scope)
            if call is not None and call.outcome == "":
                errors.response_of_error(call, self.name, self.scope)
                return None
        match target:
            case Object():
                return self.of_object(target)
            case Union() if target.variants:
                return self.of_union(target)
            case Any():
                return Found(Any(), True, sure=False)
            case _:
                errors.no_fields(self.object, target, self.name, self.scope)
                return None

    def error(self) -> Chain:
        return Chain(failed(self.span), Error())

    def got(self, found: Found, nullable_here: bool) -> Chain:
        """The chain that ends with the field that was found."""
        expr = self.object
        if not found.present and not self.safe and self.known_to_be_there():
            found = replace(found, present=True)
        if not found.present and not self.safe:
            errors.optional(expr, self.chain.solid, self.name, found.type, self.scope)
            return self.error()
        certain = found.sure and not doubtful(expr) and not rises(expr)
        needless = found.present and not nullable_here and certain
        if self.safe and needless and not self.chain.narrowed:
            errors.redundant(expr, self.name, self.scope)
        solid = found.type if found.present else nullable(found.type)
        skips = self.chain.skips or (self.safe and nullable_here)
        can_fail = doubtful(expr) or not found.sure
        facts = collect(nullable(solid) if skips else solid, expr, can_fail=can_fail)
        made = tree.Get(
            span=self.span,
            facts=facts,
            object=expr,
            name=self.name.name,
            safe=skips or (self.safe and not needless),
        )
        return Chain(made if found.sure else trusted(made), solid, skips)

    def known_to_be_there(self) -> bool:
        """Whether a condition passed on the way says that the field is not null."""
        if not self.scope.known:
            return False
        known = self.scope.known.get(get_key(key(self.object), self.name.name))
        return known is not None and known.null is False

    def of_object(self, target: Object) -> Found | None:
        known = target.properties.get(self.name.name)
        if known is not None:
            return Found(known.type, known.required)
        if target.rest is None:
            errors.unknown_field(self.object, target, self.name, self.scope)
            return None
        if target.properties:
            if suggest(self.name.name, target.properties) is not None:
                errors.unknown_field(self.object, target, self.name, self.scope)
                return None
            if isinstance(target.rest, Any) and self.scope.place == "scenario":
                errors.open_field(target, self.name, self.scope)
        # The keys of a map are data: `m.x` fails when there is no x, `m?.x` is null.
        return Found(target.rest, not self.safe, sure=False)

    def of_union(self, target: Union) -> Found | None:
        """A field that all variants have is there; one that some have may be."""
        type_: Type | None = None
        present, sure = True, True
        names: list[str] = []
        for variant in target.variants:
            object_ = self.scope.expand(variant)
            known = None
            if isinstance(object_, Object):
                known = object_.properties.get(self.name.name)
                names.extend(object_.properties)
            else:
                sure = False
            if known is not None:
                present = present and known.required
                type_ = known.type if type_ is None else self.scope.join(type_, known.type)
            else:
                present = False
        if type_ is None:
            self.scope.report.unknown(
                "field", self.name.name, self.name.span, names,
                code=codes.UNKNOWN_PROPERTY, kind="fields",
                message=f"no variant has a field `{self.name.name}`",
            )  # fmt: skip
            return None
        return Found(type_, present, sure)

    def of_call(self, target: CallType, nullable_here: bool) -> Chain:
        if self.safe and not nullable_here and not self.chain.narrowed:
            errors.redundant(self.object, self.name, self.scope)
        skips = self.chain.skips or nullable_here
        made = call_field(self.object, self.name.name, self.span, target, self.scope, safe=skips)
        if is_error(made):
            return self.error()
        solid = made.type
        if skips:
            made = replace(made, facts=replace(made.facts, type=nullable(solid)))
        return Chain(made, solid, skips)

    def of_state(self, target: State, nullable_here: bool) -> Chain:
        table = target.tables.get(self.name.name)
        if table is None:
            self.scope.report.unknown(
                "table", self.name.name, self.name.span, target.tables, kind="tables"
            )
            return self.error()
        if nullable_here or self.chain.skips:
            errors.missing(self.object, self.scope)
            return self.error()
        made = tree.TableRef(
            span=self.span, facts=collect(table, self.object), world=self.object,
            name=self.name.name,
        )  # fmt: skip
        return Chain(made, table)


def trusted(made: tree.Get | tree.At) -> tree.Expr:
    """What the scenario says of its own data must hold: a missing item is its own fault."""
    own = made.facts.provenance == "scenario" and made.facts.stage == "setup"
    parts = (made.object, made.key) if isinstance(made, tree.At) else (made.object,)
    if made.safe or not own or any(map(doubtful, parts)) or any(map(rises, parts)):
        return made
    if may_be_null(made.type) or isinstance(made.type, Any):
        return made
    facts = replace(made.facts, can_fail=False)
    tried = replace(made, safe=True, facts=replace(facts, type=nullable(made.type)))
    return tree.Present(span=made.span, facts=facts, object=tried)
