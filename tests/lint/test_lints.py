"""Lints: what each reports, what it leaves alone."""

from __future__ import annotations

import pytest
from resolve.desk import check, linted, quoted, summary

from rewardlang import lint
from rewardlang.diagnostics import codes
from rewardlang.judge.run import RULES

HERE = ("deduce", "nulls", "numbers", "rewards", "unused")
ELSEWHERE = {
    code.id
    for reported, function in lint.LINTS
    for code in reported
    if function.__module__.rpartition(".")[2] not in HERE
}


def found(fragment):
    """What is found, but for the codes of modules whose tests stand in files of their own."""
    return [(code, place) for code, place in summary(linted(fragment)) if code not in ELSEWHERE]


def scored(expression: str) -> str:
    part = f"    - id: closed\n      weight: 1\n      score: {quoted(expression)}\n"
    return f"reward:\n  parts:\n{part}"


def test_every_code_of_d_and_n_has_a_lint_or_a_rule():
    reported = {code.id for found_codes, _ in (*lint.LINTS, *RULES) for code in found_codes}
    wanted = {id for id in codes.CODES if id[0] in "DN"} - {"D211"} | {"T109"}
    assert wanted <= reported


@pytest.mark.parametrize(
    ("expression", "underlined"),
    [
        ("count(any) >= 0", "count(any) >= 0"),
        ("count(any) <= 6", "count(any) <= 6"),
        ("count(any) > 6", "count(any) > 6"),
        ("edit_sim(answer, params.id) <= 1", "edit_sim(answer, params.id) <= 1"),
        ("called getTicket or 1 > 2", "1 > 2"),
        ("called getTicket and true", "true"),
        ("true", "true"),
        ("answer == answer", "answer == answer"),
        ("params.id != params.id", "params.id != params.id"),
        ("at_least 0 getTicket", "at_least 0 getTicket"),
        ("exactly 7 getTicket", "exactly 7 getTicket"),
        ("called getTicket{count_never < 0}", None),
        ("initial.tickets.all(t => t.priority < 6)", "t.priority < 6"),
        ("(1 if true else 3) == count(any)", "true"),
        ("(1 if called getTicket else 2) == 3", "(1 if called getTicket else 2) == 3"),
    ],
)
def test_constant_conditions(expression, underlined):
    if underlined is None:
        assert [c for c, _ in found(check(expression))] == ["T101"]
    else:
        assert found(check(expression))[0] == ("D201", underlined)


@pytest.mark.parametrize(
    ("expression", "underlined"),
    [
        ('answer == "a" and answer == "b"', 'answer == "b"'),
        ('answer == "a" and called getTicket and answer in ["b", "c"]', 'answer in ["b", "c"]'),
        ('answer in ["a", "b"] and answer != "a" and answer != "b"', 'answer != "b"'),
        ("count(getTicket) > 3 and count(getTicket) < 2", "count(getTicket) < 2"),
        ("count(getTicket) == 3 and count(getTicket) > 3", "count(getTicket) > 3"),
        ("called getTicket and never getTicket", "never getTicket"),
        ("called getTicket and not called getTicket", "not called getTicket"),
        (
            'final.tickets["T-1"] is null and final.tickets["T-1"]?.title == "x"',
            None,
        ),
        ("not (answer == params.id) and answer == params.id", "answer == params.id"),
    ],
)
def test_contradictions(expression, underlined):
    reported = found(check(expression))
    assert len(reported) == 1
    if underlined is not None:
        assert reported == [("D202", underlined)]


def test_gates_contradict_one_another():
    gates = (
        "reward:\n  gates:\n"
        "    - {id: a, require: count(any) < 2}\n"
        "    - {id: b, require: count(any) > 4}\n"
        "  parts: [{id: x, weight: 1, check: called getTicket}]\n"
    )
    assert found(gates) == [("D202", "count(any) > 4")]


