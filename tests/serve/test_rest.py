"""Requests to the served API: statuses, bodies, headers, and what becomes of them in the trace."""

from __future__ import annotations

import operations
import pytest
from served import AUTH, Client, client, sessions

from rewardlang.serve.app import MAX_BODY
from rewardlang.serve.messages import Answer, Translation
from rewardlang.serve.sessions import Session, Sessions
from rewardlang_runtime.routes import Routes

ISSUE = "/rest/api/3/issue/PAY-51"


@pytest.fixture
def made() -> Sessions:
    return sessions("jira")


@pytest.fixture
def ask(made: Sessions) -> Client:
    return client(made)


def kinds(made: Sessions, name: str = "default") -> list[tuple[str, str, int]]:
    """Name, kind and status of the calls of a session."""
    session = made.find(name)
    assert isinstance(session, Session)
    return [(call.op, call.kind, call.status) for call in session.environment.episode.calls]


def test_an_operation_answers_as_the_api_does(ask, made):
    got = ask("GET", f"{ISSUE}?fields=summary&updateHistory=true&nonsense=1")
    assert got.status == 200
    assert got.json["fields"] == {"summary": "Refund a split order"}
    assert got.headers["content-type"] == "application/json;charset=UTF-8"
    assert got.headers["content-length"] == str(len(got.content))
    assert kinds(made) == [("getIssue", "ok", 200)]


def test_no_body_on_204(ask):
    got = ask("PUT", ISSUE, {"update": {"labels": [{"add": "x"}]}})
    assert got == (204, {}, b"")


def test_a_write_is_seen_by_a_read_of_the_same_session_alone(ask):
    ask("PUT", ISSUE, {"fields": {"summary": "Other"}}, session="a")
    for session, expected in (("a", "Other"), ("b", "Refund a split order"), (None, None)):
        got = ask("GET", f"{ISSUE}?fields=summary", session=session)
        assert got.json["fields"]["summary"] == (expected or "Refund a split order")
    assert ask("GET", f"/s/a{ISSUE}?fields=summary").json["fields"]["summary"] == "Other"


@pytest.mark.parametrize("api", operations.APIS)
def test_every_operation_over_http_answers_as_in_process(api):
    made = sessions(api)
    ask, routes = client(made), Routes.of(operations.scenario(api))
    for number, call in enumerate(operations.ANSWERS[api]):
        actor = call.get("actor")
        played = operations.environment(api, actor)
        played.call(call["op"], call["args"])
        expected = played.episode.calls[0]
        session = made.start(f"s{number}")
        if actor:
            session.environment.actor = actor
        request = routes.request(call["op"], call["args"])
        target = request.path + (f"?{request.query}" if request.query else "")
        got = ask(request.method, target, request.body, session=f"s{number}")
        assert got.status == expected.status == session.environment.episode.calls[0].status
        assert (got.json if got.content else None) == expected.response


@pytest.mark.parametrize(
    ("method", "target", "body", "headers", "status", "step"),
    [
        ("GET", "/rest/api/3/nothing", None, AUTH, 404, "unknown_tool"),
        ("GET", "/", None, AUTH, 404, "unknown_tool"),
        ("PATCH", ISSUE, {}, AUTH, 405, "unknown_tool"),
        ("PUT", ISSUE, b"{", AUTH, 400, "malformed_arguments"),
        ("PUT", ISSUE, [1], AUTH, 400, "malformed_arguments"),
        ("PUT", ISSUE, b"<a/>", AUTH | {"content-type": "text/xml"}, 415, "malformed_arguments"),
        ("PUT", ISSUE, b" " * 300_000, AUTH, 413, "malformed_arguments"),
        ("PUT", ISSUE, {"fields": {"summary": "x" * 70_000}}, AUTH, 413, "malformed_arguments"),
        ("PUT", ISSUE, {"fields": 5}, AUTH, 400, "invalid_request"),
        ("PUT", ISSUE, {"other": 5}, AUTH, 400, "invalid_request"),
        ("GET", "/rest/api/3/issue/PAY-9999", None, AUTH, 404, "api_error"),
        ("GET", "/rest/api/3/project/search?maxResults=many", None, AUTH, 400, "invalid_request"),
        ("GET", ISSUE, None, {}, 401, None),
        ("GET", ISSUE, None, {"authorization": "Basic !"}, 401, None),
        ("GET", ISSUE, None, {"authorization": "Digest x"}, 401, None),
        ("OPTIONS", ISSUE, None, AUTH, 204, None),
        ("OPTIONS", "/nothing", None, AUTH, 404, None),
    ],
)
def test_errors_have_the_form_of_the_api(ask, made, method, target, body, headers, status, step):
    got = ask(method, target, body, headers)
    assert got.status == status
    if status != 204:
        assert set(got.json) == {"errorMessages", "errors"}
    steps = [kind for _, kind, _ in kinds(made)]
    assert steps == ([] if step is None else [step])


