"""The constant text of conversations: what stands between the values that vary from task to task.

The embedded model gets one token for each constant stretch, so that a tool call of a hundred
characters is a dozen tokens and leaving out a field is one choice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

# Strings are told from keys by the colon after them; whatever is neither is punctuation.
_SCALAR = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?')
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
SHORTEST = 3
"""Characters that a stretch must have to become a token."""
NEARLY_ALL = 0.75
"""Share of texts that have a stretch of their template."""


class Leaf(NamedTuple):
    """A value in a JSON text.

    Attributes:
        key: The last key before it.
        text: As written, without quotes.
        start, end: Where `text` is.
    """

    key: str
    text: str
    start: int
    end: int


def json_leaves(text: str) -> Iterator[Leaf]:
    """Strings and numbers of a JSON text, in order; of a broken one, what looks like them."""
    key = ""
    for match in _SCALAR.finditer(text):
        if match.group(2):
            key = match.group(1)
        elif match.group(1) is not None:
            yield Leaf(key, match.group(1), match.start(1), match.end(1))
        else:
            yield Leaf(key, match.group(), match.start(), match.end())


class Shapes:
    """Counts JSON texts by origin, then cuts out what varies.

    A leaf is named by its origin and last key; one that has always had the same value is as good
    as punctuation and stays in the stretch around it.
    """

    def __init__(self) -> None:
        self.texts: Counter[tuple[str, str]] = Counter()
        self.values: dict[tuple[str, str], set[str]] = {}

    def add(self, origin: str, text: str) -> None:
        """Count `text`, which came from `origin` (a tool's call or its result, say)."""
        self.texts[origin, text] += 1
        if self.texts[origin, text] == 1:
            for leaf in json_leaves(text):
                self.values.setdefault((origin, leaf.key), set()).add(leaf.text)

    def stretches(self) -> Counter[str]:
        """Every constant stretch with how often it occurred."""
        found: Counter[str] = Counter()
        for (origin, text), count in self.texts.items():
            start = 0
            for leaf in json_leaves(text):
                if len(self.values[origin, leaf.key]) > 1:
                    found[text[start : leaf.start]] += count
                    start = leaf.end
            found[text[start:]] += count
        return found


def common_stretches(texts: Sequence[str]) -> list[str]:
    """Stretches of words that nearly all of `texts` share, in order: the fixed part of a template.

    Nearly all, since two texts can be matched in more than one way, and one wrong match must not
    cost a stretch.
    """
    others = list(dict.fromkeys(texts[1:]))
    words = _WORD.findall(texts[0]) if texts else []
    kept = [0] * len(words)
    joined = [0] * len(words)  # how often a word directly follows the one before, as here
    for text in others:
        matcher = SequenceMatcher(None, words, _WORD.findall(text), autojunk=False)
        end = (0, 0)
        for a, b, size in matcher.get_matching_blocks():
            for place in range(a, a + size):
                kept[place] += 1
                joined[place] += place > a or (a, b) == end
            end = (a + size, b + size)
    least = NEARLY_ALL * len(others)
    found, current = [], ""
    for word, matches, follows in zip(words, kept, joined, strict=True):
        if matches < least or follows < least:
            found.append(current)
            current = ""
        if matches >= least:
            current += word
    found.append(current)
    shared = [stretch for stretch in found if len(stretch) >= SHORTEST]
    return [s for s in shared if sum(s in text for text in others) >= least]


def frequent(stretches: Counter[str], least: int) -> list[str]:
    """Stretches long and frequent enough to be tokens, longest first, then in order of letters."""
    chosen = [s for s, n in stretches.items() if len(s) >= SHORTEST and n >= least]
    return sorted(chosen, key=lambda s: (-len(s), s))


def remainder(texts: Iterable[str], tokens: Sequence[str]) -> Iterator[str]:
    """What is left of `texts` between `tokens`."""
    pattern = re.compile("|".join(re.escape(t) for t in sorted(tokens, key=len, reverse=True)))
    for text in texts:
        yield from filter(None, pattern.split(text))
