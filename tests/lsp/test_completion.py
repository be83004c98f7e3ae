"""What is offered in text that is half written."""

from __future__ import annotations

import pytest
from lsp.desk import NAME, SCENARIO
from lsp.editor import Editor, Message

READ = "called getTicket{ok, args.id == ticket.id}"
CLOSED = 'now?.state == "closed" and fold(now?.note ?? "") == fold(params.note)'

STATES = {
    "a field": (CLOSED, "ticket.|", ["id", "title", "state", "priority", "owner", "note"]),
    "a field, begun": (CLOSED, "ticket.ow|", ["id", "owner"]),
    "a field of a field": (CLOSED, "ticket.owner.|", ["id", "name"]),
    "a field of what may be null": (CLOSED, "now.|", ["state", "note"]),
    "a method": (CLOSED, "ticket.title.|", ["length", "starts_with"]),
    "a parameter": (CLOSED, "params.|", ["id", "note"]),
    "a table": (CLOSED, "final.|", ["users", "tickets"]),
    "a name": (CLOSED, "ti|", ["ticket", "now", "params", "fold", "called"]),
    "after an operator": (CLOSED, "ticket.id == |", ["ticket", "params", "answer"]),
    "in an open bracket": (CLOSED, "fold(tick|", ["ticket", "edit_sim"]),
    "a value": (CLOSED, 'now?.state == "|', ["open", "waiting", "closed"]),
    "a value between quotes": (CLOSED, 'now?.state == "wai|"', ["open", "waiting", "closed"]),
    "a value in a list": (CLOSED, 'now?.state in ["open", "|', ["waiting", "closed"]),
    "an operation": (READ, "called |", ["getTicket", "closeTicket"]),
    "an operation, begun": (READ, "never get|", ["getTicket", "listTickets"]),
    "an argument of a function": (CLOSED, "ramp(ticket.priority, |", ["good=", "floor=", "now"]),
    "after every": (READ, "every |", ["getTicket", "closeTicket"]),
    "in best": (READ, "best(|", ["getTicket", "closeTicket"]),
    "before else": (READ, "1 if ticket.|", ["id", "owner"]),
    "a draw": ('one_of(["Fixed on site", "Parts were replaced", "Nothing was found"])', "|",
               ["one_of"]),
    "in the braces": (READ, "called getTicket{|", ["args", "ok", "ticket"]),
    "an argument": (READ, "called closeTicket{ok, args.|", ["id", "note"]),
    "an argument, closed": (READ, "called closeTicket{ok, args.|}", ["id", "note"]),
    "a hole in a template": ('"{note}".', '"{no|', ["note", "id", "ticket"]),
    "a key": ("      weight: 3\n", "      we|\n", ["weight"]),
    "a key on an empty line": ("limits: {calls: 6}\n", "limits: {|}\n", ["calls", "observation"]),
    "a step of the oracle": ("  - answer:", "  - clo|\n  - answer:", ["closeTicket"]),
    "an argument of the oracle": ('note: "{note}"}', "no|}", ["note"]),
    "a field of a response": ('"{seen.id}"', '"{seen.|}"', ["id", "title", "owner"]),
    "a tool": ('tools: ["*"]', "tools: [get|]", ["getTicket"]),
    "a call of a test": ("calls: [],", "calls: [], reward: 0}\n  - name: b\n    calls:\n"
                         "      - get|\n    params: {}\n    reward: 0 #", ["getTicket"]),
    "a key of a test": ("  - {name: nothing done, calls: [], reward: 0}\n",
                        "  - name: nothing done\n    calls: []\n    reward: 0\n    par|\n",
                        ["parts", "params", "answer"]),
    "a key of a test, on an empty line": (
        "  - {name: nothing done, calls: [], reward: 0}\n",
        "  - name: nothing done\n    calls: []\n    reward: 0\n    |\n", ["parts", "params"]),
    "the first key of a test": ("  - {name: nothing done, calls: [], reward: 0}\n", "  - |\n",
                                ["name", "calls", "oracle"]),
    "a key of a test in braces": ("reward: 0}", "reward: 0, |}", ["parts", "answer"]),
    "a part in a test": ("reward: 0}", "reward: 0, parts: {|}}", ["read", "closed"]),
    "a part in a test, begun": ("reward: 0}", "reward: 0, parts: {clo|: 1}}", ["closed"]),
    "a part in a test, on its own line": (
        "  - {name: nothing done, calls: [], reward: 0}\n",
        "  - name: nothing done\n    calls: []\n    reward: 0\n    parts:\n      re|\n", ["read"]),
    "a value in a pattern": (READ, 'called listTickets{ok, args.state == "|', ["open", "closed"]),
    "a value in a pattern, closed": (READ, 'called listTickets{ok, args.state == "op|"}',
                                     ["open", "closed"]),
    "an argument's value in the oracle": ('  - getTicket: {id: "{id}"}\n    bind: seen\n',
                                          "  - listTickets: {state: |}\n    bind: seen\n",
                                          ["open", "closed"]),
    "an argument's value in a test": ("calls: []", "calls: [{listTickets: {state: |}}]",
                                      ["open", "closed"]),
    "an argument in a test": ("calls: []", "calls: [{closeTicket: {|}}]", ["note", "id"]),
    "an API": ("use: [helpdesk]", "use: [he|]", ["helpdesk", "desk"]),
    "a world": ("world: hall", "world: |", ["hall", "office"]),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "wanted"), STATES.values(), ids=STATES)
def test_completion(opened: Editor, old: str, new: str, wanted: list[str]) -> None:
    items = offered_at(opened, old, new)
    labels = [item["label"] for item in items]
    assert set(wanted) <= set(labels)
    assert len(labels) == len(set(labels))
    assert not any("zz" in label.lower() for label in labels)


def test_what_is_offered_fits(opened: Editor) -> None:
    """A field of what may be null comes with the `?` that it needs; a value fills the quotes."""
    item = next(i for i in offered_at(opened, CLOSED, "now.st| == null") if i["label"] == "state")
    edits = [item["textEdit"], *item["additionalTextEdits"]]
    assert "check: now?.state == null\n" in opened.applied(NAME, edits)
    item = next(i for i in offered_at(opened, CLOSED, 'now?.state == "o|x"') if "wai" in i["label"])
    assert 'check: now?.state == "waiting"\n' in opened.applied(NAME, [item["textEdit"]])


def test_operations_come_with_their_page(opened: Editor) -> None:
    (item,) = [i for i in offered_at(opened, READ, "called |") if i["label"] == "closeTicket"]
    assert item["detail"] == "POST /tickets/{id}/close"
    assert "Closes a ticket with a note." in item["documentation"]["value"]


def offered_at(editor: Editor, old: str, new: str) -> list[Message]:
    """What is offered at `|` when `old` is replaced by `new`."""
    assert SCENARIO.count(old) == 1, old
    at = SCENARIO.index(old) + new.index("|")
    text = SCENARIO.replace(old, new.replace("|", "", 1))
    editor.change(NAME, text)
    before = text[:at]
    last = before.rpartition("\n")[2]
    found = editor.ask("textDocument/completion", {
        "textDocument": {"uri": editor.uri(NAME)},
        "position": {"line": before.count("\n"), "character": len(last.encode("utf-16-le")) // 2},
    })  # fmt: skip
    return list(found["items"])
