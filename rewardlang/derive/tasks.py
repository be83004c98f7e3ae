"""A scenario for each operation of an API: what is asked, the reward, an oracle and tests."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from rewardlang import model
from rewardlang.derive.common import Field
from rewardlang.derive.ground import Ground
from rewardlang.derive.reads import reads
from rewardlang.derive.writes import writes
from rewardlang.frozen import frozen


@frozen
class Derived:
    """What was made of an operation: a file's name and text, or why there is none."""

    operation: str
    file: str = ""
    text: str = ""
    why: str = ""


def derive(api: model.Api, world: model.World, operations: str = "*") -> Iterator[Derived]:
    """A scenario for each operation whose name matches a glob, in the order of the API."""
    field = Field(Ground(api, world))
    for name in api.operations:
        if fnmatchcase(name, operations):
            yield _derived(field, name)


def _derived(field: Field, name: str) -> Derived:
    request = field.request(name)
    if request is None:
        return Derived(name, why="no call of it was accepted")
    operation = request.operation
    if operation.effects or operation.method != "GET":
        made = writes(field, request) or reads(field, request)
    else:
        made = reads(field, request) or writes(field, request)
    if made is None:
        return Derived(name, why="its response tells nothing to ask for")
    return Derived(name, f"{name}.yaml", made.text())
