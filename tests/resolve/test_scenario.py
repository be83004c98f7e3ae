"""What a scenario may say where: parameters, lets, oracle, tests, tools, names."""

from __future__ import annotations

import pytest
from resolve.desk import linted, resolved, summary

from rewardlang import driver, tree
from rewardlang.resolve.requests import skeleton


def errors(fragment):
    return summary(resolved(fragment)[1])


def test_the_base():
    scenario, found = resolved("")
    assert found == []
    assert scenario.name == "desk.close"
    assert scenario.actor == "ana"
    assert scenario.tools == ("getTicket", "listTickets", "closeTicket")
    assert [p.name for p in scenario.params] == ["id"]
    assert [s.operation for s in scenario.oracle] == ["closeTicket"]
    assert list(scenario.operations) == ["getTicket", "listTickets", "closeTicket"]


# ---- parameters ----


@pytest.mark.parametrize(
    ("fragment", "code", "underlined"),
    [
        ("params: {id: initial.tickets.keys()}", "T115", "initial.tickets.keys()"),
        ("params: {id: 'one_of(\"a\", \"b\")'}", "T115", 'one_of("a", "b")'),
        ("params: {id: one_of(initial.tickets)}", "T115", "initial.tickets"),
        (
            "params: {id: 'one_of(initial.tickets.values().map(t => t.assignee?.id))'}",
            "T103",
            "initial.tickets.values().map(t => t.assignee?.id)",
        ),
        ("params: {id: one_of(final.tickets.keys())}", "T120", "final"),
        ("params: {id: one_of(delta.tickets.created.map(t => t.id))}", "T120", None),
        ("params: {id: 'one_of([count(any)])'}", "T120", "count(any)"),
        ("params: {id: one_of(ids)}\nlet: {ids: 'initial.tickets.keys()'}", "T101", "ids"),
        ("params: {id: 'one_of([params.other])'}", "T102", "other"),
    ],
)  # fmt: skip
def test_what_parameters_may_not_be(fragment, code, underlined):
    found = errors(fragment)
    assert [c for c, _ in found] == [code]
    assert underlined is None or found[0][1] == underlined


def test_later_parameters_use_earlier_ones():
    scenario, found = resolved(
        "params:\n"
        "  id: one_of(initial.tickets.keys())\n"
        "  label: 'one_of(initial.tickets[params.id]!.labels.union([\"new\"]))'\n"
        "prompt: Add {label} to {id}."
    )
    assert found == []
    assert [str(p.type) for p in scenario.params] == ["str", "str"]


def test_where_lets_may_be_used():
    assert (
        errors("let: {ticket: 'initial.tickets[params.id]!'}\nassume: [ticket.priority > 1]") == []
    )
    assert (
        errors("let: {ticket: 'initial.tickets[params.id]!'}\nprompt: Close {ticket.title}.") == []
    )
    assert errors("let: {ticket: 'final.tickets[params.id]'}\nassume: [ticket is null]") == [
        ("T120", "ticket")
    ]
    assert errors(
        "let: {ticket: 'final.tickets[params.id]'}\nprompt: 'Close {ticket?.title}.'"
    ) == [("T103", "ticket?.title")]
    assert errors("holdout: answer == params.id") == [("T120", "answer")]
    assert errors("holdout: params.id") == [("T106", "params.id")]


# ---- lets ----


def test_lets_come_in_dependency_order_and_know_their_stage():
    scenario, found = resolved(
        "let: {c: b + 1, b: a + count(any), a: 'params.id.length()'}\n"
        "reward: {parts: [{id: x, weight: 1, check: c > 3}]}"
    )
    assert found == []
    assert [(let.name, let.used_by_setup) for let in scenario.lets] == [
        ("a", True), ("b", False), ("c", False),
    ]  # fmt: skip


def test_a_circle_is_reported_once():
    found = errors("let: {a: b, b: c, c: a, d: a}")
    assert found == [("T117", "a")]
    assert errors("let: {a: a + 1}") == [("T117", "a")]


def test_a_long_chain_of_lets_is_no_trouble():
    chain = ", ".join(f"a{i}: a{i + 1}" for i in range(300))
    codes = {code for code, _ in errors(f"let: {{{chain}, a300: '1'}}")}
    assert codes <= {"Y013"}


def test_a_value_that_doubles_with_every_let_is_refused():
    chain = ", ".join(f"a{i}: '[a{i - 1}, a{i - 1}]'" for i in range(1, 40))
    found = resolved(f"let: {{a0: '[answer]', {chain}}}")[1]
    assert found
    assert {d.code.id for d in found} <= {"P701", "Y013"}
    text = ", ".join(f"a{i}: a{i - 1} + a{i - 1}" for i in range(1, 40))
    found = resolved(f"let: {{a0: answer, {text}}}")[1]
    assert found
    assert {d.code.id for d in found} <= {"P701", "Y013"}


