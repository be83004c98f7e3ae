"""What tasks say that do something and take it back."""

from __future__ import annotations

from dataclasses import replace

from rewardlang.derive import phrases
from rewardlang.derive.deeds import Deed
from rewardlang.derive.request import Request
from rewardlang.derive.sentences import sayings_of
from rewardlang.derive.words import capital, listed


def title(deed: Deed) -> str:
    """What the scenario is called."""
    return f"{phrases.title(deed.operation)}, and take it back"


def orders(deed: Deed, back: Request, made: bool, restored: bool) -> list[str]:
    """The prompts of a task that does something and takes it back.

    Args:
        back: The request that takes it back.
        made: Whether the deed makes a row.
        restored: Whether the row gets back what it held.
    """
    said = phrases.order(deed)
    if made:
        verb = sayings_of(back.operation)[0].verb
        return [
            f"{capital(said)}, to try it out, and {verb} it again as soon as it is there.",
            f"Please {said}, only as a test: once it is there, {verb} it again.",
            f"Could you {said} and then {verb} it again, so that nothing of it stays?",
        ]
    if restored:
        what = listed([name for name, _ in phrases.set_fields(deed)])
        was = "were" if " and " in what else "was"
        return [
            f"{capital(said)}, but only for a moment: then change it back to the {what} it had.",
            f"Please {said}. Right after that, set its {what} back to what it {was} before.",
            f"Could you {said} for a moment, and then restore the {what} it had?",
        ]
    again = phrases.order(Deed(deed.field, _alike(deed, back), []))
    return [
        f"{capital(said)}; then {again} again, so that everything is as it was before.",
        f"Please {said}, only to try it, and right after that {again} again.",
        f"Could you {said} for a moment, and then {again}, so that nothing has changed in the end?",
    ]


def _alike(deed: Deed, back: Request) -> Request:
    """A request with the rows and values of a deed's, by the names that they have there."""
    by_path = {slot.path: slot for slot in deed.slots}
    by_table = {slot.table: slot for slot in deed.slots if slot.table is not None}
    slots = []
    for slot in back.slots:
        same = by_path.get(slot.path) or by_table.get(slot.table or "") or slot
        slots.append(replace(slot, name=same.name, values=same.values))
    return replace(back, slots=tuple(slots))
