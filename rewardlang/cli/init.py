"""`rewardlang init`: a scenario that lints, runs and passes its tests, to be changed from there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click

from rewardlang.cli import Failure

_TEMPLATE = """\
rewardlang: 1
scenario: {name}
title: Put the label "triaged" on one issue
use: [jira]  # the API: its tools, and how they answer
world: acme  # what is there when an episode starts
params:  # drawn for every task
  key: one_of(initial.issues.filter(i => i.fields.project.key == "PAY").map(i => i.key))
assume: ['"triaged" not in before']
prompt: Add the label "triaged" to {{key}}. Keep the labels that it has.
limits: {{calls: 5}}
let:
  before: initial.issues[params.key]!.fields.labels
  wanted: before.union(["triaged"])
  now: final.issues[params.key]?.fields.labels ?? []
reward:  # the weighted mean of the parts; 0 when a gate fails
  gates:
    - id: nothing_else
      require: delta.changed_only(issues[params.key].fields.labels, issues[params.key].fields.updated)
  parts:
    - {{id: looked, weight: 1, check: "called getIssue{{ok, args.issueIdOrKey == params.key}}"}}
    - {{id: labelled, weight: 3, score: "gain(f1(before, wanted), f1(now, wanted))"}}
oracle:  # a solution; it must earn 1
  - getIssue: {{issueIdOrKey: "{{key}}"}}
  - editIssue: {{issueIdOrKey: "{{key}}", update: {{labels: [{{add: triaged}}]}}}}
tests:
  - {{name: the oracle, oracle: true, reward: 1}}
  - {{name: nothing done, calls: [], reward: 0}}
  - {{name: one read then stop, calls: [{{getIssue: {{issueIdOrKey: "{{key}}"}}}}], reward: 0.25}}
  - {{name: a refused read, calls: [{{getIssue: {{issueIdOrKey: "{{key}}", fields: all}}}}], reward: 0}}
"""  # noqa: E501  # the lines of the file that is written


@click.command("init")
@click.argument("name", metavar="NAME[.yaml]")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def command(name: str, force: bool) -> None:
    """Write a new scenario, NAME.yaml, that already lints, runs and passes its tests.

    It uses the Jira API and the world `acme` that come with rewardlang. Change one thing at a
    time, and lint.

    \b
    rewardlang init triage
    rewardlang lint triage.yaml
    rewardlang run triage.yaml
    """
    path = Path(name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    stem = re.sub(r"[^A-Za-z0-9_]+", "_", path.stem).strip("_")
    if not stem or stem[0].isdigit():
        raise click.UsageError(f"{name}: a scenario's name starts with a letter")
    if not path.parent.is_dir():
        raise Failure(f"there is no folder {path.parent}; make it first, or name another")
    if path.exists() and not force:
        raise Failure(f"{path} is there already; --force writes over it")
    try:
        path.write_text(_TEMPLATE.format(name=f"jira.{stem}"), encoding="utf-8")
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    click.echo(f"{path} is written; next:\n")
    for verb in ("lint", "run", "test"):
        click.echo(f"  rewardlang {verb} {shlex.quote(str(path))}")
