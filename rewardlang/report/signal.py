"""What a policy trained by GRPO can learn from: rewards along the way, and groups that differ."""

from __future__ import annotations

from collections.abc import Iterable

from rewardlang.judge.judgement import Judgement, Outcome
from rewardlang.report.facts import Signal

RATES = (0.05, 0.2, 0.5, 0.8, 0.95)
SIZES = (4, 8, 16)
MODEL = (
    "Model: rollouts are independent and end in one of two rewards, the better one with "
    "probability p; a group of G is flat with probability p^G + (1-p)^G. Where failures earn "
    "different rewards fewer groups are flat: an upper bound. A flat group teaches nothing, as "
    "GRPO's advantage is the reward less the group's mean (arXiv:2402.03300, section 4.1)."
)
"""What `flat_share` says, for readers of a report."""


def flat_share(rate: float, size: int) -> float:
    """The expected share of groups in which all rewards are equal.

    Such a group teaches nothing: GRPO's advantage of a rollout is its reward less the group's mean,
    over the group's standard deviation, and all of them are zero.

    Args:
        rate: The probability in [0, 1] that a rollout succeeds.
        size: Rollouts in a group, G.

    Returns:
        p^G + (1 - p)^G, for rewards with two outcomes and independent rollouts. When failures earn
        different rewards fewer groups are flat, so it is an upper bound.

    Source: the advantage is of DeepSeekMath, section 4.1, arXiv:2402.03300.
    """
    return rate**size + (1.0 - rate) ** size


def signal_of(judgement: Judgement) -> Signal:
    """The signal that a judgement has seen."""
    played = (*judgement.ladder, *judgement.probes, *judgement.trace_mutants)
    still = (o.reward for o in played if not o.line["calls"] and not o.line["answer"])
    start = next(still, 0.0)
    flat = {size: tuple(flat_share(rate, size) for rate in RATES) for size in SIZES}
    return Signal(start, _first(played, start), RATES, flat)


def _first(played: Iterable[Outcome], start: float) -> tuple[str, float] | None:
    best: tuple[str, float] | None = None
    for each in played:
        calls = each.line["calls"]
        more = each.reward > (start if best is None else best[1])
        if len(calls) == 1 and not each.line["answer"] and more:
            best = (calls[0]["op"], each.reward)
    return best
