"""Overlays against the simplest model there is: a deep copy of everything."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from rewardlang_runtime import World
from rewardlang_runtime.scenario import TableSpec
from rewardlang_runtime.values import equal
from rewardlang_runtime.world import Base, Table

KEYS = ["a", "b", "c", "d", "x", "y"]
STATUSES = ["To Do", "Done"]
SPEC = TableSpec("issues", "key", ("id", "nick"), False)
HIDDEN = TableSpec("sequences", "key", (), True)
PATH = ("fields", "status", "name")


def row(key: str, status: Any = "To Do", points: Any = 1) -> dict[str, Any]:
    return {
        "key": key,
        "id": f"id-{key}",
        "fields": {"status": {"name": status}, "points": points, "labels": []},
    }


def base_of(keys: str = "abcd") -> Base:
    rows = {key: row(key, STATUSES[n % 2]) for n, key in enumerate(keys)}
    return Base(
        {"issues": Table(SPEC, rows), "sequences": Table(HIDDEN, {"s": {"key": "s", "last": 1}})},
        {"issue": 7},
    )


class Model:
    """Rows in order, copied whole."""

    def __init__(self, base: dict[str, Any]) -> None:
        self.base = copy.deepcopy(base)
        self.now = copy.deepcopy(base)

    def put(self, key: str, new: dict[str, Any]) -> None:
        self.now[key] = copy.deepcopy(new)

    def delete(self, key: str) -> None:
        self.now.pop(key, None)

    def ordered(self) -> dict[str, Any]:
        """Base rows keep their place, even when they were deleted and made again."""
        kept = {key: self.now[key] for key in self.base if key in self.now}
        return {**kept, **{key: value for key, value in self.now.items() if key not in self.base}}

    def get(self, key: str) -> Any:
        if key in self.now:
            return self.now[key]
        found = [r for r in self.ordered().values() if key in (r.get("id"), r.get("nick"))]
        return found[0] if found else None


class Overlays(RuleBasedStateMachine):
    worlds = Bundle("worlds")

    def __init__(self) -> None:
        super().__init__()
        self.base = base_of()
        self.pristine = copy.deepcopy(self.base.tables["issues"].rows)
        self.models: dict[int, tuple[World, Model]] = {}

    def add(self, world: World, model: Model) -> int:
        self.models[len(self.models)] = (world, model)
        return len(self.models) - 1

    @rule(target=worlds)
    def reset(self) -> int:
        return self.add(World(self.base), Model(self.pristine))

    @rule(target=worlds, number=worlds)
    def snapshot(self, number: int) -> int:
        world, model = self.models[number]
        return self.add(world.snapshot(), copy.deepcopy(model))

    @rule(
        number=worlds, key=st.sampled_from(KEYS), status=st.sampled_from([*STATUSES, 3, None]),
        points=st.sampled_from([1, 1.0, True, 2]),
    )  # fmt: skip
    def put(self, number: int, key: str, status: Any, points: Any) -> None:
        world, model = self.models[number]
        new = row(key, status, points)
        world.edit("issues").put(key, new)
        model.put(key, new)

    @rule(number=worlds, key=st.sampled_from(KEYS))
    def delete(self, number: int, key: str) -> None:
        world, model = self.models[number]
        world.edit("issues").delete(key)
        model.delete(key)

    @rule(number=worlds, key=st.sampled_from(KEYS), value=st.integers(0, 3))
    def undo(self, number: int, key: str, value: int) -> None:
        world, model = self.models[number]
        before = copy.deepcopy(model)
        saved = world.save()
        self.put(number, key, "Done", value)
        self.delete(number, "a")
        world.set_counter("issue", value)
        world.load(saved)
        self.models[number] = (world, before)

    @rule(number=worlds, value=st.integers(0, 99))
    def count(self, number: int, value: int) -> None:
        world, _ = self.models[number]
        world.set_counter("issue", value)
        assert world.counters["issue"] == value
        assert self.base.counters == {"issue": 7}

    @invariant()
    def agrees(self) -> None:
        for world, model in self.models.values():
            table, ordered = world["issues"], model.ordered()
            assert table.items() == list(ordered.items())
            assert table.keys() == list(ordered)
            assert table.values() == list(ordered.values())
            assert len(table) == len(ordered)
            for key in [*KEYS, "id-a", "id-x", "nobody"]:
                assert table.get(key) == model.get(key)
                found = table.key_of(key)
                assert (table.get(found) if found else None) == model.get(key)
            for status in [*STATUSES, 3, None, []]:
                expected = [
                    r for r in ordered.values()
                    if type(status) is str and r["fields"]["status"]["name"] == status
                ]  # fmt: skip
                assert table.where(PATH, status) == expected
            self.changes(world, model)
        assert self.base.tables["issues"].items() == list(self.pristine.items())

    def changes(self, world: World, model: Model) -> None:
        old, new = model.base, model.ordered()
        assert world.created("issues") == [new[k] for k in new if k not in old]
        assert world.deleted("issues") == [old[k] for k in old if k not in new]
        changed = [k for k in old if k in new and not equal(old[k], new[k])]
        assert world.updated("issues") == [new[k] for k in changed]
        touched = [*changed, *(k for k in new if k not in old), *(k for k in old if k not in new)]
        assert world.changed_only(()) == (not touched)
        assert world.changed_only((("issues", ..., ()),))
        for key in KEYS:
            assert world.changed_only((("issues", key, ()),)) == (not set(touched) - {key})


Overlays.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestOverlays = Overlays.TestCase


# ---- what may have changed ----

CHANGES: list[tuple[str, Any, Any, bool]] = [
    ("the row", row("a", "Done", 5), (("issues", "a", ()),), True),
    ("another row", row("a", "Done", 5), (("issues", "b", ()),), False),
    ("by its id", row("a", "Done", 5), (("issues", "id-a", ()),), True),
    ("a null key allows nothing", row("a", "Done", 5), (("issues", None, ()),), False),
    ("a field", row("a", "Done"), (("issues", "a", ("fields", "status")),), True),
    ("under a field", row("a", "Done"), (("issues", "a", ("fields", "status", "name")),), True),
    ("another field", row("a", "Done"), (("issues", "a", ("fields", "points")),), False),
    (
        "two fields", row("a", "Done", 5),
        (("issues", "a", ("fields", "status")), ("issues", "a", ("fields", "points"))), True,
    ),
    ("one of two", row("a", "Done", 5), (("issues", "a", ("fields", "status")),), False),
    ("every row's field", row("a", "Done"), (("issues", ..., ("fields", "status")),), True),
    ("every row's other field", row("a", "Done"), (("issues", ..., ("id",)),), False),
    ("another table", row("a", "Done"), (("sequences", ..., ()),), False),
    ("written back", row("a", "To Do"), (), True),
    ("1.0 is 1", row("a", "To Do", 1.0), (), True),
    ("true is not 1", row("a", "To Do", True), (), False),
    ("a field is gone", {"key": "a", "id": "id-a"}, (("issues", "a", ("fields",)),), True),
    ("a field is new", {**row("a"), "new": None}, (("issues", "a", ("new",)),), True),
    ("a new field elsewhere", {**row("a"), "new": None}, (("issues", "a", ("id",)),), False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("new", "paths", "expected"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_changed_only(new: Any, paths: Any, expected: bool) -> None:
    world = World(base_of())
    world.edit("issues").put("a", new)
    world.edit("sequences").put("s", {"key": "s", "last": 2})
    assert world.changed_only(paths) is expected


def test_changed_only_of_created_and_deleted_rows() -> None:
    world = World(base_of())
    world.edit("issues").put("new", row("new"))
    assert world.changed_only((("issues", "new", ()),))
    assert world.changed_only((("issues", "id-new", ()),))
    assert not world.changed_only((("issues", "new", ("fields",)),))
    world.edit("issues").delete("a")
    assert not world.changed_only((("issues", "new", ()),))
    assert world.changed_only((("issues", "new", ()), ("issues", "a", ())))
    assert world.changed_only((("issues", "new", ()), ("issues", "id-a", ())))
    world.edit("issues").delete("new")
    assert world.changed_only((("issues", "a", ()),))


def test_aliases_follow_the_rows() -> None:
    world = World(base_of())
    issues = world.edit("issues")
    issues.put("a", {**row("a"), "id": "other", "nick": "b"})
    assert issues.get("id-a") is None
    assert issues.get("other") == issues.get("a")
    assert issues.get("b") == row("b", "Done"), "a key comes before an alias"
    issues.delete("b")
    assert issues.get("b") == issues.get("a")
    issues.delete("a")
    assert issues.get("other") is None


@pytest.mark.parametrize("key", [None, True, 1, 1.5, [], {}, ["a"]])
def test_any_json_is_a_key_that_finds_nothing(key: Any) -> None:
    world = World(base_of())
    assert world["issues"].get(key) is None
    assert world.edit("issues").get(key) is None
    assert world["issues"].key_of(key) is None


def test_a_reset_does_not_grow_with_the_world() -> None:
    large = Base({"issues": Table(SPEC, {f"k{n}": row(f"k{n}") for n in range(20_000)})}, {})
    world = World(large)
    world.edit("issues").put("k7", row("k7", "Done"))
    assert world["issues"].changed.keys() == {"k7"}
    assert World(large)["issues"] is large.tables["issues"]
    assert world["issues"].where(PATH, "Done") == [row("k7", "Done")]


def test_what_only_the_base_decides_is_computed_once() -> None:
    base, seen = base_of(), []

    def keys(world: World) -> list[str]:
        seen.append(world)
        return world["issues"].keys()

    first, second = World(base), World(base)
    first.edit("issues").delete("a")
    assert first.once(keys) == second.once(keys) == ["a", "b", "c", "d"]
    assert seen == [base.world]
