"""An API file held against documents: every difference, sorted into known and unknown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rewardlang.conform import deviations, sides
from rewardlang.conform.deviations import Deviation, Sorted
from rewardlang.conform.differences import Difference, difference
from rewardlang.conform.operations import Comparison, find
from rewardlang.data import Files
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.frozen import frozen
from rewardlang.openapi import Document, read
from rewardlang.openapi.places import diagnostics as placed
from rewardlang.openapi.places import locate
from rewardlang.openapi.seen import of_value
from rewardlang.resolve.apis import ResolvedApi, resolve_api
from rewardlang.source import Span
from rewardlang.syntax.files import ApiFile, OperationItem
from rewardlang.syntax.load import read_api
from rewardlang.syntax.yaml_events import read_yaml
from rewardlang.syntax.yaml_nodes import YamlNode


class Unusable(Exception):
    """A file that cannot be used; `diagnostics` say why."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__()
        self.diagnostics = tuple(diagnostics)


@frozen
class Conformance:
    """What came out; `total` counts the documents' operations."""

    api: ApiFile
    documents: tuple[Document, ...]
    compared: int
    total: int
    sorted: Sorted

    @property
    def conforms(self) -> bool:
        """Whether every difference is a listed deviation, and every listed one is there."""
        return not self.sorted.unexplained and not self.sorted.stale


def conform(
    api: Path, documents: Sequence[Path], listed: Path | None = None, files: Files | None = None
) -> Conformance:
    """Hold an API file against documents; raises Unusable.

    `listed` is the file of known deviations, by default the one beside the API file.
    """
    files = files or Files()
    resolved = _api(api, files)
    read_documents = tuple(_document(path, files) for path in documents)
    known: list[Deviation] = []
    path = listed or deviations.beside(api)
    if listed is not None or path.is_file():
        known, problems = deviations.read(path, files)
        if problems:
            raise Unusable(problems)
    file = resolved.file
    found = list(differences(resolved, read_documents))
    compared = sum(find(item, file, read_documents) is not None for item in file.operations)
    return Conformance(
        api=file,
        documents=read_documents,
        compared=compared,
        total=sum(len(document.operations) for document in read_documents),
        sorted=deviations.sort(found, known),
    )


def differences(resolved: ResolvedApi, documents: Sequence[Document]) -> Iterator[Difference]:
    """Every difference, operation by operation in the order of the file."""
    api = resolved.api
    assert api is not None
    file = resolved.file
    root = read_yaml(file.source, [])
    assert root is not None  # it was read before
    for item in file.operations:
        comparison = comparison_of(item, file, root, documents)
        if isinstance(comparison, Difference):
            yield comparison
            continue
        yield from comparison.request()
        typed = api.operations[item.name.name]
        yield from comparison.answers(typed, resolved.schemas, api.invalid.status)


def comparison_of(
    item: OperationItem, file: ApiFile, root: YamlNode, documents: Sequence[Document]
) -> Comparison | Difference:
    """The two sides of an operation, or that no document has it."""
    found = find(item, file, documents)
    if found is None:
        document = documents[0] if documents else None
        return difference(
            codes.O_NOT_THERE, item.name.name, "not in the document", item, document, "/paths"
        )
    node = sides.below(root, ("operations", item.name.name))
    return Comparison(item, file, node, *found)


def answered(found: Conformance, operation: str, status: int, body: object) -> Iterator[Difference]:
    """Where an answer that was given has what the document does not have there.

    What an answer lacks is no difference: each call has an answer of its own.
    """
    item = next(item for item in found.api.operations if item.name.name == operation)
    root = read_yaml(found.api.source, [])
    assert root is not None  # it was read before
    comparison = comparison_of(item, found.api, root, found.documents)
    if isinstance(comparison, Difference):
        yield comparison
        return
    view = None if body is None else of_value(body, item)
    for each in comparison.answer(status, view, item):
        if each.code is not codes.O_LEFT_OUT:
            yield each


def to_diagnostics(result: Conformance) -> list[Diagnostic]:
    """What is not known yet, each with both places, and what is listed and not there."""
    unexplained = result.sorted.unexplained
    places = spans(unexplained)
    found = [_diagnostic(each, places) for each in unexplained]
    for deviation in result.sorted.stale:
        message = f"{deviation.where}: there is no deviation `{deviation.what}`"
        label = Label(deviation.span, "listed here")
        found.append(Diagnostic(codes.O_STALE, message, label, help="take it off the list"))
    return found


def spans(found: Sequence[Difference]) -> dict[int, Span]:
    """The place in its document of each difference, by `id`."""
    documents = {id(d.document): d.document for d in found if d.document is not None}
    made: dict[int, Span] = {}
    for document in documents.values():
        mine = [each for each in found if each.document is document]
        located = locate(document.source, {each.pointer for each in mine})
        made.update((id(each), located[each.pointer]) for each in mine)
    return made


def _diagnostic(each: Difference, places: dict[int, Span]) -> Diagnostic:
    there = places.get(id(each))
    others = () if there is None else (Label(there, each.pointer),)
    return Diagnostic(each.code, f"{each.where}: {each.what}", Label(each.span, "here"), others)


def _api(path: Path, files: Files) -> ResolvedApi:
    file, problems = read_api(path, files)
    if file is None or any(d.code.level == "error" for d in problems):
        raise Unusable(problems)
    resolved = resolve_api(file)
    if resolved.api is None:
        raise Unusable(resolved.diagnostics)
    return resolved


def _document(path: Path, files: Files) -> Document:
    document, problems = read(path, files)
    if document is None:
        raise Unusable(placed(problems))
    return document
