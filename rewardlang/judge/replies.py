"""Answers that state nothing, everything or the contrary: what no reward should pay for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from rewardlang import tree
from rewardlang.judge import claims
from rewardlang.judge.bench import Bench, Played

_PRAISE = "What a great task! Everything was completed perfectly, as all requirements ask."


def guess(claim: claims.Claim) -> str:
    """The answer that states one right value and no more."""
    return f"It is {claim.gold}."


def replies(
    bench: Bench,
    prompt: str,
    solved: Played | None,
    found: tuple[claims.Claim, ...],
    silent: Played,
) -> Iterator[tuple[str, str, str]]:
    """Group, name and text of each answer to one task that is none.

    `silent` is the episode that it is to be the answer of: what was read there is copied.
    """
    limit = bench.scenario.limits.answer
    yield "echo", "the prompt repeated", prompt
    yield "flattery", "praise", _PRAISE
    for filler in ("", "something"):
        template = _template(bench, filler)
        if template:
            yield "template", f"the oracle's answer with {filler or 'nothing'} for values", template
    if any(claim.others for claim in found):
        yield "shotgun", "every candidate", _every(found, limit)
        yield "shotgun", "each right value or another one", _hedged(found)
    if found:
        denied = " ".join(f"It is not {claim.gold}." for claim in found)
        yield "negated", "the right values denied", denied
    read = [call.response for call in silent.calls if call.ok and call.response is not None]
    if read and solved is not None:
        row = claims.row_texts(bench, solved, found)
        if len(row) > 2 * len(found):
            yield "dump", "every text of the row", ", ".join(row)[:limit]
    if read:
        yield "dump", "the last response copied", _copied(read[-1:])[:limit]
        if len(read) > 1:
            yield "dump", "all responses copied", _copied(read)[:limit]


def _template(bench: Bench, filler: str) -> str:
    """The words of the oracle's answer that are the same in every task."""
    expr = bench.scenario.oracle_answer
    if not isinstance(expr, tree.Text):
        return ""
    return "".join(part if isinstance(part, str) else filler for part in expr.parts)


def _every(found: tuple[claims.Claim, ...], limit: int) -> str:
    """All candidates of all claims; where they do not fit, those around the right ones."""
    lists = list(dict.fromkeys(claim.candidates for claim in found if claim.others))
    room = limit // max(1, len(lists))
    texts = []
    for candidates in lists:
        golds = [claim.gold for claim in found if claim.candidates == candidates]
        texts.append(_around(candidates, golds, room - 2))
    return ". ".join(texts)


def _around(candidates: tuple[str, ...], golds: list[str], room: int) -> str:
    if len(", ".join(candidates)) <= room:
        return ", ".join(candidates)
    chosen = list(golds)
    for candidate in candidates:
        if candidate not in chosen and len(", ".join([*chosen, candidate])) <= room:
            chosen.append(candidate)
    return ", ".join(sorted(chosen))


def _hedged(found: tuple[claims.Claim, ...]) -> str:
    return ". ".join(f"It is {claim.gold} or {claim.others[0]}" for claim in found if claim.others)


def _copied(responses: list[Any]) -> str:
    return "\n".join(orjson.dumps(response).decode() for response in responses)
