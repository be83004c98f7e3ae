"""The arguments of an oracle's calls, with what the task says of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from rewardlang import model, tree
from rewardlang.derive.common import literal
from rewardlang.derive.telling.episodes import Episodes
from rewardlang.derive.telling.vocabulary import (
    COMPOSED,
    CONSTANT,
    LET,
    Source,
    Vocabulary,
    agree,
    constant,
    type_of,
)
from rewardlang.derive.typed import Read, member, quoted
from rewardlang.derive.words import words_of
from rewardlang.frozen import frozen
from rewardlang.judge.leaves import at
from rewardlang.types.types import Any as AnyType
from rewardlang.types.types import String
from rewardlang.walk import everything

Form = Literal["value", "list", "object", "document", "markup"]
_MARKUP = re.compile(r"\s*<[a-z][a-z0-9-]*[ />]")
_NAMELESS = {"id", "key", "name", "value", "accountId", "text", "type"}
"""Fields that say of what is around them which one it is."""
_LOOSE = (tree.If, tree.And, tree.Or, tree.Not, tree.Coalesce, tree.Compare, tree.In, tree.IsNull)
"""Expressions that stand in brackets where they are compared."""
_ENDINGS = ("Id", "Key", "IdOrKey", "Ids", "Keys")


@frozen
class Argument:
    """One argument, or one field inside.

    Attributes:
        said: What the task calls it; None when nothing known says it.
        form: What it is: a scalar, a list, another object, a document of the kind that Jira has, a
            text with tags.
        identifies: Whether it is in the address of the request.
    """

    step: int
    operation: model.Operation
    path: tuple[str, ...]
    values: tuple[Any, ...]
    said: Source | None
    form: Form
    identifies: bool

    @property
    def constant(self) -> bool:
        """Whether it is the same in every task, and no word of the file stands for it."""
        return self.said is not None and self.said.rank == CONSTANT

    @property
    def name(self) -> str:
        """What it is about, as part of a name: `issue_type` of `fields.issueTypeId`."""
        steps = [step for step in self.path if isinstance(step, str)]
        while len(steps) > 1 and steps[-1] in _NAMELESS:
            steps.pop()
        last = steps[-1]
        for ending in sorted(_ENDINGS, key=len, reverse=True):
            if last.endswith(ending) and last != ending:
                last = last.removesuffix(ending)
                break
        return "_".join(words_of(last)) or "argument"

    def place(self, root: str) -> Read:
        """The argument in a call that may have been refused, whose arguments are of any shape."""
        return Read(root + "".join(f"?{member(step)}" for step in self.path), AnyType(), True)


def arguments(episodes: Episodes, known: Vocabulary) -> list[list[Argument]]:
    """The arguments of each call of the oracle."""
    bound = {step.bind for step in episodes.scenario.oracle if step.bind}
    found = []
    for number, step in enumerate(episodes.scenario.oracle):
        operation = episodes.scenario.operations[step.operation]
        where = {parameter.name: parameter.where for parameter in operation.parameters}
        sent = episodes.sent(number)
        mine = []
        for path, node in _places(step.args):
            values = tuple(at(each, path) for each in sent)
            if path and None not in values:
                said = _said(node, values, path[-1], bound, known)
                form = _form(values)
                identifies = where.get(path[0]) == "path"
                mine.append(Argument(number, operation, path, values, said, form, identifies))
        found.append(mine)
    return found


def _places(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Values inside an oracle's arguments; documents and lists are one value each."""
    pairs: list[tuple[str, Any]] = []
    if isinstance(node, tree.MakeObject) and not _is_document(node):
        pairs = list(node.pairs)
    elif isinstance(node, tree.Const) and isinstance(node.value, dict):
        node = node.value
    if isinstance(node, dict) and node.get("type") != "doc":
        pairs = list(node.items())
    if not pairs:
        yield path, node
    for name, inner in pairs:
        yield from _places(inner, (*path, name))


def _is_document(node: tree.MakeObject) -> bool:
    kinds = [inner for name, inner in node.pairs if name == "type"]
    return any(isinstance(inner, tree.Const) and inner.value == "doc" for inner in kinds)


def _form(values: tuple[Any, ...]) -> Form:
    first = values[0]
    if isinstance(first, dict):
        return "document" if first.get("type") == "doc" else "object"
    if isinstance(first, list):
        return "list"
    if isinstance(first, str) and all(_MARKUP.match(str(value)) for value in values):
        return "markup"
    return "value"


