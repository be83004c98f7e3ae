"""Every code has a page, whose examples are reported and accepted as it says."""

from __future__ import annotations

import re

import pytest
from diagnostics.page_examples import by_playing, check, check_document, check_judged, sections

from rewardlang.diagnostics import codes, pages
from rewardlang.diagnostics.render import render_all
from rewardlang.judge import probes
from rewardlang.openapi import problems
from rewardlang_runtime import Detail


def test_every_code_has_a_page_and_every_page_a_code():
    assert pages.available() == sorted(codes.CODES)


JUDGED = sorted(by_playing())
OF_DOCUMENTS = [code for code in pages.available() if code.startswith("O")]
STATIC = [code for code in pages.available() if code not in {*JUDGED, *OF_DOCUMENTS}]


def test_the_base_is_right(tmp_path):
    found = check([], tmp_path)
    assert not found, render_all(found).plain


def test_the_judged_base_is_sound(tmp_path):
    static, judged = check_judged([], tmp_path)
    assert not static, render_all(static).plain
    assert not judged, render_all(judged).plain


@pytest.mark.parametrize("code", pages.available())
def test_a_page_is_complete(code):
    text = pages.read(code)
    entry = codes.CODES[code]
    assert text.startswith(
        f"# {code} {entry.name}\n\n{entry.level.capitalize()}: {entry.summary}.\n"
    )
    assert list(sections(text)) == ["Reported", "Accepted"]
    assert all(sections(text).values())
    assert re.search(r"^## Reported\n\n", text, re.MULTILINE)


@pytest.mark.parametrize("code", STATIC)
def test_the_reported_example_is_reported(code, tmp_path):
    found = check(sections(pages.read(code))["Reported"], tmp_path)
    assert {d.code.id for d in found} == {code}, render_all(found).plain


@pytest.mark.parametrize("code", STATIC)
def test_the_accepted_example_is_accepted(code, tmp_path):
    found = check(sections(pages.read(code))["Accepted"], tmp_path)
    assert not found, render_all(found).plain


@pytest.mark.parametrize("code", JUDGED)
def test_what_the_judge_reports_is_reported(code, tmp_path, monkeypatch):
    if code == "P706":  # what no scenario can show
        monkeypatch.setattr(probes, "reward", lambda _, episode: Detail(0.5, (), (0.5,), ()))
    static, judged = check_judged(sections(pages.read(code))["Reported"], tmp_path)
    assert not static, render_all(static).plain
    assert code in {d.code.id for d in judged}, render_all(judged).plain


@pytest.mark.parametrize("code", JUDGED)
def test_what_the_judge_accepts_is_accepted(code, tmp_path):
    static, judged = check_judged(sections(pages.read(code))["Accepted"], tmp_path)
    assert not static, render_all(static).plain
    assert code not in {d.code.id for d in judged}, render_all(judged).plain


@pytest.mark.parametrize("code", OF_DOCUMENTS)
def test_what_is_wrong_with_a_document_is_reported(code, tmp_path, monkeypatch):
    if code == "O116":  # a page with a thousand problems is no page
        monkeypatch.setattr(problems, "MAX_PROBLEMS", 1)
    found = check_document(sections(pages.read(code))["Reported"], tmp_path)
    assert found == ({"O112", code} if code == "O116" else {code})


@pytest.mark.parametrize("code", OF_DOCUMENTS)
def test_the_accepted_document_is_accepted(code, tmp_path):
    assert check_document(sections(pages.read(code))["Accepted"], tmp_path) == set()


def test_a_page_that_does_not_exist():
    with pytest.raises(KeyError):
        pages.read("Y999")
    with pytest.raises(KeyError):
        pages.read("../codes")
