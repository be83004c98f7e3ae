"""What a command needs beyond the plain installation, said before anything heavy is imported."""

from __future__ import annotations

from importlib.util import find_spec

from rewardlang.cli import Failure

_TRAINING = ("torch", "transformers", "trl", "datasets", "accelerate", "jinja2")


def need_training(command: str) -> None:
    """End with what to install when the packages of the extra `train` are not all there."""
    missing = [name for name in _TRAINING if find_spec(name) is None]
    if missing:
        raise Failure(
            f"`rewardlang {command}` needs {', '.join(missing)}: "
            'install with  pip install "rewardlang[train]"'
        )
