"""An imported document: files that check, operations that do what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from importer.playing import HERE, PETS, imported

from rewardlang import driver


@pytest.fixture(scope="module")
def pets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pets")
    imported(PETS, folder)
    return folder


def test_every_operation_is_of_the_kind_that_it_looks_like(tmp_path):
    made = imported(PETS, tmp_path)
    assert {draft.name: draft.kind for draft in made.drafts} == {
        "listPets": "list",
        "createPet": "create",
        "getPet": "read",
        "updatePet": "update",
        "deletePet": "delete",
        "listNotes": "list",
        "addNote": "create",
        "deleteNote": "delete",
        "listShops": "list",
        "getShop": "read",
        "listPetsOfShop": "list",
        "getSettings": "read",
        "putSettings": "update",
        "createGuide": "create",
        "getGuide": "read",
        "updateGuide": "update",
        "addPetsToGuide": "action",
        "removePetFromGuide": "action",
        "archiveGuide": "action",
        "copyGuide": "create",
        "getShopOfGuide": "read",
        "setShopOfGuide": "action",
        "clearShopOfGuide": "action",
        "exportAll": "opaque",
    }


GLUED = """
openapi: 3.0.3
info: {title: Schemes, version: "1"}
paths:
  /screenscheme:
    get:
      operationId: getSchemes
      responses:
        "200":
          description: All.
          content:
            application/json:
              schema: {type: array, items: {$ref: "#/components/schemas/ScreenScheme"}}
  /screenscheme/{id}:
    get:
      operationId: getScheme
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: One.
          content: {application/json: {schema: {$ref: "#/components/schemas/ScreenScheme"}}}
components:
  schemas:
    ScreenScheme:
      type: object
      required: [id]
      properties: {id: {type: string}, name: {type: string}}
"""


def test_words_that_a_path_glues_together_are_told_apart(tmp_path):
    (tmp_path / "schemes.yaml").write_text(GLUED, encoding="utf-8")
    imported(tmp_path / "schemes.yaml", tmp_path)
    text = (tmp_path / "apis" / "schemes.yaml").read_text(encoding="utf-8")
    assert "\n  screen_schemes: {row: ScreenScheme, key: id}" in text


def test_files_are_clean_and_in_their_canonical_layout(pets):
    for path in (pets / "apis" / "pets.yaml", pets / "worlds" / "pets.yaml"):
        assert [f"{d.code.id} {d.message}" for d in driver.check(path).diagnostics] == []


@pytest.mark.parametrize("kind", ["apis", "worlds"])
def test_the_files_are_those_that_were_read_by_a_person(pets, kind, request):
    golden = HERE / "golden" / kind / "pets.yaml"
    text = (pets / kind / "pets.yaml").read_text(encoding="utf-8")
    if request.config.getoption("--update-golden"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
