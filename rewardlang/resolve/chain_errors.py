"""What can be wrong with a link of a chain, in words."""

from __future__ import annotations

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Fix, Label
from rewardlang.resolve.call_fields import call_of
from rewardlang.resolve.report import listing
from rewardlang.resolve.scope import Scope
from rewardlang.resolve.signatures import method_names
from rewardlang.source import Span
from rewardlang.syntax.nodes import Identifier
from rewardlang.types.relations import without_null
from rewardlang.types.types import CallType, List, Object, String, Table, Type
from rewardlang.types.words import describe
from rewardlang.walk import below


def shown(span: Span) -> str:
    """The text at `span` for a message: on one line, not too long."""
    text = " ".join(span.text.split())
    return text if len(text) <= 60 else text[:57] + "..."


def vouched_for(expr: tree.Expr, scope: Scope) -> bool:
    """Whether `!` may follow `expr`: the scenario knows at reset whether it is there."""
    return scope.place == "scenario" and not of_the_episode(expr)


def of_the_episode(expr: tree.Expr) -> bool:
    """Whether `expr` depends on what the policy does; what an oracle binds does not."""
    if isinstance(expr, tree.DeltaRows | tree.TraceValue | tree.CallField):
        return True
    if isinstance(expr, tree.RootRef):
        return expr.name in ("final", "answer")
    if isinstance(expr, tree.LetRef):
        return expr.facts.stage == "episode"
    return any(of_the_episode(part) for part in below(expr))


def or_null(expr: tree.Expr) -> str:
    """How to ask for what `expr` takes for granted: `xs[0]` is trusted, `xs?[0]` may be null."""
    if not isinstance(expr, tree.Present) or expr.span != expr.object.span:
        return ""
    found = expr.object
    if not isinstance(found, tree.At | tree.Get):
        return ""
    text, whole = found.object.span.text, expr.span.text
    if not whole.startswith(text):
        return ""
    asked = " ".join(f"{text}?{whole[len(text) :]}".split())
    return f"; `{asked}` is null where there is none"


def missing(expr: tree.Expr, scope: Scope) -> None:
    """`expr` is used as a value, but may be null."""
    inner = without_null(expr.type)
    defaults = {"String": '""', "Number": "0", "Bool": "false", "List": "[]"}
    default = defaults.get(type(inner).__name__)
    text = shown(expr.span)
    help = (
        f"say what null stands for: `({text} ?? {default})`"
        if default
        else f"test it first: `{text} is not null and ...`"
    )
    if vouched_for(expr, scope):
        help = f"if it is always there, write `{text}!`; else {help}"
    scope.report.add(
        codes.UNSAFE_ACCESS, f"`{text}` may be null here", expr.span, describe(expr.type), help=help
    )


def object_null(expr: tree.Expr, type_: Type, name: Identifier, scope: Scope) -> None:
    """`.name` on an object that may be null."""
    last = expr.span
    if isinstance(expr, tree.Get) and expr.span.text.endswith(expr.name):
        last = Span(expr.span.source, expr.span.end - len(expr.name), expr.span.end)
    sure = ""
    if vouched_for(expr, scope):
        sure = f", or `{shown(expr.span)}!{_link(name)}` if it is always there"
    scope.report.add(
        codes.UNSAFE_ACCESS,
        f"`{shown(expr.span)}` may be null",
        last,
        describe(type_),
        help=f"write `{shown(expr.span)}?{_link(name)}`" + sure,
        fix=_asked(expr, name),
    )


def optional(expr: tree.Expr, type_: Type, name: Identifier, found: Type, scope: Scope) -> None:
    """`.name` where the field may be missing."""
    target = scope.expand(without_null(scope.expand(type_)))
    known = target.properties.get(name.name) if isinstance(target, Object) else None
    others = []
    if known is not None and known.origin is not None:
        others.append(Label(known.origin, "declared here, not required"))
    # `x!.y` becomes `x?.y`: a value that is asked for a field by `?.` need not be there itself.
    text = shown(expr.span).removesuffix("!")
    help = f"write `{text}?{_link(name)}`"
    if vouched_for(expr, scope):
        help += f", or `{text}?{_link(name)}!` if it is always there"
    scope.report.add(
        codes.UNSAFE_ACCESS,
        f"`{name.name}` may be missing",
        name.span,
        f"optional {describe(found)}",
        others=others,
        help=help,
        fix=_asked(expr, name),
    )


