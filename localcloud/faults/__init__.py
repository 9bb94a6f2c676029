"""What goes wrong on purpose: calls that fail, processes that die, events that get lost.

`plan.py` says what and at which call, without doing anything; `calls.py` and `events.py` do it.
"""
