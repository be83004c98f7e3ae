"""The oracle on many tasks, and what its prefixes earn."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from rewardlang import model, tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.judge.bench import Bench, Played
from rewardlang.judge.budget import MORE_TIME
from rewardlang.judge.draft import Draft, Tried, judges
from rewardlang.judge.judgement import Undecided
from rewardlang.judge.retold import items, roots
from rewardlang.walk import everything

_SHOWN = 120
"""Characters of an answer that are shown where the oracle fails."""


def play_oracle(draft: Draft) -> None:
    """The oracle on every task that the budget allows, not on the probes' tasks alone."""
    bench, wanted = draft.bench, draft.budget.oracles
    draft.oracle += _solved(draft, bench, "the oracle", wanted)
    if bench.scenario.oracle:
        held_out = Bench(bench.scenario, bench.compiled, "eval")
        draft.held_out += _solved(draft, held_out, "the oracle, held out", wanted // 2)
    if draft.budget.spent:
        why = "the time was up before the oracle was played on all tasks"
        undecided = Undecided(("E601", "P708"), why, MORE_TIME)
        draft.undecided.append(undecided)


def _solved(draft: Draft, bench: Bench, name: str, wanted: int) -> Iterator[Tried]:
    tasks = draft.attempt(0, name, lambda: bench.tasks(wanted, 4 * wanted)) or ()
    for seed in tasks:
        if draft.budget.spent or not bench.has_oracle(seed):
            continue
        # For mypy: it infers no lambda with defaults.
        played = draft.attempt(seed, name, lambda seed=seed: bench.oracle(seed))  # type: ignore[misc]
        if played is not None:
            yield Tried("oracle", "oracle", name, played, "1", played.reward == 1.0)


def climb(draft: Draft) -> None:
    """The oracle's prefixes on the first task: what each step earns, and then the answer."""
    solved = draft.solved()
    if not solved:
        return
    full = solved[0]
    for count in range(len(full.sent) + 1):
        prefix = draft.bench.play(full.seed, full.sent[:count])
        draft.ladder.append(_rung(full, prefix, f"{_first(count)} of the oracle, no answer"))
    if full.answer:
        whole = draft.bench.play(full.seed, full.sent, full.answer)
        draft.ladder.append(_rung(full, whole, "all of the oracle, and its answer"))


def _first(count: int) -> str:
    return "nothing" if not count else "the first call" if count == 1 else f"{count} calls"


def _rung(full: Played, prefix: Played, name: str) -> Tried:
    last = len(prefix.sent) == len(full.sent) and prefix.answer == full.answer
    expected = "1" if last else "0" if not prefix.sent else "at most 1"
    right = prefix.reward == 1.0 if last else bool(prefix.sent) or prefix.reward == 0.0
    return Tried("prefix", "prefix", name, prefix, expected, right, full)


# ---- rules ----


@judges(codes.ORACLE_BELOW_ONE, codes.SEED_DEPENDENT_ORACLE)
def oracle_below_one(draft: Draft) -> Iterator[Diagnostic]:
    """The oracle must earn 1 on every task; one that does on some depends on the draw."""
    played = (*draft.oracle, *draft.held_out)
    failed = [t for t in played if t.reward < 1.0]
    if not failed:
        return
    first, tried = failed[0].played, len(played)
    everywhere = len(failed) == tried
    code = codes.ORACLE_BELOW_ONE if everywhere else codes.SEED_DEPENDENT_ORACLE
    seeds = ", ".join(map(_seed, failed[:8])) + (", ..." if failed[8:] else "")
    message = (
        f"the oracle earns {first.reward:g}, not 1"
        if everywhere
        else f"the oracle earns less than 1 on {len(failed)} of {tried} tasks, seeds {seeds}"
    )
    yield Diagnostic(
        code,
        message,
        _where_it_fails(draft, first),
        tuple(lost_at(draft, first)),
        "say it so that it holds where nothing goes wrong, too: so this was played"
        if draft.bench.scenario.faults and _about_faults(draft.bench.scenario)
        else "mend the step, or the part that does not see what it did"
        if everywhere
        else "let the oracle read what differs between tasks, or keep them apart with `assume`",
        evidence=(failed[0].evidence(),),
    )


def _about_faults(scenario: model.Scenario) -> bool:
    """Whether the reward asks what has gone wrong."""
    asked = [root for item in items(scenario) for root in roots(scenario, item)]
    return any(
        isinstance(node, tree.CallField) and node.name == "fault"
        for root in (*asked, *(let.value for let in scenario.lets))
        for node in everything(root)
    )


def _seed(tried: Tried) -> str:
    held_out = tried.played.line["split"] == "eval"
    return f"{tried.played.seed}{' (held out)' if held_out else ''}"


def _where_it_fails(draft: Draft, played: Played) -> Label:
    """The step that was refused, or the first one."""
    steps = draft.bench.scenario.oracle
    for step, call in zip(steps, played.calls, strict=False):
        if not call.ok:
            said = f"with seed {played.seed} this is answered {call.status}"
            return Label(step.span, f"{said}: {_shortly(call.response)}")
    made, allowed = len(played.calls), draft.bench.scenario.limits.calls
    if allowed == made < len(steps):
        return Label(steps[made].span, f"not made: `limits: {{calls: {allowed}}}` is reached")
    answer = draft.bench.scenario.oracle_answer
    said = f"played with seed {played.seed}"
    span = steps[0].span if steps else answer.span if answer is not None else draft.bench.top
    return Label(span, said)


def _shortly(response: object) -> str:
    """What an API answers, cut to what fits behind a line of a file."""
    text = orjson.dumps(response).decode()
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def lost_at(draft: Draft, played: Played) -> Iterator[Label]:
    """Where the reward is lost."""
    scenario, detail = draft.bench.scenario, played.detail
    for gate, held in zip(scenario.gates, detail.gates, strict=True):
        if not held:
            yield Label(gate.require.span, f"the gate `{gate.id}` fails")
    for part, score in zip(scenario.parts, detail.parts, strict=True):
        expr = part.check or part.score
        if score < 1 and expr is not None:
            yield Label(expr.span, f"`{part.id}` is {score:g}")
    for penalty, factor in zip(scenario.penalties, detail.penalties, strict=True):
        if factor < 1:
            yield Label((penalty.when or penalty.factor).span, f"`{penalty.id}` costs {factor:g}")
