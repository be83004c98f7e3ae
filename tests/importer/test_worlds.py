"""Rows of imported worlds: they are what the document asks, and look like its examples."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema
import pytest
import re2
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importer.playing import Client, imported, scenario

from rewardlang import driver
from rewardlang.importer.matching import form_of, matching
from rewardlang_runtime.rng import Rng

CLINIC = """
openapi: 3.1.0
info: {title: Clinic, version: "1"}
paths:
  /owners:
    get:
      operationId: listOwners
      responses: {"200": {description: All., content: {application/json: {schema: {
        type: array, items: {$ref: "#/components/schemas/Owner"}}}}}}
    post:
      operationId: registerOwner
      requestBody: {required: true, content: {application/json: {schema: {
        type: object, required: [firstName], properties: {firstName: {type: string}}}}}}
      responses: {"201": {description: It., content: {application/json: {schema: {
        $ref: "#/components/schemas/Owner"}}}}}
  /owners/{ownerId}:
    get:
      operationId: getOwner
      parameters: [{name: ownerId, in: path, required: true, schema: {type: string},
        example: own_4412}]
      responses: {"200": {description: It., content: {application/json: {schema: {
        $ref: "#/components/schemas/Owner"}}}}}
  /owners/{ownerId}/pets:
    post:
      operationId: addPet
      parameters: [{name: ownerId, in: path, required: true, schema: {type: string}}]
      requestBody: {required: true, content: {application/json: {schema: {
        type: object, required: [name], properties: {name: {type: string},
        microchip: {type: string, pattern: "^[0-9]{15}$"},
        collar: {type: string, pattern: "^[A-Z]{3}-[0-9]{4}$"}}}}}}
      responses: {"201": {description: It., content: {application/json: {schema: {
        $ref: "#/components/schemas/Pet"}}}}}
  /pets:
    get:
      operationId: listPets
      responses: {"200": {description: All., content: {application/json: {schema: {
        type: array, items: {$ref: "#/components/schemas/Pet"}}}}}}
  /pets/{petId}:
    get:
      operationId: getPet
      parameters: [{name: petId, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: It., content: {application/json: {schema: {
        $ref: "#/components/schemas/Pet"}}}}}
  /pets/{petId}/tags/{tag}:
    delete:
      operationId: untagPet
      parameters:
        - {name: petId, in: path, required: true, schema: {type: string}}
        - {name: tag, in: path, required: true, example: anxious,
           schema: {type: string, pattern: "^[a-z][a-z-]*$"}}
      responses: {"204": {description: Gone.}}
components:
  schemas:
    Owner:
      type: object
      required: [id, firstName]
      properties:
        id: {type: string, readOnly: true}
        firstName: {type: string}
        status: {type: string, enum: [requested, confirmed, cancelled]}
        cancellationReason: {type: string}
    Pet:
      type: object
      required: [id, name]
      properties:
        id: {type: string, readOnly: true}
        ownerId: {type: string}
        name: {type: string}
        microchip: {type: string}
        collar: {type: string}
        country: {type: string, minLength: 2, maxLength: 2}
        year: {type: integer}
        tags: {type: array, items: {type: string}}
        createdAt: {type: string, format: date-time}
        updatedAt: {type: string, format: date-time}
      example: {id: pet-7, name: Biscuit, microchip: "968000012345678", tags: [anxious]}
