"""Older versions of the APIs: requests in, the calls that they are, and answers out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from served import AUTH, Client, client, sessions

from rewardlang.serve.apis import scenario_of_api
from rewardlang.serve.dialects.markup import document
from rewardlang.serve.messages import Request, Translation
from rewardlang.serve.offers import Offer
from rewardlang.serve.sessions import Sessions
from rewardlang_runtime import Call

TASK = """h2. Steps to reproduce

* Open the *cart*
* Press pay

See {{cart.py}} and [the plan|https://acme.example/plan]."""


@pytest.fixture
def jira() -> Sessions:
    return sessions("jira")


@pytest.fixture
def wiki() -> Sessions:
    return sessions("confluence")


def last(made: Sessions) -> Call:
    found = made.find("default")
    assert found is not None
    return found.environment.episode.calls[-1]


def calls(made: Sessions) -> list[tuple[str, str]]:
    found = made.find("default")
    return [] if found is None else [(c.op, c.kind) for c in found.environment.episode.calls]


# ---- Jira, version 2 ----


def test_version_2_reads_and_writes_texts(jira: Sessions) -> None:
    ask = client(jira)
    fields = {"project": {"key": "PAY"}, "issuetype": {"name": "Bug"}, "summary": "x"}
    made = ask("POST", "/rest/api/2/issue", {"fields": {**fields, "description": TASK}})
    assert made.status == 201
    assert made.json["self"].endswith(f"/rest/api/2/issue/{made.json['id']}")
    assert last(jira).op == "createIssue"
    assert last(jira).args["fields"]["description"] == document(TASK)
    path = f"/rest/api/2/issue/{made.json['key']}"
    assert ask("GET", f"{path}?fields=description").json["fields"] == {"description": TASK}
    version_3 = ask("GET", path.replace("/2/", "/3/")).json
    assert version_3["fields"]["description"] == document(TASK)
    assert ask("POST", f"{path}/comment", {"body": "Seen *twice*."}).json["body"] == "Seen *twice*."
    listed = ask("GET", f"{path}/comment").json
    assert [comment["body"] for comment in listed["comments"]] == ["Seen *twice*."]


def test_a_description_of_null_empties_it(jira: Sessions) -> None:
    ask = client(jira)
    got = ask("PUT", "/rest/api/2/issue/PAY-1", {"fields": {"description": None}})
    assert got.status == 204
    assert ask("GET", "/rest/api/2/issue/PAY-1").json["fields"]["description"] is None


def test_a_move_with_a_comment_and_a_number_for_its_id(jira: Sessions) -> None:
    body = {
        "transition": {"id": 31},
        "fields": {},
        "update": {"comment": [{"add": {"body": "Please look."}}]},
    }
    assert client(jira)("POST", "/rest/api/2/issue/10451/transitions", body).status == 204
    assert last(jira).args["update"]["comment"][0]["add"]["body"] == document("Please look.")


def test_a_text_longer_than_jira_takes_is_refused(jira: Sessions) -> None:
    got = client(jira)("POST", "/rest/api/2/issue/PAY-1/comment", {"body": "x" * 40_000})
    assert got.status == 400
    assert calls(jira) == [("addComment", "invalid_request")]


def test_errors_of_version_2_are_those_of_version_3(jira: Sessions) -> None:
    ask = client(jira)
    for path in ("issue/PAY-5100", "project/NOPE", "issue/PAY-5100/transitions"):
        new, old = ask("GET", f"/rest/api/3/{path}"), ask("GET", f"/rest/api/2/{path}")
        assert (old.status, old.json) == (new.status, new.json) == (404, new.json)
    assert ask("GET", "/rest/api/2/nothing").status == 404


QUERY = "project = PAY ORDER BY key"


@pytest.mark.parametrize("version", ["2", "3", "latest"])
def test_searches_by_post(jira: Sessions, version: str) -> None:
    body = {"jql": QUERY, "fields": ["summary"], "maxResults": 2, "expand": None,
            "properties": None, "reconcileIssues": [], "fieldsByKeys": False}  # fmt: skip
    got = client(jira)("POST", f"/rest/api/{version}/search/jql", body).json
    assert (len(got["issues"]), got["isLast"]) == (2, False)
    assert last(jira).args == {"jql": QUERY, "fields": ["summary"], "maxResults": 2}


def test_searches_by_offset_give_the_same_issues(jira: Sessions) -> None:
    ask = client(jira)
    new = ask("GET", f"/rest/api/3/search/jql?jql={QUERY}&maxResults=5000&fields=key").json
    keys = [issue["key"] for issue in new["issues"]]
    target = f"/rest/api/2/search?jql={QUERY}&validateQuery=True&maxResults=20&startAt="
    pages = [ask("GET", f"{target}{start}").json for start in (0, 20, 40, 60)]
    assert [issue["key"] for page in pages for issue in page["issues"]] == keys
    assert {page["total"] for page in pages[:3]} == {len(keys)}
    posted = ask("POST", "/rest/api/2/search", {"jql": QUERY, "startAt": 40, "fields": ["summary"]})
    assert posted.json["issues"][0]["key"] == keys[40]
    assert [op for op, _ in calls(jira)] == ["searchIssues"] * 6
    assert ask("GET", "/rest/api/2/search?jql=nonsense").status == 400


def test_what_clients_ask_by_themselves_is_no_step_unless_it_is_offered() -> None:
    made = sessions("jira_add_labels")
    ask = client(made)
    for version in "23":
        assert ask("GET", f"/rest/api/{version}/serverInfo").json["deploymentType"] == "Cloud"
        assert ask("GET", f"/rest/api/{version}/myself").json["accountId"] == "5b10a0c1"
    assert calls(made) == []
    assert ask("GET", "/rest/api/2/field").status == 200
    assert calls(made) == [("getFields", "ok")]
    assert ask("GET", "/rest/api/2/issue/PAY-1/transitions").status == 404
    assert calls(made)[1:] == [("getTransitions", "unknown_tool")]


def test_resources_say_that_they_are_here_and_in_this_session(jira: Sessions) -> None:
    """Released clients write to where a resource says that it is."""
    ask = client(jira)
    host = {**AUTH, "host": "emulator.example:8080"}
    got = ask("GET", "/s/mine/rest/api/2/issue/PAY-51", headers=host).json
    assert got["self"] == "http://emulator.example:8080/s/mine/rest/api/2/issue/10451"
    assert (
        ask("GET", "/rest/api/3/issue/PAY-51", headers=host)
        .json["self"]
        .startswith("http://emulator.example:8080/rest/api/3/")
    )
    hostile = {**AUTH, "host": 'x","admin":"'}
    assert "admin" not in ask("GET", "/rest/api/2/issue/PAY-51", headers=hostile).json
    text = 'see {"self":"https://acme.atlassian.net/x"}'
    ask("PUT", "/rest/api/2/issue/PAY-51", {"fields": {"summary": text}}, host)
    assert ask("GET", "/rest/api/2/issue/PAY-51", headers=host).json["fields"]["summary"] == text


# ---- Confluence, version 1 ----

PAGE = {"type": "page", "title": "Notes", "space": {"key": "ENG"},
        "body": {"storage": {"value": "<p>x</p>", "representation": "storage"}}}  # fmt: skip
V1 = "/wiki/rest/api"


def test_a_page_from_its_making_to_its_end(wiki: Sessions) -> None:
    ask = client(wiki)
    made = ask("POST", f"{V1}/content/", {**PAGE, "ancestors": [{"type": "page", "id": 200001}]})
    assert made.status == 200
    assert made.json["space"]["key"] == "ENG"
    assert last(wiki).args == {
        "spaceId": "131073", "title": "Notes", "parentId": "200001",
        "body": {"representation": "storage", "value": "<p>x</p>"},
    }  # fmt: skip
    path = f"{V1}/content/{made.json['id']}"
    got = ask("GET", f"{path}?expand=body.storage,version,space,ancestors,metadata.labels").json
    assert got["body"]["storage"]["value"] == "<p>x</p>"
    assert [page["id"] for page in got["ancestors"]] == ["200001"]
    assert ask("GET", f"{path}/history").json["lastUpdated"]["number"] == 1
    change = {"type": "page", "title": "Notes 2", "version": {"number": 2, "minorEdit": False}}
    assert ask("PUT", f"{path}?status=current", change).json["version"]["number"] == 2
    assert ask("GET", f"{path}?expand=body.storage").json["body"]["storage"]["value"] == "<p>x</p>"
    found = ask("GET", f"{V1}/content?type=page&spaceKey=ENG&title=Notes+2&limit=1").json
    assert [page["id"] for page in found["results"]] == [made.json["id"]]
    assert ask("POST", f"{path}/label", {"prefix": "global", "name": "new"}).status == 200
    assert [label["name"] for label in ask("GET", f"{path}/label").json["results"]] == ["new"]
    assert ask("DELETE", f"{path}/label?name=new").status == 204
    ops = " ".join(op for op, _ in calls(wiki))
    assert ops == (
        "createPage getPageById getPageById updatePage getPageById getPages "
        "addLabelsToContent getPageLabels removeLabelFromContent"
    )
    assert {kind for _, kind in calls(wiki)} == {"ok"}


LABELS = [{"prefix": "global", "name": name} for name in ("one", "two", "three")]


def test_labels_that_are_added_together_are_a_call_each(wiki: Sessions) -> None:
    path = f"{V1}/content/200001/label"
    got = client(wiki)("POST", path, LABELS)
    assert (got.status, [label["name"] for label in got.json["results"]]) == (
        200, ["one", "two", "three"],
    )  # fmt: skip
    assert calls(wiki) == [("addLabelsToContent", "ok")] * 3
    assert client(wiki)("GET", path).json["results"][0]["name"] == "one"


@pytest.mark.parametrize(
    ("body", "status", "kinds"),
    [
        ([], 400, ["malformed_arguments"]),
        (["one"], 400, ["malformed_arguments"]),
        ([LABELS[0], "two"], 400, ["malformed_arguments"]),
        ([LABELS[0], {"name": "two"}, LABELS[2]], 400, ["ok", "invalid_request"]),
        ([LABELS[0], {"prefix": "global", "name": "a b"}], 400, ["ok", "api_error"]),
        ([{**LABELS[0], "id": "999"}], 200, ["ok"]),
    ],
)
def test_labels_that_are_refused(
    wiki: Sessions, body: list[Any], status: int, kinds: list[str]
) -> None:
    assert client(wiki)("POST", f"{V1}/content/200001/label", body).status == status
    assert calls(wiki) == [("addLabelsToContent", kind) for kind in kinds]


def test_a_page_without_one_above_it_is_at_the_top(wiki: Sessions) -> None:
    made = client(wiki)("POST", f"{V1}/content", PAGE)
    assert made.status == 200
    assert last(wiki).args["rootLevel"] is True


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "kind"),
    [
        ("GET", "content/999", None, 404, "api_error"),
        ("GET", "content/999/history", None, 404, "api_error"),
        ("GET", "space/NOPE", None, 404, "ok"),
        ("POST", "content", {**PAGE, "space": {"key": "NOPE"}}, 404, "api_error"),
        ("POST", "content", {**PAGE, "space": {"key": "LEG"}}, 404, "api_error"),
        ("POST", "content", {**PAGE, "space": {"key": "131073"}}, 404, "api_error"),
        ("POST", "content", {**PAGE, "title": ""}, 400, "api_error"),
        ("POST", "content", {**PAGE, "title": "Releases"}, 400, "api_error"),
        ("POST", "content", {**PAGE, "body": {"wiki": {"value": "x"}}}, 200, "ok"),
        ("PUT", "content/200001", {"version": {"number": 7}}, 409, "api_error"),
        ("PUT", "content/200001", {"title": "x"}, 400, "invalid_request"),
        ("POST", "content/999/label", {"prefix": "global", "name": "x"}, 404, "api_error"),
        ("GET", "content/search?cql=title+%3D%3D", None, 400, "api_error"),
        ("DELETE", "content/999", None, 404, "api_error"),
        ("POST", "content", {"type": "blogpost", "title": "x"}, 404, "unknown_tool"),
        ("PUT", "content/200001", b"{", 400, "malformed_arguments"),
    ],
)
def test_errors_are_those_of_version_1_and_steps(
    wiki: Sessions, method: str, path: str, body: Any, status: int, kind: str
) -> None:
    got = client(wiki)(method, f"{V1}/{path}", body)
    assert got.status == status
    assert calls(wiki)[-1][1] == kind
    if kind == "api_error" or path.startswith("space"):
        assert isinstance(got.json["message"], str)
        assert got.json["statusCode"] == status


