"""YAML and JSON from strangers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotage.documents import Document, parse
from pilotage.fault import Fault


def value(text):
    found = parse("pilotage.yml", text.encode())
    assert isinstance(found, Document), found
    return found.value


def fault(text):
    found = parse("pilotage.yml", text if isinstance(text, bytes) else text.encode())
    assert isinstance(found, Fault), found
    return str(found)


def test_scalars_stay_the_text_they_are():
    assert value("version: 1.10\ncommit: 0123456\nday: 2026-11-23\nyes: no\n") == {
        "version": "1.10",
        "commit": "0123456",
        "day": "2026-11-23",
        "yes": "no",
    }


def test_json_is_read_too():
    assert value('{"a": [1, true, null]}') == {"a": ["1", "true", "null"]}


def test_an_empty_file_says_nothing():
    assert value("") == {}


def test_a_bomb_of_aliases_is_refused_by_its_line():
    bomb = "a: &a [x, x]\nb: [*a, *a]\n"
    assert fault(bomb).startswith("pilotage.yml:1: YAML anchors and aliases are not allowed")


def test_deep_nesting_is_refused():
    assert "levels deep" in fault("[" * 200 + "]" * 200)


def test_a_key_that_stands_twice_is_refused():
    assert fault("rollout: a\nrollout: b\n") == "pilotage.yml:2: says `rollout` twice."


def test_what_is_not_utf8_says_where():
    assert "byte 3" in fault(b"a: \xff")


def test_what_is_not_yaml_says_where():
    assert fault("a: [1\nb: 2\n").startswith("pilotage.yml:")


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!str", "!own"])
def test_tags_are_refused(tag):
    assert "tags" in fault(f"a: {tag} [id]\n")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_document_or_a_fault(body):
    assert isinstance(parse("f", body), Document | Fault)


@pytest.mark.parametrize("text", ["? [a]\n: b\n", "- &x a\n"])
def test_what_manifests_do_not_need_is_refused(text):
    assert fault(text)


@pytest.mark.parametrize("text", ['a: "\\UFFFFFFFF"', 'a: "\\ud800"', '"\\udfff": 1'])
def test_characters_that_are_none_are_refused(text):
    assert fault(text)


def test_json_with_tabs_is_json():
    found = parse("appspec.json", b'{\n\t"version": 0.0,\n\t"a": [true]}')
    assert found.value == {"version": "0.0", "a": ["true"]}


def test_broken_json_says_where():
    assert isinstance(parse("appspec.json", b'{"a": }'), Fault)


def fault_of_json(text):
    found = parse("appspec.json", text.encode())
    assert isinstance(found, Fault), found
    return str(found)


def test_json_is_held_to_the_rules_of_yaml():
    assert fault_of_json('{"Hooks": [], "Hooks": [{}]}') == "appspec.json:1: says `Hooks` twice."
    assert (
        fault_of_json("[" * 22 + "]" * 22) == "appspec.json:1: is nested more than 20 levels deep."
    )
    assert fault_of_json("[" * 60_000) == "appspec.json: is nested more than 20 levels deep."
    assert fault_of_json("{").startswith("appspec.json: is not JSON: ")
