"""Scenarios from generated modules, without the compiler."""

from __future__ import annotations

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location

from rewardlang_runtime.rng import stream
from rewardlang_runtime.scenario import Scenario


def load_module(path: str | os.PathLike[str]) -> Scenario:
    """The scenario of a module that `rewardlang compile -o` wrote.

    The same file gives the same object for as long as the process runs.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is no module of a scenario.
    """
    full = os.path.realpath(path)
    if not os.path.isfile(full):
        raise FileNotFoundError(full)
    if not full.endswith(".py"):
        raise ValueError(
            f"{full} is no generated module; write one with `rewardlang compile {path} -o FILE.py`"
        )
    name = f"rewardlang_scenario_{stream(full):016x}"
    module = sys.modules.get(name)
    if module is None:
        spec = spec_from_file_location(name, full)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        sys.modules[name] = module  # so that its functions can be pickled by name
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    scenario = getattr(module, "SCENARIO", None)
    if not isinstance(scenario, Scenario):
        raise ValueError(f"{full} has no SCENARIO; it was not made by `rewardlang compile`")
    return scenario
