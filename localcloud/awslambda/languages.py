"""What runs functions of each language: the process, and what its environment needs."""

import sys
from pathlib import Path

_HERE = Path(__file__).parent


def refusal(runtime: str) -> str:
    """Why functions of this runtime cannot run here; "" when they can."""
    if runtime.startswith("python"):
        return ""
    return f"The local cloud runs Python functions alone, not {runtime}."


def command(handler: str) -> list[str]:
    """`-P`: the folder of the script is not for the function to import from."""
    return [sys.executable, "-P", str(_HERE / "python_bootstrap.py"), handler]


def environment(folder: Path) -> dict[str, str]:
    return {
        "PYTHONPATH": str(folder),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