"""


def tables_of(folder: Path) -> tuple[dict[str, list[dict[str, Any]]], str]:
    """The rows of the only world of a folder, by table, and its text."""
    (path,) = (folder / "worlds").iterdir()
    text = path.read_text(encoding="utf-8")
    return {n: t["rows"] for n, t in yaml.safe_load(text)["tables"].items()}, text


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clinic")
    (folder / "clinic.yaml").write_text(CLINIC, encoding="utf-8")
    imported(folder / "clinic.yaml", folder)
    return folder


@pytest.fixture(scope="module")
def rows(clinic: Path) -> dict[str, list[dict[str, Any]]]:
    return tables_of(clinic)[0]


def test_texts_match_the_patterns_of_requests_and_paths(rows):
    assert len(rows["pets"]) == 8
    for pet in rows["pets"]:
        assert re.fullmatch("[0-9]{15}", pet["microchip"])
        assert re.fullmatch("[A-Z]{3}-[0-9]{4}", pet["collar"])
        assert pet["tags"]
        assert all(re.fullmatch("[a-z][a-z-]*", tag) for tag in pet["tags"])
        assert re.fullmatch("[A-Z]{2}", pet["country"])
        assert 1990 <= pet["year"] <= 2026


def test_a_tag_of_a_row_can_be_taken_off(clinic, rows):
    client = Client(scenario(clinic, "clinic"))
    pet = rows["pets"][0]
    assert client("untagPet", petId=pet["id"], tag=pet["tags"][0])[0] == 204
    assert client("getPet", petId=pet["id"])[1]["tags"] == pet["tags"][1:]


def test_examples_are_the_first_row_and_give_the_form_of_the_rest(rows):
    assert [owner["id"] for owner in rows["owners"]][:3] == ["own_4412", "own_4413", "own_4414"]
    assert [pet["id"] for pet in rows["pets"]][:3] == ["pet-7", "pet-8", "pet-9"]
    assert rows["pets"][0]["name"] == "Biscuit"
    assert rows["pets"][1]["microchip"] == "968000012345679"
    owners = {owner["id"] for owner in rows["owners"]}
    assert {pet["ownerId"] for pet in rows["pets"]} <= owners


def test_what_is_created_has_a_key_of_the_same_form(clinic, rows):
    client = Client(scenario(clinic, "clinic"))
    status, made = client("registerOwner", firstName="Mara")
    assert status == 201
    assert re.fullmatch("own_[0-9]{4}", made["id"])
    assert made["id"] not in {owner["id"] for owner in rows["owners"]}


def test_times_lie_before_the_clock_and_in_order(clinic, rows):
    start = yaml.safe_load(tables_of(clinic)[1])["clock"]["start"]
    for pet in rows["pets"]:
        made, changed = pet["createdAt"], pet["updatedAt"]
        assert datetime.fromisoformat(made) <= datetime.fromisoformat(changed)
        assert datetime.fromisoformat(changed) < datetime.fromisoformat(start)


def test_a_reason_for_a_status_is_given_in_that_status_alone(rows):
    assert {owner["status"] for owner in rows["owners"]} == {"requested", "confirmed", "cancelled"}
    for owner in rows["owners"]:
        assert ("cancellationReason" in owner) == (owner["status"] == "cancelled")


@pytest.mark.parametrize(
    ("example", "third"),
    [
        ("own_4412", "own_4414"),
        ("INV-2026-0042", "INV-2026-0044"),
        ("C-100231", "C-100233"),
        ("978-0-15-144647-6", "978-0-15-144649-6"),
        ("vet_09", "vet_11"),
        ("B7", "B9"),
    ],
)
def test_identifiers_go_on_in_the_form_of_the_example(example, third):
    form = form_of(example)
    assert form is not None
    assert (form.at(0), form.at(2)) == (example, third)


@pytest.mark.parametrize(
    "example",
    ["Dr. Ines Okafor", "5b10ac8d82e05b22cc7d4ef5", "0b8e8a0c-63a0-4a57-8c4e-7d0f3b9d1a11", "", 7,
     "https://example.com/7", "Room 7", "a7@example.com"],
)  # fmt: skip
def test_what_is_no_identifier_with_a_number_has_no_form(example):
    assert form_of(example) is None


def test_new_keys_are_as_long_as_those_with_zeros_in_front():
    form = form_of("INV-2026-0042")
    assert form is not None
    assert len(str(form.behind(50))) == 4


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "^(a|a)*$", "((a*)*)*b", "^.*.*.*x$", "^(((){900}){900}){900}$", "(" * 400,
     "^(((a{30}){30}){30}){30}$", "a{1,100000}", r"^(?=x)y$", "^[^\\x00-\\x7f]{3}$", "^$", "["],
)  # fmt: skip
def test_hostile_patterns_end_soon_in_a_short_text_that_matches_or_in_none(pattern):
    found = matching([pattern], 0, None, ["billing note"], Rng(1, "x"))
    assert found is None or (len(found) <= 1000 and re.search(pattern, found) is not None)


@given(st.text(alphabet="ab1-\\d[]{}()*+?|^$.,2", max_size=14), st.integers(0, 30))
def test_a_text_that_is_found_matches(pattern, least):
    found = matching([pattern], least, least + 20, ["note"], Rng(1, "x"))
    assert found is None or least <= len(found) <= least + 20
    if found is not None:
        assert re2.search(pattern, found)
        assert matching([pattern], least, least + 20, ["note"], Rng(1, "x")) == found


PATTERNS = [
    "^[0-9]{15}$", "^[a-z][a-z-]*$", "^[A-Z]{2}[0-9]{3}$", "^(red|green)$", "[0-9]+", "^x?y+",
    r"^\d{4}-\d{2}$", r"^\w+@\w+$", "(a+)+$", "^[^a-z ]+$",
]  # fmt: skip


@st.composite
def asked(draw: Any) -> dict[str, Any]:
    """A schema of a text, a number or a list that some value satisfies."""
    kind = draw(st.sampled_from(["pattern", "length", "format", "enum", "number", "list"]))
    if kind == "pattern":
        return {"type": "string", "pattern": draw(st.sampled_from(PATTERNS)), "maxLength": 40}
    if kind == "length":
        least = draw(st.integers(0, 30))
        return {"type": "string", "minLength": least, "maxLength": least + draw(st.integers(0, 9))}
    if kind == "format":
        names = ["date", "date-time", "uuid", "email", "uri", "ipv4", "ipv6", "time", "hostname"]
        return {"type": "string", "format": draw(st.sampled_from(names))}
    if kind == "enum":
        return {"type": "string", "enum": ["a", "b-c"]}
    if kind == "number":
        least = draw(st.integers(-50, 3000))
        return {"type": draw(st.sampled_from(["integer", "number"])), "minimum": least,
                "maximum": least + draw(st.integers(0, 200))}  # fmt: skip
    return {
        "type": "array",
        "items": {"type": "string", "pattern": draw(st.sampled_from(PATTERNS))},
    }


FIELDS = st.sampled_from([
    "code", "title", "name", "tags", "year", "price", "country", "createdAt", "phone", "isbn",
    "email", "note", "weight", "size", "status", "street",
])  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(FIELDS, asked(), min_size=1, max_size=5), st.booleans())
def test_rows_are_all_that_their_schema_asks(fields, in_request):
    plain = {name: {"type": part["type"]} for name, part in fields.items()}
    shown = plain if in_request else fields
    shown = {"id": {"type": "string"}, **shown}
    answered = {"application/json": {"schema": {"type": "object", "properties": shown}}}
    body = {"application/json": {"schema": {"type": "object", "properties": fields}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "paths": {
            "/things": {
                "post": {
                    "operationId": "makeThing",
                    "requestBody": {"required": True, "content": body},
                    "responses": {"201": {"description": "It.", "content": answered}},
                }
            },
            "/things/{id}": {
                "get": {
                    "operationId": "getThing",
                    "parameters": [
                        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
                    ],
                    "responses": {"200": {"description": "It.", "content": answered}},
                }
            },
        },
    }
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "things.json").write_text(json.dumps(document), encoding="utf-8")
        made = imported(folder / "things.json", folder)
        assert [driver.check(folder / file.path).diagnostics for file in made.files] == [(), ()]
        tables, text = tables_of(folder)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    validator = jsonschema.Draft202012Validator(
        {"type": "object", "properties": fields}, format_checker=checker
    )
    assert tables["things"]
    for row in tables["things"]:
        assert [error.message for error in validator.iter_errors(row)] == [], text


def test_the_world_says_for_what_no_value_was_found(tmp_path):
    text = CLINIC.replace('pattern: "^[0-9]{15}$"', 'pattern: "^[0-9]{15}$", maxLength: 3')
    (tmp_path / "clinic.yaml").write_text(text, encoding="utf-8")
    imported(tmp_path / "clinic.yaml", tmp_path)
    head = " ".join(tables_of(tmp_path)[1].split("rewardlang: 1")[0].replace("#", " ").split())
    assert "No value was found that is all that the document asks of `pets.microchip`." in head


def test_a_world_that_is_all_that_was_asked_says_nothing(clinic):
    assert "No value" not in tables_of(clinic)[1]
