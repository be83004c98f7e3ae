"""A small API, world and scenario that are right, and ways to read changed versions of them."""

from __future__ import annotations

import re
from pathlib import Path

API = """\
rewardlang: 1
api: desk
title: A help desk
base_path: /desk
schemas:
  Ticket:
    type: object
    required: [id, title, state]
    additionalProperties: false
    properties:
      id: {type: string}
      title: {type: string}
      state: {type: string, enum: [open, closed]}
      note: {type: string}
  NewTicket:
    type: object
    required: [title]
    additionalProperties: false
    properties:
      title: {type: string}
      note: {type: string}
tables:
  tickets: {row: Ticket, key: id, also_by: [title]}
references: []
workflows:
  life:
    of: tickets.state
    start: open
    transitions:
      - {id: "1", name: Close, from: [open], to: closed}
counters: {ticket: 100}
invalid:
  status: 400
  wording: {default: "{name} is wrong."}
  body: {message: "{messages}"}
operations:
  getTicket:
    http: GET /tickets/{id}
    doc: Reads a ticket.
    request:
      path: {id: {type: string}}
      query: {bodyFormat: {type: string, as: body-format, required: true}}
    let: {ticket: "tickets[args.id]"}
    errors:
      - {when: ticket is null, status: 404, body: {message: "No ticket {args.id}."}}
    response: {status: 200, body: "{ticket}"}
  createTicket:
    http: POST /tickets
    doc: Makes a ticket.
    request:
      body: {$ref: "#/schemas/NewTicket"}
    effects:
      - set counters.ticket = counters.ticket + 1
      - when: args?.note is not null
        do: 'insert {id: "T-1", title: args.title, state: "open"} into tickets'
    response: {status: 201}
"""

WORLD = """\
rewardlang: 1
world: office
use: [desk]
seed: 3
clock: {start: "2026-03-02T09:00:00Z", step_s: 30}
lists: {verbs: [Fix, Move]}
tables:
  tickets:
    rows:
      - {id: T-1, title: "{not a hole}", state: open}
    generate:
      - count: 2
        let: {n: index + 2}
        row: {id: "T-{n}", title: "{pick(lists.verbs)} it", state: open}
"""

SCENARIO = """\
rewardlang: 1
scenario: desk.close
title: Close a ticket
use: [desk]
world: office
tools: ["*"]
params:
  id: one_of(initial.tickets.keys())
assume:
  - params.id != "T-9"
holdout: params.id == "T-1"
system: You are at a desk.
prompt: ["Close {id}.", "Please close {{the ticket}} {params.id}."]
limits: {calls: 5}
expect: {words: [done]}
let:
  ticket: initial.tickets[params.id]
reward:
  gates:
    - {id: small, require: delta.changed_only(tickets), otherwise: 0.25}
  parts:
    - {id: closed, weight: 2, check: 'final.tickets[params.id]?.state == "closed"'}
    - {id: told, weight: 1, score: 'edit_sim(answer, "done")'}
  penalties:
    - {id: slow, factor: 0.5, when: count(any) > 3}
oracle:
  - createTicket: {title: "{id}"}
    bind: made
  - getTicket: {id: "{id}", bodyFormat: x}
  - answer: Closed {id}.
tests:
  - name: nothing
    calls: []
    reward: 0
  - name: the oracle
    oracle: true
    seed: 4
    params: {id: T-1}
    reward: {min: 0.5}
    parts: {closed: 1.0, told: {max: 0.5}}
"""


def write(folder: Path, scenario: str = SCENARIO, api: str = API, world: str = WORLD) -> Path:
    """The three files in a folder; the path of the scenario."""
    for path, text in (("apis/desk.yaml", api), ("worlds/office.yaml", world),
                       ("close.yaml", scenario)):  # fmt: skip
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder / "close.yaml"


def replaced(base: str, fragment: str) -> str:
    """`base` with its top-level keys replaced by those of `fragment`, which follow at the end."""
    keys = re.findall(r"^([A-Za-z_]+):", fragment, re.MULTILINE)
    kept = re.split(r"^(?=[A-Za-z_]+:)", base, flags=re.MULTILINE)
    return "".join(part for part in kept if part.split(":", 1)[0] not in keys) + fragment
