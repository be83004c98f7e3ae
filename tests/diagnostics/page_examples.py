"""The examples of a diagnostic's page, and what a check says of them.

A page has the sections `## Reported` and `## Accepted`, each with fenced blocks. A block is a
fragment: its top-level keys replace those of a file in tests/diagnostics/base, which one the first
line of the fence says, and whether the code is one that only playing the scenario can find:

    fence            static codes         codes of the judge
    ```yaml          close.yaml           judged.yaml
    ```yaml api      apis/desk.yaml       apis/helpdesk.yaml
    ```yaml world    worlds/office.yaml   worlds/hall.yaml
    ```toml settings, ```json baseline    rewardlang.toml and baseline.json, whole
    ```jsonl rollouts                     rollouts.jsonl: the lines, each for eight tasks

    ```yaml openapi, ```json openapi      an OpenAPI document, whole, which is read; and when there
                                          is an `api` too, that is held against it, with the
                                          list of deviations in ```yaml conform

All blocks of a section make one scenario, or are one document. The one under "Reported" must be
reported with the page's code and no other, that under "Accepted" with nothing; those of a judge's
code have no static finding, and the judge reports the code, among others, or not at all. A fragment
that begins with `rewardlang:` replaces the whole file.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from rewardlang.diagnostics.diagnostic import Diagnostic

BASE = Path(__file__).parent / "base"
WHOLE = {
    "settings": "rewardlang.toml",
    "baseline": "baseline.json",
    "rollouts": "rollouts.jsonl",
}
FILES = {"scenario": "close.yaml", "api": "apis/desk.yaml", "world": "worlds/office.yaml", **WHOLE}
JUDGED_FILES = {"scenario": "judged.yaml", "api": "apis/helpdesk.yaml", "world": "worlds/hall.yaml"}
_SECTION = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```(?:yaml|toml|jsonl?) *(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def sections(page: str) -> dict[str, list[tuple[str, str]]]:
    """The blocks of each section: kind of file and text."""
    return {
        name: [(kind or "scenario", text) for kind, text in _BLOCK.findall(body)]
        for name, body in _SECTION.findall(page)
    }


def spliced(base: str, fragment: str) -> str:
    """`base` with its top-level keys replaced by those of the fragment, which follow at the end."""
    keys = re.findall(r"^([A-Za-z_]+):", fragment, re.MULTILINE)
    if keys[:1] == ["rewardlang"]:
        return fragment
    kept = re.split(r"^(?=[A-Za-z_]+:)", base, flags=re.MULTILINE)
    return "".join(part for part in kept if part.split(":", 1)[0] not in keys) + fragment


def on_eight_tasks(lines: str) -> str:
    """Rollouts of eight groups a step out of those of one."""
    rollouts = [json.loads(line) for line in lines.splitlines()]
    return "".join(json.dumps({"seed": seed, **r}) + "\n" for seed in range(8) for r in rollouts)


def by_playing() -> frozenset[str]:
    """The codes that the judge reports and no lint."""
    from rewardlang import lint
    from rewardlang.judge import draft, run

    assert run.SECTIONS  # importing it has entered the rules
    judged = {code.id for codes, _ in draft.RULES for code in codes}
    return frozenset(judged - {code.id for codes, _ in lint.LINTS for code in codes})


def write(blocks: list[tuple[str, str]], folder: Path, files: dict[str, str] = FILES) -> Path:
    """Write the files that the blocks make under `folder`; the path of the scenario."""
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    for kind, text in blocks:
        path = folder / files[kind]
        if kind == "rollouts":
            text = on_eight_tasks(text)
        elif kind not in WHOLE:
            text = spliced(path.read_text(encoding="utf-8"), text)
        path.write_text(text, encoding="utf-8")
    return folder / files["scenario"]


def check_document(blocks: list[tuple[str, str]], folder: Path) -> set[str]:
    """The codes of what is wrong with the document, or with the API that is held against it."""
    from rewardlang.conform.run import conform, to_diagnostics
    from rewardlang.openapi import read_text

    held = dict(blocks)
    if "api" not in held:
        return {p.code.id for p in read_text(held["openapi"].encode(), "api.yaml")[1]}
    write([("api", held["api"])], folder)
    document = folder / "document.yaml"
    document.write_text(held["openapi"], encoding="utf-8")
    api = folder / FILES["api"]
    if "conform" in held:
        api.with_name("desk.conform.yaml").write_text(held["conform"], encoding="utf-8")
    return {found.code.id for found in to_diagnostics(conform(api, [document]))}


def check(blocks: list[tuple[str, str]], folder: Path) -> list[Diagnostic]:
    """Every static finding in the scenario that the blocks make, with its settings."""
    from rewardlang.findings import run

    path = write(blocks, folder)
    rollouts = folder / FILES["rollouts"] if any(kind == "rollouts" for kind, _ in blocks) else None
    result = run.lint([path], run.Options(static=True, use_cache=False, rollouts=rollouts))
    return [finding.diagnostic for finding in result.findings]


def check_judged(
    blocks: list[tuple[str, str]], folder: Path
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """What lints and what the judge say of the scenario that the blocks make.

    Definitions of the base that the example has no use for are no finding.
    """
    from rewardlang import driver
    from rewardlang.diagnostics import codes
    from rewardlang.judge.run import judge

    checked = driver.check(write(blocks, folder, JUDGED_FILES))
    static = [found for found in checked.diagnostics if found.code is not codes.UNUSED]
    if checked.scenario is None:
        return static, []
    judgement = judge(checked.scenario, driver.build(checked.scenario))
    return static, list(judgement.diagnostics)
