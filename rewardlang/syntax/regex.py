"""A regular expression taken apart: what it may match, how long that is, and how it repeats.

Reads RE2's syntax as far as one person writes it by hand; of anything else `parse` knows nothing,
and says so. Characters are the bits of a number: one for each of ASCII, one for all others.
"""

from __future__ import annotations

from rewardlang.frozen import frozen

OTHER = 1 << 128
"""Every character beyond ASCII."""
EVERY = (OTHER << 1) - 1


@frozen
class Chars:
    """One character out of `mask`."""

    mask: int


@frozen
class Anchor:
    """A place between characters: `start` `end` of the text or a line, or `word`, a boundary."""

    kind: str


@frozen
class Chain:
    items: tuple[Regex, ...]


@frozen
class Choice:
    items: tuple[Regex, ...]


@frozen
class Repeat:
    """`least` to `most` times; `most` is None when there is no bound."""

    item: Regex
    least: int
    most: int | None


Regex = Chars | Anchor | Chain | Choice | Repeat


class Unread(Exception):
    """A construct that is not taken apart."""


def parse(pattern: str) -> Regex | None:
    """The structure of `pattern`; None when it uses what is not understood here."""
    reader = _Reader(pattern)
    try:
        found = reader.choice()
        if reader.place < len(pattern):
            return None
    except (Unread, IndexError, RecursionError):
        return None
    return found


def shortest(node: Regex) -> int:
    """Characters of the shortest text that matches."""
    match node:
        case Chars():
            return 1
        case Anchor():
            return 0
        case Chain():
            return sum(map(shortest, node.items))
        case Choice():
            return min(map(shortest, node.items))
        case Repeat():
            return node.least * shortest(node.item)


def held(node: Regex, side: int) -> bool:
    """Whether every match begins (side 0) or ends (side -1) at an anchor."""
    match node:
        case Anchor():
            return node.kind == "word" or node.kind == ("start", "end")[side]
        case Chain():
            items = node.items if side == 0 else node.items[::-1]
            for item in items:
                if held(item, side):
                    return True
                if not isinstance(item, Anchor):
                    return False
            return False
        case Choice():
            return all(held(item, side) for item in node.items)
        case Repeat():
            return node.least > 0 and held(node.item, side)
        case Chars():
            return False


# ---- reading ----


def _mask(characters: str) -> int:
    found = 0
    for character in characters:
        found |= 1 << ord(character) if ord(character) < 128 else OTHER
    return found


def _span(first: str, last: str) -> int:
    low, high = ord(first), ord(last)
    found = 0
    for code in range(low, min(high, 127) + 1):
        found |= 1 << code
    return found | (OTHER if high > 127 else 0)


