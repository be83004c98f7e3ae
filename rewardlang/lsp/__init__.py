"""The language server: what editors ask of scenario, API and world files, answered by the checker.

`analysis` is what is known of one text; `hover`, `completion`, `definitions`, `symbols`, `actions`
and `rename` answer from it in offsets; `server` speaks the protocol.
"""
