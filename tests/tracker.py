"""A small scenario written by hand in the style of generated modules: the runtime's fixture."""

from __future__ import annotations

import json
from typing import Any

from rewardlang_runtime import (
    FAILURES,
    Api,
    Detail,
    Operation,
    Rng,
    Scenario,
    TableSpec,
    World,
    require,
)
from rewardlang_runtime import builtins as b

require(1)

STATUSES = ("To Do", "In Progress", "Done")
MOVES = {
    "11": ("Start", "To Do", "In Progress"),
    "21": ("Finish", "In Progress", "Done"),
    "31": ("Reopen", "Done", "To Do"),
}


def rows(count: int) -> dict[str, Any]:
    issues = {
        f"APP-{n}": {
            "key": f"APP-{n}",
            "id": str(10000 + n),
            "fields": {
                "summary": f"Fix the thing number {n}",
                "status": {"name": STATUSES[n % 3]},
                "labels": ["old"] if n % 2 else [],
                "assignee": None if n % 5 == 0 else {"accountId": f"u-{n % 4}"},
                "updated": "2026-03-01T00:00:00.000+0000",
            },
        }
        for n in range(1, count + 1)
    }
    users = {f"u-{n}": {"accountId": f"u-{n}", "displayName": f"User {n}"} for n in range(4)}
    sequences = {"APP": {"project": "APP", "last": count}}
    return {
        "tables": {"issues": issues, "users": users, "sequences": sequences},
        "counters": {"issue": 10000 + count},
    }


# ---- operations ----


def not_found() -> tuple[int, Any]:
    return 404, {"errorMessages": ["Issue does not exist."], "errors": {}}


def get_issue(w: World, args: dict[str, Any], now: str, actor: str) -> tuple[int, Any]:
    issue = w["issues"].get(args["issueIdOrKey"])
    if issue is None:
        return not_found()
    return 200, issue


def search_issues(w: World, args: dict[str, Any], now: str, actor: str) -> tuple[int, Any]:
    found = w["issues"].where(("fields", "status", "name"), args["status"])
    limit = args["maxResults"]
    return 200, {"issues": found[:limit], "total": len(found), "isLast": len(found) <= limit}


def get_transitions(w: World, args: dict[str, Any], now: str, actor: str) -> tuple[int, Any]:
    issue = w["issues"].get(args["issueIdOrKey"])
    if issue is None:
        return not_found()
    status = issue["fields"]["status"]["name"]
    return 200, {
        "transitions": [
            {"id": key, "name": name, "to": {"name": to}}
            for key, (name, source, to) in MOVES.items()
            if source == status
        ]
    }


def do_transition(w: World, args: dict[str, Any], now: str, actor: str) -> tuple[int, Any]:
    issue = w["issues"].get(args["issueIdOrKey"])
    if issue is None:
        return not_found()
    move = MOVES.get(args["transition"]["id"])
    if move is None or move[1] != issue["fields"]["status"]["name"]:
        return 400, {"errorMessages": ["That transition is not valid now."], "errors": {}}
    fields = {**issue["fields"], "status": {"name": move[2]}, "updated": now}
    w.edit("issues").put(issue["key"], {**issue, "fields": fields})
    return 204, None


def create_issue(w: World, args: dict[str, Any], now: str, actor: str) -> tuple[int, Any]:
    sequence = w["sequences"].get("APP")
    assert sequence is not None
    last = sequence["last"] + 1
    w.edit("sequences").put("APP", {**sequence, "last": last})
    number = w.counters["issue"] + 1
    w.set_counter("issue", number)
    key = f"APP-{last}"
    fields = {
        "status": {"name": "To Do"},
        "labels": [],
        "assignee": {"accountId": actor},
        **args["fields"],
        "updated": now,
    }
    w.edit("issues").put(key, {"key": key, "id": str(number), "fields": fields})
    return 201, {"id": str(number), "key": key}


def delete_issue(w: World, args: dict[str, Any], now: str, actor: str) -> tuple[int, Any]:
    issue = w["issues"].get(args["issueIdOrKey"])
    if issue is None:
        return not_found()
    w.edit("issues").delete(issue["key"])
    return 204, None


def break_down(w: World, args: dict[str, Any], now: str, actor: str) -> tuple[int, Any]:
    w.edit("issues").delete("APP-1")
    w.set_counter("issue", 0)
    return 200, {"value": args["missing"]}


def invalid(errors: dict[str, str]) -> tuple[int, Any]:
    return 400, {"errorMessages": [], "errors": errors}


def operation(
    name: str, method: str, path: str, run: Any, properties: dict[str, Any], required: list[str],
    writes: bool = False, status: int = 200,
) -> Operation:  # fmt: skip
    schema = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    wire = {name: ("path" if f"{{{name}}}" in path else "body", name) for name in properties}
    doc = f"Performs {name}."
    return Operation(name, "app", method, path, doc, schema, wire, run, writes, status)


