"""rewardlang: verifiable rewards, written in YAML, checked like a program, compiled to Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rewardlang.driver import Checked, CheckFailed, Compiled, check, compile_file, load

__version__ = "0.1.0"

__all__ = ["CheckFailed", "Checked", "Compiled", "check", "compile_file", "load"]


def __getattr__(name: str) -> object:
    # Imported when asked for: `import rewardlang` is part of every command's start.
    if name in __all__:
        from rewardlang import driver

        return getattr(driver, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
