"""The typed tree: what `resolve` makes of expressions, and all that `emit` and `interpret` read.

Every name is resolved, every sugar removed, every node has its type. Truth about evaluation:

* A value is JSON data (None, bool, int, float, str, list, dict), a row, a call or a table view.
* An evaluation can *fail*: a missing field, a wrong type at run time. A failure rises to the
  nearest enclosing *atom*, which is then false. Atoms are the bool expressions whose root is not
  `And`, `Or`, `Not` or `If`. A failing `score` is 0, a failing `let` is null, a failing
  lambda body that is no bool fails the macro.
* `Present` is the exception: what it finds missing is the scenario's fault (`ScenarioFault`).
"""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from rewardlang.frozen import frozen
from rewardlang.source import Span
from rewardlang.types.types import Provenance, Stage, Type


@frozen
class Facts:
    """What is known of a value before it exists."""

    type: Type
    provenance: Provenance = "scenario"
    stage: Stage = "setup"
    can_fail: bool = False
    """Whether evaluation can fail. What an atom catches inside itself counts for the atom, not
    above it."""
    uncertain: bool = False
    """Whether the value can be of another type: no schema vouches for it. Reading it is no
    failure, using it as what it should be can be one."""


@frozen(kw_only=True)
class Typed:
    """Base of the typed tree."""

    span: Span
    facts: Facts

    @property
    def type(self) -> Type:
        return self.facts.type


@frozen(kw_only=True)
class Const(Typed):
    """A JSON value known when compiling; also a whole list or object literal of constants."""

    value: object


@frozen(kw_only=True)
class Local(Typed):
    """A lambda's parameter, a name bound by `bind:` in an oracle or a test (the response's body),
    `errors` and `messages` in the body of an API's `invalid:`, or a generator's own `let`."""

    name: str


@frozen(kw_only=True)
class LetRef(Typed):
    name: str


Root = Literal[
    "params", "expect", "initial", "final", "answer",  # scenarios
    "state", "args", "now", "actor", "counters",       # operations of an API
    "index",                                           # generators of a world: the row's number
]  # fmt: skip


@frozen(kw_only=True)
class RootRef(Typed):
    """A value that the context provides. `state` is the world that an operation acts on."""

    name: Root


@frozen(kw_only=True)
class CallField(Typed):
    """A field of a call: `args status ok kind op response error index before after fault`.

    `call` is None inside a pattern's braces: the call that is being matched. `response` is the
    body whatever the outcome; `error` is the body of a call that is not ok, else null. When `safe`,
    the field of a null call is null.
    """

    call: Expr | None
    name: Literal[
        "args", "status", "ok", "kind", "op", "response", "error", "index", "before", "after",
        "fault",
    ]  # fmt: skip
    safe: bool = False


@frozen(kw_only=True)
class Get(Typed):
    """`object.name` of a JSON object or row; when `safe`, null if object or key are absent."""

    object: Expr
    name: str
    safe: bool


@frozen(kw_only=True)
class At(Typed):
    """`list[int]` or `map[str]`; when `safe`, null if absent or the object is null."""

    object: Expr
    key: Expr
    safe: bool


@frozen(kw_only=True)
class TableRef(Typed):
    """A table of a world; `world` evaluates to one (a RootRef, or a CallField before/after)."""

    world: Expr
    name: str


@frozen(kw_only=True)
class Row(Typed):
    """`table[key]`: the row, by its key or one of the table's other keys; else null."""

    table: TableRef
    key: Expr


@frozen(kw_only=True)
class Present(Typed):
    object: Expr


@frozen(kw_only=True)
class Compare(Typed):
    """Equality is JSON's and strict: bool never equals number, 1 equals 1.0. Order needs two
    numbers or two strings. `plain` when the types rule out every mix, so that Python's operator is
    exact."""

    op: Literal["==", "!=", "<", "<=", ">", ">="]
    left: Expr
    right: Expr
    plain: bool


@frozen(kw_only=True)
class In(Typed):
    """Membership: in a list by strict equality, in an object or table by key."""

    item: Expr
    container: Expr
    negated: bool
    plain: bool


@frozen(kw_only=True)
class Matches(Typed):
    """RE2 search of a constant `pattern`, ASCII classes."""

    text: Expr
    pattern: str


@frozen(kw_only=True)
class IsNull(Typed):
    object: Expr
    negated: bool


@frozen(kw_only=True)
class And(Typed):
    items: tuple[Expr, ...]


@frozen(kw_only=True)
class Or(Typed):
    items: tuple[Expr, ...]


@frozen(kw_only=True)
class Not(Typed):
    item: Expr


@frozen(kw_only=True)
class If(Typed):
    test: Expr
    then: Expr
    other: Expr


@frozen(kw_only=True)
class Arithmetic(Typed):
    """Numbers for all of `+ - * / %`; `+` also joins two strings or two lists.

    Division by zero, and a result that is not finite, fail."""

    op: Literal["+", "-", "*", "/", "%"]
    left: Expr
    right: Expr


@frozen(kw_only=True)
class Negate(Typed):
    item: Expr


@frozen(kw_only=True)
class Coalesce(Typed):
    """`left ?? right`: right when left is null. A failure of left is not null: it rises."""

    left: Expr
    right: Expr


