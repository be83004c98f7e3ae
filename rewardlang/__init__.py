"""rewardlang: verifiable rewards, written in YAML, checked like a program, compiled to Python."""
