"""What the readers of the three kinds of file make of a file that is right."""

from __future__ import annotations

from pathlib import Path

import pytest
from syntax.files_on_disk import API, SCENARIO, WORLD, write
from syntax.texts import print_template

from rewardlang import data
from rewardlang.syntax import files as f
from rewardlang.syntax import nodes as n
from rewardlang.syntax.load import gather, kind_of, read_api, read_scenario, read_world
from rewardlang.syntax.printer import print_effect, print_expression


@pytest.fixture
def read(tmp_path):
    path = write(tmp_path)
    scenario, diagnostics = read_scenario(path)
    assert not diagnostics
    gathered = gather(scenario)
    assert not gathered.diagnostics
    return scenario, gathered.apis[0], gathered.world


def test_a_scenario(read):
    scenario: f.ScenarioFile = read[0]
    assert (scenario.name.name, scenario.title) == ("desk.close", "Close a ticket")
    assert scenario.name.span.text == "desk.close"
    assert [s.value for s in scenario.use] == ["desk"]
    assert scenario.world.value == "office"
    assert scenario.actor is None
    assert [s.value for s in scenario.tools] == ["*"]
    ((name, choices),) = scenario.params
    assert (name.name, print_expression(choices)) == ("id", "one_of(initial.tickets.keys())")
    assert [print_expression(e) for e in scenario.assume] == ['params.id != "T-9"']
    assert print_expression(scenario.holdout) == 'params.id == "T-1"'
    assert scenario.system.parts == ("You are at a desk.",)
    assert [print_template(p) for p in scenario.prompts] == [
        "Close {id}.", "Please close {{the ticket}} {params.id}.",
    ]  # fmt: skip
    assert scenario.prompts[0].parts[1].span.text == "id"
    limits = scenario.limits
    assert (limits.calls, limits.observation, limits.answer) == (5, 4000, 2000)
    assert scenario.expect.get("words").items[0].value == "done"
    (gate,) = scenario.gates
    assert (gate.id.name, gate.otherwise) == ("small", 0.25)
    first, second = scenario.parts
    assert (first.weight, first.weight_span.text) == (2.0, "2")
    assert first.check.span.text == 'final.tickets[params.id]?.state == "closed"'
    assert (first.score, second.check) == (None, None)
    (penalty,) = scenario.penalties
    assert penalty.factor.value == 0.5
    assert print_expression(penalty.when) == "count(any) > 3"


def test_an_oracle_and_tests(read):
    scenario: f.ScenarioFile = read[0]
    create, get = scenario.oracle
    assert (create.operation.name, create.bind.name, get.bind) == ("createTicket", "made", None)
    assert [(k.name, print_template(v)) for k, v in get.args.pairs] == [
        ("id", "{id}"), ("bodyFormat", "x"),
    ]  # fmt: skip
    assert print_template(scenario.oracle_answer) == "Closed {id}."
    nothing, oracle = scenario.tests
    assert (nothing.calls, nothing.seed, nothing.params) == ((), 0, None)
    assert (nothing.reward.low, nothing.reward.high) == (0.0, 0.0)
    assert oracle.calls is None
    assert (oracle.seed, oracle.params.get("id").value) == (4, "T-1")
    assert (oracle.reward.low, oracle.reward.high) == (0.5, 1.0)
    assert [(k.name, b.low, b.high) for k, b in oracle.parts] == [
        ("closed", 1.0, 1.0), ("told", 0.0, 0.5),
    ]  # fmt: skip


