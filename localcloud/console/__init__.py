"""The page of the local cloud: what Slack was sent, how traffic moves, what runs, what happened.

It shows what really went over the wire, never a rendering of its own making. Every word on it may
come from outside, so everything is escaped first. Loopback only.
"""
