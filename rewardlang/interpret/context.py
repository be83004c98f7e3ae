"""Where an expression is evaluated: the values of roots, lets, locals and the trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rewardlang.frozen import frozen
from rewardlang.model import Api
from rewardlang.tree import LetDef

if TYPE_CHECKING:
    from rewardlang_runtime.calls import Call
    from rewardlang_runtime.rng import Rng

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    # A factory, as Python 3.11 takes a mapping proxy for a mutable default.
    return _NOTHING


@frozen
class Context:
    """What names stand for.

    Attributes:
        roots: Values of `tree.RootRef`, as far as the place has them.
        lets: Definitions of `tree.LetRef`.
        calls: The trace.
        apis: For `tree.Search` and `tree.Transition`.
        locals: Values of `tree.Local`.
        call: The call that a pattern's condition is about.
        rng: For `tree.Draw`, in generators of a world.
        known: Values of lets that were evaluated already; shared by all that `bind` and `at` make.
    """

    roots: Mapping[str, Any] = field(default_factory=_nothing)
    lets: Mapping[str, LetDef] = field(default_factory=_nothing)
    calls: Sequence[Call] = ()
    apis: Mapping[str, Api] = field(default_factory=_nothing)
    locals: Mapping[str, Any] = field(default_factory=_nothing)
    call: Call | None = None
    rng: Rng | None = None
    known: dict[str, Any] = field(default_factory=dict)

    def bind(self, values: Mapping[str, Any]) -> Context:
        """The same place with more locals."""
        return replace(self, locals={**self.locals, **values})

    def at(self, call: Call) -> Context:
        """The same place, inside a pattern that is tried on `call`."""
        return replace(self, call=call)

    def outside(self) -> Context:
        """The same place outside every lambda and pattern: where lets are evaluated."""
        return replace(self, locals=_NOTHING, call=None)


def named(lets: Sequence[LetDef]) -> dict[str, LetDef]:
    """Definitions by name, for `Context.lets`."""
    return {let.name: let for let in lets}
