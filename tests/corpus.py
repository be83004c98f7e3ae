"""How well the linter tells broken rewards from sound ones: precision and recall over a corpus.

tests/broken/FAMILY/*.yaml are scenarios that are broken in one way each, tests/sound/*.yaml are
sound. Each begins with a comment that says what is wrong with it, or what looks wrong and is not,
and then what the linter must say, as data:

    # expect: H501 at `score: ramp(count(any), good=3, bad=6)`
    # expect: E604 at `releaseCar:` in apis/garage.yaml
    # expect: nothing
    # also: N405, H502

The text after `at` occurs on the line where the finding must stand, in the file itself or in one
beside it; the first line that has it counts. `also` names codes under which the same mistake may be
reported besides; they are neither needed nor held against.

    python tests/corpus.py             figures by family, and in all
    python tests/corpus.py --misses    every miss and every false alarm as well
    python tests/corpus.py H E         only these families, and the sound ones
    python tests/corpus.py --record    write the figures and the date into docs/corpus.md
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rewardlang.findings.finding import Finding
from rewardlang.findings.run import Options, lint

HERE = Path(__file__).parent
BROKEN, SOUND = HERE / "broken", HERE / "sound"
PAGE = HERE.parent / "docs" / "corpus.md"
FAMILIES = "YTDSNHEPGM"
_BEGIN, _END = "<!-- figures -->", "<!-- end of figures -->"
_EXPECT = re.compile(r"^# expect: (?:(\w\d{3}) at `(.+)`(?: in (\S+))?|nothing)$", re.MULTILINE)
_ALSO = re.compile(r"^# also: (.+)$", re.MULTILINE)
_UNDECIDED = "M904"


@dataclass(frozen=True, slots=True)
class Case:
    """One scenario of the corpus.

    Attributes:
        code: What must be reported; None for a sound scenario.
        place: File and line, from 1, where the finding must stand.
        also: Codes that may be reported besides.
    """

    path: Path
    code: str | None
    place: tuple[Path, int] | None
    also: frozenset[str]

    @property
    def name(self) -> str:
        return self.path.relative_to(HERE).as_posix()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the linter said of a case.

    Attributes:
        caught: The expected code stands at the expected place.
        right: Findings that are the mistake, under its code or another that may name it.
        wrong: All others.
    """

    case: Case
    caught: bool
    right: tuple[Finding, ...]
    wrong: tuple[Finding, ...]


def cases(families: str = FAMILIES) -> list[Case]:
    """The broken scenarios of some families, then the sound ones.

    Raises:
        ValueError: A file does not say what is expected of it, or names a text that is not there.
    """
    broken = [path for family in families for path in sorted((BROKEN / family).glob("*.yaml"))]
    return [read(path) for path in (*broken, *sorted(SOUND.glob("*.yaml")))]


def read(path: Path) -> Case:
    """What the comment at the top of a file expects."""
    text = path.read_text(encoding="utf-8")
    found = _EXPECT.search(text)
    if found is None:
        raise ValueError(f"{path}: no `# expect:` line that says a code and a place, or nothing")
    code, needle, beside = found.groups()
    named = _ALSO.search(text)
    also = frozenset(named[1].replace(",", " ").split()) if named else frozenset()
    if code is None:
        if also:
            raise ValueError(f"{path}: a sound file has nothing besides")
        return Case(path, None, None, also)
    if path.parent.name != code[0]:
        raise ValueError(f"{path}: {code} belongs into another folder")
    target = path if beside is None else BROKEN / beside
    return Case(path, code, (target, _line(target, needle)), also)


def _line(path: Path, needle: str) -> int:
    """The first line with a text, the comment at the top left out."""
    lines = path.read_text(encoding="utf-8").splitlines()
    body = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    for number, line in enumerate(lines[body:], body + 1):
        if needle in line:
            return number
    raise ValueError(f"{path}: no line has `{needle}`")


def outcomes(chosen: Sequence[Case], *, use_cache: bool = True) -> list[Outcome]:
    """Lint all at once, as the command does, and sort what is found by case."""
    result = lint([case.path for case in chosen], Options(use_cache=use_cache))
    by_file: dict[str, list[Finding]] = {case.path.as_posix(): [] for case in chosen}
    for finding in result.findings:
        by_file[finding.file].append(finding)
    return [_outcome(case, by_file[case.path.as_posix()]) for case in chosen]


