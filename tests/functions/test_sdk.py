"""The SDK that ships: cut down to what Pilotage calls, and the one that the tests ran with."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import botocore
import botocore.session
import pytest
from botocore import xform_name

import build_package
from trim_sdk import CALLS, trim

ROOT = Path(__file__).parents[2]
SESSION = botocore.session.get_session()
GATEWAYS = ROOT / "functions" / "pilotage" / "gateways"


def operations(service):
    """By the method's name."""
    model = SESSION.get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


def named_in(source):
    """Attributes and texts of a module: a method is called, or named to a paginator."""
    nodes = list(ast.walk(ast.parse(source)))
    attributes = {n.attr for n in nodes if isinstance(n, ast.Attribute)}
    return attributes | {n.value for n in nodes if isinstance(n, ast.Constant)}


def test_what_ships_is_what_the_gateways_call():
    called = defaultdict(set)
    for path in GATEWAYS.glob("*.py"):
        source = path.read_text()
        words = named_in(source)
        for service in re.findall(r'client\("(\w+)"', source):
            known = operations(service)
            called[service] |= {known[word] for word in words & known.keys()}
    # Any file may ask table.py for a write.
    known = operations("dynamodb")
    for path in GATEWAYS.glob("*_table.py"):
        called["dynamodb"] |= {known[w] for w in named_in(path.read_text()) & known.keys()}
    assert {service: sorted(names) for service, names in called.items()} == {
        service: sorted(names) for service, names in CALLS.items()
    }


def test_the_pins_that_ship_are_the_pins_of_the_tests():
    def pins(path):
        return dict(re.findall(r"^([\w-]+)==(\S+)$", path.read_text().lower(), re.MULTILINE))

    tested = pins(ROOT / "requirements-dev.txt")
    for name, version in pins(build_package.REQUIREMENTS).items():
        assert tested[name.replace("_", "-")] == version, name


@pytest.fixture(scope="module")
def trimmed(tmp_path_factory):
    """A folder with botocore in it, trimmed."""
    whole = Path(botocore.__file__).parent
    copy = tmp_path_factory.mktemp("sdk") / "botocore"
    shutil.copytree(whole, copy, ignore=shutil.ignore_patterns("data", "__pycache__"))
    for service in CALLS:
        shutil.copytree(whole / "data" / service, copy / "data" / service)
    for path in (whole / "data").glob("*.json"):
        shutil.copy(path, copy / "data")
    trim(copy)
    return copy.parent


@pytest.fixture(scope="module")
def data(trimmed):
    return trimmed / "botocore" / "data"


def test_the_trimmed_sdk_makes_every_client_and_calls_without_its_manuals(trimmed, cloud):
    """Also what is paginated, and what AWS refuses."""
    code = """
import botocore.docs, botocore.session, sys
session = botocore.session.Session()
for service in sys.argv[1:]:
    client = session.create_client(service)
    assert not hasattr(client, "no_such_call")
client = session.create_client("dynamodb")
assert client.get_item.__doc__ == "", client.get_item.__doc__
assert client.get_paginator("query").paginate.__doc__ == ""
try:
    client.get_item(TableName="no-such-table", Key={"pk": {"S": "x"}})
except client.exceptions.ResourceNotFoundException as error:
    print("refused", botocore.docs.__file__)
"""
    said = subprocess.run(
        [sys.executable, "-c", code, *CALLS],
        env={**os.environ, **cloud.environment(), "PYTHONPATH": str(trimmed)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert said.stderr == ""
    assert said.stdout == f"refused {trimmed}/botocore/docs/__init__.py\n"


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-3", "us-gov-west-1", "cn-north-1"])
def test_the_trimmed_sdk_goes_where_the_whole_one_goes(data, region):
    def of(loader):
        session = botocore.session.Session()
        session.register_component("data_loader", loader)
        session.set_credentials("AKIA", "secret")
        made = {name: session.create_client(name, region_name=region) for name in CALLS}
        return {
            name: (
                client.meta.endpoint_url,
                client.meta.config.signature_version,
                client.meta.service_model.signing_name,
                client.meta.service_model.resolved_protocol,
            )
            for name, client in made.items()
        }

    Loader = botocore.loaders.Loader
    assert of(Loader([str(data)], include_default_search_paths=False)) == of(Loader())


def test_a_call_is_described_as_in_the_whole_sdk(data):
    def shapes(loader):
        found = {}
        for service, names in CALLS.items():
            model = botocore.model.ServiceModel(loader.load_service_model(service, "service-2"))
            for name in names:
                operation = model.operation_model(name)
                for shape in (operation.input_shape, operation.output_shape):
                    found[service, name, shape and shape.name] = described(shape)
        return found

    def described(shape, above=()):
        if shape is None or shape.name in above:
            return None
        above = (*above, shape.name)
        inner = dict(getattr(shape, "members", {}))
        for one in ("member", "key", "value"):
            if hasattr(shape, one):
                inner[one] = getattr(shape, one)
        return (
            shape.type_name,
            json.dumps([shape.serialization, shape.metadata], sort_keys=True, default=str),
            {name: described(one, above) for name, one in inner.items()},
        )

    Loader = botocore.loaders.Loader
    trimmed = shapes(Loader([str(data)], include_default_search_paths=False))
    assert trimmed == shapes(Loader())
    assert len(trimmed) >= sum(map(len, CALLS.values()))
