"""Lints of APIs: workflows (E605), rules never heard (E606), requests (E609), goals (E610)."""

from __future__ import annotations

import pytest
from diagnostics.page_examples import check
from resolve.desk import quoted


def found(tmp_path, code, *blocks):
    return [d for d in check(list(blocks), tmp_path) if d.code.id == code]


def workflow(*moves, start="open"):
    lines = ["workflows:", "  life:", "    of: tickets.state", f"    start: {start}"]
    lines.append("    transitions:")
    for number, (name, sources, target) in enumerate(moves):
        lines.append(f'      - {{id: "{number}", name: {name}, from: [{sources}], to: {target}}}')
    return "api", "\n".join(lines) + "\n"


def ticket(*states):
    """The schemas, with other states of a ticket."""
    return f"""
schemas:
  User:
    type: object
    required: [id, name]
    properties: {{id: {{type: string}}, name: {{type: string}}}}
  Ticket:
    type: object
    required: [id, title, state, priority, labels, assignee]
    properties:
      id: {{type: string}}
      title: {{type: string}}
      state: {{type: string, enum: [{", ".join(states)}]}}
      priority: {{type: integer}}
      labels: {{type: array, items: {{type: string}}, maxItems: 20}}
      assignee: {{anyOf: [{{$ref: "#/schemas/User"}}, {{type: "null"}}]}}
      note: {{type: string}}
"""


WAIT = ("Wait", "open", "waiting")
CLOSE = ("Close", "open, waiting", "closed")
NOT_CLOSED = ("scenario", """
reward:
  parts:
    - {id: waits, weight: 1, check: "final.tickets[params.id]?.priority == 2"}
""")  # fmt: skip


@pytest.mark.parametrize(
    ("moves", "messages"),
    [
        ([WAIT, CLOSE], []),
        # Rows are closed at reset, and closeTicket writes "closed": no move need lead there.
        ([WAIT], []),
        ([CLOSE], ["no move leads to the status `waiting`"]),
        ([("Resume", "waiting", "open"), CLOSE], ["no move leads to the status `waiting`"]),
    ],
)
def test_statuses_without_a_way_in(tmp_path, moves, messages):
    reported = found(tmp_path, "E605", workflow(*moves))
    assert [d.message for d in reported] == messages
    assert all(d.label.span.text == "state" for d in reported)


def test_a_status_that_operations_take_from_arguments_is_left_alone(tmp_path):
    operation = """
operations:
  setState:
    http: PUT /tickets/{id}
    doc: Sets the state.
    request: {path: {id: {type: string}}, query: {state: {type: string, required: true}}}
    let: {ticket: "tickets[args.id]"}
    errors: [{when: ticket is null, status: 404, body: {message: No.}}]
    effects: ["set tickets[ticket.id].state = %s"]
    response: {status: 200, body: "{ticket}"}
  closeTicket:
    http: POST /tickets/{id}/close
    doc: Closes a ticket.
    request: {path: {id: {type: string}}}
    response: {status: 200, body: {id: "{args.id}"}}
"""
    given = workflow(("Close", "open", "closed"))[1]
    free = "api", given + operation % 'args.state if args.state in [\\"waiting\\"] else \\"open\\"'
    fixed = "api", given + operation % '\\"open\\"'
    assert found(tmp_path / "a", "E605", free) == []
    (only,) = found(tmp_path / "b", "E605", fixed)
    assert only.message == "no move leads to the status `waiting`"


@pytest.mark.parametrize(
    ("states", "moves", "scenario", "trap"),
    [
        # Lives end somewhere, and "closed" stands last.
        ("open, waiting, closed", [WAIT, ("Resume", "waiting", "open"), CLOSE], NOT_CLOSED, None),
        # Open and waiting can always be come back to; what stands between them is a trap.
        ("open, held, waiting", [WAIT, ("Resume", "waiting", "open"), ("Hold", "open", "held")],
         NOT_CLOSED, "held"),
        # Two ends: no trap.
        ("open, held, waiting, done",
         [WAIT, ("Resume", "waiting", "open"), ("Hold", "open", "held"), ("End", "open", "done")],
         NOT_CLOSED, None),
        # Not everything can be come back to: the life has an end of its own.
        ("open, held, waiting, late, done",
         [WAIT, ("Hold", "open", "held"), ("Late", "waiting", "late"), ("On", "late", "waiting"),
          ("Off", "waiting", "open"), ("End", "late", "done"), ("Redo", "done", "done")],
         NOT_CLOSED, None),
    ],
)  # fmt: skip
def test_traps(tmp_path, states, moves, scenario, trap):
    world = (
        "world",
        "tables:\n  users: {rows: [{id: ana, name: Ana}]}\n  tickets:\n    rows:\n"
        + (
            "      - {id: T-1, title: A, state: open, priority: 2, labels: [], assignee: null}\n"
            "      - {id: T-2, title: B, state: open, priority: 3, labels: [], assignee: null}\n"
        ),
    )
    operations = """
operations:
  getTicket:
    http: GET /tickets/{id}
    doc: Reads a ticket.
    request: {path: {id: {type: string}}}
    response: {status: 200, body: {ticket: "{tickets[args.id]}"}}
  closeTicket:
    http: POST /tickets/{id}/close
    doc: Reads a ticket, too.
    request: {path: {id: {type: string}}}
    response: {status: 200, body: {ticket: "{tickets[args.id]}"}}
"""
    api = "api", ticket(*states.split(", ")) + workflow(*moves)[1] + operations
    reported = found(tmp_path, "E605", api, world, scenario)
    wanted = [] if trap is None else [f"no move leads out of the status `{trap}`"]
    assert [d.message for d in reported] == wanted
    if trap is not None:
        aimed = (
            "scenario",
            scenario[1]
            .replace("waits", trap)
            .replace(
                '"final.tickets[params.id]?.priority == 2"',
                quoted(f'final.tickets[params.id]?.state == "{trap}"'),
            ),
        )
        assert found(tmp_path / "again", "E605", api, world, aimed) == []


