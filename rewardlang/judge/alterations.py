"""Every reward that differs from a scenario's in one small thing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from typing import TypeVar

from rewardlang import model, tree
from rewardlang.frozen import frozen
from rewardlang.judge.retold import Item, Retold, items, roots
from rewardlang.judge.reward_edits import Change, changes
from rewardlang.lint.normal import normal
from rewardlang.source import Span
from rewardlang.walk import mentioned

T = TypeVar("T")


@frozen
class Altered:
    """A changed reward.

    Attributes:
        what: In words: "the gate `read_only` dropped".
        item: What is changed; of a let, the first that reads it.
        scenario: With the change, in the short form of `Retold`.
        pin: What a test must do to tell it from the original.
        values: Items whose value is known without an episode: of a dropped penalty, 1.
        let: The let that is changed, and its new definition.
        change: Of an expression, the change.
    """

    what: str
    span: Span
    item: Item
    scenario: model.Scenario
    pin: str
    values: dict[Item, float] = field(default_factory=dict)
    let: tuple[str, tree.Expr] | None = None
    change: Change | None = None

    @property
    def whole(self) -> bool:
        """Whether no expression is changed, only what its value counts for."""
        return self.change is None


def alterations(retold: Retold) -> Iterator[Altered]:
    """All of them, in the order of the file's sections."""
    scenario = retold.scenario
    short = shortened(retold)
    for item in items(scenario):
        yield from _whole(scenario, short, item)
        yield from _expressions(retold, short, item)
    read = mentioned(
        [root for item in items(scenario) for root in roots(scenario, item)], retold.lets
    )
    for let in scenario.lets:
        if let.name in read:
            yield from _of_let(retold, short, let)


def shortened(retold: Retold) -> model.Scenario:
    """The scenario in its short form."""
    scenario, short = retold.scenario, retold.short
    return replace(
        scenario,
        gates=tuple(replace(gate, require=short(gate.require)) for gate in scenario.gates),
        parts=tuple(
            replace(
                part,
                check=None if part.check is None else short(part.check),
                score=None if part.score is None else short(part.score),
            )
            for part in scenario.parts
        ),
        penalties=tuple(
            replace(
                penalty,
                when=None if penalty.when is None else short(penalty.when),
                factor=short(penalty.factor),
            )
            for penalty in scenario.penalties
        ),
    )


def _whole(scenario: model.Scenario, short: model.Scenario, item: Item) -> Iterator[Altered]:
    """A gate, part or penalty dropped, a cap lifted or lowered, a weight doubled."""
    kind, number = item
    if kind == "gate":
        gate = scenario.gates[number]
        pin = f"break the gate `{gate.id}` and nothing else, and expect {gate.otherwise:g} at most"
        shown = f"the gate `{gate.id}` dropped"
        yield Altered(shown, gate.require.span, item, _gate(short, number, 1.0), pin)
        if gate.otherwise > 0:
            shown = f"`otherwise` of the gate `{gate.id}` made 0"
            pin = f"break the gate `{gate.id}` alone, and expect {gate.otherwise:g}"
            yield Altered(shown, gate.require.span, item, _gate(short, number, 0.0), pin)
    elif kind == "part":
        part = scenario.parts[number]
        span = part.weight_span or part.span
        pin = f"do what the part `{part.id}` asks for and no more, and expect its share"
        shown = f"the part `{part.id}` dropped"
        yield Altered(shown, part.span, item, _weighed(short, number, 0.0), pin)
        shown = f"the weight of the part `{part.id}` doubled"
        yield Altered(shown, span, item, _weighed(short, number, 2 * part.weight), pin)
    else:
        penalty = scenario.penalties[number]
        span = (penalty.when or penalty.factor).span
        pin = f"do what the penalty `{penalty.id}` is for, and expect less"
        shown = f"the penalty `{penalty.id}` dropped"
        yield Altered(shown, span, item, short, pin, {item: 1.0})


def _gate(short: model.Scenario, number: int, otherwise: float) -> model.Scenario:
    gate = replace(short.gates[number], otherwise=otherwise)
    return replace(short, gates=_with(short.gates, number, gate))


def _weighed(short: model.Scenario, number: int, weight: float) -> model.Scenario:
    part = replace(short.parts[number], weight=weight)
    return replace(short, parts=_with(short.parts, number, part))


def _with(each: tuple[T, ...], number: int, new: T) -> tuple[T, ...]:
    return (*each[:number], new, *each[number + 1 :])


def _expressions(retold: Retold, short: model.Scenario, item: Item) -> Iterator[Altered]:
    """Each change of each expression of an item."""
    kind, number = item
    name = name_of(retold.scenario, item)
    for key, root in _fields(retold.scenario, item):
        for change in _distinct(root):
            new = {key: retold.short(change.root)}
            if kind == "gate":
                # For mypy: `new` names a field of this.
                gates = _with(short.gates, number, replace(short.gates[number], **new))  # type: ignore[arg-type]
                changed = replace(short, gates=gates)
            elif kind == "part":
                # For mypy: `new` names a field of this.
                parts = _with(short.parts, number, replace(short.parts[number], **new))  # type: ignore[arg-type]
                changed = replace(short, parts=parts)
            else:
                # For mypy: `new` names a field of this.
                penalties = _with(short.penalties, number, replace(short.penalties[number], **new))  # type: ignore[arg-type]
                changed = replace(short, penalties=penalties)
            what = f"{change.what} in {name}"
            yield Altered(what, change.span, item, changed, _pin(change, name), change=change)


def _of_let(retold: Retold, short: model.Scenario, let: tree.LetDef) -> Iterator[Altered]:
    """Each change of a let that the reward reads."""
    item = next(item for item in items(short) if let.name in retold.reads[item])
    for change in _distinct(let.value):
        name = f"the let `{let.name}`"
        definition = (let.name, retold.short(change.root))
        what = f"{change.what} in {name}"
        yield Altered(
            what, change.span, item, short, _pin(change, name), let=definition, change=change
        )


def _distinct(root: tree.Expr) -> Iterator[Change]:
    """The changes that say something else than the expression and than each other."""
    seen = {normal(root): None}
    for change in changes(root):
        said = normal(change.root)
        if said not in seen:
            seen[said] = None
            yield change


def _fields(scenario: model.Scenario, item: Item) -> list[tuple[str, tree.Expr]]:
    kind, number = item
    if kind == "gate":
        return [("require", scenario.gates[number].require)]
    if kind == "part":
        part = scenario.parts[number]
        pairs = [("check", part.check), ("score", part.score)]
    else:
        penalty = scenario.penalties[number]
        pairs = [("when", penalty.when), ("factor", penalty.factor)]
    return [(key, expr) for key, expr in pairs if expr is not None]


def name_of(scenario: model.Scenario, item: Item) -> str:
    """A gate, part or penalty in words."""
    kind, number = item
    if kind == "gate":
        return f"the gate `{scenario.gates[number].id}`"
    if kind == "part":
        return f"the part `{scenario.parts[number].id}`"
    return f"the penalty `{scenario.penalties[number].id}`"


def _pin(change: Change, name: str) -> str:
    shown = " ".join(change.span.text.split())
    short = shown if len(shown) <= 60 else shown[:57] + "..."
    return f"make {name} come out otherwise because of `{short}` alone, and expect the reward"
