"""The package that every function ships: our code, what it needs, and both compiled.

`python build_package.py FOLDER`, by the runtime's own minor version. The SDK is part of it: so what
was tested is what runs, whichever boto3 the runtime has, and it is compiled and trimmed. Compiled files are of the
unchecked-hash kind (PEP 552): Lambda's file times are not those of the build, so timestamps would
never match. Binary extensions are left out, because nothing uses them; so the package fits every
architecture. Two builds of the same sources give the same files.
"""

import fcntl
import hashlib
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from trim_sdk import trim

HERE = Path(__file__).resolve().parent
BUILDERS = (Path(__file__).resolve(), HERE / "trim_sdk.py")
BUILT = HERE.parent / ".aws-sam" / "packages"
REQUIREMENTS = HERE / "requirements.txt"
# Where Lambda unpacks it: tracebacks name this place, not the builder's.
TASK_ROOT = "/var/task"
# What pip writes of itself and of the machine.
NOT_SHIPPED = ("*.so", "**/RECORD", "**/INSTALLER", "**/REQUESTED", "**/WHEEL", "bin/*")
COMPILE = "--compile"
OLDEST = 315532800  # 1980-01-01, the first day that a zip knows


def main(folder: Path) -> None:
    """Put the package into the folder, building it unless it is built already."""
    BUILT.mkdir(parents=True, exist_ok=True)
    package = BUILT / f"{sys.implementation.cache_tag}-{_digest()}"
    with (BUILT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not package.exists():
            with tempfile.TemporaryDirectory(dir=BUILT) as scratch:
                build(Path(scratch) / "package").rename(package)
    shutil.copytree(package, folder, dirs_exist_ok=True)


def build(package: Path) -> Path:
    """The package, from nothing."""
    _install(package)
    trim(package / "botocore")
    for source in _sources():
        target = package / source.relative_to(HERE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    compile_all(package)
    for path in package.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (OLDEST, OLDEST))
    return package


def _install(package: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    pip += ["--no-compile", "--only-binary=:all:", "-r", str(REQUIREMENTS), "-t", str(package)]
    subprocess.run(pip, check=True, stdout=sys.stderr)
    for pattern in NOT_SHIPPED:
        for path in package.rglob(pattern):
            path.unlink()
    shutil.rmtree(package / "bin", ignore_errors=True)


def compile_all(package: Path) -> None:
    """In a fresh interpreter of a fixed hash seed: what is marshalled depends on the order of sets, and
    on which texts the interpreter holds already."""
    command = [sys.executable, "-S", str(Path(__file__).resolve()), COMPILE, str(package)]
    subprocess.run(command, check=True, env={"PYTHONHASHSEED": "0"})


def compile_here(package: Path) -> None:
    for path in sorted(package.rglob("*.py")):
        py_compile.compile(
            str(path),
            dfile=f"{TASK_ROOT}/{path.relative_to(package)}",
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )


def _sources() -> Iterator[Path]:
    for path in sorted(HERE.rglob("*.py")):
        if path not in BUILDERS:
            yield path


def _digest() -> str:
    digest = hashlib.sha256()
    for path in (*BUILDERS, REQUIREMENTS, *_sources()):
        digest.update(f"{path.relative_to(HERE)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    if sys.argv[1] == COMPILE:
        compile_here(Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]))
