"""Diagnostics as data, the table of their codes, and how they are shown."""
