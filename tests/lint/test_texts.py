"""Texts and lists: N407 length, N409 letter by letter, P702 bounds, P705 order, G810 twice."""

from __future__ import annotations

import pytest
from diagnostics.page_examples import BASE, write
from resolve.desk import check, linted, quoted, summary

from rewardlang.findings.run import Options, lint

NOTE = '(final.tickets[params.id]?.note ?? "")'
STATE = 'final.tickets[params.id]?.state == "closed"'


def found(fragment, code):
    return [place for id_, place in summary(linted(fragment)) if id_ == code]


def scored(expression, *, penalty="", lets=""):
    lines = [f"let: {{{lets}}}", "reward:", "  parts:"]
    lines += [f"    - {{id: p, weight: 1, score: {quoted(expression)}}}"]
    if penalty:
        lines += ["  penalties:", f"    - {{id: q, factor: {quoted(penalty)}}}"]
    return "\n".join(lines) + "\n"


# ---- N407 ----


@pytest.mark.parametrize(
    ("expression", "underlined"),
    [
        (f"min(1, {NOTE}.length() / 200)", f"{NOTE}.length()"),
        (f"clamp({NOTE}.length() / 200, 0, 1)", f"{NOTE}.length()"),
        (f"ramp({NOTE}.length(), good=200, bad=0)", f"{NOTE}.length()"),
        ("0.5 + 0.5 * min(1, answer.length() / 99)", "answer.length()"),
        ("min(1, words(answer).size() / 40)", "words(answer).size()"),
        ('min(1, answer.split(" ").size() / 40)', 'answer.split(" ").size()'),
        ("best(closeTicket, c => min(1, (c.args?.note ?? '').length() / 50))",
         "(c.args?.note ?? '').length()"),
        ("1 if answer.length() > 100 else 0", "answer.length()"),
        ("min(count(any), 5) / 5", "count(any)"),
        ("min(1, count(getTicket{ok}) / 3)", "count(getTicket{ok})"),
        ("ramp(count(getTicket{ok}), good=4, bad=0)", "count(getTicket{ok})"),
        # Less is better, one is enough, or calls that do something.
        (f"ramp({NOTE}.length(), good=20, bad=200)", None),
        ("1 - min(1, answer.length() / 100)", None),
        ("min(1, answer.length())", None),
        ("1 if answer.length() > 0 else 0", None),
        ("min(1, count(getTicket{ok}))", None),
        ("ramp(count(getTicket{ok}), good=1, bad=0)", None),
        ("ramp(count(any), good=1, bad=5)", None),
        ("min(1, count(closeTicket{ok}) / 2)", None),
        ("min(1, initial.tickets[params.id]!.title.length() / 90)", None),
        ("calls(getTicket{ok}).map(c => c.args.id).distinct().size() / 6", None),
        ("token_f1(answer, params.id)", None),
    ],
)  # fmt: skip
def test_length_that_pays(expression, underlined):
    expression = expression.replace("''", '""')
    wanted = [] if underlined is None else [underlined.replace("''", '""')]
    assert found(scored(expression), "N407") == wanted


@pytest.mark.parametrize(
    ("expression", "reported"),
    [
        (f"{STATE} and answer.length() >= 50", True),
        ("answer.length() >= 1", False),
        ("answer.length() <= 50", False),
        ("count(any) >= 3", True),
        ("count(any) >= 1", False),
        ("count(closeTicket{ok}) >= 2", False),
        ("not answer.length() < 50", True),
    ],
)
def test_a_check_of_length(expression, reported):
    assert bool(found(check(expression), "N407")) == reported


def test_a_penalty_the_other_way_makes_up_for_it():
    long = "min(1, answer.length() / 99)"
    assert found(scored(long, penalty="ramp(count(any), good=1, bad=5)"), "N407") != []
    assert found(scored(long, penalty="ramp(answer.length(), good=99, bad=400)"), "N407") == []


def test_length_through_a_let():
    fragment = scored("min(1, long / 99)", lets="long: answer.length()")
    assert found(fragment, "N407") == ["answer.length()"]


# ---- N409 ----

EXPECT = "expect: {note: The fuse was replaced, word: fuse, notes: [All is well, Not yet]}\n"
PARAMS = "params:\n  id: one_of(['T-1', 'T-2'])\n  note: one_of(expect.notes)\n"
RAW = "final.tickets[params.id]?.note"


