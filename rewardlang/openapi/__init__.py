"""OpenAPI documents: read, whatever their flavour and whatever is wrong with them."""

from rewardlang.openapi.document import (
    Body,
    Document,
    Operation,
    Parameter,
    Response,
    Schema,
    SecurityScheme,
)
from rewardlang.openapi.problems import Problem
from rewardlang.openapi.reading import read, read_text
from rewardlang.openapi.views import resolve

__all__ = [
    "Body",
    "Document",
    "Operation",
    "Parameter",
    "Problem",
    "Response",
    "Schema",
    "SecurityScheme",
    "read",
    "read_text",
    "resolve",
]
