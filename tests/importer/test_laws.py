"""What imported operations do: what was made is there, what was deleted is not, pages fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from importer.playing import PETS, Client, imported, scenario

from rewardlang_runtime import Environment, Scenario
from rewardlang_runtime.contract import check_environment


@pytest.fixture(scope="module")
def pets(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder: Path = tmp_path_factory.mktemp("pets")
    imported(PETS, folder)
    return scenario(folder, "pets")


@pytest.fixture
def client(pets: Scenario) -> Client:
    return Client(pets)


def test_what_was_made_is_there(client):
    status, made = client("createPet", name="Tom", shopId="10101")
    assert status == 201
    assert made["name"] == "Tom"
    assert made["status"] == "available", "the default of the document"
    assert made["createdAt"] == "2026-03-02T09:00:00.000Z"
    assert client("getPet", petId=made["id"]) == (200, made)
    assert made in client("listPets")[1]["values"]
    assert made in client("listPetsOfShop", id="10101")[1]
    assert made not in client("listPetsOfShop", id="10102")[1]


def test_two_that_were_made_have_different_ids(client):
    first, second = client("createPet", name="Tom")[1], client("createPet", name="Tom")[1]
    assert first["id"] != second["id"]
    assert "shopId" not in first, "nobody said which"


def test_what_was_changed_reads_so_and_the_rest_stays(client):
    before = client("getPet", petId="p-1")[1]
    status, after = client("updatePet", petId="p-1", status="sold")
    assert status == 200
    assert after == {**before, "status": "sold"}
    assert client("getPet", petId="p-1")[1] == after


def test_what_was_deleted_is_gone_with_what_belongs_to_it(client):
    assert client("deletePet", petId="p-1") == (204, None)
    missing = {"code": 404, "message": "There is no pet p-1."}
    for name in ("getPet", "deletePet", "listNotes"):
        assert client(name, petId="p-1") == (404, missing)
    notes = client.environment.episode.final["pet_notes"]
    assert all(row["petId"] != "p-1" for row in notes.values())


def test_what_stands_under_a_row_is_its_own(client):
    status, note = client("addNote", petId="p-2", text="Bites.")
    assert status == 201
    assert set(note) == {"id", "text"}, "bookkeeping is not shown"
    assert note in client("listNotes", petId="p-2")[1]
    assert note not in client("listNotes", petId="p-1")[1]
    assert client("deleteNote", petId="p-1", noteId=note["id"])[0] == 404
    assert client("deleteNote", petId="p-2", noteId=note["id"])[0] == 204
    assert note not in client("listNotes", petId="p-2")[1]


def test_what_is_refused_changes_nothing(client):
    before = client("listPets")[1]
    assert client("createPet")[0] == 400
    assert client("createPet", name=7)[0] == 400
    assert client("createPet", name="Tom", status="asleep")[0] == 400
    assert client("createPet", name="Tom", shopId="none")[0] == 400
    assert client("addNote", petId="none", text="x")[0] == 404
    assert client("listPets")[1] == before


def test_lists_are_filtered_by_what_the_query_says(client):
    whole = client("listPets")[1]["values"]
    sold = client("listPets", status="sold")[1]["values"]
    assert sold == [pet for pet in whole if pet["status"] == "sold"]
    assert 0 < len(sold) < len(whole)
    assert [pet["name"] for pet in client("listPets", name="REX")[1]["values"]] == ["Rex"]


def test_pages_by_offset_are_the_list(client):
    whole = client("listPets")[1]
    assert whole["isLast"]
    assert whole["total"] == len(whole["values"]) == 8
    pages = [client("listPets", startAt=start, maxResults=3)[1] for start in (0, 3, 6)]
    assert [pet for page in pages for pet in page["values"]] == whole["values"]
    assert [page["isLast"] for page in pages] == [False, False, True]
    assert client("listPets", startAt=100)[1]["values"] == []


def test_pages_by_cursor_are_the_list(client):
    whole, cursor = client("listShops")[1]["results"], None
    found = []
    for _ in range(4):
        status, page = client("listShops", limit=3, **({"cursor": cursor} if cursor else {}))
        assert status == 200
        found += page["results"]
        cursor = page.get("next")
        if cursor is None:
            break
    assert found == whole
    assert client("listShops", cursor="nonsense")[0] == 400


def test_one_object_is_read_and_set(client):
    before = client("getSettings")[1]
    assert client("putSettings", taxRate=0.5) == (200, {**before, "taxRate": 0.5})
    assert client("getSettings")[1] == {**before, "taxRate": 0.5}
    assert client("putSettings", taxRate=7)[0] == 400


def test_an_opaque_operation_checks_its_request_and_answers_with_the_example(client):
    assert client("exportAll", format="csv") == (202, {"job": "j-17", "done": False})
    assert client("exportAll", format="pdf")[0] == 400


def test_the_contract_of_environments_holds(pets):
    check_environment(Environment(pets), seeds=(0,))


def test_rows_of_one_table_can_be_mixed_up(client):
    names = [row["name"] for row in client("listShops")[1]["results"]]
    assert len(set(names)) == len(names)
    assert names[1] == f"{names[0]} (old)"


def test_a_text_is_shown_under_its_representation(client):
    body = {"representation": "plain", "value": "Feed it."}
    status, made = client("createGuide", title="Cats", body=body)
    assert status == 200
    assert made["body"] == {"plain": body}
    assert client("getGuide", id=int(made["id"])) == (200, made)


def test_a_stale_version_is_refused(client):
    made = client("createGuide", title="Cats", body={"representation": "html", "value": ""})[1]
    assert made["version"] == {"number": 1}
    number = int(made["id"])
    assert client("updateGuide", id=number, title="Dogs", version={"number": 1})[0] == 409
    status, after = client("updateGuide", id=number, title="Dogs", version={"number": 2})
    assert status == 200
    assert after == {**made, "title": "Dogs", "version": {"number": 2}}


def test_actions_change_what_their_path_names(client):
    guide = client.environment.episode.final["guides"]
    number = int(next(key for key, row in guide.items() if not row["archived"]))
    before = client("getGuide", id=number)[1]
    assert client("archiveGuide", id=number) == (204, None)
    assert client("getGuide", id=number)[1] == {**before, "archived": True}
    status, copy = client("copyGuide", id=number, title="A copy")
    assert status == 200
    assert copy == {**before, "archived": True, "id": copy["id"], "title": "A copy"}
    assert copy["id"] != before["id"]
    assert client("copyGuide", id=1, title="A copy")[0] == 404


def test_what_is_assigned_is_read_set_and_cleared(client):
    number = int(next(iter(client.environment.episode.final["guides"].keys())))
    shop = client("getShop", id="10104")[1]
    assert client("setShopOfGuide", id=number, shopId="10104") == (204, None)
    assert client("getShopOfGuide", id=number) == (200, shop)
    assert client("setShopOfGuide", id=number, shopId="none")[0] == 400
    assert client("clearShopOfGuide", id=number) == (204, None)
    assert client("getShopOfGuide", id=number)[0] == 404
    assert "shopId" not in client("getGuide", id=number)[1]


def test_keys_that_a_row_holds_are_added_and_removed(client):
    body = {"representation": "html", "value": ""}
    number = int(client("createGuide", title="Cats", petIds=["p-1"], body=body)[1]["id"])

    def held() -> list[str]:
        return client.environment.episode.final["guides"].get(str(number))["petIds"]

    assert client("addPetsToGuide", id=number, petIds=["p-2", "p-1"]) == (204, None)
    assert held() == ["p-1", "p-2"]
    assert client("removePetFromGuide", id=number, petId="p-1") == (204, None)
    assert held() == ["p-2"]
    assert client("addPetsToGuide", id=1, petIds=[])[0] == 404
