"""What the judge may spend. Counts decide, so that a run is the same on every machine."""

from __future__ import annotations

import time
from dataclasses import field

from rewardlang.frozen import frozen

MORE_TIME = "give it more time: `--budget seconds=60`, or `budget` in the settings"
"""What to do about what the clock has cut short."""


@frozen
class Budget:
    """Limits of one judgement.

    Attributes:
        draws: Tasks on which every probe and mutant is tried.
        oracles: Tasks on which the oracle is tried.
        expansions: States times actions that the search tries.
        variants: Ways to call one operation that the search tries, and values of one argument.
        seconds: Time of a processor in all, which on an idle machine is that of the clock. Counts
            are chosen so that it is not reached, and that others are busy on the machine changes
            nothing; when it is reached, what was cut short is reported (M904), never passed over.
    """

    draws: int = 3
    oracles: int = 20
    expansions: int = 400_000
    variants: int = 8
    seconds: float = 20.0
    started: float = field(default_factory=time.process_time, compare=False)

    @property
    def left_s(self) -> float:
        """Seconds left; below 0 when it is spent."""
        return self.started + self.seconds - time.process_time()

    @property
    def spent(self) -> bool:
        return self.left_s <= 0

    @property
    def counts(self) -> str:
        """What decides, in one word; judgements under the same counts are the same."""
        return (
            f"draws={self.draws},oracles={self.oracles},expansions={self.expansions},"
            f"variants={self.variants}"
        )
