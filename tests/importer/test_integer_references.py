"""Keys that an API writes as numbers, and the fields that name them."""

from __future__ import annotations

from pathlib import Path

import pytest
from importer.playing import Client, imported, scenario

from rewardlang import driver

SHELVES = """
openapi: 3.0.3
info: {title: Shelves, version: "1"}
paths:
  /rooms:
    get:
      operationId: listRooms
      responses:
        "200":
          description: All.
          content:
            application/json:
              schema: {type: array, items: {$ref: "#/components/schemas/Room"}}
  /rooms/{roomId}:
    get:
      operationId: getRoom
      parameters: [{name: roomId, in: path, required: true, schema: {type: integer}}]
      responses:
        "200":
          description: It.
          content: {application/json: {schema: {$ref: "#/components/schemas/Room"}}}
  /shelves:
    post:
      operationId: addShelf
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [label, roomId]
              properties: {label: {type: string}, roomId: {type: integer}}
      responses:
        "201":
          description: Made.
          content: {application/json: {schema: {$ref: "#/components/schemas/Shelf"}}}
        "404": {description: There is no such room.}
  /shelves/{shelfId}:
    get:
      operationId: getShelf
      parameters: [{name: shelfId, in: path, required: true, schema: {type: integer}}]
      responses:
        "200":
          description: It.
          content: {application/json: {schema: {$ref: "#/components/schemas/Shelf"}}}
components:
  schemas:
    Room:
      type: object
      required: [id]
      properties: {id: {type: integer}, name: {type: string}}
    Shelf:
      type: object
      required: [id, roomId]
      properties: {id: {type: integer}, label: {type: string}, roomId: {type: integer}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shelves")
    path = folder / "shelves.yaml"
    path.write_text(SHELVES, encoding="utf-8")
    imported(path, folder)
    return folder


def test_they_are_declared_and_every_row_keeps_them(folder):
    api = (folder / "apis" / "shelves.yaml").read_text()
    assert "references: [shelves.roomId in rooms]\n" in api
    for kind in ("apis", "worlds"):
        assert driver.check(folder / kind / "shelves.yaml").diagnostics == ()


def test_a_row_that_names_nobody_is_an_error(folder, tmp_path):
    api = (folder / "apis" / "shelves.yaml").read_text()
    world = (folder / "worlds" / "shelves.yaml").read_text()
    assert "roomId: 10001" in world
    for kind, text in (("apis", api), ("worlds", world.replace("roomId: 10001", "roomId: 99", 1))):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "shelves.yaml").write_text(text)
    found = driver.check(tmp_path / "worlds" / "shelves.yaml").diagnostics
    assert [(d.code.id, d.label.span.text) for d in found] == [("T118", "99")]
    assert "there is no row '99' in `rooms`" in found[0].message


def test_a_request_that_names_nobody_is_refused(folder):
    client = Client(scenario(folder, "shelves"))
    assert client("addShelf", label="Top", roomId=99)[0] == 404
    status, shelf = client("addShelf", label="Top", roomId=10001)
    assert (status, shelf["roomId"]) == (201, 10001)
    assert client("getShelf", shelfId=shelf["id"]) == (200, shelf)
