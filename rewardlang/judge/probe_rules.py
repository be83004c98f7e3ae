"""What probes must not earn: pay for nothing, for answers that are none, for spam, for ruins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import prod

from rewardlang import model, tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Code, Diagnostic, Label
from rewardlang.judge import claims
from rewardlang.judge.draft import CHEAT, Draft, Tried, judges
from rewardlang.judge.places import looking_at
from rewardlang.judge.probes import created
from rewardlang.judge.replies import guess

_PASSED = 0.5
"""The share of the oracle's reward with which a policy that does nothing has passed."""
_ALMOST = 0.9
_GUESSES = 8
"""How many possible answers are too few to be no guess."""


@judges(codes.NOOP_REWARDED, codes.NOOP_PASSES)
def noop(draft: Draft) -> Iterator[Diagnostic]:
    """A policy that does nothing earns nothing."""
    paid = [t for t in draft.probes if t.group == "idle" and t.reward > 0]
    if not paid:
        return
    worst = max(paid, key=lambda t: t.reward)
    best = max((t.reward for t in draft.oracle), default=1.0)
    passes = worst.reward >= _PASSED * best
    says = "does nothing" if not worst.played.answer else 'does nothing but say "Done."'
    yield _hole(
        draft,
        codes.NOOP_PASSES if passes else codes.NOOP_REWARDED,
        f"a policy that {says} earns {worst.reward:.2g}",
        worst,
        paid,
        "pay for what has changed since the start, `gain(before, after)`, or for calls made",
    )


@judges(
    codes.SHOTGUN_ANSWER, codes.NEGATED_ANSWER, codes.EMPTY_ANSWER, codes.DATABASE_DUMP
)  # fmt: skip
def dishonest_answers(draft: Draft) -> Iterator[Diagnostic]:
    """Answers that state nothing, everything, or the contrary earn nothing above silence."""
    for code, groups, says, remedy in (
        (
            codes.SHOTGUN_ANSWER, ("shotgun",), "an answer that names several values at once",
            "name what else it could be: `says(answer, x, instead_of=others)`",
        ),
        (
            codes.NEGATED_ANSWER, ("negated",), "an answer that denies the right value",
            "use `says(answer, x)`, which a denial does not satisfy",
        ),
        (
            codes.EMPTY_ANSWER, ("echo", "flattery", "template"), "an answer that states nothing",
            "compare the answer with a value that the policy has to find out",
        ),
        (
            codes.DATABASE_DUMP, ("dump",), "a copy of what was read",
            "name what else it could be, `says(answer, x, instead_of=others)`, or limit the length",
        ),
    ):  # fmt: skip
        paid = [t for t in draft.probes if t.group in groups and t.gain > CHEAT]
        # On one task alone a value may be right by chance: a name that is a word, too.
        if not paid or len({t.played.seed for t in paid}) < min(2, len(draft.seeds)):
            continue
        worst = max(paid, key=lambda t: t.gain)
        above = "" if worst.base is None or not worst.base.reward else " more than none"
        yield _hole(
            draft,
            code,
            f"{says} ({worst.name}) earns {worst.gain:.2g}{above}",
            worst,
            paid,
            remedy,
        )


@judges(codes.GUESSABLE_ANSWER)
def guessable(draft: Draft) -> Iterator[Diagnostic]:
    """With few possible answers a guess is often right, so it must not be paid without a look."""
    golds = [t for t in draft.probes if t.group == "gold" and t.gain > CHEAT]
    guesses = [(t, _possible(draft, t)) for t in golds]
    # What a guess earns on average, right or wrong.
    paid = [(t.gain / few, few, t) for t, few in guesses if few < _GUESSES]
    paid = [each for each in paid if each[0] > CHEAT]
    if not paid or len({t.played.seed for _, _, t in paid}) < min(2, len(draft.seeds)):
        return
    _, few, worst = max(paid, key=lambda each: each[0])
    often = f"one time in {few}" if few > 1 else "on nearly every task"
    yield Diagnostic(
        codes.GUESSABLE_ANSWER,
        f"a guess without a look earns {worst.gain:.2g}, and is right {often}",
        guilty(draft, worst),
        help="require the read that shows the value: a gate such as `called getTicket{ok, ...}`",
        evidence=(worst.evidence(),),
    )


