"""The verdict of a judgement in words: what was found, what was proven, what was only tried."""

from __future__ import annotations

from collections.abc import Sequence

from rewardlang.judge.judgement import Judgement, Outcome
from rewardlang.report.facts import Found, Range, Silenced
from rewardlang.report.kinds import CHEATS, WRONG


def verdict(findings: Sequence[Found], silenced: Sequence[Silenced], judgement: Judgement) -> str:
    """One sentence."""
    counts = dict.fromkeys(("error", "warning", "note"), 0)
    for each in findings:
        counts[each.level] += 1
    said = ", ".join(many(number, level) for level, number in counts.items() if number)
    text = said or "No findings"
    if silenced:
        text += f", {len(silenced)} more silenced"
    if judgement.undecided:
        text += "; not everything was decided"
    elif any(not each.complete or each.left_out for each in judgement.searched):
        text += "; the search was bounded"
    return text + "."


def proven(judgement: Judgement) -> tuple[str, ...]:
    """What holds in every episode of what was looked at."""
    found = []
    whole = [each for each in judgement.searched if each.complete]
    if whole:
        deep = min(each.depth for each in whole)
        states = sum(each.states for each in whole)
        best = min((each.best.reward for each in whole if each.best is not None), default=0.0)
        left = sum(each.left_out for each in whole)
        others = f" ({many(left, 'less likely one')} not tried)" if left else ""
        found.append(
            f"On {many(len(whole), 'task')} of {len(judgement.searched)} searched, every one of "
            f"{states:,} states was looked at that up to {many(deep, 'call')} can reach, with "
            f"arguments known from the prompt, the tools and earlier responses{others}; the best "
            f"of them earns {number(best)}."
        )
    same = sum(each.equivalent is not None for each in judgement.reward_mutants)
    if same:
        found.append(f"{many(same, 'change')} of the reward can make no difference in any episode.")
    return tuple(found)


def tried(judgement: Judgement) -> tuple[str, ...]:
    """What was played."""
    found = []
    oracle = judgement.oracle
    if oracle:
        full = sum(each.reward == 1.0 for each in oracle)
        found.append(f"The oracle earns 1 on {full} of {many(len(oracle), 'task')}.")
    cheats = [each for each in judgement.probes if each.group in CHEATS]
    if cheats:
        found.append(_as_expected(cheats, "cheating episode", "cheating episodes"))
    wrong = [each for each in judgement.probes if each.group in WRONG]
    if wrong:
        found.append(_as_expected(wrong, "wrong episode", "episodes that are wrong on purpose"))
    if judgement.trace_mutants:
        found.append(_as_expected(judgement.trace_mutants, "changed trace", "changed traces"))
    counted = [each for each in judgement.reward_mutants if each.equivalent is None]
    if counted:
        killed = sum(each.killed_by is not None for each in counted)
        found.append(
            f"{killed} of {many(len(counted), 'change')} of the reward itself "
            f"{'is' if killed == 1 else 'are'} told apart by some episode."
        )
    if judgement.tests:
        found.append(_as_expected(judgement.tests, "test of the file", "tests of the file"))
    return tuple(found)


def _as_expected(outcomes: Sequence[Outcome], one: str, several: str) -> str:
    good = sum(each.as_expected for each in outcomes)
    noun = one if len(outcomes) == 1 else several
    return f"{good} of {len(outcomes)} {noun} {'earns' if good == 1 else 'earn'} what they should."


def many(count: int, noun: str) -> str:
    """`1 task`, `2 tasks`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def number(value: float) -> str:
    """A reward as people read it: two to four digits, no more than it has."""
    whole, _, digits = f"{value:.4f}".rstrip("0").partition(".")
    return f"{whole}.{digits.ljust(2, '0')}"


def ends(rewards: Range, to: str) -> str:
    """The lowest and the highest reward with `to` between; one when they are the same."""
    return to.join(number(end) for end in dict.fromkeys((rewards.low, rewards.high)))
