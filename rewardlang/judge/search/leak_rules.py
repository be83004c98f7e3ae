"""Rules about what responses give away: the answer, where nobody is meant to look."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Evidence, Label
from rewardlang.judge.claims import Claim, claims_of
from rewardlang.judge.draft import Draft, judges
from rewardlang.judge.search.monitor import rewarded
from rewardlang.judge.search.task import Task
from rewardlang.judge.search.values import words_of
from rewardlang.walk import everything, mentioned
from rewardlang_runtime.builtins.text import words

_CHOICES = 3
"""Other values that an answer must have, so that stating the right one alone says something."""


@judges(codes.LEAK)
def leaks(draft: Draft) -> Iterator[Diagnostic]:
    """What is asked for must not stand in the response of an operation that nobody asks for."""
    tasks = [task for task in draft.explored if task.oracle is not None and task.found is not None]
    asked = _asked(draft)
    if not tasks or not asked:
        return
    found: dict[str, list[Evidence]] = {}
    golds: set[tuple[str, ...]] = set()
    for task in tasks:
        claims = _unknown(draft, task)
        if not claims:
            return
        golds.add(tuple(claim.gold for claim in claims))
        for name, evidence in _telling(draft, task, claims, asked).items():
            found.setdefault(name, []).append(evidence)
    for name, shown in found.items():
        # On every task that was searched, and not for the same answer by chance.
        if len(shown) == len(tasks) and len(golds) == len(tasks):
            operation = draft.bench.scenario.operations[name]
            yield Diagnostic(
                codes.LEAK,
                f"`{name}` tells the answer, and the reward asks for other look-ups",
                Label(operation.span, "its response has the right value, and none of the others"),
                help="leave the operation out of `tools`, or accept it for the look-up as well",
                evidence=tuple(shown),
            )


def _asked(draft: Draft) -> set[str]:
    """The operations that the reward's patterns name."""
    lets = {one.name: one for one in draft.bench.scenario.lets}
    roots = list(rewarded(draft.bench.scenario))
    exprs = [*roots, *(lets[name].value for name in mentioned(roots, lets))]
    formulas = (
        part
        for expr in exprs
        for part in everything(expr)
        if isinstance(part, tree.Formula | tree.TraceValue)
    )
    return {
        alternative.operation
        for formula in formulas
        for match in (formula.matches if isinstance(formula, tree.Formula) else (formula.match,))
        for alternative in match.alternatives
        if alternative.operation is not None
    }


def _unknown(draft: Draft, task: Task) -> list[Claim]:
    """What the answer should state and the prompt does not."""
    assert task.oracle is not None
    told = set(words_of(task.prompt))
    return [
        claim
        for claim in claims_of(draft.bench, task.oracle)
        if len(claim.others) >= _CHOICES and not set(words_of(claim.gold)) <= told
    ]


def _telling(draft: Draft, task: Task, claims: list[Claim], asked: set[str]) -> dict[str, Evidence]:
    """Operations whose first call tells all of an answer, with an episode each."""
    found, oracle = task.found, task.oracle
    assert found is not None
    assert oracle is not None
    used = asked | {call.op for call in oracle.calls}
    telling: dict[str, Evidence] = {}
    for number, (_, call_id) in sorted(found.space.transitions[0].items()):
        call = found.space.calls[call_id]
        if not 0 <= number < len(found.knowledge.needs) or found.knowledge.needs[number]:
            continue
        if not call.ok or call.op in used or call.op in telling:
            continue
        if draft.bench.writes[call.op] or not all(_tells(call.response, c) for c in claims):
            continue
        played = draft.bench.play(task.seed, [found.actions[number]], oracle.answer)
        telling[call.op] = Evidence(f"`{call.op}`, and then the oracle's answer", played.line)
    return telling


def _tells(response: object, claim: Claim) -> bool:
    """Whether a response states the right value, and none of the others."""
    texts = [words(text) for text in _texts(response)]
    return _stated(claim.gold, texts) and not any(_stated(other, texts) for other in claim.others)


def _stated(value: str, texts: list[list[str]]) -> bool:
    wanted = words(value)
    size = len(wanted)
    return bool(wanted) and any(
        text[at : at + size] == wanted for text in texts for at in range(len(text) - size + 1)
    )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
