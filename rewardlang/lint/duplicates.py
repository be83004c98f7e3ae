"""The same task twice: among the prompts of a scenario, in training and test, in two files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.lint.fingerprint import Fingerprints, digest
from rewardlang.lint.registry import lint
from rewardlang.lint.sources import through
from rewardlang.model import Scenario


@lint(codes.PROMPT_DUPLICATES)
def prompt_duplicates(scenario: Scenario) -> Iterator[Diagnostic]:
    """Prompts that say the same, and test tasks that no prompt tells from those of training."""
    lets = {let.name: let for let in scenario.lets}
    prints = Fingerprints(lets)
    first: dict[str, tree.Expr] = {}
    for prompt in scenario.prompts:
        other = first.setdefault(_wording(prompt, prints), prompt)
        if other is not prompt:
            yield Diagnostic(
                codes.PROMPT_DUPLICATES,
                "this prompt stands here twice",
                Label(prompt.span, "again here"),
                (Label(other.span, "first here"),),
                "leave one out, or put it in other words",
            )
    if scenario.holdout is None:
        return
    told = _params([text for text in (scenario.system, *scenario.prompts) if text], lets)
    held = _params([scenario.holdout], lets)
    if held and not any(name in told for name in held):
        yield Diagnostic(
            codes.PROMPT_DUPLICATES,
            "tasks that are held out have the prompts of training",
            Label(scenario.holdout.span, "looks at nothing that a prompt mentions"),
            help=f"mention `{next(iter(held))}` in the prompts, or hold out by what they mention",
        )


def _wording(prompt: tree.Expr, prints: Fingerprints) -> str:
    """A prompt with the case of its letters and the amount of space left aside."""
    if not isinstance(prompt, tree.Text):
        if isinstance(prompt, tree.Const) and isinstance(prompt.value, str):
            return " ".join(prompt.value.casefold().split())
        return prints.of(prompt)
    parts = [p.casefold() if isinstance(p, str) else f"{{{prints.of(p)}}}" for p in prompt.parts]
    return " ".join("".join(parts).split())


def _params(exprs: Iterable[tree.Expr], lets: Mapping[str, tree.LetDef]) -> dict[str, bool]:
    return {
        node.name: True
        for node in through(list(exprs), lets)
        if isinstance(node, tree.Get)
        and isinstance(node.object, tree.RootRef)
        and node.object.name == "params"
    }


# ---- across files ----


def task_of(scenario: Scenario) -> Label:
    """Where a scenario's prompt stands, and the fingerprint of what is asked and what is paid:
    prompts, parameters, world and reward, whatever the names of lets, gates and parts."""
    prints = Fingerprints({let.name: let for let in scenario.lets})
    said: list[str] = [
        json.dumps(scenario.expect, sort_keys=True),
        scenario.world.name,
        scenario.actor,
        *sorted(_wording(prompt, prints) for prompt in scenario.prompts),
        *(f"{param.name} {prints.of(param.choices)}" for param in scenario.params),
        *sorted(prints.of(condition) for condition in scenario.assume),
        *sorted(f"gate {gate.otherwise} {prints.of(gate.require)}" for gate in scenario.gates),
        *sorted(
            f"part {part.weight} {prints.of(part.check)} {prints.of(part.score)}"
            for part in scenario.parts
        ),
        *sorted(
            f"penalty {prints.of(penalty.when)} {prints.of(penalty.factor)}"
            for penalty in scenario.penalties
        ),
    ]
    return Label(scenario.prompts[0].span, digest(*said))
