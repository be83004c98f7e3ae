"""The package `jira`, as it is released, against a served world: versions 2 and 3 of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import operations
import pytest
from jira import JIRA
from jira.exceptions import JIRAError
from live import Served, adf, in_process, scenario, scored, serving

from rewardlang_runtime import Environment

ANA, CHEN = "5b10a0c1", "5b10c2e7"
REFUND = 'project = PAY AND summary ~ "Refund a split order"'


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    every = operations.scenario("jira")._replace(calls_limit=10_000)
    with serving(every, judged=False) as server:
        yield server


@pytest.fixture(params=["2", "3"])
def version(request: pytest.FixtureRequest) -> str:
    return request.param  # type: ignore[no-any-return]


def connect(url: str, version: str, user: str = ANA) -> JIRA:
    options = {"rest_api_version": version}
    return JIRA(server=url, basic_auth=(user, "token"), options=options, max_retries=0)


@pytest.fixture
def name(version: str, request: pytest.FixtureRequest) -> str:
    """A session of the test's own."""
    return f"{version}-{request.node.originalname}"


@pytest.fixture
def client(served: Served, version: str, name: str) -> JIRA:
    return connect(f"{served.url}/s/{name}", version)


def written(version: str, text: str) -> Any:
    return text if version == "2" else adf(text)


def test_connect_get_and_search(client: JIRA) -> None:
    assert client.deploymentType == "Cloud"
    assert client.myself()["displayName"] == "Ana Silva"
    issue = client.issue("PAY-51")
    assert (issue.fields.summary, issue.fields.status.name, issue.fields.labels) == (
        "Refund a split order", "In Progress", ["refunds"],
    )  # fmt: skip
    keys = {found.key for found in client.search_issues(REFUND)}
    assert keys == {found.key for found in client.search_issues(REFUND, use_post=True)}
    assert "PAY-51" in keys
    assert [project.key for project in client.projects()] == ["PAY", "PLT", "SUP"]
    assert "labels" in {field["id"] for field in client.fields()}
    assert "Sub-task" in {kind.name for kind in client.issue_types()}


def test_a_search_goes_on_over_pages(client: JIRA, served: Served, name: str) -> None:
    found = client.search_issues("project = PAY", maxResults=False, fields="summary")
    assert len({issue.key for issue in found}) == len(found) == 47


def test_create(client: JIRA, version: str, served: Served, name: str) -> None:
    made = client.create_issue(
        project={"key": "PAY"}, issuetype={"name": "Bug"}, summary="Lost receipts",
        description=written(version, "Since Monday."), labels=["receipts"],
    )  # fmt: skip
    assert made.key == "PAY-54"
    assert client.issue("PAY-54").fields.labels == ["receipts"]
    row = served.session(name).environment.episode.final["issues"].get("PAY-54")
    assert row is not None
    assert row["fields"]["description"] == adf("Since Monday.")
    assert client.create_issue(project="PAY", issuetype="Task", summary="By names").id == "10501"


def test_transitions_by_name_and_by_number(client: JIRA) -> None:
    issue = client.issue("PAY-51")
    assert [(t["id"], t["to"]["name"]) for t in client.transitions(issue)] == [
        ("21", "To Do"), ("31", "In Review"),
    ]  # fmt: skip
    client.transition_issue(issue, "Ask for review")
    client.transition_issue("PAY-51", 41)
    client.transition_issue("PAY-51", "31")
    assert client.issue("PAY-51", fields="status").fields.status.name == "In Review"


def test_labels_and_other_fields(client: JIRA, version: str) -> None:
    issue = client.issue("PAY-51")
    issue.add_field_value("labels", "urgent")
    assert issue.fields.labels == ["refunds", "urgent"]
    issue.update(update={"labels": [{"add": "late"}, {"remove": "refunds"}]})
    assert issue.fields.labels == ["urgent", "late"]
    issue.update(fields={"labels": ["one", "two"]})
    assert client.issue("PAY-51").fields.labels == ["one", "two"]
    issue.update(summary="Renamed", description=written(version, "New."))
    assert issue.fields.summary == "Renamed"
    issue.update(assignee={"accountId": CHEN})
    assert issue.fields.assignee.displayName == "Chen Wei"


