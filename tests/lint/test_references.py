"""What a reward compares with: H515, H516, H517."""

from __future__ import annotations

import pytest
from resolve.desk import check, linted, summary

NOTE = "final.tickets[params.id]?.note"
SENT = "last(closeTicket{ok})?.args?.note"


def found(fragment, code):
    return [place for id_, place in summary(linted(fragment)) if id_ == code]


@pytest.mark.parametrize(
    ("expression", "reference"),
    [
        (f"{NOTE} == {SENT}", SENT),
        (f"{SENT} == {NOTE}", SENT),
        (f"not {NOTE} != {SENT}", SENT),
        (f"fold({NOTE} ?? '') == fold({SENT} ?? '')", f"fold({SENT} ?? '')"),
        (f"{NOTE} in calls(closeTicket{{ok}}).map(c => c.args?.note)",
         "calls(closeTicket{ok}).map(c => c.args?.note)"),
        (f"edit_sim({NOTE} ?? '', {SENT} ?? '') > 0.5", f"{SENT} ?? ''"),
        (f"says(answer, {SENT} ?? '')", f"{SENT} ?? ''"),
        (f"calls(closeTicket{{ok}}).any(c => {NOTE} == c.args?.note)", "c.args?.note"),
        # Held to what the task asks for: by the pattern, or by the other side.
        (f'{NOTE} == last(closeTicket{{ok, args?.note == params.id}})?.args?.note', None),
        (f"{NOTE} == params.id", None),
        (f"{SENT} == params.id", None),
        ('final.tickets[params.id]?.title == initial.tickets[params.id]!.title', None),
        # A response is the environment's, and what was looked up before may be sent on.
        ('calls(closeTicket{ok}).any(c => c.args.id == first(getTicket{ok})?.response.id)', None),
        ("says(answer, first(getTicket{ok})?.response.title ?? '')", None),
        # Not what is paid for.
        (f"{NOTE} != {SENT}", None),
        (f"not {NOTE} == {SENT}", None),
    ],
)  # fmt: skip
def test_the_policy_sets_the_reference(expression, reference):
    expected = [] if reference is None else [reference]
    assert found(check(expression.replace("'", '"')), "H515") == [
        place.replace("'", '"') for place in expected
    ]


def test_a_similarity_to_what_was_sent():
    fragment = check("true").replace(
        "check: 'true'", f'score: \'edit_sim({NOTE} ?? "", {SENT} ?? "")\''
    )
    assert found(fragment, "H515") == [f'{SENT} ?? ""']


GATE = "  gates:\n    - {{id: g, require: '{gate}', otherwise: {otherwise}}}\n"


def gated(expression, gate, otherwise=0):
    return check(expression).replace(
        "  parts:", GATE.format(gate=gate, otherwise=otherwise) + "  parts:"
    )


@pytest.mark.parametrize(
    ("expression", "reported"),
    [
        ('answer matches r"^All done here$"', True),
        ('fold(answer).contains_text("done")', True),
        ("says(answer, params.id)", True),
        ("answer.length() > 0", True),
        ('says(answer, "done") and final.tickets[params.id]?.state == "closed"', False),
        ('says(answer, "done") and called closeTicket{ok, args.id == params.id}', False),
        ("says(answer, initial.tickets[params.id]!.title)", False),
        ("numbers(answer).contains(final.tickets.values().size())", False),
        ("count(any) < 3", False),
    ],
)
def test_a_part_that_reads_only_the_answer(expression, reported):
    assert bool(found(check(expression), "H516")) == reported


@pytest.mark.parametrize(
    ("gate", "otherwise", "reported"),
    [
        ("delta.is_empty()", 0, True),
        ("never closeTicket", 0, True),
        ("count(any) < 5", 0, True),
        ("delta.tickets.updated.size() <= 1", 0, True),
        ("delta.tickets.updated.only() is null or count(any) < 3", 0, True),
        ("every closeTicket preceded_by getTicket{ok}", 0, True),
        ("called getTicket{ok, args.id == params.id}", 0, False),
        ("called getTicket{ok, args.id == params.id}", 0.3, False),
        ("count(getTicket{ok}) >= 1", 0, False),
        ("delta.tickets.updated.only() is not null", 0, False),
        ('final.tickets[params.id]?.state == "closed"', 0, False),
    ],
)
def test_a_gate_that_asks_for_deeds(gate, otherwise, reported):
    fragment = gated('fold(answer).contains_text("done")', gate, otherwise)
    assert bool(found(fragment, "H516")) == reported


def asking(prompt, truth, lets=""):
    fragment = check(f"says(answer, {truth})", lets)
    return f"prompt: {prompt}\n{fragment}"


TITLE = "initial.tickets[params.id]!.title"


@pytest.mark.parametrize(
    ("prompt", "truth", "lets", "reported"),
    [
        (f'"Is it {{{TITLE}}}?"', TITLE, "", True),
        ('"Is it {t.title}?"', "t.title", "t: 'initial.tickets[params.id]!'", True),
        ('"Is it {t.title}?"', "fold(row.title)",
         "t: 'initial.tickets[params.id]!', row: t", True),
        ('"Is it {fold(t.title)}?"', "t.title", "t: 'initial.tickets[params.id]!'", True),
        ("What is the title of {id}?", TITLE, "", False),
        ('"What is the state of {t.title}?"', "t.state", "t: 'initial.tickets[params.id]!'", False),
        ("Say {id}.", "params.id", "", False),
        ("The door squeaks. What is the title of T-1?", 'initial.tickets["T-1"]!.title', "", True),
        ("What is the title of T-1?", 'initial.tickets["T-1"]!.title', "", False),
        ("Is it open, waiting or closed?", 'initial.tickets["T-1"]!.state', "", False),
    ],
)  # fmt: skip
def test_the_prompt_gives_the_answer_away(prompt, truth, lets, reported):
    assert bool(found(asking(prompt, truth, lets), "H517")) == reported


@pytest.mark.parametrize(
    ("beside", "reported"),
    [
        ('final.tickets[params.id]?.state == "closed"', False),
        ("delta.tickets.updated.only() is not null", False),
        ("delta.is_empty()", True),
        ("called getTicket{ok, args.id == params.id}", True),
    ],
)
def test_an_answer_that_confirms_a_change(beside, reported):
    fragment = f'prompt: "Close {{{TITLE}}}."\n' + check(f"{beside} and says(answer, {TITLE})")
    assert bool(found(fragment, "H517")) == reported


def test_the_system_prompt_counts():
    fragment = f'system: "It is {{{TITLE}}}."\n' + asking("What is {id}?", TITLE)
    assert found(fragment, "H517") == [TITLE]


def test_a_value_that_depends_on_the_question():
    truth = f"{TITLE} if params.id == 'T-1' else 'unknown'"
    fragment = asking(f"What is {{id}}, the one with {{{TITLE}}}?", truth)
    assert found(fragment, "H517") == [TITLE]
