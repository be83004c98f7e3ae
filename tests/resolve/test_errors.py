"""What is wrong with an expression is said once, at the right characters, with the right advice."""

from __future__ import annotations

import pytest
import yaml
from resolve.desk import HERE, check, diagnostics, linted, summary


def cases(name):
    groups = yaml.safe_load((HERE / name).read_text()).values()
    return [pytest.param(case, id=str(case)[:60]) for group in groups for case in group]


@pytest.mark.parametrize("case", cases("errors.yaml"))
def test_reported(case):
    expression, code, underlined, advice = case
    found = diagnostics(expression)
    assert summary(found) == [(code, underlined)]
    (only,) = found
    if advice is not None:
        assert only.help is not None
        assert advice in only.help
    if only.fix is not None and only.help and only.help.startswith("did you mean"):
        assert only.fix.replacement in only.help


@pytest.mark.parametrize("case", cases("accepted.yaml"))
def test_accepted(case):
    # Whether the reward is a good one is not what these expressions are about; nor how a text is
    # compared, N409.
    said = [d for d in linted(check(case)) if d.code.id[0] in "YTDN" and d.code.id != "N409"]
    found = [(d.code.id, d.message) for d in said]
    assert found == []


@pytest.mark.parametrize("case", cases("errors.yaml"))
def test_an_error_silences_what_follows(case):
    expression, code, underlined, _ = case
    if expression == underlined or f"not {expression}" == underlined:
        return  # wrong as a check, but not as a let
    fragment = check(
        "it or called getTicket", lets=f"it: '{expression.replace(chr(39), chr(39) * 2)}'"
    )
    found = summary(linted(fragment))
    if code != "T106":
        assert found == [(code, underlined)]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("expression", "fixed", "safe"),
    [
        ('final.tickets[params.id].state == "a"', 'final.tickets[params.id]?.state == "a"', True),
        ('initial.tickets["T-1"]!.note == "a"', 'initial.tickets["T-1"]?.note == "a"', False),
        ('initial.tickets["T-1"]!["note"] == "a"', 'initial.tickets["T-1"]?["note"] == "a"', False),
        (
            'storage_table(answer).only()["a"] == "a"',
            'storage_table(answer).only()?["a"] == "a"',
            True,
        ),
        ('initial.tickets["T-1"]!?.title == "a"', 'initial.tickets["T-1"]!.title == "a"', True),
        (
            'initial.tickets["T-1"]!?["title"] == "a"',
            'initial.tickets["T-1"]!["title"] == "a"',
            True,
        ),
    ],
)
def test_applying_a_fix(expression, fixed, safe):
    (found,) = diagnostics(expression)
    assert found.fix is not None
    assert found.fix.safe is safe
    text = found.fix.span.source.text
    after = text[: found.fix.span.start] + found.fix.replacement + text[found.fix.span.end :]
    assert after == text.replace(expression, fixed)
    again = diagnostics(fixed)
    assert not [d for d in again if d.code.id in ("T103", "T111")], again