KEY = {"issueIdOrKey": {"type": "string"}}
OPERATIONS = [
    operation("getIssue", "GET", "/issue/{issueIdOrKey}", get_issue, KEY, ["issueIdOrKey"]),
    operation(
        "searchIssues", "GET", "/search", search_issues,
        {
            "status": {"type": "string", "enum": list(STATUSES)},
            "maxResults": {"type": "integer", "default": 50, "minimum": 0, "maximum": 1000},
        },
        ["status"],
    ),
    operation(
        "getTransitions", "GET", "/issue/{issueIdOrKey}/transitions", get_transitions, KEY,
        ["issueIdOrKey"],
    ),
    operation(
        "doTransition", "POST", "/issue/{issueIdOrKey}/transitions", do_transition,
        {
            **KEY,
            "transition": {
                "type": "object",
                "properties": {"id": {"type": "string"}},
                "required": ["id"],
            },
        },
        ["issueIdOrKey", "transition"], writes=True, status=204,
    ),
    operation(
        "createIssue", "POST", "/issue", create_issue,
        {
            "fields": {
                "type": "object",
                "required": ["summary"],
                "properties": {
                    "summary": {"type": "string", "minLength": 1, "maxLength": 255},
                    "labels": {"type": "array", "items": {"type": "string"}},
                    "description": {},
                },
            }
        },
        ["fields"], writes=True, status=201,
    ),
    operation(
        "deleteIssue", "DELETE", "/issue/{issueIdOrKey}", delete_issue, KEY, ["issueIdOrKey"],
        writes=True, status=204,
    ),
    operation("breakDown", "POST", "/broken", break_down, {}, [], writes=True),
]  # fmt: skip


# ---- the task and its reward ----


def draw(w: World, rng: Rng) -> dict[str, Any] | None:
    key = rng.choice(b.keys(w["issues"]))
    issue = w["issues"].get(key)
    assert issue is not None
    if issue["fields"]["status"]["name"] != "In Progress":
        return None
    return {"key": key}


def setup(w: World, p: dict[str, Any]) -> tuple[Any, ...]:
    issue = w["issues"].get(p["key"])
    assert issue is not None
    return (issue["fields"]["summary"],)


def prompt_0(w: World, p: dict[str, Any], s: tuple[Any, ...]) -> str:
    return f"Finish {p['key']} ({s[0]})."


def prompt_1(w: World, p: dict[str, Any], s: tuple[Any, ...]) -> str:
    return f"Please move {p['key']} to Done."


def total(gate: bool, parts: tuple[float, ...], factor: float) -> float:
    shares = (parts[0] + 2 * parts[1] + parts[2]) / 4
    result = min(1.0 if gate else 0.0, shares * factor)
    return int(result * 1e6 + 0.5) / 1e6


def finish(state: list[Any], e: Any) -> Detail:
    looked, moved, failed_calls = state
    key = e.params["key"]
    try:
        done = e.final["issues"].get(key)["fields"]["status"]["name"] == "Done"
    except FAILURES:
        done = False
    gate = e.final.changed_only((("issues", key, ()),))
    parts = (float(looked), float(moved and done), float(b.says(e.answer, "done")))
    factor = b.ramp(failed_calls, 0, 4, 0.5)
    return Detail(total(gate, parts, factor), (gate,), parts, (factor,))


def start() -> list[Any]:
    return [False, False, 0]


def step(state: list[Any], c: Any, i: int, e: Any) -> None:
    if c.kind != "ok":
        state[2] += 1
    elif c.op == "getTransitions":
        state[0] = state[0] or c.args.get("issueIdOrKey") == e.params["key"]
    elif c.op == "doTransition":
        state[1] = state[1] or c.args["transition"]["id"] == "21"


def detail(e: Any) -> Detail:
    state = start()
    for i, c in enumerate(e.calls):
        step(state, c, i, e)
    return finish(state, e)


def reward(e: Any) -> float:
    return detail(e).reward


def oracle(w: World, p: dict[str, Any], s: tuple[Any, ...]) -> Any:
    found = yield "getTransitions", {"issueIdOrKey": p["key"]}
    move = found["transitions"][0]["id"]
    yield "doTransition", {"issueIdOrKey": p["key"], "transition": {"id": move}}
    yield "", "It is done."


def scenario(count: int = 20, **changes: Any) -> Scenario:
    made = Scenario(
        name="tracker.finish",
        source="tracker.yaml",
        digest=str(count),
        apis={
            "app": Api(
                "app", "/rest/api/3", invalid,
                {"required": "{name} is required.", "default": "{name} must be {expected}."},
                "%Y-%m-%dT%H:%M:%S.000+0000",
            )
        },
        operations={op.name: op for op in OPERATIONS},
        tools=(
            "getIssue", "searchIssues", "getTransitions", "doTransition", "createIssue",
            "deleteIssue", "breakDown",
        ),
        tables=(
            TableSpec("issues", "key", ("id",), False),
            TableSpec("users", "accountId", (), False),
            TableSpec("sequences", "project", (), True),
        ),
        world=json.dumps(rows(count)),
        clock=("2026-03-02T09:00:00Z", 60),
        actor="u-1",
        calls_limit=10,
        observation_limit=4000,
        answer_limit=2000,
        snapshots=False,
        draw=draw,
        held_out=None,
        setup=setup,
        prompts=(prompt_0, prompt_1),
        system=None,
        gates=("only_this_issue",),
        parts=(("looked", 1.0), ("moved", 2.0), ("said_so", 1.0)),
        penalties=("failed_calls",),
        reward=reward,
        detail=detail,
        start=start,
        step=step,
        finish=finish,
        oracle=oracle,
        reads_args=frozenset(["getTransitions", "doTransition"]),
        reads_response=frozenset(),
        reads_world=True,
    )  # fmt: skip
    return made._replace(**changes)


SCENARIO = scenario()
