"""Jira's version 2, and searches by POST: what released clients send besides version 3.

Version 2 is version 3 under another prefix, with texts in wiki markup in place of documents.
"""

from __future__ import annotations

from typing import Any

from rewardlang.recordings.items import Told
from rewardlang.serve.dialects.markup import document, with_markup
from rewardlang.serve.messages import Answer, Request, Translation, Translator
from rewardlang_runtime import Environment, Scenario, clock
from rewardlang_runtime.builtins.records import cursor
from rewardlang_runtime.routes import Match, Routes
from rewardlang_runtime.validate import defaults_of

_NEW = "/rest/api/3/"
_OLD = ("/rest/api/2/", "/rest/api/latest/")
_LONGEST = 32_767
"""Characters that Jira takes as a description or a comment."""
_SEARCH = "searchIssues"
_SEARCHED = ("jql", "nextPageToken", "maxResults", "fields", "expand")
_MOST = 5_000
"""Issues that one search gives."""
_ASKED_BY_ITSELF = ("serverInfo", "myself", "getFields")
"""What clients ask for without being told to, to learn what they speak to. Where a scenario does
not offer it, it is answered all the same, and is no step."""


def jira(scenario: Scenario) -> Translator:
    """The translator for an API that is Jira's version 3."""
    return _Jira(scenario).translate


class _Jira:
    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.routes = Routes.of(scenario, scenario.operations)

    def translate(self, request: Request, environment: Environment) -> Translation | Answer | None:
        """See `messages.Translator`."""
        path = request.path.rstrip("/")
        old = next((prefix for prefix in _OLD if path.startswith(prefix)), None)
        if old is None and not path.startswith(_NEW):
            return None
        rest = path.removeprefix(old or _NEW)
        if rest in ("search", "search/jql") and _SEARCH in self.scenario.operations:
            if rest == "search" and old is not None and request.method in ("GET", "POST"):
                return self._search_by_offset(request, environment)
            if rest == "search/jql" and request.method == "POST":
                return _search_by_post(request, old is not None)
        match = self.routes.match(request.method, _NEW + rest)
        if match is None:
            return None
        name = match.operation.name
        if name in _ASKED_BY_ITSELF and name not in self.scenario.tools:
            status, body = self._look(name, environment, {})
            return as_version_2(status, body) if old else Answer(status, body)
        return None if old is None else _version_2(match, request)

    def _look(self, name: str, environment: Environment, args: dict[str, Any]) -> tuple[int, Any]:
        """What an operation that only reads answers now, without it being a step."""
        operation = self.scenario.operations[name]
        start, _ = self.scenario.clock
        now = clock.write(clock.parse(start) or 0, self.scenario.apis[operation.api].time_format)
        asked = {**defaults_of(operation.schema), **args}
        return operation.run(environment.episode.final, asked, now, environment.actor)

    def _search_by_offset(self, request: Request, environment: Environment) -> Translation:
        """The search that Jira had before pages got tokens, and that Data Center still has."""
        said, readable = _said(request)
        start, most = _whole(said.get("startAt"), 0), _whole(said.get("maxResults"), 50)
        fields, query = said.get("fields"), said.get("jql")
        arguments: dict[str, Any] = {"maxResults": min(most, _MOST)}
        arguments["fields"] = (fields.split(",") if type(fields) is str else fields) or ["*all"]
        if query is not None:
            arguments["jql"] = query
        if start and type(query) is str:
            arguments["nextPageToken"] = cursor(start, query)

        def shape(status: int, body: Any) -> Answer:
            if status != 200:
                return Answer(status, body)
            total = start + len(body["issues"])
            if not body["isLast"]:
                rest = {"jql": query, "maxResults": _MOST}
                rest["nextPageToken"] = cursor(total, str(query))
                total += len(self._look(_SEARCH, environment, rest)[1]["issues"])
            page = {"startAt": start, "maxResults": most, "total": total}
            return as_version_2(200, {**page, "issues": body["issues"]})

        def told(status: int, body: Any) -> Told:
            page = as_version_3(body)
            if status != 200 or type(page) is not dict or type(page.get("issues")) is not list:
                return Told(status, page, True)
            after, total = start + len(page["issues"]), page.get("total")
            last = type(total) is not int or after >= total
            more = {} if last else {"nextPageToken": cursor(after, str(query))}
            return Told(200, {"issues": page["issues"], "isLast": last, **more}, True)

        return Translation(_SEARCH, arguments if readable else "", shape, told)


