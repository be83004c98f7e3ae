"""How many operations of an API have a derived scenario, by group, and why the others have none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rewardlang.derive.load import load
from rewardlang.derive.tasks import CHAINS, derive


@dataclass(slots=True)
class Group:
    """The operations of one API file.

    Attributes:
        left: Operations without a scenario, each with the reason.
        found: Operations in whose scenario the judge finds something, with the codes.
        chains: How many scenarios there are of each kind of chain.
        unclean: The same in which the judge finds something: file and codes.
        without: Of each kind, how often there is none, by the reason.
    """

    name: str
    operations: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)
    found: list[tuple[str, str]] = field(default_factory=list)
    chains: Counter[str] = field(default_factory=Counter)
    unclean: list[tuple[str, str]] = field(default_factory=list)
    without: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def derived(self) -> int:
        """Operations that have a scenario."""
        return self.operations - len(self.left)

    @property
    def clean(self) -> int:
        """Operations with a scenario in which the judge found nothing."""
        return self.derived - len(self.found)


def groups(apis: Sequence[Path], out: Path) -> list[Group]:
    """Derive the scenarios of some API files, each with the world of its name, into a folder."""
    made = []
    for path in apis:
        group = Group(path.stem)
        world = path.parent.parent / "worlds" / path.name
        folder = out / path.stem
        folder.mkdir(parents=True, exist_ok=True)
        for each in derive(*load(path.as_posix(), world.as_posix())):
            if each.text:
                (folder / each.file).write_text(each.text, encoding="utf-8")
            if each.chain and each.text:
                group.chains[each.chain] += 1
            elif each.chain:
                group.without[each.chain, each.why] += 1
            else:
                group.operations += 1
                group.left += [] if each.text else [(each.operation, each.why)]
        made.append(group)
    return made


def judged(made: Iterable[Group], out: Path) -> None:
    """Note what the whole judge finds in the scenarios of groups."""
    from rewardlang.findings.run import Options, lint

    by_name = {group.name: group for group in made}
    files = sorted(out.glob("*/*.yaml"))
    found: dict[tuple[str, str], dict[str, None]] = {}
    for each in lint(files, Options()).findings:
        path = Path(each.file)
        found.setdefault((path.parent.name, path.stem), {})[each.diagnostic.code.id] = None
    for (name, stem), codes in found.items():
        if name in by_name:
            chained = stem.rpartition(".")[2] in CHAINS and "." in stem
            into = by_name[name].unclean if chained else by_name[name].found
            into.append((stem, ", ".join(codes)))


def table(made: Sequence[Group], with_judge: bool) -> str:
    """Markdown: a row for each group, then the reasons."""
    head = ["group", "operations", "derived", *(["clean"] if with_judge else []), "share", *CHAINS]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    whole = Group("all", sum(group.operations for group in made))
    for group in made:
        whole.left += group.left
        whole.found += group.found
        whole.chains += group.chains
        whole.unclean += group.unclean
        whole.without += group.without
        lines.append(_row(group, with_judge))
    lines.append(_row(whole, with_judge))
    lines += ["", "| left out | why |", "|---|---|"]
    lines += [f"| `{name}` | {why} |" for name, why in whole.left]
    if with_judge:
        found = [*whole.found, *whole.unclean]
        lines += [f"| `{name}` | the judge reports {codes} |" for name, codes in found]
    lines += ["", "| chain | not made, since | operations |", "|---|---|---|"]
    lines += [f"| {chain} | {why} | {n} |" for (chain, why), n in sorted(whole.without.items())]
    return "\n".join(lines)


def _row(group: Group, with_judge: bool) -> str:
    good = group.clean if with_judge else group.derived
    cells = [group.name, str(group.operations), str(group.derived)]
    cells += [str(group.clean)] if with_judge else []
    share = f"{100 * good / group.operations:.1f} %" if group.operations else ""
    chains = [_chained(group, chain, with_judge) for chain in CHAINS]
    return "| " + " | ".join([*cells, share, *chains]) + " |"


def _chained(group: Group, chain: str, with_judge: bool) -> str:
    """How many scenarios of a chain there are, and of them are clean: `11 of 12`."""
    made = group.chains[chain]
    unclean = sum(stem.endswith(f".{chain}") for stem, _ in group.unclean)
    return f"{made - unclean} of {made}" if with_judge else str(made)
