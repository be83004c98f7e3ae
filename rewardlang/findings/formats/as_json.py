"""Findings as a JSON list: `diagnostics.formats`, and `file`, `fingerprint`, `traces`, `replay`.

`file` is what was linted when it was found; `traces` are files of saved episodes that show it, and
`replay` the arguments of the commands that play them again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from rewardlang.diagnostics.formats import to_json
from rewardlang.findings.finding import Finding


def plain(finding: Finding) -> dict[str, object]:
    """One finding as plain data."""
    return {
        **to_json(finding.diagnostic),
        "file": finding.file,
        "fingerprint": finding.fingerprint,
        "traces": list(finding.traces),
        "replay": [list(command) for command in finding.replays],
    }


def text(findings: Sequence[Finding], files: Sequence[str]) -> str:
    """All of them, in order."""
    return json.dumps([plain(each) for each in findings], indent=2, ensure_ascii=False)
