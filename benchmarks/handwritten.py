"""The job of the benchmarks as a careful person writes it by hand, standard library only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

STATUSES = ("To Do", "In Progress", "Done")
PEOPLE = ("ana", "ben", "chen", "dora")
MOVES = {"To Do": ("11", "Start", "In Progress"), "In Progress": ("21", "Finish", "Done"),
         "Done": ("31", "Reopen", "To Do")}  # fmt: skip
TARGETS = {move[0]: (source, move[2]) for source, move in MOVES.items()}


def world(count: int) -> dict[str, dict[str, str]]:
    """`count` issues by key."""
    return {
        f"APP-{i + 1}": {
            "key": f"APP-{i + 1}",
            "project": "APP",
            "summary": f"Fix the thing number {i + 1} before the release",
            "status": STATUSES[i % 3],
            "assignee": PEOPLE[i % 4],
        }
        for i in range(count)
    }


_dumps = json.JSONEncoder(separators=(",", ":")).encode
_MALFORMED = '{"error":{"kind":"malformed_arguments","message":"arguments are no JSON object"}}'


class Tracker:
    """The environment: state in plain dicts, copied issue by issue at reset."""

    __slots__ = ("base", "issues", "trace")

    def __init__(self, count: int) -> None:
        self.base = world(count)
        self.reset()

    def reset(self) -> None:
        self.issues = {key: dict(issue) for key, issue in self.base.items()}
        self.trace: list[tuple[str, dict[str, Any], bool]] = []

    def call(self, name: str, arguments: str) -> str:
        """One tool call, JSON text in and out."""
        try:
            args = json.loads(arguments)
        except ValueError:
            self.trace.append((name, {}, False))
            return _MALFORMED
        status, body = self._run(name, args)
        ok = status < 400
        self.trace.append((name, args, ok))
        if ok:
            return _dumps(body)
        return _dumps({"error": {"kind": "api_error", "status": status, "body": body}})

    def _run(self, name: str, args: dict[str, Any]) -> tuple[int, Any]:
        issues = self.issues
        if name == "search_issues":
            wanted = args.get("status")
            if type(wanted) is not str:
                return 400, {"message": "invalid request"}
            found = [issue for issue in issues.values() if issue["status"] == wanted]
            return 200, {"total": len(found), "issues": found[:5]}
        key = args.get("key")
        if type(key) is not str:
            return 400, {"message": "invalid request"}
        issue = issues.get(key)
        if issue is None:
            return 404, {"message": "no such issue"}
        if name == "get_issue":
            return 200, issue
        if name == "list_transitions":
            move = MOVES[issue["status"]]
            return 200, {"transitions": [{"id": move[0], "name": move[1], "to": move[2]}]}
        if name == "do_transition":
            legal = TARGETS.get(args.get("transition"))
            if legal is None or legal[0] != issue["status"]:
                return 400, {"message": "not possible now"}
            issue["status"] = legal[1]
            return 200, {"key": key, "status": legal[1]}
        return 404, {"message": "no such tool"}


def score_calls(calls: Sequence[tuple[str, dict[str, Any], bool]], key: str) -> float:
    """The 8 checks in one pass over calls that are parsed already."""
    searched = right = read = started = False
    looked_first = nothing_else = no_failure = True
    looked = False
    for i, (name, args, ok) in enumerate(calls):
        if not ok:
            no_failure = False
        if name == "search_issues":
            if i == 0:
                searched = True
            if args.get("status") == "To Do":
                right = True
        elif name == "get_issue":
            if ok and args.get("key") == key:
                read = True
        elif name == "list_transitions":
            looked = True
        elif name == "do_transition":
            if not looked:
                looked_first = False
            if args.get("key") != key:
                nothing_else = False
            elif ok and args.get("transition") == "11":
                started = True
    return (
        0.1 * searched + 0.15 * right + 0.1 * read + 0.1 * looked_first + 0.25 * started
        + 0.1 * nothing_else + 0.1 * no_failure + 0.1 * (len(calls) <= 6)
    )  # fmt: skip


def score_messages(
    messages: Sequence[Mapping[str, Any]], key: str
) -> tuple[float, tuple[float, ...]]:
    """The 8 checks in one pass over chat messages: the reward, and the value of each check."""
    searched = right = read = started = False
    looked_first = nothing_else = no_failure = True
    looked = False
    count = 0
    failed = {
        message["tool_call_id"]: message["content"].startswith('{"error":')
        for message in messages
        if message["role"] == "tool"
    }
    for message in messages:
        for tool_call in message.get("tool_calls") or ():
            function = tool_call["function"]
            name = function["name"]
            args = json.loads(function["arguments"])
            ok = not failed[tool_call["id"]]
            if not ok:
                no_failure = False
            if name == "search_issues":
                if count == 0:
                    searched = True
                if args.get("status") == "To Do":
                    right = True
            elif name == "get_issue":
                if ok and args.get("key") == key:
                    read = True
            elif name == "list_transitions":
                looked = True
            elif name == "do_transition":
                if not looked:
                    looked_first = False
                if args.get("key") != key:
                    nothing_else = False
                elif ok and args.get("transition") == "11":
                    started = True
            count += 1
    parts = (
        float(searched), float(right), float(read), float(looked_first), float(started),
        float(nothing_else), float(no_failure), float(count <= 6),
    )  # fmt: skip
    reward = (
        0.1 * parts[0] + 0.15 * parts[1] + 0.1 * parts[2] + 0.1 * parts[3] + 0.25 * parts[4]
        + 0.1 * parts[5] + 0.1 * parts[6] + 0.1 * parts[7]
    )  # fmt: skip
    return reward, parts