def test_spaces_by_key_and_in_pages(wiki: Sessions) -> None:
    ask = client(wiki)
    everything = [space["key"] for space in ask("GET", f"{V1}/space?limit=50").json["results"]]
    assert everything == ["ENG", "OPS", "HR", "FIN"]
    paged = [ask("GET", f"{V1}/space?limit=2&start={n}").json["results"] for n in (0, 2, 4)]
    assert [space["key"] for page in paged for space in page] == everything
    assert ask("GET", f"{V1}/space/OPS").json["name"] == "Operations"


def test_searches_find_pages_that_may_be_seen(wiki: Sessions) -> None:
    ask = client(wiki)
    found = ask("GET", f"{V1}/search?cql=title+%3D+Releases&limit=3").json["results"]
    pages = ask("GET", f"{V1}/content/search?cql=title+%3D+Releases&limit=3").json["results"]
    assert [row["content"]["id"] for row in found] == [page["id"] for page in pages] != []
    assert ask("GET", f"{V1}/content?spaceKey=LEG").json["results"] == []


def test_what_pages_do_not_have(wiki: Sessions) -> None:
    ask = client(wiki)
    for page in ("200001", "999"):
        assert ask("GET", f"{V1}/content/{page}/property").json["results"] == []
        assert ask("GET", f"/wiki/api/v2/pages/{page}/properties").json["results"] == []
        assert ask("GET", f"{V1}/content/{page}/property/emoji").status == 404
        assert ask("GET", f"{V1}/content/{page}/child/attachment").json["results"] == []
    assert calls(wiki) == []


