"""`rewardlang import openapi`: files, corrections, a second import, and what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from rewardlang import driver
from rewardlang.cli.import_ import command

PETS = Path(__file__).parent / "pets.yaml"

SCENARIO = """\
rewardlang: 1
scenario: sell
title: Sell a pet
use: [pets]
world: pets
params:
  id: one_of(initial.pets.keys())
prompt: Pet {id} is sold.
reward:
  parts:
    - {id: sold, weight: 1, check: "called updatePet{ok, args.petId == params.id}"}
oracle:
  - updatePet: {petId: "{id}", status: sold}
"""


def run(folder: Path, *args: str, document: Path | None = None):
    """The command, with its files in `folder`."""
    path = str(document or PETS)
    return CliRunner().invoke(command, ["openapi", path, "--out", str(folder), *args])


def test_it_says_what_it_made(tmp_path):
    result = run(tmp_path)
    assert result.exit_code == 0, result.output
    assert "24 operations, 23 modelled, 95 %:" in result.output
    assert "confidence: 13 high, 10 medium" in result.output
    assert "2 files: 2 new" in result.output
    assert sorted(p.name for p in (tmp_path / "apis").iterdir()) == ["pets.lock.json", "pets.yaml"]


def test_a_second_import_gives_the_same_bytes(tmp_path):
    run(tmp_path)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*.*")}
    result = run(tmp_path)
    assert "2 as before" in result.output
    assert {p: p.read_bytes() for p in tmp_path.rglob("*.*")} == before


def test_another_process_gives_the_same_bytes(tmp_path):
    run(tmp_path / "here")
    code = "from rewardlang.cli import main; main()"
    arguments = ["import", "openapi", str(PETS), "--out", str(tmp_path / "there")]
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    subprocess.run([sys.executable, "-c", code, *arguments], env=environment, check=True)
    for path in (tmp_path / "here").rglob("*.*"):
        other = tmp_path / "there" / path.relative_to(tmp_path / "here")
        assert other.read_bytes() == path.read_bytes()


def test_only_the_operations_that_fit(tmp_path):
    result = run(tmp_path, "--operations", "get*", "--operations", "DELETE /pets/{petId}")
    assert "6 operations, 6 modelled:" in result.output
    text = (tmp_path / "apis" / "pets.yaml").read_text()
    made = [line[2:-1] for line in text.splitlines() if line.startswith("  ") and line[2:3] != " "]
    assert [n for n in made if n in ("getPet", "deletePet", "listPets")] == ["getPet", "deletePet"]
    assert driver.check(tmp_path / "apis" / "pets.yaml").ok
    result = run(tmp_path / "none", "--operations", "nothing*")
    assert result.exit_code == 1
    assert "no operation of pets.yaml fits" in str(result.exception)


def test_what_a_person_changed_is_not_written_over(tmp_path):
    run(tmp_path)
    world = tmp_path / "worlds" / "pets.yaml"
    world.write_text(world.read_text() + "# mine\n")
    result = run(tmp_path, "--operations", "get*")
    assert result.exit_code == 1
    assert "changed since it was imported: worlds/pets.yaml" in str(result.exception)
    assert world.read_text().endswith("# mine\n")
    assert "createPet" in (tmp_path / "apis" / "pets.yaml").read_text()
    assert run(tmp_path, "--force").exit_code == 0
    assert not world.read_text().endswith("# mine\n")


def test_a_file_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "pets.yaml").write_text("rewardlang: 1\n")
    assert run(tmp_path).exit_code == 1
    assert (tmp_path / "apis" / "pets.yaml").read_text() == "rewardlang: 1\n"


def test_corrections_are_heeded(tmp_path):
    (tmp_path / "overrides.yaml").write_text("""\
rewardlang: 1
operations:
  createPet:
    name: makePet
    doc: Makes a pet.
    errors:
      - {when: pets.keys().size() > 20, status: 409, body: {code: 409, message: Full.}}
  exportAll: {drop: true}
  deletePet: {opaque: true}
  getShop:
    response: {status: 200, body: {id: "{shop.id}"}}
tables:
  pet_notes: {name: notes, one: note}
schemas:
  Shop: {properties: {city: null, town: {type: string}}}
""")
    result = run(tmp_path)
    assert result.exit_code == 0, result.output
    checked = driver.check(tmp_path / "apis" / "pets.yaml")
    assert [d.message for d in checked.diagnostics] == []
    text = (tmp_path / "apis" / "pets.yaml").read_text()
    assert "  makePet:\n    http: POST /pets\n    doc: Makes a pet.\n" in text
    assert "exportAll" not in text
    assert "      town: {type: string}\n" in text
    assert "city" not in text
    assert "  notes: {row: Note, key: rowKey}\n" in text
    assert 'response: {status: 200, body: {id: "{shop.id}"}}' in text
    assert text.count("opaque: true") == 1
    assert driver.check(tmp_path / "worlds" / "pets.yaml").diagnostics == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("operations: {createPets: {drop: true}}", "did you mean `createPet`?"),
        ("operations: {createPet: {dorp: true}}", "did you mean `drop`?"),
        ("tables: {pet_note: {name: notes}}", "did you mean `pet_notes`?"),
        ("tables: {pets: {key: nam}}", "did you mean `name`?"),
        ("tables: {pets: {name: shops}}", "there is a table `shops` already"),
        ("schemas: {Pets: {type: string}}", "did you mean `Pet`?"),
        ("operation: {}", "did you mean `operations`?"),
        ("operations: {getPet: {response: {status: 200, body: '{pett}'}}}", "did you mean `pets`?"),
        ("operations: [", "error[Y012]"),
    ],
)
def test_a_wrong_correction_is_a_diagnostic(tmp_path, wrong, said):
    (tmp_path / "overrides.yaml").write_text(f"rewardlang: 1\n{wrong}\n")
    result = run(tmp_path)
    assert result.exit_code == 1
    assert said in result.output
    assert not (tmp_path / "apis").exists()


def test_a_new_version_says_what_changed_and_what_it_breaks(tmp_path):
    run(tmp_path)
    (tmp_path / "sell.yaml").write_text(SCENARIO)
    assert driver.check(tmp_path / "sell.yaml").ok
    changed = tmp_path / "new" / "pets.yaml"
    changed.parent.mkdir()
    text = PETS.read_text().replace('version: "1"', 'version: "2"')
    text = text.replace("operationId: updatePet\n", "operationId: changePet\n")
    text = text.replace("schema: {type: object, required: [text], ", "schema: {type: object, ")
    changed.write_text(text)
    result = run(tmp_path, document=changed)
    assert result.exit_code == 0, result.output
    assert "since version 1: 3 changes" in result.output
    assert "gone: updatePet (PATCH /pets/{petId})" in result.output
    assert "new: changePet (PATCH /pets/{petId})" in result.output
    assert "changed: addNote: argument `body text` is no longer required" in result.output
    assert "sell.yaml: T101: there is no operation `updatePet`" in result.output


@pytest.mark.parametrize("text", ["{", "a: b", "[1, 2]", "\0", "openapi: 3.0.0\n"])
def test_a_file_that_is_no_document(tmp_path, text):
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    result = run(tmp_path / "out", document=path)
    assert result.exit_code == 1, result.output
    assert not (tmp_path / "out").exists()


def test_a_document_that_is_not_there(tmp_path):
    result = run(tmp_path, document=tmp_path / "none.yaml")
    assert result.exit_code == 1
    assert "cannot read" in result.output
