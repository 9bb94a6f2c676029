"""The table of CodeDeploy's behaviours cannot rot: what it names exists, and it counts itself."""

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "codedeploy.md").read_text()
TEST = re.compile(r"`(test_\w+\.py)::(test_\w+)`")
TOPICS = [
    "Configurations",
    "Revisions",
    "Deployments, targets and events",
    "Limits",
    "Ends",
    "Rollbacks",
    "Alias values",
    "The contract of hooks",
    "CreateDeployment: parameters and errors",
    "Notifications",
    "Alarms",
]


def tables():
    """The rows of each table by its topic: behaviour, source, test."""
    for part in PAGE.split("\n## ")[1:]:
        topic, *lines = part.splitlines()
        cells = [
            [cell.strip() for cell in line.strip("|").split(" | ")]
            for line in lines
            if line.startswith("| ")
        ]
        yield topic, cells[1:]  # the first one names the columns


ROWS = [row for _, rows in tables() for row in rows]
NAMED = sorted(set(TEST.findall(PAGE)))


def functions(path):
    tree = ast.parse(path.read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def has_a_test(row):
    return not row[2].startswith("none: ")


def test_each_topic_has_its_table():
    assert [topic for topic, rows in tables() if rows] == TOPICS


def test_a_row_has_a_behaviour_a_source_and_a_test_or_a_reason():
    for row in ROWS:
        assert len(row) == 3, row
        assert all(row), row
        assert not has_a_test(row) or TEST.sub("", row[2]).strip(", ") == "", row


def test_no_behaviour_stands_twice():
    told = [(topic, row[0]) for topic, rows in tables() for row in rows]
    assert len(told) == len(set(told))


@pytest.mark.parametrize("file", sorted({file for file, _ in NAMED}))
def test_every_test_that_is_named_exists(file):
    named = {name for other, name in NAMED if other == file}
    assert named - functions(HERE / file) == set()


def test_the_head_counts_right():
    held = sum(map(has_a_test, ROWS))
    told = f"{len(ROWS)} rows; {held} have a test, {len(ROWS) - held} have none and say why."
    assert told in PAGE


def test_every_source_that_is_a_link_leads_somewhere():
    known = set(re.findall(r"^\[([^\]]+)\]: https://\S+$", PAGE, re.MULTILINE))
    named = {name for row in ROWS for name in re.findall(r"\[([^\]]+)\]", row[1])}
    assert named - known == {"reported"}
    assert known <= named
