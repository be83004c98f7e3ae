"""Scenarios and APIs over HTTP: real requests against worlds of their own, and their rewards."""
