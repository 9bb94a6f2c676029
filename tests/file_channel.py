"""A channel that is a file: one JSON line for each thing told, oldest first."""

import json
from functools import partial

from pilotage.told import digest


class FileChannel:
    """`trouble` is raised once, instead of telling; with `more` there is always more to tell."""

    def __init__(self, path):
        self.path, self.trouble, self.more = path, None, False
        path.touch()

    def next(self, notice, told):
        words = {"headline": notice.headline, "users_get": notice.users_get, "who": notice.who}
        if told.digest == digest(words) and not self.more:
            return None
        return partial(self._write, notice, words, told)

    def _write(self, notice, words, told):
        if self.trouble:
            trouble, self.trouble = self.trouble, None
            raise trouble
        buttons = [button.action for button in notice.buttons]
        where = {"edits": told.ts, "channel": told.channel or notice.channel}
        entry = {**where, **words, "buttons": buttons}
        with self.path.open("a") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        return told._replace(
            channel=entry["channel"],
            ts=told.ts or "1.1",
            rank=notice.rank,
            digest=digest(words),
            ended=notice.ended,
        )

    @property
    def entries(self):
        return [json.loads(line) for line in self.path.read_text().splitlines()]
