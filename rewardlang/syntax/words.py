"""Words that expressions give a meaning where a name could stand, so that nothing is named so."""

FORMULAS = frozenset({
    "called", "never", "once", "exactly", "at_least", "at_most", "only", "every", "seq",
})  # fmt: skip
"""They start a trace formula, which is an operand of `not`, `and` and `or` only."""

RESERVED = FORMULAS | {
    "null", "true", "false", "not", "and", "or", "implies", "if", "else", "in", "is", "matches",
    "calls", "count", "first", "last", "best",
}  # fmt: skip
