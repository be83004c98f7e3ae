"""Which table's rows an argument of an operation names."""

from __future__ import annotations

from rewardlang import model
from rewardlang.derive.ground import Ground
from rewardlang.derive.links import links
from rewardlang.derive.request import Path
from rewardlang.derive.words import noun, singular, words_of

_ALIASES = {"account": "user", "assignee": "user", "author": "user", "owner": "user"}


class Refers:
    """The tables that the arguments of one operation refer to.

    Attributes:
        links: What the operation compares each argument with, by its path.
        in_path: The arguments that are part of the address.
    """

    def __init__(self, ground: Ground, operation: model.Operation) -> None:
        self.ground = ground
        self.operation = operation
        self.links = links(operation)
        self.in_path = {p.name for p in operation.parameters if p.where == "path"}

    def table(self, path: Path) -> str | None:
        """The table whose key an argument is, by what the operation does with it or by its name."""
        words = tuple(str(step) for step in path if isinstance(step, str))
        shown = [name for name in self.ground.shown() if self.ground.rows[name]]
        if words[-1] in ("key", "name") and len(words) == 1 and words[0] not in self.in_path:
            made = {e.place.table for e in self.operation.effects if e.kind == "insert"}
            shown = [name for name in shown if name not in made]
        for link in self.links.get(words, ()):
            if link.table in shown and link.column in (
                None,
                (self.ground.api.tables[link.table].key,),
            ):
                return link.table
        for name in shown if len(words) > 1 else ():
            spec = self.ground.api.tables[name]
            if noun(name).replace(" ", "") == words[-2].lower() and words[-1] == spec.key:
                return name
        said = words_of(words[-1])
        if said[-1:] not in (["id"], ["key"], ["ids"], ["keys"]) and "id" not in said:
            return None
        stem = [word for word in said if word not in ("id", "key", "or", "name", "ids", "keys")]
        if not stem:
            stem = self.segment(words[-1])
        stem = [_ALIASES.get(word, word) for word in stem]
        wanted = " ".join(stem)
        return next((name for name in shown if stem and noun(name) == wanted), None)

    def segment(self, name: str) -> list[str]:
        """What stands before `{id}` in the path: `issue link` of `/issueLinks/{id}`."""
        before = ""
        for part in self.operation.path.split("/"):
            if part == f"{{{name}}}":
                return [*words_of(before)[:-1], *(singular(w) for w in words_of(before)[-1:])]
            before = part
        return []
