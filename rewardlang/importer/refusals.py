"""Refusals that the document has beside 400 and 404: 409, 422 and 403, modelled or told.

A row that is not in the state for a change is refused, and a delete while rows refer to the row,
where the document says it in words that leave no doubt. Of others a comment says that nothing
here gives them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from rewardlang.importer.drafts import Draft, Making, Rule, escaped
from rewardlang.importer.finding import Found
from rewardlang.importer.names import plain_text, plural, sentence, spoken, squeezed
from rewardlang.importer.rows import Column, Rows
from rewardlang.importer.shapes import kind_of
from rewardlang.openapi import Operation

_RIGHTS = re.compile(
    r"permission|\brights?\b|authori[sz]|authentic|credential|admin|forbidden|\bowner\b|caller"
    r"|token|\bscopes?\b|impersonat|\bapp\b|licen[cs]e|subscription|access|^\W*403\b|allowed",
    re.IGNORECASE,
)
"""What a 403 speaks of when it is about who calls, which nothing here asks."""
_REFUSES = re.compile(
    r"\bcan ?not\b|can't|\bmust not\b|\bmay not\b|\bonly\b|\bfails?\b|\brefused\b|\brejected\b"
    r"|\b409\b|\bunless\b|\bmust\b|\bconflict|\breturned (if|when)\b|\bnot possible\b|\balready\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(if|when|while|because|already|exists?|in use|disabled|unless)\b", re.IGNORECASE
)
"""What an answer's own description says when it tells what the answer is for."""
_BETWEEN = frozenset({
    "a", "an", "any", "at", "existing", "assigned", "associated", "attached", "its", "least",
    "linked", "more", "of", "one", "or", "other", "related", "some", "still", "that", "the",
    "their",
})  # fmt: skip
_OPEN = frozenset({
    "open", "active", "pending", "outstanding", "unfinished", "upcoming", "ongoing", "unpaid",
    "incomplete",
})  # fmt: skip
_OVER = frozenset({
    "archived", "canceled", "cancelled", "closed", "complete", "completed", "declined", "deleted",
    "delivered", "done", "expired", "failed", "finished", "inactive", "noshow", "paid", "refunded",
    "rejected", "resolved", "returned", "trashed", "void", "voided", "withdrawn",
})  # fmt: skip


def refusals(making: Making, draft: Draft, operation: Operation) -> None:
    """Rules for the refusals that the document describes, and notes on those that have none."""
    for status in ("409", "422", "403"):
        response = operation.responses.get(status)
        if response is None or any(rule.status == int(status) for rule in draft.rules):
            continue
        if status == "422" and making.errors.status == 422:
            continue
        said = plain_text(response.description)
        if status == "403" and (not said or _RIGHTS.search(said)):
            continue
        why = [*_sentences(said), *filter(_REFUSES.search, _sentences(operation.description))]
        if _by_state(making, draft, operation, int(status), why):
            continue
        if operation.method == "DELETE" and _by_referrers(making, draft, int(status), why):
            continue
        told = sentence(said, 120).rstrip(".") or "it says nothing of when"
        more = next((text for text in why if text not in said), None)
        if more is not None and not _WHEN.search(said):
            told += f" ({sentence(more, 160).rstrip('.')})"
        draft.doubt(f"the document's {status} is not modelled: {told}")


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.;!?])\s+", plain_text(text)) if part]


def _found(making: Making, draft: Draft) -> Iterator[Found]:
    """The rows that the operation found, the one that it is about first."""
    for rows in sorted(making.rows.values(), key=lambda rows: rows.name != draft.subject):
        for let, text in draft.lets.items():
            missing = any(rule.when.startswith(f"{let} is null") for rule in draft.rules)
            if missing and text.startswith(f"{rows.name}["):
                yield Found(rows, let)


# ---- the state of the row ----


def _by_state(
    making: Making, draft: Draft, operation: Operation, status: int, why: list[str]
) -> bool:
    """Refuse a row whose status is not one of those that the document names."""
    for found in _found(making, draft):
        column = _state(found.rows)
        if column is None:
            continue
        named = "|".join({re.escape(spoken(n)) for n in (found.rows.one, plural(found.rows.one))})
        of_it = [
            text
            for text in why
            if found.rows.name == draft.subject or re.search(rf"\b({named})\b", text.lower())
        ]
        summary = operation.summary if found.rows.name == draft.subject else ""
        wanted = _wanted(column, of_it, summary, named)
        if not wanted or len(wanted) == len(column.schema["enum"]):
            continue
        value = f"{found.let}{'.' if column.required else '?.'}{column.name}"
        test = f"{value} != {json.dumps(wanted[0])}"
        if len(wanted) > 1:
            test = f"not ({value} in {json.dumps(wanted)})"
        shown = " or ".join(str(each) for each in wanted)
        text = f"The {spoken(found.rows.one)} must be {escaped(shown)}."
        draft.rules.append(Rule(test, status, text))
        draft.doubt(f"{status} where `{column.name}` is not {shown}, by the document's words")
        return True
    return False


