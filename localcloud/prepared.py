"""The example's releases, packed as a build job would: what the demo plays and the page offers."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

RELEASES = Path(__file__).resolve().parent.parent / "examples" / "orders" / "releases"
TARGET = "orders/prod"
FUNCTION, ALIAS = "orders", "live"
_THEN = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Prepared:
    """`name` is its folder's."""

    name: str

    @property
    def key(self) -> str:
        return f"{TARGET}/orders-{self.name}.zip"

    @property
    def title(self) -> str:
        return self.name.partition("-")[2].replace("-", " ")

    def pack(self) -> bytes:
        """A zip of it. The broken one carries an entry that climbs out of the archive."""
        body = io.BytesIO()
        with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted((RELEASES / self.name).iterdir()):
                info = zipfile.ZipInfo(path.name, _THEN)
                archive.writestr(info, path.read_bytes(), zipfile.ZIP_DEFLATED)
            if self.name.endswith("broken"):
                archive.writestr(zipfile.ZipInfo("../outside.py", _THEN), "")
        return body.getvalue()


def prepared() -> list[Prepared]:
    return [Prepared(folder.name) for folder in sorted(RELEASES.iterdir()) if folder.is_dir()]