def test_comments(client: JIRA, version: str) -> None:
    made = client.add_comment("PAY-51", written(version, "Seen."))
    assert made.id == "20500"
    last = client.comments("PAY-51")[-1]
    assert last.author.displayName == "Ana Silva"
    if version == "2":
        assert last.body == "Seen."


def test_delete(served: Served, version: str, name: str) -> None:
    client = connect(f"{served.url}/s/{name}", version, CHEN)
    client.issue("PAY-53").delete()
    with pytest.raises(JIRAError) as gone:
        client.issue("PAY-53")
    assert gone.value.status_code == 404


ERRORS: dict[str, tuple[Callable[[JIRA], object], int, str]] = {
    "no summary": (
        lambda c: c.create_issue(fields={"project": {"key": "PAY"}, "issuetype": {"name": "Bug"}}),
        400, "You must specify a summary of the issue.",
    ),
    "an unknown type": (
        lambda c: c.create_issue(project={"key": "PAY"}, issuetype={"name": "Saga"}, summary="x"),
        400, "Specify a valid issue type",
    ),
    "an illegal move": (
        lambda c: c.transition_issue("PAY-51", "51"),
        400, "Transition id '51' is not valid for this issue.",
    ),
    "an unknown issue": (
        lambda c: c.issue("PAY-9999"),
        404, "Issue does not exist or you do not have permission to see it.",
    ),
    "a hidden issue": (
        lambda c: c.issue("SEC-1"),
        404, "Issue does not exist or you do not have permission to see it.",
    ),
    "an unknown project": (
        lambda c: c.project("NOPE"), 404, "No project could be found with key 'NOPE'.",
    ),
    "a label with a space": (
        lambda c: c.issue("PAY-51").update(fields={"labels": ["two words"]}),
        400, "The label 'two words' contains spaces which is invalid.",
    ),
    "a query that is none": (
        lambda c: c.search_issues("project ="), 400, "Error in the JQL Query",
    ),
    "no right to delete": (
        lambda c: c.issue("PAY-53").delete(),
        403, "You do not have permission to delete issues in this project.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_errors_are_those_of_the_api(client: JIRA, case: str) -> None:
    call, status, text = ERRORS[case]
    with pytest.raises(JIRAError) as refused:
        call(client)
    assert refused.value.status_code == status
    assert text in refused.value.text


# ---- rewards ----


@pytest.fixture(scope="module")
def labelling() -> Iterator[Served]:
    with serving(scenario("jira_add_labels")) as server:
        yield server


def test_a_played_scenario_earns_what_its_calls_earn_in_process(
    labelling: Served, version: str
) -> None:
    played = scenario("jira_add_labels")
    task = Environment(played)
    for seed, answer in ((0, "Added."), (1, "")):
        task.reset(seed)
        name = f"{version}-{seed}"
        client = connect(f"{labelling.url}/s/{name};seed={seed}", version)
        issue = task.episode.initial["issues"].get(task.params["key"])
        assert issue is not None
        project, summary = issue["fields"]["project"]["key"], issue["fields"]["summary"]
        query = f'project = {project} AND summary ~ "{summary}"'
        found = [i for i in client.search_issues(query) if i.fields.summary == summary]
        if seed == 0:
            labels = [{"add": task.params["one"]}, {"add": task.params["two"]}]
        else:
            labels = [{"add": task.params["one"]}]
        found[0].update(update={"labels": labels})
        session = labelling.session(name)
        labelling.sessions.finish(session, answer)
        reward = labelling.reward(name)
        assert reward == scored(played, session.line) == in_process(played, session)
        assert (reward > 0.9) if seed == 0 else (0.2 < reward < 0.9)
