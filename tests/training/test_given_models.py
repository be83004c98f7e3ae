"""Models that were not made here: real architectures and chat templates, made tiny from nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from training.conftest import WIKI, short, silent

from rewardlang.driver import load
from rewardlang.training.evaluate import evaluate_model
from rewardlang.training.prepare import lesson
from rewardlang.training.run import train
from rewardlang.training.settings import EvalSettings, Lora, TrainingError
from rewardlang.training.watch import read_lines


def tokenizer(template: str) -> Any:
    """A byte-level BPE with Qwen's markers and one of Qwen's own templates."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    shown = lesson(load(WIKI), 16, 0, 0).clean
    texts = [json.dumps(demonstration.messages) for demonstration in shown]
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    markers = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=700,
        special_tokens=markers,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    bpe.train_from_iterator([*texts, template] * 2, trainer)
    made = PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    made.add_tokens(["<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"])
    made.chat_template = template
    return made


@pytest.fixture(scope="module")
def qwen3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM
    from trl.chat_template_utils import qwen3_chat_template

    folder = tmp_path_factory.mktemp("models") / "qwen3"
    words = tokenizer(qwen3_chat_template)
    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, intermediate_size=64, max_position_embeddings=8192,
        eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id, bos_token_id=None,
    )  # fmt: skip
    Qwen3ForCausalLM(config).save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def qwen3_5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import Qwen3_5ForCausalLM, Qwen3_5TextConfig
    from trl.chat_template_utils import qwen3_5_nothink_chat_template

    folder = tmp_path_factory.mktemp("models") / "qwen3_5"
    words = tokenizer(qwen3_5_nothink_chat_template)
    torch.manual_seed(0)
    config = Qwen3_5TextConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, intermediate_size=64, max_position_embeddings=8192,
        linear_num_key_heads=1, linear_num_value_heads=2, linear_key_head_dim=16,
        linear_value_head_dim=16, layer_types=["linear_attention", "full_attention"],
        eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id, bos_token_id=None,
    )  # fmt: skip
    Qwen3_5ForCausalLM(config).save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


BRIEF: dict[str, Any] = {
    "steps": 1, "prompts": 1, "generations": 2, "eval_tasks": 1, "max_turn_tokens": 8,
    "max_episode_tokens": 600, "temperature": 1.0,
}  # fmt: skip


def test_adapters_are_trained_saved_and_measured(qwen3: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    settings = short(**BRIEF, model=str(qwen3), output=str(run), lora=Lora(rank=4, alpha=8))
    summary = train(settings, silent())
    assert summary.status == "complete"
    assert summary.warm_start == {}
    assert not (run / "start").exists()
    adapter = json.loads((run / "model" / "adapter_config.json").read_text())
    assert {name.rsplit(".", 1)[-1] for name in adapter["target_modules"]} == {
        "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj",
    }  # fmt: skip
    assert len(read_lines(run / "metrics.jsonl")) == 1
    measured = evaluate_model(EvalSettings((), str(run), tasks=1, temperature=0.0), silent())
    assert measured.total.tasks == 1


def test_all_weights_and_a_reference(qwen3: Path, tmp_path: Path) -> None:
    settings = short(
        **BRIEF, model=str(qwen3), output=str(tmp_path / "run"), lora=Lora(rank=0), beta=0.05
    )
    assert train(settings, silent()).status == "complete"
    assert (tmp_path / "run" / "model" / "model.safetensors").is_file()
    [row] = read_lines(tmp_path / "run" / "metrics.jsonl")
    assert row["kl"] is not None


def test_prompts_show_exact_schemas(qwen3: Path, tmp_path: Path) -> None:
    """Nested objects are in the prompt as the operation declares them, not as type hints do."""
    from rewardlang.training import grpo, model
    from rewardlang.training.rollouts import RolloutFactory

    settings = short(**BRIEF, model=str(qwen3), accumulation=1, learning_rate=1e-5)
    factories = {"wiki.create_page": RolloutFactory(WIKI)}
    row = {"prompt": [{"role": "user", "content": "Hi."}], "task": '["train", 0]',
           "environment": "wiki.create_page"}  # fmt: skip
    trainer = grpo.build_trainer(
        settings,
        grpo.configure(settings, tmp_path, "cpu", 8, 2),
        model.load_model(str(qwen3), "cpu"),
        model.load_tokenizer(str(qwen3)),
        factories,
        [row],
        [],
    )
    trainer._batch_environments = ["wiki.create_page"]
    ids, *_ = trainer._tokenize_prompts([row["prompt"]])
    text = trainer.processing_class.decode(ids[0])
    assert '"body": {"type": "object", "required": ["representation", "value"]' in text
    assert "inventPage" not in text


def test_hybrid_attention(qwen3_5: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    settings = short(**BRIEF, model=str(qwen3_5), output=str(run), lora=Lora(rank=2, alpha=4))
    assert train(settings, silent()).status == "complete"
    assert (run / "model" / "adapter_config.json").is_file()


def test_a_model_that_cannot_call_tools(qwen3: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    words = AutoTokenizer.from_pretrained(qwen3)
    words.chat_template = "{% for m in messages %}{{ m.content }}{% endfor %}"
    model = tmp_path / "model"
    words.save_pretrained(model)
    for name in ("config.json", "model.safetensors", "generation_config.json"):
        (model / name).write_bytes((qwen3 / name).read_bytes())
    with pytest.raises(TrainingError, match="does not render tool calls"):
        train(short(**BRIEF, model=str(model), output=str(tmp_path / "run")), silent())
