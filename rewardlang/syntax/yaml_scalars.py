"""Plain YAML scalars read by the 1.2 core schema, and what YAML 1.1 tools would read instead."""

from __future__ import annotations

import re

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_FIRST = frozenset("0123456789+-.~nNtTfF")
_LONGEST = 40
"""A number has fewer digits; Python takes quadratic time for numbers of thousands of them."""

_BOOL_11 = re.compile(r"(?:yes|no|on|off)\Z", re.I)
_SEXAGESIMAL = re.compile(r"[-+]?[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9]*)?")
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ][0-9: .+Zz-]*)?")
_OCTAL_11 = re.compile(r"[-+]?0[0-9]+")
_GROUPED = re.compile(
    r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*(?:[eE][-+][0-9]+)?|(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)?"
    r"|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?0[xob][0-9a-fA-F_]*"
)
_BASED = re.compile(r"[-+]0x[0-9a-fA-F]+|[-+]?0b[01]+")
_EXPONENT = re.compile(
    r"[-+]?[0-9]+(?:\.[0-9]*)?[eE][0-9]+|[-+]?[0-9]+[eE][-+]?[0-9]+|\.[0-9]+[eE][0-9]+"
    r"|[-+]\.[0-9]+(?:[eE][-+]?[0-9]+)?"
)
"""Numbers that YAML 1.1 does not know: exponents without dot or sign, signs before a dot."""


class NotJson(ValueError):
    """A number that JSON cannot hold: infinite, not a number, or of more digits than any."""


def resolve(text: str) -> None | bool | int | float | str:
    """The value of a plain scalar; raises NotJson."""
    if text in _NULL:
        return None
    if text[0] not in _FIRST:
        return text
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        if len(text) > _LONGEST:
            raise NotJson(text)
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        number = int(text[2:], base) if base != 10 else int(text)
        if not -(2**63) <= number < 2**63:
            raise NotJson(text)
        return number
    if _FLOAT.fullmatch(text):
        value = float(text)
        if value in (float("inf"), float("-inf")):
            raise NotJson(text)
        return value
    if _SPECIAL.fullmatch(text):
        raise NotJson(text)
    return text


def trap(text: str) -> tuple[str, str] | None:
    """What YAML 1.1 tools read a plain scalar as, and what to write so that all agree."""
    quoted = f'"{text}"'
    if _BOOL_11.match(text):
        return ("true" if text.lower() in ("yes", "on") else "false"), quoted
    if not text or text[0] not in "0123456789+-.":
        return None
    if _SEXAGESIMAL.fullmatch(text):
        return "a number in base 60", quoted
    if _TIMESTAMP.fullmatch(text):
        return "a date object", quoted
    if _OCTAL_11.fullmatch(text):
        octal = not set(text) & {"8", "9"}
        return ("a number in base 8" if octal else "a text"), str(int(text[:_LONGEST]))
    if ("_" in text and _GROUPED.fullmatch(text)) or _BASED.fullmatch(text):
        return "a number", quoted
    if _EXPONENT.fullmatch(text):
        digits, exponent, power = repr(float(text)).partition("e")
        if exponent and "." not in digits:
            digits += ".0"  # without it YAML 1.1 sees no number
        return "a text", digits + exponent + power
    if re.fullmatch(r"0o[0-7]+", text):
        return "a text", str(int(text[2:], 8))
    return None
