"""The forms of recordings: how each is told from the others, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from rewardlang.recordings import chat, har, journal, mcp, otel, ours, responses
from rewardlang.recordings.items import Item

Reader = Callable[[Iterable[tuple[int, Any]]], Iterator[Item]]


class Form(NamedTuple):
    """A form of recordings.

    Attributes:
        name: What `--from` takes.
        about: One line.
        recognises: Whether a record, JSON data, is of this form.
        read: From numbered records to items; None when it takes the operations that there are.
        apart: Whether each record is an episode by itself, so that a file can be read in pieces.
    """

    name: str
    about: str
    recognises: Callable[[Any], bool]
    read: Reader | None
    apart: bool


FORMS = {
    form.name: form
    for form in (
        # In the order in which they are tried: a MCP message may stand in an object of any keys.
        Form("mcp", "MCP JSON-RPC log", mcp.recognises, mcp.read, False),
        Form("har", "HAR file", har.recognises, None, False),
        Form("otel", "OpenTelemetry spans, OTLP JSON", otel.recognises, otel.read, False),
        Form("responses", "OpenAI Responses", responses.recognises, responses.read, False),
        Form("chat", "OpenAI chat messages", chat.recognises, chat.read, True),
        Form("traces", "traces of rewardlang", ours.recognises, ours.read, True),
        Form("open", "what a server has not finished", journal.recognises, journal.read, False),
    )
}


def form_of(record: Any) -> Form | None:
    """The form of a record, or None."""
    return next((form for form in FORMS.values() if form.recognises(record)), None)
