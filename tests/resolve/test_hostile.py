"""Files that would cost a naive resolver its time or its stack: a diagnostic soon, or nothing."""

from __future__ import annotations

import pytest
from patience import ends
from resolve.desk import resolved


def lets(lines: list[str]) -> str:
    return "let:\n" + "".join(f"  {line}\n" for line in lines)


FILES = {
    "unknown names": lets([f"a{i}: b{i}xyz + 1" for i in range(2000)]),
    "unknown fields": lets([f"a{i}: params.b{i}xyz" for i in range(2000)]),
    "unknown constants": "expect:\n"
    + "".join(f"  k{i}: 1\n" for i in range(2000))
    + lets([f"a{i}: expect.b{i}xyz" for i in range(2000)]),
    "a let read under many conditions": lets(
        ["r: final.tickets[params.id]"]
        + [f"a{i}: r is not null and r.title == params.id" for i in range(1500)]
    ),
    "lets that narrow lets": lets(
        ["r0: final.tickets[params.id]"]
        + [f"r{i + 1}: r{i} if r{i} is not null else null" for i in range(20)]
        + [f"a{i}: r20 is not null and r20.title == params.id" for i in range(300)]
    ),
    "truths that double": lets(
        ["b0: called getTicket"]
        + [f"b{i + 1}: b{i} and not (not b{i})" for i in range(20)]
        + ["it: b20 and first(getTicket).ok"]
    ),
    "objects that share no field": "expect:\n  k:\n"
    + "".join(f"    - {{a{i}: {i}}}\n" for i in range(3000))
    + lets(["a: expect.k.size()"]),
    "a long list": "expect:\n  k: ["
    + ",".join(map(str, range(20_000)))
    + "]\n"
    + lets(["a: expect.k.size()"]),
    "long conjunctions": lets(
        [f"a{i}: " + " and ".join(f"count(any) > {j}" for j in range(60)) for i in range(60)]
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_it_ends_soon(name):
    with ends():
        _, found = resolved(FILES[name])
    assert len(found) <= 202


def test_after_many_problems_it_says_so():
    _, found = resolved(FILES["unknown names"])
    assert len(found) == 201
    assert found[-1].code.id == "Y013"