def redundant(expr: tree.Expr, name: Identifier, scope: Scope) -> None:
    """`?.name` where nothing can be missing."""
    fix = None
    start = expr.span.end
    at = expr.span.source.text[start : name.span.start].find("?")
    if at >= 0:
        fix = Fix(Span(expr.span.source, start + at, start + at + 1), "", safe=True)
    scope.report.add(
        codes.REDUNDANT_NULL_TEST,
        f"`{name.name}` is always there",
        name.span,
        "never missing",
        help=f"write `{shown(expr.span)}{_link(name)}`{or_null(expr)}",
        fix=fix,
    )


def unknown_field(expr: tree.Expr, target: Object, name: Identifier, scope: Scope) -> None:
    """A field that the schema does not have; T107 for an argument of an operation."""
    declared = [Label(target.origin, "declared here")] if target.origin else []
    if isinstance(expr, tree.CallField) and expr.name == "args":
        call = call_of(expr, scope)
        owner = ", ".join(f"`{o}`" for o in call.operations) if call else ""
        scope.report.unknown(
            "argument", name.name, name.span, target.properties,
            code=codes.UNKNOWN_ARGUMENT, kind="arguments",
            message=f"{owner or 'the operation'} takes no argument `{name.name}`", others=declared,
        )  # fmt: skip
        return
    owner = f"`{target.name}`" if target.name else f"`{shown(expr.span)}`"
    scope.report.unknown(
        "field", name.name, name.span, target.properties,
        code=codes.UNKNOWN_PROPERTY, kind="fields",
        message=f"{owner} has no field `{name.name}`", others=declared,
    )  # fmt: skip


def open_field(target: Object, name: Identifier, scope: Scope) -> None:
    """A field that an open schema does not name."""
    scope.report.add(
        codes.ANY_TYPED,
        f"the schema says nothing of `{name.name}`",
        name.span,
        listing("named fields", list(target.properties)),
        others=[Label(target.origin, "declared here")] if target.origin else [],
        help="what is compared or computed with it cannot be checked",
        candidates=target.properties,
    )


def no_fields(expr: tree.Expr, target: Type, name: Identifier, scope: Scope) -> None:
    """A field of a value that is no object."""
    text = shown(expr.span)
    help = None
    if name.name in method_names(target):
        help = f"it is a function: `{text}.{name.name}(...)`"
    elif name.name in SIZES and (size := size_of(target)):
        help = f"write `{text}.{size}()`"
    elif isinstance(target, Table):
        help = f"a row is `{text}[key]`"
    scope.report.add(
        codes.UNKNOWN_PROPERTY,
        f"{describe(target)} has no fields",
        name.span,
        f"`{text}` is {describe(target)}",
        help=help,
        candidates=method_names(target),
    )


SIZES = ("length", "len", "size", "count")
"""What languages call the number of items or characters."""


def size_of(target: Type) -> str | None:
    """The function that tells how many items or characters a value of `target` has."""
    match target:
        case String():
            return "length"
        case List():
            return "size"
        case Object() | Table() if "keys" in method_names(target):
            return "keys().size"
        case _:
            return None


def response_of_error(call: CallType, name: Identifier, scope: Scope) -> None:
    """A field of a response that may be an error's."""
    scope.report.add(
        codes.RESPONSE_OF_ERROR,
        f"`{name.name}` is read from a response that may be an error",
        name.span,
        "the call may have failed",
        help="add `ok` to the pattern, or `not ok` to read the body of an error",
    )


def _link(name: Identifier) -> str:
    """How a field is asked for in the file: `.name`, or `[key]`, whose span is the key's."""
    text = shown(name.span)
    return f".{name.name}" if text == name.name else f"[{text}]"


def _asked(expr: tree.Expr, name: Identifier) -> Fix | None:
    """Put a `?` before the `.` or the `[` of `name`, in the place of a `!` if there is one."""
    source, mark = expr.span.source, _link(name)[0]
    at = source.text.find(mark, expr.span.end, name.span.start)
    if at < 0:
        return None
    sure = source.text[at - 1] == "!"
    return Fix(Span(source, at - sure, at), "?", safe=not sure)
