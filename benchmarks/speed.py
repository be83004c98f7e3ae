"""Scoring, episodes and one expression against plain Python written by hand; prints ratios.

Run: python benchmarks/speed.py [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import handwritten
from compare import Ratio, compare

from rewardlang import driver
from rewardlang_runtime import Environment, Scenario
from rewardlang_runtime.messages import score_messages

HERE = Path(__file__).parent
KEY = "APP-4"
CALLS = (
    ("search_issues", '{"status": "To Do"}'),
    ("get_issue", '{"key": "APP-4"}'),
    ("list_transitions", '{"key": "APP-4"}'),
    ("do_transition", '{"key": "APP-4", "transition": "11"}'),
)


class Row(NamedTuple):
    """One line of the table."""

    name: str
    result: Ratio
    target: float


def episode_of(scenario: Scenario) -> tuple[Environment, Callable[[], list[str]]]:
    """An environment, and one episode of the job in it: reset and four calls."""
    environment = Environment(scenario)
    options = {"params": {"key": KEY}}

    def run() -> list[str]:
        environment.reset(seed=0, options=options)
        call = environment.call
        return [call(name, arguments) for name, arguments in CALLS]

    return environment, run


def by_hand(count: int) -> tuple[handwritten.Tracker, Callable[[], list[str]]]:
    """The same episode in the environment written by hand."""
    tracker = handwritten.Tracker(count)

    def run() -> list[str]:
        tracker.reset()
        call = tracker.call
        return [call(name, arguments) for name, arguments in CALLS]

    return tracker, run


def chat(replies: list[str]) -> list[dict[str, Any]]:
    """The episode as OpenAI-style chat messages."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": f"Start {KEY}."}]
    for i, ((name, arguments), reply) in enumerate(zip(CALLS, replies, strict=True)):
        function = {"name": name, "arguments": arguments}
        call = {"id": f"call_{i}", "type": "function", "function": function}
        messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": f"call_{i}", "content": reply})
    messages.append({"role": "assistant", "content": f"Started {KEY}."})
    return messages


def fresh_chats(replies: list[str], count: int = 4_000) -> Iterator[list[dict[str, Any]]]:
    """Episodes without end in which hardly an argument text was seen before."""
    chats = []
    for number in range(count):
        episode = chat(replies)
        for message in episode:
            for call in message.get("tool_calls") or ():
                function = call["function"]
                function["arguments"] = function["arguments"].replace("}", f', "n": {number}}}')
        chats.append(episode)
    return cycle(chats)


def expression_by_hand(world: Any, params: dict[str, Any]) -> float:
    """`expression.yaml`'s one part, written by hand."""
    issue = world["issues"].get(params["key"])
    fields = issue["fields"]
    assignee = fields["assignee"]
    return (
        1.0
        if (
            fields["status"]["name"] == "Done"
            and fields["status"]["category"] in ("done", "closed")
            and fields["priority"]["name"] != "Low"
            and assignee is not None
            and assignee["name"] == "ana"
            and fields["votes"]["count"] + fields["watchers"]["count"] * 2 >= 10
            and fields["points"] <= 8
        )
        else 0.0
    )


def measure() -> list[Row]:
    """Every row of the table, after asserting that both sides agree."""
    small = driver.load(HERE / "job" / "job_20.yaml")
    large = driver.load(HERE / "job" / "job_1000.yaml")
    environment, run = episode_of(small)
    tracker, run_by_hand = by_hand(20)
    _, run_large = episode_of(large)
    _, run_large_by_hand = by_hand(1000)
    replies = run()
    assert replies == run_by_hand(), "the two environments answer differently"
    assert run_large() == run_large_by_hand(), "the two large environments answer differently"
    messages = chat(replies)
    episode, params, trace = environment.episode, environment.params, tracker.trace
    detail = score_messages(small, params, messages)
    reward, parts = handwritten.score_messages(messages, KEY)
    assert detail.reward == round(reward, 6)
    assert detail.parts == parts
    assert small.reward(episode) == detail.reward
    assert round(handwritten.score_calls(trace, KEY), 6) == detail.reward

    def score_by_hand() -> object:
        return handwritten.score_messages(messages, KEY)

    ours_next, theirs_next = fresh_chats(replies), fresh_chats(replies)
    expression = driver.load(HERE / "job" / "expression.yaml")
    expression_environment = Environment(expression)
    expression_environment.reset(seed=0)
    e = expression_environment.episode
    ours = expression.reward

    def theirs(e: Any) -> float:
        return expression_by_hand(e.final, e.params)

    assert ours(e) == theirs(e) == 1.0
    score_episode = small.reward
    return [
        Row("score chat messages, per part",
            compare(lambda: score_messages(small, params, messages), score_by_hand), 0.45),
        Row("(the same, every text new)",
            compare(lambda: score_messages(small, params, next(ours_next)),
                    lambda: handwritten.score_messages(next(theirs_next), KEY)), 1.0),
        Row("score recorded calls",
            compare(lambda: score_episode(episode), score_by_hand), 0.10),
        Row("(by hand, recorded calls)",
            compare(lambda: handwritten.score_calls(trace, KEY), score_by_hand), 1.0),
        Row("episode, 20 issues", compare(run, run_by_hand), 0.45),
        Row("episode, 1,000 issues", compare(run_large, run_large_by_hand), 0.35),
        Row("episode, 1,000 issues against 20", compare(run_large, run), 1.30),
        Row("one expression", compare(lambda: ours(e), lambda: theirs(e)), 1.10),
    ]  # fmt: skip


def main() -> int:
    """Print the table; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the rows here")
    options = parser.parse_args()
    rows = measure()
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    print(f"{'':36}{'ours us':>10}{'by hand us':>12}{'ratio':>8}{'target':>8}")
    for row in rows:
        r = row.result
        mark = "" if r.ratio <= row.target else "  missed"
        print(
            f"{row.name:36}{r.ours_us:10.2f}{r.theirs_us:12.2f}{r.ratio:8.3f}{row.target:8.2f}{mark}"
        )
    if options.json:
        options.json.write_text(
            json.dumps([{"name": r.name, **r.result._asdict(), "target": r.target} for r in rows])
        )
    return int(any(row.result.ratio > row.target for row in rows))


if __name__ == "__main__":
    sys.exit(main())
