"""The code blocks of the README and the manual are run, and their generated pages are current.

How a block is run is decided by its language, the first word after the fence:

* `yaml` with a first line `# file: NAME` is written to NAME, in a folder that the blocks of a page
  share, and must lint without a finding. With `# wrong: NAME` it is only written. `yaml fragment`
  is a piece of a scenario: its keys go over those of a whole one, which must have no errors then.
* `toml` with a first line `# file: NAME` is written to NAME.
* `console`: lines after `$ ` are commands, the others what they print; a line `...` stands for any
  number of lines. `pytest --update-golden` writes what they print where there is no `...`.
* `python` is executed. `text`, `sh` and blocks without a language are only read.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from rewardlang import cli, driver

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").glob("*.md")),
]
FENCE = re.compile(r"^```([a-z]*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN, READ = {"yaml", "toml", "console", "python"}, {"", "text", "sh"}

WHOLE: dict[str, Any] = {
    "rewardlang": 1,
    "scenario": "jira.example",
    "title": "A scenario that fragments are put into",
    "use": ["jira"],
    "world": "acme",
    "params": {"key": 'one_of(["PAY-12", "PAY-13"])'},
    "prompt": "Look at {key}.",
    "reward": {"parts": [{"id": "looked", "weight": 1, "check": "called getIssue{ok}"}]},
    "oracle": [{"getIssue": {"issueIdOrKey": "{key}"}}],
}


@dataclass(frozen=True)
class Block:
    language: str
    info: str
    text: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(match[1], match[2].strip(), match[3], line)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_has_a_known_language(page: Path) -> None:
    for block in blocks(page):
        assert block.language in RUN | READ, f"{page}:{block.line}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#][^)]*)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize(
    "page", [p for p in PAGES if any(b.language in RUN for b in blocks(p))], ids=name_of
)
def test_blocks(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REWARDLANG_CACHE", str(tmp_path / "cache"))
    said: list[tuple[Block, str]] = []
    for block in blocks(page):
        where = f"{name_of(page)}:{block.line}"
        if block.language == "yaml":
            run_yaml(block, where)
        elif block.language == "toml":
            name = re.match(r"# file: (\S+)\n", block.text)
            assert name, f"{where}: a TOML block names its file"
            Path(name[1]).write_text(block.text.partition("\n")[2])
        elif block.language == "python":
            exec(compile(block.text, where, "exec"), {})
        elif block.language == "console":
            said.append((block, run_console(block, capsys)))
    if request.config.getoption("--update-golden"):
        update(page, said)
        return
    for block, printed in said:
        expected, actual = block.text.splitlines(), printed.splitlines()
        assert matches(expected, actual), f"{name_of(page)}:{block.line}\n{printed}"


def run_yaml(block: Block, where: str) -> None:
    if block.info == "fragment":
        path = Path("fragment.yaml")
        path.write_text(yaml.safe_dump(WHOLE | yaml.safe_load(block.text), sort_keys=False))
        found = [d for d in driver.check(path).diagnostics if d.code.level == "error"]
    else:
        heading = re.match(r"# (file|wrong): (\S+)\n", block.text)
        assert heading, f"{where}: a YAML block names its file"
        path = Path(heading[2])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text.partition("\n")[2])
        found = [] if heading[1] == "wrong" else list(driver.check(path).diagnostics)
    assert not found, f"{where}\n" + "\n".join(f"{d.label.span.begin} {d.message}" for d in found)


def run_console(block: Block, capsys: pytest.CaptureFixture[str]) -> str:
    """The block with what its commands print now."""
    lines = []
    for line in block.text.splitlines():
        if not line.startswith("$ "):
            continue
        program, *args = shlex.split(line[2:])
        lines.append(line)
        capsys.readouterr()
        if program == "cat":
            lines += Path(args[0]).read_text(encoding="utf-8").splitlines()
            continue
        assert program == "rewardlang", line
        with pytest.raises(SystemExit):
            cli.main(args)
        captured = capsys.readouterr()
        said = captured.out + captured.err
        lines += said.replace(f"{ROOT.as_posix()}/", "").splitlines()
    return "\n".join(lines) + "\n"


def matches(expected: list[str], actual: list[str]) -> bool:
    """Whether the lines agree, `...` standing for any number of lines."""
    if not expected:
        return not actual
    if expected[0] == "...":
        return any(matches(expected[1:], actual[i:]) for i in range(len(actual) + 1))
    return bool(actual) and expected[0] == actual[0] and matches(expected[1:], actual[1:])


def update(page: Path, said: list[tuple[Block, str]]) -> None:
    text = page.read_text(encoding="utf-8")
    for block, printed in said:
        if "\n...\n" not in "\n" + block.text:
            text = text.replace(f"```console\n{block.text}```", f"```console\n{printed}```")
    page.write_text(text, encoding="utf-8")


def test_matching() -> None:
    assert matches(["a", "...", "d"], ["a", "b", "c", "d"])
    assert matches(["..."], [])
    assert not matches(["a", "...", "d"], ["a", "b"])
    assert not matches(["a"], ["a", "b"])


def test_generated_pages_are_current(request: pytest.FixtureRequest) -> None:
    import importlib.util

    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    for name, page in generate.PAGES.items():
        path = ROOT / "docs" / "manual" / name
        if request.config.getoption("--update-golden"):
            path.write_text(page(), encoding="utf-8", newline="\n")
        assert path.read_text(encoding="utf-8") == page(), "run: python docs/generate.py"
