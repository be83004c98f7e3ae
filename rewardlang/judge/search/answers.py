"""Answers that a search tries, and the template that says the same in every task."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rewardlang import model, tree
from rewardlang.judge.search.expectations import Expected
from rewardlang.judge.search.monitor import rewarded
from rewardlang.walk import below, everything, mentioned
from rewardlang_runtime.values import text

_MOST = 6
_BETWEEN = "; "


def answers_of(
    scenario: model.Scenario, expected: Iterable[Expected], given: str | None
) -> tuple[str, ...]:
    """Candidate answers, none first, then all that the reward listens for, then each alone; that
    of the oracle is `given`."""
    if not _listens(scenario):
        return ("",)
    said = list(dict.fromkeys(text(each.value) for each in expected if each.kind == "answer"))
    found = ["", *([given] if given else ()), _BETWEEN.join(said), *said]
    return tuple(dict.fromkeys(found))[:_MOST]


def answer_template(scenario: model.Scenario) -> str:
    """A template of all that the reward listens for, with the conditions under which it does."""
    found: dict[str, None] = {}
    lets = {one.name: one for one in scenario.lets}
    for root in rewarded(scenario):
        found.update(dict.fromkeys(_said(root, lets, set())))
    return _BETWEEN.join("{" + one + "}" for one in found)


def _hears(expr: tree.Expr, lets: dict[str, tree.LetDef]) -> bool:
    """Whether a text is made of the answer."""
    roots = [expr, *(lets[name].value for name in mentioned([expr], lets))]
    every = (node for root in roots for node in everything(root))
    return any(isinstance(node, tree.RootRef) and node.name == "answer" for node in every)


def _said(expr: tree.Expr, lets: dict[str, tree.LetDef], done: set[str]) -> Iterator[str]:
    """Expressions of what is listened for under a node, as they stand in the file."""
    match expr:
        case tree.Builtin(name="says" | "says_none") if not _hears(expr.args[0], lets):
            return
        case tree.Builtin(name="says") if expr.args[1].facts.stage == "setup":
            yield _alone(expr.args[1])
        case tree.Builtin(name="says_none", args=(_, tree.Const(value=str() as noun), *_)):
            yield f'"There is no {noun}."'
        case tree.Builtin(name="says_none") if expr.args[1].facts.stage == "setup":
            yield f'"There is no " + {_alone(expr.args[1])} + "."'
        case tree.Compare(op="==", left=tree.RootRef(name="answer"), right=right):
            if right.facts.stage == "setup":
                yield _alone(right)
        case tree.If() if expr.test.facts.stage == "setup":
            then, other = list(_said(expr.then, lets, done)), list(_said(expr.other, lets, done))
            if len(then) == len(other) == 1:
                yield f"{then[0]} if {expr.test.span.text} else {other[0]}"
        case tree.LetRef() if expr.name in lets and expr.name not in done:
            yield from _said(lets[expr.name].value, lets, done | {expr.name})
        case _:
            for child in below(expr):
                yield from _said(child, lets, done)


def _alone(expr: tree.Expr) -> str:
    """An expression as it stands in the file, in brackets when it is more than a name."""
    text = expr.span.text
    return text if isinstance(expr, tree.LetRef | tree.Get | tree.Const) else f"({text})"


def _listens(scenario: model.Scenario) -> bool:
    """Whether the reward reads the answer."""
    lets = {one.name: one for one in scenario.lets}
    roots = list(rewarded(scenario))
    exprs = [*roots, *(lets[name].value for name in mentioned(roots, lets))]
    return any(
        isinstance(part, tree.RootRef) and part.name == "answer"
        for expr in exprs
        for part in everything(expr)
    )
