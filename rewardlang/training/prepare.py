"""The embedded model, ready for GRPO: demonstrations, tokenizer and network of given scenarios."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from rewardlang.training import spoil
from rewardlang.training.plans import Demonstration, Solved, perform, solve, training_tasks
from rewardlang.training.settings import TrainSettings
from rewardlang.training.tokenizer import Corpus
from rewardlang_runtime import Environment, Rng, Scenario

TARGET = 0.45
"""Mean reward of mixed demonstrations: a start from which there is far to go, but not from 0."""
RIGHT = 8
"""One in so many mixed demonstrations is right, so that what was learned is not forgotten."""
CALIBRATED_ON = 200
"""Tasks on which the strength of spoiling is found."""
FILLED = 32
"""Tasks for which each prompt template is filled, to find its constant text."""
NOTES = "start.json"
"""Written last into the folder of a prepared model, so that a half-made one is made again."""


class Lesson(NamedTuple):
    """One scenario's demonstrations and what else its tokens are made from.

    Attributes:
        clean: The oracle's episodes.
        mixed: Episodes spoiled on purpose, with some of the oracle's between them.
        corpus: For the tokenizer.
        notes: For the summary: mean rewards and the strength of spoiling.
    """

    clean: list[Demonstration]
    mixed: list[Demonstration]
    corpus: Corpus
    notes: dict[str, Any]


def lesson(scenario: Scenario, clean: int, mixed: int, seed: int) -> Lesson:
    """Demonstrations of `scenario`: `clean` right ones and `mixed` spoiled ones."""
    env = Environment(scenario, split="train")
    tasks = training_tasks(scenario, Rng("demonstrations", scenario.name, seed))
    solved = [solve(env, task) for task in islice(tasks, clean + mixed)]
    known = spoil.learn(env, solved, seed)
    target = (RIGHT * TARGET - 1) / (RIGHT - 1)
    strength = spoil.calibrate(env, solved[:CALIBRATED_ON], known, target)
    right = [perform(env, one.task, one.plan) for one in solved[:clean]]
    rng = Rng("spoil", scenario.name, seed)
    mixed_ones = spoil.spoiled(env, solved[clean:], known, strength, rng)
    for index in range(0, mixed, RIGHT):
        one = solved[clean + index]
        mixed_ones[index] = perform(env, one.task, one.plan)
    conversations = [d.messages for d in (*right, *mixed_ones)]
    return Lesson(
        right,
        mixed_ones,
        Corpus(env.tools, conversations, filled_templates(env, solved[:FILLED])),
        {
            "strength": round(strength, 4),
            "clean_reward": _mean(right),
            "mixed_reward": _mean(mixed_ones),
        },
    )


def _mean(demonstrations: Sequence[Demonstration]) -> float | None:
    rewards = [d.reward for d in demonstrations]
    return round(sum(rewards) / len(rewards), 6) if rewards else None


def filled_templates(env: Environment, solved: Sequence[Solved]) -> list[list[str]]:
    """Each of the scenario's templates for prompts, system message and answer, filled."""
    scenario = env.scenario
    texts: list[list[str]] = [[] for _ in range(len(scenario.prompts) + 2)]
    for one in solved:
        env.reset(seed=one.task.seed)
        episode = env.episode
        for index, prompt in enumerate(scenario.prompts):
            texts[index].append(prompt(episode.initial, episode.params, episode.setup))
        texts[-2].append(env.system or "")
        texts[-1].append(one.plan.answer)
    return texts


def interleaved(groups: Sequence[Sequence[Demonstration]]) -> list[Demonstration]:
    """The demonstrations of several scenarios in turns, so that a batch has some of each."""
    longest = max(len(group) for group in groups)
    return [group[i] for i in range(longest) for group in groups if i < len(group)]


def prepare(
    settings: TrainSettings,
    scenarios: Sequence[Scenario],
    folder: Path,
    device: str,
    on_step: Callable[[int, float], None],
) -> dict[str, Any]:
    """Make the embedded model for `scenarios` and save it in `folder`.

    Returns:
        Notes on how it was made, also saved: sizes, token limits, rewards of demonstrations.
    """
    from rewardlang.training.model import build_tiny
    from rewardlang.training.tokenizer import build_tokenizer
    from rewardlang.training.warm_start import encode, longest, warm_start

    warm, share = settings.warm_start, len(scenarios)
    clean, mixed = warm.clean_steps * warm.batch, warm.mixed_steps * warm.batch
    lessons = [
        lesson(scenario, -(-clean // share), -(-mixed // share), settings.seed)
        for scenario in scenarios
    ]
    tokenizer = build_tokenizer(
        [one.corpus for one in lessons], settings.tiny.vocabulary, settings.tiny.context
    )
    tools = {s.name: one.corpus.tools for s, one in zip(scenarios, lessons, strict=True)}
    shown = [
        *interleaved([one.clean for one in lessons])[:clean],
        *interleaved([one.mixed for one in lessons])[:mixed],
    ]
    examples = [encode(tokenizer, d.messages, tools[d.scenario]) for d in shown]
    model = build_tiny(tokenizer, settings.tiny, settings.seed)
    warm_start(model, examples, warm, tokenizer.pad_token_id, device, on_step)
    episode, turn = longest(examples)
    notes = {
        "parameters": sum(weights.numel() for weights in model.parameters()),
        "tokens": len(tokenizer),
        "demonstrations": len(shown),
        "tokens_per_demonstration": round(sum(len(e.ids) for e in examples) / len(examples), 1),
        "longest_episode": episode,
        "longest_turn": turn,
        "scenarios": {s.name: one.notes for s, one in zip(scenarios, lessons, strict=True)},
    }
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / NOTES).write_text(json.dumps(notes, indent=2) + "\n", encoding="utf-8")
    return notes


def prepared(folder: Path) -> dict[str, Any] | None:
    """The notes of the model in `folder`, or None when it is not there or not finished."""
    path = folder / NOTES
    if not path.is_file():
        return None
    notes: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return notes
