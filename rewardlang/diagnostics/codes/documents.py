"""Codes of the linter itself, and OpenAPI documents."""

from __future__ import annotations

from rewardlang.diagnostics.codes.table import code as _code

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
