"""APIs: what operations see and know, what effects may write, what a declaration can get wrong."""

from __future__ import annotations

import textwrap

import pytest
from diagnostics.page_examples import BASE, spliced

from rewardlang import tree
from rewardlang.resolve.apis import resolve_api
from rewardlang.source import Source
from rewardlang.syntax import api_file
from rewardlang.syntax.reader import Reader
from rewardlang.syntax.yaml_events import read_yaml
from rewardlang.types.types import String
from rewardlang.types.words import describe

DESK = (BASE / "apis" / "desk.yaml").read_text(encoding="utf-8")


def api(fragment: str):
    found = []
    source = Source("desk.yaml", spliced(DESK, textwrap.dedent(fragment)))
    file = api_file.read(read_yaml(source, found), Reader(source, found))
    assert found == []
    return resolve_api(file)


def operation(body: str, request: str = "path: {id: {type: string}}"):
    """The operation `closeTicket` with `body` for its lets, errors, effects and response."""
    head = f"""
operations:
  closeTicket:
    http: POST /tickets/{{id}}/close
    doc: Closes a ticket.
    request:
      {request}
"""
    return api(head + textwrap.indent(textwrap.dedent(body), "    "))


def summary(resolved):
    return [(d.code.id, d.label.span.text) for d in resolved.diagnostics]


def test_the_base_is_right():
    resolved = api("")
    assert resolved.diagnostics == ()
    assert resolved.api is not None


def test_a_reference_may_be_an_integer():
    resolved = api("references: [tickets.priority in users]")
    assert resolved.diagnostics == ()
    assert [reference.path for reference in resolved.api.references] == [("tickets", "priority")]


def test_an_error_rule_makes_the_rest_know():
    resolved = operation("""
        let:
          ticket: tickets[args.id]
          who: ticket?.assignee?.name
        errors:
          - {when: ticket is null, status: 404, body: {message: No.}}
          - {when: ticket.state == "closed", status: 409, body: {message: Closed.}}
          - {when: who is null, status: 409, body: {message: "Nobody has {ticket.title}."}}
        effects:
          - set tickets[ticket.id].state = "closed"
          - set tickets[ticket.id].note = who
        response: {status: 200, body: {id: "{ticket.id}", who: "{who}"}}
    """)
    assert summary(resolved) == []
    found = resolved.api.operations["closeTicket"]
    assert describe(found.response_type) == "{id, who}"
    assert describe(found.response_type.properties["who"].type) == "str"


def test_a_condition_knows_more_of_what_a_let_looked_through():
    resolved = operation("""
        let:
          found: tickets[args.id]
          ticket: found if found is not null and found.state != "closed" else null
        errors:
          - {when: ticket is null, status: 404, body: {message: No.}}
        response: {status: 200, body: {id: "{found.id}", title: "{ticket.title}"}}
    """)
    assert summary(resolved) == []


def test_what_was_known_of_rows_is_forgotten_after_effects():
    resolved = operation("""
        errors:
          - {when: "tickets[args.id] is null", status: 404, body: {message: No.}}
        effects:
          - delete tickets[args.id]
        response: {status: 200, body: {title: "{tickets[args.id].title}"}}
    """)
    assert summary(resolved) == [("T103", "tickets[args.id]")]


def test_defaults_are_filled_in_for_operations_but_not_in_traces():
    resolved = operation(
        'response: {status: 200, body: {state: "{args.state}"}}',
        "{path: {id: {type: string}}, query: {state: {type: string, default: open}}}",
    )
    assert summary(resolved) == []
    arguments = resolved.api.operations["closeTicket"].args_type.properties
    assert arguments["id"].required
    assert not arguments["state"].required


def test_statuses_of_a_workflow_are_the_values_of_its_field():
    row = api("").api.tables["tickets"].row.row
    state = row.properties["state"].type
    assert isinstance(state, String)
    assert state.enum == ("open", "waiting", "closed")
    assert state.origin.text == "life"


