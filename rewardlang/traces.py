"""Recorded episodes as JSON lines: read with every mistake placed, and written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from rewardlang_runtime.calls import KINDS

_KEYS = frozenset({"scenario", "seed", "split", "params", "calls", "answer", "reward", "parts"})
_CALL_KEYS = frozenset({"op", "args", "arguments", "status", "response", "kind"})


class BadTraceError(Exception):
    """A line that is no trace; the message starts with the file and the line."""


class RecordedCall(NamedTuple):
    """One call as recorded; what the recording does not say is None.

    Attributes:
        op: The tool's name.
        args: Its arguments: an object, or text as the policy wrote it.
        kind: One of `KINDS`.
        status: HTTP status.
        response: The response's body; `has_response` tells an absent one from null.
    """

    op: str
    args: dict[str, Any] | str
    kind: str | None
    status: int | None
    response: Any
    has_response: bool

    @property
    def sent(self) -> dict[str, Any] | str:
        """The arguments to send again; the text of a malformed call is lost, so none for that."""
        return "" if self.kind == "malformed_arguments" and not self.args else self.args


class Trace(NamedTuple):
    """One line of a trace file. Without `seed` and `params` its task is unknown."""

    line: int
    scenario: str | None
    seed: int | None
    split: str
    params: dict[str, Any] | None
    calls: tuple[RecordedCall, ...]
    answer: str


def read(path: Path) -> Iterator[Trace]:
    """The traces of a file, one at a time, so that a long recording fits.

    Raises:
        BadTraceError: A line is no trace, or the file cannot be read.
    """
    try:
        with open(path, "rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _trace(line, number, f"{path}:{number}")
    except OSError as error:
        raise BadTraceError(f"{path}: {error.strerror}") from error


def _trace(line: bytes, number: int, where: str) -> Trace:
    try:
        data = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadTraceError(f"{where}: no JSON: {error.msg}, column {error.colno}") from error
    record = _object(data, _KEYS, where)
    calls = record.get("calls", [])
    if not isinstance(calls, list):
        raise BadTraceError(f"{where}: `calls` must be a list")
    split = record.get("split") or "train"
    if split not in ("train", "eval"):
        raise BadTraceError(f'{where}: `split` must be "train" or "eval"')
    params = record.get("params")
    return Trace(
        line=number,
        scenario=_optional(record, "scenario", str, where),
        seed=_optional(record, "seed", int, where),
        split=split,
        params=None if params is None else _object(params, None, f"{where}: `params`"),
        calls=tuple(_call(c, f"{where}: call {i}") for i, c in enumerate(calls, 1)),
        answer=_optional(record, "answer", str, where) or "",
    )


def _call(data: Any, where: str) -> RecordedCall:
    record = _object(data, _CALL_KEYS, where)
    op = _optional(record, "op", str, where)
    if op is None:
        raise BadTraceError(f"{where}: `op`, the tool's name, is missing")
    kind = _optional(record, "kind", str, where)
    if kind is not None and kind not in KINDS:
        raise BadTraceError(f"{where}: `kind` must be one of {', '.join(KINDS)}")
    args = record.get("args", record.get("arguments", {}))
    if not isinstance(args, dict | str):
        raise BadTraceError(f"{where}: `args` must be an object, or text")
    return RecordedCall(
        op=op,
        args=args,
        kind=kind,
        status=_optional(record, "status", int, where),
        response=record.get("response"),
        has_response="response" in record,
    )


def _object(data: Any, keys: frozenset[str] | None, where: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise BadTraceError(f"{where}: an object is expected")
    unknown = [key for key in data if keys is not None and key not in keys]
    if unknown:
        from rewardlang.diagnostics.spelling import suggest

        near = suggest(unknown[0], sorted(keys or ()))
        hint = f"; did you mean `{near}`?" if near else ""
        raise BadTraceError(f"{where}: unknown key `{unknown[0]}`{hint}")
    return data


def _optional(record: dict[str, Any], key: str, kind: type, where: str) -> Any:
    value = record.get(key)
    if value is None or (isinstance(value, kind) and not isinstance(value, bool)):
        return value
    expected = {str: "text", int: "a whole number"}[kind]
    raise BadTraceError(f"{where}: `{key}` must be {expected}")
