"""A recorded tool call, the unit of every trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from rewardlang_runtime.world import World

Kind = Literal["ok", "api_error", "invalid_request", "malformed_arguments", "unknown_tool"]
KINDS: tuple[Kind, ...] = (
    "ok", "api_error", "invalid_request", "malformed_arguments", "unknown_tool",
)  # fmt: skip


class Call(NamedTuple):
    """One tool call and its outcome. Generated code unpacks it by position.

    Attributes:
        op: The name the policy used; an invented one when `kind` is "unknown_tool".
        args: The flat arguments as JSON data; {} when they could not be read.
        kind: What became of the call.
        status: HTTP status; 0 for "malformed_arguments" and "unknown_tool", which send nothing.
        response: The body as JSON data; None when there is none.
        before: The world before the call, for scenarios that ask for it; else None.
        after: The world after it, likewise.
    """

    op: str
    args: dict[str, Any]
    kind: Kind
    status: int
    response: Any
    before: World | None = None
    after: World | None = None

    @property
    def ok(self) -> bool:
        return self.kind == "ok"
