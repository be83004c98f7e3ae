"""An API and a world by name or file, read and typed together."""

from __future__ import annotations

from pathlib import Path

from rewardlang import driver, model
from rewardlang.data import Overlay

STUB = "derive_ground.yaml"
"""The file, nowhere written, that names the API and the world."""
_TEXT = """\
rewardlang: 1
scenario: derive.ground
title: Nothing
use: [{api}]
world: {world}
prompt: Nothing.
limits: {{calls: 1}}
reward: {{parts: [{{id: none, weight: 1, check: 'answer == "nothing"'}}]}}
"""


def load(api: str, world: str) -> tuple[model.Api, model.World]:
    """The typed API and world.

    Args:
        api, world: Names as a scenario has them, or files in folders `apis` and `worlds`.

    Raises:
        CheckFailed: A file is not there, or has errors.
    """
    folder = Path()
    for given in (api, world):
        path = Path(given)
        if path.suffix in (".yaml", ".yml"):
            folder = path.parent.parent if path.parent.name in ("apis", "worlds") else path.parent
    stub = folder / STUB
    text = _TEXT.format(api=Path(api).stem, world=Path(world).stem)
    files = Overlay()
    files.texts[stub] = text
    checked = driver.check(stub, files)
    if checked.judgeable is None:
        errors = tuple(d for d in checked.diagnostics if d.code.level == "error")
        raise driver.CheckFailed(errors)
    return checked.judgeable.apis[0], checked.judgeable.world
