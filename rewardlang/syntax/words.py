"""Words that expressions give a meaning where a name could stand, so that nothing is named so."""

RESERVED = frozenset({
    "null", "true", "false", "not", "and", "or", "implies", "if", "else", "in", "is", "matches",
    "calls", "count", "first", "last", "best",
    "called", "never", "once", "exactly", "at_least", "at_most", "only", "every", "seq",
})  # fmt: skip
