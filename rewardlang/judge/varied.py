"""More episodes, when those of the other sections leave a change of the reward alive.

Nothing is expected of them: they only differ from the oracle's in as many ways as are cheap.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice, product

from rewardlang import policies, tree
from rewardlang.judge.argument_edits import (
    drop_argument,
    elsewhere,
    enum_sibling,
    list_drop,
    sibling_entity,
)
from rewardlang.judge.bench import Action, Played
from rewardlang.judge.draft import Draft, Tried
from rewardlang.judge.grounds import INVENTED
from rewardlang.judge.leaves import in_words, leaves, places, put, without
from rewardlang.judge.mutant import Start
from rewardlang.judge.retold import items, roots
from rewardlang.judge.trace_mutants import start_like
from rewardlang.walk import everything, mentioned

_RANDOM = 12
"""Episodes of the random policy on each task."""
_STEPWISE = 400
"""Ways of making the oracle's calls otherwise, one or two of them at a time."""
_SHORTER = 9
"""Arguments that are left out, in pairs with other changes."""
_OF_TEST = 40
"""The same, and arguments changed, for each test of the file."""
_LONGEST = 2_000
"""Characters of a text that is filled up."""
_MORE_TASKS = 6
"""Tasks beyond those of the probes."""
_REFUSED: Action = (INVENTED, {})
_UNKNOWN_ARGUMENT = "unheardOf"


def varied(draft: Draft) -> Iterator[Tried]:
    """All of them, the likelier first: one task, the file's own tests, the other tasks."""
    if not draft.starts:
        return
    first = draft.starts[0]
    yield from _around(first)
    for tried in draft.tests:
        if all(tried.played.sent != start.sent for start in draft.starts):
            beside = start_like(first, tried.played)
            yield from _stepwise(beside, _OF_TEST)
            yield from _edited(beside)
    for start in draft.starts[1:]:
        yield from _around(start)
    others = [t.played for t in draft.oracle if t.played.seed not in draft.seeds]
    for base in others[:_MORE_TASKS]:
        start = start_like(first, base)
        yield from _prefixes(start)
        yield from _deeds(start)


def _around(start: Start) -> Iterator[Tried]:
    """All that is tried on one task."""
    yield from _looks(start)
    yield from _stepwise(start, _STEPWISE)
    yield from _counted(start)
    yield from _answers(start)
    yield from _long_texts(start)
    yield from _wandering(start)
    yield from _deeds(start)


def _edited(start: Start) -> Iterator[Tried]:
    """A test's episode with one argument changed."""
    for edit in (sibling_entity, drop_argument, enum_sibling, list_drop):
        for mutant in islice(edit(start), _OF_TEST):
            name = mutant.what.replace("the oracle", "a test's calls", 1)
            yield _tried(start, name, mutant.sent, mutant.answer)


def _tried(start: Start, name: str, sent: tuple[Action, ...], answer: str) -> Tried:
    environment, base = start.grounds.bench.environment, start.base
    environment.reset(seed=base.seed, options={"params": base.episode.params})
    for operation, args in sent:
        environment.call(operation, args)
    environment.finish(answer)
    # Nothing shows these episodes, so that no line of a trace file is made of them.
    episode, detail = environment.episode, environment.detail()
    calls = tuple(episode.calls)
    played = Played(base.seed, sent, episode.answer, calls, detail, episode, {})
    return Tried("mutant", "varied", name, played, "anything", True, base)


def _looks(start: Start) -> Iterator[Tried]:
    """One look at the target, beside it, or refused: alone, and before the oracle's writes."""
    writes = tuple(action for action in start.sent if start.writes(action[0]))
    others = tuple(action for action in start.sent if not start.writes(action[0]))
    looks = [*start.grounds.looks("target"), *start.grounds.looks("sibling")]
    looks += [_spoilt(action) for action in looks] + list(others)
    for look in dict.fromkeys(map(repr, looks)):
        action = next(each for each in looks if repr(each) == look)
        name = f"`{action[0]}` with `{action[1]}`"
        yield _tried(start, f"{name} and no more", (action,), "")
        yield _tried(start, f"{name} and the answer", (action,), start.base.answer)
        if writes:
            sent = (action, *writes)
            yield _tried(start, f"{name}, then the oracle's writes", sent, start.base.answer)


def _stepwise(start: Start, most: int) -> Iterator[Tried]:
    """The oracle with one or two of its steps left out, refused, repeated or on another row."""
    ways: list[list[tuple[str, tuple[Action, ...]]]] = []
    elsewheres = start.grounds.writes() if most > _OF_TEST else []
    for number, action in enumerate(start.sent):
        away = elsewhere(start, number)
        ways.append(
            [
                ("left out", ()),
                ("refused", (_spoilt(action),)),
                ("refused and then made", (_spoilt(action), action)),
                ("with nothing", ((action[0], {}),)),
                ("twice", (action, action)),
                *([("on another row", (away,))] if away is not None else []),
                *([("here and on another row", (action, away))] if away is not None else []),
                *(("made elsewhere", (w,)) for w in elsewheres if w[0] == action[0]),
                *islice(_shorter(action), _SHORTER),
            ]
        )
    numbers = range(len(start.sent))
    chosen = [(one,) for one in numbers] + list(combinations(numbers, 2))
    plans = ((steps, picks) for steps in chosen for picks in product(*(ways[i] for i in steps)))
    for steps, picks in islice(plans, most):
        calls: dict[int, tuple[Action, ...]] = {i: (start.sent[i],) for i in numbers}
        calls.update({i: pick[1] for i, pick in zip(steps, picks, strict=True)})
        said = [f"step {i + 1} {pick[0]}" for i, pick in zip(steps, picks, strict=True)]
        sent = tuple(action for i in numbers for action in calls[i])
        name = f"the oracle, {' and '.join(said)}"
        tried = _tried(start, name, sent, start.base.answer)
        yield tried
        if not all(tried.played.detail.gates):
            # Below its cap a reward shows what the cap hides.
            refused = (*sent, *[_REFUSED] * start.scenario.limits.calls)
            yield _tried(start, f"{name}, then refused calls", refused, start.base.answer)