@pytest.mark.parametrize(
    ("expression", "reported"),
    [
        (f"{RAW} == expect.note", True),
        (f"expect.note == {RAW}", True),
        (f"not {RAW} != expect.note", True),
        (f'{RAW} == "The fuse was replaced"', True),
        (f"{NOTE}.strip() == expect.note", True),
        (f"{RAW} == params.note", True),
        ("called closeTicket{ok, args.id == params.id, args?.note == expect.note}", True),
        ('answer == "done"', True),
        ("answer == initial.tickets[params.id]!.title", True),
        ('answer in ["yes", "no"]', True),
        (f"{NOTE} in expect.notes", True),
        (f"{NOTE} not in expect.notes", False),
        ('(final.tickets[params.id]?.state ?? "") in ["closed", "on hold"]', False),
        ('params.id in ["T-1", "T-2"]', False),
        (f"fold({NOTE}) == fold(expect.note)", False),
        (f"{NOTE}.lower() == expect.note.lower()", False),
        (f"{RAW} == expect.word", False),
        (f"{RAW} == params.id", False),
        (f"{RAW} != expect.note", False),
        ('final.tickets[params.id]?.title == "The door squeaks"', False),
        (f"{RAW} == initial.tickets[params.id]!.title", False),
        ('final.tickets[params.id]?.state == "closed"', False),
        ('final.tickets[params.id]?.due == "2026-03-02"', False),
        ('called closeTicket{ok, args.id == "T-1"}', False),
        ('fold(answer) == "all done"', False),
        ('initial.tickets[params.id]!.title == "The door squeaks"', False),
    ],
)
def test_free_text_letter_by_letter(expression, reported):
    assert bool(found(EXPECT + PARAMS + check(expression), "N409")) == reported


# ---- P705 ----

OPEN = 'initial.tickets.values().filter(t => t.state == "open")'


@pytest.mark.parametrize(
    ("expression", "reported"),
    [
        (f"{OPEN}.first()?.id == params.id", True),
        (f"{OPEN}.last()?.id == params.id", True),
        (f"{OPEN}[0].id == params.id", True),
        (f"{OPEN}.take(1).any(t => t.id == params.id)", True),
        (f"{OPEN}.map(t => t.id).first() == params.id", True),
        ("initial.tickets.keys().first() == params.id", True),
        ("initial.tickets.keys()[0] == params.id", True),
        ("final.tickets.values().reversed().first()?.id == params.id", True),
        ("delta.tickets.updated.first()?.id == params.id", True),
        ("delta.tickets.created[0]?.id == params.id", True),
        ("calls(listTickets{ok}).any(c => c.response.tickets[0].id == params.id)", True),
        ("called listTickets{ok, response.tickets.first()?.id == params.id}", True),
        (f"{OPEN}.only()?.id == params.id", False),
        (f"{OPEN}.sort_by(t => t.priority).first()?.id == params.id", False),
        (f"{OPEN}.map(t => t.id).sorted().first() == params.id", False),
        (f"{OPEN}.min_by(t => t.priority)?.id == params.id", False),
        ("initial.tickets.values().filter(t => t.id == params.id).first()?.priority == 2", False),
        ('initial.tickets.filter(t => t.title == "The tap drips").first()?.id == params.id', False),
        ("delta.tickets.created.take(3).any(t => t.id == params.id)", False),
        ("initial.tickets[params.id]!.labels.first() == params.id", False),
        ('answer.split(" ").first() == params.id', False),
        ("calls(getTicket).map(c => c.op).first() == params.id", False),
        ("first(getTicket{ok})?.response.id == params.id", False),
    ],
)
def test_items_by_their_place(expression, reported):
    assert bool(found(check(expression), "P705")) == reported


def test_the_place_is_where_the_item_is_taken():
    fragment = check("one.id == params.id", f"mine: '{OPEN}', one: mine.first()!")
    assert found(fragment, "P705") == ["mine.first()"]


# ---- P702 ----

API = (BASE / "apis" / "desk.yaml").read_text(encoding="utf-8")
BARE = API.replace("items: {type: string}, maxItems: 20}", "items: {type: string}}")


@pytest.mark.parametrize(
    ("api", "check_", "place"),
    [
        (BARE, "(final.tickets[params.id]?.labels ?? []).any(l => fold(l) == params.id)", "labels"),
        (BARE, "labels.any(l => fold(l) == params.id)", "labels"),
        (BARE, "delta.tickets.updated.any(t => t.labels.any(l => fold(l) == params.id))", "labels"),
        (BARE, "(last(closeTicket{ok})?.args?.note ?? '').split(' ').any(w => w == params.id)",
         "note"),
        (API, "(final.tickets[params.id]?.labels ?? []).any(l => fold(l) == params.id)", None),
        (BARE, "initial.tickets[params.id]!.labels.any(l => fold(l) == params.id)", None),
        (BARE, "(final.tickets[params.id]?.labels ?? []).contains(params.id)", None),
        (BARE, "(final.tickets[params.id]?.labels ?? []).take(9).any(l => fold(l) == params.id)",
         None),
        (BARE, "called listTickets{ok, response.tickets.any(t => t.id == params.id)}", None),
        (BARE, "final.tickets.values().any(t => t.id == params.id)", None),
    ],
)  # fmt: skip
def test_lists_without_a_bound(tmp_path, api, check_, place):
    fragment = check(check_.replace("'", '"'), "labels: 'final.tickets[params.id]?.labels ?? []'")
    path = write([("scenario", fragment)], tmp_path)
    (tmp_path / "apis" / "desk.yaml").write_text(api, encoding="utf-8")
    reported = [f.diagnostic for f in lint([path], Options(static=True, use_cache=False)).findings]
    reported = [d for d in reported if d.code.id == "P702"]
    assert [d.label.span.text for d in reported] == ([] if place is None else [place])
    assert all(d.label.span.source.path.endswith("desk.yaml") for d in reported)


