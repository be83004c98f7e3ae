"""Codes of what becomes of it when it is played: hacks, environments, cost, signal for training."""

from __future__ import annotations

from rewardlang.diagnostics.codes.table import code as _code

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
