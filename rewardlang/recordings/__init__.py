"""Recordings of agents in many forms, read one episode at a time into traces.

Nothing in a recording raises, and nothing of it is dropped in silence: a reader gives traces, what
it could not read (`Problem`), and what it left out because it is no step (`LeftOut`).
"""
