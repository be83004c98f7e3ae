"""Files to trees: read, YAML, shape, expressions; what is wrong is a list of diagnostics."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TypeVar, cast

from rewardlang.data import Files
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label
from rewardlang.diagnostics.spelling import suggest
from rewardlang.frozen import frozen
from rewardlang.source import Source, Span
from rewardlang.syntax import api_file, scenario_file, world_file
from rewardlang.syntax.comments import scalars
from rewardlang.syntax.cuts import split_in_brackets
from rewardlang.syntax.files import ApiFile, ScenarioFile, WorldFile
from rewardlang.syntax.limits import MAX_FILE_BYTES, MAX_SYNTAX_ERRORS
from rewardlang.syntax.reader import Reader
from rewardlang.syntax.shape import KINDS, Kind, check_shape
from rewardlang.syntax.traps import traps
from rewardlang.syntax.yaml_events import read_yaml
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar

_T = TypeVar("_T")
_SAYS = re.compile(rf"^({'|'.join(KINDS)})[ \t]*:", re.MULTILINE)


@frozen
class Gathered:
    """The files that a scenario refers to; one that cannot be read is left out and reported."""

    apis: tuple[ApiFile, ...]
    world: WorldFile | None
    paths: tuple[Path, ...]
    """The API and world files that were looked at, in order."""
    diagnostics: tuple[Diagnostic, ...]


def read_scenario(
    path: str | Path, files: Files | None = None
) -> tuple[ScenarioFile | None, list[Diagnostic]]:
    """The scenario in a file, or None when it has no usable shape, and what is wrong with it."""
    return _read(path, files, "scenario", scenario_file.read)


def read_api(
    path: str | Path, files: Files | None = None
) -> tuple[ApiFile | None, list[Diagnostic]]:
    """The API in a file, or None when it has no usable shape, and what is wrong with it."""
    return _read(path, files, "api", api_file.read)


def read_world(
    path: str | Path, files: Files | None = None
) -> tuple[WorldFile | None, list[Diagnostic]]:
    """The world in a file, or None when it has no usable shape, and what is wrong with it."""
    return _read(path, files, "world", world_file.read)


def kind_of(path: str | Path, files: Files | None = None) -> Kind:
    """What kind of file it is, by its top-level keys; a scenario when they do not say."""
    source = read_source(Path(path), files or Files(), [])
    if source is None:
        return "scenario"
    # Nearly always a line says it, also in a file that is no YAML yet.
    said = {match[1] for match in _SAYS.finditer(source.text)}
    for kind in KINDS:
        if kind in said:
            return kind
    root = read_yaml(source, [])
    if isinstance(root, Mapping_) and root.get("scenario") is None:
        return next((k for k in KINDS if root.get(k) is not None), "scenario")
    return "scenario"


def gather(scenario: ScenarioFile, files: Files | None = None) -> Gathered:
    """The APIs and the world that a scenario names, from where `Files` finds them."""
    where = files or Files()
    beside = Path(scenario.source.path).parent
    out: list[Diagnostic] = []
    paths: list[Path] = []
    apis = _apis(scenario.use, beside, where, paths, out)
    world: WorldFile | None
    if isinstance(scenario.world, Scalar):
        world = _named(scenario.world, "worlds", beside, where, read_world, paths, out)
    else:
        world = scenario.world
    return Gathered(apis, world, tuple(paths), tuple(out))


def gather_apis(world: WorldFile, files: Files | None = None) -> Gathered:
    """The world and the APIs that it names; they are also beside its folder, `worlds`."""
    folder = Path(world.source.path).parent
    if folder.absolute().name == "worlds":
        # Relative where it can be, so that a file has one name however it was found.
        beside = folder.parent if folder.name == "worlds" else folder.absolute().parent
    else:
        beside = folder
    out: list[Diagnostic] = []
    paths: list[Path] = []
    apis = _apis(world.use, beside, files or Files(), paths, out)
    return Gathered(apis, world, tuple(paths), tuple(out))


def _apis(
    uses: tuple[Scalar, ...],
    beside: Path,
    files: Files,
    paths: list[Path],
    out: list[Diagnostic],
) -> tuple[ApiFile, ...]:
    found = [_named(use, "apis", beside, files, read_api, paths, out) for use in uses]
    return tuple(api for api in found if api is not None)


def _named(
    name: Scalar,
    kind: str,
    beside: Path,
    files: Files,
    read: Callable[[Path, Files], tuple[_T | None, list[Diagnostic]]],
    paths: list[Path],
    out: list[Diagnostic],
) -> _T | None:
    path = files.find(kind, str(name.value), beside)
    if path is None:
        known = files.names(kind, beside)
        meant = suggest(str(name.value), known)
        there = ", ".join(f"`{k}`" for k in known) or "none"
        out.append(
            Diagnostic(
                codes.NO_SUCH_FILE,
                f"there is no `{kind}/{name.value}.yaml` beside the scenario or in the package",
                Label(name.span, "no such file"),
                help=f"did you mean `{meant}`?" if meant else f"there are: {there}",
                fix=Fix(name.span, meant) if meant else None,
                candidates=tuple(known),
            )
        )
        return None
    paths.append(path)
    made, diagnostics = _shared(path, files, read)
    out += diagnostics
    return made


_KEPT = 16
_read_before: OrderedDict[tuple[str, bytes], tuple[object, tuple[Diagnostic, ...]]] = OrderedDict()
"""APIs and worlds by path and content: scenarios in one folder share theirs."""


def _shared(
    path: Path, files: Files, read: Callable[[Path, Files], tuple[_T | None, list[Diagnostic]]]
) -> tuple[_T | None, tuple[Diagnostic, ...]]:
    """What `read` gives; the same object for the same text."""
    try:
        key = path.as_posix(), files.read(path, MAX_FILE_BYTES + 1)
    except OSError:
        made, diagnostics = read(path, files)  # which reports it
        return made, tuple(diagnostics)
    if key not in _read_before:
        made, diagnostics = read(path, files)
        _read_before[key] = made, tuple(diagnostics)
        while len(_read_before) > _KEPT:
            _read_before.popitem(last=False)
    return cast("tuple[_T | None, tuple[Diagnostic, ...]]", _read_before[key])


def _read(
    path: str | Path,
    files: Files | None,
    kind: Kind,
    read: Callable[[Mapping_, Reader], _T],
) -> tuple[_T | None, list[Diagnostic]]:
    out: list[Diagnostic] = []
    source = read_source(Path(path), files or Files(), out)
    made = _document(source, kind, read, out) if source is not None else None
    if len(out) >= MAX_SYNTAX_ERRORS:
        del out[MAX_SYNTAX_ERRORS:]
        message = f"only the first {MAX_SYNTAX_ERRORS} problems of this file are shown"
        out.append(
            Diagnostic(
                codes.OVER_LIMIT,
                message,
                Label(out[-1].label.span, "the last"),
                help="mend these first",
            )
        )
    return made, out


_READERS: dict[Kind, Callable[[Mapping_, Reader], object]] = {
    "scenario": scenario_file.read, "api": api_file.read, "world": world_file.read,
}  # fmt: skip


@frozen
class Parsed:
    """A file's YAML, and the scalars in it that hold expressions or effects."""

    source: Source
    root: Mapping_
    expressions: tuple[Scalar, ...]


