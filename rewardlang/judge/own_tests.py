"""The file's own `tests:`, played along: they hold the reward down where probes do not."""

from __future__ import annotations

from rewardlang import model, trials
from rewardlang.interpret import Failure
from rewardlang.judge.bench import played
from rewardlang.judge.draft import Draft, Tried
from rewardlang.judge.judgement import Undecided


def play_tests(draft: Draft) -> None:
    """Each test as its author wrote it; that they pass is for `rewardlang test` to say."""
    scenario, compiled = draft.bench.scenario, draft.bench.compiled
    for test in scenario.tests:
        if test.calls is None and not draft.bench.has_oracle(test.seed):
            continue
        try:
            trial = draft.attempt(
                test.seed,
                f"the test `{test.name}`",
                # For mypy: it infers no lambda with defaults.
                lambda test=test: trials.run(scenario, compiled, test),  # type: ignore[misc]
                test.span,
            )
        except Failure as failure:
            why = f"the test `{test.name}` cannot be played: {failure}"
            remedy = "mend the arguments of its calls"
            draft.undecided.append(Undecided(("H521",), why, remedy))
            continue
        if trial is not None:
            environment = trial.environment
            sent = ((call.op, call.args) for call in environment.episode.calls)
            episode = played(environment, sent)
            expected = _in_words(test.reward)
            draft.tests.append(Tried("test", "test", test.name, episode, expected, trial.passed))


def _in_words(bounds: model.Bounds) -> str:
    if bounds.low == bounds.high:
        return f"{bounds.low:g}"
    if bounds.low <= 0:
        return f"at most {bounds.high:g}"
    if bounds.high >= 1:
        return f"at least {bounds.low:g}"
    return f"{bounds.low:g} to {bounds.high:g}"
