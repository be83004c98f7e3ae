"""Requests to operations and back."""

from __future__ import annotations

import re

import openapi
import operations
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlang_runtime.routes import Routes, Unsendable
from rewardlang_runtime.scenario import Api, Operation


def operation(title: str, http: str, /, **arguments: tuple[str, str, object]) -> Operation:
    """An operation from its request line and (where, name on the wire, schema) of its arguments."""
    method, path = http.split(" ", 1)
    schema = {
        "type": "object",
        "properties": {name: kind for name, (_, _, kind) in arguments.items()},
        "required": [name for name, (where, _, _) in arguments.items() if where == "path"],
        "additionalProperties": False,
        "$defs": {
            "Id": {"type": ["string", "integer"]},
            "Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}},
        },
    }
    wire = {name: (where, wire) for name, (where, wire, _) in arguments.items()}
    return Operation(
        title, "shop", method, path, "", schema, wire, lambda *_: (200, None), method != "GET"
    )


TEXT, WHOLE, TRUTH = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
APIS = {"shop": Api("shop", "/api/v1", lambda _: (400, None), {}, "%Y")}
ROUTES = Routes(
    [
        operation(
            "listOrders",
            "GET /orders",
            ids=("query", "id", {"type": "array", "items": {"$ref": "#/$defs/Id"}}),
            sizes=("query", "sizes", {"type": "array", "items": WHOLE}),
            limit=("query", "limit", WHOLE),
            price=("query", "price", {"type": "number"}),
            open=("query", "open", TRUTH),
            sort=("query", "sort", {"enum": ["up", "down"]}),
            level=("query", "level", {"enum": [1, 2]}),
            text=("query", "q", TEXT),
            trace=("header", "X-Trace", TEXT),
        ),
        operation("getOrder", "GET /orders/{id}", id=("path", "id", {"$ref": "#/$defs/Id"})),
        operation("getNewest", "GET /orders/newest"),
        operation(
            "putOrder",
            "PUT /orders/{id}",
            orderId=("path", "id", WHOLE),
            id=("body", "id", TEXT),
            note=("body", "note", TEXT),
            maybe=("body", "maybe", {"type": ["string", "null"]}),
            inner=(
                "body",
                "inner",
                {"type": "object", "properties": {"x": WHOLE, "y": {"type": ["integer", "null"]}}},
            ),
            chain=("body", "chain", {"$ref": "#/$defs/Node"}),
        ),
        operation("getLines", "GET /orders/{order}/lines", order=("path", "order", TEXT)),
        operation("newestBill", "GET /orders/newest/bill"),
        operation(
            "getFile",
            "GET /files/{name}.{kind}",
            name=("path", "name", TEXT),
            kind=("path", "kind", TEXT),
        ),
        operation("search", "GET //other/search", text=("query", "q", TEXT)),
        operation("note", "POST /notes", text=("body", "", TEXT)),
    ],
    APIS,
)


