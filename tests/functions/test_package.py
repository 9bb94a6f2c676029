"""What ships: compiled for the runtime, the same from every build, and fit for every architecture."""

import importlib.util
import re
from pathlib import Path

import pytest
from samcli.lib.package.utils import make_zip_with_lambda_permissions

import build_package

ROOT = Path(__file__).parents[2]
UNCHECKED_HASH = 1


@pytest.fixture(scope="module")
def builds(tmp_path_factory):
    """Two builds, each from nothing."""
    folders = [tmp_path_factory.mktemp("build") / "package" for _ in range(2)]
    return [build_package.build(folder) for folder in folders]


@pytest.mark.long
def test_every_module_is_compiled_and_never_compared_with_its_source(builds):
    assert all_compiled(builds[0])


@pytest.mark.long
def test_what_sam_build_makes_is_that_package(pilotage, builds):
    """Of every function, by plain `sam build`, as it was deployed a moment ago."""
    built = ROOT / ".aws-sam" / "pilotage"
    functions = [folder for folder in built.iterdir() if folder.name.endswith("Function")]
    assert len(functions) == (ROOT / "template.yaml").read_text().count("BuildMethod: makefile")
    for function in functions:
        assert all_compiled(function)
        assert files(function) == files(builds[0]), function


def files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def all_compiled(folder):
    sources = list(folder.rglob("*.py"))
    assert folder / "inspect_artifact" / "app.py" in sources
    for source in sources:
        compiled = Path(importlib.util.cache_from_source(str(source))).read_bytes()
        assert compiled[:4] == importlib.util.MAGIC_NUMBER
        assert int.from_bytes(compiled[4:8], "little") == UNCHECKED_HASH
        assert compiled[8:16] == importlib.util.source_hash(source.read_bytes())
    return True


@pytest.mark.long
def test_two_builds_make_the_same_zip(builds, tmp_path):
    """By sam's own packer, which says 1980 of every file."""
    made = [make_zip_with_lambda_permissions(tmp_path / f"{n}", b) for n, b in enumerate(builds)]
    first, second = (Path(name).read_bytes() for name in made)
    assert first == second


@pytest.mark.long
def test_it_fits_every_architecture_and_tells_nothing_of_the_builder(builds):
    names = [str(path.relative_to(builds[0])) for path in builds[0].rglob("*")]
    assert not [name for name in names if name.endswith((".so", "RECORD", "WHEEL"))]
    assert "build_package.py" not in names
    compiled = (builds[0] / "pilotage" / "__pycache__").glob("archive.*.pyc")
    assert b"/var/task/pilotage/archive.py" in next(compiled).read_bytes()


def test_the_default_runtime_is_what_it_is_compiled_for():
    makefile = (ROOT / "functions" / "Makefile").read_text()
    template = (ROOT / "template.yaml").read_text()
    (runtime,) = re.findall(r"PythonRuntime:\n    Type: String\n    Default: (\S+)", template)
    assert f"LAMBDA_PYTHON ?= {runtime}\n" in makefile


def test_every_function_is_built_by_it():
    template = (ROOT / "template.yaml").read_text()
    functions = template.count("Type: AWS::Serverless::Function\n")
    assert functions == template.count(
        "Type: AWS::Serverless::Function\n    Metadata: {BuildMethod: makefile}\n"
    )
