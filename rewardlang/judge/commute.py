"""Whether two calls can change places: neither reads or writes what the other writes."""

from __future__ import annotations

from collections.abc import Iterable

from rewardlang import model, tree
from rewardlang.judge.bench import Action
from rewardlang.judge.leaves import strings
from rewardlang.walk import everything


def commute(
    scenario: model.Scenario, first: Action, second: Action, answered: Iterable[str]
) -> bool:
    """Whether `second` may be called before `first`; `answered` is what `first` was answered.

    False also when nothing is known: a tool that does not exist, or a text of the answer in the
    arguments of the second, where it may come from.
    """
    operations = scenario.operations
    if first[0] not in operations or second[0] not in operations:
        return False
    known = dict.fromkeys(answered)
    if any(text in known for text in strings(second[1])):
        return False
    reads_1, writes_1 = _touched(scenario, operations[first[0]])
    reads_2, writes_2 = _touched(scenario, operations[second[0]])
    return not (
        any(name in writes_2 for name in (*reads_1, *writes_1))
        or any(name in reads_2 for name in writes_1)
    )


def _touched(
    scenario: model.Scenario, operation: model.Operation
) -> tuple[dict[str, None], dict[str, None]]:
    """Tables and counters that an operation reads, and that it writes."""
    searches = {s.name: s.table for api in scenario.apis for s in api.searches.values()}
    reads: dict[str, None] = {}
    parts = [*operation.lets, *operation.errors, *operation.effects]
    for part in [*parts, *([] if operation.body is None else [operation.body])]:
        for node in everything(part):
            match node:
                case tree.TableRef():
                    reads[node.name] = None
                case tree.Search():
                    reads[searches[node.name]] = None
                case tree.RootRef(name="counters"):
                    reads["counters"] = None
    writes: dict[str, None] = {}
    for effect in operation.effects:
        writes[effect.place.table or "counters"] = None
    return reads, writes
