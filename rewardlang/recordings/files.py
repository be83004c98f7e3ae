"""Files of recordings: lines or one document, opened, told apart and read within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

import orjson

from rewardlang.recordings.forms import FORMS, Form, Reader, form_of
from rewardlang.recordings.items import Item, Problem, read_json
from rewardlang.recordings.split import Splitter

Json = Any
Line = tuple[int, bytes]
LONGEST = 64 * 2**20
"""Bytes of a line, of an entry of a document, or of a document that is one object."""
WHOLE = ("",)
"""Stands for the keys of a document that is one record itself."""
_HEAD = 64 * 2**10
_LINES = (".jsonl", ".ndjson")
_LOOKED_AT = 20
"""Lines that are looked at for the form, as the first ones may be torn."""
_BOM = b"\xef\xbb\xbf"


class BadRecording(ValueError):
    """A file of which no form is recognised; the message says what to do."""


class Recording(NamedTuple):
    """A file and how it is read.

    Attributes:
        path: The file.
        form: Its form.
        entries: The keys that lead to the list of a document's records; None for a file of lines.
    """

    path: Path
    form: Form
    entries: tuple[str, ...] | None

    @property
    def unit(self) -> Literal["line", "entry"]:
        """What the numbers of its traces count."""
        return "line" if self.entries is None else "entry"

    def place(self, number: int) -> str:
        """Where a trace is, as messages say it."""
        if self.entries is None:
            return f"{self.path}:{number}"
        return f"{self.path}, entry {number}"


def recognise(path: Path, wanted: str | None = None) -> Recording:
    """How a file is read; `wanted` is the name of a form that is known already.

    Raises:
        OSError: The file cannot be read.
        BadRecording: It is of no form that is known.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD).removeprefix(_BOM)
        entries = _entries(head, path.suffix)
    if wanted is not None:
        form = FORMS[wanted]
        return Recording(path, form, entries)
    problems: list[Problem] = []
    plain = Recording(path, FORMS["traces"], entries)
    seen = None
    for _, record in islice(records(plain, problems.append), _LOOKED_AT):
        seen = form_of(record)
        if seen is not None:
            return Recording(path, seen, entries)
        problems.append(Problem(0, ""))
    if any(not problem.message for problem in problems):
        raise BadRecording(
            f"{path} is no recording that is known; say with --from which of "
            f"{', '.join(FORMS)} it is"
        )
    return plain


_HAR = re.compile(rb'\s*\{\s*"log"\s*:')
_SPANS = re.compile(rb'\s*\{\s*"resourceSpans"\s*:')
_OPENED = re.compile(rb"\s*[\[{]+\s*\Z")
_MESSAGE = re.compile(rb'\s*\[\s*\{\s*"(?:role|type|content|jsonrpc)"\s*:')


def _entries(head: bytes, suffix: str) -> tuple[str, ...] | None:
    """The keys that lead to the list of a document's records; None for lines."""
    if _HAR.match(head):
        return ("log", "entries")
    if suffix in _LINES:
        return None
    first, newline, rest = head.partition(b"\n")
    whole = _is_json(first)
    several = head.lstrip()[:1] == b"[" and not _MESSAGE.match(head)
    if not newline or (whole and not rest.strip()):
        return () if several else None
    begun = bool(_OPENED.match(first)) or suffix == ".json"
    if whole or not begun or not rest.strip() or _is_json(rest.partition(b"\n")[0]):
        return None
    if _SPANS.match(head):
        return ("resourceSpans",)
    return () if several else WHOLE


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except ValueError:
        return False
    return True


def records(recording: Recording, report: Callable[[Problem], None]) -> Iterator[tuple[int, Json]]:
    """The records of a file with their numbers, from 1; what is none of them is reported."""
    if recording.entries is None:
        with recording.path.open("rb") as file:
            yield from parsed(lines(file, report), report)
    elif recording.entries == WHOLE:
        yield from _whole(recording.path, report)
    else:
        yield from _entry_by_entry(recording, report)


def items(recording: Recording, read: Reader) -> Iterator[Item]:
    """Everything that a reader finds in a file, and what could not even be given to it."""
    troubles: list[Item] = []
    for item in read(records(recording, troubles.append)):
        yield from troubles
        troubles.clear()
        yield item
    yield from troubles


def lines(file: IO[bytes], report: Callable[[Problem], None]) -> Iterator[Line]:
    """The lines of a file that are not empty; one that is too long is reported and passed over."""
    number = 0
    empty = True
    while True:
        line = file.readline(LONGEST + 1)
        if not line:
            if empty:
                report(Problem(1, "the file is empty", "record an episode, or leave it out"))
            return
        number += 1
        if len(line) > LONGEST:
            empty = False
            report(Problem(number, f"more than {LONGEST >> 20} MiB in one line", "split it"))
            while line and not line.endswith(b"\n"):
                line = file.readline(LONGEST)
            continue
        if number == 1:
            line = line.removeprefix(_BOM)
        if not line.isspace():
            empty = False
            yield number, line


def parsed(lines: Iterable[Line], report: Callable[[Problem], None]) -> Iterator[tuple[int, Json]]:
    """Lines as JSON data; one that is no JSON is reported."""
    for number, line in lines:
        try:
            record = read_json(line)
        except ValueError as error:
            torn = "" if line.endswith(b"\n") else "; the line is torn"
            report(Problem(number, f"no JSON: {error}{torn}", "mend or remove the line"))
        else:
            yield number, record


def _whole(path: Path, report: Callable[[Problem], None]) -> Iterator[tuple[int, Json]]:
    """A document that is one record."""
    with path.open("rb") as file:
        text = file.read(LONGEST + 1)
    if len(text) > LONGEST:
        remedy = "write its episodes as lines"
        report(Problem(1, f"a document of more than {LONGEST >> 20} MiB", remedy))
        return
    yield from parsed([(1, text)], report)


def _entry_by_entry(
    recording: Recording, report: Callable[[Problem], None]
) -> Iterator[tuple[int, Json]]:
    """The records of a document, one at a time, however long it is."""
    number = 0
    lines: dict[int, int] = {}

    def told(problem: Problem) -> None:
        message = f"{problem.message} (line {lines.get(problem.number, 1)})"
        report(problem._replace(message=message))

    with recording.path.open("rb") as file:
        splitter = Splitter(file, recording.entries or (), LONGEST)
        for number, (line, text) in enumerate(splitter, 1):
            lines[number] = line
            yield from parsed([(number, text)], told)
            del lines[number]
    if splitter.wrong:
        lines[number + 1] = splitter.line
        told(
            Problem(number + 1, splitter.wrong, "what comes before is read; mend or split the file")
        )
    elif not number:
        report(Problem(1, "a document without episodes", "see which forms there are"))
