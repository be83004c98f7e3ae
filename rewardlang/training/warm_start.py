"""Supervised steps that teach the embedded model to talk to the tools, with bad habits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import torch

from rewardlang.training.chat import Message, Tool
from rewardlang.training.settings import WarmStart

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

IGNORED = -100
"""The label of a token that is no part of the loss: torch's own convention."""
RAMP = 10
"""Steps over which the learning rate rises to its full value."""
HABITS = 0.3
"""Share of the learning rate at which bad habits are learned."""


class Example(NamedTuple):
    """A conversation in tokens; `said` marks those that the policy writes."""

    ids: list[int]
    said: list[int]


def encode(
    tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message], tools: Sequence[Tool]
) -> Example:
    """`messages` in tokens, with the assistant's own marked by the template."""
    encoded = tokenizer.apply_chat_template(
        list(messages),
        tools=list(tools),
        tokenize=True,
        return_dict=True,
        return_assistant_tokens_mask=True,
    )
    return Example(encoded["input_ids"], encoded["assistant_masks"])


def longest(examples: Sequence[Example]) -> tuple[int, int]:
    """The longest episode after the prompt, and the longest turn of the policy, in tokens."""
    episode = turn = 0
    for ids, said in examples:
        episode = max(episode, len(ids) - said.index(1) if 1 in said else 0)
        run = 0
        for mine in said:
            run = run + 1 if mine else 0
            turn = max(turn, run)
    return episode, turn


def rate(step: int, clean: int, mixed: int) -> float:
    """Share of the learning rate at `step`: a ramp, level, then low and falling.

    Bad habits are learned at a fraction of the rate, as they are simple: at the full rate the
    model forgets in 40 steps how to copy what the habits leave out.
    """
    if step < clean:
        return min(1.0, (step + 1) / RAMP)
    return HABITS * max(0.1, 1.0 - (step - clean) / max(1, mixed))


def optimizers_of(model: PreTrainedModel, learning_rate: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the blocks, AdamW for embeddings and norms.

    Muon learns to copy from the prompt in half the steps that AdamW takes (measured on the
    embedded model: 40 against 95 to the same loss).

    Source: Jordan et al., Muon, 2024, https://kellerjordan.github.io/posts/muon/.
    """
    blocks: list[torch.Tensor] = []
    rest: list[torch.Tensor] = []
    for name, weight in model.named_parameters():
        (blocks if weight.ndim == 2 and "embed" not in name else rest).append(weight)
    return [
        torch.optim.Muon(blocks, lr=20 * learning_rate, momentum=0.95, weight_decay=0.0),
        torch.optim.AdamW(rest, lr=3 * learning_rate, betas=(0.9, 0.95), weight_decay=0.01),
    ]


def batch_of(
    examples: Sequence[Example], pad: int, device: str
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids, attention mask and labels, each of shape (examples, longest), padded on the right."""
    width = max(len(e.ids) for e in examples)
    ids = torch.full((len(examples), width), pad)
    mask = torch.zeros((len(examples), width), dtype=torch.long)
    labels = torch.full((len(examples), width), IGNORED)
    for row, example in enumerate(examples):
        size = len(example.ids)
        tokens = torch.tensor(example.ids)
        ids[row, :size] = tokens
        mask[row, :size] = 1
        labels[row, :size] = torch.where(torch.tensor(example.said).bool(), tokens, IGNORED)
    return ids.to(device), mask.to(device), labels.to(device)


def warm_start(
    model: PreTrainedModel,
    examples: Sequence[Example],
    settings: WarmStart,
    pad: int,
    device: str,
    on_step: Callable[[int, float], None],
) -> None:
    """Train `model` in place on `examples`, `settings.batch` a step, in the order given.

    Args:
        model: A network; it is moved to `device`.
        examples: The clean ones first; as many as the steps of `settings` take.
        settings: Steps, batch and learning rate.
        pad: The id that fills short rows.
        device: "cpu" or "cuda"; on a GPU the arithmetic is bfloat16.
        on_step: Told the number of steps done and the loss after each.
    """
    model.to(device)
    model.train()
    optimizers = optimizers_of(model, settings.learning_rate)
    full = [[group["lr"] for group in optimizer.param_groups] for optimizer in optimizers]
    for step in range(settings.clean_steps + settings.mixed_steps):
        chosen = examples[step * settings.batch : (step + 1) * settings.batch]
        ids, mask, labels = batch_of(chosen, pad, device)
        share = rate(step, settings.clean_steps, settings.mixed_steps)
        for optimizer, rates in zip(optimizers, full, strict=True):
            for group, value in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = value * share
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        on_step(step + 1, loss.item())
