"""Operations that look as if they made or deleted a row, and do something else."""

from __future__ import annotations

import re

from rewardlang.importer.drafts import Draft, Making
from rewardlang.importer.names import sentence, spoken
from rewardlang.importer.resources import HOLE, answer
from rewardlang.openapi import Operation

_OUT_OF = re.compile(r"\b(?:remov|disassoci|unassign|detach|tak)\w* .+ (?:from|out of)\b", re.I)
_MAKES = re.compile(
    r"\b(?:add|book|cop|clon|creat|duplicat|grant|import|insert|invit|link|load|mak|new|open|post"
    r"|regist|send|start|stor|submit|upload)\w*\b",
    re.IGNORECASE,
)


def unsure(making: Making, operation: Operation, made: Draft) -> str | None:
    """Why the row that an operation was modelled to make or delete is not what it is about."""
    steps = making.found.steps(operation)
    here = making.found.by_home.get(steps)
    said = f"{operation.summary}. {sentence(operation.description, 200)}"
    if operation.method == "DELETE" and made.kind == "delete":
        if here is not None and here.single and not _put(making, steps):
            one = spoken(making.of(here).one)
            return f"it may take away a part of the {one} only, as nothing puts the whole"
        home = steps[:-1] if steps[-1:] == (HOLE,) else steps
        if _OUT_OF.search(said) and home not in making.found.by_home:
            return "it takes something out of a thing that does not say what is in it"
    if operation.method == "POST" and made.kind == "create":
        makes = answer(operation) is not None or _MAKES.search(f"{said} {operation.id}")
        return None if makes else "it is not said to make anything, and answers with nothing"
    return None


def _put(making: Making, steps: tuple[str, ...]) -> bool:
    """Whether an operation puts the single object at some steps."""
    for operation in making.document.operations:
        if making.found.steps(operation) == steps:
            gives = operation.method == "POST" and answer(operation) is not None
            if gives or operation.method in ("PUT", "PATCH"):
                return True
    return False
