"""The package `atlassian-python-api`, as it is released, against served worlds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import operations
import pytest
from atlassian import Confluence, Jira
from atlassian.errors import ApiError
from live import Served, adf, in_process, scenario, scored, serving
from requests import HTTPError

from rewardlang_runtime import Environment

ANA, CHEN = "5b10a0c1", "5b10c2e7"
REFUND = 'project = PAY AND summary ~ "Refund a split order"'


def every(api: str) -> Iterator[Served]:
    with serving(operations.scenario(api)._replace(calls_limit=10_000), judged=False) as server:
        yield server


@pytest.fixture(scope="module")
def jiras() -> Iterator[Served]:
    yield from every("jira")


@pytest.fixture(scope="module")
def wikis() -> Iterator[Served]:
    yield from every("confluence")


@pytest.fixture(params=["2", "3"])
def version(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def jira(jiras: Served, version: str, request: pytest.FixtureRequest) -> Jira:
    url = f"{jiras.url}/s/{version}-{request.node.originalname}"
    return Jira(url=url, username=ANA, password="token", cloud=True, api_version=version)


def wiki_of(url: str, user: str = ANA) -> Confluence:
    return Confluence(url=f"{url}/wiki", username=user, password="token", cloud=True)


@pytest.fixture
def wiki(wikis: Served, request: pytest.FixtureRequest) -> Confluence:
    return wiki_of(f"{wikis.url}/s/{request.node.originalname}")


def written(version: str, text: str) -> Any:
    return text if version == "2" else adf(text)


# ---- Jira ----


def test_get_and_search(jira: Jira, version: str) -> None:
    assert jira.myself()["accountId"] == ANA
    assert jira.issue("PAY-51")["fields"]["summary"] == "Refund a split order"
    assert jira.get_issue("10451")["fields"]["status"]["name"] == "In Progress"
    keys = [issue["key"] for issue in jira.jql(REFUND)["issues"]]
    assert keys == [issue["key"] for issue in jira.enhanced_jql(REFUND)["issues"]]
    assert "PAY-51" in keys
    assert [project["key"] for project in jira.projects()] == ["PAY", "PLT", "SUP"]
    assert jira.project("PAY")["name"] == "Payments"
    assert "labels" in {field["id"] for field in jira.get_all_fields()}


def test_the_search_of_data_center(jiras: Served) -> None:
    jira = Jira(url=f"{jiras.url}/s/server", username=ANA, password="token")
    found = jira.jql("project = PAY ORDER BY key", start=40, limit=20)
    assert (found["total"], found["startAt"], len(found["issues"])) == (47, 40, 7)


def test_create(jira: Jira, version: str) -> None:
    fields = {"project": {"key": "PAY"}, "issuetype": {"name": "Bug"}, "summary": "Lost receipts"}
    made = jira.create_issue({**fields, "description": written(version, "Since Monday.")})
    assert made["key"] == "PAY-54"
    assert jira.issue_field_value("PAY-54", "description") == written(version, "Since Monday.")


def test_transitions_by_name_and_by_number(jira: Jira) -> None:
    listed = jira.get_issue_transitions("PAY-51")
    assert [(t["id"], t["to"]) for t in listed] == [(21, "To Do"), (31, "In Review")]
    jira.issue_transition("PAY-51", "In Review")
    jira.set_issue_status_by_transition_id("PAY-51", 41)
    assert jira.get_issue_status("PAY-51") == "In Progress"


def test_labels(jira: Jira) -> None:
    jira.update_issue("PAY-51", {"update": {"labels": [{"add": "urgent"}]}})
    assert jira.issue_field_value("PAY-51", "labels") == ["refunds", "urgent"]
    jira.update_issue_field("PAY-51", {"labels": ["one"]})
    jira.issue_field_value_append("PAY-51", "labels", "two")
    assert jira.issue_field_value("PAY-51", "labels") == ["one", "two"]


def test_comments_and_the_assignee(jira: Jira, version: str) -> None:
    assert jira.issue_add_comment("PAY-51", written(version, "Seen."))["id"] == "20500"
    assert jira.issue_get_comments("PAY-51")["comments"][-1]["body"] == written(version, "Seen.")
    jira.assign_issue("PAY-51", CHEN)
    assert jira.issue_field_value("PAY-51", "assignee")["displayName"] == "Chen Wei"


JIRA_ERRORS: dict[str, tuple[Callable[[Jira], object], int, str]] = {
    "no summary": (
        lambda c: c.create_issue({"project": {"key": "PAY"}, "issuetype": {"name": "Bug"}}),
        400, "You must specify a summary of the issue.",
    ),
    "an illegal move": (
        lambda c: c.set_issue_status_by_transition_id("PAY-51", 51),
        400, "Transition id '51' is not valid for this issue.",
    ),
    "an unknown issue": (
        lambda c: c.issue("PAY-9999"),
        404, "Issue does not exist or you do not have permission to see it.",
    ),
    "an unknown project": (
        lambda c: c.project("NOPE"), 404, "No project could be found with key 'NOPE'.",
    ),
    "a query that is none": (lambda c: c.jql("project ="), 400, "Error in the JQL Query"),
    "no right to delete": (
        lambda c: c.delete_issue("PAY-53"),
        403, "You do not have permission to delete issues in this project.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", JIRA_ERRORS)
def test_errors_are_those_of_jira(jira: Jira, case: str) -> None:
    call, status, text = JIRA_ERRORS[case]
    with pytest.raises(HTTPError) as refused:
        call(jira)
    assert refused.value.response.status_code == status
    assert text in str(refused.value)


# ---- Confluence ----


def test_spaces_and_pages_by_title(wiki: Confluence) -> None:
    assert [s["key"] for s in wiki.get_all_spaces()["results"]] == ["ENG", "OPS", "HR", "FIN"]
    assert wiki.get_space("OPS")["name"] == "Operations"
    assert wiki.page_exists("ENG", "Releases")
    assert wiki.get_page_id("ENG", "Releases") == "201000"
    assert wiki.get_page_by_title("ENG", "No such page") is None
    assert wiki.get_page_space("201000") == "ENG"
    assert [page["title"] for page in wiki.get_page_ancestors("201000")] == ["Engineering Home"]
    assert "Releases" in [page["title"] for page in wiki.get_child_pages("200001")]
    assert {hit["title"] for hit in wiki.cql("title = Releases")["results"]} == {"Releases"}
    assert wiki.get("api/v2/spaces", params={"keys": "ENG"})["results"][0]["id"] == "131073"


def test_a_page_from_its_making_to_its_end(wikis: Served, wiki: Confluence) -> None:
    page = wiki.create_page("ENG", "Notes", "<p>one</p>", parent_id="200001")["id"]
    assert (
        wiki.get_page_by_id(page, expand="body.storage")["body"]["storage"]["value"] == "<p>one</p>"
    )
    assert wiki.update_page(page, "Notes", "<p>two</p>")["version"]["number"] == 2
    assert wiki.append_page(page, "Notes", "<p>three</p>")["version"]["number"] == 3
    assert wiki.history(page)["lastUpdated"]["number"] == 3
    wiki.set_page_label(page, "fresh")
    assert [label["name"] for label in wiki.get_page_labels(page)["results"]] == ["fresh"]
    wiki.remove_page_label(page, "fresh")
    assert wiki.get_page_labels(page)["results"] == []
    note = wiki.add_comment(page, "<p>Seen.</p>")["id"]
    assert [comment["id"] for comment in wiki.get_page_comments(page)["results"]] == [note]
    wiki_of(wiki.url.removesuffix("/wiki"), CHEN).remove_page(page)
    with pytest.raises(ApiError, match="There is no content with the given id"):
        wiki.get_page_by_id(page)
    ops = {op for op, _, _ in wikis.calls("test_a_page_from_its_making_to_its_end")}
    assert ops == {
        "createPage", "getPageById", "updatePage", "addLabelsToContent", "getPageLabels",
        "removeLabelFromContent", "createFooterComment", "getPageComments", "deletePage",
    }  # fmt: skip


def stale(wiki: Confluence) -> object:
    body = {"id": "200001", "type": "page", "title": "Late", "version": {"number": 7}}
    return wiki.put("rest/api/content/200001", data=body)


WIKI_ERRORS: dict[str, tuple[Callable[[Confluence], object], int, str]] = {
    "an unknown page": (lambda c: c.get_page_by_id("999"), 404, "There is no content"),
    "an unknown space": (lambda c: c.create_page("NOPE", "x", "<p>x</p>"), 404, "permission"),
    "a hidden space": (lambda c: c.create_page("LEG", "x", "<p>x</p>"), 404, "permission"),
    "no title": (lambda c: c.create_page("ENG", "", "<p>x</p>"), 400, "A title must be provided"),
    "a title that is taken": (
        lambda c: c.create_page("ENG", "Releases", "<p>x</p>"),
        400, "A page with this title already exists",
    ),
    "a broken text": (
        lambda c: c.create_page("ENG", "Broken", "<p>x"), 400, "Error parsing xhtml",
    ),
    "a stale version": (stale, 409, "Version must be incremented"),
    "a label with a space": (
        lambda c: c.set_page_label("200001", "two words"), 400, "invalid characters",
    ),
    "no right to delete": (lambda c: c.remove_page("200001"), 404, "permission to trash"),
}  # fmt: skip


@pytest.mark.parametrize("case", WIKI_ERRORS)
def test_errors_are_those_of_confluence(wiki: Confluence, case: str) -> None:
    call, status, text = WIKI_ERRORS[case]
    with pytest.raises((HTTPError, ApiError)) as refused:
        call(wiki)
    error: Any = refused.value
    answered = error.reason if isinstance(error, ApiError) else error
    assert answered.response.status_code == status
    assert text in str(error)


# ---- rewards ----


def test_a_played_scenario_earns_what_its_calls_earn_in_process() -> None:
    played = scenario("confluence_create_page")
    task = Environment(played)
    task.reset(5)
    above = task.episode.initial["pages"].get(task.params["under"])
    assert above is not None
    with serving(played) as server:
        wiki = wiki_of(f"{server.url}/s/a;seed=5")
        parent = wiki.get_page_by_title(above["spaceKey"], above["title"])["id"]
        text = "".join(f"<h2>{task.params[name]}</h2>" for name in ("one", "two", "three"))
        wiki.create_page(above["spaceKey"], task.params["title"], text, parent_id=parent)
        session = server.session("a")
        server.sessions.finish(session, "Created.")
        assert server.calls("a") == [("getPages", "ok", 200), ("createPage", "ok", 200)]
        assert server.reward("a") == scored(played, session.line) == 1.0
        assert in_process(played, session) == 1.0
