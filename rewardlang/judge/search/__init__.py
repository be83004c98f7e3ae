"""Bounded search over the compiled environment: which rewards can be reached, and how soon.

An operation is a function of the world, its arguments, the time and the actor. So every transition
is computed once and kept, worlds and the states of online scoring are interned as integers, and the
inner loop looks up and adds. Arguments are grounded: they come from schemas, from the task, from
what the reward compares with, and from the rows that an operation looks up. A call is made only
when its arguments could be known: from the prompt, the tools, or an earlier response.
"""
