"""Findings as JUnit XML: a suite per file, a failed case per finding, a passed one if none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from rewardlang.diagnostics.render import render
from rewardlang.findings.finding import Finding

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(findings: Sequence[Finding], files: Sequence[str]) -> str:
    """The document. Notes are cases that passed, with what they say as output."""
    by_file: dict[str, list[Finding]] = {file: [] for file in files}
    for finding in findings:
        by_file.setdefault(finding.file, []).append(finding)
    counts = _counts(findings, by_file)
    root = ElementTree.Element("testsuites", {"name": "rewardlang lint", **counts})
    for file, found in by_file.items():
        counts = _counts(found, {file: found})
        suite = ElementTree.SubElement(root, "testsuite", {"name": _clean(file), **counts})
        for finding in found:
            _case(suite, file, finding)
        if not found:
            ElementTree.SubElement(suite, "testcase", name="lint", classname=_clean(file))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode")


def _counts(findings: Sequence[Finding], by_file: dict[str, list[Finding]]) -> dict[str, str]:
    cases = sum(max(1, len(found)) for found in by_file.values())
    failed = sum(finding.diagnostic.code.level != "note" for finding in findings)
    return {"tests": str(cases), "failures": str(failed), "errors": "0"}


def _case(suite: ElementTree.Element, file: str, finding: Finding) -> None:
    diagnostic = finding.diagnostic
    span = diagnostic.label.span
    line, column = span.begin
    name = f"{diagnostic.code.id} {span.source.path}:{line}:{column}"
    case = ElementTree.SubElement(suite, "testcase", name=_clean(name), classname=_clean(file))
    said = _clean(render(diagnostic, finding.notes).plain)
    if diagnostic.code.level == "note":
        ElementTree.SubElement(case, "system-out").text = said
        return
    failure = ElementTree.SubElement(
        case, "failure", type=diagnostic.code.level, message=_clean(diagnostic.message)
    )
    failure.text = said


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold, escaped or not."""
    return _NOT_XML.sub("\ufffd", text)
