"""Regular expressions that accept nearly everything, or that are slow in other engines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import re2

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.lint.claims import claims
from rewardlang.lint.expressions import every_expression, expressions_of
from rewardlang.lint.registry import api_lint, lint
from rewardlang.model import Api, Scenario
from rewardlang.source import Span
from rewardlang.syntax.backtracking import why_slow
from rewardlang.syntax.regex import held, parse, shortest
from rewardlang.syntax.schemas import slow_pattern
from rewardlang.types.relations import without_null
from rewardlang.types.types import String
from rewardlang.walk import everything

_SHORT = 3
"""Characters: an unanchored pattern that fewer satisfy is found in most texts by chance."""

_ORDINARY = (
    "",
    "Done.",
    "It is done.",
    "I do not know",
    "I could not find what you asked for.",
    "Sorry, something went wrong; please try again later.",
    "The ticket PAY-12 was closed on 2026-03-02 at 09:15.",
    "There are 3 open issues and 14 closed ones.",
    "ana@example.com",
    "Ana Silva",
    "42",
    "n/a",
    "<p>The fix was released.</p>",
    '{"status": "open", "labels": ["door"]}',
    "Nothing to do here, so I left everything as it was.",
    "Total: 1,204.50 EUR",
)
"""Texts that have nothing to do with one another; who accepts half of them checks nothing."""


@lint(codes.REGEX_TOO_LOOSE)
def regex_too_loose(scenario: Scenario) -> Iterator[Diagnostic]:
    """A pattern that most texts satisfy pays for writing anything."""
    blamed: list[Span] = []
    for claim in claims(scenario):
        node = claim.expr
        if not isinstance(node, tree.Matches) or claim.sign <= 0 or node.span in blamed:
            continue
        if node.text.facts.stage != "episode":
            continue
        why = _too_loose(node)
        if why is not None:
            blamed.append(node.span)
            yield Diagnostic(
                codes.REGEX_TOO_LOOSE,
                "this regular expression accepts nearly everything",
                Label(node.span, why),
                help="say the whole text, from `^` to `$`, or the whole word: `\\b...\\b`",
            )


def _too_loose(node: tree.Matches) -> str | None:
    type_ = without_null(node.text.type)
    if isinstance(type_, String) and type_.enum is not None:
        accepted = _accepted(node.pattern, type_.enum)
        return "every value there is matches" if accepted == len(type_.enum) else None
    structure = parse(node.pattern)
    if structure is not None:
        least = shortest(structure)
        if least == 0 and not (held(structure, 0) and held(structure, -1)):
            return "the empty text matches, and every text holds it"
        if least < _SHORT and not held(structure, 0) and not held(structure, -1):
            return f"{least} character{'s'[: least != 1]} anywhere will do"
    accepted = _accepted(node.pattern, _ORDINARY)
    if 2 * accepted >= len(_ORDINARY):
        return f"matches {accepted} of {len(_ORDINARY)} texts that have nothing in common"
    return None


def _accepted(pattern: str, texts: Sequence[str]) -> int:
    search = re2.compile(pattern).search
    return sum(search(text) is not None for text in texts)


@lint(codes.REGEX_NOT_LINEAR)
def regex_not_linear(scenario: Scenario) -> Iterator[Diagnostic]:
    """RE2 takes time in proportion to the text; where the pattern is copied to may not be."""
    yield from _slow(every_expression(scenario))


@api_lint(codes.REGEX_NOT_LINEAR)
def regex_of_api_not_linear(api: Api) -> Iterator[Diagnostic]:
    """The same in what operations are made of; patterns of schemas are looked at when read."""
    yield from _slow(
        expr for operation in api.operations.values() for expr in expressions_of(operation)
    )


def _slow(roots: Iterable[tree.Expr]) -> Iterator[Diagnostic]:
    for root in roots:
        for node in everything(root):
            if isinstance(node, tree.Matches):
                why = why_slow(node.pattern)
                if why is not None:
                    yield slow_pattern(node.span, why)