def test_a_world_is_no_value():
    assert errors("let: {all: initial}") == [("T116", "all"), ("T105", "initial")]
    assert errors("let: {rows: initial.tickets}") == [("T105", "initial.tickets")]


# ---- names ----


@pytest.mark.parametrize(
    ("fragment", "underlined"),
    [
        ("let: {final: '1'}", "final"),
        ("let: {desk: '1'}", "desk"),
        ("let: {edit_sim: '1'}", "edit_sim"),
        ("let: {filter: '1'}", "filter"),
        ("let: {id: '1'}", "id"),
        ("params: {answer: 'one_of([1])', id: 'one_of([2])'}", "answer"),
        ("oracle: [{closeTicket: {id: T-1}, bind: params}, {answer: x}]", "params"),
        (
            "reward: {parts: [{id: x, weight: 1, check: called getTicket}], "
            "gates: [{id: x, require: called any}]}",
            "x",
        ),
        (
            "tests: [{name: a, calls: [], reward: 0}, {name: a, calls: [], reward: 0}]",
            "a",
        ),
    ],
)
def test_a_name_means_one_thing(fragment, underlined):
    assert errors(fragment)[0] == ("T116", underlined)


# ---- oracle, tests, tools, actor ----


@pytest.mark.parametrize(
    ("call", "underlined"),
    [
        ("closeTicket: {}", "{}"),
        ("closeTicket: {note: x}", "note"),
        ('closeTicket: {id: "{id}", nota: x}', "nota"),
        ("closeTicket: {id: 3}", "3"),
        ('closeTicket: {id: "{words}"}', "words"),
        ("listTickets: {state: opn}", "opn"),
        ('listTickets: {state: "{initial.tickets[id]!.priority}"}', None),
        ('closeTicket: {id: "{initial.tickets[id]?.title}"}', None),
    ],
)
def test_what_the_oracle_may_not_send(call, underlined):
    found = errors(f"oracle: [{{{call}}}, {{answer: x}}]")
    assert len(found) == 1
    code, text = found[0]
    assert code in ("T113", "T101", "T103")
    assert underlined is None or text == underlined


def test_a_response_may_be_bound():
    assert errors(
        "oracle: [{getTicket: {id: '{id}'}, bind: found}, {closeTicket: {id: '{found.id}'}}, "
        "{answer: 'Closed {found.title}.'}]"
    ) == []  # fmt: skip
    assert errors(
        "oracle: [{getTicket: {id: '{id}'}, bind: found}, {answer: '{found.titel}'}]"
    ) == [("T102", "titel")]


def test_the_oracle_needs_its_tools():
    assert errors("tools: [getTicket]") == [("T113", "closeTicket")]
    assert errors("tools: ['*Ticket']") == []
    assert errors("tools: ['get*', closTicket]")[0] == ("T101", "closTicket")


def test_tests_may_call_what_does_not_exist():
    scenario, found = resolved(
        "tests:\n"
        "  - name: odd\n"
        "    calls:\n"
        "      - reopenTicket: {key: 3}\n"
        "      - closeTicket: {note: 3}\n"
        "      - getTicket: {id: '{id}'}\n"
        "        bind: found\n"
        "      - closeTicket: {id: '{found.title}'}\n"
        "    reward: {max: 0.5}\n"
        "    parts: {closed: 0}\n"
        "    params: {id: T-1}\n"
    )
    assert found == []
    (test,) = scenario.tests
    assert [c.operation for c in test.calls] == [
        "reopenTicket", "closeTicket", "getTicket", "closeTicket",
    ]  # fmt: skip
    assert test.params == {"id": "T-1"}
    assert test.reward.high == 0.5


@pytest.mark.parametrize(
    ("test", "found"),
    [
        ("parts: {closd: 0}", ("T101", "closd")),
        ("parts: {kept: 1}", ("T101", "kept")),
        ("parts: {slow: 1}", ("T101", "slow")),
        ("params: {di: T-1}", ("T101", "di")),
        ("params: {id: 3}", ("T105", "3")),
        ("answer: '{nobody}'", ("T101", "nobody")),
    ],
)
def test_what_tests_may_not_say(test, found):
    reward = (
        "reward:\n"
        "  gates: [{id: kept, require: delta.users.deleted.is_empty()}]\n"
        "  parts: [{id: closed, weight: 1, check: called closeTicket}]\n"
        "  penalties: [{id: slow, when: count(any) > 3, factor: 0.5}]\n"
    )
    assert errors(f"{reward}tests: [{{name: x, calls: [], reward: 0, {test}}}]") == [found]


