"""GRPO by TRL's trainer: the one module that touches TRL, and the private parts that it needs.

Held to TRL 1.16 by pyproject.toml. What is reached into: `_env_tools` (the schemas that prompts
show, which type hints would flatten), `_sync_tool_dicts` (so that a call of an unknown tool
reaches the environment), `parse_response` (see `turns.py`), the methods that are timed, and the one
that computes log-probabilities.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import datasets
import torch
import trl
import trl.trainer.grpo_trainer as trl_grpo
from transformers import PrinterCallback
from trl import GRPOConfig, GRPOTrainer

from rewardlang.training.rollouts import RolloutFactory, Scorer, Tools, Where
from rewardlang.training.settings import TrainingError, TrainSettings
from rewardlang.training.turns import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transformers import PreTrainedModel, PreTrainedTokenizerBase, TrainerCallback

Json = Any
Row = dict[str, Json]

READER_MARK = "_rewardlang_reader"

_TOGETHER = 8
"""Episodes whose log-probabilities are computed in one pass."""


def quiet() -> None:
    """Keep the libraries' bars and notes off the console; what matters is raised or shown."""
    import warnings

    from transformers.utils import logging

    datasets.disable_progress_bars()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    warnings.filterwarnings("ignore", category=FutureWarning, module="(trl|transformers|torch)")


def _mend_parser() -> None:
    if not hasattr(trl_grpo.parse_response, READER_MARK):
        mended = reader(trl_grpo.parse_response)
        setattr(mended, READER_MARK, True)
        trl_grpo.parse_response = mended


