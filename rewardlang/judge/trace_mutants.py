"""Mutation of traces: the oracle's episode changed in every way that should, or should not, cost
something, on every task that is tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain

from rewardlang.judge import answer_edits, argument_edits, step_edits
from rewardlang.judge.bench import Bench, Played
from rewardlang.judge.budget import MORE_TIME
from rewardlang.judge.claims import reads_answer
from rewardlang.judge.draft import Draft, Tried
from rewardlang.judge.ends import Ends
from rewardlang.judge.farming import farming
from rewardlang.judge.grounds import Grounds
from rewardlang.judge.judgement import Undecided
from rewardlang.judge.leaves import Path, leaves
from rewardlang.judge.mutant import Mutant, Start, spoken
from rewardlang.judge.undo import undone

CLEARLY = 0.9
"""A share of the oracle's reward that what is wrong must not reach, and what is right must."""
_CONTROL = 0.3
"""A read that costs more than this leaves nothing to compare a write with."""
_CODES = ("H508", "H509", "H510", "H511", "H512", "H513", "N406", "N407", "N409", "H521")

Edit = Callable[[Start], Iterator[Mutant]]

EDITS: tuple[Edit, ...] = (
    step_edits.drop_step,
    step_edits.invented_tool,
    step_edits.duplicate_step,
    step_edits.swap_steps,
    step_edits.insert_read,
    step_edits.insert_failing,
    step_edits.insert_write,
    argument_edits.sibling_entity,
    argument_edits.enum_sibling,
    argument_edits.number_beside,
    argument_edits.list_drop,
    argument_edits.list_reorder,
    argument_edits.text_layout,
    argument_edits.text_typo,
    argument_edits.drop_argument,
    answer_edits.negate_answer,
    answer_edits.paraphrase_answer,
)


def mutate_traces(draft: Draft) -> None:
    """Play every mutant of the oracle on every task on which the oracle earns 1."""
    draft.starts = starts = starts_of(draft)
    if not starts:
        draft.undecided.append(_nothing_to_change(draft))
    ends = Ends(draft.bench)
    for number, start in enumerate(starts):
        for tried in chain(_played(draft.bench, start, ends), farming(start)):
            draft.trace_mutants.append(tried)
            if draft.budget.spent:
                why = f"time was up on task {number + 1} of {len(starts)} of the changed episodes"
                draft.undecided.append(Undecided(_CODES, why, MORE_TIME))
                return


def _nothing_to_change(draft: Draft) -> Undecided:
    if draft.bench.scenario.oracle or draft.bench.scenario.oracle_answer is not None:
        why = "the oracle earns 1 on none of the tasks, so that there is nothing to change"
        # E601 or E613 says so, of the step or the expression.
        failed = bool(draft.faults) or any(tried.reward < 1.0 for tried in draft.oracle)
        return Undecided(_CODES, why, "mend the oracle", failed)
    why = "the file has no oracle and the search found none, so that there is nothing to change"
    return Undecided(_CODES, why, "write an `oracle:`, or have `rewardlang oracle` search longer")


def starts_of(draft: Draft) -> tuple[Start, ...]:
    """What the mutants of each task are made from."""
    bench, solved = draft.bench, draft.solved()
    varying = _varying(solved)
    about_answer = reads_answer(bench.scenario)
    starts: list[Start] = []
    for base in solved:
        grounds = Grounds(bench, base, Ends(bench))
        prompt = _prompt(bench, base)
        texts = starts[0].texts if starts else grounds.texts()
        starts.append(Start(bench.scenario, base, prompt, grounds, varying, about_answer, texts))
    return tuple(starts)


def start_like(start: Start, base: Played) -> Start:
    """The same for another episode: another task, or another way of doing it."""
    bench = start.grounds.bench
    grounds, prompt = Grounds(bench, base, start.grounds.ends), _prompt(bench, base)
    return replace(start, base=base, grounds=grounds, prompt=prompt, varying={})


def _prompt(bench: Bench, base: Played) -> str:
    environment = bench.environment
    environment.reset(seed=base.seed, options={"params": base.episode.params})
    return spoken(f"{environment.prompt} {environment.system}")


def _varying(solved: list[Played]) -> dict[tuple[int, Path], None]:
    """Leaves of the oracle's arguments that are not the same on every task."""
    found: dict[tuple[int, Path], None] = {}
    first = [(op, dict(leaves(args))) for op, args in solved[0].sent] if solved else []
    for other in solved[1:]:
        for number, ((op, mine), (its, args)) in enumerate(zip(first, other.sent, strict=False)):
            theirs = dict(leaves(args))
            for path in {**mine, **theirs}:
                if op == its and mine.get(path) != theirs.get(path):
                    found[number, path] = None
    return found


def _played(bench: Bench, start: Start, ends: Ends) -> Iterator[Tried]:
    """Every mutant of one task, each episode once."""
    base, end = start.base, ends.end(start.base)
    seen = {_identity(start.sent, base.answer): None}
    control: float | None = None
    for edit in EDITS:
        for mutant in edit(start):
            identity = _identity(mutant.sent, mutant.answer)
            if identity in seen or len(mutant.sent) > bench.compiled.calls_limit:
                continue
            seen[identity] = None
            played = bench.again(base, mutant.sent, mutant.answer)
            if mutant.group == "insert-read" and (control is None or played.reward > control):
                control = played.reward
            yield _judged(mutant, base, played, ends.end(played) == end, control)
    for mutant in undone(start, ends):
        yield _judged(mutant, base, start.again(mutant.sent, mutant.answer), False, control)
    if ends.world(base.episode.final) != ends.world(base.episode.initial):
        frozen = bench.frozen(base)
        right = frozen.reward < CLEARLY
        name = "the oracle's calls in a world that stays as it is"
        yield Tried(
            "mutant", "frozen", name, frozen, f"less than {CLEARLY:g}", right, base, place="all"
        )


def _identity(sent: tuple[tuple[str, object], ...], answer: str) -> str:
    return repr((sent, answer))


def _judged(
    mutant: Mutant, base: Played, played: Played, same_end: bool, control: float | None
) -> Tried:
    direction = mutant.direction
    if same_end and direction in ("lower", "clearly lower"):
        # What it did is what the task asked for, whichever way.
        direction = "not higher"
    limit = CLEARLY
    if mutant.group == "insert-write" and control is not None and control >= _CONTROL:
        limit = min(limit, control)
    match direction:
        case "lower":
            expected, right = "less than 1", played.reward < base.reward
        case "clearly lower":
            expected, right = f"less than {limit:g}", played.reward < limit * base.reward
        case "not higher":
            expected, right = "at most 1", played.reward <= base.reward
        case "not lower":
            expected, right = "1", played.reward >= base.reward
        case "same":
            expected, right = f"at least {CLEARLY:g}", played.reward >= CLEARLY * base.reward
    return Tried(
        "mutant", mutant.group, mutant.what, played, expected, right, base, place=mutant.place
    )