@frozen(kw_only=True)
class MakeList(Typed):
    items: tuple[Expr, ...]


@frozen(kw_only=True)
class MakeObject(Typed):
    pairs: tuple[tuple[str, Expr], ...]


@frozen(kw_only=True)
class Text(Typed):
    """A template with several parts: texts and values in turn, joined by the runtime's `text()`."""

    parts: tuple[str | Expr, ...]


@frozen(kw_only=True)
class Macro(Typed):
    """`source.kind(vars => body)` over a list, a map or a table.

    One variable is the item (of a map: its value; of a table: the row); with two the first is the
    index, or the map's or table's key. `none` is not any. `sort_by` is stable, `min_by` and
    `max_by` are null on nothing and take the first of equals. Items come in order.
    """

    kind: Literal["any", "all", "none", "count", "filter", "map", "sort_by", "min_by", "max_by"]
    source: Expr
    vars: tuple[str, ...]
    body: Expr


@frozen(kw_only=True)
class Builtin(Typed):
    """A function of the runtime's table; a method's receiver is the first argument."""

    name: str
    args: tuple[Expr, ...]


@frozen(kw_only=True)
class Search(Typed):
    """`search.NAME(query)` of an API: {error: str?, rows: list} by its declared query language."""

    api: str
    name: str
    query: Expr


@frozen(kw_only=True)
class Transition(Typed):
    """`workflow.NAME.find(id)` in operations, `API.workflow.transition(from, to)` in scenarios.

    Evaluates to {id, name, from, to} or null; `by` is ("id",) or ("from", "to"). By ("from",),
    `workflow.NAME.moves(status)`, it evaluates to the list of those that leave the status. A
    move's `from` is a list of statuses.
    """

    api: str
    workflow: str
    by: tuple[str, ...]
    keys: tuple[Expr, ...]


@frozen(kw_only=True)
class Draw(Typed):
    """`pick(list)`, `shuffle(list)` or `integer(low, high)`, by the generator's own random stream.

    Only in the generators of a world, which are evaluated when compiling; never in generated code.
    """

    kind: Literal["pick", "shuffle", "integer"]
    args: tuple[Expr, ...]


# ---- the trace ----


@frozen
class OpMatch:
    """One alternative: an operation (None: any, invented tools too) and a condition on the call."""

    operation: str | None
    condition: Expr | None
    span: Span


@frozen
class Match:
    """A pattern. Calls match when one alternative does."""

    alternatives: tuple[OpMatch, ...]
    span: Span


@frozen
class Window:
    """A scope. `before`: calls before the first `opens`, none when it never comes. `after`: calls
    after the first `opens`. `between`: calls strictly inside a window from an `opens` to the next
    `closes`; a window that never closes does not count. Opening and closing calls lie outside."""

    kind: Literal["before", "after", "between"]
    opens: Match
    closes: Match | None = None


@frozen(kw_only=True)
class Formula(Typed):
    """A trace formula; patterns as in `nodes.Formula`. Never fails."""

    kind: Literal[
        "called", "never", "once", "exactly", "at_least", "at_most", "only",
        "preceded_by", "followed_by", "seq",
    ]  # fmt: skip
    matches: tuple[Match, ...]
    count: int | None = None
    window: Window | None = None
    within: int | None = None


@frozen(kw_only=True)
class TraceValue(Typed):
    """`calls`: list of calls; `count`: int; `first`, `last`: call or null; `best`: number, the
    highest `score` over matching calls, 0 when none matches; `var` names the call in `score`."""

    kind: Literal["calls", "count", "first", "last", "best"]
    match: Match
    window: Window | None = None
    var: str | None = None
    score: Expr | None = None


# ---- what changed ----


@frozen(kw_only=True)
class DeltaRows(Typed):
    """`delta.TABLE.created`: rows (as they are at the end); `updated`: rows at the end; `deleted`:
    rows as they were. In order of creation, or of the base table."""

    table: str
    which: Literal["created", "updated", "deleted"]


@frozen
class ChangePath:
    """`TABLE`, `TABLE[key]`, `TABLE[key].a.b`: where `changed_only` allows a change."""

    table: str
    key: Expr | None
    fields: tuple[str, ...]


@frozen(kw_only=True)
class ChangedOnly(Typed):
    """True when every difference between initial and final lies at or under one of `paths`;
    `delta.is_empty()` is this with no paths. A path whose key is null allows nothing."""

    paths: tuple[ChangePath, ...]


Expr = (
    Const | Local | LetRef | RootRef | CallField | Get | At | TableRef | Row | Present | Compare
    | In | Matches | IsNull | And | Or | Not | If | Arithmetic | Negate | Coalesce | MakeList
    | MakeObject | Text | Macro | Builtin | Search | Transition | Draw | Formula | TraceValue
    | DeltaRows | ChangedOnly
)  # fmt: skip


Lets = tuple["LetDef", ...]


@frozen
class LetDef:
    """A named expression, in dependency order; evaluated at most once, null when it fails."""

    name: str
    value: Expr
    span: Span
    used_by_setup: bool = field(default=False, compare=False)
