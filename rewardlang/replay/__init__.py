"""Recorded calls sent to a live API, whose answers are held against what its model says."""
