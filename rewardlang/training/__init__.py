"""GRPO on TRL over compiled scenarios: the only package that imports torch and its kin."""
