"""Importer papermill et Altair sans ce qu'ils importent pour rien."""

import contextlib
import sys
from collections.abc import Iterator

INUTILES = ("rfc3987_syntax", "papermill.s3")
"""Ce que papermill et jsonschema importent sans en avoir besoin, et dont ils se passent quand l'import échoue.

La grammaire des adresses internationales, que jsonschema compile à chaque import, coûte plus d'une seconde, l'accès à
S3 un tiers. Les carnets, eux, peuvent les importer : l'empêchement ne dure que le temps du bloc `sans_inutiles`.
"""


@contextlib.contextmanager
def sans_inutiles() -> Iterator[None]:
    """Fait échouer l'import des `INUTILES` qui ne sont pas encore là, le temps du bloc."""
    absents = [module for module in INUTILES if module not in sys.modules]
    sys.modules.update(dict.fromkeys(absents, None))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for module in absents:
            sys.modules.pop(module, None)
