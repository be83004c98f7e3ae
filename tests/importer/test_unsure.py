"""What looks as if it made or deleted a row, and does something else, is opaque."""

from __future__ import annotations

from pathlib import Path

import pytest
from importer.playing import imported

CLUB = """
openapi: 3.0.3
info: {title: Club, version: "1"}
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
      responses: {"201": {description: New., content: {application/json: {schema:
        {$ref: "#/components/schemas/Member"}}}}}
  /members/{memberId}:
    parameters: [{name: memberId, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getMember
      responses: {"200": {description: It., content: {application/json: {schema:
        {$ref: "#/components/schemas/Member"}}}}}
  /member:
    delete:
      operationId: deleteMember
      summary: Delete member
      parameters: [{name: memberId, in: query, required: true, schema: {type: string}}]
      responses: {"204": {description: Gone.}}
  /team/member:
    delete:
      operationId: leaveTeam
      summary: Removes a member from a team
      parameters:
        - {name: memberId, in: query, required: true, schema: {type: string}}
        - {name: team, in: query, schema: {type: string}}
      responses: {"204": {description: Gone.}}
  /matches:
    get:
      operationId: listMatches
      responses: {"200": {description: All., content: {application/json: {schema:
        {type: array, items: {$ref: "#/components/schemas/Match"}}}}}}
  /matches/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getMatch
      responses: {"200": {description: It., content: {application/json: {schema:
        {$ref: "#/components/schemas/Match"}}}}}
  /matches/{id}/votes:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getVotes
      responses: {"200": {description: It., content: {application/json: {schema:
        {type: object, properties: {votes: {type: integer}, mine: {type: boolean}}}}}}}
    delete:
      operationId: removeVote
      summary: Delete the caller's vote
      responses: {"204": {description: Gone.}}
  /matches/{id}/report:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getReport
      responses: {"200": {description: It., content: {application/json: {schema:
        {type: object, properties: {text: {type: string}}}}}}}
    put:
      operationId: putReport
      requestBody: {content: {application/json: {schema:
        {type: object, properties: {text: {type: string}}}}}}
      responses: {"204": {description: There.}}
    delete:
      operationId: deleteReport
      summary: Delete the report
      responses: {"204": {description: Gone.}}
  /matches/{id}/moves:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: listMoves
      responses: {"200": {description: All., content: {application/json: {schema:
        {type: array, items: {$ref: "#/components/schemas/Move"}}}}}}
    post:
      operationId: doMove
      summary: Moves the match on
      requestBody: {content: {application/json: {schema:
        {type: object, properties: {name: {type: string}}}}}}
      responses: {"204": {description: Done.}}
  /matches/{id}/moves/{moveId}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
      - {name: moveId, in: path, required: true, schema: {type: string}}
    get:
      operationId: getMove
      responses: {"200": {description: It., content: {application/json: {schema:
        {$ref: "#/components/schemas/Move"}}}}}
components:
  schemas:
    Member: {type: object, properties: {memberId: {type: string}, name: {type: string}}}
    Match: {type: object, properties: {id: {type: string}, place: {type: string}}}
    Move: {type: object, properties: {id: {type: string}, name: {type: string}}}
"""


@pytest.mark.parametrize(
    ("operation", "kind", "why"),
    [
        ("deleteMember", "delete", ""),
        ("leaveTeam", "opaque", "takes something out of a thing"),
        ("removeVote", "opaque", "a part of the match vote only"),
        ("deleteReport", "delete", ""),
        ("doMove", "opaque", "is not said to make anything"),
    ],
)
def test_what_is_no_row_that_comes_or_goes(
    tmp_path: Path, operation: str, kind: str, why: str
) -> None:
    file = tmp_path / "club.yaml"
    file.write_text(CLUB, encoding="utf-8")
    found = next(draft for draft in imported(file, tmp_path).drafts if draft.name == operation)
    assert found.kind == kind
    assert why in "; ".join(found.notes)
