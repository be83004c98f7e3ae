"""Findings as SARIF 2.1.0, the OASIS standard that code scanning reads.

Columns count Unicode code points. Paths are relative to the current folder, as `%SRCROOT%`, when
they lie under it.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from rewardlang import __version__
from rewardlang.diagnostics import pages
from rewardlang.diagnostics.codes import CODES
from rewardlang.diagnostics.diagnostic import Code, Fix, Label
from rewardlang.findings.finding import Finding
from rewardlang.source import Span

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"

Json = dict[str, object]


def text(findings: Sequence[Finding], files: Sequence[str]) -> str:
    """The log: one run, with the rules that have a result."""
    used = {finding.diagnostic.code.id for finding in findings}
    rules = [code for code in CODES.values() if code.id in used]
    index = {code.id: number for number, code in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "rewardlang",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(code) for code in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"uri": Path.cwd().as_uri().rstrip("/") + "/"}},
        "artifacts": [{"location": _artifact(file)} for file in files],
        "results": [_result(each, index[each.diagnostic.code.id]) for each in findings],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False)


def _rule(code: Code) -> Json:
    page = pages.read(code.id)
    return {
        "id": code.id,
        "name": "".join(word.capitalize() for word in code.name.split("-")),
        "shortDescription": {"text": f"{code.summary[0].upper()}{code.summary[1:]}."},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": code.level},
        "properties": {"tags": [f"family/{code.id[0]}"]},
    }


def _result(finding: Finding, rule: int) -> Json:
    diagnostic = finding.diagnostic
    said = [diagnostic.message]
    if diagnostic.help:
        said.append(f"Help: {diagnostic.help}")
    result: Json = {
        "ruleId": diagnostic.code.id,
        "ruleIndex": rule,
        "level": diagnostic.code.level,
        "message": {"text": "\n".join([*said, *finding.notes])},
        "locations": [_location(diagnostic.label)],
        "partialFingerprints": {"rewardlang/v1": finding.fingerprint},
    }
    if diagnostic.others:
        result["relatedLocations"] = [
            {"id": number, **_location(label)} for number, label in enumerate(diagnostic.others, 1)
        ]
    if diagnostic.fix is not None:
        result["fixes"] = [_fix(diagnostic.fix, diagnostic.help)]
    if finding.traces:
        result["attachments"] = [
            {
                "description": {"text": evidence.name},
                "artifactLocation": _artifact(trace),
            }
            for evidence, trace in zip(diagnostic.evidence, finding.traces, strict=True)
        ]
        result["properties"] = {"replay": [shlex.join(command) for command in finding.replays]}
    return result


def _location(label: Label) -> Json:
    location: Json = {
        "physicalLocation": {
            "artifactLocation": _artifact(label.span.source.path),
            "region": _region(label.span),
        }
    }
    if label.text:
        location["message"] = {"text": label.text}
    return location


def _region(span: Span) -> Json:
    begin, end = span.begin, span.finish
    return {
        "startLine": begin.line,
        "startColumn": begin.column,
        "endLine": end.line,
        "endColumn": end.column,
        "charOffset": span.start,
        "charLength": span.end - span.start,
    }


def _fix(fix: Fix, help: str | None) -> Json:
    replacement = {
        "deletedRegion": _region(fix.span),
        "insertedContent": {"text": fix.replacement},
    }
    path = fix.span.source.path
    return {
        "description": {"text": help or "a fix"},
        "artifactChanges": [{"artifactLocation": _artifact(path), "replacements": [replacement]}],
    }


def _artifact(path: str) -> Json:
    name = PurePosixPath(path)
    if not name.is_absolute():
        resolved = Path(path)
        if ".." not in name.parts:
            return {"uri": quote(path), "uriBaseId": _ROOT}
        return {"uri": resolved.resolve().as_uri()}
    return {"uri": Path(path).as_uri()}
