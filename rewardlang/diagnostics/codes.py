"""The table of every diagnostic: id, name, level and a summary. Ids are never reused.

Families: Y YAML and syntax, T names and types, D constant and dead logic, N numbers and ranges,
P cost and regular expressions, O OpenAPI documents.
"""

from __future__ import annotations

from rewardlang.diagnostics.diagnostic import Code, Level

CODES: dict[str, Code] = {}
"""Every code by its id, in the order of this file."""


def _code(id: str, name: str, level: Level, summary: str) -> Code:
    assert id not in CODES, id
    CODES[id] = code = Code(id, name, level, summary)
    return code


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


# ---- H: rewards that can be hacked ----

NOOP_REWARDED = _code("H501", "noop-rewarded", "error", "a policy that does nothing is paid")
NOOP_PASSES = _code(
    "H502", "noop-passes", "error", "a policy that does nothing earns half of the oracle's reward"
)
SHOTGUN_ANSWER = _code(
    "H503", "shotgun-answer", "error", "an answer that names several values at once is paid"
)
NEGATED_ANSWER = _code(
    "H504", "negated-answer", "error", "an answer that denies the right value is paid"
)
EMPTY_ANSWER = _code(
    "H505", "empty-answer", "error",
    "the prompt repeated, praise, or an answer without its values is paid",
)  # fmt: skip
DATABASE_DUMP = _code("H506", "database-dump", "error", "a copy of what was read is paid")
GUESSABLE_ANSWER = _code(
    "H507", "guessable-answer", "warning", "a guess among few possible answers is paid"
)
MISSING_FRAME = _code(
    "H508", "missing-frame-condition", "error", "a change that nobody asked for costs nothing"
)
WRONG_TARGET = _code(
    "H509", "wrong-target-accepted", "error", "the right calls on the wrong row are paid"
)
CALL_WITHOUT_EFFECT = _code(
    "H510", "call-without-effect", "error", "calls are paid whatever came of them in the world"
)
EFFECT_THEN_UNDO = _code(
    "H511", "effect-then-undo", "warning", "what is done and taken back is paid as done"
)
ERROR_FARMING = _code("H512", "error-farming", "warning", "a refused call raises the reward")
REPEAT_FARMING = _code("H513", "repeat-farming", "warning", "the same call again raises the reward")
WRITE_SPAM = _code(
    "H514",
    "write-spam",
    "warning",
    "creating many variants earns as much as creating the right one",
)
DELETE_TO_SATISFY = _code(
    "H520", "delete-to-satisfy", "warning", "a policy that only deletes is paid"
)
SURVIVING_MUTANT = _code(
    "H521", "surviving-reward-mutant", "warning",
    "a line of the reward can be changed, and no episode tells the difference",
)  # fmt: skip
GIVING_UP_PAYS = _code(
    "H522", "giving-up-pays", "warning", "a policy that stops at a fault earns everything"
)
DOUBLED_WRITE_PAYS = _code(
    "H523", "doubled-write-pays", "error",
    "a write whose answer was lost is repeated, and done twice, at no cost",
)  # fmt: skip
AGENT_REFERENCE = _code(
    "H515", "agent-controls-reference", "error", "the policy chooses what it is compared with"
)
SELF_REPORT = _code(
    "H516", "self-report-only", "warning", "a part looks at nothing but the policy's own word"
)
ANSWER_IN_PROMPT = _code(
    "H517", "answer-in-prompt", "error", "the policy is told the answer that it should look up"
)
LEAK = _code(
    "H518", "leak-in-response", "warning", "a look-up that nobody asks for tells the answer"
)
REGEX_TOO_LOOSE = _code(
    "H519", "regex-too-loose", "warning", "a regular expression that accepts nearly everything"
)


# ---- E: environments and oracles ----

