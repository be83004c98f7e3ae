"""Whether more of the same pays: calls made again, refused calls, filler, on every prefix of the
oracle. The oracle itself earns 1 and hides what could raise a reward."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from rewardlang.judge.bench import Action, Played
from rewardlang.judge.draft import Tried
from rewardlang.judge.leaves import in_words, leaves, put
from rewardlang.judge.mutant import Start

_TIMES = 3
"""How often a call is made again."""
_READS = 3
"""Reads that are repeated."""
_FILLER = "zq xj vk "
_SIZES = (0.25, 1.5)
"""Filler in shares of the oracle's text; the longer of the two is no better an answer."""
_LONG = 400
"""Characters of the longer filler, at least."""
_RISE = 0.3
"""A part that rises by less may measure a similarity, which chance letters change."""


def farming(start: Start) -> Iterator[Tried]:
    """Everything that is tried, each with the episode that it adds to."""
    for count in range(len(start.sent) + 1):
        prefix = start.sent[:count]
        before = start.again(prefix)
        name = _first(count)
        yield from _again(start, prefix, before, name)
        yield from _refused(start, prefix, before, name)
        yield from _more_reads(start, prefix, name)
    yield from _longer_answer(start)
    yield from _longer_texts(start)


def _tried(group: str, name: str, place: str, played: Played, before: Played) -> Tried:
    right = played.reward <= before.reward
    return Tried(
        "mutant", group, name, played, f"at most {before.reward:g}", right, before, place=place
    )


def _again(start: Start, prefix: tuple[Action, ...], before: Played, name: str) -> Iterator[Tried]:
    """The last call, and again, and again; unless the oracle goes on like that itself."""
    if not prefix:
        return
    last, following = prefix[-1], start.sent[len(prefix) : len(prefix) + 1]
    if following == (last,):
        return
    for times in range(1, _room(start, prefix, _TIMES) + 1):
        played = start.again((*prefix, *[last] * times))
        shown = f"{name} and `{last[0]}` again" + (f", {times} times" if times > 1 else "")
        yield _tried("repeat", shown, f"`{last[0]}`", played, before)


def _refused(
    start: Start, prefix: tuple[Action, ...], before: Played, name: str
) -> Iterator[Tried]:
    """A call that is refused, at the end and before the last call."""
    if not _room(start, prefix, 1):
        return
    for action in start.grounds.failing():
        for at in dict.fromkeys((len(prefix), max(0, len(prefix) - 1))):
            sent = (*prefix[:at], action, *prefix[at:])
            played = start.again(sent)
            shown = (
                f"{name} with a refused `{action[0]}` as call {at + 1}"
                if sent[1:]
                else (f"a refused `{action[0]}` and no more")
            )
            yield _tried("refused", shown, f"`{action[0]}`", played, before)


def _more_reads(start: Start, prefix: tuple[Action, ...], name: str) -> Iterator[Tried]:
    """A read of something else twice, against once."""
    if _room(start, prefix, 2) < 2:
        return
    for action in islice(start.grounds.reads("sibling"), _READS):
        once = start.again((*prefix, action))
        twice = start.again((*prefix, action, action))
        shown = f"{name} and `{action[0]}` twice"
        yield _tried("more-calls", shown, f"`{action[0]}`", twice, once)


def _longer_answer(start: Start) -> Iterator[Tried]:
    """Filler for an answer, short and long, after nothing and after everything."""
    limit = start.scenario.limits.answer
    short, long = (_filler(start.base.answer, share)[:limit] for share in _SIZES)
    for sent in dict.fromkeys(((), len(start.sent))):
        calls = start.sent if sent else ()
        before = start.again(calls, short)
        played = start.again(calls, long)
        shown = f"{_first(len(calls))} and a long answer that says nothing"
        yield _tried("longer", shown, "the answer", played, before)


def _longer_texts(start: Start) -> Iterator[Tried]:
    """Filler for each text that the oracle writes."""
    for number, operation, args in start.steps():
        if not start.writes(operation):
            continue
        for path, value in leaves(args):
            if not isinstance(value, str) or " " not in value or value in start.texts:
                continue
            short, long = (
                start.again(
                    start.with_step(number, (operation, put(args, path, _filler(value, share)))),
                    start.base.answer,
                )
                for share in _SIZES
            )
            where = f"step {number + 1}, {in_words(path)}"
            shown = f"the oracle with a long text that says nothing as `{in_words(path)}`"
            yield _tried("longer", shown, where, long, short)


def rises(tried: Tried) -> bool:
    """Whether a part pays for length itself."""
    before, after = tried.base, tried.played
    if before is None or tried.reward <= before.reward:
        return False
    parts = zip(before.detail.parts, after.detail.parts, strict=True)
    return any(new - old >= _RISE for old, new in parts)


def _first(count: int) -> str:
    """A prefix of the oracle in words."""
    if count < 2:
        return "the oracle's first call" if count else "nothing"
    return f"the oracle's first {count} calls"


def _filler(text: str, share: float) -> str:
    size = int(len(text) * share)
    if share > 1:
        size = max(size, _LONG)
    return (_FILLER * (size // len(_FILLER) + 1))[: max(2, size)]


def _room(start: Start, prefix: tuple[Action, ...], wanted: int) -> int:
    """How many more calls the limit leaves, at most `wanted`."""
    return max(0, min(wanted, start.scenario.limits.calls - len(prefix)))