_parsed: OrderedDict[tuple[Kind, str], Parsed] = OrderedDict()
"""The files that were read last, by their text: their layout is looked at next."""


def parsed(text: str, kind: Kind) -> Parsed | None:
    """A file of a kind as YAML; None when it has an error."""
    if (kind, text) not in _parsed:
        _document(Source("", text), kind, _READERS[kind], [])
    return _parsed.get((kind, text))


def _document(
    source: Source, kind: Kind, read: Callable[[Mapping_, Reader], _T], out: list[Diagnostic]
) -> _T | None:
    root = read_yaml(source, out)
    if root is None:
        return None
    out += split_in_brackets(root)
    if out or not check_shape(root, kind, out):
        return None
    assert isinstance(root, Mapping_)
    reader = Reader(source, out)
    made = read(root, reader)
    if not any(found.code.level == "error" for found in out):
        found = tuple(each for each in scalars(root) if each.span.start in reader.expressions)
        _parsed[kind, source.text] = Parsed(source, root, found)
        while len(_parsed) > _KEPT:
            _parsed.popitem(last=False)
    # They come in the order of the file, and `_read` keeps no more of all that there is.
    out += islice(traps(root, reader.expressions), MAX_SYNTAX_ERRORS)
    out.sort(key=lambda d: d.label.span.start)
    return made


def read_source(path: Path, files: Files, out: list[Diagnostic]) -> Source | None:
    """The text of a file; what keeps it from being read is reported."""
    shown = path.as_posix()
    empty = Source(shown, "")
    nowhere = Label(Span(empty, 0, 0))
    try:
        raw = files.read(path, MAX_FILE_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        out.append(Diagnostic(codes.NO_SUCH_FILE, f"cannot read `{shown}`: {reason}", nowhere))
        return None
    if len(raw) > MAX_FILE_BYTES:
        message = f"a file may have {MAX_FILE_BYTES:,} bytes, this one has more"
        help = "split it: several scenarios can share one world and one API"
        out.append(Diagnostic(codes.OVER_LIMIT, message, nowhere, help=help))
        return None
    try:
        return Source(shown, raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig", "replace")
        readable = Source(shown, before + "\ufffd")
        place = Span(readable, len(before), len(before) + 1)
        byte = f"0x{raw[error.start]:02X}"
        message = f"the file is not text in UTF-8: byte {byte}"
        out.append(
            Diagnostic(
                codes.NOT_YAML, message, Label(place, "not UTF-8 from here on"),
                help="save it in UTF-8; an editor shows and changes this as the file's encoding",
            )
        )  # fmt: skip
        return None
