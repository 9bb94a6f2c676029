"""Exports: one name, one stack; and what others import stays as it is."""

import pytest

from tests.builders import unique
from tests.localcloud.stack_calls import Stack, queue, topic


def exporting(name, value):
    return {"Outputs": {"Out": {"Value": value, "Export": {"Name": name}}}}


@pytest.fixture
def shared(aws):
    """A name, a stack that exports it, and a stack that imports it."""
    name, exporter, importer = unique("export"), Stack(aws), Stack(aws)
    exporter.create({"Queue": queue()}, rest=exporting(name, "one"))
    importer.create({"Topic": topic(DisplayName={"Fn::ImportValue": name})})
    return name, exporter, importer


def test_two_stacks_cannot_export_one_name(aws, shared):
    name, exporter, _ = shared
    second = Stack(aws)
    ended = second.create({"Queue": queue()}, rest=exporting(name, "other"))
    assert ended["StackStatus"] == "ROLLBACK_COMPLETE"
    text = f"Export with name {name} is already exported by stack {exporter.name}."
    assert ended["StackStatusReason"] == text
    assert second.ids() == {}


@pytest.mark.parametrize(("rest", "change"), [("two", "updated"), (None, "deleted")])
def test_an_export_in_use_is_neither_changed_nor_taken_away(shared, rest, change):
    name, exporter, importer = shared
    rest = exporting(name, rest) if rest else {}
    ended = exporter.update({"Queue": queue(DelaySeconds=1)}, rest=rest)
    assert ended["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    text = f"Export {name} cannot be {change} as it is in use by {importer.name}"
    assert ended["StackStatusReason"] == text
    assert ended["Outputs"][0]["OutputValue"] == "one"


def test_a_stack_whose_export_is_in_use_is_not_deleted(aws, shared):
    name, exporter, importer = shared
    assert aws.cloudformation.list_imports(ExportName=name)["Imports"] == [importer.name]
    ended = exporter.delete()
    assert ended["StackStatus"] == "CREATE_COMPLETE"
    text = f"Delete canceled. Cannot delete export {name} as it is in use by {importer.name}."
    assert ended["StackStatusReason"] == text
    importer.update({"Topic": topic(DisplayName="own")})
    assert exporter.delete() is None
