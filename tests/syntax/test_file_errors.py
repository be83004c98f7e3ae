"""What is said of files that are wrong: each case changes one thing in a file that is right."""

from __future__ import annotations

import pytest
from syntax.files_on_disk import API, SCENARIO, WORLD

from rewardlang.syntax.load import read_api, read_scenario, read_world

READ = {"scenario": (SCENARIO, read_scenario), "api": (API, read_api), "world": (WORLD, read_world)}

# kind, what is replaced, by what, code, what is underlined, what is said
CASES = [
    # Y001 in a file; the rest of them is in errors.yaml
    ("scenario", "count(any) > 3", "count(any) => 3", "Y001", "=>", ">="),
    ("scenario", "prompt: [\"Close {id}.\"", 'prompt: ["Close {id.}."', "Y001", "", "a name"),
    ("scenario", '"Close {id}."', '"Close {id."', "Y001", "{", "never closed"),
    ("scenario", '"Close {id}."', '"Close id}."', "Y001", "}", "closes no hole"),
    ("scenario", '"Close {id}."', '"Close { }."', "Y001", "{ }", "empty hole"),
    ("scenario", "Closed {id}.", "Closed {id}, {x y}.", "Y001", "y", "missing before it"),
    ("api", "set counters.ticket = ", "set counters.ticket == ", "Y001", "==", "an effect sets"),
    ("api", "No ticket {args.id}.", "No {args.}", "Y001", "", "a name"),
    ("world", "{pick(lists.verbs)} it", "{pick(lists.verbs} it", "Y001", "", "opened here"),
    # Y002
    ("scenario", "holdout: params.id == \"T-1\"", "holdout: params.id == 'Fix #12' and x",
     "Y002", "#12' and x", "comment"),
    ("scenario", "- params.id != \"T-9\"", "- f(a, b #c)\n", "Y002", "#c)", "comment"),
    ("scenario", "system: You are at a desk.", "system: At {desk #3}", "Y002", "#3}", "comment"),
    # Y003
    ("scenario", "title: Close", "title: &x Close", "Y003", "&x", "drops this word"),
    ("scenario", "title: Close a ticket", "title: *x", "Y003", "*x", "an alias"),
    ("scenario", "title: Close", "title: !x Close", "Y003", "!x", "a tag"),
    ("scenario", "when: count(any) > 3", "when: !ok", "Y003", "!", "write `not`"),
    ("scenario", "limits: {calls: 5}", "limits: {<<: {calls: 5}}", "Y003", "<<", "merge key"),
    ("scenario", "rewardlang: 1\n", "%YAML 1.2\n---\nrewardlang: 1\n", "Y003", "%YAML 1.2\n---",
     "directive"),
    # Y004
    ("scenario", "limits: {calls: 5}", "limits: {calls: 5}\nlimits: {calls: 6}", "Y004", "limits",
     "twice"),
    ("api", "query: {bodyFormat", "query: {id", "Y004", "id", "in path"),
    # Y005
    ("scenario", "weight: 2", "weigth: 2", "Y005", "weigth", "did you mean `weight`?"),
    ("scenario", "limits: {calls: 5}", "limits: {Calls: 5}", "Y005", "Calls", "`calls`?"),
    ("scenario", "title:", "titel:", "Y005", "titel", "`title`?"),
    ("scenario", "    calls: []", "    call: []", "Y005", "call", "did you mean `calls`?"),
    ("scenario", "weight: 2, check:", "weight: 2, chekc:", "Y005", "chekc", "`check`?"),
    ("scenario", "title:", "colour:", "Y005", "colour", "keys here"),
    ("api", "also_by:", "alsoby:", "Y005", "alsoby", "`also_by`?"),
    ("world", "generate:", "genrate:", "Y005", "genrate", "`generate`?"),
    # Y006
    ("scenario", "words: [done]", "words: [no]", "Y006", "no", 'write `"no"`'),
    ("scenario", "words: [done]", "words: [12:30]", "Y006", "12:30", "base 60"),
    ("scenario", "words: [done]", "words: [010]", "Y006", "010", "write `10`"),
    ("scenario", "words: [done]", "words: [1_000]", "Y006", "1_000", "a number"),
    ("scenario", "words: [done]", "words: [1e3]", "Y006", "1e3", "write `1000.0`"),
    ("scenario", "words: [done]", "words: [2026-03-02]", "Y006", "2026-03-02", "a date"),
    ("scenario", "words: [done]", "on: [done]", "Y006", "on", "true"),
    # Y007
    ("scenario", "score: 'edit_sim(answer, \"done\")'", "score: edit_sim(answer, x)", "Y007", ",",
     "single quotes"),
    ("scenario", "assume:\n  - params.id != \"T-9\"", "assume: [f(a, b), c]", "Y007", ",", "comma"),
    ("scenario", "check: 'final.tickets[params.id]?.state == \"closed\"'", "check: a[b]", "Y007",
     "[", "ends a value"),
    ("scenario", "when: count(any) > 3", "when: called a{ok}", "Y007", "{", "ends a value"),
    # Y008
    ("scenario", "words: [done]", "words: [d\u043ene]", "Y008", "\u043e", "cyrillic"),
    ("scenario", "words: [done]", "words: [do\u200bne]", "Y008", "\u200b", "U+200B"),
    ("scenario", "T-9", "\u03a4-9", None, None, None),  # one Greek letter alone is a word of Greek
    ("scenario", '"T-9"', '"\u0422\u0421omplete"', "Y008", "\u0422", "two alphabets"),
    ("scenario", "at a desk", "at a \u202edesk", "Y008", "\u202e", "hidden"),
    ("scenario", "at a desk", "\u0437\u0430 \u0441\u0442\u043e\u043b\u043e\u043c X\u0443", None,
     None, None),
    # Y010
    ("scenario", "weight: 2", "weight: much", "Y010", "much", "must be a number, not text"),
    ("scenario", "weight: 2", "weight: true", "Y010", "true", "not the bool"),
    ("scenario", "limits: {calls: 5}", "limits: 5", "Y010", "5", "a mapping"),
    ("scenario", "limits: {calls: 5}", "limits: {calls: 2.5}", "Y010", "2.5", "a whole number"),
    ("scenario", "limits: {calls: 5}", "limits: {calls: 0}", "Y010", "0", "at least 1"),
    ("scenario", "limits: {calls: 5}", "limits: {calls: 5000}", "Y010", "5000", "at most 200"),
    ("scenario", "limits: {calls: 5}", "limits:", "Y010", "limits", "not nothing"),
    ("scenario", "title: Close a ticket", "title: 5", "Y010", "5", "quote it"),
    ("scenario", "rewardlang: 1", "rewardlang: 2", "Y010", "2", "version 1"),
    ("scenario", "score: 'edit_sim(answer, \"done\")'", "score: 1, check: 2", "Y010", "id",
     "either `check` or `score`"),
    ("scenario", "oracle: true\n", "oracle: true\n    calls: []\n", "Y010", "name",
     "either `calls` or `oracle: true`"),
    ("scenario", "when: count(any) > 3", "when: {a: 1}", "Y010", "{a: 1}", "quote"),
    ("scenario", "- answer: Closed {id}.", "- answer: x\n  - getTicket: {}", "Y010", "answer",
     "ends the oracle"),
    ("scenario", "- createTicket: {title: \"{id}\"}", "- call: createTicket", "Y010",
     "createTicket", "a call is written `operation: {argument: value}`"),
    ("scenario", "    calls: []", "    calls: [getTicket]", "Y010", "getTicket", "is written"),
    ("scenario", "bind: made", "bind: made\n    getTicket: {}", "Y010", "getTicket",
     "a second operation"),
    ("scenario", "reward: {min: 0.5}", "reward: {min: 0.5, max: 0.1}", "Y010",
     "{min: 0.5, max: 0.1}", "nothing fits"),
    ("scenario", "reward: {min: 0.5}", "reward: 2", "Y010", "2", "at most 1"),
    ("scenario", "reward: {min: 0.5}", "reward: -0.5", "Y010", "-0.5", "at least 0"),
    ("scenario", "reward: {min: 0.5}", "reward: {max: 1.5}", "Y010", "1.5", "at most 1"),
    ("scenario", "closed: 1.0, told", "closed: 100, told", "Y010", "100", "at most 1"),
    ("scenario", "title: Close a ticket", "1: x\ntitle: y", "Y010", "1", "a key must be text"),
    ("scenario", "title: Close a ticket", "[a, b]: x\ntitle: y", "Y010", "[a, b]", "must be text"),
    ("scenario", SCENARIO, "- a\n", "Y010", "- a", "is a mapping"),
    ("scenario", SCENARIO, API, "Y010", "api", "this is the file of an API"),
    ("api", API, SCENARIO, "Y010", "scenario", "this is the file of a scenario"),
    ("api", "status: 404", "status: 200", "Y010", "200", "at least 400"),
    ("api", "dialect", "dialect", None, None, None),
    ("api", "$ref: \"#/schemas/NewTicket\"", "$ref: \"#/schemas/NewTickt\"", "Y010",
     '"#/schemas/NewTickt"', "did you mean `NewTicket`?"),
    ("api", "$ref: \"#/schemas/NewTicket\"", "$ref: \"other.json\"", "Y010", '"other.json"',
     "a schema of this file"),
    ("api", "note: {type: string}\n  NewTicket", "note: {type: strin}\n  NewTicket", "Y010",
     "strin", "not a JSON Schema"),
    ("api", "body: {$ref: \"#/schemas/NewTicket\"}", "body: {type: array}", "Y010", "{type: array}",
     "an object"),
    ("api", "path: {id: {type: string}}", "path: {key: {type: string}}", "Y010", "id",
     "not declared"),
    ("api", "path: {id: {type: string}}", "path: {id: {type: string}, x: {}}", "Y010", "x",
     "no `{x}`"),
    ("api", "path: {id: {type: string}}", "path: {id: {required: false}}", "Y010", "false",
     "always required"),
    ("api", "references: []", "references: [tickets.id]", "Y010", "tickets.id",
     "`table.field in table`"),
    ("api", "of: tickets.state", "of: tickets", "Y010", "tickets", "a field of a table"),
    ("world", "count: 2", "count: 30000", "Y010", "30000", "at most 20000"),
    # Y011
    ("scenario", "world: office\n", "", "Y011", "rewardlang", "no `world`"),
    ("scenario", "weight: 2, ", "", "Y011", "id", "no `weight`"),
    ("scenario", "  parts:", "  - x:", "Y012", "-", "a key is expected"),
    ("api", "row: Ticket, ", "", "Y011", "tickets", "no `row`"),
    ("scenario", SCENARIO, "tickets: []\nusers: []\n", "Y011", "tickets", "neither"),
    ("api", API, "{}", "Y011", "{}", "neither"),
    # Y012
    ("scenario", "title: Close", "title: 'Close", "Y012", None, None),
    ("scenario", "  parts:\n", "  parts:\n    - id: a\n     weight: 1\n", "Y012", "w",
     "the column of the keys"),
    ("scenario", "title: Close", "title: a: Close", "Y012", ":", "single quotes"),
    ("scenario", "title: Close", "title: \"a\" Close", "Y012", "C", "ended already"),
    ("scenario", "title: Close", "\ttitle: Close", "Y012", None, "spaces"),
    ("scenario", "title: Close", "title: @Close", "Y012", "@", "cannot begin"),
    ("scenario", "holdout: params.id == \"T-1\"", "holdout: a ? b : c", "Y012", ":",
     "`a if test else b`"),
    ("scenario", "tests:", "---\ntests:", "Y012", "---", "second document"),
    ("scenario", "title: Close", "title: \x07", "Y012", "\x07", "U+0007"),
    ("scenario", SCENARIO, "", "Y012", "", "empty"),
    ("scenario", SCENARIO, "# only a comment\n", "Y012", "", "empty"),
    # Y013
    ("scenario", "factor: 0.5", "factor: .inf", "Y013", ".inf", "JSON"),
    ("scenario", "seed: 4", "seed: 99999999999999999999", "Y013", "99999999999999999999", "JSON"),
    ("scenario", "words: [done]", "words: " + "[" * 70 + "]" * 70, "Y013", "[", "64 levels"),
    ("scenario", "count(any) > 3", "x" * 2001, "Y013", "x", "2,000 characters"),
    # Y014
    ("scenario", "  id: one_of", "  count: one_of", "Y014", "count", "a word of the language"),
    ("scenario", "  ticket: initial", "  the-ticket: initial", "Y014", "the-ticket", "letters"),
    ("scenario", "  ticket: initial", "  __class__: initial", None, None, None),
    ("scenario", "use: [desk]", "use: [../desk]", "Y014", "../desk", "without folder"),
    ("api", "  tickets: {row", "  in: {row", "Y014", "in", "a word of the language"),
    ("api", "http: GET /tickets/{id}", "http: FETCH /tickets/{id}", "Y014", "FETCH /tickets/{id}",
     "a method and a path"),
    ("world", "start: \"2026-03-02T09:00:00Z\"", "start: \"yesterday\"", "Y014", '"yesterday"',
     "a time is written"),
    # D211
    ("scenario", "weight: 2, ", "weight: 2, when: x, ", "D211", "when", "implies"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "old", "new", "code", "at", "says"), CASES, ids=lambda v: str(v)[:30]
)
def test_one_thing_wrong(kind, old, new, code, at, says, tmp_path):
    base, read = READ[kind]
    assert old in base or code is None
    path = tmp_path / "x.yaml"
    path.write_text(base.replace(old, new, 1), encoding="utf-8")
    _, diagnostics = read(path)
    if code is None:
        assert diagnostics == []
        return
    (found,) = diagnostics
    assert found.code.id == code
    if at is not None:
        assert found.label.span.text == at
    said = [found.message, found.label.text, found.help or "", *(o.text for o in found.others)]
    assert (says or "") in "\n".join(said)
    assert found.help or code not in ("Y010", "Y012", "Y013"), "what to do about it"


