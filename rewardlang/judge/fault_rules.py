"""What policies must earn while things go wrong: all for getting over it, less for less."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.judge import places
from rewardlang.judge.draft import Draft, Tried, judges
from rewardlang.judge.faulty import needed
from rewardlang.judge.oracle import lost_at
from rewardlang.judge.probe_rules import how_often
from rewardlang.model import Fault
from rewardlang_runtime import Call


@judges(codes.RECOVERY_BELOW_ONE, codes.NO_ROOM_TO_RECOVER)
def recovery_below_one(draft: Draft) -> Iterator[Diagnostic]:
    """Whoever gets over what goes wrong must be able to earn everything."""
    failed = [t for t in draft.recovered if t.reward < 1.0]
    limit = draft.bench.scenario.limits.calls
    ended = [t for t in failed if len(t.played.calls) == limit]
    rooms = [(needed(draft, t.played.seed, t.played.line["split"]), t) for t in ended]
    short = [(count, t) for count, t in rooms if count is not None and count > limit]
    if short:
        most, worst = max(short, key=lambda each: each[0])
        yield Diagnostic(
            codes.NO_ROOM_TO_RECOVER,
            f"getting over what goes wrong takes {most} calls, and {limit} are allowed, "
            + _on(draft, [t for _, t in short]),
            Label(draft.bench.top, f"`limits: calls` is {limit}"),
            tuple(_struck_in(draft, worst)),
            f"allow {most} calls, or let less go wrong",
            evidence=(worst.evidence(),),
        )
        return
    if not failed:
        return
    worst = min(failed, key=lambda t: t.reward)
    stuck = any(t is worst for t in ended)
    last = worst.played.calls[-1] if worst.played.calls else None
    never = f": `{last.op}` never succeeds" if stuck and last is not None and last.fault else ""
    labels = [*lost_at(draft, worst.played), *_struck_in(draft, worst)]
    yield Diagnostic(
        codes.RECOVERY_BELOW_ONE,
        f"an oracle that gets over what goes wrong earns {worst.reward:.2g}, not 1, "
        f"{_on(draft, failed)}{never}",
        labels[0] if labels else Label(draft.bench.top, "in this scenario"),
        tuple(labels[1:]),
        "let a second or a third call succeed: `nth`, or `at_most`"
        if never
        else "spare calls that a fault has struck, as `any{not ok, fault is null}` does, and leave "
        "room where calls are counted",
        evidence=(worst.evidence(),),
    )


def _on(draft: Draft, failed: list[Tried]) -> str:
    return f"on {len(failed)} of {len(draft.recovered)} tasks"


def _struck_in(draft: Draft, tried: Tried) -> Iterator[Label]:
    """The faults that an episode has met."""
    for fault in draft.bench.scenario.faults:
        met = [n for n, call in enumerate(tried.played.calls, 1) if _is(fault, call)]
        if met:
            yield Label(fault.span, f"strikes call {', '.join(map(str, met))}")


def _is(fault: Fault, call: Call) -> bool:
    return call.fault == fault.kind and call.op in fault.operations


def _paid(draft: Draft, group: str) -> Iterator[tuple[list[Tried], Tried, places.Line]]:
    """Lesser policies of a group that are paid too much: those at one place, the worst of them, and
    the line that pays it most."""
    missed = [t for t in draft.probes if t.group == group and not t.as_expected]
    for place in dict.fromkeys(t.place for t in missed):
        alike = [t for t in missed if t.place == place]
        worst = max(alike, key=lambda t: t.reward)
        yield alike, worst, places.paying(draft.bench.scenario, worst.played)


def _fault_of(draft: Draft, tried: Tried) -> tuple[Label, ...]:
    """The fault that a lesser policy has given in to, if it is one of the scenario's."""
    struck = [call for call in tried.played.calls if call.fault is not None]
    for fault in draft.bench.scenario.faults:
        if any(_is(fault, call) and tried.place == f"{call.fault} {call.op}" for call in struck):
            return (Label(fault.span, "goes wrong here"),)
    return ()


@judges(codes.UNREVEALED_WRITE)
def unrevealed_write(draft: Draft) -> Iterator[Diagnostic]:
    """After a write without an answer a policy must be able to look whether it was done."""
    if not draft.unrevealed:
        return
    shown = draft.unrevealed[0]
    lost = next(call for call in shown.played.calls if call.fault == "lost")
    fault = next(f for f in draft.bench.scenario.faults if _is(f, lost))
    yield Diagnostic(
        codes.UNREVEALED_WRITE,
        f"no tool shows whether `{lost.op}` was done when its answer is lost, "
        + _on(draft, draft.unrevealed),
        Label(fault.span, "nothing to look it up with"),
        help="offer an operation that reads what it writes, or make it a `timeout`",
        evidence=(shown.evidence(),),
    )


@judges(codes.FAULT_NEVER_STRIKES)
def fault_never_strikes(draft: Draft) -> Iterator[Diagnostic]:
    """A fault of operations that the oracle calls should meet it on some task."""
    called = {
        call.op for tried in draft.recovered for call in tried.played.calls if call.fault != "stale"
    }
    faults = draft.bench.scenario.faults if draft.recovered else ()
    for fault, struck in zip(faults, draft.struck, strict=False):
        if struck or not called.intersection(fault.operations):
            continue
        yield Diagnostic(
            codes.FAULT_NEVER_STRIKES,
            f"the fault `{fault.kind}` strikes no call of the oracle "
            f"on any of {len(draft.recovered)} tasks",
            Label(fault.span, "never met"),
            help="strike an earlier call, name operations that the oracle calls, or raise `chance`",
        )


@judges(codes.GIVING_UP_PAYS)
def giving_up_pays(draft: Draft) -> Iterator[Diagnostic]:
    """A policy that stops where a call was refused has not done the task."""
    for alike, worst, line in _paid(draft, "gave up"):
        yield Diagnostic(
            codes.GIVING_UP_PAYS,
            f"{worst.name}, earns {worst.reward:.2g}{how_often(draft, alike)}",
            Label(line.span, f"{line.name} is paid all the same"),
            _fault_of(draft, worst),
            "pay for what the call was made for, or let nothing go wrong with it",
            evidence=(worst.evidence(),),
        )


@judges(codes.DOUBLED_WRITE_PAYS)
def doubled_write_pays(draft: Draft) -> Iterator[Diagnostic]:
    """A write whose answer was lost must not be done twice."""
    for alike, worst, line in _paid(draft, "blind"):
        yield Diagnostic(
            codes.DOUBLED_WRITE_PAYS,
            f"{worst.name}, earns {worst.reward:.2g}, and has done it twice"
            + how_often(draft, alike),
            Label(line.span, f"{line.name} does not see it"),
            _fault_of(draft, worst),
            "count what was created: `delta.TABLE.created.only()`, `delta.changed_only(...)`",
            evidence=(worst.evidence(),),
        )
