"""What `faults:` may say, what is wrong with it otherwise, and `fault` in patterns."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults import desk

from rewardlang import driver
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic


def said(folder: Path, *fragments: str) -> list[Diagnostic]:
    found = driver.check(desk.written(folder, *fragments)).diagnostics
    return [diagnostic for diagnostic in found if diagnostic.code is not codes.UNUSED]


WRONG = {
    "[]": ("Y010", "responses"),
    "[{nth: 1}]": ("Y011", "nth"),
    "[{fault: late, nth: 1}]": ("Y010", "late"),
    "[{fault: timeout}]": ("Y010", "fault"),
    "[{fault: timeout, nth: 1, every: 2}]": ("Y010", "fault"),
    "[{fault: timeout, nth: 0}]": ("Y010", "0"),
    "[{fault: timeout, nth: 1000000000}]": ("Y010", "1000000000"),
    "[{fault: timeout, nth: []}]": ("Y010", "nth"),
    "[{fault: timeout, nth: [1, 0]}]": ("Y010", "0"),
    "[{fault: timeout, nth: 1.5}]": ("Y010", "1.5"),
    "[{fault: timeout, every: 0}]": ("Y010", "0"),
    "[{fault: timeout, chance: 0}]": ("Y010", "0"),
    "[{fault: timeout, chance: 1.5}]": ("Y010", "1.5"),
    "[{fault: timeout, chance: often}]": ("Y010", "often"),
    "[{fault: timeout, nth: 1, oft: x}]": ("Y005", "oft"),
    "[{fault: timeout, nth: 1, at_most: 2}]": ("Y010", "at_most"),
    "[{fault: timeout, nth: 1, steps: 2}]": ("Y010", "steps"),
    "[{fault: stale, nth: 1, steps: 0}]": ("Y010", "0"),
    "[{fault: timeout, nth: 1, retry_after: 2}]": ("Y010", "retry_after"),
    "[{fault: rate_limited, nth: 1, retry_after: -1}]": ("Y010", "-1"),
    "[{fault: timeout, nth: 7}]": ("T122", "nth"),
    "[{fault: timeout, nth: 1, of: closeTickt}]": ("T101", "closeTickt"),
    '[{fault: timeout, nth: 1, of: "zzz*"}]': ("T101", '"zzz*"'),
    "[{fault: lost, nth: 1, of: getTicket}]": ("T122", "getTicket"),
    "[{fault: stale, nth: 1, of: closeTicket}]": ("T122", "closeTicket"),
}  # fmt: skip


@pytest.mark.parametrize("responses", WRONG)
def test_what_is_wrong_is_said_at_its_place(tmp_path: Path, responses: str) -> None:
    found = said(tmp_path, f"faults:\n  responses: {responses}")
    code, place = WRONG[responses]
    assert [diagnostic.code.id for diagnostic in found] == [code], found
    assert found[0].label.span.text.startswith(place)


@pytest.mark.parametrize(
    ("tools", "code", "place"),
    [
        ("{}", "Y010", "tools"),
        ("{rename: guessed}", "Y014", "guessed"),
        ("{rename: {getTickt: show}}", "T101", "getTickt"),
        ("{rename: {getTicket: closeTicket}}", "T116", "closeTicket"),
        ("{rename: {getTicket: show, closeTicket: show}}", "T116", "show"),
        ('{rename: {getTicket: "no name"}}', "Y014", '"no name"'),
        ("{docs: {getTickt: Shows.}}", "T101", "getTickt"),
        ("{seed: -1}", "Y010", "-1"),
        ("{shuffle: maybe}", "Y010", "maybe"),
    ],
)
def test_what_is_wrong_with_tools_is_said_at_its_place(
    tmp_path: Path, tools: str, code: str, place: str
) -> None:
    found = said(tmp_path, f"faults:\n  tools: {tools}")
    assert [diagnostic.code.id for diagnostic in found] == [code], found
    assert found[0].label.span.text.startswith(place)


def test_what_is_no_tool_cannot_be_struck(tmp_path: Path) -> None:
    tools = "tools: [getTicket, closeTicket]"
    found = said(tmp_path, tools, "faults: {responses: [{fault: timeout, nth: 1, of: waitTicket}]}")
    assert [d.code.id for d in found] == ["T122"]
    found = said(tmp_path, tools, "faults: {tools: {docs: {waitTicket: Waits.}}}")
    assert [d.code.id for d in found] == ["T122"]


FAULTS = "faults: {responses: [{fault: lost, nth: 1}, {fault: stale, nth: 1}]}"


def patterns(tmp_path: Path, check: str, *fragments: str) -> list[tuple[str, str]]:
    reward = f"reward:\n  parts:\n    - {{id: a, weight: 1, check: '{check}'}}\n"
    found = said(tmp_path, reward, *fragments)
    wanted = ("T", "D", "S301")
    return [(d.code.id, d.label.span.text) for d in found if d.code.id.startswith(wanted)]


def test_fault_is_a_word_of_patterns(tmp_path: Path) -> None:
    for check in (
        "called closeTicket{fault == \"lost\", args?.id == params.id}",
        "called any{not ok, fault is null} and called closeTicket{ok}",
        "called getTicket{ok, fault == \"stale\"}",
        "called getTicket{ok} after closeTicket{fault == \"lost\"}",
        "last(closeTicket)?.fault == \"lost\"",
    ):  # fmt: skip
        assert patterns(tmp_path, check, FAULTS) == [], check


def test_what_can_never_be_a_fault_is_said(tmp_path: Path) -> None:
    assert patterns(tmp_path, 'called closeTicket{fault == "tiemout"}', FAULTS) == [
        ("T104", '"tiemout"')
    ]
    assert patterns(tmp_path, 'called getTicket{fault == "lost"}', FAULTS)[0][0] == "S301"
    assert patterns(tmp_path, 'called closeTicket{ok, fault == "lost"}', FAULTS)[0][0] == "T104"
    assert patterns(tmp_path, 'called closeTicket{fault == "lost", status == 429}', FAULTS)[0][
        0
    ] == ("S301")
    assert patterns(tmp_path, 'called closeTicket{fault == "lost"}') != []


def test_without_faults_nothing_is_said_of_them_in_the_module(tmp_path: Path) -> None:
    from rewardlang.emit import source_text

    plain = driver.scenario_of(desk.written(tmp_path))
    text = source_text(plain)
    assert "Fault" not in text
    assert "faults=" not in text
    faulty, _ = desk.faulty(tmp_path, "{fault: rate_limited, of: getTicket, nth: 1}")
    assert "Fault('rate_limited', ('getTicket',), nth=(1,)" in source_text(faulty)


def test_an_api_words_its_faults(tmp_path: Path) -> None:
    from rewardlang_runtime import Environment

    path = desk.written(
        tmp_path, "faults: {responses: [{fault: forbidden, nth: 1}, {fault: lost, nth: 1}]}"
    )
    api = tmp_path / "apis" / "helpdesk.yaml"
    text = api.read_text(encoding="utf-8")

    def answers(more: str) -> list[object]:
        api.write_text(f"{text}{more}", encoding="utf-8")
        environment = Environment(driver.load(path))
        environment.reset(seed=0)
        environment.call("getTicket", {"id": "T-1"})
        environment.call("closeTicket", {"id": "T-1", "note": "x"})
        return [call.response for call in environment.episode.calls]

    plain = answers("")
    assert plain[0] == {"message": "You do not have permission to do this."}
    assert answers("faults: {forbidden: No., timeout: {code: 7}}\n") == [
        {"message": "No."},
        {"code": 7},
    ]
    assert answers('problem: {error: "{status} {message}"}\nfaults: {forbidden: No.}\n') == [
        {"error": "403 No."},
        {"error": "504 The request timed out. It may or may not have been carried out."},
    ]
