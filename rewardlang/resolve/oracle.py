"""The oracle and the tests of a scenario: calls with templates, checked against operations."""

from __future__ import annotations

from collections.abc import Sequence

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Fix
from rewardlang.diagnostics.spelling import near
from rewardlang.model import Bounds, Operation, OracleStep, Test, TestCall
from rewardlang.resolve.infer import shape_of
from rewardlang.resolve.infer_shapes import infer_shape, infer_text
from rewardlang.resolve.infer_trace import find_operation
from rewardlang.resolve.lambdas import taken
from rewardlang.resolve.requests import check_request
from rewardlang.resolve.scope import LocalName, Scope, is_error
from rewardlang.resolve.stages import at_reset
from rewardlang.syntax.files import BoundsItem, CallItem, ScenarioFile, TestItem
from rewardlang.syntax.nodes import Identifier
from rewardlang.syntax.yaml_nodes import plain
from rewardlang.types.relations import Fit, comparable, fit
from rewardlang.types.types import Any, Object, Property, Type
from rewardlang.types.words import describe


def infer_oracle(
    file: ScenarioFile, offered: Sequence[str] | None, scope: Scope
) -> tuple[tuple[OracleStep, ...], tree.Expr | None]:
    """The steps and the answer; `offered` is the tools, when the scenario names them."""
    steps: list[OracleStep] = []
    for item in file.oracle:
        operation = find_operation(item.operation, scope)
        args = at_reset(infer_shape(item.args, scope), "the oracle", scope)
        if operation is not None:
            if offered is not None and operation.name not in offered:
                scope.report.add(
                    codes.SCHEMA_UNSATISFIABLE,
                    f"the oracle calls `{operation.name}`, which is not offered",
                    item.operation.span,
                    "not among `tools`",
                    help="add it to `tools`",
                )
            if not is_error(args):
                check_request(item.args, args, operation, scope)
            steps.append(
                OracleStep(operation.name, args, item.bind.name if item.bind else None, item.span)
            )
        scope = _bound(item, operation, scope, exact=True)
    answer = None
    if file.oracle_answer is not None:
        answer = at_reset(infer_text(file.oracle_answer, scope), "the oracle", scope)
    return tuple(steps), answer


def _bound(item: CallItem, operation: Operation | None, scope: Scope, *, exact: bool) -> Scope:
    """What later templates see of the response."""
    if item.bind is None:
        return scope
    if item.bind.name in scope.names:
        taken(item.bind, scope)
        return scope
    type_: Type = Any() if operation is None else operation.response_type
    facts = tree.Facts(type_, "environment", uncertain=not exact)
    return scope.naming({item.bind.name: LocalName(facts)})


def infer_tests(file: ScenarioFile, params: Object, scope: Scope) -> tuple[Test, ...]:
    """The tests of a scenario whose parameters are `params`."""
    tests: list[Test] = []
    seen: dict[str, int] = {}
    for item in file.tests:
        name = str(item.name.value)
        if name in seen:
            scope.report.add(
                codes.NAME_TAKEN, f"there are two tests `{name}`", item.name.span, "again here"
            )
        seen[name] = 1
        tests.append(_test(item, params, file, scope))
    return tuple(tests)


def _test(item: TestItem, params: Object, file: ScenarioFile, scope: Scope) -> Test:
    calls: list[TestCall] | None = None
    inner = scope
    if item.calls is None and not file.oracle and file.oracle_answer is None:
        scope.report.add(
            codes.MISSING_KEY,
            f"the test `{item.name.value}` plays the oracle, and there is none",
            item.name.span,
            "needs `oracle:`",
            help="`rewardlang oracle` searches for one and prints it",
        )
    if item.calls is not None:
        calls = []
        for call in item.calls:
            # Tests may call what does not exist, and what the schema forbids, on purpose.
            operation = _find(call.operation, scope)
            args = at_reset(infer_shape(call.args, inner), "a test", inner)
            bind = call.bind.name if call.bind else None
            calls.append(TestCall(call.operation.name, args, bind, call.span))
            inner = _bound(call, operation, inner, exact=False)
    answer = None
    if item.answer is not None:
        answer = at_reset(infer_text(item.answer, inner), "a test", inner)
    parts: dict[str, Bounds] = {}
    for identifier, bounds in item.parts:
        _check_part(identifier, file, scope)
        parts[identifier.name] = _bounds(bounds)
    return Test(
        name=str(item.name.value),
        params=_params(item, params, scope),
        seed=item.seed,
        calls=None if calls is None else tuple(calls),
        answer=answer,
        reward=_bounds(item.reward),
        parts=parts,
        span=item.span,
    )


def _check_part(name: Identifier, file: ScenarioFile, scope: Scope) -> None:
    """Report a bound on what is no part; gates and penalties show in the reward."""
    parts = [part.id.name for part in file.parts]
    if name.name in parts:
        return
    kinds = {gate.id.name: "gate" for gate in file.gates}
    kinds |= {penalty.id.name: "penalty" for penalty in file.penalties}
    kind = kinds.get(name.name)
    scope.report.unknown(
        "part", name.name, name.span, parts, kind="parts",
        help=None if kind is None else f"it is a {kind}: bound `reward`, which it changes",
    )  # fmt: skip


def _find(name: Identifier, scope: Scope) -> Operation | None:
    """The operation of a test's call; one that nearly has its name is mentioned."""
    for view in scope.apis.values():
        if name.name in view.operations:
            return view.operations[name.name]
    meant = near(name.name, [op for view in scope.apis.values() for op in view.operations])
    if meant is not None:
        scope.report.add(
            codes.NEAR_TOOL,
            f"there is no operation `{name.name}`, and one that is nearly called so",
            name.span,
            "played as an invented tool",
            help=f"did you mean `{meant}`? if not, another name says so",
            fix=Fix(name.span, meant),
        )
    return None


def _bounds(item: BoundsItem) -> Bounds:
    return Bounds(item.low, item.high)


def _params(item: TestItem, params: Object, scope: Scope) -> dict[str, object]:
    """The parameters that a test fixes."""
    found: dict[str, object] = {}
    if item.params is None:
        return found
    for key, node in item.params.pairs:
        name = str(key.value)
        known: Property | None = params.properties.get(name)
        if known is None:
            scope.report.unknown("parameter", name, key.span, params.properties, kind="parameters")
            continue
        value = plain(node)
        given = shape_of(value)
        if fit(given, known.type, scope.expand) is Fit.NO and not comparable(
            given, known.type, scope.expand
        ):
            scope.report.add(
                codes.INCOMPARABLE,
                f"the parameter `{name}` is {describe(known.type)}",
                node.span,
                describe(given),
            )
        found[name] = value
    return found
