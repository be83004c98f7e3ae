"""APIs that nobody wrote: what is derived from their import checks, and pays what it should."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importer.documents import documents
from importer.playing import imported

from rewardlang import driver, policies
from rewardlang.derive.load import load
from rewardlang.derive.tasks import Derived, derive
from rewardlang_runtime import Environment, Scenario

SEEDS = range(5)


def derived(folder: Path) -> list[Derived]:
    """A scenario for each operation of the API that was imported into a folder, or why not."""
    api, world = folder / "apis" / "things.yaml", folder / "worlds" / "things.yaml"
    return list(derive(*load(api.as_posix(), world.as_posix())))


def paid(scenario: Scenario, seed: int, *, idle: bool) -> float:
    """The reward of the oracle, or of a policy that does and says nothing."""
    environment = Environment(scenario)
    environment.reset(seed=seed)
    policies.play(environment, policies.idle() if idle else policies.oracle(environment))
    return environment.detail().reward


ODD = """
openapi: 3.0.3
info: {title: Things, version: "1"}
paths:
  /cats:
    get:
      responses:
        "200":
          description: All.
          content:
            application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Cat"}}}
  /cats/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      responses:
        "200":
          description: It.
          content: {application/json: {schema: {$ref: "#/components/schemas/Cat"}}}
    put:
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {is: {type: integer}, name: {type: string}}}
      responses:
        "200":
          description: It.
          content: {application/json: {schema: {$ref: "#/components/schemas/Cat"}}}
  /cats/{id}/archive:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    post:
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {id: {type: string}}}
      responses: {"202": {description: Done.}}
  /mice:
    get:
      responses:
        "200":
          description: All.
          content:
            application/json:
              schema: {type: array, items: {type: object, properties: {id: {type: string}}}}
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties: {id: {type: object, properties: {name: {type: integer}}}}
      responses:
        "200":
          description: It.
          content:
            application/json: {schema: {type: object, properties: {id: {type: string}}}}
  /cats/{id}/paws/{key}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
      - {name: key, in: path, required: true, schema: {enum: [1, left]}}
    get:
      responses:
        "200":
          description: It.
          content: {application/json: {schema: {$ref: "#/components/schemas/Toe"}}}
    put:
      requestBody:
        content: {application/json: {schema: {$ref: "#/components/schemas/Toe"}}}
      responses:
        "200":
          description: It.
          content: {application/json: {schema: {$ref: "#/components/schemas/Toe"}}}
  /groups/lists:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: array
              items: {type: array, items: {type: string, nullable: true}}
      responses: {"202": {description: Done.}}
  /groups/maps:
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                owner:
                  oneOf:
                    - {type: object, additionalProperties: {type: integer}}
                    - {$ref: "#/components/schemas/Paw"}
                name: {type: string}
      responses: {"202": {description: Done.}}
  /groups/either:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              oneOf:
                - {type: array, items: {type: string, format: uuid}}
                - {$ref: "#/components/schemas/Paw"}
      responses: {"202": {description: Done.}}
components:
  schemas:
    Toe: {type: object, properties: {nail: {type: string}}}
    Paw: {type: object, additionalProperties: false, properties: {size: {type: integer}}}
    Cat:
      type: object
      required: [id]
      properties:
        id: {type: string, format: date-time}
        is: {type: integer}
        name: {type: string}
        owner: {type: object, properties: {nick: {type: string}}}
        notes: {type: object, additionalProperties: {type: string}}
"""
"""Fields called like words of the language, maps beside texts, lists of lists, unions; what is made
of nothing that it was given; keys of several types."""


def test_odd_fields(tmp_path):
    path = tmp_path / "things.yaml"
    path.write_text(ODD, encoding="utf-8")
    imported(path, tmp_path)
    sound(tmp_path, [each for each in derived(tmp_path) if each.text])


def sound(folder: Path, made: list[Derived]) -> None:
    """Each scenario has no error, its oracle earns 1, and who does nothing 0."""
    for each in made:
        (folder / each.file).write_text(each.text, encoding="utf-8")
    for each in made:
        found = driver.lint_file(folder / each.file, use_cache=False).diagnostics
        wrong = [f"{d.code.id} {d.message}" for d in found if d.code.level == "error"]
        assert wrong == [], each.text
        scenario = driver.load(folder / each.file, use_cache=False)
        assert [paid(scenario, seed, idle=False) for seed in SEEDS] == [1.0] * 5, each.text
        assert [paid(scenario, seed, idle=True) for seed in SEEDS] == [0.0] * 5, each.text


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(documents(), st.randoms(use_true_random=False))
def test_scenarios_check_and_pay_their_oracle_alone(document, random):
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path = folder / "things.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        imported(path, folder)
        made = derived(folder)
        assert made == derived(folder)
        assert [bool(each.text) for each in made] == [not each.why for each in made]
        written = [each for each in made if each.text]
        sound(folder, random.sample(written, min(len(written), 4)))
