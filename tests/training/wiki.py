"""Creating a page below another, by hand in the style of generated modules: training's fixture."""

from __future__ import annotations

import json
from typing import Any

from rewardlang_runtime import Api, Detail, Operation, Rng, Scenario, TableSpec, World, require
from rewardlang_runtime import builtins as b

require(1)

SPACES = (("65537", "ENG"), ("65601", "OPS"), ("65733", "HR"), ("65890", "FIN"))
TOPICS = ("Releases", "Runbooks", "Meetings", "Policies", "Guides", "Reviews", "Plans", "Budgets")
TITLES = ("Release Notes", "Incident Report", "Access Matrix", "Backup Plan", "Team Charter")
HEADINGS = ("Overview", "Risks", "Next Steps", "Owners", "Timeline", "Decisions")


def rows() -> dict[str, Any]:
    pages = {}
    for n, topic in enumerate(TOPICS * len(SPACES)):
        space = SPACES[n // len(TOPICS)][0]
        key = str(131073 + 65 * n)
        pages[key] = {"id": key, "status": "current", "title": topic, "spaceId": space}
    spaces = {i: {"id": i, "key": key, "type": "global"} for i, key in SPACES}
    return {"tables": {"spaces": spaces, "pages": pages}, "counters": {"page": 9000}}


def refused(status: int, title: str) -> tuple[int, Any]:
    return status, {"errors": [{"status": status, "title": title}]}


def get_spaces(w: World, args: dict[str, Any], now: str, actor: str) -> tuple[int, Any]:
    found = [row for row in w["spaces"].values() if row["key"] in args.get("keys", [row["key"]])]
    return 200, {"results": found, "_links": {}}


def get_pages(w: World, args: dict[str, Any], now: str, actor: str) -> tuple[int, Any]:
    wanted = {"title": args.get("title"), "spaceId": args.get("spaceId")}
    found = [
        row
        for row in w["pages"].values()
        if all(value in (None, row[name]) for name, value in wanted.items())
    ]
    return 200, {"results": found[:10], "_links": {}}


def create_page(w: World, args: dict[str, Any], now: str, actor: str) -> tuple[int, Any]:
    if w["spaces"].get(args["spaceId"]) is None:
        return refused(404, "Space not found")
    if w["pages"].get(args["parentId"]) is None:
        return refused(404, "Parent not found")
    number = w.counters["page"] + 1
    w.set_counter("page", number)
    row = {"id": str(number), "status": "current", **args}
    w.edit("pages").put(str(number), row)
    return 200, row


def operation(name: str, run: Any, properties: Any, required: Any, writes: bool) -> Operation:
    schema = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    wire = {name: ("query", name) for name in properties}
    doc = f"Performs {name}."
    return Operation(name, "wiki", "GET", f"/{name}", doc, schema, wire, run, writes, 200)


TEXT = {"type": "string"}
BODY = {
    "type": "object",
    "required": ["representation", "value"],
    "properties": {"representation": {"enum": ["storage"]}, "value": TEXT},
}
PAGE = {"spaceId": TEXT, "parentId": TEXT, "title": TEXT, "body": BODY}
KEYS = {"keys": {"type": "array", "items": TEXT}}
OPERATIONS = {
    op.name: op
    for op in (
        operation("getSpaces", get_spaces, KEYS, [], False),
        operation("getPages", get_pages, {"title": TEXT, "spaceId": TEXT}, [], False),
        operation("createPage", create_page, PAGE, list(PAGE), True),
    )
}


def draw(w: World, rng: Rng) -> dict[str, Any]:
    under = rng.choice(w["pages"].values())
    return {"under": under["id"], "title": rng.choice(TITLES), "one": rng.choice(HEADINGS)}


def setup(w: World, p: dict[str, Any]) -> tuple[Any, ...]:
    above = w["pages"].get(p["under"])
    assert above is not None
    return above, w["spaces"].get(above["spaceId"])


def prompt_0(w: World, p: dict[str, Any], s: tuple[Any, ...]) -> str:
    under = f'"{s[0]["title"]}" in the {s[1]["key"]} space'
    return f'Create a page "{p["title"]}" below {under}, with the heading {p["one"]}.'


def prompt_1(w: World, p: dict[str, Any], s: tuple[Any, ...]) -> str:
    place = f'"{s[0]["title"]}" (space {s[1]["key"]})'
    return f'Please add "{p["title"]}" under {place}. Its heading is {p["one"]}.'


def detail(e: Any) -> Detail:
    above, space = e.setup
    made = [c.args for c in e.calls if c.op == "createPage"]
    last = made[-1] if made else {}
    body = last.get("body")
    value = body.get("value") if isinstance(body, dict) else None
    parts = (
        float(any(c.op == "getPages" and c.kind == "ok" for c in e.calls)),
        float(last.get("spaceId") == space["id"]),
        float(last.get("parentId") == above["id"]),
        float(last.get("title") == e.params["title"]),
        float(value == f"<h2>{e.params['one']}</h2>"),
        float(any(c.op == "createPage" and c.kind == "ok" for c in e.calls)),
    )
    factor = b.ramp(sum(c.kind != "ok" for c in e.calls), 0, 4, 0.5)
    total = sum(w * p for (_, w), p in zip(PARTS, parts, strict=True)) / 10 * factor
    return Detail(int(total * 1e6 + 0.5) / 1e6, (), parts, (factor,))


def reward(e: Any) -> float:
    return detail(e).reward


def oracle(w: World, p: dict[str, Any], s: tuple[Any, ...]) -> Any:
    spaces = yield "getSpaces", {"keys": [s[1]["key"]]}
    space = spaces["results"][0]["id"]
    pages = yield "getPages", {"title": s[0]["title"], "spaceId": space}
    body = {"representation": "storage", "value": f"<h2>{p['one']}</h2>"}
    page = {"spaceId": space, "parentId": pages["results"][0]["id"], "title": p["title"]}
    yield "createPage", {**page, "body": body}
    yield "", f"Created {p['title']}."


PARTS = (
    ("looked", 1.0), ("space", 1.0), ("parent", 2.0), ("title", 1.5), ("heading", 2.5),
    ("created", 2.0),
)  # fmt: skip

SCENARIO = Scenario(
    name="wiki.create_page",
    source="wiki.yaml",
    digest="wiki",
    apis={"wiki": Api("wiki", "", lambda errors: (400, {"errors": errors}), {}, "%Y-%m-%d")},
    operations=OPERATIONS,
    tools=tuple(OPERATIONS),
    tables=(TableSpec("spaces", "id", (), False), TableSpec("pages", "id", (), False)),
    world=json.dumps(rows()),
    clock=("2026-03-02T09:00:00Z", 60),
    actor="u-1",
    calls_limit=8,
    observation_limit=4000,
    answer_limit=500,
    snapshots=False,
    draw=draw,
    held_out=None,
    setup=setup,
    prompts=(prompt_0, prompt_1),
    system=None,
    gates=(),
    parts=PARTS,
    penalties=("refused",),
    reward=reward,
    detail=detail,
    start=None,
    step=None,
    finish=None,
    oracle=oracle,
    reads_args=frozenset(["*"]),
    reads_response=frozenset(),
    reads_world=False,
)
