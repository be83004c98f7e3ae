"""Scenarios and rewards made from what is declared: an API and its world, or a task's oracle."""

from __future__ import annotations

from rewardlang import model
from rewardlang.derive.tasks import derive


def scenarios(api: model.Api, world: model.World, operations: str = "*") -> list[tuple[str, str]]:
    """The scenarios of each operation that a glob names, chains too: a file's name and its text.

    Operations of which no task could be made are left out; `tasks.derive` says why.
    """
    return [(each.file, each.text) for each in derive(api, world, operations) if each.text]
