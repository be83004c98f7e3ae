"""What an editor offers at the cursor: what the checker says could stand there.

A name that nobody has is put at the cursor and the file is checked. The checker says of every name
that it does not know which there are (`Diagnostic.candidates`); what it says of this is offered.
A text that is half written is first closed in one of a few ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rewardlang.data import Overlay
from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.frozen import frozen
from rewardlang.lsp.analysis import Analysis, analyse, word_at
from rewardlang.lsp.brackets import opened
from rewardlang.lsp.hover import operation_page
from rewardlang.model import Operation
from rewardlang.resolve.signatures import MACROS
from rewardlang.syntax.words import RESERVED
from rewardlang.types.relations import without_null
from rewardlang.types.types import Object
from rewardlang.types.words import describe
from rewardlang_runtime.registry import BUILTINS

PROBE = "zzCursorzz"
"""The name that nobody has."""
_OWED = (
    (re.compile(r"\bevery\s+\Z"), " preceded_by any"),
    (re.compile(r"\bbest\(\Z"), ", c => 0"),
    (re.compile(r"\bif\b"), " else 0"),
    (re.compile(r"\bset\s+\S*\Z"), " = 0"),
)
"""What an expression still owes after such a beginning."""
_KEY = re.compile(r"[ \t]*(?:- +)*\Z")
_LOOKED_AT = 1_000
"""Characters before the cursor that tell where in a call it stands."""
_CALL = re.compile(r"\bcalls: *\[(?:.*\}, *)?\{?\Z")
_ARGUMENTS = re.compile(r"(\w+): *\{(?:[^{}]*, *)?(?:(\w+): *)?\Z")


@frozen
class Item:
    """Something to put in the place of the characters `start` to `end`.

    `kind` is "function", "operation", "value", "keyword" or "name"; with `asked` a `?` goes before
    the `.` in front of it, as what it is read from may be null.
    """

    label: str
    kind: str
    start: int
    end: int
    detail: str = ""
    doc: str = ""
    asked: bool = False


@frozen
class _Try:
    """A text with the probe at `at`."""

    text: str
    at: int
    asked: bool = False


@dataclass(slots=True)
class _Said:
    """What the checker said of the probe in one text."""

    known: Analysis
    names: list[str]
    functions: list[str]
    types: dict[str, str]
    asked: bool


def complete(analysis: Analysis, offset: int) -> list[Item]:
    """What could stand at `offset`."""
    text = analysis.source.text
    _, start, end = word_at(text, offset)
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    quote = opened(line).string
    if quote is not None:  # all that stands between the quotes is replaced
        first = offset - len(line) + quote + 1
        last = _closing(text, offset, line[quote])
        said = _ask(analysis, text, first, last)
        if said is not None and said.names:
            return [Item(name, "value", first, last) for name in said.names]
    said = _ask(analysis, text, start, end)
    if said is None:
        said = _invented(analysis, text, start, end)
    return _items(said, start, end, after_dot=text[:start].endswith("."))


def _closing(text: str, offset: int, quote: str) -> int:
    """Where a string ends that is open at an offset: there, when nothing closes it."""
    line_end = _line_end(text, offset)
    at = text.find(quote, offset, line_end)
    between = text[offset:at] if at >= 0 else ""
    return at if at >= 0 and not re.search(r"[(){}\[\]=]", between) else offset


def _line_end(text: str, offset: int) -> int:
    at = text.find("\n", offset)
    return len(text) if at < 0 else at


def _ask(analysis: Analysis, text: str, start: int, end: int) -> _Said | None:
    """What the checker says of a probe from `start` to `end`; None when it has nothing to say."""
    dotted = text[:start].endswith(".")
    methods: _Said | None = None
    # A value that may be null has fields only behind `?.`.
    for asked in (False, True) if dotted and not text[:start].endswith("?.") else (False,):
        for trial in _tries(text, start, end, asked=asked):
            known = _analysed(analysis, trial)
            said = _said(analysis, known, trial, dotted=dotted)
            if said.names:
                return said
            if said.functions and methods is None:
                methods = said
            if _parses(known):
                break  # any name may stand there, or it is no place for names
    return methods


def _said(analysis: Analysis, known: Analysis, trial: _Try, *, dotted: bool) -> _Said:
    """What the checker says of a probe, and of a call of it."""
    behind = trial.text[trial.at + len(PROBE) :]
    names = _candidates(known, trial.at)
    front = trial.text[: trial.at]
    functions: list[str] = []
    if (names or dotted) and not behind.startswith(("(", ":")):
        called = _Try(f"{front}{PROBE}(){behind}", trial.at)
        functions = _candidates(_analysed(analysis, called), trial.at)
    if names and front.rstrip().endswith(","):  # an argument may be given by its name
        given = _Try(f"{front}{PROBE}=0{behind}", trial.at)
        parameters = _candidates(_analysed(analysis, given), trial.at)
        names = [*(f"{name}=" for name in parameters), *names]
    return _Said(known, names, functions, _types(known, trial.at), trial.asked)


def _parses(known: Analysis) -> bool:
    """Whether nothing in a file is left open."""
    found = known.checked.diagnostics
    return not any(each.code.id[0] == "Y" and each.code.level == "error" for each in found)


def _tries(text: str, start: int, end: int, *, asked: bool = False) -> Iterator[_Try]:
    """The text with a probe: as it is, then closed in the ways in which people leave it open."""
    head, tail = text[:start], text[end:]
    line = head[head.rfind("\n") + 1 :]
    rest = tail[: _line_end(tail, 0)]
    after = tail[len(rest) :]
    block = after[_block_end(head, after) :]
    closers = opened(line + PROBE).closers
    whole = opened(head[_value_start(head) :] + PROBE).closers
    endings = [tail]
    if _KEY.match(line) and not rest.strip():
        endings = [f": {{}}{after}", f": 0{after}", f": []{after}", tail]
    endings += [f"{closers}{after}", f"{closers}{rest}{after}", f"{whole}{block}"]
    if line.rstrip().endswith(("{", ",")):  # a key in braces
        endings += [f": 0{tail}", f": 0{closers}{after}"]
    for beginning, owed in _OWED:
        if beginning.search(line):
            endings += [f"{owed}{closers}{after}", f"{owed}{whole}{block}"]
    if "{" in line:  # a hole in a template, where quotes are only text
        endings += [f"}}{rest}{after}", f"}}{after}", f"}}{closers}{after}"]
    front = f"{head[:-1]}?." if asked else head
    for ending in dict.fromkeys(endings):
        yield _Try(f"{front}{PROBE}{ending}", len(front), asked)


def _value_start(head: str) -> int:
    """Where the YAML value at the end of `head` begins, as far as lines tell."""
    at = head.rfind("\n") + 1
    indent = _indent(head[at:])
    while at > 0:
        line_start = head.rfind("\n", 0, at - 1) + 1
        line = head[line_start:at]
        if line.strip() and _indent(line) < indent:
            # The line that the value hangs on, when it is the beginning of a block scalar.
            return at if re.search(r"[>|][+-]?\s*$", line) else head.rfind("\n") + 1
        at = line_start
    return head.rfind("\n") + 1


def _block_end(head: str, after: str) -> int:
    """How much of `after`, which begins with a line's end, belongs to the value before it."""
    indent = _indent(head[head.rfind("\n") + 1 :])
    at = 0
    while at < len(after):
        line_end = _line_end(after, at + 1)
        line = after[at + 1 : line_end]
        if line.strip() and _indent(line) < indent:
            break
        if re.match(r"\s*(- |\w+:(\s|$))", line):
            break
        at = line_end
    return at


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _analysed(analysis: Analysis, trial: _Try) -> Analysis:
    """What is known of a text with a probe."""
    files = Overlay()
    files.texts.update(analysis.files.texts)
    files.texts[analysis.path] = trial.text
    return analyse(analysis.path, files)


