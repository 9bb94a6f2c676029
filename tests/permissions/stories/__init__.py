"""What roles need their permissions for: everything that Pilotage does."""

from tests.permissions.stories import (
    checking,
    operating,
    releasing,
    repairing,
    telling,
    waiting,
)

STORIES = (
    *releasing.STORIES,
    *checking.STORIES,
    *waiting.STORIES,
    *operating.STORIES,
    *repairing.STORIES,
    *telling.STORIES,
)
