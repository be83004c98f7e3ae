"""Mutants that change the answer alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rewardlang.judge.mutant import Mutant, Start

_VERB = re.compile(r"\b(is|are|was|were|has been|have been)\b(?! (?:not|no)\b)")
_SENTENCE = 4
"""Words from which an answer is a sentence, which can be put otherwise."""


def negate_answer(start: Start) -> Iterator[Mutant]:
    """The answer says the opposite."""
    answer = start.base.answer
    negated = _VERB.sub(r"\1 not", answer)
    if negated != answer:
        yield Mutant(
            "negate-answer",
            "the answer",
            f"the oracle with the answer {negated!r}",
            start.sent,
            negated,
            "lower" if start.reads_answer else "not higher",
        )


def paraphrase_answer(start: Start) -> Iterator[Mutant]:
    """The same answer in a friendlier sentence, and without its full stop."""
    answer = start.base.answer
    if len(answer.split()) < _SENTENCE:
        return
    for said in (f"Here you go. {answer}", answer.rstrip(".") if answer.endswith(".") else ""):
        if said:
            yield Mutant(
                "paraphrase-answer",
                "the answer",
                f"the oracle with the answer {said!r}",
                start.sent,
                said,
                "same",
            )
