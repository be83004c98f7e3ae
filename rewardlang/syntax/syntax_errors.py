"""A syntax error said in words: what was found, what could stand there, what was probably meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label
from rewardlang.diagnostics.spelling import suggest
from rewardlang.syntax import lookalikes
from rewardlang.syntax.placed import Placed
from rewardlang.syntax.words import FORMULAS, RESERVED

_OPERAND = frozenset({"NAME", "INT", "STRING", "LPAR"})
_OPERATOR = frozenset({"PLUS", "EQ", "IN", "AND"})
_PUNCTUATION = {
    "RPAR": "`)`", "RSQB": "`]`", "RBRACE": "`}`", "COMMA": "`,`", "COLON": "`:`", "LPAR": "`(`",
    "LSQB": "`[`", "EQUAL": "`=`", "ARROW": "`=>`", "DOT": "`.`",
}  # fmt: skip
# What may follow nearly every operand or pattern: listing it helps nobody.
_COMMON = frozenset({
    "DOT", "SAFE_DOT", "SAFE_BRACKET", "LSQB", "LPAR", "BANG", "COALESCE", "STAR", "SLASH",
    "PERCENT", "PLUS", "MINUS", "EQ", "NE", "LT", "LE", "GT", "GE", "IN", "NOT", "IS", "MATCHES",
    "AND", "OR", "IMPLIES", "IF",
})  # fmt: skip
_TOKEN = re.compile(
    r"""[A-Za-z_]\w*|\d[\w.]*|r?"(?:[^"\\\n]|\\.)*"?|r?'(?:[^'\\\n]|\\.)*'?|[^\w\s]|\w+""", re.S
)
_CLOSERS = {")": "(", "]": "[", "}": "{"}


def explain(error: UnexpectedInput, text: Placed, start: str) -> Diagnostic:
    """The one diagnostic for what Lark could not parse."""
    at, expected = _place(error, text.text)
    place = set()
    if _OPERAND & expected:
        place.add("operand")
    if expected & _OPERATOR or (expected and not expected >= _OPERAND):
        place.add("operator")
    found = lookalikes.find(text.text, at, place) if at < len(text.text) else None
    if found is not None:
        entry, first, last = found
        span = text.span(first, last)
        fix = None if entry.replacement is None else Fix(span, entry.replacement)
        label = Label(span, "not part of the language")
        return Diagnostic(codes.SYNTAX_ERROR, entry.message, label, help=entry.help, fix=fix)
    misplaced = _misplaced(text, at, expected)
    if misplaced is not None:
        return misplaced
    if at >= len(text.text):
        return _at_end(text, expected, start)
    return _at_token(text, at, expected)


def _misplaced(text: Placed, at: int, expected: AbstractSet[str]) -> Diagnostic | None:
    """A word of the language just before `at`, where the grammar could only take it for a name."""
    before = re.search(r"(?<![\w.])([a-z_]+)\s*$", text.text[:at])
    if before is None or not expected >= _OPERATOR:
        return None
    if before[1] not in RESERVED and (before[1] != "lambda" or at >= len(text.text)):
        return None
    word, helps = before[1], None
    earlier = text.text[: before.start()].rstrip()
    if word in ("if", "else"):
        helps = "write `a if test else b`"
    elif word == "lambda":
        helps = "a lambda has no keyword: `x => ...`"
    elif word == "not" and re.search(r"(?<!\w)in$", earlier):
        helps = "write `a not in b`"
    elif word == "not" or word in FORMULAS:
        helps = f"put brackets around it: `({word} ...)`"
    return Diagnostic(
        codes.SYNTAX_ERROR,
        f"unexpected `{word}`",
        Label(text.span(before.start(1), before.end(1)), "expected an expression"),
        help=helps,
    )


def _place(error: UnexpectedInput, text: str) -> tuple[int, AbstractSet[str]]:
    """Where parsing stopped, and the terminals that could have stood there."""
    if isinstance(error, UnexpectedToken):
        token = error.token
        at = len(text) if token.type == "$END" else token.start_pos
    elif isinstance(error, UnexpectedCharacters):
        at = error.pos_in_stream
    else:  # lark has no other kind for LALR, but its type says so
        at = len(text)
    parser = getattr(error, "interactive_parser", None)
    expected: AbstractSet[str] = set(parser.accepts()) if parser is not None else set()
    return (len(text) if at is None else int(at)), expected


def _at_end(text: Placed, expected: AbstractSet[str], start: str) -> Diagnostic:
    end = len(text.text.rstrip())
    what = "effect" if start == "effect" else "expression"
    if end == 0:
        return Diagnostic(
            codes.SYNTAX_ERROR,
            f"an {what} is missing",
            Label(text.span(0, len(text.text)), "empty"),
        )
    wanted = _words(expected)
    opened = _unclosed(text.text)
    others: tuple[Label, ...] = ()
    if opened is not None and not expected >= _OPERAND:
        others = (Label(text.span(opened, opened + 1), "opened here"),)
    return Diagnostic(
        codes.SYNTAX_ERROR,
        f"the {what} ends too early",
        Label(text.span(end, end), f"expected {wanted}"),
        others=others,
    )