def test_the_schema_of_arguments_is_closed_and_complete():
    resolved = operation(
        "response: {status: 204}",
        "{path: {id: {type: string}}, body: {type: object, properties: {who: "
        '{$ref: "#/schemas/User"}, n: {type: integer}}}}',
    )
    schema = resolved.api.operations["closeTicket"].schema
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["id"]
    assert schema["properties"]["who"] == {"$ref": "#/$defs/User"}
    assert schema["$defs"]["User"]["required"] == ["id", "name"]
    assert schema["properties"]["n"]["maximum"] == 2**63 - 1


def test_an_effect_may_go_through_a_list():
    resolved = operation("""
        effects:
          - each: {ticket: "tickets.filter(t => t.state == 'open')"}
            when: ticket.priority > 2
            do: set tickets[ticket.id].state = "closed"
        response: {status: 204}
    """)
    assert summary(resolved) == []
    (effect,) = resolved.api.operations["closeTicket"].effects
    assert effect.each is not None
    assert isinstance(effect.place.key, tree.Get)


@pytest.mark.parametrize(
    ("effect", "code", "underlined"),
    [
        ('set tickets[args.id].state = "clsoed"', "T104", '"clsoed"'),
        ("set tickets[args.id].state = 3", "T105", "3"),
        ("set tickets[args.id].title = null", "T103", "null"),
        ("set tickets[args.id].titel = now", "T102", "titel"),
        ("set tikets[args.id].title = now", "T101", "tikets"),
        ("set tickets.title = now", "T119", "tickets.title"),
        ("set tickets = now", "T119", "tickets"),
        ("set args.id = now", "T119", "args.id"),
        ("set tickets[tickets[args.id]?.note].title = now", "T103", "tickets[args.id]?.note"),
        ("set tickets[3].title = now", "T105", "3"),
        ("set counters.tickt = 3", "T101", "tickt"),
        ("set counters.ticket = now", "T105", "now"),
        ("insert {id: now} into tickets", "T105", "{id: now}"),
        ("insert {id: now, name: 3} into users", "T105", "{id: now, name: 3}"),
        ("insert {id: now, name: now} into users[args.id]", "T119", "users[args.id]"),
        ("append 3 to tickets[args.id].labels", "T105", "3"),
        ("append now to tickets[args.id].title", "T119", "tickets[args.id].title"),
        ("delete tickets[args.id].title", "T119", "tickets[args.id].title"),
        ("delete tickets", "T119", "tickets"),
    ],
)
def test_what_effects_may_not_write(effect, code, underlined):
    quoted = effect.replace("'", "''")
    resolved = operation(f"effects: ['{quoted}']\nresponse: {{status: 204}}")
    assert summary(resolved) == [(code, underlined)]


@pytest.mark.parametrize(
    "effect",
    [
        "set tickets[args.id].note = now",
        "set tickets[args.id].assignee = null",
        "set tickets[args.id].assignee = users[now]",
        "delete tickets[args.id].note",
        "delete tickets[args.id]",
        "append now to tickets[args.id].labels",
        "remove now from tickets[args.id].labels",
        "insert {id: now, name: now} into users",
        "set counters.ticket = counters.ticket + 1",
        "set tickets[args.id].labels = []",
        "set users[now] = {id: now, name: now}",
    ],
)
def test_what_effects_may_write(effect):
    assert summary(operation(f"effects: ['{effect}']\nresponse: {{status: 204}}")) == []


def test_a_row_is_not_complete_is_said_in_words():
    resolved = operation(
        "effects: ['insert {id: now, title: now} into tickets']\nresponse: {status: 204}"
    )
    (found,) = resolved.diagnostics
    assert found.label.text == "`state` is missing"


@pytest.mark.parametrize(
    ("expression", "code", "underlined"),
    [
        ("tickets[args.id]!.title", "T103", "tickets[args.id]!"),
        ("users[tickets.values().only()?.id ?? args.id]!.name", "T103",
         "users[tickets.values().only()?.id ?? args.id]!"),
        ("workflow.life.find(args.id)!.to", "T103", "workflow.life.find(args.id)!"),
        ("called closeTicket", "T120", "called closeTicket"),
        ("search.jql(now).error", "T101", "search"),
    ],
)  # fmt: skip
def test_what_operations_may_not_say(expression, code, underlined):
    resolved = operation(f"response: {{status: 200, body: {{x: '{{{expression}}}'}}}}")
    found = summary(resolved)
    if code == "T101":
        assert [c for c, _ in found] == ["T101"]
    else:
        assert found == [(code, underlined)]


