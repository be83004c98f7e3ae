"""An episode: all that a reward reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rewardlang_runtime.calls import Call
    from rewardlang_runtime.scenario import Json, Params
    from rewardlang_runtime.world import World


class Episode:
    """One run of a task.

    Attributes:
        calls: What the policy called, in order.
        params: The task's parameters.
        setup: The values that the scenario computes at reset.
        initial: The world at reset; the same object in all episodes, so never written to.
        final: The world now; None when the episode is known from messages alone.
        answer: The policy's last words; "" when there are none.
        cuts: How many values the policy sent were cut because of their size.
    """

    __slots__ = ("answer", "calls", "cuts", "final", "initial", "params", "setup")

    def __init__(
        self,
        calls: list[Call],
        params: Params,
        setup: tuple[Json, ...],
        initial: World,
        final: World | None = None,
        answer: str = "",
        cuts: int = 0,
    ) -> None:
        self.calls = calls
        self.params = params
        self.setup = setup
        self.initial = initial
        self.final: Any = final
        self.answer = answer
        self.cuts = cuts