@pytest.mark.parametrize(
    "expression",
    [
        'answer == "a" or answer == "b"',
        "count(getTicket) >= 2 and count(getTicket) <= 2",
        "count(getTicket) > 1 and count(closeTicket) < 1",
        'answer != "a" and answer != "b"',
        "called getTicket and never closeTicket",
        "called getTicket{ok} and called getTicket{not ok}",
        'called getTicket{args.id == "a"} and called getTicket{args.id == "b"}',
        "called getTicket before closeTicket and never getTicket after closeTicket",
        "count(any) >= 1 and count(any) <= 5",
        "initial.tickets.all(t => t.priority < 5)",
    ],
)
def test_no_contradiction(expression):
    assert found(check(expression)) == []


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("called getTicket and called any", "called any and called getTicket", True),
        ('answer == "a"', '"a" == answer', True),
        ("count(any) < 3", "3 > count(any)", True),
        ("never getTicket", "not called getTicket", True),
        ("at_least 1 getTicket", "called getTicket", True),
        ("not (called getTicket and called closeTicket)",
         "not called closeTicket or not called getTicket", True),
        ("called getTicket", "called getTicket{ok}", False),
        ("count(any) < 3", "count(any) <= 3", False),
        ("called getTicket after closeTicket", "called getTicket before closeTicket", False),
    ],
)  # fmt: skip
def test_duplicate_parts(first, second, same):
    fragment = (
        "reward:\n  parts:\n"
        f"    - id: a\n      weight: 1\n      check: {quoted(first)}\n"
        f"    - id: b\n      weight: 1\n      check: {quoted(second)}\n"
    )
    assert [c for c, _ in found(fragment) if c != "D205"] == (["D206"] if same else [])


def parts(*weights):
    lines = [
        f"    - {{id: p{i}, weight: {w}, check: count(any) > {i}}}" for i, w in enumerate(weights)
    ]
    return "reward:\n  parts:\n" + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("weights", "reported"),
    [
        ((1,), []),
        ((4,), []),
        ((1, 1), []),
        ((3, 1), []),
        ((4, 1), [("N404", "4")]),
        ((9, 1, 1), [("N404", "9")]),
        ((1, 0), [("D209", "0")]),
        ((1, -1), [("D209", "-1")]),
        ((1, 1, "0.0000001"), [("N404", "0.0000001")]),
    ],
)
def test_weights(weights, reported):
    assert found(parts(*weights)) == reported


@pytest.mark.parametrize(
    ("expression", "label"),
    [
        ("count(any)", "from 0 to 6"),
        ("edit_sim(answer, params.id) + 0.5", "from 0.5 to 1.5"),
        ("0.5 - edit_sim(answer, params.id)", "from -0.5 to 0.5"),
        ("answer.length() / 10", "from 0 to 200"),
        ("1 - count(any)", "from -5 to 1"),
        ("number(answer) ?? 0", "any number"),
    ],
)
def test_scores_out_of_range(expression, label):
    (only,) = [d for d in linted(scored(expression)) if d.code.id not in ELSEWHERE]
    assert only.code.id == "N401"
    assert only.label.text == label


@pytest.mark.parametrize(
    "expression",
    [
        "0.4 * (1 if called getTicket else 0) + 0.6 * edit_sim(answer, params.id)",
        "count(any) / 6",
        "1 - count(any) / 6",
        "clamp(answer.length() / 500, 0, 1)",
        "min(1, count(any))",
        "gain(0.5, edit_sim(answer, params.id))",
        "fraction(called getTicket, called closeTicket)",
        "ramp(count(any), good=2, bad=6, floor=0.5)",
        "ramp(count(any), good=5, bad=1)",
        "(1 - ramp(count(any), 1, 3)) * edit_sim(answer, params.id)",
    ],
)
def test_scores_in_range(expression):
    assert found(scored(expression)) == []


def penalised(penalty, gates="[]"):
    return (
        "reward:\n"
        f"  gates: {gates}\n"
        "  parts: [{id: x, weight: 1, check: called closeTicket}]\n"
        f"  penalties: [{{id: p, {penalty}}}]\n"
    )


