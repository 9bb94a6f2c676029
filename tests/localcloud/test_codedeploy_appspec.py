"""The AppSpec of a Lambda function: what is read, and what is not one.

https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
"""

import json

import pytest

from localcloud.codedeploy.appspec import INVALID, InvalidAppSpec, parse
from tests.builders import appspec

YAML = """
version: 0.0
Resources:
  - anyName:
      Type: AWS::Lambda::Function
      Properties:
        Name: "orders"
        Alias: "live"
        CurrentVersion: "7"
        TargetVersion: "8"
Hooks:
  - BeforeAllowTraffic: "CodeDeployHook_pre"
  - AfterAllowTraffic: "CodeDeployHook_post"
"""


def changed(**properties):
    """The AppSpec with other properties, or without one that is None."""
    body = json.loads(appspec("f", "1", "2"))
    kept = body["Resources"][0]["f"]["Properties"]
    kept.update(properties)
    for name in [name for name, value in kept.items() if value is None]:
        del kept[name]
    return json.dumps(body)


def test_yaml_is_read():
    spec = parse(YAML)
    assert (spec.function, spec.alias, spec.current, spec.target) == ("orders", "live", "7", "8")
    assert spec.hooks == {
        "BeforeAllowTraffic": "CodeDeployHook_pre",
        "AfterAllowTraffic": "CodeDeployHook_post",
    }


def test_keys_are_read_in_any_case():
    lower = YAML
    for word in ("Resources", "Type", "Properties", "Name", "Alias", "CurrentVersion", "Hooks"):
        lower = lower.replace(f"{word}:", f"{word.lower()}:")
    assert parse(lower) == parse(YAML)


@pytest.mark.parametrize("version", [0.0, "0.0"])
def test_the_version_is_a_number_or_a_text(version):
    assert parse(json.dumps({**json.loads(appspec("f", "1", "2")), "version": version}))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", 'must be "0.0"'),
        ("{", "neither YAML nor JSON"),
        (YAML.replace("0.0", "1.0"), 'must be "0.0"'),
        ('{"version": 0.0, "Resources": []}', "exactly one function"),
        ('{"version": 0.0, "Resources": {"f": {}}}', "exactly one function"),
        (YAML.replace("AWS::Lambda::Function", "AWS::ECS::Service"), "AWS::Lambda::Function"),
        (changed(Name=None), "function name cannot be null or empty"),
        (changed(Alias=""), "alias cannot be null or empty"),
        (changed(CurrentVersion=None), "current version cannot be null or empty"),
        (changed(TargetVersion=None), "target version cannot be null or empty"),
        (changed(TargetVersion={"a": 1}), "target version cannot be null or empty"),
        (changed(CurrentVersion="$LATEST"), "positive integer"),
        (changed(CurrentVersion="0"), "positive integer"),
        (changed(TargetVersion="-1"), "positive integer"),
        (appspec("f", "1", "2", hooks={"BeforeAllowTraffic": ""}), "cannot be null or empty"),
        (appspec("f", "1", "2", hooks={"BeforeAllowTraffic": None}), "cannot be null or empty"),
        (appspec("f", "1", "2", hooks={"AllowTraffic": "h"}), "Unknown lifecycle event"),
        (appspec("f", "1", "2", hooks={"BeforeInstall": "h"}), "Unknown lifecycle event"),
        (YAML.replace("  - Before", "  Before").replace("  - After", "  After"), "Hooks must list"),
    ],
)
def test_what_is_no_appspec_is_told_with_its_reason(text, reason):
    with pytest.raises(InvalidAppSpec) as error:
        parse(text)
    assert str(error.value).startswith(INVALID)
    assert reason in str(error.value)