def test_comments_at_the_foot_of_a_page(wiki: Sessions) -> None:
    ask = client(wiki)
    body = {"type": "comment", "container": {"id": "200001", "type": "page"}, "body": PAGE["body"]}
    made = ask("POST", f"{V1}/content/", body)
    assert (made.status, made.json["type"]) == (200, "comment")
    listed = ask("GET", f"{V1}/content/200001/child/comment").json["results"]
    assert made.json["id"] in [comment["id"] for comment in listed]
    assert made.json["body"]["storage"]["value"] == "<p>x</p>"


OTHER = """\
rewardlang: 1
api: other
title: Another description of the wiki
base_path: /wiki/api/v2
schemas:
  Note: {type: object, required: [id], properties: {id: {type: string, maxLength: 9}}}
tables: {notes: {row: Note, key: id}}
invalid: {status: 400, body: {messages: "{messages}"}}
operations:
  getPages:
    http: GET /pages
    doc: Lists notes.
    response: {status: 200, body: "{notes.values()}"}
"""
NOTES = """\
rewardlang: 1
world: notes
use: [other]
tables: {notes: {rows: [{id: n1}]}}
"""


def test_another_description_of_the_same_paths_has_no_dialect(tmp_path: Path) -> None:
    for folder, text in (("apis/other.yaml", OTHER), ("worlds/notes.yaml", NOTES)):
        (tmp_path / folder).parent.mkdir()
        (tmp_path / folder).write_text(text)
    offer = Offer(scenario_of_api(tmp_path / "apis" / "other.yaml", "notes", 9), judged=False)
    ask = client(Sessions([offer]))
    assert ask("GET", "/wiki/api/v2/pages").json == [{"id": "n1"}]
    assert ask("GET", f"{V1}/content").status == 404
    assert offer.translators == ()


