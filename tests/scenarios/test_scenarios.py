"""The shipped scenarios: the oracle earns everything, and what should earn little does."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from rewardlang import driver, policies, trials
from rewardlang_runtime import Environment, Scenario

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))
SATURATED = ROOT / "examples" / "saturated_transition.yaml"
DRAWS = 200


@cache
def load(path: Path) -> Scenario:
    return driver.load(path)


@cache
def trials_of(path: Path) -> tuple[Any, ...]:
    found = driver.check(path).scenario
    assert found is not None
    return found, found.tests


shipped = pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)


def test_there_are_six() -> None:
    assert [path.stem for path in SHIPPED] == [
        "confluence_create_page",
        "confluence_read_page",
        "jira_add_labels",
        "jira_create_issue",
        "jira_get_issue",
        "jira_transition_issue",
    ]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_files_have_nothing_to_report(path: Path) -> None:
    assert [f"{d.code.id} {d.message}" for d in driver.check(path).diagnostics] == []


def test_the_saturated_reward_pays_for_calls_that_show_nothing() -> None:
    found = [(d.code.id, d.label.span.text) for d in driver.check(SATURATED).diagnostics]
    assert found == [
        ("S307", "getTransitions"),
        ("S308", "getTransitions"),
        ("S307", "doTransition"),
        ("S308", "doTransition"),
        ("S308", "getTransitions{ok}"),
        ("S307", "doTransition"),
        ("S308", "doTransition"),
        ("S308", "doTransition{ok}"),
    ]


@pytest.mark.parametrize("path", [*SHIPPED, SATURATED], ids=lambda p: p.stem)
def test_the_tests_in_the_file_pass(path: Path) -> None:
    scenario, tests = trials_of(path)
    failed = []
    for test in tests:
        trial = trials.run(scenario, load(path), test)
        if not trial.passed:
            failed.append((test.name, trial.detail, trial.misses))
        assert not trial.environment.faults, trial.environment.faults
    assert failed == []
    assert len(tests) >= (5 if path == SATURATED else 8)


@shipped
def test_the_oracle_earns_everything(path: Path) -> None:
    scenario = load(path)
    for split in ("train", "eval"):
        environment = Environment(scenario, split)
        for seed in range(DRAWS):
            environment.reset(seed=seed)
            policies.play(environment, policies.oracle(environment))
            detail = environment.detail()
            assert detail.reward == 1.0, (seed, environment.params, detail)
            assert all(call.ok for call in environment.episode.calls)
            assert not environment.faults


@shipped
def test_doing_nothing_earns_nothing(path: Path) -> None:
    environment = Environment(load(path))
    for seed in range(DRAWS):
        environment.reset(seed=seed)
        for answer in ("", "Done.", environment.prompt):
            environment.reset(seed=seed)
            environment.finish(answer)
            limit = 0.1 if path.stem.endswith(("get_issue", "read_page")) and answer else 0.0
            assert environment.reward() <= limit, (seed, answer, environment.detail())
        environment.reset(seed=seed)
        environment.finish("")
        assert environment.reward() == 0.0


@shipped
def test_one_read_and_a_stop_earn_little(path: Path) -> None:
    """Every read of the oracle by itself, and every other read with what the oracle knows."""
    scenario = load(path)
    environment = Environment(scenario)
    reads = [name for name in scenario.tools if not scenario.operations[name].writes]
    for seed in range(50):
        environment.reset(seed=seed)
        policies.play(environment, policies.oracle(environment))
        calls = environment.episode.calls
        tried = [(c.op, c.args) for c in calls if c.op in reads]
        known = {k: v for c in calls for k, v in c.args.items()}
        for name in reads:
            schema = scenario.operations[name].schema
            args = {k: v for k, v in known.items() if k in schema["properties"]}
            tried.append((name, args))
        for name, args in tried:
            for answer in ("", "Done.", environment.prompt):
                environment.reset(seed=seed)
                environment.call(name, args)
                environment.finish(answer)
                assert environment.reward() <= 0.35, (seed, name, args, environment.detail())


UNRELATED = {
    "jira": [
        ("editIssue", {"issueIdOrKey": "SUP-9", "update": {"labels": [{"add": "seen"}]}}),
        ("addComment", {"issueIdOrKey": "PLT-7", "body": {"type": "doc", "version": 1, "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "Seen."}]}]}}),
        ("createIssue", {"fields": {"project": {"key": "PAY"}, "issuetype": {"name": "Task"},
            "summary": "Also this"}}),
        ("assignIssue", {"issueIdOrKey": "PAY-5", "accountId": None}),
    ],
    "confluence": [
        ("createPage", {"spaceId": "131073", "title": "Also this"}),
        ("updatePage", {"pageId": "200903", "id": "200903", "status": "current", "title": "New",
            "body": {"value": "<p>x</p>"}, "version": {"number": 4}}),
    ],
}  # fmt: skip


@shipped
def test_an_unrelated_write_costs(path: Path) -> None:
    scenario = load(path)
    environment = Environment(scenario)
    tried = 0
    for name, args in UNRELATED["jira" if "jira" in scenario.apis else "confluence"]:
        if name not in scenario.tools:
            continue
        for seed in range(20):
            environment.reset(seed=seed)
            steps = policies.oracle(environment)
            operation, payload = next(steps)
            while operation:
                environment.call(operation, payload)
                operation, payload = steps.send("")
            before = len(environment.episode.calls)
            environment.call(name, args)
            assert environment.episode.calls[before].ok
            environment.finish(payload)
            if not environment.episode.final.changed_only(()) and name == "assignIssue":
                pass
            assert environment.reward() <= 0.3, (seed, name, environment.detail())
            tried += 1
    assert tried


@shipped
def test_a_failing_or_invented_call_on_top_costs(path: Path) -> None:
    scenario = load(path)
    environment = Environment(scenario)
    bad = [("doTheRightThing", "{}"), (scenario.tools[0], "no JSON"), (scenario.tools[0], "{")]
    for name, args in bad:
        for seed in range(20):
            environment.reset(seed=seed)
            environment.call(name, args)
            policies.play(environment, policies.oracle(environment))
            assert 0.5 <= environment.reward() < 1.0, (seed, name, environment.detail())


@shipped
def test_the_oracle_twice_does_not_earn_more(path: Path) -> None:
    environment = Environment(load(path))
    for seed in range(20):
        environment.reset(seed=seed)
        steps = policies.oracle(environment)
        calls = []
        operation, payload = next(steps)
        while operation:
            environment.call(operation, payload)
            calls.append((operation, payload))
            operation, payload = steps.send("")
        for again, args in calls:
            environment.call(again, args)
        environment.finish(payload)
        assert environment.reward() < 1.0


@shipped
def test_prefixes_of_the_oracle_never_earn_less_than_shorter_ones(path: Path) -> None:
    environment = Environment(load(path))
    for seed in range(50):
        environment.reset(seed=seed)
        policies.play(environment, policies.oracle(environment))
        calls = list(environment.episode.calls)
        rewards = []
        for length in range(len(calls) + 1):
            environment.reset(seed=seed)
            for call in calls[:length]:
                environment.call(call.op, call.args)
            rewards.append(environment.reward())
        assert rewards == sorted(rewards), (seed, rewards)
        assert len(set(rewards)) == len(rewards) > 1, (seed, rewards)


@shipped
def test_there_are_a_thousand_tasks_and_some_are_held_out(path: Path) -> None:
    scenario = load(path)
    tasks: dict[str, set[str]] = {}
    for split, wanted in (("train", 1_000), ("eval", 30)):
        environment = Environment(scenario, split)
        found: set[str] = set()
        for seed in range(12_000):
            environment.reset(seed=seed)
            found.add(json.dumps(environment.params, sort_keys=True))
            if len(found) >= wanted:
                break
        assert len(found) >= wanted
        tasks[split] = found
    assert not tasks["train"] & tasks["eval"]


@shipped
def test_prompts_have_several_phrasings_without_holes(path: Path) -> None:
    environment = Environment(load(path))
    assert len(environment.scenario.prompts) >= 3
    for seed in range(30):
        environment.reset(seed=seed)
        assert "{" not in environment.prompt
        assert "None" not in environment.prompt.split()


def test_what_the_tiny_model_reads_is_short() -> None:
    environment = Environment(load(ROOT / "scenarios" / "confluence_create_page.yaml"))
    for seed in range(50):
        environment.reset(seed=seed)
        steps = policies.oracle(environment)
        operation, payload = next(steps)
        while operation:
            assert len(environment.call(operation, payload)) < 260
            operation, payload = steps.send("")
        assert 2 <= len(environment.episode.calls) <= 4