@pytest.mark.parametrize(
    ("moves", "count"),
    [
        ([WAIT, CLOSE], 0),
        ([("Go", "open", "waiting"), ("Go", "open", "closed")], 1),
        ([("Go", "open", "waiting"), ("Go", "waiting", "closed")], 0),
        ([("Go", "open", "waiting"), ("Go", "waiting, open", "closed")], 1),
    ],
)
def test_moves_of_one_name(tmp_path, moves, count):
    reported = found(tmp_path, "E606", workflow(*moves))
    assert len(reported) == count
    assert all("name: Go" in d.label.span.text for d in reported)


def close(errors="", effects="", note=True):
    """The API with other error rules and effects of closeTicket."""
    body = "properties: {note: {type: string}, level: {type: integer}}"
    lines = [
        "operations:",
        "  getTicket:",
        "    http: GET /tickets/{id}",
        "    doc: Reads a ticket.",
        "    request: {path: {id: {type: string}}}",
        '    response: {status: 200, body: {ticket: "{tickets[args.id]}"}}',
        "  closeTicket:",
        "    http: POST /tickets/{id}/close",
        "    doc: Closes a ticket.",
        "    request:",
        "      path: {id: {type: string}}",
        f"      body: {{type: object, additionalProperties: false, {body}}}",
        '    let: {ticket: "tickets[args.id]", note: "args?.note", known: "ticket is not null"}',
        "    errors:",
        "      - {when: ticket is null, status: 404, body: {message: None.}}",
    ]
    lines += [
        f"      - {{when: {quoted(when)}, status: 400, body: {{message: No.}}}}"
        for when in errors.split("; ") if when
    ]  # fmt: skip
    lines += ["    effects:", "      - 'set tickets[ticket.id].state = \"closed\"'"]
    lines += [f"      - {effect}" for effect in effects.split("; ") if effect]
    lines += ['    response: {status: 200, body: {id: "{ticket.id}"}}']
    return "api", "\n".join(lines) + "\n"


CLOSED = 'ticket.state == "closed"'


@pytest.mark.parametrize(
    ("errors", "unheard"),
    [
        (CLOSED, []),
        (f"{CLOSED}; {CLOSED}", [CLOSED]),
        (f'{CLOSED}; "closed" == ticket.state', ['"closed" == ticket.state']),
        (f"{CLOSED}; ticket.priority > 1 and {CLOSED}", [f"ticket.priority > 1 and {CLOSED}"]),
        (f"ticket.priority > 1 and {CLOSED}; {CLOSED}", []),
        (f"ticket.priority > 1 or {CLOSED}; {CLOSED}", [CLOSED]),
        (f"{CLOSED}; ticket.priority > 1 or {CLOSED}", []),
        (f"{CLOSED}; ticket.priority > 1; 1 < ticket.priority or {CLOSED}",
         [f"1 < ticket.priority or {CLOSED}"]),
        (f"{CLOSED}; {CLOSED.replace('closed', 'open')}", []),
    ],
)  # fmt: skip
def test_rules_that_are_never_heard(tmp_path, errors, unheard):
    reported = found(tmp_path, "E606", close(errors))
    assert [d.label.span.text for d in reported] == unheard


