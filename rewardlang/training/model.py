"""The models that are trained: the embedded network, made from nothing, and any that is given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch

from rewardlang.training.settings import ADAPTER, TinyModel, TrainingError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def pick_device(wanted: str) -> str:
    """`wanted`, or for "auto" what torch sees.

    Raises:
        TrainingError: A GPU is asked for and torch sees none.
    """
    if wanted == "cuda" and not torch.cuda.is_available():
        raise TrainingError("torch sees no GPU; use --device cpu, or install a CUDA build of torch")
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return wanted


def build_tiny(
    tokenizer: PreTrainedTokenizerBase, settings: TinyModel, seed: int
) -> PreTrainedModel:
    """A network of Qwen3's architecture with random weights that depend on `seed` alone."""
    from transformers import Qwen3Config, Qwen3ForCausalLM

    head = settings.hidden // settings.heads
    config = Qwen3Config(
        vocab_size=(len(tokenizer) + 63) // 64 * 64,
        hidden_size=settings.hidden,
        num_hidden_layers=settings.layers,
        num_attention_heads=settings.heads,
        num_key_value_heads=max(1, settings.heads // 2),
        head_dim=head,
        intermediate_size=settings.hidden * 11 // 4,
        max_position_embeddings=settings.context,
        tie_word_embeddings=True,
        initializer_range=0.02,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    torch.manual_seed(seed)
    model = Qwen3ForCausalLM(config)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    return model


def load_tokenizer(path: str) -> PreTrainedTokenizerBase:
    """The tokenizer of a model folder or hub name.

    Raises:
        TrainingError: There is none, or its chat template has no tool calls.
    """
    from transformers import AutoTokenizer
    from trl.chat_template_utils import supports_tool_calling

    try:
        tokenizer = AutoTokenizer.from_pretrained(path, padding_side="left")
    except (OSError, ValueError) as error:
        raise TrainingError(f"no tokenizer could be loaded from `{path}`: {error}") from error
    if not supports_tool_calling(tokenizer):
        raise TrainingError(
            f"the chat template of `{path}` does not render tool calls; rewardlang trains models "
            "that were made to call tools, such as Qwen3"
        )
    return tokenizer


def load_model(path: str, device: str) -> PreTrainedModel:
    """A causal language model from a folder or the hub; adapters saved beside it are applied.

    Bfloat16 on a GPU, float32 elsewhere. A hub checkpoint with pictures (Qwen3.5) is loaded as
    its text part.

    Raises:
        TrainingError: It cannot be loaded.
    """
    from transformers import AutoModelForCausalLM

    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    try:
        if (Path(path) / ADAPTER).is_file():
            from peft import AutoPeftModelForCausalLM

            loaded = AutoPeftModelForCausalLM.from_pretrained(path, dtype=dtype)
            return loaded.merge_and_unload()
        return AutoModelForCausalLM.from_pretrained(path, dtype=dtype)
    except (OSError, ValueError) as error:
        raise TrainingError(f"no model could be loaded from `{path}`: {error}") from error
