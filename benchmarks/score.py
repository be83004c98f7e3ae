"""What scoring recordings costs: many episodes of a shipped scenario, as traces and as chats.

Episodes are of the oracle, of a policy that acts at random, and of one that does nothing; each task
is another. They are written to a file that is scored as `rewardlang score` does it, in as many
processes as there are cores. Besides the time on the clock, which other programs disturb, the time
on the processor is told, of this process and of those that it starts.

Run: python benchmarks/score.py [--calls N ...] [--form traces|chat] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson

SCENARIO = Path(__file__).parent.parent / "scenarios" / "jira_add_labels.yaml"
EPISODES = 2_000
"""Different ones; a longer file holds them again and again."""
WHOLE_S, MILLION = 60.0, 1_000_000


def episodes(form: str) -> tuple[list[bytes], int]:
    """Lines of a recording, and how many calls are in them."""
    from rewardlang import driver, policies
    from rewardlang_runtime import Environment
    from rewardlang_runtime.traces import record

    environment = Environment(driver.load(SCENARIO))
    lines, calls = [], 0
    for seed in range(EPISODES):
        environment.reset(seed)
        if seed % 4 == 0:
            playing = policies.random(environment, seed)
        else:
            playing = policies.oracle(environment)
        seen = play(environment, playing)
        calls += len(environment.episode.calls)
        said = record(environment) if form == "traces" else chat(environment, seen)
        lines.append(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE))
    return lines, calls


def play(environment: Any, policy: Any) -> list[str]:
    """One episode; its observations."""
    seen: list[str] = []
    observation = None
    while len(seen) < environment.scenario.calls_limit:
        operation, payload = policy.send(observation)
        if not operation:
            environment.finish(payload)
            return seen
        observation = environment.call(operation, payload)
        seen.append(observation)
    environment.finish("")
    return seen


def chat(environment: Any, seen: list[str]) -> dict[str, Any]:
    """An episode as chat messages, with its task."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": environment.prompt}]
    for number, (call, observation) in enumerate(
        zip(environment.episode.calls, seen, strict=True), 1
    ):
        function = {"name": call.op, "arguments": orjson.dumps(call.args).decode()}
        asked = {"id": f"call_{number}", "type": "function", "function": function}
        messages.append({"role": "assistant", "content": None, "tool_calls": [asked]})
        messages.append({"role": "tool", "tool_call_id": f"call_{number}", "content": observation})
    messages.append({"role": "assistant", "content": environment.episode.answer})
    task = {"scenario": environment.scenario.name, "params": environment.params}
    return {**task, "messages": messages}


def write(path: Path, lines: list[bytes], each: int, calls: int) -> int:
    """Write episodes until there are so many calls; how many there are."""
    whole, rest = divmod(calls, each)
    with path.open("wb") as file:
        for _ in range(whole):
            file.writelines(lines)
        count = len(lines) * rest // each
        file.writelines(lines[:count])
    return whole * each + each * count // len(lines)


CHILD = """
import json, os, resource, sys, threading, time
from rewardlang import cli
peak = [0]
def watch():
    while True:
        total = 0
        for name in os.listdir("/proc"):
            try:
                text = open(f"/proc/{name}/stat").read().rsplit(")", 1)[1].split()
                if int(name) == os.getpid() or int(text[1]) == os.getpid():
                    for line in open(f"/proc/{name}/smaps_rollup"):
                        if line.startswith("Pss:"):
                            total += int(line.split()[1])
            except (OSError, ValueError, IndexError):
                pass
        peak[0] = max(peak[0], total)
        time.sleep(0.2)
threading.Thread(target=watch, daemon=True).start()
try:
    cli.main(sys.argv[1:])
except SystemExit as end:
    status = end.code
used = sum(sum(resource.getrusage(who)[:2]) for who in (0, -1))
said = {"status": status, "processor_s": used, "peak_mib": peak[0] / 1024}
print(json.dumps(said), file=sys.stderr)
"""


def scored(path: Path) -> dict[str, Any]:
    """Score a file in a process of its own."""
    command = [sys.executable, "-c", CHILD, "score", str(SCENARIO), str(path), "--format", "text"]
    start = perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = perf_counter() - start
    try:
        said = json.loads(done.stderr.splitlines()[-1])
    except (IndexError, ValueError):
        raise SystemExit(done.stderr) from None
    assert said["status"] in (0, None), done.stdout + done.stderr
    return {**said, "seconds": seconds, "said": done.stdout}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, nargs="+", default=[MILLION // 10, MILLION])
    parser.add_argument("--form", choices=["traces", "chat"], nargs="+", default=["traces", "chat"])
    parser.add_argument("--json", metavar="FILE")
    args = parser.parse_args()
    rows = []
    print("form     calls      MiB   seconds  processor s   us/call  peak MiB")
    with tempfile.TemporaryDirectory() as folder:
        for form in args.form:
            lines, each = episodes(form)
            for wanted in args.calls:
                path = Path(folder) / f"{form}.jsonl"
                calls = write(path, lines, each, wanted)
                found = scored(path)
                size = path.stat().st_size / 2**20
                rows.append({"form": form, "calls": calls, **found})
                print(
                    f"{form:<7} {calls:>7} {size:>8.0f} {found['seconds']:>9.1f} "
                    f"{found['processor_s']:>12.1f} {found['processor_s'] / calls * 1e6:>9.1f} "
                    f"{found['peak_mib']:>9.0f}"
                )
                if calls >= 0.99 * MILLION:
                    verdict = "as promised" if found["seconds"] < WHOLE_S else "MISSED"
                    print(f"  {verdict}: a million calls in under {WHOLE_S:.0f} s")
    if args.json:
        Path(args.json).write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
