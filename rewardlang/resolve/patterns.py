"""`text matches r"..."`: a search by a constant regular expression of RE2."""

from __future__ import annotations

import re2

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.resolve.chain_errors import missing
from rewardlang.resolve.facts import combine, doubtful
from rewardlang.resolve.infer import infer
from rewardlang.resolve.scope import Scope, failed, is_error
from rewardlang.syntax import nodes
from rewardlang.types.relations import may_be_null, without_null
from rewardlang.types.types import Any, Bool, String
from rewardlang.types.words import describe


def matches(node: nodes.Binary, scope: Scope) -> tree.Expr:
    """The typed search."""
    inner = scope.branching(False)
    text, pattern = infer(node.left, inner), infer(node.right, inner)
    if is_error(text) or is_error(pattern):
        return failed(node.span)
    type_ = scope.expand(text.type)
    if may_be_null(type_) and isinstance(scope.expand(without_null(type_)), String):
        missing(text, scope)
        return failed(node.span)
    if not isinstance(type_, String | Any):
        scope.report.add(
            codes.INCOMPARABLE, "`matches` searches a string", text.span, describe(text.type)
        )
        return failed(node.span)
    if not isinstance(pattern, tree.Const) or not isinstance(pattern.value, str):
        scope.report.add(
            codes.INCOMPARABLE,
            "the right side of `matches` must be a string in place",
            pattern.span,
            "known only later" if not isinstance(pattern, tree.Const) else describe(pattern.type),
            help='write the pattern itself: `r"..."`',
        )
        return failed(node.span)
    why = why_refused(pattern.value)
    if why is not None:
        scope.report.add(
            codes.REGEX_UNSUPPORTED,
            "RE2 does not accept this regular expression",
            pattern.span,
            why,
            help="look-around and back-references are left out, so that every search is fast",
        )
        return failed(node.span)
    facts = combine(Bool(), text, can_fail=doubtful(text))
    return tree.Matches(span=node.span, facts=facts, text=text, pattern=pattern.value)


def why_refused(pattern: str) -> str | None:
    """What RE2 has against `pattern`, or None."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        detail = error.args[0] if error.args else "invalid"
        return detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
    return None
