"""Episodes that could not be played: what the scenario or its API promised and did not keep."""

from __future__ import annotations

from collections.abc import Iterator
from traceback import extract_tb

from rewardlang import model
from rewardlang.frozen import frozen
from rewardlang.source import Source, Span
from rewardlang_runtime.values import FAILURES, ScenarioFault

FAULTS = (ScenarioFault, *FAILURES)
"""What code that was made from a wrong file may raise."""


@frozen
class Fault:
    """What could not be done, and where the file says so.

    Attributes:
        doing: What was being done, in words: "the oracle".
        where: The function of the generated module that failed: "oracle", "draw", "" unknown.
        span: The expression that failed, when it is known.
    """

    doing: str
    seed: int
    message: str
    where: str
    span: Span | None


def fault_of(error: Exception, doing: str, seed: int, scenario: model.Scenario) -> Fault | None:
    """The fault behind an exception; None when it is a bug of ours."""
    where, span = "", None
    cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
    for function, at in _places(cause, scenario):
        where, span = function, at
    if span is None and not isinstance(error, ScenarioFault):
        return None
    said = _in_words(error) if isinstance(error, FAILURES) else str(error)
    return Fault(doing, seed, said.removeprefix(f"{scenario.name}: "), where, span)


def _in_words(error: Exception) -> str:
    """What generated code ran into, without Python's words for it."""
    match error:
        case KeyError(args=(str(name),)):
            return f"there is no `{name}`, as in the answer to a call that was refused"
        case TypeError() | AttributeError():
            return "a value is of another type than the schemas say"
        case IndexError():
            return "a list is too short"
        case _:
            return f"a value cannot be computed: {error}"


def _places(error: Exception, scenario: model.Scenario) -> Iterator[tuple[str, Span]]:
    """The places in the scenario's files that a traceback goes through, outermost first.

    Generated code carries the lines and columns of the YAML, the columns in bytes.
    """
    sources = {source.path: source for source in _sources(scenario)}
    for frame in extract_tb(error.__traceback__):
        source = sources.get(frame.filename)
        if source is None or frame.lineno is None or frame.colno is None:
            continue
        start = _offset(source, frame.lineno, frame.colno)
        end = _offset(source, frame.end_lineno or frame.lineno, frame.end_colno or frame.colno)
        yield frame.name, Span(source, start, max(start, end))


def _sources(scenario: model.Scenario) -> Iterator[Source]:
    yield scenario.source
    for api in scenario.apis:
        yield api.source


def _offset(source: Source, line: int, column: int) -> int:
    text = source.line_text(line)
    # Columns of code count bytes; `line_text` ends before the line break.
    characters = len(text.encode("utf-8", "replace")[:column].decode("utf-8", "ignore"))
    return source.offset(line) + characters