def test_what_no_operation_answers_has_the_form_that_the_api_declares(ask):
    ask_wiki = client(sessions("confluence"))
    (said,) = ask_wiki("GET", "/wiki/api/v2/nothing").json["errors"]
    assert said == {
        "status": 404, "code": "NOT_FOUND", "title": "There is nothing here.", "detail": None,
    }  # fmt: skip
    assert ask("GET", ISSUE, headers={}).json == {
        "errorMessages": ["Authentication is needed."], "errors": {},
    }  # fmt: skip


def test_without_a_declared_form_it_is_that_of_invalid_requests():
    made = sessions("jira")
    offer, api = made.first, made.first.scenario.apis["jira"]
    offer.api_of = lambda path: api._replace(problem=None)
    assert client(made)("GET", "/nothing").json == {
        "errorMessages": [], "errors": {"request": "There is nothing here."},
    }  # fmt: skip


def test_allowed_methods_are_told(ask):
    assert ask("PATCH", ISSUE).headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PUT"
    assert ask("OPTIONS", ISSUE).headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PUT"
    assert "www-authenticate" in ask("GET", ISSUE, headers={}).headers


def test_head_is_a_get_without_its_body(ask, made):
    whole = ask("GET", ISSUE)
    head = ask("HEAD", ISSUE)
    assert head == (200, whole.headers, b"")
    assert kinds(made) == [("getIssue", "ok", 200)] * 2


def test_credentials_of_any_kind_will_do(ask):
    for said in ("Bearer abc", "bearer abc", "Basic YTpi", "Basic YQ=="):
        assert ask("GET", "/rest/api/3/myself", headers={"authorization": said}).status == 200


def test_a_body_of_more_than_the_limit_is_not_read_to_its_end(ask, made):
    piece = b"x" * (1 << 20)
    got = ask("PUT", ISSUE, chunks=[piece] * 40)
    assert got.status == 413
    assert ask.read == MAX_BODY // len(piece) + 1
    assert got.headers["connection"] == "close"
    said = AUTH | {"content-length": str(MAX_BODY + 1)}
    assert ask("PUT", ISSUE, headers=said, chunks=[piece] * 40).status == 413
    assert ask.read == 0
    assert kinds(made) == [("editIssue", "malformed_arguments", 0)] * 2


def test_a_body_in_pieces(ask):
    assert ask("PUT", ISSUE, chunks=[b'{"fields":', b'{"summary"', b':"x"}}']).status == 204


def test_a_body_nobody_reads_may_be_anything(ask):
    assert ask("GET", ISSUE, b"<no json", AUTH | {"content-type": "text/xml"}).status == 200


def test_after_the_last_call_nothing_happens(ask, made):
    for _ in range(40):
        assert ask("GET", ISSUE).status == 200
    got = ask("PUT", ISSUE, {"fields": {"summary": "Other"}})
    assert got.status == 429
    assert "40 calls" in str(got.json)
    assert "retry-after" not in got.headers
    for method, target in (("GET", "/nothing"), ("PATCH", ISSUE), ("GET", ISSUE)):
        assert ask(method, target).status == 429
    session = made.find("default")
    assert len(session.environment.episode.calls) == 40
    assert session.environment.episode.final["issues"].get("PAY-51")["fields"]["summary"] != "Other"