class Trainer(GRPOTrainer):  # type: ignore[misc]  # their base classes have no types here
    """GRPOTrainer whose tools have exact schemas and whose environments see every call.

    Attributes:
        spent: Seconds by phase, and turns, since the last `take_spent`.
        scorer: The reward function, which holds records of the episodes.
    """

    def __init__(self, schemas: Mapping[str, Sequence[Json]], scorer: Scorer, **options: Any):
        _mend_parser()
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.scorer = scorer
        super().__init__(reward_funcs=scorer, **options)
        found = getattr(self, "_env_tools", {})
        if set(found) != set(schemas):
            raise TrainingError(
                f"TRL {trl.__version__} keeps its tools elsewhere; rewardlang needs TRL 1.16"
            )
        self._env_tools = {name: list(tools) for name, tools in schemas.items()}
        self.remove_callback(PrinterCallback)

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.spent[phase] += time.perf_counter() - began

    def take_spent(self) -> dict[str, float]:
        """What was spent since the last call."""
        spent, self.spent = dict(self.spent), defaultdict(float)
        return spent

    def _generate_single_turn(self, *args: Any, **kwargs: Any) -> Any:
        with self._timed("generate"):
            generated = super()._generate_single_turn(*args, **kwargs)
        self.spent["generated_tokens"] += sum(len(ids) for ids in generated[0])
        return generated

    def _generate_and_score_completions(self, *args: Any, **kwargs: Any) -> Any:
        with self._timed("rollout"):
            return super()._generate_and_score_completions(*args, **kwargs)

    def _calculate_rewards(self, *args: Any, **kwargs: Any) -> Any:
        with self._timed("reward"):
            return super()._calculate_rewards(*args, **kwargs)

    def _tool_call_loop(self, *args: Any, **kwargs: Any) -> Any:
        self._sync_tool_dicts = [Tools(environment) for environment in self.environments]
        return super()._tool_call_loop(*args, **kwargs)

    def _get_per_token_logps_and_entropies(
        self,
        model: Any,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        logits_to_keep: int,
        batch_size: int | None = None,
        compute_entropy: bool = False,
        compute_aux_loss: bool = False,
        **images: Any,
    ) -> Any:
        """TRL's, for a few episodes of about one length at a time, without the others' padding.

        One episode of many calls is ten times as long as the rest, and would make all rows as long:
        on a CPU a step of 64 episodes took 28 s with one such and 3.4 s without.
        """
        compute = super()._get_per_token_logps_and_entropies
        # Several passes before one gradient are more than DistributedDataParallel allows.
        alone = self.accelerator.num_processes == 1 and not compute_aux_loss
        if not alone or any(image is not None for image in images.values()):
            return compute(
                model, input_ids, attention_mask, logits_to_keep, batch_size,
                compute_entropy, compute_aux_loss, **images,
            )  # fmt: skip
        width = input_ids.size(1)
        logps = input_ids.new_zeros((len(input_ids), logits_to_keep), dtype=torch.float32)
        entropies = torch.zeros_like(logps) if compute_entropy else None
        order = attention_mask.sum(1).argsort(stable=True)
        # For mypy: torch's, without types.
        for rows in order.split(_TOGETHER):  # type: ignore[no-untyped-call]
            used = attention_mask[rows].any(0).nonzero()
            # A prompt and a completion have a token each, whatever is padding.
            start = min(int(used[0]), width - logits_to_keep - 1)
            end = max(int(used[-1]) + 1, width - logits_to_keep + 1)
            kept = logits_to_keep - (width - end)
            found, entropy, _ = compute(
                model, input_ids[rows, start:end], attention_mask[rows, start:end], kept,
                compute_entropy=compute_entropy,
            )  # fmt: skip
            columns = torch.arange(kept, device=rows.device)
            logps = logps.index_put((rows[:, None], columns), found.float())
            if entropies is not None:
                entropies[rows, :kept] = entropy.detach().float()
        return logps, entropies, None

    def prediction_step(self, model: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Run the episodes of an evaluation batch; its loss says nothing and is not computed."""
        self._prepare_inputs(inputs)
        return torch.zeros(()), None, None

    def run_tasks(self, rows: Sequence[Row], where: Where) -> list[Json]:
        """One episode for each row, without learning, and their records in the order of rows."""
        from accelerate.utils import gather_object

        before, self.scorer.where = self.scorer.where, where
        sampling = self.generation_config.do_sample
        greedy = where.decoding == "greedy"
        self.generation_config.do_sample = not greedy
        engine = self.vllm_generation if self.use_vllm else None
        if engine is not None and greedy:
            engine.temperature = 0.0
        self.scorer.take()
        try:
            self.evaluate(datasets.Dataset.from_list(list(rows)))
        finally:
            self.scorer.where = before
            self.generation_config.do_sample = sampling
            if engine is not None:
                engine.temperature = self.args.temperature
        # Processes share the rows out and may repeat some to come out even.
        records = {(r["scenario"], r["seed"]): r for r in gather_object(self.scorer.take())}
        return [records[key] for key in sorted(records)]


def per_device(settings: TrainSettings, processes: int) -> int:
    """Episodes that one process holds at a time.

    Raises:
        TrainingError: The episodes of a step cannot be shared out evenly.
    """
    episodes = settings.prompts * settings.generations
    slices = processes * (settings.accumulation or 1)
    if settings.generations < 2:
        raise TrainingError("a group needs at least two episodes: --generations 2 or more")
    if episodes % slices:
        raise TrainingError(
            f"{settings.prompts} prompts x {settings.generations} generations cannot be shared "
            f"out between {processes} processes in {settings.accumulation or 1} slices each"
        )
    return episodes // slices


def configure(
    settings: TrainSettings,
    folder: Path,
    device: str,
    calls: int,
    eval_batch: int,
) -> GRPOConfig:
    """TRL's settings for a run.

    Args:
        settings: Resolved, token limits included.
        folder: Where checkpoints go.
        device: "cpu" or "cuda".
        calls: The most calls that an episode of any scenario may make.
        eval_batch: Episodes at a time in an evaluation.
    """
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    real = not settings.embedded
    use_vllm = wants_vllm(settings, device)
    assert settings.max_turn_tokens is not None
    turn = "max_tokens" if use_vllm else "max_new_tokens"
    return GRPOConfig(
        output_dir=str(folder),
        per_device_train_batch_size=per_device(settings, processes),
        per_device_eval_batch_size=eval_batch,
        gradient_accumulation_steps=settings.accumulation,
        num_generations=settings.generations,
        num_generations_eval=1,
        max_completion_length=settings.max_episode_tokens,
        # One turn more than calls, to hear that there are none left.
        max_tool_calling_iterations=calls + 1,
        generation_kwargs={turn: settings.max_turn_tokens},
        temperature=settings.temperature,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="linear",
        max_steps=settings.steps,
        weight_decay=0.0,
        max_grad_norm=1.0,
        beta=settings.beta,
        loss_type="dapo",
        scale_rewards="group",
        shuffle_dataset=False,
        bf16=device == "cuda",
        gradient_checkpointing=real,
        use_cpu=device == "cpu",
        use_vllm=use_vllm,
        vllm_mode="colocate",
        vllm_gpu_memory_utilization=0.35,
        vllm_max_model_length=8192 if use_vllm else None,
        logging_steps=1,
        save_strategy="steps",
        save_steps=settings.save_every,
        save_total_limit=2,
        report_to=[],
        disable_tqdm=True,
        # TRL writes completions as a table, which fails where tools' arguments differ in type.
        log_completions=False,
        chat_template_kwargs={"enable_thinking": False} if real else {},
        seed=settings.seed,
        dataloader_num_workers=0,
        dataloader_pin_memory=device == "cuda",
    )


def wants_vllm(settings: TrainSettings, device: str) -> bool:
    """Whether to generate with vLLM.

    Raises:
        TrainingError: It is asked for and cannot be had.
    """
    from importlib.util import find_spec

    if settings.vllm == "off":
        return False
    there = find_spec("vllm") is not None and device == "cuda"
    if settings.vllm == "on":
        if not there:
            raise TrainingError("--vllm on needs a GPU and `pip install vllm`")
        return True
    return there and not settings.embedded


def adapters(settings: TrainSettings) -> Any:
    """The LoRA configuration of a run, or None where all weights are trained."""
    if settings.embedded or not settings.lora.rank:
        return None
    from peft import LoraConfig

    return LoraConfig(
        r=settings.lora.rank,
        lora_alpha=settings.lora.alpha,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )


def build_trainer(
    settings: TrainSettings,
    config: GRPOConfig,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    factories: Mapping[str, RolloutFactory],
    rows: Sequence[Row],
    callbacks: Sequence[TrainerCallback],
) -> Trainer:
    """The trainer of a run; a row's `environment` says which scenario it is of."""
    schemas = {name: factory()._env.tools for name, factory in factories.items()}
    return Trainer(
        schemas=schemas,
        scorer=Scorer(),
        model=model,
        args=config,
        train_dataset=datasets.Dataset.from_list(list(rows)),
        processing_class=tokenizer,
        environment_factory=dict(factories),
        callbacks=list(callbacks),
        peft_config=adapters(settings),
    )
