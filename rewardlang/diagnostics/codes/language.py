"""Codes of what the text of a file says: YAML, names and types, logic, traces, numbers."""

from __future__ import annotations

from rewardlang.diagnostics.codes.table import code as _code

# ---- Y: YAML and syntax ----
SYNTAX_ERROR = _code("Y001", "syntax-error", "error", "an expression that does not parse")
CUT_BY_YAML = _code(
    "Y002", "expression-cut-by-yaml", "error", "YAML read the end of an expression as a comment"
)
NOT_PLAIN_DATA = _code(
    "Y003", "yaml-anchor-alias-tag", "error", "an anchor, alias, merge key, tag or directive"
)
DUPLICATE_KEY = _code("Y004", "duplicate-key", "error", "a key stands twice in one mapping")
UNKNOWN_KEY = _code("Y005", "unknown-key", "error", "a key that this kind of file does not have")
YAML11_TRAP = _code(
    "Y006", "yaml11-trap", "warning", "a value that YAML 1.1 tools read as something else"
)
FLOW_SPLIT = _code(
    "Y007", "flow-split-expression", "error", "YAML cut an expression at a comma or a bracket"
)
CONFUSABLE = _code(
    "Y008", "confusable-characters", "warning", "characters that look like others or like nothing"
)
NOT_FORMATTED = _code("Y009", "not-formatted", "note", "`rewardlang format` would change the file")
WRONG_SHAPE = _code("Y010", "wrong-shape", "error", "a value that its key cannot have")
MISSING_KEY = _code("Y011", "missing-key", "error", "a key that must be there is not")
NOT_YAML = _code("Y012", "not-yaml", "error", "a file that is not one YAML document in UTF-8")
OVER_LIMIT = _code("Y013", "limit-exceeded", "error", "more than a file or an expression may hold")
BAD_NAME = _code("Y014", "bad-name", "error", "a name that expressions could not refer to")
NO_SUCH_FILE = _code("Y015", "no-such-file", "error", "a file that is not there or cannot be read")


# ---- T: names and types ----

UNKNOWN_NAME = _code("T101", "unknown-name", "error", "nothing of this name is in scope")
UNKNOWN_PROPERTY = _code(
    "T102", "unknown-property", "error", "the schema of the object has no such property"
)
UNSAFE_ACCESS = _code(
    "T103", "unsafe-optional-access", "error", "a value that may be missing is used as if present"
)
OUTSIDE_DOMAIN = _code(
    "T104", "literal-outside-domain", "error", "a literal that the value can never be"
)
INCOMPARABLE = _code(
    "T105", "incomparable-types", "error", "an operator is given types that do not go together"
)
NOT_A_BOOL = _code(
    "T106", "not-a-bool-or-score", "error", "a condition is no bool, or a score no number"
)
UNKNOWN_ARGUMENT = _code(
    "T107", "arg-never-in-schema", "error", "the operation takes no such argument"
)
RESPONSE_OF_ERROR = _code(
    "T108", "response-field-of-error", "error",
    "a field of a successful response is read where the call may have failed",
)  # fmt: skip
NULL_EQUALITY = _code(
    "T109", "null-equality", "warning", "both sides of `==` may be null, and null equals null"
)
UNREACHABLE_BRANCH = _code(
    "T110", "unreachable-branch", "warning", "one branch of a condition is never taken"
)
REDUNDANT_NULL_TEST = _code(
    "T111", "redundant-null-test", "warning", "a value that is always present is tested for null"
)
ANY_TYPED = _code(
    "T112", "any-typed-expression", "note", "a gap in a schema leaves a value without a type"
)
SCHEMA_UNSATISFIABLE = _code(
    "T113", "request-schema-unsatisfiable", "error",
    "an operation's schema admits nothing, or a call of the oracle violates it",
)  # fmt: skip
FORMULA_IN_LAMBDA = _code(
    "T114", "formula-in-lambda", "error", "a trace formula stands inside a lambda or a pattern"
)
WRONG_CALL = _code(
    "T115", "wrong-call", "error", "a function is called with arguments that it does not take"
)
NAME_TAKEN = _code("T116", "name-taken", "error", "a name is defined twice or hides another")
CYCLIC_DEFINITION = _code("T117", "cyclic-definition", "error", "a definition depends on itself")
BAD_ROW = _code(
    "T118", "bad-row", "error", "a row of a world violates its table's schema or a reference"
)
BAD_DECLARATION = _code(
    "T119", "bad-declaration", "error", "a declaration of an API contradicts itself"
)
NOT_YET_KNOWN = _code(
    "T120", "not-yet-known", "error",
    "a value of the episode is used where only what is known at reset may be",
)  # fmt: skip
# A note: tests call tools that do not exist on purpose.
NEAR_TOOL = _code(
    "T121", "nearly-an-operation", "note",
    "a test calls what is no operation, and nearly has the name of one",
)  # fmt: skip
FAULT_CANNOT_STRIKE = _code(
    "T122", "fault-cannot-strike", "error", "a fault that no call of the scenario can meet"
)


