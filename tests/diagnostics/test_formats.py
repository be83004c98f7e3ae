"""The JSON of a diagnostic: a documented shape that tools rely on."""

from __future__ import annotations

import json

from rewardlang.diagnostics import codes, formats
from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label
from rewardlang.source import Source, Span

SOURCE = Source("a.yaml", "one: 1\ntwo: é2\nthree: 3\n")
OTHER = Source("b.yaml", "x\n")


def test_everything():
    diagnostic = Diagnostic(
        codes.OUTSIDE_DOMAIN, "always false", Label(Span(SOURCE, 12, 14), "never"),
        (Label(Span(OTHER, 0, 1), "declared"),), "try", Fix(Span(SOURCE, 12, 14), "é3", safe=True),
    )  # fmt: skip
    place = {"path": "a.yaml", "line": 2, "column": 6, "endLine": 2, "endColumn": 8,
             "offset": 12, "endOffset": 14}  # fmt: skip
    other = {"path": "b.yaml", "line": 1, "column": 1, "endLine": 1, "endColumn": 2,
             "offset": 0, "endOffset": 1}  # fmt: skip
    assert formats.to_json(diagnostic) == {
        "code": "T104", "name": "literal-outside-domain", "level": "error",
        "message": "always false", **place,
        "labels": [{**place, "text": "never", "primary": True},
                   {**other, "text": "declared", "primary": False}],
        "help": "try", "fix": {**place, "replacement": "é3", "safe": True},
    }  # fmt: skip
    assert formats.to_json(diagnostic).keys() <= set(formats.__doc__.replace("`", " ").split())


def test_the_least():
    diagnostic = Diagnostic(codes.UNUSED, "m", Label(Span(SOURCE, 5, 11)))
    data = [formats.to_json(diagnostic)]
    assert json.loads(json.dumps(data)) == data
    assert (data[0]["help"], data[0]["fix"], len(data[0]["labels"])) == (None, None, 1)
    assert (data[0]["line"], data[0]["endLine"], data[0]["endColumn"]) == (1, 2, 5)
