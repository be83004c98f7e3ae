"""Findings of the mutated traces: what keeps its reward, and what loses it where it should not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Code, Diagnostic, Label
from rewardlang.judge import places
from rewardlang.judge.draft import Draft, Tried, judges
from rewardlang.judge.farming import rises
from rewardlang.judge.places import Line
from rewardlang.judge.trace_mutants import CLEARLY

_SHOWN = 2
"""Traces that one finding carries."""
_WRONG = (
    "drop-step", "invented-tool", "drop-required", "drop-optional", "enum", "number", "list-drop",
    "text-typo",
)  # fmt: skip
_SAME = ("text-case", "text-space", "paraphrase-answer", "swap-independent", "paraphrase")


def _missed(draft: Draft, *groups: str) -> list[Tried]:
    """The mutants of some kinds that did not come out as they should."""
    return [t for t in draft.trace_mutants if t.group in groups and not t.as_expected]


def _findings(
    draft: Draft,
    code: Code,
    missed: Iterable[Tried],
    where: Callable[[Tried], Line],
    message: Callable[[Tried], str],
    label: str,
    help: str,
) -> Iterator[Diagnostic]:
    """One finding for each line of the reward, about the worst of the mutants that it concerns."""
    by_line: dict[Line, list[Tried]] = {}
    for tried in missed:
        by_line.setdefault(where(tried), []).append(tried)
    for line, all_of_it in by_line.items():
        worst = max(all_of_it, key=_gap)
        alike = [t for t in all_of_it if (t.group, t.place) == (worst.group, worst.place)]
        more = len({(t.group, t.place): None for t in all_of_it}) - 1
        notes = f", as do {more} changes more" if more > 1 else ", as does another change" * more
        yield Diagnostic(
            code,
            message(worst) + notes + _on(draft, alike),
            Label(line.span, label.format(line=line.name)),
            help=help,
            evidence=tuple(t.evidence() for t in [worst, *_others(worst, alike)]),
        )


def _gap(tried: Tried) -> float:
    """How far a mutant is from where it started; what is worst for a finding of its kind."""
    lost = tried.base is not None and tried.group in _SAME
    return tried.base.reward - tried.reward if lost and tried.base else tried.reward


def _others(worst: Tried, alike: list[Tried]) -> list[Tried]:
    """The same change on other tasks."""
    return [t for t in alike if t.played.seed != worst.played.seed][: _SHOWN - 1]


def _on(draft: Draft, alike: list[Tried]) -> str:
    """On how many tasks, when not on all of them."""
    tasks = len({t.played.seed: None for t in draft.trace_mutants})
    seen = len({t.played.seed: None for t in alike})
    return f" (on {seen} of {tasks} tasks)" if seen < tasks else ""


def _paying(draft: Draft) -> Callable[[Tried], Line]:
    return lambda tried: places.paying(draft.bench.scenario, tried.played)


def _kept(draft: Draft, code: Code, group: str, label: str, help: str) -> Iterator[Diagnostic]:
    """Findings about the mutants of a kind that keep their reward."""
    yield from _findings(draft, code, _missed(draft, group), _paying(draft), _keeps, label, help)


def _raised(draft: Draft) -> Callable[[Tried], Line]:
    def line(tried: Tried) -> Line:
        assert tried.base is not None
        return places.raised(draft.bench.scenario, tried.base, tried.played)

    return line


def _lowered(draft: Draft) -> Callable[[Tried], Line]:
    def line(tried: Tried) -> Line:
        assert tried.base is not None
        return places.lowered(draft.bench.scenario, tried.base, tried.played)

    return line


def _keeps(tried: Tried) -> str:
    return f"{tried.name} still earns {tried.reward:g}"


def _from_to(tried: Tried) -> str:
    assert tried.base is not None
    return f"from {tried.base.reward:g} to {tried.reward:g}"


@judges(codes.MISSING_FRAME)
def missing_frame_condition(draft: Draft) -> Iterator[Diagnostic]:
    """What the task did not ask for must not be changed."""
    frame = places.framing(draft.bench.scenario)
    yield from _findings(
        draft,
        codes.MISSING_FRAME,
        _missed(draft, "insert-write"),
        (lambda _: frame) if frame is not None else _paying(draft),
        _keeps,
        "{line} allows it" if frame is not None else "{line} pays all the same",
        "say what may change, down to the fields, in a gate with `delta.changed_only(...)`",
    )


@judges(codes.WRONG_TARGET)
def wrong_target_accepted(draft: Draft) -> Iterator[Diagnostic]:
    """The same done to another row is not what was asked for."""
    yield from _kept(
        draft,
        codes.WRONG_TARGET,
        "sibling",
        "{line} pays for the wrong one",
        "name the row in the condition: read `final` at the row that the task is about",
    )


@judges(codes.CALL_WITHOUT_EFFECT)
def call_without_effect(draft: Draft) -> Iterator[Diagnostic]:
    """Arguments say what was asked of the API, the world what came of it."""
    yield from _kept(
        draft,
        codes.CALL_WITHOUT_EFFECT,
        "frozen",
        "{line} reads calls, not the world",
        "compare `final` or `delta` with what the task asks for",
    )


@judges(codes.EFFECT_THEN_UNDO)
def effect_then_undo(draft: Draft) -> Iterator[Diagnostic]:
    """What was done and taken back is not done."""
    yield from _kept(
        draft,
        codes.EFFECT_THEN_UNDO,
        "undo",
        "{line} asks what was called, not what is there at the end",
        "read the end: `final`, or a gate that what was done stays",
    )


@judges(codes.ERROR_FARMING)
def error_farming(draft: Draft) -> Iterator[Diagnostic]:
    """A refused call must never pay, nor be missed where the oracle has one; where any call pays,
    N407 says so."""
    advice = "pay for what the task asks for, not for getting over a mistake"
    yield from _rises(
        draft,
        codes.ERROR_FARMING,
        _not_for_length(draft, "refused", "insert-failing"),
        "{line} pays for it",
        advice,
    )
    yield from _findings(
        draft,
        codes.ERROR_FARMING,
        _missed(draft, "drop-refused"),
        _lowered(draft),
        lambda tried: f"{tried.name}: the reward falls {_from_to(tried)}",
        "{line} pays for the refused call",
        advice,
    )


def _rises(
    draft: Draft, code: Code, paid: Iterable[Tried], label: str, help: str
) -> Iterator[Diagnostic]:
    """Findings about mutants that earn more than what they were made from."""
    yield from _findings(
        draft,
        code,
        paid,
        _raised(draft),
        lambda tried: f"{tried.name}: the reward rises {_from_to(tried)}",
        label,
        help,
    )


def _not_for_length(draft: Draft, *groups: str) -> list[Tried]:
    """The missed mutants of some kinds, but for lines that pay for any call."""
    line = _raised(draft)
    counted = {line(tried): None for tried in _length_paid(draft)}
    return [tried for tried in _missed(draft, *groups) if line(tried) not in counted]


def _length_paid(draft: Draft) -> list[Tried]:
    """What shows that length pays: filler, or a second call of whatever kind."""
    found = [t for t in _missed(draft, "longer") if rises(t)]
    calls = _missed(draft, "more-calls")
    lines = _raised(draft)
    for tried in calls:
        of_line = {t.place: None for t in calls if lines(t) == lines(tried)}
        offered = {t.place: None for t in draft.trace_mutants if t.group == "more-calls"}
        if len(of_line) > 1 or len(of_line) == len(offered):
            found.append(tried)
    return found


@judges(codes.REPEAT_FARMING)
def repeat_farming(draft: Draft) -> Iterator[Diagnostic]:
    """The same call again must never pay; where any call pays, N407 says so."""
    yield from _rises(
        draft,
        codes.REPEAT_FARMING,
        _not_for_length(draft, "repeat", "duplicate-step", "more-calls"),
        "{line} pays for each time",
        "ask whether it was called, or for what is there at the end, instead of counting calls",
    )


@judges(codes.LENGTH_REWARDING)
def length_rewarding(draft: Draft) -> Iterator[Diagnostic]:
    """More words or more calls are no better solution."""
    yield from _rises(
        draft,
        codes.LENGTH_REWARDING,
        _length_paid(draft),
        "{line} pays for length",
        "measure what is said or done, not how much",
    )


def _about_step(draft: Draft) -> Callable[[Tried], Line]:
    """What pays for the step that was changed: it loses most without that step."""
    dropped = {(t.played.seed, t.place): t for t in draft.trace_mutants if t.group == "drop-step"}

    def line(tried: Tried) -> Line:
        without = dropped.get((tried.played.seed, tried.place.split(",")[0]))
        if without is None or without.base is None or without.reward >= without.base.reward:
            return places.paying(draft.bench.scenario, tried.played)
        return places.lowered(draft.bench.scenario, without.base, without.played)

    return line


def _unseen(tried: Tried) -> bool:
    """Whether a change costs nothing at all."""
    return tried.base is not None and tried.reward >= tried.base.reward


@judges(codes.PARTIAL_OUTRANKS)
def partial_outranks_full(draft: Draft) -> Iterator[Diagnostic]:
    """A wrong end must earn clearly less than the right one."""
    missed = _missed(draft, *_WRONG)
    yield from _findings(
        draft,
        codes.PARTIAL_OUTRANKS,
        [tried for tried in missed if _unseen(tried)],
        _about_step(draft),
        _keeps,
        "{line} does not see it",
        "compare it here with what the task says, too",
    )
    yield from _findings(
        draft,
        codes.PARTIAL_OUTRANKS,
        [tried for tried in missed if not _unseen(tried)],
        _paying(draft),
        _keeps,
        "{line} pays most of it",
        "give a good share of the weight to one part that asks for all of it at once",
    )


@judges(codes.UNNORMALISED)
def brittle_verifier(draft: Draft) -> Iterator[Diagnostic]:
    """What a person would accept all the same must not lose.

    Among it the probes' paraphrase, which also has short answers.
    """
    retold = [t for t in draft.probes if t.group == "paraphrase"]
    lost = [t for t in retold if t.base and t.reward < CLEARLY * t.base.reward]
    yield from _findings(
        draft,
        codes.UNNORMALISED,
        [*_missed(draft, *_SAME), *lost],
        _lowered(draft),
        lambda tried: f"{tried.name} earns only {tried.reward:g}",
        "{line} does not accept it",
        "compare texts after `fold(...)`, answers with `says(...)`, and ask for no order",
    )


@judges(codes.LADDER)
def ladder_not_monotone(draft: Draft) -> Iterator[Diagnostic]:
    """Each call of the oracle must be worth making."""
    for before, after in zip(draft.ladder, draft.ladder[1:], strict=False):
        if after.reward < before.reward:
            last = after.played.sent[-1][0] if after.played.sent else ""
            step = "its answer" if after.played.answer else f"call {len(after.played.sent)}"
            shown = step if after.played.answer else f"{step}, `{last}`,"
            line = places.lowered(draft.bench.scenario, before.played, after.played)
            yield Diagnostic(
                codes.LADDER,
                f"{shown} of the oracle lowers the reward "
                f"from {before.reward:g} to {after.reward:g}",
                Label(line.span, f"{line.name} takes it back"),
                help="let each step towards the solution pay, or cost nothing",
                evidence=(before.evidence(), after.evidence()),
            )
