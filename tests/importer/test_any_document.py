"""Documents that nobody wrote: whatever paths and schemas there are, files that check come out."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importer.documents import documents
from importer.playing import Client, imported, scenario

from rewardlang import driver
from rewardlang_runtime.calls import KINDS


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(documents(), st.data())
def test_files_check_and_operations_answer(document, data):
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path = folder / "things.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        made = imported(path, folder)
        for file in made.files:
            found = driver.check(folder / file.path).diagnostics
            text = (folder / file.path).read_text()
            assert [f"{d.code.id} {d.message}" for d in found] == [], text
        client = Client(scenario(folder, "things"))
        for draft in made.drafts:
            for _ in range(2):
                arguments = {
                    argument.name: data.draw(
                        st.sampled_from(["a", "10001", 10001, 1, True, None, {}, [1]])
                    )
                    for argument in draft.arguments
                    if argument.required or data.draw(st.booleans())
                }
                client(draft.name, **arguments)
                assert client.environment.episode.calls[-1].kind in KINDS
