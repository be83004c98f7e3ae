"""A recorded tool call, the unit of every trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rewardlang_runtime.world import World

Kind = Literal["ok", "api_error", "invalid_request", "malformed_arguments", "unknown_tool"]
KINDS: tuple[Kind, ...] = (
    "ok", "api_error", "invalid_request", "malformed_arguments", "unknown_tool",
)  # fmt: skip

FaultKind = Literal[
    "rate_limited", "server_error", "unavailable", "timeout", "lost", "stale", "unauthorized",
    "forbidden",
]  # fmt: skip
FAULTS: Mapping[FaultKind, int] = {
    "rate_limited": 429,
    "server_error": 500,
    "unavailable": 503,
    "timeout": 504,
    "lost": 504,
    "stale": 0,
    "unauthorized": 401,
    "forbidden": 403,
}
"""What a scenario's `faults:` may do to a call, and the status that it is answered with.

A call that was never answered is a 504, as the gateway before a real API says it, and no status of
its own: so 0 still means that nothing was sent, and an `api_error` still has one of 400 to 599.
`lost` is a write that was done and whose answer did not come back: what the policy sees is the same
as of a `timeout`. A `stale` read has the status that the older world gives.
"""


class Call:
    """One tool call and its outcome.

    Slots, and no tuple: rewards read two or three fields of every call, which costs a slot 5 ns and
    a named tuple 20 (score 4 calls with 8 checks: 0.61 us against 0.75).

    Attributes:
        op: The name the policy used; an invented one when `kind` is "unknown_tool".
        args: The flat arguments as JSON data; {} when they could not be read.
        kind: What became of the call.
        status: HTTP status; 0 for "malformed_arguments" and "unknown_tool", which send nothing.
        response: The body as JSON data; None when there is none.
        before: The world before the call, for scenarios that ask for it; else None.
        after: The world after it, likewise.
        fault: What the scenario's `faults:` did to it; None when nothing.
        retry_after: Seconds after which it may be made again, for a fault that says so.
        unseen: Status and body that were lost on the way, when `fault` is "lost".
    """

    __slots__ = ("args", "kind", "op", "response", "status")

    before: World | None = None
    after: World | None = None
    fault: FaultKind | None = None
    retry_after: int | None = None
    unseen: tuple[int, Any] | None = None

    def __init__(
        self,
        op: str,
        args: dict[str, Any],
        kind: Kind,
        status: int,
        response: Any,
    ) -> None:
        self.op = op
        self.args = args
        self.kind = kind
        self.status = status
        self.response = response

    @property
    def ok(self) -> bool:
        """Whether the API did what was asked."""
        return self.kind == "ok"

    def __repr__(self) -> str:
        return (
            f"Call({self.op!r}, {self.args!r}, {self.kind!r}, {self.status!r}, {self.response!r})"
        )


class CallBetween(Call):
    """A call with the world before and after it."""

    __slots__ = ("after", "before")

    def __init__(self, call: Call, before: World | None, after: World | None) -> None:
        super().__init__(call.op, call.args, call.kind, call.status, call.response)
        self.before = before
        self.after = after

    def at(self, world: World) -> CallBetween:
        """The same call, as if the world had been this one all along."""
        return CallBetween(self, world, world)


class FaultedCall(CallBetween):
    """A call that a fault of the scenario has struck; worlds are None when nobody asks for them."""

    __slots__ = ("fault", "retry_after", "unseen")

    def __init__(
        self,
        call: Call,
        before: World | None,
        after: World | None,
        fault: FaultKind,
        retry_after: int | None,
        unseen: tuple[int, Any] | None,
    ) -> None:
        super().__init__(call, before, after)
        self.fault = fault
        self.retry_after = retry_after
        self.unseen = unseen

    def at(self, world: World) -> FaultedCall:
        """The same call, as if the world had been this one all along."""
        kept = None if self.before is None else world
        assert self.fault is not None
        return FaultedCall(self, kept, kept, self.fault, self.retry_after, self.unseen)