# ---- D: constant and dead logic ----
# D204 is not "the operation is not offered": a policy may call it all the same, and the call is in
# the trace. It is never ok, though.

CONSTANT_CONDITION = _code(
    "D201", "constant-condition", "error", "a condition is always true or always false"
)
CONTRADICTION = _code(
    "D202", "contradiction", "error", "conditions that must hold together exclude each other"
)
IMPOSSIBLE_GATE = _code("D203", "impossible-gate", "error", "a gate that no episode passes")
TAUTOLOGICAL_GATE = _code(
    "D204", "tautological-gate", "warning", "a gate that every episode passes"
)
IMPLIED_PART = _code(
    "D205", "implied-part", "warning", "a part that is paid wherever another one is, for the same"
)
DUPLICATE_PART = _code("D206", "duplicate-part", "warning", "two parts say the same")
CONFLICTING_PARTS = _code(
    "D207", "conflicting-parts", "error", "parts that no episode earns together"
)
UNUSED = _code("D208", "unused-definition", "warning", "a definition that nothing reads")
WEIGHT_NOT_POSITIVE = _code(
    "D209", "zero-or-negative-weight", "error", "a part without effect, or an inverted one"
)
DOMINATED_PENALTY = _code(
    "D210", "dominated-penalty", "warning", "a penalty that makes no difference, or the wrong one"
)
PART_WITH_WHEN = _code(
    "D211", "part-with-when", "error", "a part has a `when`, which would change the denominator"
)


# ---- S: trace formulas ----

EMPTY_PATTERN = _code("S301", "empty-pattern", "error", "a pattern that no call matches")
UNSATISFIABLE_ORDER = _code(
    "S302", "unsatisfiable-order", "error", "an order of calls that no trace has"
)
BOUND_BEYOND_HORIZON = _code(
    "S303", "bound-beyond-horizon", "warning", "a bound that no episode is long enough to exceed"
)
SEQ_TOO_LONG = _code(
    "S304", "seq-longer-than-limit", "warning", "what needs more calls than an episode may have"
)
VACUOUS_PRECEDENCE = _code(
    "S305", "vacuous-precedence", "warning", "an order is paid though its calls need never be made"
)
SCOPE_NEVER_OPENS = _code(
    "S306", "scope-never-opens", "warning", "a scope is paid that need never open"
)
OK_NOT_REQUIRED = _code(
    "S307", "ok-not-required", "warning", "a call that fails is paid like one that succeeds"
)
TARGET_NOT_BOUND = _code(
    "S308", "target-not-bound", "warning", "a call is paid whichever row it is about"
)
WORKFLOW_ORDER = _code(
    "S309", "workflow-order-impossible", "warning", "an order that the environment never allows"
)
ARGUMENT_ONLY = _code(
    "S310", "argument-only-evidence", "note",
    "an argument is judged where the final state shows the same fact",
)  # fmt: skip


# ---- N: numbers and ranges ----

SCORE_OUT_OF_RANGE = _code(
    "N401", "score-out-of-range", "error", "a score or a factor is not proven to lie in [0, 1]"
)
SATURATING = _code(
    "N402", "saturating-expression", "warning", "a clamp or ramp is flat on all reachable values"
)
EMPTY_EXPECTED = _code(
    "N403", "empty-expected-set", "error", "a similarity is taken to a set that is always empty"
)
WEIGHT_DOMINANCE = _code(
    "N404", "weight-dominance", "warning", "one part has nearly all of the weight, or nearly none"
)
PARTIAL_OUTRANKS = _code(
    "N406", "partial-outranks-full", "warning", "a wrong end earns nearly as much as the right one"
)
LENGTH_REWARDING = _code(
    "N407", "length-rewarding", "warning", "more words or more calls earn more"
)
ZERO_DENOMINATOR = _code(
    "N408", "denominator-can-be-zero", "warning", "a division whose denominator may be zero"
)
UNNORMALISED = _code(
    "N409", "unnormalised-text", "warning", "what a person would accept all the same loses"
)
SHORT_SIMILARITY = _code(
    "N410", "short-string-similarity", "note", "a similarity to a text of less than 4 characters"
)
NOT_POTENTIAL = _code(
    "N411", "shaping-not-potential", "warning", "doing and undoing the same raises the reward again"
)
FREE_CREDIT = _code(
    "N405", "free-credit-floor", "warning", "a part is earned before anything is done"
)
