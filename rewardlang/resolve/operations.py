"""Operations of an API: arguments, lets, errors, effects, response, typed in this order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import jsonschema_rs

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Label
from rewardlang.model import ErrorRule, JsonSchema, Operation, Parameter
from rewardlang.resolve.conditions import condition
from rewardlang.resolve.effects import infer_effects
from rewardlang.resolve.infer_shapes import infer_shape
from rewardlang.resolve.lambdas import taken
from rewardlang.resolve.lets import bind_lets
from rewardlang.resolve.narrow import facts_of
from rewardlang.resolve.request_schemas import complete
from rewardlang.resolve.scope import Known, RootName, Scope, is_error
from rewardlang.resolve.signatures import MACROS, functions
from rewardlang.syntax.files import ApiFile, ErrorItem, OperationItem, ParameterItem
from rewardlang.types.relations import join
from rewardlang.types.types import Null, Object, Property, Type


def read_operation(
    item: OperationItem, file: ApiFile, error_type: Type, scope: Scope
) -> Operation | None:
    """The typed operation; `scope` sees the API's tables and `error_type` is what invalid
    requests are answered with. None when something in it was reported."""
    before = len(scope.report.diagnostics)
    schema = _schema(item, file.schemas)
    _check_satisfiable(item, schema, scope)
    seen = _args_type(item, file, scope, filled=False)
    args = tree.Facts(_args_type(item, file, scope, filled=True), "agent", "episode")
    inner = scope.naming({"args": RootName("args", args)})
    for identifier, _ in item.lets:
        if identifier.name in inner.names or identifier.name in (*functions(), *MACROS):
            taken(identifier, scope)
    inner, lets = bind_lets(item.lets, inner)
    errors, inner = _errors(item.errors, inner)
    effects, writes_world = infer_effects(item.effects, inner)
    if item.opaque is not None and item.effects:
        scope.report.add(
            codes.BAD_DECLARATION, "an opaque operation has no effects", item.effects[0].span,
            "changes the world", others=[Label(item.opaque, "says that it is not modelled")],
            help="leave out `opaque: true`, or the effects",
        )  # fmt: skip
    after = _after_effects(inner) if writes_world else inner
    body = None if item.body is None else infer_shape(item.body, after)
    if body is None:
        response: Type = Null()
    else:
        response = body.type
    if len(scope.report.diagnostics) > before and _has_errors(scope, before):
        return None
    for rule in errors:
        error_type = join(error_type, rule.body.type)
    return Operation(
        name=item.name.name,
        api=file.name.name,
        method=item.method,
        path=item.path,
        doc=item.doc,
        parameters=tuple(_parameter(p) for p in item.parameters),
        schema=schema,
        args_type=seen,
        lets=lets,
        errors=tuple(errors),
        effects=tuple(effects),
        status=item.status,
        body=body,
        response_type=response,
        error_type=error_type,
        span=item.name.span,
        opaque=item.opaque is not None,
    )


def _has_errors(scope: Scope, start: int) -> bool:
    return any(d.code.level == "error" for d in scope.report.diagnostics[start:])


# ---- arguments ----


def _parameter(item: ParameterItem) -> Parameter:
    return Parameter(item.name.name, item.wire, item.where, item.required, item.schema)


def _schema(item: OperationItem, schemas: Mapping[str, JsonSchema]) -> JsonSchema:
    """The schema of the flat arguments: a closed object."""
    whole: JsonSchema = {
        "type": "object",
        "properties": {p.name.name: p.schema for p in item.parameters},
        "required": [p.name.name for p in item.parameters if p.required],
        "additionalProperties": False,
    }
    return complete(whole, schemas)


def _args_type(item: OperationItem, file: ApiFile, scope: Scope, *, filled: bool) -> Object:
    """The type of the arguments: as the policy sends them, or with defaults `filled` in."""
    properties: dict[str, Property] = {}
    for parameter in item.parameters:
        type_ = scope.schemas.read(file.name.name, parameter.schema)
        there = parameter.required or (filled and "default" in parameter.schema)
        properties[parameter.name.name] = Property(type_, there, parameter.span)
    return Object(properties, None, origin=item.name.span)


def _check_satisfiable(item: OperationItem, schema: JsonSchema, scope: Scope) -> None:
    """Defaults satisfy their schemas, and required arguments can be given."""
    defs = schema.get("$defs", {})
    for parameter in item.parameters:
        own = complete({**parameter.schema, "$defs": defs}, {})
        own = _renamed(own)
        if "default" in parameter.schema:
            error = _first_error(own, parameter.schema["default"])
            if error is not None:
                scope.report.add(
                    codes.SCHEMA_UNSATISFIABLE,
                    f"the default of `{parameter.name.name}` violates its own schema",
                    parameter.name.span,
                    error,
                )
        if parameter.required and _admits_nothing(parameter.schema):
            scope.report.add(
                codes.SCHEMA_UNSATISFIABLE,
                f"no value of `{parameter.name.name}` satisfies its schema",
                parameter.name.span,
                "required, so no call can be valid",
            )


def _renamed(schema: JsonSchema) -> JsonSchema:
    """References of a parameter's schema lead to the operation's `$defs`."""

    def moved(part: object) -> object:
        if isinstance(part, list):
            return [moved(x) for x in part]
        if isinstance(part, dict):
            return {
                k: v.replace("#/schemas/", "#/$defs/") if k == "$ref" and isinstance(v, str)
                else moved(v)
                for k, v in part.items()
            }  # fmt: skip
        return part

    found = moved(schema)
    assert isinstance(found, dict)
    return found


def _first_error(schema: JsonSchema, value: object) -> str | None:
    """Why `value` violates `schema`, or None."""
    try:
        jsonschema_rs.validator_for(schema).validate(value)
    except jsonschema_rs.ValidationError as error:
        return str(error.message)
    except ValueError as error:
        return str(error)
    return None


def _admits_nothing(schema: Mapping[str, object]) -> bool:
    """Contradictions that are certain by one look."""
    if schema.get("enum") == [] or schema.get("not") == {} or schema.get("not") is True:
        return True
    for low, high in (
        ("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"),
        ("minProperties", "maxProperties"),
    ):  # fmt: skip
        a, b = schema.get(low), schema.get(high)
        if isinstance(a, int | float) and isinstance(b, int | float) and a > b:
            return True
    required, properties = schema.get("required"), schema.get("properties")
    if schema.get("additionalProperties") is False and isinstance(required, list):
        known = properties if isinstance(properties, dict) else {}
        patterns = schema.get("patternProperties")
        return not patterns and any(name not in known for name in required)
    return False


# ---- errors and responses ----


def _errors(items: tuple[ErrorItem, ...], scope: Scope) -> tuple[list[ErrorRule], Scope]:
    """The rules in order; each knows that those before it did not hold, and so does the rest."""
    rules: list[ErrorRule] = []
    for item in items:
        if item.when is None:
            infer_shape(item.body, scope)
            continue
        when = condition(item.when, scope, "`when`")
        there = scope if is_error(when) else scope.knowing(facts_of(when, True, scope))
        body = infer_shape(item.body, there)
        if is_error(when):
            continue
        rules.append(ErrorRule(when, item.status, body, item.span))
        scope = scope.knowing(facts_of(when, False, scope))
    return rules, scope


def _after_effects(scope: Scope) -> Scope:
    """What is known after the world was changed: nothing of rows, all of lets and arguments."""
    kept: dict[str, Known] = {
        key: known for key, known in scope.known.items() if "'state'" not in key
    }
    return replace(scope, known=kept)
