"""Archives of the example's releases, packed as a build job would."""

import io
import zipfile
from pathlib import Path

RELEASES = Path(__file__).resolve().parent.parent / "examples" / "orders" / "releases"


def pack(folder: str, broken: bool = False) -> bytes:
    """A zip of one release. A broken one carries an entry that climbs out of the archive."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((RELEASES / folder).iterdir()):
            info = zipfile.ZipInfo(path.name, (2026, 1, 1, 0, 0, 0))
            archive.writestr(info, path.read_bytes(), zipfile.ZIP_DEFLATED)
        if broken:
            archive.writestr(zipfile.ZipInfo("../outside.py", (2026, 1, 1, 0, 0, 0)), "")
    return body.getvalue()
