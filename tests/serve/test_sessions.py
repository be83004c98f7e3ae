"""Sessions come and go; what happened in them is in the file, whatever becomes of the server."""

from __future__ import annotations

import orjson
import pytest
from served import client, kill, sessions

from rewardlang.serve.journal import InUse, Journal
from rewardlang.serve.sessions import Refused
from rewardlang_runtime import read_traces

ISSUE = "/rest/api/3/issue/PAY-51"


@pytest.fixture
def traces(tmp_path):
    return tmp_path / "traces.jsonl"


def lines(path) -> list[dict]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def left_open(path):
    return path.with_name(path.name + ".open")


def test_eight_clients_see_only_their_own_worlds():
    made = sessions("jira", most=8)
    ask = client(made)
    for number in range(30):
        for who in range(8):
            name = f"c{who}"
            if number % 3 == 0:
                said = {"fields": {"summary": f"{who} {number}"}}
                assert ask("PUT", ISSUE, said, session=name).status == 204
            else:
                got = ask("GET", f"{ISSUE}?fields=summary", session=name)
                assert got.json["fields"]["summary"] == f"{who} {number - number % 3}"
    assert len(made) == 8


def test_thousands_are_kept_and_cost_little():
    made = sessions("jira")
    for number in range(3_000):
        made.get(f"s{number}")
    assert len(made) == 3_000
    first = made.find("s0").environment.episode
    assert first.final.base is made.find("s2999").environment.episode.final.base


def test_the_least_recently_used_goes_first(traces):
    made = sessions("jira", Journal(traces), most=2)
    ask = client(made)
    ask("GET", ISSUE, session="a")
    ask("GET", ISSUE, session="b")
    ask("GET", ISSUE, session="a")
    ask("GET", ISSUE, session="c")
    assert [session.name for session in made] == ["a", "c"]
    assert [(line["session"], len(line["calls"])) for line in lines(traces)] == [("b", 1)]


def test_what_is_held_is_bounded_in_bytes(traces):
    made = sessions("jira", Journal(traces), size=200_000)
    ask = client(made)
    for number in range(20):
        said = {"update": {"labels": [{"add": "x" * 200}] * 60}}
        assert ask("PUT", ISSUE, said, session=f"s{number}").status in (204, 400)
    assert 5 < len(made) < 20
    assert len(lines(traces)) + len(made) == 20
    assert made.find("s19") is not None


def test_one_session_holds_no_more_than_all_may(traces):
    made = sessions("jira", Journal(traces), size=20_000)
    ask = client(made)
    statuses = [ask("GET", ISSUE).status for _ in range(20)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    assert len(made.find("default").environment.episode.calls) == statuses.count(200) < 15


def test_a_name_that_comes_again_begins_again(traces):
    made = sessions("jira", Journal(traces))
    ask = client(made)
    ask("PUT", ISSUE, {"fields": {"summary": "Other"}}, session="a")
    made.start("a", seed=0)
    got = ask("GET", f"{ISSUE}?fields=summary", session="a")
    assert got.json["fields"]["summary"] == "Refund a split order"
    assert [len(line["calls"]) for line in lines(traces)] == [1]


def test_each_call_is_in_the_journal_before_it_is_answered(traces):
    made = sessions("jira", Journal(traces))
    ask = client(made)
    ask("GET", ISSUE, session="a")
    ask("POST", "/nothing", {"x": 1}, session="a")
    begun, first, second = lines(left_open(traces))
    assert begun["begin"]["seed"] == 0
    assert (first["call"]["op"], first["call"]["kind"]) == ("getIssue", "ok")
    assert second["call"] == {
        "op": "POST /nothing", "args": {"body": {"x": 1}}, "kind": "unknown_tool", "status": 0,
        "response": None,
    }  # fmt: skip
    assert traces.read_bytes() == b""


def test_what_a_killed_server_had_open_is_found_by_the_next(traces):
    made = sessions("jira_transition_issue", Journal(traces))
    ask = client(made)
    for name in ("a", "b"):
        ask("GET", f"{ISSUE}/transitions", session=name)
    ask("GET", ISSUE, session="b")
    made.finish(made.find("a"), "Done.")
    made.start("idle")
    with left_open(traces).open("ab") as file:
        file.write(b'{"episode": 2, "call": {"op"')  # it was being written
    kill(made)

    again = Journal(traces)
    assert again.recovered == 1
    done, found = lines(traces)
    assert (done["session"], done["answer"], len(done["calls"])) == ("a", "Done.", 1)
    assert (found["session"], len(found["calls"]), "reward" in found) == ("b", 2, False)
    assert [len(trace.sent) for trace in read_traces(traces)] == [1, 2]
    again.close()
    assert not left_open(traces).exists()


def test_two_servers_do_not_write_one_file(traces):
    first = Journal(traces)
    with pytest.raises(InUse, match="another server"):
        Journal(traces)
    first.close()
    Journal(traces).close()


def test_a_torn_line_spoils_itself_alone(traces):
    traces.write_bytes(b'{"scenario": "x", "calls"')
    made = sessions("jira", Journal(traces))
    client(made)("GET", ISSUE)
    made.close()
    torn, whole = traces.read_bytes().splitlines()
    assert torn == b'{"scenario": "x", "calls"'
    assert orjson.loads(whole)["session"] == "default"


def test_the_journal_does_not_grow_with_what_is_over(traces, monkeypatch):
    monkeypatch.setattr("rewardlang.serve.journal._LARGEST", 20_000)
    made = sessions("jira", Journal(traces), most=3)
    ask = client(made)
    for number in range(30):
        for _ in range(2):
            ask("GET", ISSUE, session=f"s{number}")
    assert left_open(traces).stat().st_size < 40_000
    kill(made)
    assert Journal(traces).recovered == 3
    assert len(lines(traces)) == 30


def test_sessions_without_calls_do_not_make_it_grow_either(traces, monkeypatch):
    monkeypatch.setattr("rewardlang.serve.journal._LARGEST", 5_000)
    made = sessions("jira", Journal(traces), most=3)
    for number in range(200):
        made.get(f"s{number}")
    assert left_open(traces).stat().st_size < 6_000


def test_what_is_open_may_be_more_than_that(traces, monkeypatch):
    monkeypatch.setattr("rewardlang.serve.journal._LARGEST", 1_000)
    written = []
    shrink = Journal._shrink
    monkeypatch.setattr(Journal, "_shrink", lambda self: (written.append(1), shrink(self)))
    made = sessions("jira", Journal(traces))
    ask = client(made)
    for number in range(30):
        ask("GET", ISSUE, session=f"s{number}")
    assert len(written) < 8
    kill(made)
    assert Journal(traces).recovered == 30


def test_sessions_that_nothing_happened_in_leave_no_trace(traces):
    made = sessions("jira", Journal(traces))
    made.start("a")
    made.close()
    assert traces.read_bytes() == b""


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"name": "a b"}, "letters, digits"),
        ({"scenario": "none"}, "there are: tests.every_jira_operation"),
        ({"split": "test"}, "a split is one of"),
        ({"params": {"other": 1}}, "no parameter `other`"),
    ],
)
def test_what_no_session_begins_with(options, why):
    made = sessions("jira")
    with pytest.raises(Refused, match=why):
        made.start(**options)
    assert len(made) == 0
