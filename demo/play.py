"""Play a story: upload, watch the alias and the chat, compare the ending with what was told."""

import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from demo.display import Display, bar, clock
from demo.stories import Story
from localcloud.prepared import ALIAS, FUNCTION, TARGET, Prepared
from localcloud.users import Users

PATIENCE_SECONDS = 90
Watch = Callable[[str, Mapping[str, float]], None]


@dataclass(frozen=True)
class Ending:
    story: Story
    did: str
    differs: str
    seconds: float
    told: dict[str, Any] = field(default_factory=dict)


@dataclass
class Stage:
    """The deployed stack, reached through AWS's API alone; `inbox` only where Slack is local. A story
    has `patience_seconds` to end in."""

    bucket: str
    inbox: str
    clients: dict[str, Any]
    display: Display
    patience_seconds: float = PATIENCE_SECONDS
    _told: int = 0

    def __post_init__(self) -> None:
        self._s3, self._lambda = self.clients["s3"], self.clients["lambda"]
        self.users = Users(self._lambda, FUNCTION, ALIAS)

    def play(self, story: Story, watch: Watch = lambda _version, _weights: None) -> Ending:
        """`watch` is told every value of the alias that was seen."""
        self._watched = watch
        started = time.monotonic()
        artifact = Prepared(story.folder)
        self.display.say(f"  $ aws s3 cp orders-{story.folder}.zip s3://{self.bucket}/{TARGET}/")
        version = self._s3.put_object(Bucket=self.bucket, Key=artifact.key, Body=artifact.pack())[
            "VersionId"
        ]
        seen: set[float] = set()
        outcome = None
        while outcome is None and time.monotonic() - started < self.patience_seconds:
            seen.add(self._watch(started))
            outcome = self._outcome(version)
        if outcome is None:
            return Ending(story, "no ending", "no outcome was written", time.monotonic() - started)
        self._let_chat_arrive()
        self._print_chat(started)
        return self._ending(story, outcome, seen, time.monotonic() - started)

    def _watch(self, started: float) -> float:
        """Show the shift once; the share of the new version that the alias has now."""
        self._print_chat(started)
        share, new = self._share()
        answers = " · ".join(f"v{v} {s:.0%}" for v, s in self.users.shares().items())
        failed = self.users.failed()
        errors = f" · {failed:.0%} fail" if failed else ""
        if new:
            text = f"{share:4.0%} on version {new}   answers: {answers or 'none yet'}{errors}"
            self.display.moves(bar(share), f"{text}   {clock(started)}")
        time.sleep(0.2)
        return share

    def _share(self) -> tuple[float, str]:
        try:
            alias = self._lambda.get_alias(FunctionName=FUNCTION, Name=ALIAS)
        except self._lambda.exceptions.ResourceNotFoundException:
            return 0.0, ""
        weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        self._watched(alias["FunctionVersion"], weights)
        for version, weight in weights.items():
            return weight, version
        return 1.0, alias["FunctionVersion"]

    def _outcome(self, version: str) -> dict[str, Any] | None:
        key = f"_pilotage/outcomes/{TARGET}/{version}.json"
        try:
            body = self._s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except self._s3.exceptions.NoSuchKey:
            return None
        found: dict[str, Any] = json.loads(body)
        return found

    def _ending(
        self, story: Story, told: dict[str, Any], seen: set[float], seconds: float
    ) -> Ending:
        outcome = told["outcome"]
        did = f"{outcome['kind']}: "
        if outcome["share"]:  # users had it
            did += f"{outcome['share']:.0%} of users for {outcome['seconds']:.1f} s, back on version {outcome['users_get']}"
        elif outcome["kind"] == "rejected":
            did += f"{len(told['faults'])} faults told, nothing changed"
        else:
            did += f"version {outcome['users_get']}"
        differs = story.differs(outcome, told["faults"])
        if not differs and story.moves and not any(0 < share < 1 for share in seen):
            differs = "traffic was never seen shared"
        return Ending(story, did, differs, seconds, told)

    def _let_chat_arrive(self) -> None:
        """The notice goes its own way and may come a moment after the outcome."""
        for _ in range(30):
            sent = self._sent()
            if len(sent) > self._told and sent[-1]["text"].split(" ")[0] not in "📦⏸🔎🚚":
                return
            time.sleep(0.2)

    def _print_chat(self, started: float) -> None:
        for message in self._sent()[self._told :]:
            self._told += 1
            if message.get("thread_ts"):  # the same end, said aloud
                continue
            self.display.say(f"  {clock(started)}  #releases  {message['text']}")
            for reason in _reasons(message):
                self.display.say(f"{'':23}• {reason}")

    def _sent(self) -> list[dict[str, Any]]:
        if not self.inbox:
            return []
        with urllib.request.urlopen(self.inbox) as answer:
            messages: list[dict[str, Any]] = json.load(answer)
        return messages


def _reasons(message: dict[str, Any]) -> list[str]:
    found = []
    for block in message.get("blocks") or []:
        for part in block.get("elements", []) if block["type"] == "rich_text" else []:
            if part["type"] == "rich_text_list":
                items = part["elements"]
                found += ["".join(e["text"] for e in item["elements"]) for item in items]
    return found
