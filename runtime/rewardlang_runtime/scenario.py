"""What a generated module declares: its scenario, as plain data and functions. The ABI."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from rewardlang_runtime.values import ScenarioFault

if TYPE_CHECKING:
    from rewardlang_runtime.calls import Call, FaultKind
    from rewardlang_runtime.episode import Episode
    from rewardlang_runtime.rng import Rng
    from rewardlang_runtime.world import World

ABI = 1

Json = Any
Params = dict[str, Json]


class StaleModule(ImportError):
    """A generated module was made for another runtime; compile its scenario again."""


def require(abi: int) -> None:
    """Called first by every generated module."""
    if abi != ABI:
        raise StaleModule(
            f"this module was generated for runtime ABI {abi}, the runtime has {ABI}: "
            "run `rewardlang compile` again"
        )


class Detail(NamedTuple):
    """A reward and what it is made of; names are in `Scenario.gates`, `.parts`, `.penalties`.

    Attributes:
        reward: In [0, 1], a multiple of 1e-6.
        gates: Whether each gate holds.
        parts: Each part's score in [0, 1], before weighting.
        penalties: Each penalty's factor in [0, 1]; 1 when it does not apply.
    """

    reward: float
    gates: tuple[bool, ...]
    parts: tuple[float, ...]
    penalties: tuple[float, ...]


class Operation(NamedTuple):
    """One compiled operation.

    `run(world, args, now, actor) -> (status, body)` never raises on arguments that satisfy
    `schema`; a status of 400 or more is an error and leaves the world as it was.
    """

    name: str
    api: str
    method: str
    path: str
    doc: str
    schema: dict[str, Json]
    wire: Mapping[str, tuple[str, str]]
    """Argument to (where, wire name); where is path, query or body. An argument that is the whole
    body has no name there, ""."""
    run: Callable[[World, dict[str, Json], str, str], tuple[int, Json]]
    writes: bool
    status: int = 200
    """Status of a success."""


def unoffered(w: World, args: dict[str, Json], now: str, actor: str) -> tuple[int, Json]:
    """Stands for an operation that no tool of a scenario is: its module does not hold it.

    Raises:
        ScenarioFault: Always.
    """
    raise ScenarioFault("no tool of the scenario is this operation, and its module is without it")


class Api(NamedTuple):
    """How an API as a whole behaves."""

    name: str
    base_path: str
    invalid: Callable[[dict[str, str]], tuple[int, Json]]
    """From argument path to message, to (status, body) of an invalid request."""
    wording: Mapping[str, str]
    """Messages by JSON Schema keyword; `{name}` and `{expected}` are replaced."""
    time_format: str
    problem: Callable[[int, str], Json] | None = None
    """From status and message to the body of an answer that no operation gives, over HTTP."""


class Fault(NamedTuple):
    """What goes wrong with some calls. Exactly one of `nth`, `every` and `chance` says with which.

    Attributes:
        kind: See `calls.FAULTS`.
        operations: Operations that it may strike.
        nth: Which of their calls, counted from 1.
        every: Each so-manieth of them.
        chance: The probability for each, drawn from the task's seed.
        at_most: How many it strikes in an episode; 0: no bound.
        steps: Of a stale read, how many calls its world is behind.
        retry_after: Seconds that the answer asks to wait.
        answers: By API, the body of the answer; none for a stale read.
    """

    kind: FaultKind
    operations: tuple[str, ...]
    nth: tuple[int, ...] = ()
    every: int = 0
    chance: float = 0.0
    at_most: int = 0
    steps: int = 0
    retry_after: int | None = None
    answers: tuple[tuple[str, Json], ...] = ()


class TableSpec(NamedTuple):
    name: str
    key: str
    also_by: tuple[str, ...]
    internal: bool


class Scenario(NamedTuple):
    """A compiled scenario. Its functions are at module level, so that they pickle by name."""

    name: str
    source: str
    digest: str
    apis: Mapping[str, Api]
    operations: Mapping[str, Operation]
    """Every operation of the APIs in use; the policy is offered those in `tools`. Of others there
    is what leads a request to them, and `run` is `unoffered`, unless they only say how things
    are, such as who is calling."""
    tools: tuple[str, ...]
    tables: tuple[TableSpec, ...]
    world: str
    """The base world as JSON text: {"tables": {name: {key: row}}, "counters": {name: int}}."""
    clock: tuple[str, int]
    """ISO time of the first call, and seconds between calls."""
    actor: str
    calls_limit: int
    observation_limit: int
    answer_limit: int
    snapshots: bool
    """Whether calls must record the world before and after them."""
    draw: Callable[[World, Rng], Params | None]
    """One draw of the parameters, or None when `assume` rejects it."""
    held_out: Callable[[World, Params], bool] | None
    setup: Callable[[World, Params], tuple[Json, ...]]
    """Values known at reset that rewards, prompts and the oracle share."""
    prompts: tuple[Callable[[World, Params, tuple[Json, ...]], str], ...]
    system: Callable[[World, Params, tuple[Json, ...]], str] | None
    gates: tuple[str, ...]
    parts: tuple[tuple[str, float], ...]
    """Names and weights."""
    penalties: tuple[str, ...]
    reward: Callable[[Episode], float]
    detail: Callable[[Episode], Detail]
    start: Callable[[], list[Any]] | None
    """Online scoring: fresh state, or None when a pattern needs the end of the episode."""
    step: Callable[[list[Any], Call, int, Episode], None] | None
    finish: Callable[[list[Any], Episode], Detail] | None
    oracle: Callable[[World, Params, tuple[Json, ...]], Generator[tuple[str, Json], Json, None]]
    """Yields (operation, args), is sent the response body; at last yields ("", answer)."""
    reads_args: frozenset[str]
    """Operations whose arguments the reward reads; "*" for all."""
    reads_response: frozenset[str]
    reads_world: bool
    """Whether the reward reads `final`, `delta`, or a call's before and after."""
    faults: tuple[Fault, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    """Operations that are offered under other names, with those names."""
