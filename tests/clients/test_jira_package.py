"""The package `jira`, as it is released, against a served world: versions 2 and 3 of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import operations
import pytest
from jira import JIRA
from jira.exceptions import JIRAError
from live import Served, adf, in_process, scenario, scored, serving

from rewardlang import policies
from rewardlang.serve.dialects.markup import document
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
    return request.param


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


def test_a_token_of_its_own_says_who_acts(served: Served, version: str) -> None:
    options = {"rest_api_version": version}
    client = JIRA(server=served.url, token_auth=CHEN, options=options, max_retries=0)
    assert client.myself()["displayName"] == "Chen Wei"


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


def get_issue(client: JIRA, task: Environment) -> None:
    assert client.issue(task.params["key"]).key == task.params["key"]


def add_labels(client: JIRA, task: Environment) -> None:
    fields = known(task)["fields"]
    query = f'project = {fields["project"]["key"]} AND summary ~ "{fields["summary"]}"'
    found = [i for i in client.search_issues(query) if i.fields.summary == fields["summary"]]
    found[0].update(update={"labels": [{"add": task.params[name]} for name in ("one", "two")]})


def move(client: JIRA, task: Environment) -> None:
    moves = client.transitions(task.params["key"])
    (wanted,) = [move["id"] for move in moves if move["to"]["name"] == task.params["target"]]
    client.transition_issue(task.params["key"], wanted)
    client.add_comment(task.params["key"], written(version_of(client), task.params["note"]))


def create(client: JIRA, task: Environment) -> None:
    asked = task.params
    person = task.episode.initial["users"].get(asked["person"])
    assert person is not None
    (found,) = client.search_users(query=person["displayName"])
    text = "h2. Steps to reproduce\n\n" + "\n".join(
        f"* {asked[name]}" for name in ("one", "two", "three")
    )
    client.create_issue(
        project={"key": asked["project"]}, issuetype={"name": asked["type"]},
        priority={"name": asked["priority"]}, summary=asked["subject"],
        assignee={"accountId": found.accountId},
        description=text if version_of(client) == "2" else document(text),
    )  # fmt: skip


def known(task: Environment) -> dict[str, Any]:
    issue = task.episode.initial["issues"].get(task.params["key"])
    assert issue is not None
    return issue


def version_of(client: JIRA) -> str:
    return str(client._options["rest_api_version"])


PLAYED: dict[str, tuple[Callable[[JIRA, Environment], None], float]] = {
    "jira_get_issue": (get_issue, 1.0),
    # The package reads the list of fields before it searches, and the issue after it has edited it:
    # one call more than the scenario finds needful.
    "jira_add_labels": (add_labels, 0.94),
    "jira_transition_issue": (move, 1.0),
    "jira_create_issue": (create, 1.0),
}


@pytest.fixture(scope="module")
def playing() -> Iterator[Served]:
    with serving(*map(scenario, PLAYED)) as server:
        yield server


@pytest.mark.parametrize("name", PLAYED)
def test_a_task_that_the_package_does_earns_what_its_calls_do_in_process(
    playing: Served, version: str, name: str
) -> None:
    played = scenario(name)
    task = Environment(played)
    task.reset(4)
    policies.play(task, policies.oracle(task))
    own = f"{name}-{version}"
    client = connect(f"{playing.url}/s/{own};seed=4;scenario={played.name}", version)
    play, reward = PLAYED[name]
    play(client, task)
    session = playing.session(own)
    playing.sessions.finish(session, task.episode.answer)
    assert playing.reward(own) == reward
    assert scored(played, session.line) == in_process(played, session) == reward


def test_what_a_package_does_not_do_earns_as_little_as_in_process(
    playing: Served, version: str
) -> None:
    played = scenario("jira_add_labels")
    task = Environment(played)
    task.reset(4)
    client = connect(f"{playing.url}/s/half-{version};seed=4;scenario={played.name}", version)
    client.issue(task.params["key"]).update(update={"labels": [{"add": task.params["one"]}]})
    with pytest.raises(JIRAError):
        client.issue("PAY-9999")
    session = playing.session(f"half-{version}")
    reward = playing.reward(session.name)
    assert reward == scored(played, session.line) == in_process(played, session)
    assert 0.2 < reward < 0.9
