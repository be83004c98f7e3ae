"""A whole run of the linter: files in, findings out, in an order that no schedule changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from rewardlang import driver, kept
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.diagnostics.suppress import Use, suppression_of
from rewardlang.findings import baseline as baselines
from rewardlang.findings.baseline import Baseline
from rewardlang.findings.finding import Finding, fingerprints
from rewardlang.findings.judged import Judged, judged, kept_judgement, of_judgement, rules
from rewardlang.findings.selection import Selection
from rewardlang.findings.settings import Finder, Settings
from rewardlang.findings.twins import twins
from rewardlang.findings.unused import unused
from rewardlang.findings.workers import Workers
from rewardlang.frozen import frozen

if TYPE_CHECKING:
    from rewardlang.findings.trained import Trained
    from rewardlang.judge.judgement import Judgement
    from rewardlang.judge.rollouts_rules import Watched

Progress = Callable[[str, int], None]
"""Told what is done and how many files are left."""


DEFAULT_BASELINE = Path("rewardlang-baseline.json")
"""Where `--write-baseline` writes when nothing says where."""


@frozen
class Options:
    """What the command line says; None where the settings of a file decide."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    baseline: Path | None = None
    budget: Mapping[str, float] = field(default_factory=dict)
    static: bool = False
    use_cache: bool = True
    rollouts: Path | None = None

    def baseline_for(self, file: Path) -> Path:
        """Where findings of a file are accepted."""
        return self.baseline or self.named_baseline(file) or DEFAULT_BASELINE

    @staticmethod
    def named_baseline(file: Path) -> Path | None:
        """Where the settings of a file say so."""
        return Finder().settings(file).baseline

    def over(self, settings: Settings) -> Settings:
        """`settings` with what is said here in their place."""
        chosen = settings.selection
        selection = Selection(
            chosen.select if self.select is None else self.select,
            chosen.ignore if self.ignore is None else self.ignore,
        )
        return replace(
            settings,
            selection=selection,
            baseline=self.baseline or settings.baseline,
            budget={**settings.budget, **self.budget},
            static=self.static or settings.static,
        )


@frozen
class Result:
    """What a run found.

    Attributes:
        findings: What is wanted and not in a baseline.
        accepted: What is wanted and in a baseline.
        judged: Names of the scenarios that were judged, whose traces are to be kept anew.
    """

    findings: tuple[Finding, ...]
    accepted: tuple[Finding, ...]
    judged: tuple[str, ...]


@dataclass(slots=True)
class _File:
    """One file on its way through a run."""

    path: Path
    settings: Settings
    selection: Selection
    baseline: Baseline
    linted: driver.Linted
    judged: Judged | None = None
    twin: Diagnostic | None = None
    trained: Watched | None = None
    found: list[Finding] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.path.as_posix()

    def wanted(self) -> list[Finding]:
        return [each for each in self.found if self.selection.wants(each.diagnostic.code)]

    def decides(self, code: str) -> bool:
        """Whether this run would have found a code in this file."""
        if not self.linted.judgeable or code == codes.PROMPT_DUPLICATES.id:
            return False  # found by comparing files
        if code in _BY_ROLLOUTS:
            return self.trained is not None and code not in self.trained.undecided
        if self.judged is None:
            return code not in rules()
        return code not in self.judged.undecided


_BY_ROLLOUTS = frozenset({"G806", "G808", "G809"})
"""Codes that only rollouts decide."""


def lint(
    paths: Sequence[Path],
    options: Options,
    progress: Progress | None = None,
    judgements: Mapping[Path, Judgement] = MappingProxyType({}),
) -> Result:
    """Lint files, and judge the scenarios among them that have no errors.

    `judgements` are of files that were judged already, whatever errors they have.

    Raises:
        BadRollouts: `options.rollouts` are not there, are broken, or are of none of the scenarios.
    """
    # What is wrong with them shows before anything is judged.
    rollouts = None if options.rollouts is None else _read(options.rollouts)
    finder = Finder()
    settings = [options.over(finder.settings(path)) for path in paths]
    with Workers(progress) as workers:
        linted = _statically(paths, options, workers)
        known: dict[Path | None, Baseline] = {None: Baseline(Path())}
        for path in dict.fromkeys(each.baseline for each in settings):
            if path is not None:
                known[path] = baselines.read(path)
        files = [
            _File(path, chosen, chosen.selection_for(path), known[chosen.baseline], each)
            for path, chosen, each in zip(paths, settings, linted, strict=True)
        ]
        for file in files:
            if file.path in judgements:
                file.judged = of_judgement(file.path, judgements[file.path])
        _judge([f for f in files if f.judged is None and _to_judge(f)], options, workers)
    _compare(files)
    if rollouts is not None:
        _watch([file for file in files if file.linted.judgeable], rollouts)
    for file in files:
        file.found = _gather(file)
    extra = [*_settings_problems(settings), *_baseline_problems(files, known)]
    return _result(files, extra)


