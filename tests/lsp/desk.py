"""The scenario that the editor of these tests has open."""

from __future__ import annotations

NAME = "close.yaml"
SCENARIO = """\
rewardlang: 1
scenario: helpdesk.close
title: Close a ticket 🎟 with a note
use: [helpdesk]
world: hall
tools: ["*"]
params:
  id: one_of(initial.tickets.filter(t => t.state == "open").map(t => t.id))
  note: one_of(["Fixed on site", "Parts were replaced", "Nothing was found"])
prompt: 🎟🎟 Close the ticket {id} with the note "{note}".
limits: {calls: 6}
let:
  ticket: initial.tickets[params.id]!
  now: final.tickets[params.id]
reward:
  gates:
    - id: only_it
      require: delta.changed_only(tickets[params.id].state, tickets[params.id].note)
  parts:
    - id: read
      weight: 1
      check: called getTicket{ok, args.id == ticket.id}
    - id: closed
      weight: 3
      check: now?.state == "closed" and fold(now?.note ?? "") == fold(params.note)
oracle:
  - getTicket: {id: "{id}"}
    bind: seen
  - closeTicket: {id: "{seen.id}", note: "{note}"}
  - answer: "{id} is closed."
tests:
  - {name: nothing done, calls: [], reward: 0}
"""