def _said(
    node: Any, values: tuple[Any, ...], name: str, bound: set[str], known: Vocabulary
) -> Source | None:
    if not isinstance(node, tree.Typed) or isinstance(node, tree.Const):
        plain = node.value if isinstance(node, tree.Const) else node
        return constant(values) or _structure(literal_of(plain), values, CONSTANT)
    if isinstance(values[0], list | dict) or isinstance(node, tree.Text):
        let = next((s for s in known.sources if s.rank <= LET and agree(s.values, values)), None)
        if let is not None:
            return let
    text = expression(node, bound)
    if text is None and isinstance(node, tree.Text):
        return _pieced(node, values, bound, known)
    if text is None:
        return known.said(values, name)
    if isinstance(node, tree.MakeObject | tree.MakeList):
        return _structure(text, values, COMPOSED)
    if isinstance(node, tree.Text):
        return Source(Read(text, String(), False), values, COMPOSED)
    exact = next((s for s in known.sources if s.text == text), None)
    return exact or Source(Read(text, node.facts.type, False), values, COMPOSED)


def _pieced(
    node: tree.Text, values: tuple[Any, ...], bound: set[str], known: Vocabulary
) -> Source | None:
    """A text with what calls were answered in it, in words that are known for that."""
    pattern = "".join(re.escape(p) if isinstance(p, str) else "(.*?)" for p in node.parts)
    found = [re.fullmatch(pattern, str(value), re.DOTALL) for value in values]
    parts: list[str] = []
    hole = 0
    for part in node.parts:
        if isinstance(part, str):
            parts.append(quoted(part))
            continue
        hole += 1
        text = _in_text(part, bound)
        if text is None:
            said = known.said([match[hole] if match else None for match in found])
            if said is None or said.rank == CONSTANT:
                return None
            is_text = isinstance(said.values[0], str)
            text = said.text if is_text else f"str({said.text})"
        parts.append(text)
    return Source(Read(" + ".join(parts), String(), False), values, COMPOSED)


def _structure(text: str, values: tuple[Any, ...], rank: int) -> Source:
    return Source(Read(text, type_of(values[0]) or AnyType(), False), values, rank)


def expression(node: Any, bound: set[str]) -> str | None:
    """An oracle's template as an expression; None when it reads what calls were answered."""
    match node:
        case tree.Const():
            return literal_of(node.value)
        case tree.MakeList():
            items = [expression(item, bound) for item in node.items]
            return None if None in items else "[" + ", ".join(map(str, items)) + "]"
        case tree.MakeObject():
            pairs = [(name, expression(inner, bound)) for name, inner in node.pairs]
            if any(text is None for _, text in pairs):
                return None
            return "{" + ", ".join(f"{_field(name)}: {text}" for name, text in pairs) + "}"
        case tree.Text():
            parts = [
                quoted(part) if isinstance(part, str) else _in_text(part, bound)
                for part in node.parts
            ]
            return None if None in parts else " + ".join(map(str, parts))
        case _:
            return _as_written(node, bound)


def literal_of(value: Any) -> str:
    """Plain data as the language writes it, objects too."""
    if isinstance(value, dict):
        inner = (f"{_field(name)}: {literal_of(each)}" for name, each in value.items())
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal_of, value)) + "]"
    return literal(value)


def _field(name: str) -> str:
    text = member(name)
    return name if text.startswith(".") else quoted(name)


def _in_text(node: Any, bound: set[str]) -> str | None:
    text = _as_written(node, bound)
    if text is None or isinstance(node.facts.type, String):
        return text
    return f"str({text})"


def _as_written(node: Any, bound: set[str]) -> str | None:
    """An expression of a template, where parameters go by their names alone, outside of one."""
    if any(isinstance(each, tree.Local) and each.name in bound for each in everything(node)):
        return None
    text, start = node.span.text, node.span.start
    implied = {
        each.span.start - start
        for each in everything(node)
        if isinstance(each, tree.RootRef) and each.name == "params" and each.span.text != "params"
    }
    for offset in sorted(implied, reverse=True):
        text = f"{text[:offset]}params.{text[offset:]}"
    text = " ".join(text.split()) if '"' not in text else text
    return f"({text})" if isinstance(node, _LOOSE) else text