def _at_token(text: Placed, at: int, expected: AbstractSet[str]) -> Diagnostic:
    whole = text.text
    match = _TOKEN.match(whole, at)
    end = match.end() if match else at + 1
    shown = whole[at:end]
    span = text.span(at, end)
    if shown[0] in "\"'" or shown[:2] in ('r"', "r'"):
        quote = shown.lstrip("r")[0]
        if len(shown.lstrip("r")) < 2 or not shown.endswith(quote):
            return Diagnostic(
                codes.SYNTAX_ERROR, "a string is never closed",
                Label(text.span(at, at + 1), f"no `{quote}` for this on its line"),
            )  # fmt: skip
    if not shown.isascii():
        return _foreign(text, at, end)
    if shown in _CLOSERS and _CLOSERS[shown] not in _stack(whole[:at]):
        return Diagnostic(
            codes.SYNTAX_ERROR, f"a `{shown}` that closes nothing", Label(span, "closes nothing")
        )
    meant = _keyword(shown, expected)
    if meant is not None:
        return Diagnostic(
            codes.SYNTAX_ERROR,
            f"`{shown}` is no word of the language here",
            Label(span, f"expected {_words(expected)}"),
            help=f"did you mean `{meant}`?",
            fix=Fix(span, meant),
        )
    return Diagnostic(
        codes.SYNTAX_ERROR,
        f"unexpected `{shown}`",
        Label(span, f"expected {_words(expected)}"),
        help=_hint(whole, at, shown, expected),
    )


def _hint(text: str, at: int, shown: str, expected: AbstractSet[str]) -> str | None:
    before = text[:at].rstrip()
    if re.search(r"(?<!\w)is(\s+not)?$", before):
        operator = "!=" if before.endswith("not") else "=="
        return f"`is` only tests for null; write `{operator}`"
    word = re.search(r"(?<![\w.])(calls|count|first|last|best)$", before)
    if word and expected == {"LPAR"}:
        return f"`{word[1]}` is a word of the language, not a name: `{word[1]}(operation)`"
    if expected >= _OPERAND and shown in {"==", "!", "<", ">", "=", "*", "/", "%", "+"}:
        return "an operator stands between two values"
    if re.fullmatch(r"[\w\"'\[({].*", shown, re.S) and "EQ" in expected:
        return "an operator, such as `and` or `==`, is missing before it"
    return None


def _foreign(text: Placed, at: int, end: int) -> Diagnostic:
    char = next(c for c in text.text[at:end] if not c.isascii())
    where = text.text.index(char, at)
    name = unicodedata.name(char, "a character without a name").lower()
    return Diagnostic(
        codes.SYNTAX_ERROR,
        f"names are made of the letters a to z, digits and `_`; this is U+{ord(char):04X}",
        Label(text.span(where, where + 1), name),
        help='letters of other alphabets belong in strings and keys: `x["..."]`',
    )


def _keyword(shown: str, expected: AbstractSet[str]) -> str | None:
    """The keyword that a misspelt word stands for; only where names could not stand."""
    if "NAME" in expected or not shown.isidentifier():
        return None
    words = [t.lower() for t in sorted(expected) if t.isupper() and t not in _PUNCTUATION]
    return suggest(shown, [w for w in words if w.isidentifier() and len(w) > 1 and _is_word(w)])


def _is_word(terminal: str) -> bool:
    symbols = {"eq", "ne", "le", "lt", "ge", "gt", "plus", "minus", "star", "slash", "percent",
               "coalesce", "bang", "vbar", "lbrace", "safe_dot", "safe_bracket", "int", "float",
               "string", "raw_string", "name"}  # fmt: skip
    return terminal not in symbols


def _words(expected: AbstractSet[str]) -> str:
    """The terminals of `expected` as people call them, joined by "or"."""
    words: list[str] = []
    rest = set(expected)
    if rest >= _OPERAND:
        words.append("an expression")
        rest = {t for t in rest if t in ("RPAR", "RSQB", "RBRACE")}
    elif "NAME" in rest:
        words.append("an operation" if "ANY" in rest else "a name")
        rest -= {"NAME", "ANY"}
    if "STRING" in rest:
        words.append("a string")
    if "INT" in rest:
        words.append("a whole number")
    if rest >= _OPERATOR:
        words.append("an operator")
    rest -= _COMMON if expected >= _OPERATOR else set()
    rest -= {"NAME", "ANY", "STRING", "RAW_STRING", "INT", "FLOAT"}
    if expected >= _OPERATOR:
        rest -= {"EQUAL", "ARROW"}  # true only for a name that an argument consists of
    end = "$END" in rest
    words += [_PUNCTUATION[t] for t in _PUNCTUATION if t in rest]
    words += [f"`{t.lower()}`" for t in sorted(rest) if _is_word(t.lower()) and t.isidentifier()
              and t not in _PUNCTUATION]  # fmt: skip
    words += ["`{`"] if "LBRACE" in rest else []
    words += ["`|`"] if "VBAR" in rest else []
    words += ["`!`"] if "BANG" in rest else []
    if end:
        words.append("the end")
    return _or(words) if words else "something else"


def _or(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _unclosed(text: str) -> int | None:
    """Where the innermost bracket that is still open at the end stands."""
    stack: list[int] = []
    for match in _TOKEN.finditer(text):
        if match[0] in _CLOSERS.values():
            stack.append(match.start())
        elif match[0] in _CLOSERS and stack:
            stack.pop()
    return stack[-1] if stack else None


def _stack(text: str) -> list[str]:
    stack: list[str] = []
    for match in _TOKEN.finditer(text):
        if match[0] in _CLOSERS.values():
            stack.append(match[0])
        elif match[0] in _CLOSERS and stack:
            stack.pop()
    return stack
