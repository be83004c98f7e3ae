"""The LALR parser made from `grammar/rewardlang.lark`, kept in the cache between processes."""

from __future__ import annotations

import io
import sys
from functools import cache

import lark

from rewardlang import data
from rewardlang.cache import Cache, sha256

_OPTIONS = {
    "parser": "lalr",
    "lexer": "contextual",
    "start": ["start", "effect"],
    "propagate_positions": True,
    "maybe_placeholders": True,
}


def build(grammar: str, strict: bool = False) -> lark.Lark:
    """The parser made from nothing, which takes half a second; `strict` refuses any conflict."""
    return lark.Lark(grammar, strict=strict, **_OPTIONS)


@cache
def parser() -> lark.Lark:
    """The parser of expressions (`start`) and effects (`effect`)."""
    grammar = (data.grammar() / "rewardlang.lark").read_text(encoding="utf-8")
    # Pickled tables are of one version of Lark, of Python and of the options.
    made_of = (grammar, repr(_OPTIONS), lark.__version__, sys.implementation.cache_tag)
    key = sha256("\0".join(map(str, made_of)).encode())
    store = Cache()
    kept = store.read("grammar", key)
    if kept is not None:
        try:
            return lark.Lark.load(io.BytesIO(kept))
        except Exception:  # an entry that Lark cannot use is as good as none: build it again
            kept = None
    made = build(grammar)
    tables = io.BytesIO()
    made.save(tables)
    store.write("grammar", key, tables.getvalue())
    return made
