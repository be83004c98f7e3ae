"""What people write from other languages, and how it is said here; tried where parsing stopped."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import NamedTuple


class Lookalike(NamedTuple):
    """`back` characters before the place where parsing stopped, `pattern` matches.

    `only` restricts it to places where an operand or an operator was expected. `replacement` takes
    the place of the match; None when no replacement of that text alone is right.
    """

    pattern: re.Pattern[str]
    message: str
    help: str
    replacement: str | None = None
    back: int = 0
    only: str | None = None


def _like(
    pattern: str,
    message: str,
    help: str,
    replacement: str | None = None,
    back: int = 0,
    only: str | None = None,
) -> Lookalike:
    return Lookalike(re.compile(pattern), message, help, replacement, back, only)


_TABLE = (
    _like(r"&&", "`&&` is written `and`", "write `and`", "and"),
    _like(r"&", "`&` is no operator", "write `and`", "and"),
    _like(r"\|\|", "`||` is written `or`", "write `or`", "or"),
    _like(r"\|\|", "`||` is written `or`", "write `or`, or `|` between operations", "or", 1),
    _like(r"\|", "`|` joins operations of one pattern", "write `or`", "or", 0, "operator"),
    _like(r"===", "`===` is written `==`", "write `==`", "==", 2),
    _like(r"!==", "`!==` is written `!=`", "write `!=`", "!=", 2),
    _like(r"==", "`==` compares; an effect sets", "write `=`", "=", 1, "operand"),
    _like(r"=<", "`=<` is written `<=`", "write `<=`", "<="),
    _like(r"=>", "`=>` begins a lambda's body", "write `>=` to compare", ">=", 0, "operator"),
    _like(r"=", "`=` does not compare", "write `==`", "==", 0, "operator"),
    _like(r"<>", "`<>` is written `!=`", "write `!=`", "!=", 1),
    _like(r"!(?!=)\s*", "`!` is written `not` before what it negates", "write `not`", "not ", 0,
          "operand"),
    _like(r"\?\?=", "there is no assignment", "write `a ?? b`"),
    _like(r"\?", "there is no `? :`", "write `a if test else b`", None, 0, "operator"),
    _like(r"\*\*", "there is no power operator", "multiply instead", None, 1, "operand"),
    _like(r"//", "there is no whole division", "write `/`", None, 1, "operand"),
    _like(r"->", "`->` is written `=>` in a lambda", "write `x => ...`", "=>", 1),
    _like(r"->", "`->` is written `=>` in a lambda", "write `x => ...`", "=>"),
    _like(r"[\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033]", "a typographic quote", 'write `"`', '"'),
    _like(r"[\u2018\u2019\u201a\u201b\u2032`\u00b4]", "this quote is no quote here", "write `'`",
          "'"),
    _like(r"[\u2013\u2014\u2212]", "this dash is no minus sign", "write `-`", "-"),
    _like(r"\u2264", "`\u2264` is written `<=`", "write `<=`", "<="),
    _like(r"\u2265", "`\u2265` is written `>=`", "write `>=`", ">="),
    _like(r"\u2260", "`\u2260` is written `!=`", "write `!=`", "!="),
    _like(r"[\u00a0\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff]+", "a space that is no plain space",
          "write a plain space", " "),
    _like(r"\$\{", "names stand without `${}`", "write the name alone", None),
    _like(r"\$", "names stand without `$`", "write the name alone", ""),
    _like(r"@", "names stand without `@`", "write the name alone", ""),
    _like(r"if(?!\w)", "`if` stands after the value it chooses", "write `a if test else b`", None,
          0, "operand"),
    _like(r"then(?!\w)", "`then` belongs to `seq`", "write `a if test else b`", None, 0,
          "operator"),
    _like(r"AND(?!\w)", "`AND` is written in lower case", "write `and`", "and", 0, "operator"),
    _like(r"OR(?!\w)", "`OR` is written in lower case", "write `or`", "or", 0, "operator"),
    _like(r"IN(?!\w)", "`IN` is written in lower case", "write `in`", "in", 0, "operator"),
    _like(r"contains(?!\w)", "`contains` is a method", "write `x in xs`", None, 0, "operator"),
    _like(r"eq(?!\w)", "`eq` is written `==`", "write `==`", "==", 0, "operator"),
    _like(r"notin(?!\w)", "`notin` is two words", "write `not in`", "not in", 0, "operator"),
    _like(r":", "`:` has no meaning here",
          "a lambda is written `x => ...`, an argument `name=value`", None, 0, "operator"),
    _like(r";", "an expression has no `;`", "leave it out", ""),
)  # fmt: skip


def find(text: str, at: int, place: Set[str]) -> tuple[Lookalike, int, int] | None:
    """The look-alike at or just before `at`, and where it starts and ends.

    `place` holds "operand" or "operator", whichever was expected.
    """
    for entry in _TABLE:
        if entry.only is not None and entry.only not in place:
            continue
        if at < entry.back:
            continue
        match = entry.pattern.match(text, at - entry.back)
        if match is not None and match.end() > at:
            return entry, match.start(), match.end()
    return None