# ---- hostile requests ----

_SCALARS: Any = st.none() | st.booleans() | st.integers() | st.text(max_size=6)
_KEYS = ["type", "title", "status", "space", "key", "body", "storage", "value", "representation",
         "ancestors", "id", "version", "number", "container", "fields", "description", "update",
         "comment", "add", "labels", "jql", "startAt", "maxResults", "name", "prefix"]  # fmt: skip
_JSON: Any = st.recursive(
    _SCALARS | st.sampled_from(["page", "comment", "ENG", "200001"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5)
    ),
    max_leaves=10,
)
_PATHS = [
    "/wiki/rest/api/content", "/wiki/rest/api/content/200001", "/wiki/rest/api/content/%00/label",
    "/wiki/rest/api/content/200001/history", "/wiki/rest/api/space", "/wiki/rest/api/space/%C3",
    "/wiki/rest/api/content/search", "/wiki/rest/api/content/200001/child/page",
    "/wiki/rest/api/", "/wiki/rest/api//", "/rest/api/2/issue", "/rest/api/2/issue/PAY-1",
    "/rest/api/2/issue/PAY-1/transitions", "/rest/api/2/issue/PAY-1/comment", "/rest/api/2/search",
    "/rest/api/3/search/jql", "/rest/api/2/search/jql", "/rest/api/2/", "/rest/api/latest",
]  # fmt: skip
_ASKED = {name: sessions(name) for name in ("jira", "confluence")}
_ASKS: dict[str, Client] = {name: client(made) for name, made in _ASKED.items()}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(_PATHS), st.sampled_from(["GET", "POST", "PUT", "DELETE"]), _JSON)
def test_whatever_a_recording_holds_is_read(path: str, method: str, body: Any) -> None:
    name = "jira" if path.startswith("/rest") else "confluence"
    made = _ASKED[name].get("default")
    for translate in made.offer.translators:
        found = translate(Request(method, path), made.environment)
        if isinstance(found, Translation) and found.told is not None:
            for status in (200, 204, 404):
                json.dumps(found.told(status, body)._asdict())


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(_PATHS),
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    _JSON | st.binary(max_size=12),
    st.text(alphabet="&=;%+abc0125,.", max_size=30) | st.sampled_from(
        ["start=-1&limit=x", "start=99999999999999999999", "limit=0", "expand=body,,ancestors",
         "jql=project=PAY&startAt=1e9&maxResults=-4", "cql=title~a", "title=Releases&spaceKey=ENG"]
    ),
)  # fmt: skip
def test_no_request_is_answered_by_a_bug(path: str, method: str, body: Any, query: str) -> None:
    ask = _ASKS["jira" if path.startswith("/rest") else "confluence"]
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert ask(method, f"{path}?{query}", content).status in {*range(200, 205), *range(400, 500)}
