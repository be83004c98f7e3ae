"""A conversation with the language server, as an editor has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsp.desk import NAME, SCENARIO
from lsp.editor import Editor, Message

# ---- diagnostics ----


def test_a_typo_is_shown_and_its_fix_mends_it(opened: Editor) -> None:
    shown = opened.edit(NAME, 'now?.state == "closed"', 'now?.state == "closd"')
    assert [(d["code"], opened.text_at(NAME, d["range"]), d["severity"]) for d in shown] == [
        ("T104", '"closd"', 1)
    ]
    found = shown[0]
    assert found["message"].startswith("this comparison is always false")
    assert 'did you mean "closed"?' in found["message"]
    assert found["codeDescription"]["href"].endswith("T104.md")
    related = [each["location"]["uri"] for each in found["relatedInformation"]]
    assert opened.uri("apis/helpdesk.yaml") in related
    offered = actions(opened, found)
    assert [each["title"] for each in offered] == ['Replace `"closd"` by `"closed"`']
    mended = opened.applied(NAME, offered[0]["edit"]["changes"][opened.uri(NAME)])
    assert mended == SCENARIO
    opened.change(NAME, mended)
    assert opened.diagnostics(NAME) == []


def test_a_fix_that_keeps_the_meaning_is_preferred(opened: Editor) -> None:
    shown = opened.edit(NAME, "ticket.id}", "ticket?.id}")
    assert [d["code"] for d in shown] == ["T111"]
    offered = actions(opened, shown[0])
    assert offered[0]["isPreferred"]
    assert opened.applied(NAME, offered[0]["edit"]["changes"][opened.uri(NAME)]) == SCENARIO


def test_a_comment_suppresses(opened: Editor) -> None:
    shown = opened.edit(NAME, "  now: final", "  spare: answer\n  now: final")
    assert [(d["code"], d["severity"]) for d in shown] == [("D208", 2)]
    offered = {each["title"]: each for each in actions(opened, shown[0])}
    comment = offered["Suppress D208 (unused-definition) with a comment"]
    edits = comment["edit"]["changes"][opened.uri(NAME)]
    opened.change(NAME, opened.applied(NAME, edits))
    assert "  # rewardlang: ignore[D208]" in opened.texts[NAME]
    assert opened.diagnostics(NAME) == []
    page = hover(opened, "# rewardlang: ignore[D2|08]")
    assert page.startswith("# D208 unused-definition")


def test_a_mistake_in_an_api_is_shown_there(opened: Editor) -> None:
    api = "apis/helpdesk.yaml"
    broken = (opened.folder / api).read_text(encoding="utf-8").replace(
        "args.state)", "args.stat)"
    )  # fmt: skip
    assert [d["code"] for d in opened.open(api, broken)] == ["T102"]
    opened.shut(api)
    opened.change(NAME, opened.texts[NAME])
    assert opened.diagnostics(NAME) == []  # as it is on disk again


def test_only_the_last_version_is_checked(opened: Editor) -> None:
    for count in range(5):
        opened.change(NAME, SCENARIO.replace("weight: 3", f"weight: {'x' * (5 - count)}"))
    opened.passed_by.clear()
    opened.change(NAME, SCENARIO.replace("weight: 3", "weight: three"))
    (found,) = opened.published(NAME, opened.versions[NAME])["diagnostics"]
    assert (found["code"], opened.text_at(NAME, found["range"])) == ("Y010", "three")
    assert opened.passed_by == []


BROKEN = [
    "", "\x00", "{", "?", "#\n", "\ud800", "\ufeff", "[" * 500, "- a\n- b\n", "%YAML 9\n---\n",
    "rewardlang: 1\nscenario", "rewardlang: 1\nscenario: *x\n", "scenario: x\nreward: {parts: [",
    "rewardlang: 1\r\nscenario: a\r\nuse: [jira]\r\n",
    "rewardlang: 1\nscenario: x\nlet: {a: '((((('}\n",
]  # fmt: skip


def test_broken_texts_never_end_the_server(editor: Editor) -> None:
    editor.open("broken.yaml", "rewardlang: 1\n")
    for text in BROKEN:
        editor.change("broken.yaml", text)
        wrong = [d for d in editor.diagnostics("broken.yaml") if d["severity"] == 1]
        ours = text.startswith(("rewardlang:", "scenario:"))
        assert bool(wrong) == ours, text
        here = {
            "textDocument": {"uri": editor.uri("broken.yaml")},
            "position": {"line": 1, "character": 4},
        }
        for method in ("hover", "completion", "definition", "documentSymbol", "formatting"):
            more = {"options": {"tabSize": 2, "insertSpaces": True}}
            editor.ask(f"textDocument/{method}", {**here, **more})
    editor.shut("broken.yaml")


def test_other_documents_are_left_alone(editor: Editor) -> None:
    uri = "untitled:Untitled-1"
    editor.tell("textDocument/didOpen", {"textDocument": {
        "uri": uri, "languageId": "yaml", "version": 1, "text": "a: 1",
    }})  # fmt: skip
    place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}}
    assert editor.ask("textDocument/hover", place) is None
    gone = {"textDocument": {"uri": editor.uri("gone.yaml")}, "position": place["position"]}
    assert editor.ask("textDocument/hover", gone) is None


# ---- hover ----


def hover(editor: Editor, around: str) -> str:
    found = editor.ask("textDocument/hover", editor.at(NAME, around))
    assert found is not None, around
    return str(found["contents"]["value"])


@pytest.mark.parametrize(
    ("around", "said"),
    [
        ("  now: final.tick|ets", "tickets: table[Ticket]"),
        ("== ticket.i|d}", "id: str"),
        ("== tick|et.id}", "let ticket = initial.tickets[params.id]!"),
        ("  tick|et: initial", "ticket: Ticket"),
        ('now?.st|ate == "closed"', '`"open"`, `"waiting"`, `"closed"`'),
        ("fold(now?.note ?? \"\") == fo|ld(", "fold(text: str) -> str"),
        ("called get|Ticket{ok", "`GET /tickets/{id}`"),
        ("- closeT|icket:", "Closes a ticket with a note."),
        ("  gat|es:", "Conditions on the whole reward."),
        ("🎟🎟 Close the ticket {i|d}", "id: str"),
        ("    bi|nd: seen", "response"),
    ],
)  # fmt: skip
def test_hover(opened: Editor, around: str, said: str) -> None:
    assert said in hover(opened, around)


def test_hover_in_a_file_with_errors(opened: Editor) -> None:
    opened.edit(NAME, "fold(params.note)", "fold(params.nothing")
    assert "id: str" in hover(opened, "== ticket.i|d}")


def test_places_count_utf_16(opened: Editor) -> None:
    found = opened.ask("textDocument/hover", opened.at(NAME, "🎟🎟 Close the ticket {i|d}"))
    line = opened.place(NAME, "prompt: |🎟🎟")["line"]
    assert found["range"] == {
        "start": {"line": line, "character": 8 + 4 + len(" Close the ticket {")},
        "end": {"line": line, "character": 8 + 4 + len(" Close the ticket {id")},
    }
    shown = opened.edit(NAME, "🎟🎟 Close the ticket {id}", "🎟🎟 Close the ticket {idd}")
    assert [opened.text_at(NAME, d["range"]) for d in shown if d["severity"] == 1] == ["idd"]


# ---- definitions, outline, changes ----


@pytest.mark.parametrize(
    ("around", "file", "line"),
    [
        ("== tick|et.id}", NAME, "  ticket: initial.tickets[params.id]!"),
        ("fold(params.no|te)", NAME, "  note: one_of("),
        ("Close the ticket {i|d}", NAME, "  id: one_of("),
        ('"{se|en.id}"', NAME, "    bind: seen"),
        ("now: final.tick|ets", "apis/helpdesk.yaml", "  tickets: {row: Ticket, key: id}"),
        ('now?.st|ate == "closed"', "apis/helpdesk.yaml", "      state: {type: string, enum"),
        ("called get|Ticket{", "apis/helpdesk.yaml", "  getTicket:"),
        ("{ok, args.i|d ==", "apis/helpdesk.yaml", "      path: {id:"),
        ("- closeT|icket:", "apis/helpdesk.yaml", "  closeTicket:"),
        ("use: [help|desk]", "apis/helpdesk.yaml", "rewardlang: 1"),
        ("world: ha|ll", "worlds/hall.yaml", "rewardlang: 1"),
    ],
)
def test_definitions(opened: Editor, around: str, file: str, line: str) -> None:
    found = opened.ask("textDocument/definition", opened.at(NAME, around))
    assert found is not None
    assert found["uri"] == opened.uri(file)
    text = (opened.folder / file).read_text(encoding="utf-8")
    assert text.split("\n")[found["range"]["start"]["line"]].startswith(line)


def test_definitions_inside_an_api(editor: Editor) -> None:
    name = "apis/helpdesk.yaml"
    editor.shut_all()
    assert editor.open(name) == []
    for around, line in [
        ('schemas/Us|er"}', "  User:"),
        ("tickets: {row: Tick|et,", "  Ticket:"),
        ("body: {tickets: \"{tick|ets.filter", "  tickets: {row"),
        ("== args.sta|te)", "      query: {state"),
    ]:  # fmt: skip
        found = editor.ask("textDocument/definition", editor.at(name, around))
        assert found is not None, around
        shown = editor.texts[name].split("\n")[found["range"]["start"]["line"]]
        assert shown.startswith(line), around


def test_outline(opened: Editor) -> None:
    found = opened.ask("textDocument/documentSymbol", {"textDocument": {"uri": opened.uri(NAME)}})
    assert {each["name"]: [inner["name"] for inner in each["children"]] for each in found} == {
        "params": ["id", "note"],
        "let": ["ticket", "now"],
        "gates": ["only_it"],
        "parts": ["read", "closed"],
        "oracle": ["getTicket", "closeTicket"],
        "tests": ["nothing done"],
    }


def test_formatting(opened: Editor) -> None:
    opened.edit(NAME, "limits: {calls: 6}", "limits:   { calls: 6 }")
    edits = opened.ask("textDocument/formatting", {
        "textDocument": {"uri": opened.uri(NAME)},
        "options": {"tabSize": 2, "insertSpaces": True},
    })  # fmt: skip
    assert opened.applied(NAME, edits) == SCENARIO


@pytest.mark.parametrize(
    ("around", "old"), [("fold(params.no|te)", "note"), ("== tick|et.id}", "ticket")]
)
def test_rename(opened: Editor, around: str, old: str) -> None:
    edit = opened.ask("textDocument/rename", {**opened.at(NAME, around), "newName": "fresh"})
    edits = edit["changes"][opened.uri(NAME)]
    assert {opened.text_at(NAME, each["range"]) for each in edits} == {old}
    opened.change(NAME, opened.applied(NAME, edits))
    assert opened.diagnostics(NAME) == []


def actions(editor: Editor, diagnostic: Message) -> list[Any]:
    found = editor.ask("textDocument/codeAction", {
        "textDocument": {"uri": editor.uri(NAME)},
        "range": diagnostic["range"],
        "context": {"diagnostics": [diagnostic]},
    })  # fmt: skip
    assert all(each["kind"] == "quickfix" for each in found)
    return list(found)


# ---- a bug of ours ----


def test_a_crash_is_told_and_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a check that fails on one word, the user hears of it and the server goes on."""
    (tmp_path / "sitecustomize.py").write_text(
        "import rewardlang.driver as driver\n"
        "whole = driver.check\n"
        "def check(path, files=None, typed=None):\n"
        "    if b'crash' in files.read(path, 1000):\n"
        "        raise RuntimeError('on purpose')\n"
        "    return whole(path, files, typed)\n"
        "driver.check = check\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    editor = Editor(tmp_path)
    editor.open("a.yaml", "rewardlang: 1\n")
    editor.change("a.yaml", "rewardlang: 1 # crash\n")
    place = {"textDocument": {"uri": editor.uri("a.yaml")}, "position": {"line": 0, "character": 1}}
    assert "error" in editor.reply("textDocument/hover", place)
    editor.change("a.yaml", "rewardlang: 1\n\n")
    assert editor.diagnostics("a.yaml") != []
    assert "this is a bug in rewardlang" in editor.messages[0]["message"]
    assert "RuntimeError: on purpose" in editor.messages[0]["message"]
    assert editor.close() == 0
    assert editor.process.stderr is not None
    assert b"RuntimeError: on purpose" in editor.process.stderr.read()
