"""Requests that a schema lets through only for a rule to refuse them."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.lint.registry import api_lint
from rewardlang.model import Api, Operation

_KEYWORDS = {
    "==": "`not: {const: ...}`, or an `enum` without it",
    "!=": "`const`",
    "<": "`minimum`",
    "<=": "`exclusiveMinimum`",
    ">": "`maximum`",
    ">=": "`exclusiveMaximum`",
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@api_lint(codes.SCHEMA_LOOSER)
def schema_looser_than_precondition(api: Api) -> Iterator[Diagnostic]:
    """A condition on one argument belongs into its schema, which a model sees before it calls."""
    for operation in api.operations.values():
        for rule in operation.errors:
            found = _in_schema(rule.when, operation)
            if found is not None:
                name, keyword = found
                yield Diagnostic(
                    codes.SCHEMA_LOOSER,
                    f"the schema of `{name}` admits what is always refused",
                    Label(rule.when.span, "looks at nothing but this argument"),
                    help=f"say it in the schema of `{name}`: {keyword}",
                )


def _in_schema(when: tree.Expr, operation: Operation) -> tuple[str, str] | None:
    """The argument that alone decides `when`, and the keyword that says the same."""
    given = [p.name for p in operation.parameters]
    match when:
        case tree.IsNull(object=value, negated=False):
            keyword = "`required: true`"
        case tree.Compare(left=left, right=right, op=op):
            if isinstance(left, tree.Const):
                # For mypy: an operator for an operator.
                left, right, op = right, left, _MIRRORED.get(op, op)  # type: ignore[assignment]
            if not isinstance(right, tree.Const) or right.value is None:
                return None
            value, keyword = left, _KEYWORDS[op]
            if isinstance(value, tree.Builtin) and value.name in ("length", "size"):
                value = value.args[0]
                keyword = "`minLength`, `maxLength`, `minItems` or `maxItems`"
        case tree.In(item=value, container=tree.Const(), negated=negated):
            keyword = "`enum`" if negated else "`not: {enum: ...}`"
        case tree.Not(item=tree.Matches(text=value)):
            keyword = "`pattern`"
        case _:
            return None
    match value:
        case tree.Get(object=tree.RootRef(name="args"), name=name) if name in given:
            return name, keyword
        case _:
            return None