def _search_by_post(request: Request, old: bool) -> Translation:
    said, readable = _said(request)
    arguments = {name: said[name] for name in _SEARCHED if said.get(name) is not None}
    ways = (as_version_2, told_by_version_2) if old else ()
    return Translation(_SEARCH, arguments if readable else "", *ways)


def _said(request: Request) -> tuple[dict[str, Any], bool]:
    """What a search says, in its query or its body, and whether that can be read."""
    if request.method == "GET":
        return dict(request.arguments), True
    try:
        body = request.json
    except ValueError:
        return {}, False
    return (body, True) if type(body) is dict else ({}, body is None)


def _whole(said: Any, otherwise: int) -> int:
    """A whole number as a query or a body has it."""
    if type(said) is str and said.isascii() and said.isdigit() and len(said) < 10:
        return int(said)
    return min(said, 10**9) if type(said) is int and said >= 0 else otherwise


# ---- version 2 ----


def _version_2(match: Match, request: Request) -> Translation:
    """A request of version 2 as the one of version 3 with the same path."""
    try:
        body = with_documents(request.json)
        arguments: Any = match.arguments(request.query, body, request.headers)
    except ValueError:
        arguments = ""
    return Translation(match.operation.name, arguments, as_version_2, told_by_version_2)


def as_version_2(status: int, body: Any) -> Answer:
    """An answer of version 3 as version 2 gives it."""
    return Answer(status, _at_version_2(with_markup(body)))


def _at_version_2(value: Any) -> Any:
    """`value` with the addresses of resources leading to version 2."""
    if type(value) is list:
        return [_at_version_2(item) for item in value]
    if type(value) is not dict:
        return value
    found = {key: _at_version_2(item) for key, item in value.items()}
    address = found.get("self")
    if type(address) is str:
        found["self"] = address.replace(_NEW, _OLD[0], 1)
    return found


def told_by_version_2(status: int, body: Any) -> Told:
    """What an answer of version 2 tells: all that version 3 would."""
    return Told(status, as_version_3(body), True)


def as_version_3(value: Any) -> Any:
    """`value`, of an answer of version 2, as version 3 has it."""
    if type(value) is list:
        return [as_version_3(item) for item in value]
    if type(value) is not dict:
        return value
    found = {key: as_version_3(item) for key, item in value.items()}
    address, fields = found.get("self"), found.get("fields")
    if type(address) is str:
        for old in _OLD:
            found["self"] = address = address.replace(old, _NEW, 1)
    if type(fields) is dict and "description" in fields:
        found["fields"] = {**fields, "description": _read(fields["description"])}
    if "body" in found and "id" in found:  # a comment
        found["body"] = _read(found["body"])
    return found


# ---- documents in bodies ----


def with_documents(body: Any) -> Any:
    """The body of a request of version 2 with documents where it has texts in wiki markup."""
    if type(body) is not dict:
        return body
    found = dict(body)
    if "body" in found:
        found["body"] = _read(found["body"])
    fields = found.get("fields")
    if type(fields) is dict and "description" in fields:
        found["fields"] = {**fields, "description": _read(fields["description"])}
    update = found.get("update")
    if type(update) is dict:
        found["update"] = {
            name: [_verb(name, verb) for verb in verbs] if type(verbs) is list else verbs
            for name, verbs in update.items()
        }
    return found


def _verb(name: str, verb: Any) -> Any:
    """One change of `update`, such as `{"add": {"body": "text"}}` of `comment`."""
    if type(verb) is not dict:
        return verb
    if name == "description":
        return {key: _read(value) for key, value in verb.items()}
    if name == "comment":
        return {
            key: {**value, "body": _read(value["body"])}
            if type(value) is dict and "body" in value
            else value
            for key, value in verb.items()
        }
    return verb


def _read(text: Any) -> Any:
    """The document that a text stands for; what is none stays, and the check of it says so."""
    return document(text) if type(text) is str and len(text) <= _LONGEST else text
