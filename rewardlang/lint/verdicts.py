"""What a reward's gates, parts and penalties say of one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.lint.normal import normal
from rewardlang.lint.numbers import ends, flat_ramp, rising_ramp
from rewardlang.lint.proofs import skeleton
from rewardlang.lint.proofs.terms import Atom, Literal, Term, literals
from rewardlang.lint.reading import Reading, condition_of, smallest
from rewardlang.lint.sequences import matches, not_offered
from rewardlang.model import Gate, Part
from rewardlang.types.types import Number
from rewardlang.types.words import bounds_in_words

MOST_PAIRS = 300
"""Pairs of parts about the same calls and values that are compared."""

# ---- gates ----


def constant_gates(reading: Reading) -> Iterator[Diagnostic]:
    """Gates that no episode passes, and gates that every episode passes."""
    for gate in reading.scenario.gates:
        expr = gate.require
        if not reading.clear(expr) or _plain(reading.logic.formula(expr)):
            continue
        why = _not_offered(expr, reading)
        if not reading.logic.possible(expr, reading.logic.formula(expr)):
            most = f"at most {gate.otherwise:g}" if gate.otherwise > 0 else "0"
            yield Diagnostic(
                codes.IMPOSSIBLE_GATE,
                f"no episode passes the gate `{gate.id}`, so the reward is {most}",
                Label(expr.span, why or "false on every trace"),
                help="add the operation to `tools`, or drop the gate" if why else
                "say what must hold, or drop the gate",
            )  # fmt: skip
        elif reading.logic.always(expr):
            yield Diagnostic(
                codes.TAUTOLOGICAL_GATE,
                f"every episode passes the gate `{gate.id}`",
                Label(expr.span, why or "true on every trace"),
                help="leave it out, or offer the operation" if why else
                "leave it out, or say what must hold",
            )  # fmt: skip


def _plain(term: Term) -> bool:
    """Whether a formula is one test that nothing else can decide."""
    return isinstance(term, Literal) and isinstance(term.atom, Atom)


def _not_offered(expr: tree.Expr, reading: Reading) -> str | None:
    for match in matches(reading.nodes(expr)):
        name = not_offered(match, reading)
        if name is not None:
            return f"`{name}` is not offered, so its calls are never ok"
    return None


# ---- parts ----


def related_parts(reading: Reading) -> Iterator[Diagnostic]:
    """Parts that say the same in other words, and parts that are paid along with another.

    Most dense rewards have parts that imply one another on purpose: `reached`, and `complete`,
    which asks for more. Such a ladder asks for a further fact, or pays more for the harder step.
    Reported is a pair that asks for the same calls and does neither.
    """
    parts = [
        (part, expr)
        for part in reading.scenario.parts
        if part.weight > 0 and (expr := condition_of(part)) and reading.clear(expr)
    ]
    normals = {part.id: normal(expr) for part, expr in parts}
    about = {part.id: _subjects(expr, reading) for part, expr in parts}
    asked = 0
    for (first, a), (second, b) in combinations(parts, 2):
        if normals[first.id] == normals[second.id]:
            continue
        if about[first.id] != about[second.id]:
            yield from _other_values(first, a, second, b, reading)
            yield from _other_values(second, b, first, a, reading)
            continue
        asked += 1
        if asked > MOST_PAIRS:
            reading.logic.leave_open(b, "size")
            return
        forth, back = reading.logic.implies(a, b), reading.logic.implies(b, a)
        if forth and back:
            yield Diagnostic(
                codes.DUPLICATE_PART,
                f"the part `{second.id}` says the same as `{first.id}`",
                Label(b.span, "again here, in other words"),
                (Label(a.span, "first here"),),
                f"leave one out and give `{first.id}` the weight of both",
            )
        elif forth:
            yield from _implied(first, a, second, b, reading)
        elif back:
            yield from _implied(second, b, first, a, reading)


def _other_values(
    strict: Part, a: tree.Expr, loose: Part, b: tree.Expr, reading: Reading
) -> Iterator[Diagnostic]:
    """`x == "shipped" and ...` pays wherever `x != "paid"` does, which every wrong value has."""
    formula = reading.logic.formula
    if not skeleton.any_other_value(formula(a), formula(b)):
        return
    yield Diagnostic(
        codes.IMPLIED_PART,
        f"the part `{loose.id}` is paid wherever `{strict.id}` is",
        Label(b.span, "alone, it is paid only for another value than the right one"),
        (Label(a.span, "implies it"),),
        f"leave `{loose.id}` out, or let it ask for something on the way to `{strict.id}`",
    )


def _subjects(expr: tree.Expr, reading: Reading) -> frozenset[str]:
    """The operations and values that a condition is about."""
    logic = reading.logic
    found = set[str]()
    for literal in literals([logic.formula(expr)]):
        found.update(skeleton.subjects(literal, logic.abstraction))
    return frozenset(found)


def _implied(
    strict: Part, a: tree.Expr, loose: Part, b: tree.Expr, reading: Reading
) -> Iterator[Diagnostic]:
    """`a` implies `b`: whether the second is more than a lower step of a ladder."""
    abstraction = reading.logic.abstraction
    terms = reading.logic.formula(a), reading.logic.formula(b)
    bound, tried = (
        skeleton.same(*terms, abstraction, outcomes=outcomes) for outcomes in (True, False)
    )
    if not bound and not (tried and loose.weight >= strict.weight):
        return
    label = (
        "alone, it is paid only for doing it too often" if bound
        else f"the looser condition, with {loose.weight:g} to {strict.weight:g} of the weight"
    )  # fmt: skip
    yield Diagnostic(
        codes.IMPLIED_PART,
        f"the part `{loose.id}` is paid wherever `{strict.id}` is",
        Label(b.span, label),
        (Label(a.span, "implies it"),),
        f"leave `{loose.id}` out, or let it ask for something else"
        + ("" if bound else f", or give it less weight than `{strict.id}`"),
    )


def conflicting_parts(reading: Reading) -> Iterator[Diagnostic]:
    """Parts that cannot all be paid, so that no episode earns 1."""
    wanted: list[tuple[Gate | Part, tree.Expr]] = [
        (gate, gate.require) for gate in reading.scenario.gates if gate.otherwise < 1
    ]
    wanted += [
        (part, expr)
        for part in reading.scenario.parts
        if part.weight > 0 and (expr := condition_of(part)) is not None
    ]
    wanted = [(owner, expr) for owner, expr in wanted if reading.clear(expr)]
    if len(wanted) < 2:
        return
    logic = reading.logic
    if logic.possible(wanted[-1][1], *(logic.formula(expr) for _, expr in wanted)):
        return

    def together(some: Sequence[tuple[Gate | Part, tree.Expr]]) -> bool:
        return logic.answer([logic.formula(expr) for _, expr in some]).possible

    *others, (last, expr) = smallest(wanted, together)
    if not others or isinstance(last, Gate):
        return
    names = " and ".join(
        f"the {'gate' if isinstance(owner, Gate) else 'part'} `{owner.id}`"
        for owner, _ in [*others, (last, expr)]
    )
    yield Diagnostic(
        codes.CONFLICTING_PARTS,
        f"no episode meets {'all of' if len(others) > 1 else 'both'} {names}, so none earns 1",
        Label(expr.span, "excludes the other" if len(others) == 1 else "excludes the others"),
        tuple(Label(other.span, "this one") for _, other in others),
        "let the parts ask for what one episode can do",
    )


# ---- penalties ----


def dominated_penalties(reading: Reading) -> Iterator[Diagnostic]:
    """Penalties that change nothing: never applied, a factor of 1, or a reward that is 0 anyway."""
    for penalty in reading.scenario.penalties:
        if not reading.clear(penalty.factor):
            continue
        factor, when = penalty.factor, penalty.when
        type_ = factor.type
        never = f"the penalty `{penalty.id}` never makes a difference"
        if isinstance(type_, Number) and type_.low is not None and type_.low >= 1:
            yield Diagnostic(
                codes.DOMINATED_PENALTY,
                never,
                Label(factor.span, "always 1"),
                help="a factor below 1 is what the reward is multiplied by",
            )
        elif (why := _reversed(factor, reading)) is not None:
            yield Diagnostic(
                codes.DOMINATED_PENALTY,
                f"the bounds of the penalty `{penalty.id}` are the wrong way round",
                Label(factor.span, why),
                help="`good` is where the factor is 1, `bad` where it is lowest",
            )
        elif when is not None and reading.clear(when):
            yield from _never_applied(penalty.id, never, when, reading)


def _reversed(factor: tree.Expr, reading: Reading) -> str | None:
    """What a ramp does whose bounds must be the wrong way round; None when they need not be."""
    if not isinstance(factor, tree.Builtin) or factor.name != "ramp" or not rising_ramp(factor):
        return None
    value, good, _, _ = factor.args
    if flat_ramp(factor) == "1":
        return "always 1"
    if flat_ramp(factor) is not None:
        return None
    if ends(value)[1] < ends(good)[0]:
        return f"never 1: the value is {bounds_in_words(value.type)}"
    if isinstance(value, tree.TraceValue) and value.kind == "count":
        alternatives = value.match.alternatives
        if not any(reading.logic.calls.can_succeed(each) for each in alternatives):
            return "the more calls fail the higher it is"
    return None


def _never_applied(
    name: str, never: str, when: tree.Expr, reading: Reading
) -> Iterator[Diagnostic]:
    logic = reading.logic
    if not logic.possible(when, logic.formula(when)):
        yield Diagnostic(
            codes.DOMINATED_PENALTY,
            never,
            Label(when.span, _not_offered(when, reading) or "false in every episode"),
            help="say when it applies, or leave it out",
        )
        return
    gates = [gate for gate in reading.zero_gates() if reading.clear(gate.require)]
    if not gates or logic.possible(
        when, logic.formula(when), *(logic.formula(gate.require) for gate in gates)
    ):
        return

    def together(some: Sequence[Gate]) -> bool:
        terms = [logic.formula(gate.require) for gate in some]
        return logic.answer([logic.formula(when), *terms]).possible

    needed = smallest(gates, together)
    yield Diagnostic(
        codes.DOMINATED_PENALTY,
        f"when the penalty `{name}` applies, the reward is 0 already",
        Label(when.span, "the opposite of a gate" if len(needed) == 1 else "excluded by gates"),
        tuple(Label(gate.require.span, f"the gate `{gate.id}`") for gate in needed),
        "leave the penalty out, or give the gate an `otherwise`",
    )