def _statically(paths: Sequence[Path], options: Options, workers: Workers) -> list[driver.Linted]:
    seen = kept.Seen()
    cached = [driver.lint_kept(path, seen) if options.use_cache else None for path in paths]
    missing = [path for path, each in zip(paths, cached, strict=True) if each is None]
    made = workers.map(_lint_one, [(path, options.use_cache) for path in missing], "reading", 8)
    fresh = dict(zip(missing, made, strict=True))
    return [each or fresh[path] for path, each in zip(paths, cached, strict=True)]


def _lint_one(job: tuple[Path, bool]) -> driver.Linted:
    path, use_cache = job
    return driver.lint_file(path, use_cache=use_cache)


def _to_judge(file: _File) -> bool:
    """Whether to judge: a scenario whose errors, if any, are all deselected or accepted."""
    if file.settings.static or not file.linted.judgeable:
        return False
    if file.selection.select and not any(file.selection.wants(code) for code in rules().values()):
        return False
    found = _findings(file.name, file.linted.diagnostics)
    return not any(
        each.diagnostic.code.level == "error"
        and file.selection.wants(each.diagnostic.code)
        and not file.baseline.knows(each)
        for each in found
    )


def _judge(files: list[_File], options: Options, workers: Workers) -> None:
    waiting = []
    for file in files:
        if options.use_cache:
            file.judged = kept_judgement(file.linted, file.settings.budget)
        if file.judged is None:
            waiting.append(file)
    jobs = [(f.path, f.linted.content, dict(f.settings.budget), options.use_cache) for f in waiting]
    for file, made in zip(waiting, workers.map(judged, jobs, "judging", 2), strict=True):
        file.judged = made


def _compare(files: Sequence[_File]) -> None:
    """Note scenarios that are the same task as another file of this run."""
    tasks = {file.name: file.linted.task for file in files}
    found = twins(task for task in tasks.values() if task is not None)
    by_file = {each.label.span.source.path: each for each in found}
    for file in files:
        file.twin = by_file.get(file.name)


def _read(path: Path) -> Trained:
    from rewardlang.findings.trained import Trained

    return Trained(path)


def _watch(files: Sequence[_File], rollouts: Trained) -> None:
    """Note what the rollouts of a run say of the scenarios that they are of."""
    found = rollouts.findings([file.path for file in files])
    for file in files:
        file.trained = found.get(file.path)


def _gather(file: _File) -> list[Finding]:
    """All findings of a file that no comment silences, in the order of the text."""
    diagnostics = list(file.linted.diagnostics)
    uses: list[Use] = list(file.linted.uses)
    more = list(file.judged.beside(diagnostics)) if file.judged is not None else []
    if file.twin is not None:
        more.append(file.twin)
    more += file.trained.diagnostics if file.trained is not None else ()
    for each in more:
        use = suppression_of(each, file.linted.suppressions)
        if use is None:
            diagnostics.append(each)
        else:
            uses.append(use)
    own = [each for each in file.linted.suppressions if each.comment.source.path == file.name]
    diagnostics += unused(own, uses, file.decides)
    diagnostics.sort(key=lambda d: _order(file.name, d))
    return _findings(file.name, diagnostics)


def _order(name: str, diagnostic: Diagnostic) -> tuple[bool, str, int, int, str]:
    span = diagnostic.label.span
    path = span.source.path
    return path != name, path, span.start, span.end, diagnostic.code.id


def _findings(name: str, diagnostics: Sequence[Diagnostic]) -> list[Finding]:
    prints = fingerprints(diagnostics)
    return [Finding(d, name, mark) for d, mark in zip(diagnostics, prints, strict=True)]


def _settings_problems(settings: Iterable[Settings]) -> Iterator[Finding]:
    for each in settings:
        for problem in each.problems:
            yield from _findings(problem.label.span.source.path, [problem])


def _baseline_problems(
    files: Sequence[_File], known: Mapping[Path | None, Baseline]
) -> Iterator[Finding]:
    for baseline in known.values():
        if baseline.problem is not None:
            yield from _findings(baseline.problem.label.span.source.path, [baseline.problem])
        mine = {file.name: file for file in files if file.baseline is baseline}
        found = [each for file in mine.values() for each in file.found]
        for entry, name in baseline.stale(found, mine):
            if mine[name].decides(entry.code):
                yield from _findings(entry.span.source.path, [baselines.stale_entry(entry)])


def _result(files: Sequence[_File], extra: Iterable[Finding]) -> Result:
    """Each finding once: what is wrong with an API is found from each scenario that uses it."""
    new: dict[tuple[object, ...], Finding] = {}
    accepted: dict[tuple[object, ...], Finding] = {}
    for file in files:
        for finding in file.wanted():
            into = accepted if file.baseline.knows(finding) else new
            into.setdefault(_identity(finding.diagnostic), finding)
    for finding in extra:
        new.setdefault(_identity(finding.diagnostic), finding)
    names = [file.judged.scenario for file in files if file.judged is not None]
    return Result(tuple(new.values()), tuple(accepted.values()), tuple(dict.fromkeys(names)))


def _identity(diagnostic: Diagnostic) -> tuple[object, ...]:
    span = diagnostic.label.span
    return diagnostic.code.id, span.source.path, span.start, span.end, diagnostic.message