def test_a_list_that_an_operation_goes_through(tmp_path):
    operation = """
  labelTicket:
    http: POST /labels
    doc: Labels a ticket.
    request:
      query: {labels: {type: array, required: true, items: {type: string}}}
    let: {folded: 'args.labels.map(l => fold(l))'}
    response: {status: 200, body: {labels: "{folded}"}}
"""
    path = write([], tmp_path)
    api = tmp_path / "apis" / "desk.yaml"
    api.write_text(API + operation.lstrip("\n"), encoding="utf-8")
    for file in (path, api):
        reported = lint([file], Options(static=True, use_cache=False)).findings
        assert [(f.diagnostic.code.id, f.diagnostic.label.span.text) for f in reported] == [
            ("P702", "labels")
        ]


# ---- G810 ----


@pytest.mark.parametrize(
    ("prompts", "count"),
    [
        (["Close {id}.", "Please close {id}."], 0),
        (["Close {id}.", "Close {id}."], 1),
        (["Close {id}.", "close  {params.id}."], 1),
        (["Close {id}.", "Close {t.title}."], 0),
        (["Close {t.title}.", "Close {u.title}.", "Close {t.title}."], 2),
        (["Close it.", "Close  it."], 1),
    ],
)
def test_prompts_that_stand_twice(prompts, count):
    lets = "let: {t: 'initial.tickets[params.id]!', u: t}\n"
    fragment = lets + "prompt:\n" + "".join(f'  - "{text}"\n' for text in prompts)
    assert len(found(fragment, "G810")) == count


@pytest.mark.parametrize(
    ("holdout", "reported"),
    [
        ('params.how == "by phone"', True),
        ('params.id == "T-2"', False),
        ("t.priority == 3", False),
        ('params.how == "by phone" and params.id == "T-2"', False),
    ],
)
def test_what_is_held_out_must_be_told(holdout, reported):
    fragment = (
        "params:\n  id: one_of(['T-1', 'T-2'])\n  how: one_of(['by phone', 'by mail'])\n"
        f"let: {{t: 'initial.tickets[params.id]!'}}\nholdout: {quoted(holdout)}\n"
    )
    assert found(fragment, "G810") == ([holdout] if reported else [])


TWIN = """rewardlang: 1
scenario: desk.%s
title: Close a ticket
use: [desk]
world: office
params:
  id: one_of(["T-1", "T-2"])
prompt: %s
limits: {calls: 6}
let: {%s: 'final.tickets[params.id]'}
reward:
  parts:
    - {id: %s, weight: %s, check: '%s'}
oracle:
  - closeTicket: {id: "{id}"}
  - answer: Closed {id}.
"""


@pytest.mark.parametrize(
    ("second", "same"),
    [
        (("b", "Close  ticket {params.id}.", "end", "shut", 1, '"closed" == end?.state'), True),
        (("b", "Shut the ticket {id}.", "now", "p", 1, 'now?.state == "closed"'), False),
        (("b", "Close ticket {id}.", "now", "p", 1, 'now?.state == "waiting"'), False),
        (("b", "Close ticket {id}.", "now", "p", 2, 'now?.state == "closed"'), False),
    ],
)
def test_two_files_with_one_task(tmp_path, second, same):
    paths = [write([], tmp_path).with_name(name) for name in ("a.yaml", "b.yaml")]
    first = ("a", "Close ticket {id}.", "now", "p", 1, 'now?.state == "closed"')
    for path, values in zip(paths, (first, second), strict=True):
        path.write_text(TWIN % values, encoding="utf-8")
    for cached in (False, True):  # the second time out of the cache, when there is one
        run = lint(paths, Options(static=True, use_cache=cached))
        found = [f for f in run.findings if f.diagnostic.code.id == "G810"]
        assert [f.file for f in found] == ([p.as_posix() for p in paths] if same else [])
    assert lint(paths[:1], Options(static=True)).findings == ()
