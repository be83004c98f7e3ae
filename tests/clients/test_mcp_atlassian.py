"""The package `mcp-atlassian`, as it is released, against served worlds: cloud, server and OAuth.

It decides by the name of its host what it speaks to, so that in two of the modes a name of
Atlassian's leads to this machine, and one fixed prefix to that name.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import operations
import pytest
import requests
from fastmcp import Client
from fastmcp.exceptions import ToolError
from live import Served, in_process, scenario, scored, serving

from rewardlang.serve.dialects.markup import document
from rewardlang_runtime import Environment

CHEN = "5b10c2e7"
HOST = "emulator.atlassian.net"
MODES = ("server", "cloud", "oauth")

Call = Callable[..., Awaitable[Any]]


@pytest.fixture(scope="module")
def jiras() -> Iterator[Served]:
    with serving(operations.scenario("jira")._replace(calls_limit=10_000), judged=False) as server:
        yield server


@pytest.fixture(scope="module")
def wikis() -> Iterator[Served]:
    every = operations.scenario("confluence")._replace(calls_limit=10_000)
    with serving(every, judged=False) as server:
        yield server


class Package:
    """The package in one of its modes, pointed at sessions of two servers."""

    def __init__(
        self, mode: str, session: str, jiras: Served, wikis: Served, patch: pytest.MonkeyPatch
    ) -> None:
        self.mode = mode
        self.jira, self.wiki = f"{jiras.url}/s/{session}", f"{wikis.url}/s/{session}/wiki"
        if mode != "server":
            self.jira, self.wiki = (at.replace("127.0.0.1", HOST) for at in (self.jira, self.wiki))
            _lead_here(patch)
        patch.setenv("TOOLSETS", "all")
        patch.setenv("JIRA_URL", self.jira)
        patch.setenv("CONFLUENCE_URL", self.wiki)
        if mode == "oauth":
            self._by_oauth(patch)
            return
        for product in ("JIRA", "CONFLUENCE"):
            patch.setenv(f"{product}_USERNAME", CHEN)
            patch.setenv(f"{product}_API_TOKEN", "token")

    def _by_oauth(self, patch: pytest.MonkeyPatch) -> None:
        """Give it a token, and lead its fixed prefix to the servers."""
        patch.setenv("ATLASSIAN_OAUTH_CLOUD_ID", "cloud-1")
        patch.setenv("ATLASSIAN_OAUTH_ACCESS_TOKEN", CHEN)
        # Its URLs are of the site alone; sessions are named where requests really go.
        for product, at in (("JIRA", self.jira), ("CONFLUENCE", self.wiki)):
            parts = urlsplit(at)
            end = "/wiki" if product == "CONFLUENCE" else ""
            patch.setenv(f"{product}_URL", f"{parts.scheme}://{parts.netloc}{end}")
        send = requests.Session.send
        places = {"jira": self.jira, "confluence": self.wiki}

        def elsewhere(self: Any, request: Any, **options: Any) -> Any:
            for product, at in places.items():
                prefix = f"https://api.atlassian.com/ex/{product}/cloud-1"
                request.url = request.url.replace(prefix, at)
            return send(self, request, **options)

        patch.setattr(requests.Session, "send", elsewhere)

    def play(self, body: Callable[[Call], Awaitable[None]]) -> None:
        """Do something with its tools, each called with what it takes, and answering as JSON."""
        from mcp_atlassian.servers import main_mcp

        async def run() -> None:
            async with Client(main_mcp) as client:

                async def call(tool: str, **arguments: Any) -> Any:
                    result = await client.call_tool(tool, arguments)
                    return json.loads(result.content[0].text)

                await body(call)

        asyncio.run(run())


def _lead_here(patch: pytest.MonkeyPatch) -> None:
    find = socket.getaddrinfo

    def found(host: Any, *args: Any, **options: Any) -> Any:
        return find("127.0.0.1" if host in (HOST, HOST.encode()) else host, *args, **options)

    patch.setattr(socket, "getaddrinfo", found)


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def session(mode: str, request: pytest.FixtureRequest) -> str:
    return f"{mode}-{request.node.originalname}"


@pytest.fixture
def package(
    mode: str, session: str, jiras: Served, wikis: Served, monkeypatch: pytest.MonkeyPatch
) -> Package:
    return Package(mode, session, jiras, wikis, monkeypatch)


def fields(served: Served, session: str, key: str) -> dict[str, Any]:
    row = served.session(session).environment.episode.final["issues"].get(key)
    assert row is not None
    return row["fields"]


def test_jira(package: Package, session: str, jiras: Served) -> None:
    async def body(call: Call) -> None:
        issue = await call("jira_get_issue", issue_key="PAY-51")
        assert (issue["summary"], issue["status"]["name"]) == (
            "Refund a split order", "In Progress",
        )  # fmt: skip
        made = await call(
            "jira_create_issue", project_key="PAY", summary="Lost receipts", issue_type="Bug",
            description="## Steps\n\n- one\n- two",
        )  # fmt: skip
        assert made["issue"]["key"] == "PAY-54"
        listed = await call("jira_get_transitions", issue_key="PAY-51")
        assert [move["name"] for move in listed] == ["Stop progress", "Ask for review"]
        await call(
            "jira_transition_issue", issue_key="PAY-51", transition_id="31", comment="Ready."
        )
        for labels in (["refunds", "urgent"], ["one", "two"]):
            await call(
                "jira_update_issue", issue_key="PAY-51", fields=json.dumps({"labels": labels})
            )
            assert fields(jiras, session, "PAY-51")["labels"] == labels
        changes = {"summary": "Renamed", "description": "Now **this**."}
        await call("jira_update_issue", issue_key="PAY-51", fields=json.dumps(changes))
        await call("jira_add_comment", issue_key="PAY-51", body="Seen.")
        found = await call("jira_search", jql="project = PAY AND labels = one")
        assert [each["key"] for each in found["issues"]] == ["PAY-51"]
        projects = await call("jira_get_all_projects")
        assert [project["key"] for project in projects] == ["PAY", "PLT", "SUP"]

    package.play(body)
    made = fields(jiras, session, "PAY-54")["description"]["content"]
    assert [node["type"] for node in made] == ["heading", "bulletList"]
    issue = fields(jiras, session, "PAY-51")
    assert (issue["status"]["name"], issue["summary"]) == ("In Review", "Renamed")
    comments = jiras.session(session).environment.episode.final.created("comments")
    assert [comment["body"]["content"] for comment in comments] == [
        document(text)["content"] for text in ("Ready.", "Seen.")
    ]
    kinds = {kind for _, kind, _ in jiras.calls(session)}
    assert kinds == {"ok"}


def test_errors_of_jira(package: Package) -> None:
    errors = [
        ("jira_get_issue", {"issue_key": "PAY-9999"}, "not found"),
        ("jira_create_issue", {"project_key": "NOPE", "summary": "x", "issue_type": "Bug"},
         "Specify a valid project ID or key"),
        ("jira_create_issue", {"project_key": "PAY", "summary": "", "issue_type": "Bug"},
         "Summary is required"),
        ("jira_create_issue", {"project_key": "PAY", "summary": " ", "issue_type": "Bug"},
         "You must specify a summary of the issue."),
        ("jira_transition_issue", {"issue_key": "PAY-51", "transition_id": "51"},
         "Transition id '51' is not valid for this issue."),
        ("jira_search", {"jql": "project ="}, "Error in the JQL Query"),
    ]  # fmt: skip

    async def body(call: Call) -> None:
        for tool, arguments, text in errors:
            with pytest.raises(ToolError, match=text.replace("(", "\\(")):
                await call(tool, **arguments)

    package.play(body)


def test_confluence(package: Package, session: str, wikis: Served, mode: str) -> None:
    async def body(call: Call) -> None:
        made = await call(
            "confluence_create_page", space_key="ENG", title="Notes", parent_id="200001",
            content="## Plan\n\nFirst.",
        )  # fmt: skip
        page = made["page"]["id"]
        got = await call("confluence_get_page", page_id=page)
        assert got["metadata"]["space"]["key"] == "ENG"
        assert "First." in got["metadata"]["content"]["value"]
        named = await call("confluence_get_page", title="Releases", space_key="ENG")
        assert named["metadata"]["id"] == "201000"
        await call("confluence_update_page", page_id=page, title="Notes", content="## Next")
        labels = await call("confluence_add_label", page_id=page, name="fresh")
        assert [label["name"] for label in labels] == ["fresh"]
        labels = await call("confluence_get_labels", page_id=page)
        assert [label["name"] for label in labels] == ["fresh"]
        found = await call("confluence_search", query='title = "Notes"')
        assert [each["id"] for each in found] == [page]
        assert await call("confluence_search", query="handbook")
        below = await call("confluence_get_page_children", parent_id="200001")
        assert page in [each["id"] for each in below["results"]]
        await call("confluence_add_comment", page_id=page, body="Seen.")
        (comment,) = await call("confluence_get_comments", page_id=page)
        assert "Seen." in comment["body"]
        row = wikis.session(session).environment.episode.final["pages"].get(page)
        assert row is not None
        assert (row["version"]["number"], row["parentId"]) == (2, "200001")
        assert ">Next</h2>" in row["body"]["storage"]["value"]
        gone = await call("confluence_delete_page", page_id=page)
        assert gone["success"]
        assert "error" in await call("confluence_get_page", page_id=page)

    package.play(body)
    kinds = [kind for _, kind, _ in wikis.calls(session)]
    assert set(kinds[:-1]) == {"ok"}
    # The last is the page that is gone, which some modes ask for twice.
    assert kinds[-1] == "api_error"


def test_errors_of_confluence(package: Package, mode: str) -> None:
    said = {
        "oauth": ("404 Client Error", "400 Client Error", "not found"),
    }.get(mode, ("There is no content", "already exists", "permission"))

    async def body(call: Call) -> None:
        assert said[0] in (await call("confluence_get_page", page_id="999"))["error"]
        with pytest.raises(ToolError, match=said[1]):
            await call("confluence_create_page", space_key="ENG", title="Releases", content="x")
        with pytest.raises(ToolError, match=said[2]):
            await call("confluence_create_page", space_key="NOPE", title="x", content="x")

    package.play(body)


# ---- rewards ----


@pytest.mark.parametrize("mode", ["server", "cloud"])
def test_a_played_scenario_earns_what_its_calls_earn_in_process(
    mode: str, wikis: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reward is that of the calls, also of those that the package makes on its own."""
    played = scenario("jira_add_labels")
    task = Environment(played)
    task.reset(3)
    key, wanted = task.params["key"], [task.params["one"], task.params["two"]]
    issue = task.episode.initial["issues"].get(key)
    assert issue is not None
    with serving(played) as server:
        package = Package(mode, "a;seed=3", server, wikis, monkeypatch)

        async def body(call: Call) -> None:
            fields = issue["fields"]
            query = f'project = {fields["project"]["key"]} AND summary ~ "{fields["summary"]}"'
            found = (await call("jira_search", jql=query))["issues"]
            assert key in [each["key"] for each in found]
            labels = json.dumps({"labels": [*fields["labels"], *wanted]})
            await call("jira_update_issue", issue_key=key, fields=labels)

        package.play(body)
        session = server.session("a")
        server.sessions.finish(session, "Labelled.")
        reward = server.reward("a")
        assert reward == scored(played, session.line) == in_process(played, session)
        assert reward > 0.8
        assert len(server.calls("a")) == 4, "two tools, and what the package asks besides"
