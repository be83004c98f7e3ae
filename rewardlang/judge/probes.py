"""Policies without a model that try to be paid for less than the task; each on every task.

What a probe gains is what it earns above its base. For an answer that is not an answer the base is
the same calls with an empty one, so that looking things up, which may be paid, is no cheat and what
is said afterwards is. For what is made of the oracle's episode the base is that episode. The others
have none, and their reward is their gain.

    group         what it does                                              should earn
    idle          nothing; nothing, and says "Done."                        0
    echo          repeats the prompt                                        nothing for it
    flattery      praises                                                   nothing for it
    template      the oracle's answer with nothing where its values belong  nothing for it
    shotgun       every value that the answer could state                   nothing for it
    negated       denies the right values                                   nothing for it
    gold          right answers, whole and one value alone, without a look  as the reward says
    dump          what the oracle reads, copied: JSON, all texts of a row   nothing for it
    minimal       a tool with its minimal arguments; all of them in turn    less than 1
    random        calls at random, 8 seeds                                  less than 1
    spam          the oracle, creating many variants of what it creates     less than 0.9
    delete        the rows that the task names, then all others             0.05 at most
    gone          the oracle, after what the task names is deleted          less than 0.9
    sibling       the oracle for another value of one parameter             less than 0.9
    other task    the oracle of another task                                less than 0.9
    some          some of the oracle's calls, in order                      1 at most
    twice, reversed: the oracle's calls in other ways                       1 at most
    paraphrase    the oracle, its answer in other words                     1

Shotgun, negation, echo, flattery, template and dump come in two forms: without any call, and after
the calls of the oracle that only read. A dump needs the latter. Where the oracle also writes,
praise, shotgun and negation come after all of its calls, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations

from rewardlang import policies
from rewardlang.frozen import frozen
from rewardlang.interpret import reward
from rewardlang.judge import callers, claims
from rewardlang.judge.bench import Action, Bench, Played
from rewardlang.judge.budget import MORE_TIME
from rewardlang.judge.draft import CHEAT, Draft, Tried
from rewardlang.judge.ends import Ends
from rewardlang.judge.faults import FAULTS, fault_of
from rewardlang.judge.judgement import Undecided
from rewardlang.judge.replies import guess, replies
from rewardlang_runtime import Environment
from rewardlang_runtime.values import text

_RANDOM = 8
_REPEATED = 3
_SPAM = 10
_ALL_SUBSETS = 5
"""Calls of an oracle of which all subsets are tried."""
_WORKED = "after the oracle's calls"
_ALMOST = 0.9
"""What another task's episode must stay below."""
_BLIND = ("minimal", "delete")
_PROBED = (
    "N405", "H501", "H502", "H503", "H504", "H505", "H506", "H507", "H514", "H520", "G805",
)  # fmt: skip
_WORD = re.compile(r"[^\W_](?:[\w#/-]*\w)?")


@frozen
class _Task:
    """One task, the oracle's episode in it and what its answer should state."""

    bench: Bench
    seed: int
    prompt: str
    words: list[str]
    """What the task names: keys of rows in the parameters and the prompt before all else."""
    solved: Played | None
    claims: tuple[claims.Claim, ...]

    @property
    def reads(self) -> tuple[Action, ...]:
        """The oracle's calls that change nothing."""
        writes, sent = self.bench.writes, self.solved.sent if self.solved is not None else ()
        return tuple((name, args) for name, args in sent if not writes.get(name, True))


def probe(draft: Draft) -> None:
    """All probes on all tasks."""
    solved = {played.seed: played for played in draft.solved()}
    reads_answer = claims.reads_answer(draft.bench.scenario)
    for seed in draft.seeds:
        task = draft.attempt(seed, "the task", partial(_task, draft.bench, seed, solved.get(seed)))
        if task is None:
            continue
        draft.probes += _idle(draft, task)
        draft.probes += _blind(draft, task)
        if reads_answer:
            draft.probes += _dishonest(draft, task)
        if task.solved is not None:
            draft.probes += _from_oracle(draft, task, task.solved)
            draft.probes += _other_tasks(draft, task, task.solved)
    if draft.budget.spent:
        why = "the time was up before all probes were played"
        draft.undecided.append(Undecided(_PROBED, why, MORE_TIME))


def repeat(draft: Draft) -> None:
    """Some episodes again: played once more, and scored by the interpreter, which shares no code
    with what is compiled."""
    for group in ("oracle", "some", "random", "shotgun"):
        chosen = [t for t in (*draft.oracle, *draft.probes) if t.group == group][:_REPEATED]
        for tried in chosen:
            if draft.budget.spent:
                why = "the time was up before episodes were played again"
                draft.undecided.append(Undecided(("P706",), why, MORE_TIME))
                return
            first = tried.played
            again = draft.bench.play(first.seed, first.sent, first.answer)
            draft.repeated.append((tried, again.detail))
            draft.repeated.append((tried, reward(draft.bench.scenario, first.episode)))


