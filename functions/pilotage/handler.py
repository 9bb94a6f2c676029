"""Whether an archive holds the file that its function's handler names.

Without it every call of the new version fails, and a target without checks or traffic would never
notice. Handlers that live in a layer, and runtimes of other languages, are left alone.
"""

from collections.abc import Iterable

from pilotage.fault import Fault, did_you_mean, shown
from pilotage.target import FunctionState

PYTHON: tuple[str, ...] = (".py", ".pyc", "/__init__.py", "/__init__.pyc")
NODE: tuple[str, ...] = (".js", ".mjs", ".cjs")


def handler_faults(function: FunctionState, names: Iterable[str]) -> list[Fault]:
    """`names`: the archive's entries."""
    if function.layers or "." not in function.handler:
        return []
    path = function.handler.rsplit(".", 1)[0]
    if function.runtime.startswith("python"):
        path = path.replace(".", "/")
        ends = PYTHON
    elif function.runtime.startswith("nodejs"):
        ends = NODE
    else:
        return []
    files = list(names)
    if any(name == path + end for end in ends for name in files):
        return []
    if any(name.startswith(path + ".") and name.endswith((".so", ".pyd")) for name in files):
        return []
    wanted = path + ends[0]
    reason = (
        f'has no {shown(wanted)}, which the function\'s handler "{shown(function.handler)}" names.'
    )
    nested = [name for name in files if name.endswith("/" + wanted)]
    if nested:
        return [
            Fault("archive", reason, f"Pack from inside the folder: it has {shown(nested[0])}.")
        ]
    return [Fault("archive", reason, did_you_mean(wanted, files[:200]) if len(files) < 200 else "")]