@pytest.mark.parametrize(
    ("method", "path", "name", "found"),
    [
        ("GET", "/api/v1/orders", "listOrders", {}),
        ("GET", "/api/v1/orders/", "listOrders", {}),
        ("GET", "/api/v1/orders/7", "getOrder", {"id": "7"}),
        ("PUT", "/api/v1/orders/7", "putOrder", {"orderId": 7}),
        ("PUT", "/api/v1/orders/007", "putOrder", {"orderId": "007"}),
        ("GET", "/api/v1/orders/newest", "getNewest", {}),
        ("GET", "/api/v1/orders/newest/bill", "newestBill", {}),
        # What a literal cannot lead to, an argument in its place may.
        ("GET", "/api/v1/orders/newest/lines", "getLines", {"order": "newest"}),
        ("PUT", "/api/v1/orders/newest", "putOrder", {"orderId": "newest"}),
        ("GET", "/api/v1/orders/a%2Fb%20%C3%A9/lines", "getLines", {"order": "a/b é"}),
        ("GET", "/api/v1/orders/%FF/lines", "getLines", {"order": "\ufffd"}),
        ("GET", "/api/v1/files/a.tar.gz", "getFile", {"name": "a", "kind": "tar.gz"}),
        ("GET", "/other/search", "search", {}),
    ],
)
def test_a_request_finds_its_operation(method, path, name, found):
    match = ROUTES.match(method, path)
    assert match is not None
    assert match.operation.name == name
    assert match.arguments() == found


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", ""),
        ("GET", "*"),
        ("GET", "/api/v1"),
        ("GET", "/orders"),
        ("GET", "//api/v1/orders"),
        ("GET", "/api/v1//orders"),
        ("GET", "/api/v1/orders//lines"),
        ("GET", "/api/v1/orders/1/lines/2"),
        ("GET", "/api/v1/files/plain"),
        ("GET", "/api/v1/files/" + "a." * 4_000),
        ("get", "/api/v1/orders"),
        ("POST", "/api/v1/orders"),
        ("GET", "/api/v1" + "/orders" * 10_000),
    ],
)
def test_a_request_for_nothing_finds_nothing(method, path):
    assert ROUTES.match(method, path) is None


def test_methods_of_a_path():
    assert ROUTES.methods("/api/v1/orders/7") == ("GET", "PUT")
    assert ROUTES.methods("/api/v1/orders/newest") == ("GET", "PUT")
    assert ROUTES.methods("/api/v1/nothing") == ()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("id=1&id=2,b&limit=5", {"ids": ["1", "2", "b"], "limit": 5}),
        ("id[]=1&id%5B%5D=2", {"ids": ["1", "2"]}),
        ("sizes=1%2C2,x", {"sizes": [1, 2, "x"]}),
        ("sizes=", {"sizes": []}),
        ("limit=five&price=1.50&open=True", {"limit": "five", "price": 1.5, "open": True}),
        ("limit=1e3&price=1e3&open=yes", {"limit": "1e3", "price": 1000.0, "open": "yes"}),
        ("price=1e999&limit=99999999999999999999", {"price": "1e999", "limit": "9" * 20}),
        ("sort=up&level=2&q=a+b%26%20c", {"sort": "up", "level": 2, "text": "a b& c"}),
        ("limit=1&limit=2", {"limit": 1}),
        ("unknown=1&&=&expand=names", {}),
        ("q=%ff%zz", {"text": "\ufffd%zz"}),
    ],
)
def test_texts_of_a_query_become_what_the_schema_asks_for(query, found):
    match = ROUTES.match("GET", "/api/v1/orders")
    assert match is not None
    assert match.arguments(query) == found


def test_a_header_is_an_argument_where_it_is_declared():
    match = ROUTES.match("GET", "/api/v1/orders")
    assert match is not None
    assert match.arguments(headers={"x-trace": "7", "accept": "*/*"}) == {"trace": "7"}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"id": "x", "note": "n"}, {"id": "x", "note": "n"}),
        ({"note": None, "maybe": None, "other": None}, {"maybe": None}),
        ({"inner": {"x": None, "y": None, "z": None}}, {"inner": {"y": None, "z": None}}),
        ({"chain": {"next": {"next": None}}}, {"chain": {"next": {}}}),
        # What the body calls `orderId` is not what the path does.
        ({"orderId": 9, "new": 1}, {"body.orderId": 9, "new": 1}),
        ({}, {}),
        (None, {}),
    ],
)
def test_members_of_a_body_become_arguments(body, found):
    match = ROUTES.match("PUT", "/api/v1/orders/7")
    assert match is not None
    assert match.arguments(body=body) == {"orderId": 7, **found}


def test_a_body_that_is_no_object():
    match = ROUTES.match("PUT", "/api/v1/orders/7")
    assert match is not None
    with pytest.raises(ValueError, match="must be a JSON object"):
        match.arguments(body=[1])


