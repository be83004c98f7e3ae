"""Literals against the domain of the value that they are compared with, or stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Fix, Label
from rewardlang.diagnostics.spelling import suggest
from rewardlang.resolve.scope import Scope
from rewardlang.source import Span
from rewardlang.types.relations import without_null
from rewardlang.types.types import List, String, Type

_FORMATS = {
    "date": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "date-time": re.compile(
        r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})"
    ),
    "email": re.compile(r"[^@\s]+@[^@\s]+"),
}


def strings_in(expr: tree.Expr) -> Iterator[tuple[str, Span]]:
    """The string constants that `expr` is or lists, with their places."""
    if isinstance(expr, tree.Const):
        if isinstance(expr.value, str):
            yield expr.value, expr.span
        elif isinstance(expr.value, list):
            # The items' own places are lost in a constant; they are found again in the text.
            start = expr.span.start
            for item in expr.value:
                if isinstance(item, str):
                    place = _find(item, expr.span, start)
                    start = place.end if place is not expr.span else start
                    yield item, place
    elif isinstance(expr, tree.MakeList):
        for item in expr.items:
            yield from strings_in(item)


def _find(item: str, span: Span, start: int) -> Span:
    text = span.source.text
    for quoted in (f'"{item}"', f"'{item}'"):
        at = text.find(quoted, start, span.end)
        if at >= 0:
            return Span(span.source, at, at + len(quoted))
    return span


def why_outside(value: str, domain: String) -> str | None:
    """Why no value of `domain` is `value`, or None."""
    if domain.enum is not None:
        return None if value in domain.enum else "not one of the values"
    if domain.max_length is not None and len(value) > domain.max_length:
        return f"longer than {domain.max_length} characters"
    form = _FORMATS.get(domain.format or "")
    if form is not None and not form.fullmatch(value):
        return f"no {domain.format}"
    if domain.pattern is not None and not _may_match(domain.pattern, value):
        return f"does not match {domain.pattern}"
    return None


def _may_match(pattern: str, value: str) -> bool:
    import re2

    try:
        return re2.search(pattern, value) is not None
    except re2.error:  # not one of RE2's: nothing can be said
        return True


def check_literals(
    literal: tree.Expr, type_: Type, scope: Scope, *, other: Span | None = None, always: str = ""
) -> bool:
    """Report string constants in `literal` that a value of `type_` can never be.

    `other` is where the value stands; `always` says what that makes of the whole.
    """
    domain = scope.expand(without_null(scope.expand(type_)))
    if isinstance(domain, List):
        domain = scope.expand(without_null(scope.expand(domain.item)))
    if not isinstance(domain, String):
        return True
    well = True
    for value, place in strings_in(literal):
        why = why_outside(value, domain)
        if why is not None:
            well = False
            outside(value, place, domain, why, scope, other, always)
    return well


def outside(
    value: str,
    place: Span,
    domain: String,
    why: str,
    scope: Scope,
    other: Span | None,
    always: str,
) -> None:
    """Report T104 for one literal."""
    others = []
    label = why
    help = fix = None
    if domain.enum is not None:
        listed = ", ".join(f'"{v}"' for v in domain.enum[:8])
        if other is not None:
            others.append(Label(other, f"one of {listed}"))
        else:
            label = f"{why}: {listed}"
        meant = suggest(value, domain.enum)
        if meant is not None:
            quote = place.text[:1] if place.text[:1] in ("'", '"') else ""
            help = f'did you mean "{meant}"?'
            fix = Fix(place, f"{quote}{meant}{quote}")
    if domain.origin is not None:
        others.append(Label(domain.origin, "declared here"))
    scope.report.add(
        codes.OUTSIDE_DOMAIN,
        always or f'"{value}" is {why}',
        place,
        label,
        others=others,
        help=help,
        fix=fix,
        candidates=domain.enum or (),
    )