def _task(bench: Bench, seed: int, solved: Played | None) -> _Task:
    bench.environment.reset(seed=seed)
    params, prompt = bench.environment.params, bench.environment.prompt
    known = [value for value in params.values() if isinstance(value, str)]
    said = dict.fromkeys([*known, *_WORD.findall(prompt)])
    world = bench.environment.episode.initial
    keys = [word for word in said if any(view.get(word) is not None for view in world.values())]
    found = tuple(claims.claims_of(bench, solved)) if solved is not None else ()
    return _Task(bench, seed, prompt, [*keys, *known, "x"], solved, found)


def _tried(
    draft: Draft,
    task: _Task,
    group: str,
    name: str,
    sent: tuple[Action, ...],
    answer: str,
    expected: tuple[str, Callable[[Tried], bool]],
    base: Played | None = None,
) -> Iterator[Tried]:
    """The episode, unless the scenario is at fault or the time is up."""
    if draft.budget.spent:
        return
    if group in _BLIND and task.solved is not None and sent == task.solved.sent:
        return  # what the oracle does is the task, whoever comes upon it
    played = draft.attempt(task.seed, name, lambda: task.bench.play(task.seed, sent, answer))
    if played is not None:
        yield judged(group, name, played, expected, base)


def judged(
    group: str,
    name: str,
    played: Played,
    expected: tuple[str, Callable[[Tried], bool]],
    base: Played | None = None,
) -> Tried:
    """A probe's episode with whether it is as expected."""
    says, holds = expected
    tried = Tried("probe", group, name, played, says, False, base)
    return Tried("probe", group, name, played, says, holds(tried), base)


_ZERO = ("0", lambda tried: tried.reward == 0.0)
_CHEATS = ("at most 0.05", lambda tried: tried.reward <= CHEAT)
_GAINS = ("at most 0.05 for it", lambda tried: tried.gain <= CHEAT)
_BELOW = ("less than 1", lambda tried: tried.reward < 1.0)
_OTHER = ("less than 0.9", lambda tried: tried.reward < _ALMOST)
_ANY = ("1 at most", lambda tried: True)
_ONE = ("1", lambda tried: tried.reward == 1.0)


# ---- without knowledge of the task ----


def _idle(draft: Draft, task: _Task) -> Iterator[Tried]:
    yield from _tried(draft, task, "idle", "nothing done", (), "", _ZERO)
    yield from _tried(draft, task, "idle", 'nothing done, and "Done."', (), "Done.", _ZERO)


def _blind(draft: Draft, task: _Task) -> Iterator[Tried]:
    calls, limit = callers.minimal_calls(task.bench, task.words), draft.bench.compiled.calls_limit
    for call in calls:
        name = f"{call[0]} with minimal arguments"
        yield from _tried(draft, task, "minimal", name, (call,), "", _BELOW)
    name = "every tool with minimal arguments"
    yield from _tried(draft, task, "minimal", name, tuple(calls[:limit]), "", _BELOW)
    for number in range(_RANDOM):
        name = f"random calls {number}"

        def caller(environment: Environment, number: int = number) -> policies.Policy:
            return policies.random(environment, number)

        if draft.budget.spent:
            return
        played = draft.attempt(task.seed, name, partial(task.bench.follow, task.seed, caller))
        if played is not None:
            yield judged("random", name, played, _BELOW)
    deletions = tuple(callers.deletions(task.bench, task.words))
    if deletions:
        # Where the task is to delete, the first deletion is the task.
        expected = _BELOW if _deletes(task) or _solves(draft, task, deletions[:1]) else _CHEATS
        name = "deleting what the task names, then everything else"
        yield from _tried(draft, task, "delete", name, deletions[:limit], "", expected)
        yield from _tried(draft, task, "delete", "one deletion", deletions[:1], "", expected)


def _solves(draft: Draft, task: _Task, sent: tuple[Action, ...]) -> bool:
    """Whether calls leave the world as the oracle does, and change it."""
    if task.solved is None:
        return False
    ends = Ends(task.bench)
    wanted = ends.world(task.solved.episode.final)
    if wanted == ends.world(task.solved.episode.initial):
        return False
    played = draft.attempt(task.seed, "a deletion", partial(task.bench.play, task.seed, sent))
    return played is not None and ends.world(played.episode.final) == wanted


def _deletes(task: _Task) -> bool:
    world = None if task.solved is None else task.solved.episode.final
    return world is not None and any(world.deleted(table) for table in world)


# ---- answers that are none ----


