"""The fields of a call, `args`, `response` and so on, by what is known of its outcome."""

from __future__ import annotations

from dataclasses import replace

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.model import Operation
from rewardlang.resolve.facts import collect
from rewardlang.resolve.keys import call_field_key, key
from rewardlang.resolve.scope import RootName, Scope, failed
from rewardlang.source import Span
from rewardlang.types.relations import nullable, without_null
from rewardlang.types.types import (
    Any,
    Bool,
    CallType,
    Null,
    Number,
    Object,
    Property,
    Provenance,
    State,
    String,
    Type,
)
from rewardlang_runtime.calls import KINDS

CALL_FIELDS = (
    "args", "status", "ok", "kind", "op", "response", "error", "index", "before", "after", "fault",
)  # fmt: skip
_REACHED = ("ok", "api_error")
"""The kinds of calls whose arguments satisfy the operation's schema."""


def call_of(field: tree.CallField, scope: Scope) -> CallType | None:
    """The type of the call that `field` is a field of, with what is known of it here."""
    type_ = scope.call if field.call is None else without_null(field.call.type)
    if not isinstance(type_, CallType):
        return None
    return with_outcome(type_, field.call, scope)


def with_outcome(type_: CallType, call: tree.Expr | None, scope: Scope) -> CallType:
    """`type_` with what the conditions passed on the way say of the outcome of `call`."""
    kinds = _kinds(type_, call, scope)
    outcome = type_.outcome
    if kinds == ("ok",):
        outcome = "ok"
    elif "ok" not in kinds:
        outcome = "error"
    exact = type_.exact or all(kind in _REACHED for kind in kinds)
    if (type_.ok, type_.outcome, type_.exact) == (outcome == "ok", outcome, exact):
        return type_
    return replace(type_, ok=outcome == "ok", outcome=outcome, exact=exact)


def _kinds(type_: CallType, call: tree.Expr | None, scope: Scope) -> tuple[str, ...]:
    """What the kind of a call can be, by its pattern and the conditions passed on the way."""
    kinds: tuple[str, ...] = KINDS
    if type_.outcome == "ok":
        kinds = ("ok",)
    elif type_.outcome == "error":
        kinds = KINDS[1:]
    if type_.exact:
        kinds = tuple(k for k in kinds if k in _REACHED)
    if not scope.known:
        return kinds
    ok, kind, status = (
        scope.known.get(call_field_key(key(call), name)) for name in ("ok", "kind", "status")
    )
    if ok is not None and ok.truth is not None:
        kinds = tuple(k for k in kinds if (k == "ok") == ok.truth)
    if kind is not None and kind.enum is not None:
        kinds = tuple(k for k in kinds if k in kind.enum)
    if status is not None:
        low, high = status.low or 0, 599 if status.high is None else status.high
        spans = {"ok": (200, 399), "api_error": (400, 599), "invalid_request": (400, 599)}
        ends = {k: spans.get(k, (0, 0)) for k in kinds}
        kinds = tuple(k for k in kinds if ends[k][0] <= high and low <= ends[k][1])
    return kinds


def call_field(
    call: tree.Expr | None, name: str, span: Span, type_: CallType, scope: Scope, safe: bool = False
) -> tree.Expr:
    """The field `name` of `call`, or of the call that a pattern matches when `call` is None."""
    if name not in CALL_FIELDS:
        place = Span(span.source, span.end - len(name), span.end)
        scope.report.unknown(
            "field", name, place, CALL_FIELDS, code=codes.UNKNOWN_PROPERTY, kind="fields of a call",
            message=f"a call has no field `{name}`",
        )  # fmt: skip
        return failed(span)
    known = with_outcome(type_, call, scope)
    found, provenance = _field_type(name, known, scope)
    parts = () if call is None else (call,)
    facts = replace(
        collect(found, *parts, uncertain=name == "args" and not known.exact),
        provenance=provenance,
        stage="episode",
    )
    # For mypy: a text that is one of the literals, as the schema has it.
    return tree.CallField(span=span, facts=facts, call=call, name=name, safe=safe)  # type: ignore[arg-type]


def _field_type(name: str, call: CallType, scope: Scope) -> tuple[Type, Provenance]:
    match name:
        case "args":
            return _property(call, "args", Object({}, Any())), "agent"
        case "op":
            return String(enum=call.operations or None), "agent"
        case "status":
            return Number(True, 0, 599), "environment"
        case "ok":
            return Bool(), "environment"
        case "kind":
            return String(enum=KINDS), "environment"
        case "fault":
            return _fault(call, scope), "environment"
        case "index":
            return Number(True, 0, max(0, scope.calls_limit - 1)), "environment"
        case "before" | "after":
            final = scope.names.get("final")
            return (final.facts.type if isinstance(final, RootName) else State({})), "environment"
        case "error":
            if call.outcome == "ok":
                return Null(), "environment"
            error = _property(call, "error", Any())
            return (error if call.outcome == "error" else nullable(error)), "environment"
        case _:
            if call.outcome == "":
                return Any(), "environment"
            wanted = "response" if call.outcome == "ok" else "error"
            return _property(call, wanted, Any()), "environment"


def _fault(call: CallType, scope: Scope) -> Type:
    """Null, or one of the faults that the scenario declares; only a stale read can be ok."""
    kinds = [kind for kind in scope.faults if call.outcome != "ok" or kind == "stale"]
    return nullable(String(enum=tuple(kinds))) if kinds else Null()


def _property(call: CallType, name: str, default: Type) -> Type:
    known = call.fields.get(name)
    return default if known is None else known.type


def call_type(operation: Operation | None) -> CallType:
    """The type of a call of `operation`, or of any, as far as its outcome is not known."""
    if operation is None:
        return CallType(())
    fields = {
        "args": Property(operation.args_type, True),
        "response": Property(operation.response_type, True),
        "error": Property(operation.error_type, True),
    }
    return CallType((operation.name,), fields=fields)