@pytest.mark.parametrize(
    ("effects", "count"),
    [
        ('set tickets[ticket.id].priority = 1', 0),
        ("'set tickets[ticket.id].state = \"open\"'", 1),
        ("set tickets[ticket.id].priority = 1; set tickets[ticket.id].priority = 2", 1),
        ("set tickets[ticket.id].priority = 1; "
         "set tickets[ticket.id].priority = tickets[ticket.id]!.priority + 1", 0),
        ("{when: known, do: 'set tickets[ticket.id].priority = 1'}; "
         "{when: not known, do: 'set tickets[ticket.id].priority = 2'}", 0),
        ("{when: known, do: 'set tickets[ticket.id].priority = 1'}; "
         "set tickets[ticket.id].priority = 2", 1),
        ("set tickets[ticket.id].priority = 1; "
         "{when: known, do: 'set tickets[ticket.id].priority = 2'}", 0),
        ("set counters.ticket = counters.ticket + 1; set counters.ticket = counters.ticket + 1", 0),
    ],
)  # fmt: skip
def test_a_place_that_is_set_twice(tmp_path, effects, count):
    assert len(found(tmp_path, "E606", close(effects=effects))) == count


@pytest.mark.parametrize(
    ("condition", "keyword"),
    [
        ("args?.note is null", "required"),
        ('args?.note == "x"', "const"),
        ('args?.note in ["x", "y"]', "enum"),
        ("args?.level is not null and args.level > 3", None),
        ("note is null", None),
        ("args?.note is not null and ticket.priority > 1", None),
        ("args?.note == ticket.title", None),
        ("args?.note is not null", None),
        ('args.id == "T-9"', "const"),
        ('not args.id matches r"^T-"', "pattern"),
        ("args.id.length() > 9", "maxLength"),
        ('"T-9" == args.id', "const"),
    ],
)
def test_what_belongs_into_the_schema(tmp_path, condition, keyword):
    reported = found(tmp_path, "E609", close(condition))
    assert len(reported) == (keyword is not None)
    if keyword is not None:
        assert reported[0].label.span.text == condition
        assert keyword in reported[0].help


SHOWING = """
operations:
  getTicket:
    http: GET /tickets/{id}
    doc: Reads a ticket.
    request: {path: {id: {type: string}}}
    let: {ticket: "tickets[args.id]", some: "tickets.filter(t => t.id == args.id)"}
    errors: [{when: ticket is null, status: 404, body: {message: No.}}]
    response: {status: 200, body: BODY}
  closeTicket:
    http: POST /tickets/{id}/close
    doc: Closes a ticket.
    request: {path: {id: {type: string}}}
    let: {ticket: "tickets[args.id]"}
    errors: [{when: ticket is null, status: 404, body: {message: No.}}]
    effects: ['set tickets[ticket.id].state = "closed"']
    response: {status: 204}
"""


def showing(body, check_, *, tools="", lets=""):
    """An API whose getTicket answers `body`, and a reward that checks `check_`."""
    parts = f"reward:\n  parts:\n    - {{id: p, weight: 1, check: {quoted(check_)}}}\n"
    lets = f"let: {{{lets}}}\n" if lets else ""
    return ("api", SHOWING.replace("BODY", body)), ("scenario", tools + lets + parts)


STATE = 'final.tickets[params.id]?.state == "closed"'


@pytest.mark.parametrize(
    ("body", "check_", "missing"),
    [
        ('"{ticket}"', STATE, None),
        ('{id: "{ticket.id}"}', STATE, "state"),
        ('{id: "{ticket.id}"}', "final.tickets[params.id] is not null", None),
        ('{id: "{ticket.id}"}', "final.tickets[params.id]?.id == params.id", None),
        ('{id: "{ticket.id}", state: "{ticket.state}"}', STATE, None),
        ('{now: "{ticket.state}"}', STATE, None),
        ("{is_closed: \"{ticket.state == 'closed'}\"}", STATE, None),
        ('{all: "{some}"}', STATE, None),
        ('{all: "{some.map(t => t.title)}"}', STATE, "state"),
        ('{all: "{some.map(t => {s: t.state})}"}', STATE, None),
        ('{all: "{some.sort_by(t => t.id).first()}"}', STATE, None),
        ("{rest: \"{without_keys(ticket, ['id'])}\"}", STATE, None),
        ('{t: "{ticket.title}"}', 'initial.tickets[params.id]!.state == "open"', None),
        ('{t: "{ticket.title}"}', 'final.tickets.values().any(t => t.state == "closed")', "state"),
        ('{t: "{ticket.title}"}', 'delta.tickets.updated.only()?.state == "closed"', "state"),
    ],
)
def test_goals_that_nothing_shows(tmp_path, body, check_, missing):
    reported = found(tmp_path, "E610", *showing(body, check_))
    wanted = [] if missing is None else [f"no operation shows `{missing}` of `tickets`"]
    assert [d.message for d in reported] == wanted


def test_only_offered_operations_show_anything(tmp_path):
    blocks = showing('"{ticket}"', STATE, tools="tools: [closeTicket]\n")
    assert len(found(tmp_path, "E610", *blocks)) == 1


def test_a_goal_through_a_let(tmp_path):
    blocks = showing(
        '{t: "{ticket.title}"}', 'now?.state == "closed"', lets="now: 'final.tickets[params.id]'"
    )
    (only,) = found(tmp_path, "E610", *blocks)
    assert only.label.span.text == "now?.state"