def _outcome(case: Case, findings: Iterable[Finding]) -> Outcome:
    right, wrong, caught = [], [], False
    for finding in findings:
        code, span = finding.diagnostic.code.id, finding.diagnostic.label.span
        if code == _UNDECIDED:
            continue  # says that it does not know
        if code == case.code and case.place is not None:
            path, line = case.place
            here = Path(span.source.path).resolve() == path.resolve()
            caught = caught or (here and span.begin.line == line)
        (right if code == case.code or code in case.also else wrong).append(finding)
    return Outcome(case, caught, tuple(right), tuple(wrong))


# ---- figures ----


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one family, or of all.

    Attributes:
        broken: Broken scenarios.
        caught: Of these, with the expected code at the expected place.
        right, wrong: Findings with a code of the family that are, and are not, the mistake.
    """

    broken: int
    caught: int
    right: int
    wrong: int

    @property
    def recall(self) -> float:
        return self.caught / self.broken if self.broken else 1.0

    @property
    def precision(self) -> float:
        found = self.right + self.wrong
        return self.right / found if found else 1.0


def figures(found: Iterable[Outcome], families: str = FAMILIES) -> dict[str, Figures]:
    """Figures by family, and in all under "all"."""
    broken, caught, right, wrong = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for outcome in found:
        if outcome.case.code is not None:
            broken[outcome.case.code[0]] += 1
            caught[outcome.case.code[0]] += outcome.caught
        right.update(f.diagnostic.code.id[0] for f in outcome.right)
        wrong.update(f.diagnostic.code.id[0] for f in outcome.wrong)
    named = {f: Figures(broken[f], caught[f], right[f], wrong[f]) for f in families}
    named["all"] = Figures(broken.total(), caught.total(), right.total(), wrong.total())
    return named


def table(found: Sequence[Outcome], families: str = FAMILIES) -> Iterator[str]:
    """The figures as lines of a Markdown table, and what the sound scenarios gave."""
    yield "| family | broken | caught | recall | findings right | wrong | precision |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for name, f in figures(found, families).items():
        yield (
            f"| {name} | {f.broken} | {f.caught} | {f.recall:.3f} | {f.right} | {f.wrong} "
            f"| {f.precision:.3f} |"
        )
    sound = [outcome for outcome in found if outcome.case.code is None]
    quiet = sum(not outcome.wrong for outcome in sound)
    yield ""
    yield f"Sound scenarios: {len(sound)}, without any finding: {quiet}."


def misses(found: Iterable[Outcome]) -> Iterator[str]:
    """A line for each broken scenario that is not caught, and for each wrong finding."""
    for outcome in found:
        case = outcome.case
        if case.code is not None and not outcome.caught:
            assert case.place is not None
            path, line = case.place
            said = ", ".join(map(_told, outcome.right)) or "nothing"
            yield f"missed {case.name}: {case.code} at {path.name}:{line}; said: {said}"
        for finding in outcome.wrong:
            yield f"wrong  {case.name}: {_told(finding)}: {finding.diagnostic.message}"


def _told(finding: Finding) -> str:
    span = finding.diagnostic.label.span
    return f"{finding.diagnostic.code.id} at {Path(span.source.path).name}:{span.begin.line}"


def record(found: Sequence[Outcome], day: date) -> None:
    """Put the figures in the place of those that the page has."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(_BEGIN)
    after = rest.split(_END)[1]
    figures = "\n".join(("", f"Measured on {day:%Y-%m-%d}:", "", *table(found), ""))
    PAGE.write_text(f"{before}{_BEGIN}{figures}{_END}{after}", encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    chosen = "".join(a for a in arguments if not a.startswith("-")) or FAMILIES
    found = outcomes(cases(chosen), use_cache="--no-cache" not in arguments)
    print("\n".join(table(found, chosen)))
    if "--record" in arguments:
        record(found, date.today())
    told = list(misses(found))
    if "--misses" in arguments:
        print("", *told, sep="\n")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