_DIGIT = _span("0", "9")
_LETTER = _span("a", "z") | _span("A", "Z")
_WORD = _DIGIT | _LETTER | _mask("_")
_SPACE = _mask("\t\n\f\r ")
_CLASSES = {
    "d": _DIGIT, "w": _WORD, "s": _SPACE,
    "D": EVERY & ~_DIGIT, "W": EVERY & ~_WORD, "S": EVERY & ~_SPACE,
}  # fmt: skip
_NAMED = {
    "alpha": _LETTER, "digit": _DIGIT, "alnum": _LETTER | _DIGIT, "word": _WORD, "space": _SPACE,
    "upper": _span("A", "Z"), "lower": _span("a", "z"),
    "punct": _mask("!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~\\"),
    "xdigit": _DIGIT | _span("a", "f") | _span("A", "F"), "blank": _mask("\t "),
}  # fmt: skip
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_ANCHORS = {"A": "start", "z": "end", "b": "word", "B": "inside"}
_MOST_COPIES = 1000


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.place = 0
        self.fold = False
        self.dot_all = False

    def peek(self) -> str:
        return self.text[self.place : self.place + 1]

    def take(self) -> str:
        self.place += 1
        return self.text[self.place - 1]

    def choice(self) -> Regex:
        fold, dot_all = self.fold, self.dot_all
        items = [self.chain()]
        while self.peek() == "|":
            self.take()
            items.append(self.chain())
        self.fold, self.dot_all = fold, dot_all
        return items[0] if len(items) == 1 else Choice(tuple(items))

    def chain(self) -> Regex:
        items: list[Regex] = []
        while self.peek() not in ("", "|", ")"):
            atom = self.atom()
            if atom is not None:
                items.append(self.repeated(atom))
        return items[0] if len(items) == 1 else Chain(tuple(items))

    def repeated(self, atom: Regex) -> Regex:
        while True:
            sign = self.peek()
            if sign in ("*", "+", "?") and sign:
                self.take()
                least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
            elif sign == "{":
                bounds = self.bounds()
                if bounds is None:
                    return atom
                least, most = bounds
            else:
                return atom
            if self.peek() == "?":
                self.take()
            atom = Repeat(atom, least, most)

    def bounds(self) -> tuple[int, int | None] | None:
        """`{n}`, `{n,}` or `{n,m}`; None when the brace stands for itself."""
        end = self.text.find("}", self.place)
        inner = self.text[self.place + 1 : end] if end > 0 else ""
        low, comma, high = inner.partition(",")
        if not low.isdecimal() or (high and not high.isdecimal()):
            return None
        self.place = end + 1
        least = int(low)
        most = least if not comma else int(high) if high else None
        if max(least, most or 0) > _MOST_COPIES:
            raise Unread
        return least, most

    def atom(self) -> Regex | None:
        """One item; None for flags, which match nothing."""
        sign = self.take()
        match sign:
            case "(":
                return self.group()
            case "[":
                return self.folded(self.bracket())
            case ".":
                return Chars(EVERY if self.dot_all else EVERY & ~_mask("\n"))
            case "^":
                return Anchor("start")
            case "$":
                return Anchor("end")
            case "\\":
                return self.escape()
            case "*" | "+" | "?":
                raise Unread
            case _:
                return self.folded(_mask(sign))

    def group(self) -> Regex | None:
        fold, dot_all = self.fold, self.dot_all
        if self.peek() == "?":
            self.take()
            if self.peek() == "P" or (self.peek() == "<" and self.text[self.place + 1] not in "=!"):
                self.place = self.text.index(">", self.place) + 1
            else:
                on = True
                while self.peek() not in (":", ")"):
                    flag = self.take()
                    if flag == "-":
                        on = False
                    elif flag == "i":
                        self.fold = on
                    elif flag == "s":
                        self.dot_all = on
                    elif flag not in "mU":
                        raise Unread
                if self.take() == ")":
                    return None
        inner = self.choice()
        if self.take() != ")":
            raise Unread
        self.fold, self.dot_all = fold, dot_all
        return inner

    def escape(self) -> Regex:
        sign = self.take()
        if sign in _CLASSES:
            return Chars(_CLASSES[sign])
        if sign in _ANCHORS:
            return Anchor(_ANCHORS[sign])
        return self.folded(self.escaped(sign))

    def escaped(self, sign: str) -> int:
        """The character that `\\sign` stands for."""
        if sign in _CONTROL:
            return _mask(_CONTROL[sign])
        if sign == "x":
            if self.peek() == "{":
                end = self.text.index("}", self.place)
                digits, self.place = self.text[self.place + 1 : end], end + 1
            else:
                digits, self.place = self.text[self.place : self.place + 2], self.place + 2
            try:
                return _mask(chr(int(digits, 16)))
            except (ValueError, OverflowError):
                raise Unread from None
        if sign in ("p", "P", "Q", "C") or sign.isdecimal():
            raise Unread
        if sign.isalpha():
            raise Unread
        return _mask(sign)

    def bracket(self) -> int:
        """What stands between brackets, the first of which is read."""
        negated = self.peek() == "^"
        if negated:
            self.take()
        found = 0
        first = True
        while first or self.peek() != "]":
            first = False
            sign = self.take()
            if sign == "[" and self.peek() == ":":
                end = self.text.index(":]", self.place)
                name = self.text[self.place + 1 : end].lstrip("^")
                if name not in _NAMED:
                    raise Unread
                inverted = self.text[self.place + 1] == "^"
                found |= EVERY & ~_NAMED[name] if inverted else _NAMED[name]
                self.place = end + 2
                continue
            if sign == "\\":
                sign = self.take()
                if sign in _CLASSES:
                    found |= _CLASSES[sign]
                    continue
                mask = self.escaped(sign)
                low = sign if not sign.isalpha() else chr(mask.bit_length() - 1)
            else:
                mask, low = _mask(sign), sign
            if self.peek() == "-" and self.text[self.place + 1] != "]":
                self.take()
                high = self.take()
                if high == "\\":
                    high = chr(self.escaped(self.take()).bit_length() - 1)
                mask = _span(low, high)
            found |= mask
        self.take()
        return EVERY & ~found if negated else found

    def folded(self, mask: int) -> Regex:
        if not self.fold:
            return Chars(mask)
        low, high = mask & _span("a", "z"), mask & _span("A", "Z")
        return Chars(mask | low >> 32 | high << 32)
