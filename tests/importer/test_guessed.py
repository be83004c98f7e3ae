"""Open objects whose fields a document's examples show, and fields that only the server writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from importer.playing import Client, imported, scenario

from rewardlang import driver
from rewardlang.importer import importing
from rewardlang.importer.guessed import guess
from rewardlang.openapi import read_text
from rewardlang.syntax.load import read_api

SAID = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": []}]}
TICKET = """
openapi: 3.0.3
info: {title: Tickets, version: "1"}
paths:
  /tickets:
    post:
      operationId: createTicket
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Ticket"}
            example:
              fields:
                summary: Broken
                due: "2026-03-02"
                queue: {id: "1"}
                labels: [red]
                custom_10020: mine
              told: {type: doc, version: 1, content: [{type: paragraph, content: []}]}
      responses:
        "201":
          description: Made.
          content: {application/json: {schema: {$ref: "#/components/schemas/Ticket"}}}
  /tickets/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getTicket
      responses:
        "200":
          description: It.
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Ticket"}
              example: {id: "1", fields: {summary: Broken, seen: 3}}
    put:
      operationId: editTicket
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Ticket"}
            example: {fields: {resolution: Fixed}}
      responses:
        "200":
          description: It.
          content: {application/json: {schema: {$ref: "#/components/schemas/Ticket"}}}
  /queues/{queueId}:
    get:
      operationId: getQueue
      parameters: [{name: queueId, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: It.
          content:
            application/json:
              schema: {type: object, properties: {id: {type: string}, name: {type: string}}}
components:
  schemas:
    Ticket:
      type: object
      properties:
        id: {type: string, readOnly: true}
        fields: {type: object, additionalProperties: {}}
        told: {description: Rich text.}
        owner: {$ref: "#/components/schemas/Owner"}
    Owner:
      type: object
      additionalProperties: false
      properties:
        name: {type: string}
        seen: {type: integer, readOnly: true}
"""
SLOPPY = """
openapi: 3.0.3
info: {title: Pets, version: "1"}
paths:
  /pets:
    post:
      operationId: addPet
      requestBody:
        content: {application/json: {schema: {type: object}, example: {name: Rex, age: 3}}}
      responses:
        "201":
          description: Made.
          content:
            application/json: {schema: {type: object}, example: {id: "1", name: Rex, age: 3}}
  /pets/{id}:
    get:
      operationId: getPet
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: It.
          content:
            application/json: {schema: {type: object}, example: {id: "1", name: Rex, age: 3}}
  /notes/{key}:
    parameters: [{name: key, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getNote
      responses:
        "200":
          description: It.
          content:
            application/json:
              schema:
                type: object
                required: [key, value]
                properties: {key: {type: string}, value: {type: object}}
              example: {key: theme, value: {dark: true}}
    put:
      operationId: putNote
      requestBody:
        required: true
        content: {application/json: {schema: {type: object}, example: {dark: true}}}
      responses: {"204": {description: Done.}}
"""


def made(folder: Path, text: str, name: str) -> tuple[importing.Imported, Client, Any]:
    """An import, a client of it, and its API file as plain data."""
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    result = imported(path, folder)
    for file in result.files:
        assert driver.check(folder / file.path).diagnostics == (), file.text
    file, _ = read_api(folder / "apis" / f"{name}.yaml")
    return result, Client(scenario(folder, name)), file


@pytest.fixture
def tickets(tmp_path):
    return made(tmp_path, TICKET, "tickets")


def test_a_request_has_the_fields_that_examples_show(tickets):
    _, _, file = tickets
    fields = file.schemas["Ticket"]["properties"]["fields"]["properties"]
    assert fields["summary"] == {"type": "string"}
    assert fields["due"] == {"type": "string", "format": "date"}
    assert fields["queue"] == {"type": "object", "properties": {"id": {"type": "string"}}}
    assert fields["labels"] == {"type": "array", "items": {"type": "string"}}
    assert fields["resolution"] == {"type": "string"}, "another operation's example shows it"
    assert "custom_10020" not in fields, "somebody's own"
    assert "seen" not in fields, "only answers show it"


def test_guessed_fields_are_checked_and_others_taken(tickets):
    _, client, _ = tickets
    assert client("createTicket", fields={"summary": 3})[0] == 400
    status, ticket = client("createTicket", fields={"summary": "Late", "more": [1]})
    assert status == 201
    assert ticket["fields"] == {"summary": "Late", "more": [1]}


def test_a_guessed_field_with_an_id_names_a_row(tickets):
    result, client, _ = tickets
    api = next(file.text for file in result.files if file.path.startswith("apis/"))
    assert "references: [tickets.fields.queue.id in queues]" in api
    queues = client.environment.episode.final["queues"]
    for row in client.environment.episode.final["tickets"].values():
        assert queues.get(row["fields"]["queue"]["id"]) is not None
    assert client("createTicket", fields={"queue": {"id": "nowhere"}})[0] == 400
    assert client("createTicket", fields={"queue": {"id": queues.keys()[0]}})[0] == 201
    assert client("createTicket", fields={"queue": {}})[0] == 201


def test_a_change_keeps_the_fields_that_it_leaves_out(tickets):
    _, client, _ = tickets
    _, ticket = client("createTicket", fields={"summary": "Late"}, told=SAID)
    key = ticket["id"]
    assert client("editTicket", id=key, fields={"resolution": "Fixed"})[0] == 200
    _, after = client("getTicket", id=key)
    assert after["fields"] == {"summary": "Late", "resolution": "Fixed"}
    assert after["told"] == SAID


def test_rich_text_is_recognised(tickets):
    result, client, _ = tickets
    assert client("createTicket", told="plain")[0] == 400
    assert client("createTicket", told=SAID)[1]["told"] == SAID
    world = next(file.text for file in result.files if file.path.startswith("worlds/"))
    assert "type: paragraph" in world, "rows have texts of that form"


def test_a_guess_says_so(tickets):
    result, _, _ = tickets
    api = next(file.text for file in result.files if file.path.startswith("apis/"))
    said = "medium: the fields of `fields`, `told` are guessed from the document's example"
    assert api.count(f"  # {said}.") == 2, "the row's, and of the request that makes it"
    assert {d.name: d.confidence for d in result.drafts}["createTicket"] == "medium"


def test_what_only_the_server_writes_is_not_in_the_request(tickets):
    result, client, file = tickets
    create = next(draft for draft in result.drafts if draft.name == "createTicket")
    assert [argument.name for argument in create.arguments] == ["fields", "told", "owner"]
    assert list(file.schemas["Owner"]["properties"]) == ["name"]
    assert client("createTicket", owner={"name": "Ana", "seen": 1})[0] == 400
    assert client("createTicket", owner={"name": "Ana"})[1]["owner"] == {"name": "Ana"}
    rows = client.environment.episode.initial["tickets"].values()
    assert all("seen" in row["owner"] for row in rows)


def test_bodies_and_answers_of_which_nothing_is_said(tmp_path):
    result, client, _ = made(tmp_path, SLOPPY, "pets")
    assert {draft.name: draft.kind for draft in result.drafts} == {
        "addPet": "create", "getPet": "read", "getNote": "read", "putNote": "update",
    }  # fmt: skip
    status, pet = client("addPet", name="Tom", age=2)
    assert (status, pet["name"], pet["age"]) == (201, "Tom", 2)
    assert client("getPet", id=pet["id"]) == (200, pet)


def test_a_value_of_any_shape_stays_one(tmp_path):
    _, client, _ = made(tmp_path, SLOPPY, "pets")
    assert client("putNote", key="theme", value={"light": "very"})[0] == 204
    assert client("getNote", key="theme")[1] == {"key": "theme", "value": {"light": "very"}}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "content", "doc", "a b", "id", "self", "x1000", "fields"]), inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip
parts = st.sampled_from([
    {"type": "object"}, {}, {"$ref": "#/components/schemas/Loop"}, {"type": "array", "items": {}},
    {"allOf": [{"$ref": "#/components/schemas/Loop"}]}, {"type": "object", "maxProperties": 0},
])  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True)
@given(values, values, parts, parts)
def test_any_example_of_any_object(one, other, part, inner):
    answers = {"200": {"description": "It.", "content": {
        "application/json": {"schema": part, "example": other}}}}  # fmt: skip
    body = {"content": {"application/json": {"schema": part, "example": one}}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "x", "version": "1"},
        "paths": {
            "/x": {"post": {"requestBody": body, "responses": answers}},
            "/x/{id}": {"put": {"requestBody": body, "responses": answers}},
        },
        "components": {"schemas": {"Loop": {
            "allOf": [{"$ref": "#/components/schemas/Loop"}],
            "properties": {"fields": inner, "type": {"type": "object"}},
        }}},
    }  # fmt: skip
    found, _ = read_text(json.dumps(document).encode(), "x.json")
    if found is not None:
        first = importing.make(found, "x")
        assert [file.text for file in first.files] == [
            file.text for file in importing.make(found, "x").files
        ]
        assert guess(found) == guess(found)
