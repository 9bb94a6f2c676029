"""How traffic moves: the phrases of a manifest, and the CodeDeploy configurations they mean."""

import re
from typing import NamedTuple

PREDEFINED_PREFIX = "CodeDeployDefault."
# CodeDeploy's limits: one increment at most 99 percent, first to last shift at most 2880 minutes.
# https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
MAX_PERCENT = 99
MAX_MINUTES = 2880

_PHRASE = re.compile(
    r"(?P<kind>canary|linear)\s+(?P<percent>\d{1,3})\s*%\s+(?P<amount>\d{1,5})\s*(?P<unit>m|min|h)",
    re.IGNORECASE,
)
_CONFIGURATION = re.compile(
    r"(?:CodeDeployDefault\.Lambda|pilotage-)(?P<kind>canary|linear)-?(?P<percent>\d+)-?percent-?"
    r"(?:every-?)?(?P<minutes>\d+)-?minutes?",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z0-9+=,.@_-]{1,100}")
_CANARY_MINUTES = (5, 10, 15, 30)
_LINEAR_MINUTES = (1, 2, 3, 10)

FORMS = '"canary 10% 5m", "linear 10% 1m", "all at once", or the name of a configuration'


class BadRollout(Exception):
    """The words name no rollout; the text says why."""


class Rollout(NamedTuple):
    """`kind` is canary, linear, all-at-once, or named (a configuration that exists already)."""

    kind: str
    percent: int = 0
    minutes: int = 0
    name: str = ""

    @property
    def configuration(self) -> str:
        """The configuration's name: CodeDeploy's own where it has one, else ours."""
        if self.kind == "named":
            return self.name
        if self.kind == "all-at-once":
            return f"{PREDEFINED_PREFIX}LambdaAllAtOnce"
        ten = self.percent == 10
        if self.kind == "canary" and ten and self.minutes in _CANARY_MINUTES:
            return f"{PREDEFINED_PREFIX}LambdaCanary10Percent{self.minutes}Minutes"
        if self.kind == "linear" and ten and self.minutes in _LINEAR_MINUTES:
            unit = "Minute" if self.minutes == 1 else "Minutes"
            return f"{PREDEFINED_PREFIX}LambdaLinear10PercentEvery{self.minutes}{unit}"
        every = "every-" if self.kind == "linear" else ""
        return f"pilotage-{self.kind}-{self.percent}-percent-{every}{self.minutes}-minutes"

    @property
    def first_share(self) -> float:
        """The share of traffic (0 to 1) that users had before everyone; 0 where it is not known."""
        return self.percent / 100 if self.kind == "canary" else 0.0

    def next_step(self, share: float) -> tuple[float, int]:
        """After `share` (0 to 1) of users: the next share, and how many minutes after the shift
        began it comes. (1.0, 0) where the rollout does not tell."""
        if self.kind == "canary":
            return 1.0, self.minutes
        if self.kind == "linear" and self.percent:
            done = max(1, round(share * 100 / self.percent))
            return min(1.0, (done + 1) * self.percent / 100), done * self.minutes
        return 1.0, 0

    def moves(self, most: int) -> tuple[int, ...]:
        """Minutes after the shift began at which more users move, at most so many of them: every
        second one, every third, where there are more."""
        if self.kind == "canary":
            return (self.minutes,)
        if self.kind != "linear" or not self.percent:
            return ()
        count = -(-100 // self.percent) - 1
        every = -(-count // most)
        return tuple(step * self.minutes for step in range(every, count + 1, every))

    @property
    def is_made_by_us(self) -> bool:
        """Whether the configuration must be made before it can be used."""
        return self.configuration.startswith("pilotage-") and self.kind != "named"

    @property
    def routing(self) -> dict[str, object]:
        """CodeDeploy's trafficRoutingConfig."""
        if self.kind == "canary":
            times = {"canaryPercentage": self.percent, "canaryInterval": self.minutes}
            return {"type": "TimeBasedCanary", "timeBasedCanary": times}
        if self.kind == "linear":
            times = {"linearPercentage": self.percent, "linearInterval": self.minutes}
            return {"type": "TimeBasedLinear", "timeBasedLinear": times}
        return {"type": "AllAtOnce"}

    def __str__(self) -> str:
        if self.kind in ("canary", "linear"):
            while_ = minutes_in_words(self.minutes)
            time = (
                f"every {while_.removeprefix('1 ')}" if self.kind == "linear" else f"for {while_}"
            )
            return f"{self.kind} {self.percent}% {time}"
        return "all at once" if self.kind == "all-at-once" else self.name


def parse(words: str) -> Rollout:
    """Read `canary 10% 5m`, `linear 10% 1m`, `all at once` or a name. Raises BadRollout."""
    text = " ".join(words.split())
    if text.lower() in ("all at once", "all-at-once"):
        return Rollout("all-at-once")
    if found := _PHRASE.fullmatch(text):
        minutes = int(found["amount"]) * (60 if found["unit"].lower() == "h" else 1)
        return _checked(Rollout(found["kind"].lower(), int(found["percent"]), minutes))
    if _NAME.fullmatch(text):
        return Rollout("named", name=text)
    raise BadRollout(f"is no rollout. Say {FORMS}.")


def of_configuration(name: str) -> Rollout:
    """The rollout that a configuration's name tells: CodeDeploy's own, and ours."""
    if name == f"{PREDEFINED_PREFIX}LambdaAllAtOnce":
        return Rollout("all-at-once")
    if found := _CONFIGURATION.fullmatch(name):
        return Rollout(found["kind"].lower(), int(found["percent"]), int(found["minutes"]))
    return Rollout("named", name=name)


def minutes_in_words(minutes: int) -> str:
    if minutes % 60 == 0:
        hours = minutes // 60
        return f"{hours} hour{'s' if hours != 1 else ''}"
    return f"{minutes} minute{'s' if minutes != 1 else ''}"


def _checked(rollout: Rollout) -> Rollout:
    if not 1 <= rollout.percent <= MAX_PERCENT:
        raise BadRollout(
            f"moves {rollout.percent}% at a time; CodeDeploy moves 1% to {MAX_PERCENT}%."
        )
    steps = 1 if rollout.kind == "canary" else -(-100 // rollout.percent) - 1
    if rollout.minutes < 1:
        raise BadRollout("waits less than a minute, the shortest that CodeDeploy knows.")
    if steps * rollout.minutes > MAX_MINUTES:
        raise BadRollout(
            f"takes {steps * rollout.minutes} minutes; CodeDeploy allows {MAX_MINUTES}."
        )
    return rollout