@pytest.mark.parametrize(
    ("penalty", "gates", "reported"),
    [
        ("factor: 1", "[]", [("D210", "1")]),
        ("factor: 0.5", "[]", []),
        ("factor: 1.5", "[]", [("D210", "1.5"), ("N401", "1.5")]),
        ("factor: -1", "[]", [("N401", "-1")]),
        ("when: never getTicket, factor: 0.5", "[{id: g, require: called getTicket}]",
         [("D210", "never getTicket")]),
        ("when: never getTicket, factor: 0.5",
         "[{id: g, require: called getTicket, otherwise: 0.3}]", []),
        ('factor: "ramp(count(any), good=10, bad=20)"', "[]",
         [("N402", "ramp(count(any), good=10, bad=20)")]),
        ('factor: "ramp(count(any), good=-9, bad=-3)"', "[]",
         [("N402", "ramp(count(any), good=-9, bad=-3)")]),
        ('factor: "ramp(count(any), good=2, bad=9)"', "[]", []),
        ('factor: "ramp(count(any), good=9, bad=3)"', "[]",
         [("D210", "ramp(count(any), good=9, bad=3)")]),
        ('factor: "ramp(count(any), good=0, bad=-3)"', "[]",
         [("D210", "ramp(count(any), good=0, bad=-3)")]),
        ('factor: "ramp(count(any{not ok}), good=3, bad=0)"', "[]",
         [("D210", "ramp(count(any{not ok}), good=3, bad=0)")]),
        ('factor: "ramp(count(getTicket{ok}), good=2, bad=0, floor=0.5)"', "[]", []),
        ('factor: "clamp(count(any) / 12, 0.5, 1)"', "[]",
         [("N402", "clamp(count(any) / 12, 0.5, 1)")]),
    ],
)  # fmt: skip
def test_penalties(penalty, gates, reported):
    assert found(penalised(penalty, gates)) == reported


@pytest.mark.parametrize(
    ("expression", "reported"),
    [
        ("count(closeTicket) / count(any) > 0.5", [("N408", "count(any)")]),
        ("count(closeTicket) % (count(any) - 1) > 1", [("N408", "count(any) - 1")]),
        ("count(any) > 0 and count(closeTicket) / count(any) > 0.5", []),
        ("(count(closeTicket) / count(any) if count(any) > 0 else 0) > 0.5", []),
        ("count(closeTicket) / 2 > 0.5", []),
        ("count(closeTicket) / (1 + count(any)) > 0.1", []),
    ],
)
def test_denominators(expression, reported):
    assert found(check(expression)) == reported


@pytest.mark.parametrize(
    ("expression", "reported"),
    [
        ('edit_sim(answer, "")', "N403"),
        ('f1(answer.split(" "), [])', "N403"),
        ("subset_score(answer, {})", "N403"),
        ('edit_sim(fold(answer), fold("OK"))', "N410"),
        ("edit_sim(answer, short)", "N410"),
        ('edit_sim(answer, "done")', None),
    ],
)
def test_similarities(expression, reported):
    lets = "expect: {short: ok}\nlet: {short: expect.short}\n" if "short" in expression else ""
    assert [c for c, _ in found(lets + scored(expression))] == ([reported] if reported else [])


@pytest.mark.parametrize(
    ("expression", "reported"),
    [
        ('final.tickets["T-1"]?.title == final.tickets["T-2"]?.title', True),
        ('final.tickets["T-1"]?.title != final.tickets["T-2"]?.title', False),
        ('final.tickets["T-1"]?.title == initial.tickets["T-2"]!.title', False),
        ('final.tickets["T-1"] is not null and final.tickets["T-1"].note_ == ""', None),
        ('final.tickets["T-1"]?.title is not null and '
         'final.tickets["T-1"]?.title == final.tickets["T-2"]?.title', False),
    ],
)  # fmt: skip
def test_null_equality(expression, reported):
    if reported is None:
        assert [c for c, _ in found(check(expression))] == ["T102"]
    else:
        assert [c for c, _ in found(check(expression))] == (["T109"] if reported else [])


def test_findings_come_in_the_order_of_the_file():
    fragment = "let: {x: '1', y: '2'}\n" + check("count(any) >= 0").split("\n", 1)[1]
    positions = [d.label.span.start for d in linted(fragment)]
    assert len(positions) >= 3
    assert positions == sorted(positions)
