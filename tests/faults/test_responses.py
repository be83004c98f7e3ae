"""Faults of responses, as policies meet them: when they strike, what they answer and leave."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from faults import desk

from rewardlang.scoring import Scorer
from rewardlang_runtime import Environment, check_environment
from rewardlang_runtime.calls import FAULTS
from rewardlang_runtime.messages import score_messages
from rewardlang_runtime.traces import parse_traces, record, score_trace

OPEN = 'params: {id: one_of(["T-1"]), note: one_of(["Fixed on site"])}'
LIMIT = "limits: {calls: 20}"


@pytest.mark.parametrize("kind", ["rate_limited", "server_error", "unavailable", "unauthorized",
                                  "forbidden", "timeout"])  # fmt: skip
def test_a_refused_call_changes_nothing_and_the_next_one_is_answered(
    tmp_path: Path, kind: str
) -> None:
    _, scenario = desk.faulty(tmp_path, f"{{fault: {kind}, of: closeTicket, nth: 1}}")
    environment = Environment(scenario)
    environment.reset(seed=0)
    ticket = environment.params["id"]
    seen = desk.told(environment, "closeTicket", id=ticket, note="x")["error"]
    assert (seen["kind"], seen["status"]) == ("api_error", FAULTS[kind])
    assert environment.episode.final.changed_only(())
    assert desk.told(environment, "closeTicket", id=ticket, note="x") == {"id": ticket}
    assert [call.fault for call in environment.episode.calls] == [kind, None]


def test_a_lost_write_is_done_and_looks_like_a_timeout(tmp_path: Path) -> None:
    _, scenario = desk.faulty(
        tmp_path,
        """{fault: lost, of: createTicket, nth: 1}
        {fault: timeout, of: createTicket, nth: 2}""",
    )
    environment = Environment(scenario)
    environment.reset(seed=0)
    made = {"title": "A", "priority": 1, "owner": "ana"}
    lost = desk.told(environment, "createTicket", **made)
    after = len(environment.episode.final["tickets"].values())
    timeout = desk.told(environment, "createTicket", **made)
    assert lost == timeout
    assert "may or may not" in lost["error"]["body"]["message"]
    assert len(environment.episode.final["tickets"].values()) == after
    call = environment.episode.calls[0]
    assert call.unseen is not None
    assert call.unseen[0] == 201
    assert len(environment.episode.final.created("tickets")) == 1


def test_a_stale_read_is_of_the_world_some_calls_ago_and_counts_when_it_matters(
    tmp_path: Path,
) -> None:
    _, scenario = desk.faulty(
        tmp_path, "{fault: stale, of: getTicket, nth: [1, 2], steps: 2}", LIMIT
    )
    environment = Environment(scenario)
    environment.reset(seed=0)
    ticket = environment.params["id"]

    def state() -> str:
        return desk.told(environment, "getTicket", id=ticket)["state"]

    assert [state(), state(), state()] == ["open"] * 3
    assert [call.fault for call in environment.episode.calls] == [None] * 3
    desk.told(environment, "closeTicket", id=ticket, note="x")
    # Two calls ago it was open; then two calls ago is after the write.
    assert [state(), state(), state()] == ["open", "open", "closed"]
    assert [call.fault for call in environment.episode.calls[4:]] == ["stale", "stale", None]
    assert all(call.ok for call in environment.episode.calls)


def test_a_row_that_an_older_world_lacks_is_not_found(tmp_path: Path) -> None:
    _, scenario = desk.faulty(tmp_path, "{fault: stale, of: getTicket, nth: 1}")
    environment = Environment(scenario)
    environment.reset(seed=0)
    made = desk.told(environment, "createTicket", title="A", priority=1, owner="ana")["id"]
    assert desk.told(environment, "getTicket", id=made)["error"]["status"] == 404
    assert desk.told(environment, "getTicket", id=made)["title"] == "A"
    assert desk.history(environment)[1:] == [("getTicket", 404, "stale"), ("getTicket", 200, None)]


def test_only_requests_that_reach_the_api_count(tmp_path: Path) -> None:
    _, scenario = desk.faulty(tmp_path, "{fault: server_error, of: getTicket, nth: 2}")
    environment = Environment(scenario)
    environment.reset(seed=0)
    environment.call("getTicket", "{")
    environment.call("getTicket", {})
    environment.call("readTicket", {"id": "T-1"})
    environment.call("getTicket", {"id": "nowhere"})
    environment.call("getTicket", {"id": "T-1"})
    assert [call.fault for call in environment.episode.calls] == [None] * 4 + ["server_error"]


def test_every_and_a_bound_on_it(tmp_path: Path) -> None:
    _, scenario = desk.faulty(
        tmp_path, "{fault: unavailable, of: [getTicket, listTickets], every: 3, at_most: 2}", LIMIT
    )
    environment = Environment(scenario)
    environment.reset(seed=0)
    for number in range(12):
        if number % 2:
            environment.call("listTickets", {"state": "open"})
        else:
            environment.call("getTicket", {"id": "T-1"})
    struck = [i for i, call in enumerate(environment.episode.calls) if call.fault]
    assert struck == [2, 5]


def test_the_first_fault_wins_and_the_others_have_counted(tmp_path: Path) -> None:
    _, scenario = desk.faulty(
        tmp_path,
        """{fault: rate_limited, of: getTicket, nth: 1, retry_after: 7}
        {fault: unavailable, of: getTicket, nth: [1, 2]}""",
    )
    environment = Environment(scenario)
    environment.reset(seed=0)
    seen = desk.told(environment, "getTicket", id="T-1")["error"]
    assert (seen["status"], seen["retry_after"]) == (429, 7)
    environment.call("getTicket", {"id": "T-1"})
    environment.call("getTicket", {"id": "T-1"})
    assert [call.fault for call in environment.episode.calls] == [
        "rate_limited",
        "unavailable",
        None,
    ]
    assert environment.episode.calls[0].retry_after == 7


CHANCE = "{fault: server_error, chance: 0.5}"


def _pattern(scenario: object, seed: int, split: str = "train") -> list[bool]:
    environment = Environment(scenario, split)
    environment.reset(seed=seed)
    for _ in range(16):
        environment.call("getTicket", {"id": "T-1"})
    return [call.fault is not None for call in environment.episode.calls]


def test_chance_is_drawn_from_the_task_and_from_nothing_else(tmp_path: Path) -> None:
    _, scenario = desk.faulty(tmp_path, CHANCE, "limits: {calls: 16}")
    patterns = [_pattern(scenario, seed) for seed in range(40)]
    assert patterns == [_pattern(scenario, seed) for seed in range(40)]
    assert len({tuple(p) for p in patterns}) > 35
    share = sum(map(sum, patterns)) / (16 * 40)
    assert 0.43 < share < 0.57
    assert [_pattern(scenario, seed, "eval") for seed in range(40)] != patterns
    program = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path; from rewardlang import driver\n"
        "from faults.test_responses import _pattern\n"
        "s = driver.load(sys.argv[1]); print([_pattern(s, n) for n in range(40)])\n"
    )
    path = str(tmp_path / "judged.yaml")
    tests = str(Path(__file__).parents[1])
    out = subprocess.run(
        [sys.executable, "-c", program, path, tests],
        capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7", **_environ()},
    )  # fmt: skip
    assert out.stdout.strip() == str(patterns)


def _environ() -> dict[str, str]:
    import os

    return {key: value for key, value in os.environ.items() if key != "PYTHONHASHSEED"}


MIXED = """{fault: unavailable, of: getTicket, nth: 1}
    {fault: lost, of: closeTicket, nth: 1}
    {fault: stale, of: "*Ticket*", chance: 0.6, steps: 2}
    {fault: rate_limited, chance: 0.2, at_most: 2}"""


@pytest.mark.parametrize("snapshots", [False, True])
def test_the_contract_of_environments_holds_under_faults(tmp_path: Path, snapshots: bool) -> None:
    reward = (
        "reward:\n  parts:\n"
        "    - id: done\n      weight: 1\n"
        "      check: 'called closeTicket{after.tickets[params.id]?.state == \"closed\"}'\n"
        if snapshots
        else LIMIT
    )
    _, scenario = desk.faulty(tmp_path, MIXED, reward)
    assert scenario.snapshots == snapshots
    check_environment(Environment(scenario))


def test_a_trace_meets_the_same_faults_again(tmp_path: Path) -> None:
    typed, scenario = desk.faulty(tmp_path, MIXED, LIMIT)
    for split in ("train", "eval"):
        for seed in range(12):
            environment = desk.solved(scenario, seed, split)
            line = orjson.dumps(record(environment))
            (trace,) = parse_traces([line])
            verdict = score_trace(scenario, trace)
            assert verdict.detail == environment.detail(), verdict.reason
            assert Scorer(scenario, lambda: typed).score(trace).reward == environment.reward()


def test_a_trace_without_faults_says_so_and_is_replayed_without(tmp_path: Path) -> None:
    _, scenario = desk.faulty(tmp_path, "{fault: unavailable, of: closeTicket, every: 1}")
    environment = Environment(scenario, calm=True)
    environment.reset(seed=0)
    environment.call("closeTicket", {"id": environment.params["id"], "note": "x"})
    line = record(environment)
    assert line["faults"] == "none"
    (trace,) = parse_traces([orjson.dumps(line)])
    assert score_trace(scenario, trace).detail == environment.detail()
    (other,) = parse_traces([orjson.dumps({**line, "faults": "all"})])
    assert "another world" in score_trace(scenario, other).reason


def test_messages_are_scored_as_the_environment_scores(tmp_path: Path) -> None:
    _, scenario = desk.faulty(tmp_path, MIXED, LIMIT)
    for seed in range(6):
        environment = Environment(scenario)
        environment.reset(seed=seed)
        ticket, note = environment.params["id"], environment.params["note"]
        messages: list[dict[str, object]] = []
        for name, args in [
            ("getTicket", {"id": ticket}), ("getTicket", {"id": ticket}),
            ("closeTicket", {"id": ticket, "note": note}), ("getTicket", {"id": ticket}),
        ]:  # fmt: skip
            function = {"name": name, "arguments": orjson.dumps(args).decode()}
            messages.append({"role": "assistant", "tool_calls": [{"function": function}]})
            messages.append({"role": "tool", "content": environment.call(name, args)})
        messages.append({"role": "assistant", "content": "It is done."})
        environment.finish("It is done.")
        found = score_messages(scenario, environment.params, messages, seed)
        assert found == environment.detail()


def test_steps_say_what_went_wrong_and_sum_to_the_final_reward(tmp_path: Path) -> None:
    _, scenario = desk.faulty(tmp_path, MIXED, LIMIT)
    environment = desk.solved(scenario, 3)
    sent = [(call.op, call.args) for call in environment.episode.calls]
    answer, final = environment.episode.answer, environment.reward()
    faults = [call.fault for call in environment.episode.calls]
    environment.reset(seed=3)
    total, seen = 0.0, []
    for name, args in sent:
        _, reward, _, _, info = environment.step({"tool": name, "arguments": args})
        total += reward
        seen.append(info["fault"])
    _, reward, *_ = environment.step({"answer": answer})
    assert total + reward == pytest.approx(final)
    assert seen == faults
    assert any(faults)


def test_frozen_worlds_keep_the_faults(tmp_path: Path) -> None:
    _, scenario = desk.faulty(tmp_path, "{fault: lost, of: closeTicket, nth: 1}")
    environment = desk.solved(scenario, 0)
    before = [call.fault for call in environment.episode.calls]
    environment.freeze()
    assert [call.fault for call in environment.episode.calls] == before
    assert "lost" in before


def test_a_recording_from_elsewhere_does_not_say_whose_doing_a_503_was(tmp_path: Path) -> None:
    penalty = """  penalties:
    - {id: refused, when: 'called any{not ok, fault is null}', factor: 0.5}
"""
    reward = "reward:\n  parts:\n    - {id: looked, weight: 1, check: 'called getTicket{ok}'}\n"
    typed, scenario = desk.faulty(
        tmp_path, "{fault: unavailable, of: getTicket, nth: 1}", reward + penalty
    )
    scorer = Scorer(scenario, lambda: typed)

    def scored(**first: object) -> float | None:
        calls = [
            {"op": "getTicket", "args": {"id": "T-1"}, **said} for said in (first, {"status": 200})
        ]
        (trace,) = parse_traces([orjson.dumps({"params": None, "calls": calls, "answer": ""})])
        return scorer.score(trace).reward

    assert scored(status=404) == 0.5
    assert scored(status=503) is None
    assert scored(status=503, fault="unavailable") == 1.0
    assert scored(status=503, kind="api_error") == 0.5