def test_only_parts_are_listed_as_parts():
    gates = (
        "reward: {gates: [{id: kept, require: delta.is_empty()}], "
        "parts: [{id: a, weight: 1, check: called getTicket}]}\n"
    )
    (found,) = resolved(f"{gates}tests: [{{name: x, calls: [], reward: 0, parts: {{kept: 1}}}}]")[1]
    assert found.label.text == "parts: a"
    assert found.help == "it is a gate: bound `reward`, which it changes"


@pytest.mark.parametrize(
    ("tool", "meant"),
    [
        ("closeTickt", "closeTicket"),
        ("closeticket", "closeTicket"),
        ("getTickets", "getTicket"),
        ("reopenTicket", None),
        ("findTicket", None),
        ("close", None),
    ],
)
def test_invented_tools_are_mentioned_when_they_are_nearly_an_operation(tool, meant):
    found = resolved(f"tests: [{{name: x, calls: [{{{tool}: {{}}}}], reward: 0}}]")[1]
    assert [d.code.id for d in found] == ([] if meant is None else ["T121"])
    if meant is not None:
        assert found[0].fix.replacement == meant
        assert found[0].code.level == "note"


def test_the_actor_is_a_user():
    assert errors("actor: eve") == [("T101", "eve")]
    assert resolved("actor: ben")[0].actor == "ben"


# ---- prompts ----


def test_prompts_are_texts():
    scenario, found = resolved(
        "prompt: ['{initial.tickets[id]!.priority}', 'Close {id}.', '{params.id}']"
    )
    assert found == []
    assert isinstance(scenario.prompts[0], tree.Text)
    assert errors("prompt: 'Close {delta}.'") == [("T101", "delta")]
    assert errors("prompt: 'Close {initial.tickets}.'") == [("T105", "initial.tickets")]
    assert errors("prompt: 'Close {initial.tickets[id]?.title} now.'") == [
        ("T103", "initial.tickets[id]?.title")
    ]


# ---- expect ----


def test_expect_is_typed_by_its_shape():
    fragment = "expect: {note: Done., list: [{a: 1}, {b: x}]}\n"
    assert errors(fragment + "let: {x: expect.nte}") == [("T102", "nte")]
    assert errors(fragment + "let: {x: expect.note + 1}") == [("T105", "1")]
    assert errors(fragment + "let: {x: 'expect.list.map(i => i?.a)'}") == []
    assert errors(fragment + "let: {x: 'expect.list.map(i => i.a)'}") == [("T103", "a")]


def test_unused_definitions():
    found = [
        (d.code.id, d.label.span.text)
        for d in linted(
            "params: {id: 'one_of([\"T-1\"])', other: 'one_of([1])'}\n"
            "expect: {a: 1, b: 2}\n"
            "let: {x: expect.a, y: x}"
        )
    ]
    assert found == [("D208", "other"), ("D208", "b"), ("D208", "y")]


# ---- what a schema wants ----

DOC = {
    "type": ["object", "null"],
    "required": ["type", "version", "content"],
    "properties": {
        "type": {"const": "doc"},
        "version": {"const": 1},
        "content": {"type": "array", "items": {"type": "object"}},
        "extra": {"type": "string"},
    },
}


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (DOC, "{type: doc, version: 1, content: [...]}"),
        ({"$ref": "#/$defs/Doc", "$defs": {"Doc": DOC}}, "{type: doc, version: 1, content: [...]}"),
        ({"type": "object", "required": ["a"], "properties": {"a": DOC}}, "{a: {type: doc, vers"),
        ({"type": "object", "required": ["a"], "properties": {"a": {"enum": ["x"]}}}, "{a: x}"),
        ({"type": "object"}, "{}"),
        ({"type": "string"}, "..."),
        ({}, "..."),
    ],
)
def test_the_least_value_of_a_schema(schema, text):
    assert skeleton(schema, schema).startswith(text)


def test_a_document_as_text_is_told_how_to_be_written(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(
        "rewardlang: 1\nscenario: jira.x\ntitle: X\nuse: [jira]\nworld: acme\n"
        'params: {key: \'one_of(["PAY-12", "PAY-13"])\'}\nprompt: Comment on {key}.\n'
        "reward: {parts: [{id: said, weight: 1, check: 'called addComment{ok}'}]}\n"
        "oracle:\n  - addComment: {issueIdOrKey: '{key}', body: Done.}\n"
        "  - addComment: {issueIdOrKey: '{key}', body: '{key} is done.'}\n"
        "  - addComment: {issueIdOrKey: '{key}', body: {type: doc, version: 1, content: none}}\n"
    )
    found = [d for d in driver.check(path).diagnostics if d.code.id == "T113"]
    wanted = "write `{type: doc, version: 1, content: [...]}`"
    assert [d.help for d in found] == [wanted, wanted, None]
