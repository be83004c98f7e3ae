"""Rows made under another, forms, nested lists, and one member of a list: modelled, and played."""

from __future__ import annotations

import pytest
from importer.playing import HERE, Client, imported, scenario

from rewardlang import driver


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clinic")
    return folder, imported(HERE / "clinic.yaml", folder)


@pytest.fixture
def client(made):
    return Client(scenario(made[0], "clinic"))


def test_the_files_check(made):
    for file in made[1].files:
        assert driver.check(made[0] / file.path).diagnostics == ()


def test_a_row_is_made_under_the_row_of_another_table(client):
    _, keeper = client("addKeeper", name="Ann")
    status, animal = client("addAnimal", keeperId=keeper["id"], name="Rex", weight=3.5)
    assert (status, animal["keeperId"], animal["weight"]) == (201, keeper["id"], 3.5)
    assert client("getAnimal", animalId=animal["id"]) == (200, animal)
    assert client("listAnimals", keeperId=keeper["id"]) == (200, [animal])
    assert client("addAnimal", keeperId="nobody", name="Rex")[0] == 404


def test_the_fields_of_a_form_change_a_row(client):
    _, keeper = client("addKeeper", name="Ann")
    _, animal = client("addAnimal", keeperId=keeper["id"], name="Rex")
    status, heavier = client("weighAnimal", animalId=animal["id"], weight=4)
    assert (status, heavier) == (200, {**animal, "weight": 4})


def test_a_form_with_a_file_is_opaque(made):
    draft = next(draft for draft in made[1].drafts if draft.name == "setPicture")
    assert (draft.kind, draft.notes) == ("opaque", ["its body is multipart/form-data"])


def test_one_member_of_a_list_is_added_and_taken(client):
    _, keeper = client("addKeeper", name="Ann")
    _, animal = client("addAnimal", keeperId=keeper["id"], name="Rex")
    for _ in range(2):
        assert client("label", animalId=animal["id"], label="shy")[0] == 204
    assert client("getAnimal", animalId=animal["id"])[1]["labels"] == ["shy"]
    client("unlabel", animalId=animal["id"], label="shy")
    assert client("getAnimal", animalId=animal["id"])[1]["labels"] == []


def test_a_list_of_objects_that_a_request_gives_is_shown(client):
    lines = [{"text": "Vaccination", "price": 45.5}]
    _, bill = client("createBill", lines=lines)
    assert bill["lines"] == lines
    assert client("getBill", billId=bill["id"]) == (200, bill)


def test_the_reason_names_the_field_that_no_row_has(made):
    draft = next(draft for draft in made[1].drafts if draft.name == "pay")
    assert draft.notes == ["`amount` of its body is no field that bills show"]
