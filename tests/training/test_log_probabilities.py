"""Log-probabilities of a few episodes at a time are those of all at once, and so are gradients."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is of the extra train")

from trl import GRPOTrainer  # noqa: E402  # after the skip, as these need torch

# For ruff: after the skip, as these need torch.
from rewardlang.training.grpo import _TOGETHER, Trainer  # noqa: E402

PROMPT, COMPLETION, WORDS = 12, 40, 50


def model() -> Any:
    """A tiny network with the head that TRL's trainer gives it."""
    from transformers import Qwen3Config, Qwen3ForCausalLM
    from trl.trainer.utils import add_fused_lm_head

    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=WORDS, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, intermediate_size=64, initializer_range=0.2,
    )  # fmt: skip
    made = Qwen3ForCausalLM(config)
    add_fused_lm_head(made, temperature=0.8, outputs=("log_probs", "entropy"))
    return made


def ragged(rows: int, longest: int, seed: int) -> tuple[Any, Any]:
    """Tokens and their mask: prompts end where completions begin, and both have any length."""
    rng = random.Random(seed)
    ids = torch.randint(0, WORDS, (rows, PROMPT + COMPLETION), generator=torch.manual_seed(seed))
    mask = torch.zeros_like(ids)
    for row in range(rows):
        ahead, after = rng.randint(1, PROMPT), rng.randint(1, longest)
        mask[row, PROMPT - ahead : PROMPT + after] = 1
    return ids, mask


def trainer() -> Any:
    """A trainer with what the method needs, without a run."""
    from accelerate import Accelerator

    made = Trainer.__new__(Trainer)
    made.accelerator = Accelerator(cpu=True)
    return made


def outcome(compute: Any, made: Any, ids: Any, mask: Any) -> tuple[Any, Any, list[Any]]:
    """Log-probabilities and entropies of real tokens, and the gradients of a loss over them."""
    made.zero_grad()
    logps, entropies, aux = compute(made, ids, mask, COMPLETION, compute_entropy=True)
    assert aux is None
    assert logps.shape == entropies.shape == (len(ids), COMPLETION)
    real = mask[:, PROMPT:].bool()
    weight = torch.linspace(-1, 1, len(ids))[:, None]  # as advantages, which differ by episode
    (logps * weight)[real].sum().backward()
    found = [p.grad.clone() for p in made.parameters()]
    return logps.detach()[real], entropies.detach()[real], found


@pytest.mark.parametrize(
    ("rows", "longest"),
    [(1, 5), (_TOGETHER, COMPLETION), (2 * _TOGETHER + 3, COMPLETION), (2 * _TOGETHER, 4)],
)
def test_a_few_at_a_time_are_all_at_once(rows: int, longest: int) -> None:
    made, together = model(), trainer()
    ids, mask = ragged(rows, longest, seed=rows)
    if longest == COMPLETION:
        mask[0, PROMPT:] = 1  # the one long episode
    whole = outcome(
        lambda *args, **options: GRPOTrainer._get_per_token_logps_and_entropies(
            together, *args, **options
        ),
        made, ids, mask,
    )  # fmt: skip
    parts = outcome(together._get_per_token_logps_and_entropies, made, ids, mask)
    torch.testing.assert_close(parts[0], whole[0], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(parts[1], whole[1], atol=1e-5, rtol=1e-4)
    for mine, theirs in zip(parts[2], whole[2], strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-4, rtol=1e-3)
    assert any(gradient.abs().max() > 0.1 for gradient in whole[2]), "there is something to compare"


def test_passes_are_no_wider_than_their_episodes() -> None:
    made, together = model(), trainer()
    ids, mask = ragged(4 * _TOGETHER, 3, seed=1)
    mask[5, PROMPT:] = 1
    widths: list[tuple[int, int]] = []
    forward = made.forward

    def measured(*args: Any, **inputs: Any) -> Any:
        widths.append(tuple(inputs["input_ids"].shape))
        return forward(*args, **inputs)

    made.forward = measured
    together._get_per_token_logps_and_entropies(made, ids, mask, COMPLETION)
    assert len(widths) == 4
    assert all(rows == _TOGETHER for rows, _ in widths)
    assert sorted(width > PROMPT + 3 for _, width in widths) == [False, False, False, True]


@pytest.mark.parametrize("case", ["processes", "aux", "images"])
def test_what_cannot_be_divided_is_left_to_trl(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    together = trainer()
    seen: list[Any] = []
    monkeypatch.setattr(
        GRPOTrainer,
        "_get_per_token_logps_and_entropies",
        lambda _, model, ids, *rest, **images: seen.append(len(ids)),
    )
    ids, mask = ragged(2 * _TOGETHER, 3, seed=2)
    options: dict[str, Any] = {"compute_aux_loss": case == "aux"}
    if case == "processes":
        together.accelerator = SimpleNamespace(num_processes=2)
    if case == "images":
        options["pixel_values"] = torch.zeros(1)
    together._get_per_token_logps_and_entropies(None, ids, mask, COMPLETION, **options)
    assert seen == [2 * _TOGETHER]