def test_several_things_wrong_are_all_said_in_order(tmp_path):
    path = tmp_path / "x.yaml"
    text = SCENARIO.replace("count(any) > 3", "a && b").replace("tools:", "tols:")
    path.write_text(text.replace('"Close {id}."', '"{a = b}"'), encoding="utf-8")
    scenario, diagnostics = read_scenario(path)
    assert [d.code.id for d in diagnostics] == ["Y005", "Y001", "Y001"]
    assert scenario is not None  # so that the other passes can say what they find
    assert scenario.penalties[0].when is None


@pytest.mark.parametrize(
    ("old", "new", "fixed"),
    [
        ("score: 'edit_sim(answer, \"done\")'}", "score: edit_sim(answer, 'x')}",
         "score: 'edit_sim(answer, ''x'')'}"),
        ("holdout: params.id == \"T-1\"", "holdout: a == 'Fix #12'", "holdout: 'a == ''Fix #12'''"),
        ("words: [done]", "words: [no]", 'words: ["no"]'),
        ("words: [done]", "words: [007]", "words: [7]"),
        ("title: Close a ticket", "title: 12", 'title: "12"'),
        ("weight: 2", "weigth: 2", "weight: 2"),
    ],
)  # fmt: skip
def test_fixes(old, new, fixed, tmp_path):
    path = tmp_path / "x.yaml"
    text = SCENARIO.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    _, (found,) = read_scenario(path)
    span = found.fix.span
    after = text[: span.start] + found.fix.replacement + text[span.end :]
    assert after == SCENARIO.replace(old, fixed, 1)
    path.write_text(after, encoding="utf-8")
    assert read_scenario(path)[1] == []
