"""What the rollouts of a run say of the scenarios among the files (G806 to G809)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rewardlang import driver
from rewardlang.judge.rollouts import BadRollouts, read
from rewardlang.judge.rollouts_rules import Watched, watch


class Trained:
    """The rollouts of a run folder or of a file."""

    def __init__(self, path: Path) -> None:
        """Read them.

        Raises:
            BadRollouts: There are none, or they are broken.
        """
        self.path = path
        try:
            self._found = read(path)
        except OSError as error:
            raise BadRollouts(f"{path}: {error.strerror}") from error

    def findings(self, paths: Sequence[Path]) -> dict[Path, Watched]:
        """The findings for each scenario file that has rollouts.

        Lines that name no scenario are of the only one.

        Raises:
            BadRollouts: They are of none of the files.
        """
        said: dict[Path, Watched] = {}
        for path in paths:
            scenario = driver.judgeable_of(path)
            mine = self._found.get(scenario.name)
            if mine is None and len(paths) == 1:
                mine = self._found.get(None)
            if mine is not None:
                said[path] = watch(scenario, mine)
        if paths and not said:
            of = ", ".join(f"`{name}`" for name in self._found if name is not None)
            raise BadRollouts(
                f"{self.path} holds rollouts of {of}, and of no scenario that is linted"
                if of
                else f"the lines of {self.path} name no `scenario`; lint one file alone"
            )
        return said
