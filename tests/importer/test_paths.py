"""What paths say of rows: keys that the document lists, holes that name no row, keys in a query."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from importer.playing import Client, imported, scenario

from rewardlang import driver

KINDS = """
openapi: 3.0.3
info: {title: Kinds, version: "1"}
paths:
  /kinds/{kindKey}:
    get:
      operationId: getKind
      parameters:
        - {name: kindKey, in: path, required: true, schema: {type: string, enum: [small, large]}}
      responses:
        "200":
          description: It.
          content:
            application/json:
              schema:
                type: object
                properties: {key: {type: string}, colour: {type: string}}
  /pictures/{type}/owners/{ownerId}:
    get:
      operationId: getPictures
      parameters:
        - {name: type, in: path, required: true, schema: {type: string, enum: [cat, dog]}}
        - {name: ownerId, in: path, required: true, schema: {type: string}}
      responses:
        "200":
          description: They.
          content:
            application/json:
              schema: {type: object, properties: {front: {type: string}, back: {type: string}}}
  /apps/{app}/{field}/task:
    get:
      operationId: getTask
      parameters:
        - {name: app, in: path, required: true, schema: {type: string}}
        - {name: field, in: path, required: true, schema: {type: string}}
      responses:
        "200":
          description: It.
          content:
            application/json:
              schema: {type: object, properties: {progress: {type: integer}}}
  /boxes:
    get:
      operationId: listBoxes
      responses:
        "200":
          description: All.
          content:
            application/json:
              schema: {type: array, items: {$ref: "#/components/schemas/Box"}}
    delete:
      operationId: deleteBoxes
      parameters:
        - name: id
          in: query
          required: true
          schema: {type: array, items: {type: string}}
      responses: {"204": {description: Done.}}
  /boxes/{boxId}/slots:
    get:
      operationId: listSlots
      parameters: [{name: boxId, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: All.
          content:
            application/json:
              schema:
                type: array
                items:
                  type: object
                  properties: {slotName: {type: string}, size: {type: integer}}
  /boxes/{boxId}/slots/{slotName}/rules:
    get:
      operationId: getRules
      parameters:
        - {name: boxId, in: path, required: true, schema: {type: string}}
        - {name: slotName, in: path, required: true, schema: {type: string}}
      responses:
        "200":
          description: They.
          content:
            application/json:
              schema: {type: object, properties: {strict: {type: boolean}}}
components:
  schemas:
    Box:
      type: object
      required: [id]
      properties: {id: {type: string}, label: {type: string}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kinds")
    path = folder / "kinds.yaml"
    path.write_text(KINDS, encoding="utf-8")
    imported(path, folder)
    for kind in ("apis", "worlds"):
        assert driver.check(folder / kind / "kinds.yaml").diagnostics == ()
    return folder


@pytest.fixture
def client(folder: Path) -> Client:
    return Client(scenario(folder, "kinds"))


def rows(client: Client, table: str) -> list[Any]:
    return list(client.environment.episode.final[table].values())


def test_keys_are_those_that_the_document_lists(client):
    assert [row["key"] for row in rows(client, "kinds")] == ["small", "large"]
    assert client("getKind", kindKey="large")[0] == 200


def test_a_hole_that_names_no_row_has_a_value_that_it_may_have(client):
    kinds = {row["type"] for row in rows(client, "picture_owners")}
    assert kinds == {"cat", "dog"}
    for row in rows(client, "picture_owners"):
        assert client("getPictures", type=row["type"], ownerId=row["ownerId"])[0] == 200


def test_one_object_for_each_value_of_such_holes(client):
    found = rows(client, "app_task")
    assert len(found) == 2
    for row in found:
        assert client("getTask", app=row["app"], field=row["field"])[0] == 200
    assert client("getTask", app="nobody", field="nothing")[0] == 404


def test_what_a_path_calls_an_item_is_its_key_though_none_is_read(client):
    slot = rows(client, "box_slots")[0]
    status, rules = client("getRules", boxId=slot["boxId"], slotName=slot["slotName"])
    assert (status, list(rules)) == (200, ["strict"])


def test_the_rows_that_a_query_lists_are_deleted_or_none(client):
    first, second, *rest = [row["id"] for row in rows(client, "boxes")]
    assert client("deleteBoxes", id=[first, "99"])[0] == 404
    assert client("deleteBoxes", id=[second, first, second])[0] == 204
    assert [row["id"] for row in client("listBoxes")[1]] == rest
    assert {row["boxId"] for row in rows(client, "box_slots")} <= {*rest}
