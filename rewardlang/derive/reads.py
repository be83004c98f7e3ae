"""Tasks that ask for something: the answer stands in the response of one operation."""

from __future__ import annotations

from rewardlang.derive import draft
from rewardlang.derive.common import Field
from rewardlang.derive.read_facts import of_facts
from rewardlang.derive.read_row import of_row
from rewardlang.derive.request import Request


def reads(field: Field, request: Request) -> draft.Scenario | None:
    """The task of a reading operation, or None when its response tells nothing to ask for."""
    return of_row(field, request) or of_facts(field, request)
