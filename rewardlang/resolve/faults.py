"""`faults:` of a scenario: which calls each fault may strike, and how the API words it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from rewardlang.diagnostics import codes
from rewardlang.interpret import Context, evaluate
from rewardlang.model import Api, Fault, Operation
from rewardlang.resolve.report import Report, listing
from rewardlang.syntax.files import FaultItem, ScenarioFile
from rewardlang.syntax.yaml_nodes import Scalar
from rewardlang_runtime.calls import FAULTS, FaultKind

_WORDED: Mapping[FaultKind, str] = {
    "rate_limited": "Rate limit exceeded.",
    "server_error": "Internal server error.",
    "unavailable": "Service unavailable.",
    "timeout": "The request timed out. It may or may not have been carried out.",
    "unauthorized": "Authentication is required.",
    "forbidden": "You do not have permission to do this.",
}
"""The message of an API that does not say how it words a fault."""

_NEEDS = {"lost": "writes", "stale": "only reads"}
"""What an operation must do for a fault to be one."""


def resolve_faults(
    file: ScenarioFile,
    apis: Sequence[Api],
    tools: Sequence[str],
    clock_step_s: int,
    report: Report,
) -> tuple[Fault, ...]:
    """The faults of a scenario that offers `tools`; those that can strike nothing are reported."""
    operations = {name: op for api in apis for name, op in api.operations.items()}
    found = []
    for item in file.faults:
        struck = _struck(item, operations, tools, report)
        beyond = [n for n in item.nth if n > file.limits.calls]
        if beyond:
            report.add(
                codes.FAULT_CANNOT_STRIKE,
                f"there is no call {beyond[0]}: an episode has {file.limits.calls} at most",
                item.when,
                "never comes",
                help="name an earlier call, or raise `limits: calls`",
            )
        wait = item.retry_after
        if wait is None and item.kind == "rate_limited":
            wait = max(1, clock_step_s)
        kind: FaultKind = item.kind  # type: ignore[assignment]  # the file's schema lists them
        found.append(
            Fault(
                kind, tuple(struck), item.nth, item.every, item.chance, item.at_most, item.steps,
                wait, _answers(kind, struck, operations, apis), item.span,
            )
        )  # fmt: skip
    return tuple(found)


def _struck(
    item: FaultItem, operations: Mapping[str, Operation], tools: Sequence[str], report: Report
) -> list[str]:
    """The offered operations that a fault may strike, in the order of the tools."""
    wanted = dict.fromkeys(tools, 1) if not item.of else {}
    for place in item.of:
        matching = [name for name in operations if fnmatchcase(name, str(place.value))]
        if not matching:
            report.unknown("operation", str(place.value), place.span, operations, kind="operations")
        elif not any(name in tools for name in matching):
            _cannot(place, "no tool of the scenario", listing("tools", tools), report)
        wanted.update(dict.fromkeys(matching, 1))
    named = [name for name in tools if name in wanted]
    need = _NEEDS.get(item.kind)
    if need is None or not named:
        return named
    fitting = [name for name in named if operations[name].writes == (need == "writes")]
    if not fitting:
        message = f"a `{item.kind}` fault strikes an operation that {need}, and there is none"
        where = item.of[0].span if item.of else item.span
        other = "`timeout`" if item.kind == "lost" else "another fault"
        report.add(codes.FAULT_CANNOT_STRIKE, message, where, help=f"name one, or use {other}")
    return fitting


def _cannot(place: Scalar, what: str, label: str, report: Report) -> None:
    report.add(
        codes.FAULT_CANNOT_STRIKE,
        f"`{place.value}` is {what}: no call of it reaches the API",
        place.span,
        label,
        help="add it to `tools`, or name one that is offered",
    )


def _answers(
    kind: FaultKind, struck: Sequence[str], operations: Mapping[str, Operation], apis: Sequence[Api]
) -> tuple[tuple[str, object], ...]:
    """The body of the answer, by API; a lost answer looks like one that never came."""
    if kind == "stale":
        return ()
    shown: FaultKind = "timeout" if kind == "lost" else kind
    concerned = {operations[name].api: 1 for name in struck}
    return tuple((api.name, _body(api, shown)) for api in apis if api.name in concerned)


def _body(api: Api, kind: FaultKind) -> object:
    """How an API words a fault: a body of its own, or a message in the form of its `problem`."""
    said = api.faults.get(kind, _WORDED[kind])
    if not isinstance(said, str):
        return said
    if api.problem is None:
        return {"message": said}
    known = {"status": FAULTS[kind], "message": said}
    return evaluate(api.problem, Context(roots={}, locals=known, apis={api.name: api}))
