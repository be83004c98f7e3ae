"""The expressions of a scenario's own file, and what is known of them when compiling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewardlang import tree
from rewardlang.interpret import Context, Failure, evaluate, named
from rewardlang.model import Operation, Scenario
from rewardlang.walk import below, everything
from rewardlang_runtime.values import ScenarioFault

NOT_CONSTANT = object()


def conditions_and_scores(scenario: Scenario) -> Iterator[tree.Expr]:
    """What the reward is computed from: lets, gates, parts, penalties; and what selects draws."""
    for let in scenario.lets:
        yield let.value
    yield from scenario.assume
    if scenario.holdout is not None:
        yield scenario.holdout
    for gate in scenario.gates:
        yield gate.require
    for part in scenario.parts:
        found = part.score if part.check is None else part.check
        if found is not None:
            yield found
    for penalty in scenario.penalties:
        if penalty.when is not None:
            yield penalty.when
        yield penalty.factor


def every_expression(scenario: Scenario) -> Iterator[tree.Expr]:
    """All expressions of the file."""
    yield from conditions_and_scores(scenario)
    for param in scenario.params:
        yield param.choices
    for text in (scenario.system, scenario.oracle_answer, *scenario.prompts):
        if text is not None:
            yield text
    for step in scenario.oracle:
        yield step.args
    for test in scenario.tests:
        for call in test.calls or ():
            yield call.args
        if test.answer is not None:
            yield test.answer


def expressions_of(operation: Operation) -> Iterator[tree.Expr]:
    """All expressions of an operation of an API."""
    for let in operation.lets:
        yield let.value
    for rule in operation.errors:
        yield rule.when
        yield rule.body
    for effect in operation.effects:
        yield from below(effect)
    if operation.body is not None:
        yield operation.body


def source_of(expr: tree.Expr, lets: Mapping[str, tree.LetDef]) -> tree.Expr:
    """What `expr` takes its value from: lets are followed, `!` and defaults left out."""
    while True:
        match expr:
            case tree.LetRef() if expr.name in lets:
                expr = lets[expr.name].value
            case tree.Present():
                expr = expr.object
            case tree.Coalesce():
                expr = expr.left
            case _:
                return expr


def nodes(scenario: Scenario) -> Iterator[tree.Expr]:
    """Every node of `conditions_and_scores`."""
    for root in conditions_and_scores(scenario):
        yield from everything(root)


class Constants:
    """The values of expressions that depend on nothing but `expect`."""

    def __init__(self, scenario: Scenario) -> None:
        self._fixed: dict[str, bool] = {}
        for let in scenario.lets:  # in dependency order
            self._fixed[let.name] = let.value.facts.stage == "setup" and self._known(let.value)
        self._context = Context(roots={"expect": scenario.expect}, lets=named(scenario.lets))

    def value(self, expr: tree.Expr) -> object:
        """The value of `expr`, or NOT_CONSTANT."""
        if expr.facts.stage != "setup" or not self._known(expr):
            return NOT_CONSTANT
        try:
            value: object = evaluate(expr, self._context)
        except (Failure, ScenarioFault):
            return NOT_CONSTANT
        return value

    def _known(self, expr: tree.Expr) -> bool:
        for part in everything(expr):
            if isinstance(part, tree.RootRef) and part.name != "expect":
                return False
            if isinstance(part, tree.LetRef) and not self._fixed.get(part.name):
                return False
            if isinstance(part, tree.Local | tree.Search | tree.Transition):
                return False
        return True