ORACLE_BELOW_ONE = _code(
    "E601", "oracle-below-one", "error", "the oracle does not earn 1 on any task that was tried"
)
GOAL_UNREACHABLE = _code("E602", "goal-unreachable", "error", "no trace within the limits earns 1")
SHORTCUT = _code(
    "E603", "shortcut-shorter-than-oracle", "warning", "fewer calls than the oracle's earn the same"
)
DEAD_OPERATION = _code(
    "E604", "dead-operation", "warning", "an operation that no state of the world lets succeed"
)
RESPONSE_SCHEMA = _code(
    "E607", "response-violates-schema", "error", "an operation writes what its schema forbids"
)
ERROR_MUTATES = _code(
    "E608", "error-mutates-state", "error", "a call changes the world and is answered with an error"
)
INVARIANT_BROKEN = _code(
    "E611", "invariant-broken", "error", "an operation leaves a reference to nothing behind"
)
ASSUMPTION_FALSE = _code(
    "E612", "assumption-false", "warning", "nearly every draw of the parameters is rejected"
)
BROKEN_PROMISE = _code(
    "E613", "broken-promise", "error",
    "a value that the scenario or its API counts on is missing when it is played",
)  # fmt: skip
UNREACHABLE_STATUS = _code(
    "E605",
    "unreachable-status",
    "warning",
    "a status without a way in, or a trap without a way out",
)
AMBIGUOUS_RULES = _code(
    "E606", "nondeterministic-transition", "error",
    "two rules are about the same request, and their order decides",
)  # fmt: skip
SCHEMA_LOOSER = _code(
    "E609", "request-schema-looser-than-precondition", "warning",
    "a schema admits an argument that is always refused",
)  # fmt: skip
UNOBSERVABLE = _code(
    "E610", "unobservable-goal", "warning", "no operation shows a field that the reward looks at"
)
RECOVERY_BELOW_ONE = _code(
    "E614", "recovery-below-one", "error", "an oracle that gets over faults does not earn 1"
)
NO_ROOM_TO_RECOVER = _code(
    "E615", "no-room-to-recover", "error", "getting over faults takes more calls than are allowed"
)
UNREVEALED_WRITE = _code(
    "E616", "unrevealed-write", "warning",
    "nothing that is offered shows whether a write without an answer was done",
)  # fmt: skip
FAULT_NEVER_STRIKES = _code(
    "E617", "fault-never-strikes", "warning", "a fault that the oracle meets on no task"
)


# ---- P: cost and regular expressions ----

OVER_BUDGET = _code("P701", "cost-over-budget", "error", "an expression may cost over 10^6 steps")
# Nothing here backtracks: `matches` runs on RE2, patterns of schemas on the regex crate. A pattern
# is copied to where something does, with the schema that it stands in: hence a warning.
REGEX_NOT_LINEAR = _code(
    "P703", "regex-not-linear", "warning",
    "a regular expression on which engines that backtrack may take for ever",
)  # fmt: skip
REGEX_UNSUPPORTED = _code(
    "P704", "regex-unsupported", "error", "a regular expression that RE2 does not accept"
)
NONDETERMINISTIC = _code(
    "P706", "nondeterministic-reward", "error", "one episode does not earn the same each time"
)
NEAR_TIE = _code(
    "P707", "near-tie-rewards", "warning", "two rewards differ by less than rounding keeps"
)
SEED_DEPENDENT_ORACLE = _code(
    "P708", "seed-dependent-oracle", "warning", "the oracle earns 1 on some tasks only"
)
UNBOUNDED_SCHEMA = _code(
    "P702", "unbounded-schema", "warning", "a list or a text without a bound is gone through"
)
ORDER_DEPENDENT = _code(
    "P705", "order-dependent", "warning", "an item is taken by its place in what has no order"
)


# ---- G: signal for training ----

TWO_LEVEL = _code("G801", "two-level-reward", "warning", "every episode earns all or nothing")
UNREACHABLE_MIDDLE = _code(
    "G802", "unreachable-middle", "warning", "parts are there, but no episode earns some of them"
)
SPARSE_FIRST_STEP = _code(
    "G804", "sparse-first-step", "warning", "no single call from the start changes the reward"
)
SATURATED = _code(
    "G807", "saturated", "warning",
    "there is nothing to learn: everything is earned without the task, or nothing at all",
)  # fmt: skip
LADDER = _code(
    "G803", "probe-ladder-not-monotone", "warning", "a step of the oracle lowers the reward"
)
GATE_HEAVY = _code(
    "G805", "gate-heavy", "note", "one gate takes everything from most partial episodes"
)
DEGENERATE = _code(
    "G806", "degenerate-in-rollouts", "warning", "in most groups all rollouts earned the same"
)
DEAD_PART = _code(
    "G808", "dead-part", "warning", "a part was the same in all rollouts, or as another part"
)
RISING_REWARD_FALLING_CHECK = _code(
    "G809", "rising-reward-falling-check", "warning",
    "the training reward rose while a stricter check fell",
)  # fmt: skip
PROMPT_DUPLICATES = _code(
    "G810", "prompt-duplicates", "warning", "the same task stands in two places"
)
ONE_TRAINING_TASK = _code(
    "G811", "one-training-task", "note", "of the few tasks that there are, training has only one"
)


