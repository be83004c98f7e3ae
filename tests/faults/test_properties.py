"""Whatever goes wrong and whatever a policy sends: no exception, the same again, one reward."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from faults import desk
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rewardlang import driver, interpret, model
from rewardlang_runtime import Environment, Fault, Scenario
from rewardlang_runtime.calls import FAULTS
from rewardlang_runtime.traces import parse_traces, record, score_trace

READS, WRITES = ("getTicket", "listTickets"), (
    "closeTicket", "waitTicket", "reopenTicket", "createTicket", "deleteTicket",
)  # fmt: skip
REWARD = """reward:
  gates:
    - {id: calm, require: 'at_most 3 any{fault == "unavailable"}', otherwise: 0.5}
  parts:
    - {id: closed, weight: 2, check: 'now?.state == "closed"'}
    - {id: looked, weight: 1, check: 'called getTicket{ok} after closeTicket{fault == "lost"}'}
    - {id: few, weight: 1, score: "1 / (1 + count(any{fault is not null}))"}
  penalties:
    - {id: refused, factor: "ramp(count(any{not ok, fault is null}), good=0, bad=4, floor=0.5)"}
limits: {calls: 12}
"""
EVERY = "\n".join(f"{{fault: {kind}, nth: 1}}" for kind in FAULTS)


@cache
def base() -> tuple[model.Scenario, Scenario]:
    with TemporaryDirectory() as folder:
        return desk.faulty(Path(folder), EVERY, REWARD)


@st.composite
def faults(draw: st.DrawFn) -> Fault:
    kind = draw(st.sampled_from(list(FAULTS)))
    pool = READS if kind == "stale" else WRITES if kind == "lost" else READS + WRITES
    when: dict[str, Any] = draw(
        st.one_of(
            st.builds(lambda n: {"nth": tuple(n)}, st.sets(st.integers(1, 12), min_size=1)),
            st.builds(lambda n: {"every": n}, st.integers(1, 4)),
            st.builds(
                lambda p, m: {"chance": p, "at_most": m}, st.floats(0.05, 1), st.integers(0, 3)
            ),
        )
    )
    operations = draw(st.lists(st.sampled_from(pool), min_size=1, unique=True))
    return Fault(
        kind=kind,
        operations=tuple(operations),
        steps=draw(st.integers(1, 4)) if kind == "stale" else 0,
        retry_after=draw(st.none() | st.integers(0, 90)),
        answers=(("helpdesk", {"message": kind}),),
        **when,
    )


TICKETS = st.sampled_from(["T-1", "T-2", "T-100", "T-101", "nowhere"])
SENT = st.one_of(
    st.tuples(st.sampled_from(READS + WRITES), st.builds(lambda t: {"id": t}, TICKETS)),
    st.tuples(st.just("closeTicket"), st.builds(lambda t: {"id": t, "note": "x"}, TICKETS)),
    st.tuples(st.just("createTicket"), st.just({"title": "A", "priority": 1, "owner": "ana"})),
    st.tuples(st.just("listTickets"), st.just({"state": "open"})),
    st.tuples(st.text(max_size=8) | st.none(), st.text(max_size=8) | st.integers()),
)


def played(scenario: Scenario, seed: int, sent: list[tuple[Any, Any]]) -> tuple[Environment, Any]:
    environment = Environment(scenario)
    environment.reset(seed=seed)
    seen = [(environment.call(name, args), environment.detail()) for name, args in sent]
    environment.finish("Ana Silva")
    return environment, seen


@settings(max_examples=60, deadline=None)
@example([Fault("stale", ("getTicket",), nth=(1,), steps=1)], 0, [("", ""), (None, "{}")], False)
@given(
    st.lists(faults(), min_size=1, max_size=5), st.integers(0, 9), st.lists(SENT, max_size=14),
    st.booleans(),
)  # fmt: skip
def test_any_faults_and_any_calls(
    chosen: list[Fault], seed: int, sent: list[tuple[Any, Any]], snapshots: bool
) -> None:
    typed, compiled = base()
    scenario = compiled._replace(faults=tuple(chosen), snapshots=snapshots)
    environment, seen = played(scenario, seed, sent)
    _, same = played(scenario, seed, sent)
    assert seen == same
    assert not environment.faults
    episode = environment.episode
    assert environment.detail() == scenario.detail(episode) == interpret.reward(typed, episode)
    for call in episode.calls:
        assert (
            call.fault is None
            or (call.kind, call.status) == ("api_error", FAULTS[call.fault])
            or (call.fault == "stale")
        )
        assert call.fault is None or call.kind in ("ok", "api_error")
    (trace,) = parse_traces([orjson.dumps(record(environment))])
    verdict = score_trace(scenario, trace)
    assert verdict.detail == environment.detail(), verdict.reason
    environment.freeze()
    assert environment.detail() == scenario.detail(environment.episode)


YAML = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 300) | st.floats(-1, 2) | st.text(max_size=6)
    | st.sampled_from([*FAULTS, "getTicket", "*", "drawn"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["fault", "of", "nth", "every", "chance", "at_most", "steps",
                         "retry_after", "seed", "rename", "shuffle", "docs", "getTicket"]),
        inner, max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(st.sampled_from(["responses", "tools", "of"]), YAML, max_size=2))
def test_whatever_a_file_says_is_checked_and_never_raises(faults: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        text = orjson.dumps(faults).decode()
        path = desk.written(Path(folder), f"faults: {text}")
        checked = driver.check(path)
        assert (checked.scenario is None) == any(
            d.code.level == "error" for d in checked.diagnostics
        )