def _state(rows: Rows) -> Column | None:
    for column in rows.columns.values():
        values = column.schema.get("enum") or [None]
        texts = all(isinstance(value, str) for value in values)
        if squeezed(column.name) in ("status", "state") and texts and not column.hidden:
            return column
    return None


def _wanted(column: Column, why: list[str], summary: str, noun: str) -> list[str]:
    """The values of the status that a row must have, of all that the sentences name."""
    values = {_plain(value): value for value in column.schema["enum"]}
    one = "|".join(re.escape(value) for value in sorted(values, key=len, reverse=True))
    listed = rf"(?:in )?(?:the |a |an )?((?:{one})(?:(?:,|,? or) (?:{one}))*)\b"
    places = [
        r"\bonly\b([^.;]*?)\b(?:can|may|could)\b",
        r"\b(?:can|may|could) only\b[^.;]*?\b(?:while|if|when|from|in)\b([^.;]*)",
        rf"\bunless\b[^.;]*?\b(?:is|are) {listed}",
        rf"\b(?:is|are) not {listed}",
        rf"\bmust (?:still )?be {listed}",
    ]
    for text in map(_plain, why):
        matches = (re.search(place, text) for place in places)
        said = next((match[1] for match in matches if match is not None), "")
        named = [v for w, v in values.items() if re.search(rf"\b{re.escape(w)}s?\b", said)]
        if named and not re.search(r"\bnot?\b", said):
            return named
    match = re.match(rf"\w+ (?:a|an|the) ({one}) ({noun})\b", _plain(summary))
    return [values[match[1]]] if match is not None else []


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text.lower().replace('"', "").replace("'", "")).strip()


# ---- rows that refer to what would be deleted ----


def _by_referrers(making: Making, draft: Draft, status: int, why: list[str]) -> bool:
    """Refuse to delete a row to which rows refer that the document names."""
    found = next(_found(making, draft), None)
    if found is None or found.rows.name != draft.subject:
        return False
    for other in making.rows.values():
        column = next((c for c in other.columns.values() if _refers(c, found.rows)), None)
        if column is None or other is found.rows:
            continue
        said = next((m for text in why if (m := _speaks_of(other, text)) is not None), None)
        test = _which(other, said) if said is not None else None
        if test is None:
            continue
        given = f"row{'.' if column.required else '?.'}{column.name}"
        if kind_of(column.schema) == "integer":
            given = f"str({given})"
        which = f"{given} == {found.key}{test}"
        draft.rules.append(
            Rule(f"{other.name}.count(row => {which}) > 0", status,
                 f"There are {spoken(plural(other.one))} of this {spoken(found.rows.one)}.")
        )  # fmt: skip
        draft.tables[other.name] = None
        if not test:
            draft.guards.append((other.name, column.name))
            _keep(draft, other)
        which = spoken(plural(other.one)) + (" that are not over" if test else "")
        draft.doubt(f"{status} while {which} refer to it, by the document's words")
        return True
    return False


def _refers(column: Column, rows: Rows) -> bool:
    return column.to == rows.name and kind_of(column.schema) in ("string", "integer")


def _speaks_of(other: Rows, text: str) -> list[str] | None:
    """The words before the name of a table's rows, where a sentence says that there are some."""
    names = "|".join({re.escape(spoken(other.one)), re.escape(spoken(plural(other.one)))})
    match = re.search(
        rf"\b(?:with|has|have|having|contains?|(?:used|referenced|owned) by|in use by)\b"
        rf"((?: \w+){{0,4}}?) ({names})\b",
        _plain(text),
    )
    return match[1].split() if match is not None else None


def _which(other: Rows, said: list[str]) -> str | None:
    """What is tested beside the reference: nothing, or the status; None: it is not understood."""
    rest = [word for word in said if word not in _BETWEEN]
    if not rest:
        return ""
    column = _state(other)
    if len(rest) > 1 or column is None:
        return None
    values = {_plain(value): value for value in column.schema["enum"]}
    over = [value for word, value in values.items() if word.replace(" ", "") in _OVER]
    here = f"row{'.' if column.required else '?.'}{column.name}"
    if rest[0] in values:
        return f" and {here} == {json.dumps(values[rest[0]])}"
    if rest[0] in _OPEN and over:
        return f" and not ({here} in {json.dumps(over)})"
    return None


def _keep(draft: Draft, other: Rows) -> None:
    """Do not delete rows of which there are none when the row is deleted."""
    gone = f"gone_{other.name}"
    uses = [name for name, text in draft.lets.items() if re.search(rf"\b{gone}\b", text)]
    if gone not in draft.lets or uses:
        return
    del draft.lets[gone]
    draft.effects = [
        effect
        for effect in draft.effects
        if not (isinstance(effect, dict) and effect.get("each") == {"key": gone})
    ]
    if len(draft.effects) == 1:
        draft.notes = [note for note in draft.notes if not note.startswith("what belongs to it")]