def test_an_api(read):
    api: f.ApiFile = read[1]
    assert (api.name.name, api.base_path, api.time_format) == (
        "desk",
        "/desk",
        "%Y-%m-%dT%H:%M:%SZ",
    )
    assert list(api.schemas) == ["Ticket", "NewTicket"]
    (table,) = api.tables
    assert (table.name.name, table.row.name, table.key.name) == ("tickets", "Ticket", "id")
    assert ([k.name for k in table.also_by], table.internal) == (["title"], False)
    (workflow,) = api.workflows
    assert [name.name for name in workflow.of] == ["tickets", "state"]
    assert workflow.of[1].span.text == "state"
    (move,) = workflow.moves
    assert (move.id.value, [s.value for s in move.sources]) == ("1", ["open"])
    assert [(k.name, v) for k, v in api.counters] == [("ticket", 100)]
    assert api.invalid.wording == {"default": "{name} is wrong."}

    get, create = api.operations
    assert (get.method, get.path, get.status) == ("GET", "/tickets/{id}", 200)
    by_id, form = get.parameters
    assert (by_id.where, by_id.required, by_id.wire) == ("path", True, "id")
    assert (form.where, form.required, form.wire) == ("query", True, "body-format")
    assert form.schema == {"type": "string"}
    (error,) = get.errors
    assert (error.status, print_expression(error.when)) == (404, "ticket is null")
    assert isinstance(get.body, n.Template)

    title, note = create.parameters
    assert (title.where, title.required, note.required) == ("body", True, False)
    always, sometimes = create.effects
    assert print_effect(always.effect) == "set counters.ticket = counters.ticket + 1"
    assert always.when is None
    assert print_expression(sometimes.when) == "args?.note is not null"
    assert sometimes.effect.kind == "insert"
    assert create.body is None


def test_a_world(read):
    world: f.WorldFile = read[2]
    assert (world.name.name, world.seed) == ("office", 3)
    assert (world.clock_start, world.clock_step_s) == ("2026-03-02T09:00:00Z", 30)
    (tickets,) = world.tables
    assert tickets.rows[0].get("title").value == "{not a hole}"
    (generator,) = tickets.generate
    assert generator.count == 2
    assert [name.name for name, _ in generator.lets] == ["n"]
    assert [k.name for k, _ in generator.row.pairs] == ["id", "title", "state"]


def test_a_world_in_place(tmp_path):
    inline = "world:\n  tables:\n    tickets: {rows: [{id: T-1}]}\n"
    scenario, diagnostics = read_scenario(
        write(tmp_path, SCENARIO.replace("world: office\n", inline))
    )
    assert not diagnostics
    assert isinstance(scenario.world, f.WorldFile)
    assert (scenario.world.name.name, scenario.world.seed) == ("desk.close", 0)
    assert gather(scenario).world is scenario.world


def test_an_effect_for_each_item(tmp_path):
    effect = (
        "      - {each: {t: tickets.values()}, when: t.state == args.title, "
        "do: 'delete tickets[t.id]'}\n"
    )
    write(tmp_path, api=API.replace("    effects:\n", "    effects:\n" + effect))
    api, diagnostics = read_api(tmp_path / "apis/desk.yaml")
    assert not diagnostics
    name, items = api.operations[1].effects[0].each
    assert (name.name, print_expression(items)) == ("t", "tickets.values()")


def test_numbers_and_bools_are_expressions(tmp_path):
    text = SCENARIO.replace("count(any) > 3", "true").replace("factor: 0.5", "factor: -1")
    scenario, diagnostics = read_scenario(write(tmp_path, text))
    assert not diagnostics
    assert scenario.penalties[0].when.value is True
    assert scenario.penalties[0].factor.value == -1


def test_which_kind_a_file_is(tmp_path):
    path = write(tmp_path)
    assert kind_of(path) == "scenario"
    assert kind_of(tmp_path / "apis/desk.yaml") == "api"
    assert kind_of(tmp_path / "worlds/office.yaml") == "world"
    assert kind_of(tmp_path / "nothing.yaml") == "scenario"


SHIPPED = sorted(p for p in data.scenarios().rglob("*.yaml") if ".conform" not in p.suffixes)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_is_shipped_reads_without_a_word(path: Path):
    read = {"scenario": read_scenario, "api": read_api, "world": read_world}[kind_of(path)]
    made, diagnostics = read(path)
    assert made is not None
    assert diagnostics == []


def test_places_are_of_the_right_file(read):
    scenario, api, world = read
    assert scenario.parts[0].check.span.source.text == SCENARIO
    assert api.operations[0].lets[0][1].span.source.text == API
    assert world.tables[0].generate[0].lets[0][1].span.source.text == WORLD