def test_an_argument_may_be_the_whole_body():
    match = ROUTES.match("POST", "/api/v1/notes")
    assert match is not None
    assert match.arguments(body="hello") == {"text": "hello"}
    assert ROUTES.request("note", {"text": "hello"}).body == "hello"


def test_a_body_nobody_asked_for_is_left_alone():
    match = ROUTES.match("GET", "/api/v1/orders")
    assert match is not None
    assert match.arguments(body={"limit": 9}) == {}


@pytest.mark.parametrize(
    ("name", "args", "why"),
    [
        ("getOrder", {}, "part of the path"),
        ("getOrder", {"id": ""}, "part of the path"),
        ("listOrders", {"ids": ["a,b"]}, "a query cannot hold"),
        ("listOrders", {"ids": [""]}, "a query cannot hold"),
        ("listOrders", {"ids": "a"}, "no list"),
        ("listOrders", {"text": 5}, "would be read as"),
        ("listOrders", {"limit": "5"}, "would be read as"),
        ("listOrders", {"unknown": 5}, "no argument"),
        ("listOrders", {"trace": "a\nb"}, "header"),
        ("getLines", {"order": "\ud800"}, "no text"),
    ],
)
def test_what_no_request_can_carry_is_said(name, args, why):
    with pytest.raises(Unsendable, match=why):
        ROUTES.request(name, args)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@st.composite
def calls(draw, routes: Routes):
    """An operation, and arguments of which some are its own."""
    name = draw(st.sampled_from(sorted(routes.by_name)))
    own = draw(st.permutations(sorted(routes.by_name[name].operation.wire)))
    names = own[: draw(st.integers(0, len(own)))]
    args = {key: draw(JSON | st.text(min_size=1)) for key in names}
    return name, args | draw(st.dictionaries(st.text(max_size=5), JSON, max_size=1))


@given(calls(ROUTES))
def test_a_call_that_can_be_sent_comes_back(call):
    def received(args):
        request = ROUTES.request(name, args)
        match = ROUTES.match(request.method, request.path)
        assert match is not None
        assert match.operation.name == name
        headers = {key.lower(): value for key, value in request.headers.items()}
        return match.arguments(request.query, request.body, headers)

    name, args = call
    try:
        found = received(args)
    except Unsendable:
        return
    # Numbers that may as well be texts come as those, and nulls that stand for nothing not at all.
    assert found.keys() <= args.keys()
    assert received(found) == found


@given(st.text(max_size=40), st.text(max_size=40), st.dictionaries(st.text(max_size=5), JSON))
def test_nothing_that_is_sent_raises(path, query, body):
    match = ROUTES.match("GET", path) or ROUTES.match("PUT", "/api/v1/orders/" + path)
    if match is not None:
        match.arguments(query, body)


@pytest.mark.parametrize("api", operations.APIS)
def test_every_operation_of_a_shipped_api_is_found_by_its_request(api):
    scenario = operations.scenario(api)
    routes = Routes.of(scenario)
    for call in operations.ANSWERS[api]:
        request = routes.request(call["op"], call["args"])
        match = routes.match(request.method, request.path)
        assert match is not None
        assert match.operation.name == call["op"]
        assert match.arguments(request.query, request.body) == call["args"]


@pytest.mark.parametrize("api", operations.APIS)
def test_every_operation_of_the_official_documents_is_found_by_its_path(api):
    openapi.require()
    declared = [
        operation(f"{each.method} {each.path}", f"{each.method} /{document.base_path}{each.path}")
        for document in openapi.documents(api)
        for each in document.operations
        if each.method in ("GET", "PUT", "POST", "DELETE", "PATCH")
    ]
    assert len(declared) > 200
    routes = Routes(declared, APIS)
    for each in declared:
        match = routes.match(each.method, re.sub(r"\{[^}]*\}", "10%2F1", each.path[1:]))
        assert match is not None
        assert match.operation is each
        assert set(match.texts) <= {"10/1"}
