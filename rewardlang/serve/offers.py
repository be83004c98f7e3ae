"""What is served: a scenario, or an API without one, ready to answer requests."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from rewardlang.serve.messages import Translator
from rewardlang_runtime import Api, Scenario, load_base
from rewardlang_runtime.observations import failed, shortened
from rewardlang_runtime.routes import Routes

_UNLIMITED = 1 << 40
_NAMES = ("accountId", "id", "name", "username", "email", "emailAddress", "displayName", "key")
"""Fields of `users` by which credentials may name one."""


class Offer:
    """A scenario, or an API, as it is served.

    Attributes:
        name: Of the scenario, or of the APIs.
        scenario: Without a limit on observations: HTTP answers in full.
        judged: Whether there is a reward; not for an API by itself.
        tools: The operations that are answered; all others of its APIs are as if they were not
            there, unless a dialect answers.
        observation_limit: Characters of what a policy sees of a call, for those who answer in text.
    """

    def __init__(self, scenario: Scenario, *, judged: bool = True) -> None:
        self.name = scenario.name
        self.judged = judged
        self.observation_limit = scenario.observation_limit
        self.scenario = scenario._replace(observation_limit=_UNLIMITED)
        self.tools = frozenset(scenario.tools)
        self._users: dict[str, str] | None = None

    @cached_property
    def routes(self) -> Routes:
        """How requests find all operations of its APIs."""
        return Routes.of(self.scenario, self.scenario.operations)

    @cached_property
    def _apis(self) -> list[tuple[str, Api]]:
        """What paths begin with, the longest first, and whose they are then."""
        apis = self.scenario.apis.values()
        found = [(path, api) for api in apis for path in self._paths(api)]
        return sorted(found, key=lambda entry: -len(entry[0]))

    @cached_property
    def translators(self) -> tuple[Translator, ...]:
        """The other dialects of its APIs that are understood; see `messages.Translator`."""
        from rewardlang.serve.dialects import dialects_of

        return dialects_of(self.scenario)

    def _paths(self, api: Api) -> set[str]:
        """What paths of the API begin with: the base path, and absolute paths up to an argument."""
        own = [r for r in self.routes.by_name.values() if r.operation.api == api.name]
        absolute = [route.path for route in own if route.operation.path.startswith("//")]
        return {api.base_path or "/", *(path.split("{")[0] for path in absolute)}

    def api_of(self, path: str) -> Api:
        """The API that a path belongs to, as far as it can be told; else the first."""
        for start, api in self._apis:
            if path.startswith(start):
                return api
        return next(iter(self.scenario.apis.values()))

    def user(self, name: str) -> str | None:
        """The key of the user whom credentials name; None when they name nobody."""
        if self._users is None:
            self._users = {}
            table = load_base(self.scenario).world.get("users")
            rows = [] if table is None else table.items()
            for key, row in rows:
                for field in _NAMES:
                    value = row.get(field)
                    if type(value) is str:
                        self._users.setdefault(value, key)
            self._users.update({key: key for key, _ in rows})
        return self._users.get(name)

    def observation(self, call: Any, seen: str) -> str:
        """What a policy is shown of a call, as in process: within the scenario's limit.

        Args:
            call: The recorded call, or None for one that was refused.
            seen: What the environment of a served session returned for it.
        """
        limit = self.observation_limit
        if call is None or len(seen) <= limit or call.status == 0:
            return seen
        if call.kind == "ok":
            return shortened(call.response, limit)
        return failed(call.kind, call.status, call.response, limit, call.retry_after)


def problem(api: Api, status: int, message: str) -> Any:
    """The body that an API answers with when a request reaches none of its operations."""
    if api.problem is not None:
        return api.problem(status, message)
    return api.invalid({"request": message})[1]
