"""The two official documents, where they are: imported once each, files that check."""

from __future__ import annotations

from pathlib import Path

import pytest
from importer.playing import imported

from rewardlang import driver
from rewardlang.importer.importing import Imported

SPECS = Path(__file__).parents[3] / "shared" / "specs"

pytestmark = pytest.mark.skipif(
    not SPECS.is_dir(), reason="the official documents are not beside the repository"
)


@pytest.fixture(scope="module", params=["confluence-v2", "jira-v3"])
def official(request, tmp_path_factory) -> tuple[str, Path, Imported]:
    folder = tmp_path_factory.mktemp(request.param)
    return request.param, folder, imported(SPECS / f"{request.param}.openapi.json", folder)


def test_most_operations_are_modelled(official):
    name, _, made = official
    opaque = made.kinds["opaque"]
    operations, modelled = {"confluence-v2": (218, 206), "jira-v3": (616, 398)}[name]
    assert len(made.drafts) == operations
    assert operations - opaque >= modelled


def test_nothing_was_modelled_that_does_not_hold_together(official):
    _, _, made = official
    wrong = [d.name for d in made.drafts if any("as it was modelled" in n for n in d.notes)]
    assert wrong == []


def test_some_files_are_clean(official):
    """All of them are, which `benchmarks/import.py` shows; a few are looked at here."""
    _, folder, made = official
    for group in made.groups[::9]:
        for kind in ("apis", "worlds"):
            found = driver.check(folder / kind / f"{group.name}.yaml").diagnostics
            assert [f"{d.code.id} {d.message}" for d in found] == []
