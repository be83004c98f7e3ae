"""A little scenario to give to commands, and how they are run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Run = Callable[..., tuple[int, str]]

LITTLE = """\
rewardlang: 1
scenario: jira.little
title: Look at one issue
use: [jira]
world: acme
params: {key: 'one_of(["PAY-12", "PAY-13", "PAY-14"])'}
prompt: What is the status of {key}?
limits: {calls: 4}
let: {status: 'initial.issues[params.key]!.fields.status.name'}
reward:
  gates:
    - {id: read_only, require: delta.is_empty(), otherwise: 0.1}
  parts:
    - {id: looked, weight: 1, check: 'called getIssue{ok, args.issueIdOrKey == params.key}'}
    - {id: said, weight: 3, check: 'says(answer, status)'}
  penalties:
    - {id: invented, factor: 'ramp(count(any{kind == "unknown_tool"}), good=0, bad=2, floor=0.5)'}
oracle:
  - getIssue: {issueIdOrKey: "{key}"}
  - answer: It is {status}.
tests:
  - {name: the oracle, oracle: true, reward: 1}
  - {name: nothing done, calls: [], reward: 0}
  - {name: an invented tool, calls: [{readIssue: {}}], reward: %s}
"""


def checked(run: Run, *args: str | Path, status: int = 0) -> str:
    """What a command printed, which has ended with `status`."""
    got, said = run(*args)
    assert got == status, said
    return said