def test_presence_of_what_a_row_refers_to_may_be_stated():
    resolved = operation("""
        let: {ticket: "tickets[args.id]"}
        errors: [{when: ticket is null, status: 404, body: {message: No.}}]
        response: {status: 200, body: {who: "{users[ticket.title]!.name}"}}
    """)
    assert summary(resolved) == []


@pytest.mark.parametrize(
    ("fragment", "code", "underlined"),
    [
        ("tables: {users: {row: Usr, key: id}, tickets: {row: Ticket, key: id}}", "T101", "Usr"),
        ("tables: {users: {row: User, key: nam}, tickets: {row: Ticket, key: id}}", "T102", "nam"),
        (
            "tables: {users: {row: User, key: id}, tickets: {row: Ticket, key: note}}",
            "T119",
            "note",
        ),
        ("references: [tickets.assigne.id in users]", "T102", "assigne"),
        ("references: [tickets.assignee.id in user]", "T101", "user"),
        ("references: [tickets.assignee in users]", "T119", "assignee"),
        (
            "workflows: {life: {of: tickets.sate, start: open, transitions: []}}",
            "T102",
            "sate",
        ),
        (
            "searches: {tql: {dialect: jql, of: tickets, fields: "
            "{prio: {paths: [priority], kind: choice}}}}",
            "T119",
            "priority",
        ),
        (
            "searches: {tql: {dialect: jql, of: tickts, fields: {}}}",
            "T101",
            "tickts",
        ),
        (
            'invalid: {status: 400, wording: {default: "{name}"}, body: "{mesages}"}',
            "T101",
            "mesages",
        ),
        ('problem: {code: "{status}", text: "{mesage}"}', "T101", "mesage"),
    ],
)  # fmt: skip
def test_what_an_api_can_declare_wrongly(fragment, code, underlined):
    assert summary(api(fragment))[0] == (code, underlined)
    assert api(fragment).api is None


@pytest.mark.parametrize(
    ("request_", "label"),
    [
        (
            "{path: {id: {type: string}}, query: {n: {type: integer, default: many}}}",
            '"many" is not',
        ),
        ("{path: {id: {type: integer, minimum: 3, maximum: 2}}}", "no call can be valid"),
        ("{path: {id: {not: {}}}}", "no call can be valid"),
    ],
)
def test_a_request_that_nothing_satisfies(request_, label):
    resolved = operation("response: {status: 204}", request_)
    (found,) = resolved.diagnostics
    assert found.code.id == "T113"
    assert label in found.label.text


@pytest.mark.parametrize("name", ["tickets", "args", "now", "fold", "filter"])
def test_lets_hide_nothing(name):
    resolved = operation(f"let: {{{name}: '1'}}\nresponse: {{status: 204}}")
    assert summary(resolved) == [("T116", name)]


def test_an_api_is_typed_once():
    assert api("") is api("")


def test_an_opaque_operation_is_known_as_such():
    resolved = operation("opaque: true\nresponse: {status: 200, body: {message: Done.}}")
    assert resolved.diagnostics == ()
    assert resolved.api is not None
    assert resolved.api.operations["closeTicket"].opaque


def test_an_opaque_operation_changes_nothing():
    resolved = operation("""
        opaque: true
        effects:
          - delete tickets[args.id]
        response: {status: 204}
    """)
    assert summary(resolved) == [("T119", "delete tickets[args.id]")]


def test_a_whole_body_is_one_argument():
    resolved = operation(
        "response: {status: 204}", "{path: {id: {type: string}}, body: {type: array}, body_as: all}"
    )
    assert resolved.diagnostics == ()
    assert resolved.api is not None
    found = resolved.api.operations["closeTicket"]
    assert [(p.name, p.wire, p.where, p.required) for p in found.parameters] == [
        ("id", "id", "path", True),
        ("all", "", "body", True),
    ]
    assert found.schema["properties"]["all"] == {"type": "array"}
