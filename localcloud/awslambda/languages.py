"""What runs functions of each language: the process, and what its environment needs."""

import os
import shutil
import sys
from pathlib import Path

_HERE = Path(__file__).parent


def refusal(runtime: str) -> str:
    """Why functions of this runtime cannot run here; "" when they can."""
    if runtime.startswith("python"):
        return ""
    if not runtime.startswith("nodejs"):
        return f"The local cloud runs Python and Node.js functions alone, not {runtime}."
    if shutil.which("node"):
        return ""
    return f"The local cloud runs {runtime} functions with the node of its PATH, which has none."


def command(runtime: str, handler: str, memory_mb: int) -> list[str]:
    if runtime.startswith("nodejs"):
        # Nine tenths of the memory for the heap, so that Node collects what it no longer needs in
        # time. AWS limits the heap too; to how much is not documented.
        heap = f"--max-old-space-size={memory_mb * 9 // 10}"
        return ["node", heap, str(_HERE / "node_bootstrap.mjs")]
    # `-P`: the folder of the script is not for the function to import from.
    return [sys.executable, "-P", str(_HERE / "python_bootstrap.py"), handler]


def environment(runtime: str, folder: Path) -> dict[str, str]:
    """AWS's Node.js has its SDK; here it is found where the cloud's own NODE_PATH says."""
    if runtime.startswith("nodejs"):
        return {key: os.environ[key] for key in ("NODE_PATH",) if key in os.environ}
    return {
        "PYTHONPATH": str(folder),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
