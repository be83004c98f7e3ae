"""A scenario for each operation of an API: what is asked, the reward, an oracle and tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

from rewardlang import model
from rewardlang.derive import draft
from rewardlang.derive.choose import choose
from rewardlang.derive.common import Field
from rewardlang.derive.ground import Ground
from rewardlang.derive.reads import reads
from rewardlang.derive.request import Request
from rewardlang.derive.undo import undo
from rewardlang.derive.writes import writes
from rewardlang.frozen import frozen

Chain = Callable[[Field, Request], draft.Scenario | str]
"""Makes a scenario of several calls that belong together; else says why there is none."""

CHAINS: dict[str, Chain] = {"undo": undo, "choose": choose}
"""What is asked for beside the operation itself."""
_REFUSED = "no call of it was accepted"


@frozen
class Derived:
    """What was made of an operation: a file's name and text, or why there is none.

    Attributes:
        chain: Of a scenario beside the operation's own: what is asked for in it, such as `undo`.
    """

    operation: str
    file: str = ""
    text: str = ""
    why: str = ""
    chain: str = ""


def derive(api: model.Api, world: model.World, operations: str = "*") -> Iterator[Derived]:
    """A scenario for each operation whose name matches a glob, in the order of the API.

    Each is followed by those of its chains: the operation and one that takes it back.
    """
    field = Field(Ground(api, world))
    for name in api.operations:
        if fnmatchcase(name, operations):
            yield _derived(field, name)
            for chain, make in CHAINS.items():
                yield _chained(field, name, chain, make)


def _chained(field: Field, name: str, chain: str, make: Chain) -> Derived:
    request = field.request(name)
    if request is None:
        return Derived(name, why=_REFUSED, chain=chain)
    made = make(field, request)
    if isinstance(made, str):
        return Derived(name, why=made, chain=chain)
    return Derived(name, f"{name}.{chain}.yaml", made.text(), chain=chain)


def _derived(field: Field, name: str) -> Derived:
    request = field.request(name)
    if request is None:
        return Derived(name, why=_REFUSED)
    operation = request.operation
    if request.outcome.changes:  # no question is answered by changing what is asked about
        made = writes(field, request)
    elif operation.effects or operation.method != "GET":
        made = writes(field, request) or reads(field, request)
    else:
        made = reads(field, request) or writes(field, request)
    if made is None:
        what = "what it changes" if request.outcome.changes else "its response"
        return Derived(name, why=f"{what} tells nothing to ask for")
    return Derived(name, f"{name}.yaml", made.text())
