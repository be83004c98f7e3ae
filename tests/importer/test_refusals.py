"""Refusals that a document has: modelled where its words leave no doubt, told where they do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from importer.playing import Client, imported, scenario

from rewardlang import driver
from rewardlang.importer.drafts import Draft

LIBRARY = """
openapi: 3.0.3
info: {title: Library, version: "1"}
paths:
  /members:
    get:
      operationId: listMembers
      responses: {"200": {description: All., content: {application/json: {schema:
        {type: array, items: {$ref: "#/components/schemas/Member"}}}}}}
    post:
      operationId: addMember
      requestBody: {content: {application/json: {schema:
        {type: object, required: [name], properties: {name: {type: string}}}}}}
      responses:
        "201": {description: New., content: {application/json: {schema:
          {$ref: "#/components/schemas/Member"}}}}
  /members/{memberId}:
    parameters: [{name: memberId, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getMember
      responses: {"200": {description: It., content: {application/json: {schema:
        {$ref: "#/components/schemas/Member"}}}}}
    delete:
      operationId: removeMember
      responses: {"204": {description: Gone.}}
  /loans:
    post:
      operationId: lend
      requestBody: {content: {application/json: {schema:
        {type: object, required: [memberId], properties: {memberId: {type: string}}}}}}
      responses: {"201": {description: New., content: {application/json: {schema:
        {$ref: "#/components/schemas/Loan"}}}}}
  /loans/{loanId}:
    parameters: [{name: loanId, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getLoan
      responses: {"200": {description: It., content: {application/json: {schema:
        {$ref: "#/components/schemas/Loan"}}}}}
  /loans/{loanId}/return:
    parameters: [{name: loanId, in: path, required: true, schema: {type: string}}]
    post:
      operationId: giveBack
      responses:
        "204": {description: Done.}
components:
  schemas:
    Member: {type: object, required: [id, name],
      properties: {id: {type: string}, name: {type: string}}}
    Loan: {type: object, required: [id, memberId, status], properties: {
      id: {type: string}, memberId: {type: string},
      status: {type: string, enum: [open, overdue, return, returned]}}}
"""


def _library(folder: Path, operation: str, refusal: dict[str, str], text: str = "") -> Draft:
    """The draft of an operation whose document has these answers, and this description."""
    document: dict[str, Any] = yaml.safe_load(LIBRARY)
    for path in document["paths"].values():
        for each in path.values():
            if isinstance(each, dict) and each["operationId"] == operation:
                answers = {status: {"description": said} for status, said in refusal.items()}
                each["responses"].update(answers)
                each["description"] = text
    file = folder / "library.yaml"
    file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    made = imported(file, folder)
    found = driver.check(folder / "apis/library.yaml").diagnostics
    assert [f"{d.code.id} {d.message}" for d in found if d.code.level == "error"] == []
    return next(draft for draft in made.drafts if draft.name == operation)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A member who still has loans cannot be removed.", "A conflict."),
        ("", "Returned if the member has any loans."),
    ],
)
def test_a_row_that_others_refer_to_is_not_deleted(tmp_path, text, said):
    draft = _library(tmp_path, "removeMember", {"409": said}, text)
    assert draft.confidence == "medium"
    client = Client(scenario(tmp_path, "library"))
    _, member = client("addMember", name="Ann")
    client("lend", memberId=member["id"])
    assert client("removeMember", memberId=member["id"])[0] == 409
    assert client("getMember", memberId=member["id"])[0] == 200
    _, other = client("addMember", name="Bo")
    assert client("removeMember", memberId=other["id"])[0] == 204
    assert "loans.memberId in members" in (tmp_path / "apis/library.yaml").read_text()


def test_of_rows_that_refer_only_those_of_the_status_that_is_named_count(tmp_path):
    _library(tmp_path, "removeMember", {"409": "A member with open loans cannot be removed."})
    client = Client(scenario(tmp_path, "library"))
    _, member = client("addMember", name="Ann")
    _, loan = client("lend", memberId=member["id"])
    assert client("removeMember", memberId=member["id"])[0] == 409
    client("giveBack", loanId=loan["id"])
    assert client("removeMember", memberId=member["id"])[0] == 204


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Only loans that are `open` can be returned.", "Not in a state for that."),
        ("", "Returned if the loan is not open."),
        ("", "The loan must be open."),
        ("A loan can only be returned while it is open.", "Conflict"),
    ],
)
def test_a_row_in_another_state_is_refused(tmp_path, text, said):
    draft = _library(tmp_path, "giveBack", {"409": said}, text)
    assert "409 where `status` is not open, by the document's words" in draft.notes
    client = Client(scenario(tmp_path, "library"))
    _, loan = client("lend", memberId=client("addMember", name="Ann")[1]["id"])
    assert client("giveBack", loanId=loan["id"])[0] == 204
    assert client("giveBack", loanId=loan["id"])[0] == 409
    assert client("getLoan", loanId=loan["id"])[1]["status"] == "returned"


@pytest.mark.parametrize(
    ("operation", "status", "said", "text", "note"),
    [
        ("addMember", "409", "The name is taken.", "", "The name is taken"),
        ("addMember", "409", "Conflict.", "The name must not be in use. Names are short.",
         "Conflict (The name must not be in use)"),
        ("addMember", "409", "Returned if the name is taken.", "A name must be short.",
         "Returned if the name is taken"),
        ("addMember", "409", "", "", "it says nothing of when"),
        ("giveBack", "409", "Only loans that are not open can be returned.", "",
         "Only loans that are not open can be returned"),
        ("removeMember", "409", "Returned if the member has unread loans.", "",
         "Returned if the member has unread loans"),
        ("giveBack", "403", "The library is closed.", "", "The library is closed"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_told(tmp_path, operation, status, said, text, note):
    draft = _library(tmp_path, operation, {status: said}, text)
    assert f"the document's {status} is not modelled: {note}" in draft.notes
    assert draft.confidence == "medium"
    assert not [rule for rule in draft.rules if rule.status == int(status)]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("403", "The caller has no permission for it."),
        ("403", "Forbidden"),
        ("422", "Validation error."),
    ],
)
def test_rights_that_nobody_lacks_and_what_every_request_gets_are_not_told(tmp_path, status, said):
    draft = _library(tmp_path, "addMember", {status: said})
    assert (draft.notes, draft.confidence) == ([], "high")
