"""Lit un fichier fini selon son genre : ce qu'y verrait un lecteur curieux."""

import csv
import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from bilan.secret import lecteurs_bureau, lecteurs_web
from bilan.secret.lecture import Lecture, en_texte

_SANS_TEXTE = {".png", ".woff", ".woff2", ".ttf", ".otf", ".ico", ".css"}


def lire(chemin: Path) -> Lecture | None:
    """Rend ce que dit le fichier, ou None si la barrière ne sait pas lire ce genre de fichier.

    Une image PNG, une police et une feuille de style ne disent rien ; une archive dit ce que disent tous ses fichiers.
    Lève `OSError` ou `ValueError` d'un fichier abîmé.
    """
    return _lire(chemin.name, chemin.read_bytes)


def _lire(nom: str, contenu: Callable[[], bytes]) -> Lecture | None:
    genre = PurePosixPath(nom).suffix.lower()
    if genre in _SANS_TEXTE:
        return Lecture()
    lecteur = _LECTEURS.get(genre)
    return None if lecteur is None else lecteur(contenu(), PurePosixPath(nom).stem)


def _zip(contenu: bytes, nom: str) -> Lecture:
    lecture = Lecture()
    with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
        for membre in archive.namelist():
            lue = _lire(membre, partial(archive.read, membre))
            if lue is None:
                raise ValueError(f"« {membre} » est d'un genre que la barrière ne sait pas lire")
            lecture.joindre(lue)
    return lecture


def _csv(contenu: bytes, nom: str) -> Lecture:
    texte = contenu.decode("utf-8-sig")
    separateur = max(";,\t", key=texte.split("\n", 1)[0].count)
    lecture = Lecture()
    lecture.ajouter_table(nom, list(csv.reader(io.StringIO(texte), delimiter=separateur)))
    return lecture


def _parquet(contenu: bytes, nom: str) -> Lecture:
    import polars as pl

    table = pl.read_parquet(io.BytesIO(contenu))
    lecture = Lecture()
    lecture.ajouter_table(nom, [table.columns, *([en_texte(v) for v in ligne] for ligne in table.iter_rows())])
    return lecture


def _pdf(contenu: bytes, nom: str) -> Lecture:
    return Lecture(phrases=list(_lignes_pdf(contenu)))


def _lignes_pdf(contenu: bytes) -> Iterator[str]:
    """Rend chaque ligne de la page telle qu'on la voit : une rangée de table y est d'un tenant."""
    if outil := shutil.which("pdftotext"):
        fait = subprocess.run([outil, "-layout", "-", "-"], input=contenu, capture_output=True, check=True)
        yield from fait.stdout.decode("utf-8", "replace").splitlines()
        return
    try:
        from pypdf import PdfReader
    except ImportError as erreur:
        raise ValueError("ni pdftotext (poppler-utils) ni pypdf ne sont installés") from erreur
    for page in PdfReader(io.BytesIO(contenu)).pages:
        yield from page.extract_text(extraction_mode="layout").splitlines()


def _brut(contenu: bytes, nom: str) -> Lecture:
    return Lecture(phrases=contenu.decode("utf-8").splitlines())


_LECTEURS: dict[str, Callable[[bytes, str], Lecture]] = {
    ".html": lecteurs_web.html,
    ".svg": lecteurs_web.svg,
    ".xml": lecteurs_web.html,
    ".json": lecteurs_web.en_json,
    ".ipynb": lecteurs_web.en_json,
    ".geojson": lecteurs_web.en_json,
    ".js": lecteurs_web.js,
    ".mjs": lecteurs_web.js,
    ".csv": _csv,
    ".parquet": _parquet,
    ".xlsx": lecteurs_bureau.xlsx,
    ".pptx": lecteurs_bureau.pptx,
    ".pdf": _pdf,
    ".zip": _zip,
    ".txt": _brut,
    ".md": _brut,
    "": _brut,
}
