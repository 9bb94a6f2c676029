"""One story, told from outside: it raises AssertionError when something is not as told, so that a
missing permission shows."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.permissions.stage import PATIENCE, Stage, set_up


@dataclass(frozen=True)
class Story:
    """`alarm`: the group watches one. `first`: there is no version yet. `sweeps`: sweep runs by its
    schedule meanwhile; else nothing repairs what went wrong."""

    play: Callable[[Stage], None]
    alarm: bool = False
    first: bool = False
    sweeps: bool = False

    @property
    def name(self):
        return self.play.__name__.replace("_", " ")

    def run(self, aws, cloud, outputs, patience=PATIENCE):
        """Raises AssertionError when something is not as told."""
        stage = set_up(aws, cloud, outputs, alarm=self.alarm, first=self.first)
        stage.patience = patience
        rule = stage.resource("SweepFunctionRegularly")
        (aws.events.enable_rule if self.sweeps else aws.events.disable_rule)(Name=rule)
        try:
            self.play(stage)
        finally:
            for undo in stage.undo:
                undo()
            aws.events.enable_rule(Name=rule)
