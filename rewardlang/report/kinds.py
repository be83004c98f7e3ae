"""The probes and the kinds of mutants in words, and outcomes gathered by them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rewardlang.judge.judgement import Outcome
from rewardlang.report.facts import Family, Group, Range

CHEATS = {
    "idle": 'nothing at all, or only "Done."',
    "echo": "the prompt as the answer",
    "flattery": "praise as the answer",
    "template": "the right answer with its values left out",
    "shotgun": "every value that the answer could state",
    "negated": "the right values denied",
    "dump": "what was read, copied into the answer",
    "delete": "what the task names deleted, and everything else",
}
WRONG = {
    "gone": "the oracle, after what the task names is deleted",
    "spam": "the oracle, creating many variants",
    "sibling": "the oracle for another value of a parameter",
    "other task": "the oracle of another task",
}
BLIND = {
    "minimal": "tools with minimal arguments, one alone and all in turn",
    "random": "calls at random",
}
HONEST = {
    "gold": "the right answer without a look, whole or in part",
    "some": "some of the oracle's calls",
    "twice": "the oracle twice",
    "reversed": "the oracle's calls reversed",
    "paraphrase": "the oracle, its answer in other words",
}
FAULTY = {
    "recovered": "the oracle while things go wrong, trying again",
    "gave up": "the oracle up to a call that was refused, where it gives up",
    "blind": "the oracle, repeating a write whose answer was lost without a look",
}
FAMILIES = (
    ("Cheats", "must not pay, whatever they say", CHEATS),
    ("Wrong on purpose", "must earn less than what was asked", WRONG),
    ("Without a plan", "may earn partial credit, never all", BLIND),
    ("Honest work, done otherwise", "may earn what it is worth", HONEST),
    ("While things go wrong", "all for getting over it, and less for less", FAULTY),
)
MUTANTS = {
    "drop-step": "a call left out",
    "drop-refused": "a refused call left out",
    "invented-tool": "a call sent to a tool that does not exist",
    "duplicate-step": "a call made twice",
    "swap-dependent": "two calls exchanged, the second needs the first",
    "swap-independent": "two calls exchanged that do not need one another",
    "insert-read": "something else read on the way",
    "insert-failing": "a refused call added",
    "insert-write": "something changed that was not asked for",
    "undo": "done, and then undone",
    "sibling": "the same on another row",
    "enum": "another value of an enum",
    "number": "a number one more, or one less",
    "list-drop": "a list without an item",
    "list-reorder": "a list in another order",
    "text-case": "a text in another case",
    "text-space": "a text with more white space",
    "text-typo": "two letters of a text exchanged",
    "drop-required": "a required argument left out",
    "drop-optional": "an optional argument left out",
    "negate-answer": "an answer that says the opposite",
    "paraphrase-answer": "the same answer in other words",
    "frozen": "the same calls in a world that stays as it is",
    "longer": "a longer text or answer",
    "more-calls": "more calls of the same",
    "refused": "refused calls added to a prefix of the oracle",
    "repeat": "a call of a prefix of the oracle made again",
}
_SHOWN = 5
_OWN = (
    (re.compile(r"of the task of seed \d+$"), "of another task"),
    (re.compile(r"(for another `[^`]+`), .*", re.DOTALL), r"\1"),
)
"""What a probe's name says of its own task, so that tasks can stand side by side."""


def families(probes: Sequence[Outcome], seeds: Sequence[int]) -> tuple[Family, ...]:
    """The probes by intent; one of a kind that is not known counts as a cheat."""
    known = {name for _, _, words in FAMILIES for name in words}
    strange = {o.group: o.group for o in probes if o.group not in known}
    found = []
    for title, note, words in FAMILIES:
        mine = {**words, **strange} if words is CHEATS else words
        groups = grouped((o for o in probes if o.group in mine), mine, seeds)
        if groups:
            found.append(Family(title, note, groups))
    return tuple(found)


def grouped(
    outcomes: Iterable[Outcome], words: dict[str, str], seeds: Sequence[int]
) -> tuple[Group, ...]:
    """Outcomes by their group, in the order of `words`, then of their first."""
    by_group: dict[str, list[Outcome]] = {name: [] for name in words}
    for each in outcomes:
        by_group.setdefault(each.group, []).append(each)
    return tuple(
        _group(name, words.get(name, name), mine, seeds) for name, mine in by_group.items() if mine
    )


def _group(name: str, what: str, mine: list[Outcome], seeds: Sequence[int]) -> Group:
    return Group(
        name,
        what,
        tuple(dict.fromkeys(o.expected for o in mine)),
        by_seed(mine, seeds),
        spread(mine),
        sum(not o.as_expected for o in mine),
        tuple(mine),
    )


def spread(outcomes: Sequence[Outcome]) -> Range:
    """The range of the rewards of some outcomes, at least one."""
    rewards = [o.reward for o in outcomes]
    return Range(min(rewards), max(rewards), len(rewards))


def by_seed(outcomes: Sequence[Outcome], seeds: Sequence[int]) -> tuple[Range | None, ...]:
    """The same for each task."""
    mine = [[o for o in outcomes if o.seed == seed] for seed in seeds]
    return tuple(spread(each) if each else None for each in mine)


def by_name(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """Outcomes that did the same in their tasks, by what they did."""
    found: dict[str, list[Outcome]] = {}
    for each in outcomes:
        name = each.name
        for own, general in _OWN:
            name = own.sub(general, name)
        found.setdefault(name, []).append(each)
    return found


def worst(mutants: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """The mutants to look at, a few: those not as expected; without any, those that should have
    lost a lot and kept the most. One of each kind before a second of any."""
    chosen = [o for o in mutants if not o.as_expected]
    if not chosen:
        chosen = [o for o in mutants if o.expected.startswith("less than")]
    chosen.sort(key=lambda o: -o.reward)  # stable: the order played decides between equals
    firsts = list({o.group: o for o in reversed(chosen)}.values())[::-1]
    rest = [o for o in chosen if o not in firsts]
    return tuple((firsts + rest)[:_SHOWN])
