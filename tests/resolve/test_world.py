"""Worlds: rows and generators to frozen rows, checked where they are written."""

from __future__ import annotations

import textwrap

import pytest
from diagnostics.page_examples import BASE, spliced
from resolve.desk import parts

from rewardlang.resolve.apis import resolve_api
from rewardlang.resolve.report import Report
from rewardlang.resolve.world import MAX_ROWS, expand_world, merged_tables
from rewardlang.source import Source
from rewardlang.syntax import world_file
from rewardlang.syntax.reader import Reader
from rewardlang.syntax.yaml_events import read_yaml

OFFICE = (BASE / "worlds" / "office.yaml").read_text(encoding="utf-8")


def expand(fragment: str):
    found = []
    source = Source("office.yaml", spliced(OFFICE, textwrap.dedent(fragment)))
    file = world_file.read(read_yaml(source, found), Reader(source, found))
    assert found == []
    api = resolve_api(parts()[0])
    report = Report()
    tables = merged_tables([api], file.use, report)
    return expand_world(file, [api], tables, api.schemas, report), report.diagnostics


def generated(row: str, lets: str = "", count: int = 3, more: str = ""):
    return expand(f"""
seed: 7
lists: {{words: [door, lamp, tap], nothing: []}}
{more}
tables:
  users: {{rows: [{{id: ana, name: Ana}}]}}
  tickets:
    generate:
      - count: {count}
        let: {{{lets}}}
        row: {row}
""")


ROW = (
    '{id: "T-{index}", title: "{pick(lists.words)}", state: open, priority: "{integer(1, 5)}", '
    'labels: "{shuffle(lists.words).take(2)}", assignee: "{users.values().first()}"}'
)


def summary(found):
    return [(d.code.id, d.label.span.text) for d in found]


def test_rows_as_written():
    world, found = expand("")
    assert found == []
    assert list(world.rows["tickets"]) == ["T-1", "T-2", "T-3"]
    assert world.rows["users"]["ana"] == {"id": "ana", "name": "Ana"}
    assert world.counters == {"ticket": 100}
    assert (world.clock_start, world.clock_step_s) == ("2026-03-02T09:00:00Z", 60)


def test_generated_rows():
    world, found = generated(ROW)
    assert found == []
    rows = world.rows["tickets"]
    assert list(rows) == ["T-0", "T-1", "T-2"]
    assert all(row["title"] in ("door", "lamp", "tap") for row in rows.values())
    assert all(1 <= row["priority"] <= 5 for row in rows.values())
    assert all(len(row["labels"]) == 2 for row in rows.values())
    assert rows["T-0"]["assignee"] == {"id": "ana", "name": "Ana"}


def test_a_row_does_not_depend_on_its_neighbours():
    few, _ = generated(ROW, count=2)
    many, _ = generated(ROW, count=40)
    assert [*many.rows["tickets"].values()][:2] == [*few.rows["tickets"].values()]
    assert len({row["title"] for row in many.rows["tickets"].values()}) > 1


def test_a_let_is_drawn_once():
    world, found = generated(
        ROW.replace("{pick(lists.words)}", "{word} {word}"), lets="word: pick(lists.words)"
    )
    assert found == []
    for row in world.rows["tickets"].values():
        first, second = row["title"].split()
        assert first == second


@pytest.mark.parametrize(
    ("fragment", "code", "underlined", "label"),
    [
        (
            "tables: {users: {rows: [{id: ana, nam: Ana}]}}",
            "T118",
            "{id: ana, nam: Ana}",
            "required",
        ),
        ("tables: {users: {rows: [{id: ana, name: 3}]}}", "T118", "3", "string"),
        ("tables: {users: {rows: [{id: a, name: A}, {id: a, name: B}]}}", "T118", "a", "before"),
        ("tables: {usrs: {rows: []}}", "T101", "usrs", "tables: users, tickets"),
        ("counters: {tickt: 3}", "T101", "tickt", "counters: ticket"),
        ('clock: {start: "yesterday", step_s: 60}', "T118", "office", "no moment"),
        ('clock: {start: "2026-03-02T09:00:00", step_s: 60}', "T118", "office", "no moment"),
    ],
)
def test_what_is_wrong_with_a_world(fragment, code, underlined, label):
    world, found = expand(fragment)
    assert summary(found) == [(code, underlined)]
    assert label in found[0].label.text
    assert world is None


def test_a_reference_to_nobody():
    world, found = expand("""
        tables:
          users: {rows: [{id: ana, name: Ana}]}
          tickets:
            rows:
              - id: T-1
                title: X
                state: open
                priority: 1
                labels: []
                assignee: {id: eve, name: Eve}
    """)
    assert world is None
    assert summary(found) == [("T118", "eve")]
    assert found[0].others[0].span.source.path.endswith("desk.yaml")


def test_a_bad_value_is_shown_at_its_place():
    _, found = expand("""
        tables:
          users: {rows: []}
          tickets:
            rows:
              - {id: T-1, title: X, state: open, priority: 1, labels: [a, 3], assignee: null}
    """)
    assert summary(found) == [("T118", "3")]
    assert "`labels.1`" in found[0].message


@pytest.mark.parametrize(
    ("row", "lets", "code", "part"),
    [
        (ROW.replace("integer(1, 5)", "integer(6, 9)"), "", "T118", "`priority` of row 0"),
        (ROW.replace("T-{index}", "T"), "", "T118", "`id` of row 1"),
        (ROW.replace("lists.words)}", "lists.nothing)}", 1), "", "T118", "row 0 of this generator"),
        (ROW.replace("lists.words", "lists.wrds", 1), "", "T101", "wrds"),
        (ROW.replace("pick", "pik", 1), "", "T101", "pik"),
        (ROW, "index: '1'", "T116", "index"),
        (ROW.replace("users.values()", "tickets.values()"), "", "T101", "tickets"),
        (
            ROW.replace('"{integer(1, 5)}"', "\"{users['eve']!.name}\""),
            "",
            "T118",
            "cannot be made",
        ),
        (ROW.replace("pick(lists.words)", "answer"), "", "T101", "answer"),
    ],
)
def test_what_is_wrong_with_a_generator(row, lets, code, part):
    world, found = generated(row, lets)
    assert world is None
    assert [d.code.id for d in found] == [code]
    assert part in found[0].message


def test_too_many_rows():
    world, found = generated(ROW, count=MAX_ROWS)
    assert world is None
    assert [d.code.id for d in found] == ["Y013"]


def test_a_generator_may_not_take_for_ever():
    row = ROW.replace("{pick(lists.words)}", "{str(range(9000).map(a => a).sum())}")
    world, found = generated(row, count=19000)
    assert world is None
    assert [d.code.id for d in found] == ["P701"]