def _candidates(analysis: Analysis, at: int) -> list[str]:
    """What could stand in the place of the probe at `at`."""
    found: list[str] = []
    for diagnostic in analysis.checked.diagnostics:
        if _is_about(diagnostic, at, analysis.path):
            found += diagnostic.candidates
    return list(dict.fromkeys(found))


def _is_about(diagnostic: Diagnostic, at: int, path: Path) -> bool:
    span = diagnostic.label.span
    return (
        bool(diagnostic.candidates)
        and span.source.path == path.as_posix()
        and span.start <= at
        and at + len(PROBE) <= span.end
        and span.text.strip("\"'") == PROBE
    )


def _types(analysis: Analysis, at: int) -> dict[str, str]:
    """The fields, with their types, of what stands before the probe's dot."""
    for expr in analysis.typed:
        span = expr.span
        if span.source.path != analysis.source.path or not 0 < at - span.end <= len("?."):
            continue
        target = analysis.expand(without_null(analysis.expand(expr.type)))
        if isinstance(target, Object):
            return {n: describe(p.type) for n, p in target.properties.items()}
    return {}


def _invented(analysis: Analysis, text: str, start: int, end: int) -> _Said:
    """The operations, where a test's call begins, and their arguments, and the values of those.

    A test may call and send anything, so that nothing in it is unknown.
    """
    known = _analysed(analysis, next(_tries(text, start, end)))
    sections = re.findall(r"^(\w+):", text[:start], re.MULTILINE)
    names: list[str] = []
    if sections[-1:] == ["tests"]:
        line = text[text.rfind("\n", 0, start) + 1 : start]
        operations = {name: op for api in known.apis for name, op in api.view.operations.items()}
        names = _of_call(line[-_LOOKED_AT:], operations)
    return _Said(known, names, [], {}, False)


def _of_call(line: str, operations: Mapping[str, Operation]) -> list[str]:
    """What comes next in a test's call, by the line as far as it is written."""
    if _CALL.search(line) or (_KEY.match(line) and "-" in line):
        return list(operations)
    inside = _ARGUMENTS.search(line)
    operation = operations.get(inside[1]) if inside is not None else None
    if inside is None or operation is None:
        return []
    if inside[2] is None:
        return list(operation.args_type.properties)
    found = operation.args_type.properties.get(inside[2])
    values = None if found is None else getattr(without_null(found.type), "enum", None)
    return [value for value in values or () if isinstance(value, str)]


def _items(said: _Said, start: int, end: int, *, after_dot: bool) -> list[Item]:
    items = []
    functions = [name for name in said.functions if name not in said.names]
    operations = {name: api for api in said.known.apis for name in api.view.operations}
    for name in said.names:
        if name in operations and not after_dot:
            operation = operations[name].view.operations[name]
            detail = f"{operation.method} {operation.path}"
            page = operation_page(operations[name], name)
            items.append(Item(name, "operation", start, end, detail, page, said.asked))
        elif after_dot and name not in said.types and name in (*BUILTINS, *MACROS):
            functions.append(name)
        else:
            detail = said.types.get(name, "")
            items.append(Item(name, "name", start, end, detail, "", said.asked))
    for name in dict.fromkeys(functions):
        builtin = BUILTINS.get(name)
        detail, doc = ("", "") if builtin is None else (builtin.signature, builtin.doc.strip())
        items.append(Item(name, "function", start, end, detail, doc, said.asked))
    if said.names and said.functions and not after_dot:
        items += [Item(word, "keyword", start, end) for word in sorted(RESERVED)]
    return items
