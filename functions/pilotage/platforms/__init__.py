"""What differs between Lambda, ECS and Server: how a revision is published, and its AppSpec.

The state machine knows none of them. A platform is a module with `publish` and `appspec`.
"""
