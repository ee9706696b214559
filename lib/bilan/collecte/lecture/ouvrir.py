"""Ouvrir un fichier reçu : la garde d'abord, puis le lecteur de son format. Tout sort en texte."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from bilan.collecte.anomalies import Anomalie
from bilan.collecte.lecture.borne import LecteurBorne
from bilan.collecte.lecture.feuille import Feuille
from bilan.collecte.lecture.fichier_csv import lire_lignes
from bilan.collecte.lecture.garde import garder

_DATES_1904 = re.compile(rb'date1904="(1|true)"')


@dataclass(frozen=True)
class Ouvert:
    """Fichier ouvert : ses feuilles, l'origine de ses dates (1900 ou 1904) et les remarques de la garde."""

    feuilles: list[Feuille]
    remarques: tuple[Anomalie, ...]
    origine_dates: int = 1900
    format: str = "csv"


def ouvrir(chemin: Path, lecteur: LecteurBorne) -> Ouvert:
    """Rend le contenu du fichier, en texte ; lève `DonneesRefusees` si la garde ou le lecteur le refusent."""
    passage = garder(chemin)
    if passage.format == "csv":
        return Ouvert([Feuille("", lire_lignes(chemin))], passage.remarques)
    return Ouvert(lecteur.lire(chemin), passage.remarques, _origine_dates(chemin, passage.format), passage.format)


def _origine_dates(chemin: Path, genre: str) -> int:
    if genre != "xlsx":
        return 1900
    with zipfile.ZipFile(chemin) as archive:
        return 1904 if _DATES_1904.search(archive.read("xl/workbook.xml")) else 1900