def _deeds(start: Start) -> Iterator[Tried]:
    """Each thing that can be done, alone, after the oracle, before it and in the middle of it."""
    for action in (*start.grounds.deeds("target"), *start.grounds.deeds("sibling")):
        name = f"`{action[0]}` with `{action[1]}`"
        yield _tried(start, f"{name} and no more", (action,), start.base.answer)
        for at in range(len(start.sent) + 1):
            sent = (*start.sent[:at], action, *start.sent[at:])
            yield _tried(start, f"the oracle, {name} as call {at + 1}", sent, start.base.answer)


def _shorter(action: Action) -> Iterator[tuple[str, tuple[Action, ...]]]:
    """A call without one of its arguments."""
    operation, args = action
    for path, _ in places(args):
        if len(path) < 3 and not any(isinstance(step, int) for step in path):
            yield f"without `{in_words(path)}`", ((operation, without(args, path)),)


def _counted(start: Start) -> Iterator[Tried]:
    """The oracle and more calls of one kind, one by one up to the limit; and one call before it."""
    room = start.scenario.limits.calls - len(start.sent)
    reads = start.grounds.reads("sibling") + start.grounds.reads("target")
    kinds: list[tuple[str, list[Action]]] = [("other reads", reads)]
    kinds += [(f"`{action[0]}` again", [action] * room) for action in start.sent]
    kinds += [(f"a refused `{a[0]}`", [a] * room) for a in start.grounds.failing()]
    kinds += [(f"`{action[0]}`", [action] * room) for action in reads[:1]]
    kinds.append(("writes elsewhere", start.grounds.writes()))
    for name, more in kinds:
        for count in range(1, min(room, len(more)) + 1):
            added = tuple(more[:count])
            shown = f"and {count} times {name}"
            yield _tried(start, f"the oracle {shown}", (*start.sent, *added), start.base.answer)
            yield _tried(start, f"nothing {shown}", added, "")
    for action in (*start.grounds.writes(), *map(_spoilt, start.sent)):
        shown = f"`{action[0]}` with `{action[1]}`"
        yield _tried(start, f"{shown}, then the oracle", (action, *start.sent), start.base.answer)


def _constants(start: Start) -> dict[str | int, None]:
    """The texts and whole numbers that the reward mentions."""
    scenario = start.scenario
    whole = [root for item in items(scenario) for root in roots(scenario, item)]
    lets = {let.name: let for let in scenario.lets}
    whole += [lets[name].value for name in mentioned(whole, lets)]
    found: dict[str | int, None] = {}
    for root in whole:
        for node in everything(root):
            if isinstance(node, tree.Const) and type(node.value) in (str, int):
                # For mypy: it does not narrow by `type(...) is`.
                found[node.value] = None  # type: ignore[index]
    return found


def _answers(start: Start) -> Iterator[Tried]:
    """The oracle's answer with each text of the reward in it, and as long as its numbers say."""
    answer, constants = start.base.answer, _constants(start) if start.reads_answer else {}
    for constant in constants:
        if isinstance(constant, str):
            said = [f"{answer} {constant}", constant]
        else:
            said = _as_long(answer, constant, start.scenario.limits.answer)
        for text in said:
            yield _tried(start, f"the oracle with the answer {text!r}", start.sent, text)


def _long_texts(start: Start) -> Iterator[Tried]:
    """Each text that the oracle writes, as long as the numbers of the reward say."""
    numbers = [constant for constant in _constants(start) if isinstance(constant, int)]
    for number, operation, args in start.steps():
        if not start.writes(operation):
            continue
        for path, value in leaves(args):
            if not isinstance(value, str) or value in start.grounds.owner:
                continue
            for constant in numbers:
                for text in _as_long(value, constant, _LONGEST):
                    sent = start.with_step(number, (operation, put(args, path, text)))
                    name = f"the oracle with {len(text)} characters as `{in_words(path)}`"
                    yield _tried(start, name, sent, start.base.answer)


def _as_long(text: str, size: int, most: int) -> list[str]:
    """A text cut or filled up to about a size, where sizes may be as large as that."""
    if not 8 <= size <= most:
        return []
    return [text[:n].ljust(n, ".") for n in (size - 1, size, size + 1)]


def _wandering(start: Start) -> Iterator[Tried]:
    """The random policy."""
    bench = start.grounds.bench
    for seed in range(_RANDOM):
        # For mypy: it infers no lambda with defaults.
        played = bench.follow(start.base.seed, lambda env, seed=seed: policies.random(env, seed))  # type: ignore[misc]
        yield Tried("mutant", "varied", f"random calls, number {seed}", played, "anything", True)


def _prefixes(start: Start) -> Iterator[Tried]:
    """The oracle's prefixes, with its answer and without."""
    for count in range(len(start.sent) + 1):
        for answer in dict.fromkeys(("", start.base.answer)):
            name = f"{count} of the oracle's calls on task {start.base.seed}"
            yield _tried(start, name, start.sent[:count], answer)


def _spoilt(action: Action) -> Action:
    """The same call with an argument that the API does not know, so that it is refused."""
    operation, args = action
    return operation, {**args, _UNKNOWN_ARGUMENT: True} if isinstance(args, dict) else args
