"""The judge: a scenario played, attacked and mutated, before a policy is trained on it.

What `rewardlang.lint` reads off the typed model it leaves alone; here a finding has a trace. Each
section is a function from a `Bench` and a `Budget` to data and diagnostics, and `judge` runs them
in order of their cost.
"""
