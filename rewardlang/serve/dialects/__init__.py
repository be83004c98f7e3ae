"""Older versions of the served APIs, which released clients speak, in the operations declared.

A dialect is a translator: one request to one call, and its answer back.
"""

from __future__ import annotations

from rewardlang.serve.messages import Translator
from rewardlang_runtime import Scenario

_CONFLUENCE = {"getSpaces", "getPages", "getPageById", "searchByCQL", "addLabelsToContent"}


def dialects_of(scenario: Scenario) -> tuple[Translator, ...]:
    """The dialects of the APIs that a scenario uses, known by their paths."""
    found: list[Translator] = []
    paths = {api.base_path for api in scenario.apis.values()}
    if "/rest/api/3" in paths:
        from rewardlang.serve.dialects.jira import jira

        found.append(jira(scenario))
    # Version 1 is made of what these operations answer and the world holds, and Jira's version 2 of
    # paths alone: another description of Confluence, such as an imported one, has other tables.
    if "/wiki/api/v2" in paths and scenario.operations.keys() >= _CONFLUENCE:
        from rewardlang.serve.dialects.confluence import confluence

        found.append(confluence(scenario))
    return tuple(found)