def test_after_the_end_nothing_happens(ask, made):
    assert ask("GET", ISSUE).status == 200
    made.finish(made.find("default"), "Done.")
    assert ask("GET", ISSUE).status == 410
    assert len(kinds(made)) == 1


def test_operations_that_are_no_tools_are_not_there():
    made = sessions("jira_create_issue")
    ask = client(made)
    assert "getComments" not in made.first.tools
    assert ask("GET", f"{ISSUE}/comment").status == 404
    assert kinds(made) == [("getComments", "unknown_tool", 0)]


@pytest.mark.parametrize("said", ["", "a b", "../x", "é", "x" * 101, "a;seed=x", "a;colour=red",
                                  "a;split=none", "a;scenario=none"])  # fmt: skip
def test_a_session_has_a_name(ask, said):
    got = ask("GET", ISSUE, session=said)
    assert got.status == 400
    assert set(got.json) == {"errorMessages", "errors"}
    assert len(ask.app.rest.sessions) == 0


def test_a_session_begins_with_the_seed_that_it_says(ask, made):
    ask("GET", ISSUE, session="a;seed=3;split=eval")
    ask("GET", ISSUE, session="a;seed=4")
    ask("GET", ISSUE, session="a")
    played = made.find("a").environment
    assert (played.seed, played.split, len(played.episode.calls)) == (3, "eval", 3)


def test_closed_servers_have_only_sessions_that_were_made():
    made = sessions("jira", closed=True)
    ask = client(made)
    assert ask("GET", ISSUE).status == 400
    made.start("a")
    assert ask("GET", ISSUE, session="a").status == 200
    assert ask("GET", f"/s/a{ISSUE}").status == 200


def test_the_next_page_is_linked():
    ask = client(sessions("confluence"))
    got = ask("GET", "/s/me/wiki/api/v2/pages?limit=2")
    following = got.json["_links"]["next"]
    assert got.headers["link"] == f'</s/me{following}>; rel="next"'
    again = ask("GET", f"/s/me{following}")
    assert again.status == 200
    assert {p["id"] for p in again.json["results"]}.isdisjoint(p["id"] for p in got.json["results"])


def test_other_dialects_are_asked_for_what_no_operation_is_declared_for(made):
    def version_2(request, environment):
        if request.path.startswith("/rest/api/2/issue/"):
            key = request.path.rpartition("/")[2]
            known = environment.episode.final["issues"].get(key) is not None

            def shape(status, body):
                return Answer(status, {"known": known, "key": body.get("key")}, (("X-Is", "2"),))

            return Translation("getIssue", {"issueIdOrKey": key}, shape)
        if request.path == "/ping":
            return Answer(200, {"pong": request.arguments})
        return Translation("serverInfos", {}) if request.path == "/wrong" else None

    ask = client(made, [lambda request, environment: None, version_2])
    got = ask("GET", "/rest/api/2/issue/PAY-51")
    assert (got.status, got.json, got.headers["x-is"]) == (
        200, {"known": True, "key": "PAY-51"}, "2",
    )  # fmt: skip
    assert ask("GET", "/rest/api/2/issue/PAY-9999").status == 404
    assert ask("GET", "/ping?a=1&a=2&b=").json == {"pong": {"a": "1", "b": ""}}
    assert ask("GET", "/wrong").status == 404
    assert ask("GET", "/other").status == 404
    assert kinds(made) == [
        ("getIssue", "ok", 200),
        ("getIssue", "api_error", 404),
        ("serverInfos", "unknown_tool", 0),
        ("GET /other", "unknown_tool", 0),
    ]


def test_a_bug_is_a_500_for_its_client_alone(made, capsys):
    def broken(request, environment):
        raise RuntimeError("a bug in the dialect")

    ask = client(made, [broken])
    assert ask("GET", "/other").status == 500
    assert "a bug in the dialect" in capsys.readouterr().err
    assert ask("GET", ISSUE).status == 200
