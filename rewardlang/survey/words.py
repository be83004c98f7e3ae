"""What a survey says in words, in text and on its page alike."""

from __future__ import annotations

from collections.abc import Iterable

from rewardlang.report.verdict import many, number
from rewardlang.scoring import Score
from rewardlang.survey.tally import Example, Miss, Tally


def headline(tally: Tally, threshold: float) -> str:
    """How many traces passed, failed, and could not be told."""
    if not tally.traces:
        return "no trace"
    verdicts = tally.verdicts
    said = f"{many(tally.traces, 'trace')}: {verdicts['pass']} passed, {verdicts['fail']} failed"
    said += f", {verdicts['unknown']} unknown"
    if threshold != 1:
        said += f" at {number(threshold)}"
    return said if tally.mean is None else f"{said}; mean reward {number(tally.mean)}{_of(tally)}"


def _of(tally: Tally) -> str:
    return "" if tally.known == tally.traces else f" of the {tally.known} that are known"


def judged_said(tally: Tally, items: Iterable[str]) -> str:
    """How much of the reward could be judged, and what never."""
    never = tally.never(items)
    said = f"judged: {percent(tally.weight / tally.traces)} of the weight of the parts"
    return f"{said}; never: {', '.join(never)}" if never else said


def percent(share: float) -> str:
    """A share in whole percent; neither none nor all unless it is exactly that."""
    whole = round(100 * share)
    if share > 0 and whole == 0:
        return "under 1 %"
    if share < 1 and whole == 100:
        return "over 99 %"
    return f"{whole} %"


def reward_said(score: Score) -> str:
    """A reward, or the bounds of one that is unknown."""
    if score.reward is not None:
        return number(score.reward)
    return f"{number(score.low)} to {number(score.high)}"


def calls_said(example: Example, miss: Miss) -> str:
    """What decided a miss: the calls, and the condition with its value, as far as it is known."""
    if not miss.text:
        return "shown by the YAML file of the scenario"
    named = [
        f"call {n} {example.calls[n - 1]['op']}" for n in miss.calls[:3] if n <= len(example.calls)
    ]
    if not named:
        return f"no call; {miss.text}"
    more = len(miss.calls) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "") + f"; {miss.text}"
