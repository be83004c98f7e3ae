"""The grammar has no conflict, its words are reserved, and its cache can do no harm."""

from __future__ import annotations

import logging
import os
import pickle

import pytest
from syntax.texts import parse_text

from rewardlang import data
from rewardlang.syntax import grammar
from rewardlang.syntax.words import FORMULAS, RESERVED

GRAMMAR = (data.grammar() / "rewardlang.lark").read_text(encoding="utf-8")


def test_no_conflict_and_no_collision():
    parser = grammar.build(GRAMMAR, strict=True)
    assert parser.parse("a and b", start="start").data == "binary"


def words():
    return {t.name.lower() for t in grammar.parser().terminals if t.priority == 2}


def test_reserved_words_are_those_of_the_grammar():
    elsewhere = {"then", "before", "after", "between", "within", "steps", "any",
                 "preceded_by", "followed_by", "set", "append", "remove", "insert", "delete",
                 "to", "from", "into"}  # fmt: skip
    assert words() == RESERVED | elsewhere
    assert FORMULAS < RESERVED


@pytest.mark.parametrize("word", sorted(words() - RESERVED))
def test_other_words_can_be_names(word):
    assert not parse_text(f"{word} + {word}.{word}")[1]


@pytest.mark.parametrize("word", sorted(words() | {"true", "null"}))
def test_every_word_can_be_a_field_and_a_key(word):
    assert not parse_text(f"x.{word}?.{word} == {{{word}: 1}}.{word}")[1]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("REWARDLANG_CACHE", str(tmp_path / "cache"))
    grammar.parser.cache_clear()
    yield tmp_path / "cache"
    grammar.parser.cache_clear()


def entry(cache):
    (path,) = (cache / "grammar").iterdir()
    return path


def parses():
    grammar.parser.cache_clear()
    return grammar.parser().parse("a or b", start="start").data == "binary"


def test_the_cache_is_private_and_used(cache, monkeypatch):
    assert parses()
    assert entry(cache).stat().st_mode & 0o077 == 0
    assert entry(cache).parent.stat().st_mode & 0o077 == 0
    monkeypatch.setattr(grammar, "build", lambda text: pytest.fail("built again"))
    assert parses()


@pytest.mark.parametrize("damage", [b"", b"rubbish", None])
def test_a_damaged_cache_is_replaced(cache, damage, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("rewardlang.cache._said", set())  # it is said once in a process
    assert parses()
    path = entry(cache)
    good = path.read_bytes()
    path.write_bytes(good[:-10] if damage is None else damage)
    assert parses()
    monkeypatch.setattr(grammar, "build", lambda text: pytest.fail("built again"))
    assert parses()
    said = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(said) == 1
    assert said[0].endswith("it is damaged")


def test_an_entry_that_others_may_write_is_not_unpickled(cache):
    assert parses()
    path = entry(cache)

    class Evil:
        def __reduce__(self):
            return (os.mkdir, (str(cache / "evil"),))

    from rewardlang.cache import Cache

    Cache().write("grammar", path.name, pickle.dumps({"data": Evil(), "memo": {}}))
    path.chmod(0o666)
    assert parses()
    assert not (cache / "evil").exists()


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("REWARDLANG_CACHE", str(blocked))
    assert parses()
    grammar.parser.cache_clear()
