"""Schemas under a name, keys that are UUIDs, and what steps behind a row say of its status."""

from __future__ import annotations

import uuid

import pytest
from importer.playing import Client, imported, scenario

from rewardlang import driver

VISITS = """
openapi: 3.1.0
info: {title: Visits, version: "1"}
paths:
  /visits:
    get:
      operationId: listVisits
      parameters:
        - {name: status, in: query, schema: {$ref: "#/components/schemas/Status"}}
        - {name: page, in: query, schema: {type: integer, minimum: 1, default: 1}}
        - {name: pageSize, in: query, schema: {type: integer, default: 25}}
      responses:
        "200":
          description: A page.
          content:
            application/json:
              schema:
                type: object
                required: [items, page, pageSize]
                properties:
                  items: {type: array, items: {$ref: "#/components/schemas/Visit"}}
                  page: {type: integer}
                  pageSize: {type: integer}
    post:
      operationId: bookVisit
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [reason], properties: {reason: {type: string}}}
      responses:
        "422": {description: It is wrong.}
        "201":
          description: It.
          content: {application/json: {schema: {$ref: "#/components/schemas/Visit"}}}
  /visits/{visitId}:
    get:
      operationId: getVisit
      parameters: [{name: visitId, in: path, required: true, schema: {type: string, format: uuid}}]
      responses:
        "200":
          description: It.
          content: {application/json: {schema: {$ref: "#/components/schemas/Visit"}}}
  /visits/{visitId}/cancel:
    post:
      operationId: cancelVisit
      parameters: [{name: visitId, in: path, required: true, schema: {type: string, format: uuid}}]
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {reason: {type: string}}}
      responses:
        "200":
          description: It.
          content: {application/json: {schema: {$ref: "#/components/schemas/Visit"}}}
  /visits/{visitId}/unblock:
    post:
      operationId: unblockVisit
      parameters: [{name: visitId, in: path, required: true, schema: {type: string, format: uuid}}]
      responses: {"204": {description: Done.}}
components:
  schemas:
    Status: {type: string, enum: [asked, agreed, cancelled]}
    Visit:
      type: object
      required: [id, reason, status]
      properties:
        id: {type: string, format: uuid, readOnly: true}
        reason: {type: string}
        blocked: {type: boolean}
        status: {$ref: "#/components/schemas/Status"}
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder = tmp_path_factory.mktemp("visits")
    path = folder / "visits.yaml"
    path.write_text(VISITS, encoding="utf-8")
    imported(path, folder)
    for kind in ("apis", "worlds"):
        assert driver.check(folder / kind / "visits.yaml").diagnostics == ()
    return Client(scenario(folder, "visits"))


def test_a_status_that_is_referred_to_filters(client: Client) -> None:
    _, every = client("listVisits")
    _, agreed = client("listVisits", status="agreed")
    assert 0 < len(agreed["items"]) < len(every["items"])
    assert {visit["status"] for visit in agreed["items"]} == {"agreed"}


def test_an_answer_says_which_page_it_is(client: Client) -> None:
    _, second = client("listVisits", page=2, pageSize=3)
    assert (second["page"], second["pageSize"], len(second["items"])) == (2, 3, 3)


def test_a_key_that_is_made_is_a_uuid(client: Client) -> None:
    status, visit = client("bookVisit", reason="A limp.")
    assert status == 201
    assert str(uuid.UUID(visit["id"])) == visit["id"]
    assert client("getVisit", visitId=visit["id"]) == (200, visit)


def test_a_step_with_a_body_sets_the_status_as_well(client: Client) -> None:
    first = client("listVisits", status="agreed")[1]["items"][0]
    status, visit = client("cancelVisit", visitId=first["id"], reason="It got better.")
    assert status == 200
    assert visit == {**first, "reason": "It got better.", "status": "cancelled"}


def test_a_step_that_undoes_clears_what_is_set(client: Client) -> None:
    blocked = next(v for v in client("listVisits")[1]["items"] if v.get("blocked"))
    assert client("unblockVisit", visitId=blocked["id"])[0] == 204
    assert client("getVisit", visitId=blocked["id"])[1]["blocked"] is False


def test_what_is_wrong_has_the_status_that_the_document_has(client: Client) -> None:
    assert client("bookVisit")[0] == 422