def _possible(draft: Draft, gold: Tried) -> int:
    """How many answers there could be in place of the right one; many when it is not known."""
    solved = next(p for p in draft.solved() if p.seed == gold.played.seed)
    found = claims.claims_of(draft.bench, solved)
    alone = [claim for claim in found if guess(claim) == gold.played.answer]
    found = alone or found
    if not found or not all(claim.compared for claim in found):
        return _GUESSES
    if all(claim.others for claim in found):
        return min(prod(len(claim.others) + 1 for claim in found), _by_the_commonest(draft))
    answers = {t.played.answer for t in draft.oracle}
    return len(answers) if len(answers) > 1 and len(draft.oracle) >= _GUESSES else _GUESSES


def _by_the_commonest(draft: Draft) -> int:
    """The same by what is right on half of the tasks or more: one, two; many when nothing is."""
    answers = Counter(tried.played.answer for tried in draft.oracle)
    tasks = {repr(tried.played.episode.params) for tried in draft.oracle}
    if len(tasks) < 2 or len(draft.oracle) < _GUESSES:
        return _GUESSES
    times = max(answers.values())
    return round(len(draft.oracle) / times) if 2 * times >= len(draft.oracle) else _GUESSES


@judges(codes.WRITE_SPAM)
def write_spam(draft: Draft) -> Iterator[Diagnostic]:
    """Creating many things, one of them right, is not what was asked."""
    paid = [t for t in draft.probes if t.group == "spam" and t.reward >= _ALMOST and _more(t)]
    if not paid:
        return
    worst = max(paid, key=lambda t: t.reward)
    line = looking_at(draft.bench.scenario, _more(worst))
    yield _hole(
        draft,
        codes.WRITE_SPAM,
        f"{worst.name}, earns {worst.reward:.2g}",
        worst,
        paid,
        "count what was created: `delta.TABLE.created.only()`, `delta.changed_only(...)`",
        None if line is None else Label(line.span, f"{line.name} does not count them"),
    )


def _more(tried: Tried) -> frozenset[str]:
    """The tables in which the probe has created more than the oracle."""
    if tried.base is None:
        return frozenset()
    return frozenset(created(tried.played) - created(tried.base))


@judges(codes.DELETE_TO_SATISFY)
def delete_to_satisfy(draft: Draft) -> Iterator[Diagnostic]:
    """What holds of all rows holds of none."""
    idle = max((t.reward for t in draft.probes if t.group == "idle"), default=0.0)
    paid = [
        t
        for t in draft.probes
        if t.group == "delete" and not t.as_expected and t.reward > idle + CHEAT
    ]
    if paid:
        worst = max(paid, key=lambda t: t.reward)
        yield _hole(
            draft,
            codes.DELETE_TO_SATISFY,
            f"a policy that only deletes earns {worst.reward:.2g}",
            worst,
            paid,
            "require that the rows are still there, or a gate `delta.TABLE.deleted.is_empty()`",
        )


# ---- findings ----


def _hole(
    draft: Draft,
    code: Code,
    message: str,
    worst: Tried,
    paid: Sequence[Tried],
    remedy: str,
    where: Label | None = None,
) -> Diagnostic:
    """A finding about a probe that is paid; at the line that pays, unless `where` says better."""
    return Diagnostic(
        code,
        message + how_often(draft, paid),
        where or guilty(draft, worst),
        help=remedy,
        evidence=(worst.evidence(),),
    )


def how_often(draft: Draft, paid: Sequence[Tried]) -> str:
    """Says so when a hole was seen on one task only, of several."""
    seeds = {t.played.seed for t in paid}
    if len(seeds) > 1 or len(draft.seeds) == 1:
        return ""
    return f" on one of {len(draft.seeds)} tasks"


def guilty(draft: Draft, tried: Tried) -> Label:
    """The line that pays: the part that gained most above the probe's base.

    Else the gate that was opened, or the penalty that was spared.
    """
    scenario, detail = draft.bench.scenario, tried.played.detail
    before = tried.base.detail if tried.base is not None else None
    total = sum(part.weight for part in scenario.parts)
    gains = [
        part.weight * (score - (before.parts[number] if before is not None else 0.0)) / total
        for number, (part, score) in enumerate(zip(scenario.parts, detail.parts, strict=True))
    ]
    most = max(range(len(gains)), key=lambda number: gains[number])
    if gains[most] > 0:
        part = scenario.parts[most]
        return Label(_expr(part).span, f"`{part.id}` pays {gains[most]:.2g} of it")
    if before is not None:
        for gate, now, then in zip(scenario.gates, detail.gates, before.gates, strict=True):
            if now and not then:
                return Label(gate.require.span, f"`{gate.id}` lets it through")
    part = max(scenario.parts, key=lambda part: part.weight)
    return Label(_expr(part).span, f"`{part.id}` does not tell it from the oracle's")


def _expr(part: model.Part) -> tree.Expr:
    expr = part.check or part.score
    assert expr is not None
    return expr