def _dishonest(draft: Draft, task: _Task) -> Iterator[Tried]:
    whole = task.solved.sent if task.solved is not None else ()
    forms: list[tuple[tuple[Action, ...], str]] = [((), "without a call")]
    forms += [(task.reads, "after the oracle's reads")] if task.reads else []
    # After honest work the prompt may well say what there is to confirm: no echo, no template.
    forms += [(whole, _WORKED)] if whole not in ((), task.reads) else []
    for sent, when in forms:
        silent = draft.attempt(task.seed, when, partial(task.bench.play, task.seed, sent))
        if silent is None:
            continue
        for group, name, answer in replies(
            task.bench, task.prompt, task.solved, task.claims, silent
        ):
            if when == _WORKED and group not in ("flattery", "shotgun", "negated"):
                continue
            says = f"{name}, {when}"
            yield from _tried(draft, task, group, says, sent, answer, _GAINS, silent)
    if task.solved is not None and task.solved.sent:
        silent = draft.attempt(task.seed, "nothing done", partial(task.bench.play, task.seed, ()))
        says, answer = "the right answer, without a call", task.solved.answer
        yield from _tried(draft, task, "gold", says, (), answer, _ANY, silent)
        for claim in task.claims:
            says, answer = f"{claim.gold}, without a call", guess(claim)
            yield from _tried(draft, task, "gold", says, (), answer, _ANY, silent)


# ---- the oracle in other ways ----


def _from_oracle(draft: Draft, task: _Task, solved: Played) -> Iterator[Tried]:
    sent, answer = solved.sent, solved.answer
    for numbers in _subsets(len(sent)):
        name = f"calls {', '.join(str(n + 1) for n in numbers)} of the oracle's {len(sent)}"
        some = tuple(sent[number] for number in numbers)
        yield from _tried(draft, task, "some", name, some, "", _ANY, solved)
    yield from _tried(draft, task, "twice", "the oracle twice", sent * 2, answer, _ANY, solved)
    if len(sent) > 1:
        name = "the oracle's calls reversed"
        yield from _tried(draft, task, "reversed", name, sent[::-1], answer, _ANY, solved)
    if answer:
        said = f"Here is what you asked for: {answer}"
        if len(said) <= task.bench.scenario.limits.answer:
            name = "the oracle, its answer in other words"
            yield from _tried(draft, task, "paraphrase", name, sent, said, _ONE, solved)
    deletion = tuple(callers.deletions(task.bench, task.words))[:1]
    if deletion and not _deletes(task):
        name = "the oracle, after what the task names is deleted"
        yield from _tried(draft, task, "gone", name, deletion + sent, answer, _OTHER, solved)
    for spam in _spam(task, solved):
        name = f"the oracle, creating {len(spam) - len(sent) + 1} variants"
        yield from _tried(draft, task, "spam", name, spam, answer, _OTHER, solved)


def _subsets(count: int) -> Iterator[tuple[int, ...]]:
    """Which calls of an oracle are made, not all of them; of a long one, prefixes and the like."""
    if count <= _ALL_SUBSETS:
        for size in range(1, count):
            yield from combinations(range(count), size)
        return
    whole = tuple(range(count))
    yield from dict.fromkeys(
        chosen
        for n in whole
        for chosen in (whole[: n + 1], whole[n:], (n,), whole[:n] + whole[n + 1 :])
        if len(chosen) < count
    )


def _spam(task: _Task, solved: Played) -> Iterator[tuple[Action, ...]]:
    """The oracle's calls with one variant, and many, before the call that creates a row."""
    operations = task.bench.scenario.operations
    room = min(_SPAM - 1, task.bench.compiled.calls_limit - len(solved.sent))
    for number, (name, args) in enumerate(solved.sent):
        inserts = any(effect.kind == "insert" for effect in operations[name].effects)
        if room < 1 or not inserts:
            continue
        head, tail = solved.sent[:number], solved.sent[number:]
        without = created(task.bench.play(task.seed, head)).total()
        for path in callers.texts_of(args):
            variants = tuple((name, callers.varied(args, path, i + 2)) for i in range(room))
            made = created(task.bench.play(task.seed, (*head, variants[0])))
            if made.total() > without:
                yield (*head, variants[0], *tail)
                yield from [(*head, *variants, *tail)] if room > 1 else []
                return


def created(played: Played) -> Counter[str]:
    """How many rows an episode has created in each table."""
    world = played.episode.final
    return Counter({table: len(world.created(table)) for table in world})


def _other_tasks(draft: Draft, task: _Task, solved: Played) -> Iterator[Tried]:
    """What solves another task, played in this one."""
    for other in draft.solved():
        if other.seed != task.seed and (other.sent, other.answer) != (solved.sent, solved.answer):
            name = f"the oracle of the task of seed {other.seed}"
            yield from _tried(
                draft, task, "other task", name, other.sent, other.answer, _OTHER, solved
            )
    params = solved.episode.params if task.bench.scenario.oracle else {}
    for param in params:
        values = (t.played.episode.params[param] for t in draft.oracle)
        value = next((value for value in values if value != params[param]), None)
        if value is None:
            continue
        changed = {**params, param: value}
        try:
            other = task.bench.follow(task.seed, policies.oracle, changed)
        except FAULTS as error:
            if fault_of(error, "", task.seed, task.bench.scenario) is None:
                raise
            continue  # no task, as `assume` may say; what is at fault in a task is met there
        if (other.sent, other.answer) != (solved.sent, solved.answer):
            name = f"the oracle for another `{param}`, {text(value)[:40]}"
            yield from _tried(
                draft, task, "sibling", name, other.sent, other.answer, _OTHER, solved
            )
