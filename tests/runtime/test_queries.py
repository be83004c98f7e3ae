"""JQL and CQL subsets: what they find, in which order, and how they word an error."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from patience import ends

from rewardlang_runtime import World
from rewardlang_runtime.queries import QueryField, SearchSpec, search
from rewardlang_runtime.queries.parse import MAX_DEPTH, MAX_LENGTH
from rewardlang_runtime.scenario import TableSpec
from rewardlang_runtime.world import Base, Table

NOW = "2026-03-02T09:00:00.000+0000"


def table(key: str, *rows: dict[str, Any]) -> Table:
    return Table(TableSpec("", key, (), False), {row[key]: row for row in rows})


def issue(key: str, summary: str, status: str, day: int, **extra: Any) -> dict[str, Any]:
    return {
        "key": key,
        "fields": {
            "project": {"key": key.split("-")[0], "name": "Name of " + key.split("-")[0]},
            "summary": summary,
            "status": {"name": status},
            "created": f"2026-02-{day:02}T08:00:00.000+0000",
            "labels": [],
            "assignee": None,
            **extra,
        },
    }


ANA = {"accountId": "u-ana", "displayName": "Ana Lima"}
TABLES: Any = {
    "projects": table(
        "key", {"key": "ACME", "name": "Name of ACME"}, {"key": "OPS", "name": "Name of OPS"}
    ),
    "statuses": table("name", {"name": "To Do"}, {"name": "Done"}),
    "users": table("accountId", ANA, {"accountId": "u-ben", "displayName": "Ben Ode"}),
    "issues": table(
        "key",
        issue("ACME-2", "Checkout fails on empty coupon", "To Do", 1, labels=["cart"], points=3),
        issue("ACME-10", "Checkout fails on expired coupon", "Done", 20, assignee=ANA, points=8),
        issue("OPS-1", "Renew certificate", "To Do", 27, labels=["cart", "tls"]),
    ),
}
WORLD = World(Base(TABLES, {}))
FIELDS = (
    QueryField("project", (("fields", "project", "key"), ("fields", "project", "name")), "choice",
               ("projects", ("key",)), True),
    QueryField("status", (("fields", "status", "name"),), "choice", ("statuses", ("name",)), True),
    QueryField("assignee", (("fields", "assignee", "accountId"),
               ("fields", "assignee", "displayName")), "choice", ("users", ("accountId",)), True),
    QueryField("summary", (("fields", "summary"),), "text", None, True),
    QueryField("labels", (("fields", "labels"),), "list", None, False),
    QueryField("created", (("fields", "created"),), "time", None, True),
    QueryField("points", (("fields", "points"),), "number", None, True),
    QueryField("key", (("key",),), "key", None, True),
)  # fmt: skip
JQL = SearchSpec("jql", "jql", "issues", {field.name: field for field in FIELDS})
CQL = JQL._replace(dialect="cql", name="cql")


def found(query: str, spec: SearchSpec = JQL) -> list[str]:
    result = search(WORLD, spec, query, NOW, "u-ana")
    assert result["error"] is None, result["error"]
    return [row["key"] for row in result["rows"]]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("", "ACME-2 ACME-10 OPS-1"),
        ("project = acme", "ACME-2 ACME-10"),
        ('project = "Name of OPS"', "OPS-1"),
        ("project != ACME", "OPS-1"),
        ("status = 'To Do' AND project = ACME", "ACME-2"),
        ("status = Done or labels = tls", "ACME-10 OPS-1"),
        ("not status = Done and not (project = OPS)", "ACME-2"),
        ("not not status = Done", "ACME-10"),
        ("project in (ACME, OPS) && status not in (Done)", "ACME-2 OPS-1"),
        ("assignee = currentUser()", "ACME-10"),
        ('assignee = "ana lima"', "ACME-10"),
        ("assignee is EMPTY", "ACME-2 OPS-1"),
        ("assignee is not null", "ACME-10"),
        ("assignee = empty", "ACME-2 OPS-1"),
        ("assignee != u-ben", "ACME-10"),
        ("labels in (cart)", "ACME-2 OPS-1"),
        ("labels != tls", "ACME-2"),
        ('summary ~ "coupon checkout"', "ACME-2 ACME-10"),
        ('summary ~ "exp* coupon"', "ACME-10"),
        (r'summary ~ "\"fails on empty\""', "ACME-2"),
        (r'summary ~ "\"empty fails\""', ""),
        ("summary !~ coupon", "OPS-1"),
        ("created >= 2026-02-20", "ACME-10 OPS-1"),
        ('created < "2026/02/20 08:00"', "ACME-2"),
        ("created > -7d", "OPS-1"),
        ('created >= startOfMonth("-4w")', "ACME-2 ACME-10 OPS-1"),
        ("created < startOfDay() order by created desc", "OPS-1 ACME-10 ACME-2"),
        ("points > 3", "ACME-10"),
        ("points = 3.0", "ACME-2"),
        ("points is empty", "OPS-1"),
        ("key > ACME-2", "ACME-10"),
        ("key in (ops-1, ACME-2)", "ACME-2 OPS-1"),
        ("order by key", "ACME-2 ACME-10 OPS-1"),
        ("order by status asc, key desc", "ACME-10 OPS-1 ACME-2"),
        ("project = ACME ORDER BY points DESC", "ACME-10 ACME-2"),
    ],
)
def test_jql_finds(query: str, keys: str) -> None:
    assert found(query) == keys.split()


def test_cql_compares_text_for_equality() -> None:
    assert found('summary = "renew certificate"', CQL) == ["OPS-1"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("project ACME", "Error in the JQL Query: Expecting operator but got 'ACME'. The valid "
         "operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and "
         "'IS NOT'. (line 1, character 9)"),
        ("project =", "Error in the JQL Query: Expecting either a value, list or function before "
         "the end of the query. (line 1, character 10)"),
        ("project = ACME status = Done", "Error in the JQL Query: Expecting either 'OR' or 'AND' "
         "but got 'status'. (line 1, character 16)"),
        ("status = 'To Do", "Error in the JQL Query: The quoted string 'To Do' has not been "
         "completed. (line 1, character 10)"),
        ("status = Done\nand (project = OPS", "Error in the JQL Query: Expecting ')' before the "
         "end of the query. (line 2, character 19)"),
        ("foo = 1", "Field 'foo' does not exist or you do not have permission to view it."),
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("status ~ Done", "The operator '~' is not supported by the 'status' field."),
        ("assignee = nobody()", "Unable to find JQL function 'nobody()'."),
        ("order by labels", "Not able to sort using field 'labels'."),
        ("order key", "Error in the JQL Query: Expecting 'BY' but got 'key'. "
         "(line 1, character 7)"),
        ("points > many", "The value 'many' for the field 'points' is not a number."),
        ("assignee is ana", "Error in the JQL Query: 'ana' is not EMPTY or NULL, after IS. "
         "(line 1, character 13)"),
    ],
)  # fmt: skip
def test_jql_words_errors_as_jira_does(query: str, message: str) -> None:
    assert search(WORLD, JQL, query, NOW, "u-ana") == {"error": message, "rows": []}


def test_a_bad_date_names_the_formats() -> None:
    error = search(WORLD, JQL, "created > someday", NOW, "u-ana")["error"]
    assert error.startswith("Date value 'someday' for field 'created' is invalid.")


def test_cql_says_that_it_could_not_parse() -> None:
    error = search(WORLD, CQL, "summary =", NOW, "u-ana")["error"]
    assert error.startswith("Could not parse cql : summary = :")


def test_limits_are_errors_not_crashes() -> None:
    deep = "(" * (MAX_DEPTH + 1) + "points = 1" + ")" * (MAX_DEPTH + 1)
    assert "nested too deeply" in search(WORLD, JQL, deep, NOW, "u-ana")["error"]
    assert "longer than" in search(WORLD, JQL, "x" * (MAX_LENGTH + 1), NOW, "u-ana")["error"]
    assert search(WORLD, JQL, "not " * 900 + "points = 3", NOW, "u-ana")["error"] is None


WORDS = st.sampled_from(
    ["project", "status", "=", "!=", "~", "in", "(", ")", ",", "ACME", "'Done'", "and", "or", "not",
     "is", "empty", "order", "by", "created", "-7d", "currentUser()", "\n", '"', "!", "key", "desc"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=80))
def test_any_text_is_a_result_or_an_error(query: str) -> None:
    for spec in (JQL, CQL):
        result = search(WORLD, spec, query, NOW, "u-ana")
        assert (result["error"] is None) or (result["error"] and result["rows"] == [])
        assert result == search(WORLD, spec, query, NOW, "u-ana")


# ---- a table that was written, against its rows one by one ----

CONDITIONS = [
    "project = ACME", "project != ACME", "status in ('To Do', Done)", "status not in (Done)",
    "assignee is empty", "assignee = currentUser()", "labels = cart", "labels != tls",
    'summary ~ "coupon"', 'summary !~ "fa*"', r'summary ~ "\"on expired\""', "created > -7d",
    "created <= 2026-02-20", "points >= 3", "points is not empty", "key > ACME-2", "key = OPS-1",
]  # fmt: skip
queries = st.recursive(
    st.sampled_from(CONDITIONS),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda parts: f"({' '.join(parts)})"
        )
        | inner.map(lambda text: f"not ({text})")
    ),
    max_leaves=4,
)
writes = st.lists(
    st.tuples(
        st.sampled_from(["ACME-2", "ACME-10", "OPS-1", "ACME-11", "OPS-2"]),
        st.none()
        | st.builds(
            issue,
            key=st.just(""),
            summary=st.sampled_from(["Coupon expired", "Fails", ""]),
            status=st.sampled_from(["To Do", "Done"]),
            day=st.integers(1, 28),
            points=st.sampled_from([None, 3, 8.0]),
            labels=st.lists(st.sampled_from(["cart", "tls"]), max_size=2),
            assignee=st.sampled_from([None, ANA]),
        ),
    ),
    max_size=5,
)


@given(queries, writes, st.sampled_from(["", " order by points desc, key", " order by status"]))
def test_a_written_table_is_searched_as_its_rows_are(query: str, changes: Any, order: str) -> None:
    world = World(WORLD.base)
    for key, row in changes:
        if row is None:
            world.edit("issues").delete(key)
        else:
            project = {"key": key.split("-")[0], "name": "Name of " + key.split("-")[0]}
            fields = {**row["fields"], "project": project}
            world.edit("issues").put(key, {**row, "key": key, "fields": fields})
    one_by_one = []
    for row in world["issues"].values():
        alone = World(Base({**TABLES, "issues": table("key", row)}, {}))
        one_by_one += search(alone, JQL, query, NOW, "u-ana")["rows"]
    result = search(world, JQL, query, NOW, "u-ana")
    assert result == {"error": None, "rows": one_by_one}
    ordered = search(world, JQL, query + order, NOW, "u-ana")["rows"]
    again = World(Base({**TABLES, "issues": table("key", *world["issues"].values())}, {}))
    assert ordered == search(again, JQL, query + order, NOW, "u-ana")["rows"]
    assert search(WORLD, JQL, "", NOW, "u-ana")["rows"] == TABLES["issues"].values()


def test_values_that_exist_follow_the_writes() -> None:
    world = World(WORLD.base)
    world.edit("statuses").put("Waiting", {"name": "Waiting"})
    assert search(world, JQL, "status = Waiting", NOW, "u-ana") == {"error": None, "rows": []}
    assert search(WORLD, JQL, "status = Waiting", NOW, "u-ana")["error"] is not None


@pytest.mark.parametrize(
    "clause",
    ['summary ~ "a* b*"', 'summary ~ "\\"fails on\\""', "key > A-1", "created > -1d", "labels = x"],
)
def test_hostile_queries_over_many_rows_are_bounded(clause: str) -> None:
    many = [issue(f"ACME-{n}", f"Checkout fails on item {n}", "Done", 1) for n in range(2_000)]
    world = World(Base({**TABLES, "issues": table("key", *many)}, {}))
    query = " or ".join([clause] * (MAX_LENGTH // (len(clause) + 4)))
    with ends():
        assert search(world, JQL, query, NOW, "u-ana")["error"] is None
