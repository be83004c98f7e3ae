"""`python -m rewardlang` is the command line."""

from rewardlang.cli import main

main()