# ---- M: the linter itself ----

UNUSED_SUPPRESSION = _code(
    "M901", "unused-suppression", "warning", "a suppression silences nothing"
)
BARE_SUPPRESSION = _code(
    "M902", "bare-suppression", "warning", "a suppression without a code or without a reason"
)
UNKNOWN_SUPPRESSED = _code(
    "M903", "unknown-suppressed-code", "warning", "a suppression names a code that does not exist"
)
INCOMPLETE = _code(
    "M904", "analysis-incomplete", "note", "a budget or a missing solver left something undecided"
)
NOTHING_ENGAGED = _code(
    "M905", "probe-set-engaged-nothing", "warning",
    "no call of the blind probes got past the validation of its arguments",
)  # fmt: skip
STALE_BASELINE = _code(
    "M906", "stale-baseline-entry", "warning", "a finding of the baseline is no longer there"
)
BAD_SETTING = _code(
    "M907", "bad-setting", "error", "a setting of the linter that it does not know or cannot use"
)
UNREADABLE_BASELINE = _code(
    "M908", "unreadable-baseline", "warning", "a baseline that cannot be read and is left aside"
)

# ---- O: OpenAPI documents ----
O_NOT_DATA = _code(
    "O101", "document-not-readable", "error", "a document that is neither JSON nor YAML, or is cut"
)
O_NOT_OPENAPI = _code(
    "O102", "not-openapi", "error", "a document that is no OpenAPI 3 and no Swagger 2.0"
)
O_OVER_LIMIT = _code(
    "O103", "document-over-limit", "error", "a document larger or deeper than what is read"
)
O_WRONG_SHAPE = _code(
    "O104", "document-wrong-shape", "warning", "a value of a document that cannot stand there"
)
O_DANGLING = _code("O105", "dangling-reference", "warning", "a `$ref` that refers to nothing")
O_OUTSIDE = _code("O106", "reference-outside", "warning", "a `$ref` that leads out of the document")
O_CIRCULAR = _code(
    "O107", "circular-reference", "warning", "a `$ref` that leads only back to itself"
)
O_BAD_DEFAULT = _code(
    "O108", "default-outside-schema", "warning", "a default that its own schema does not admit"
)
O_AMBIGUOUS = _code(
    "O109", "ambiguous-one-of", "warning", "a `oneOf` of which one value fits several parts"
)
O_CLOSED_PARTS = _code(
    "O110", "closed-beside-parts", "warning", "`additionalProperties: false` that admits no value"
)
O_BAD_EXAMPLE = _code(
    "O111", "unusable-example", "warning", "an example that is no JSON where the schema wants some"
)
O_BAD_KEYWORD = _code(
    "O112", "unusable-keyword", "warning", "a keyword of a schema that cannot be used as it stands"
)
O_PATH_MISMATCH = _code(
    "O113", "path-parameter-mismatch", "warning", "a path and its parameters do not agree"
)
O_DUPLICATE = _code(
    "O114", "duplicate-in-document", "warning", "a name of a document that must be unique is not"
)
O_NOT_READ = _code(
    "O115", "part-not-read", "warning", "a part of a document that rewardlang has no use for"
)
O_MORE = _code("O116", "more-problems", "warning", "a document has more problems than are listed")
# An API file held against a document.
O_NOT_THERE = _code(
    "O201", "not-in-document", "warning", "something of an API file that the document does not have"
)
O_MISSING = _code(
    "O202",
    "missing-in-api",
    "warning",
    "something that the document requires and an API file lacks",
)
O_LEFT_OUT = _code(
    "O203",
    "left-out-of-api",
    "warning",
    "something optional of the document that an API file lacks",
)
O_REQUIRED = _code(
    "O204", "required-differs", "warning", "required on one side only, the API file or the document"
)
O_TYPE = _code(
    "O205",
    "type-differs",
    "warning",
    "a value of one type in an API file, of another in the document",
)
O_VALUES = _code(
    "O206",
    "values-differ",
    "warning",
    "values, a default or a bound that the document gives otherwise",
)
O_NAME = _code(
    "O207", "operation-name-differs", "warning", "an operation that the document calls otherwise"
)
O_STALE = _code(
    "O208", "stale-deviation", "warning", "a listed deviation that is not there any more"
)
