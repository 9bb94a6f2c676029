"""What a manifest may say, and that the published schema says the same."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from pilotage import manifest
from pilotage.checks import Check
from pilotage.documents import parse

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "pilotage.schema.json").read_text())


def read(text):
    found, faults = manifest.read(parse("pilotage.yml", text.encode()))
    return found, [str(fault) for fault in faults]


def schema_accepts(text):
    validator = jsonschema.Draft7Validator(SCHEMA)
    return validator.is_valid(yaml.load(text, yaml.BaseLoader))


FULL = """
rollout: linear 10% 1m
checks:
  before:
    - invoke: {path: /orders/1}
      expect: {statusCode: 200}
      within: 500ms
  after: CodeDeployHook_my_own
release: {version: 1.10, commit: 0123456, by: mara, url: https://example.org, notes: n}
"""


def test_everything_that_it_may_say_is_read():
    found, faults = read(FULL)
    assert faults == []
    assert str(found.rollout) == "linear 10% every minute"
    assert found.before == (Check({"path": "/orders/1"}, {"statusCode": "200"}, 500),)
    assert found.after_hook == "CodeDeployHook_my_own"
    assert found.facts["version"] == "1.10"
    assert found.asks == ("rollout", "checks")


def test_nothing_is_needed():
    assert read("") == (manifest.Manifest(), [])


def test_all_faults_are_told_at_once_each_with_its_line_and_fix():
    _, faults = read("rolout: x\nchecks:\n  befor: []\nrelease:\n  version: [1]\n")
    assert faults == [
        'pilotage.yml:1 rolout: "rolout" is not known here. Did you mean "rollout"?',
        'pilotage.yml:3 checks.befor: "befor" is not known here. Did you mean "before"?',
        "pilotage.yml:5 release.version: must be text, but is a list.",
    ]


FAULTY = [
    ("- a\n", "must be an object"),
    ("just words\n", "must be an object"),
    ("rollout: [a]\n", "must be text"),
    ("rollout: canary 0% 5m\n", "CodeDeploy moves 1% to 99%"),
    ("rollout: linear 1% 60m\n", "CodeDeploy allows 2880"),
    ("rollout: quickly please\n", "is no rollout"),
    ("checks: {before: {a: b}}\n", "neither a list of checks"),
    ("checks: {before: my_hook}\n", "must begin with CodeDeployHook_"),
    ("checks: {before: [{invoke: x}]}\n", "must be an object"),
    ("checks: {before: [{within: 1h}]}\n", "is no duration"),
    ("checks: {after: [x]}\n", "must be an object"),
    ("targets: []\n", "reserved"),
    ("release: {author: me}\n", "not known here"),
]


@pytest.mark.parametrize(("text", "reason"), FAULTY)
def test_what_is_wrong_is_told(text, reason):
    _, faults = read(text)
    assert any(reason in fault for fault in faults), faults


SCHEMA_CANNOT_COUNT = ("CodeDeploy moves", "CodeDeploy allows", "is no rollout")


@pytest.mark.parametrize("text", [FULL, "{}\n"])
def test_the_schema_accepts_what_is_accepted(text):
    assert schema_accepts(text)


@pytest.mark.parametrize(
    "text",
    [text for text, why in FAULTY if not any(word in why for word in SCHEMA_CANNOT_COUNT)],
)
def test_the_schema_refuses_what_is_refused(text):
    assert not schema_accepts(text)


def test_a_thousand_unknown_words_are_told_in_few_lines():
    _, faults = read("".join(f"rollou{n}: 1\n" for n in range(5000)))
    assert len(faults) == 21
    assert faults[0].endswith('"rollou0" is not known here. Did you mean "rollout"?')
    assert faults[-1] == "and: 4980 more faults like these."


def test_checks_too_large_to_keep_are_refused():
    """In JSON a control character takes six bytes, in a manifest two."""
    key = "\\a" * 25_000
    found, faults = read(f'checks: {{before: [{{expect: {{? "{key}" : x}}}}]}}')
    assert [fault for fault in faults if "larger than 100 KB" in fault]
    assert found.before == ()
