"""Lire un CSV tel qu'on en reçoit : trois encodages, trois séparateurs, et l'erreur située quand il est abîmé."""

import codecs
import csv
import io
from collections import Counter
from pathlib import Path

from bilan.collecte.anomalies import Anomalie, Gravite, Lieu, refus

_SEPARATEURS = ";\t,"
_LIGNES_ESSAI = 5


def decoder(octets: bytes) -> str:
    """Rend le texte du fichier : UTF-8 (avec ou sans marque), sinon UTF-16 marqué, sinon Windows-1252.

    Une échelle fixe, car deviner l'encodage d'un fichier court en français se trompe.
    """
    if octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return octets.decode("utf-16", errors="replace")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return octets.decode("cp1252", errors="replace")


def separateur(texte: str) -> str:
    """Rend le séparateur le plus régulier des cinq premières lignes ; le point-virgule à défaut."""
    debut = [ligne for ligne in texte.splitlines()[: 4 * _LIGNES_ESSAI] if ligne.strip()][:_LIGNES_ESSAI]
    comptes = {signe: Counter(ligne.count(signe) for ligne in debut) for signe in _SEPARATEURS}
    notes = {
        signe: max((repete * min(nombre, 3) for nombre, repete in compte.items() if nombre), default=0)
        for signe, compte in comptes.items()
    }
    return max(_SEPARATEURS, key=lambda signe: notes[signe])


def lire_lignes(chemin: Path) -> list[list[str]]:
    """Rend les lignes du fichier, case par case, en texte ; lève `DonneesRefusees` s'il manque ou s'il est abîmé."""
    try:
        octets = chemin.read_bytes()
    except OSError as erreur:
        raise refus(
            chemin.name,
            [
                _abime(
                    chemin.name, None, "le fichier manque ou ne peut pas être ouvert", "vérifiez son nom et son dossier"
                )
            ],
        ) from erreur
    texte = decoder(octets)
    if "\x00" in texte:
        raise refus(
            chemin.name,
            [
                _abime(
                    chemin.name,
                    texte[: texte.index("\x00")].count("\n") + 1,
                    "le fichier contient des octets nuls : ce n'est pas un CSV, ou il est abîmé",
                    "enregistrez-le de nouveau au format CSV",
                )
            ],
        )
    lecteur = csv.reader(io.StringIO(texte, newline=""), delimiter=separateur(texte), strict=True)
    lignes: list[list[str]] = []
    try:
        lignes.extend(lecteur)
    except csv.Error as erreur:
        raise refus(
            chemin.name,
            [
                _abime(
                    chemin.name,
                    len(lignes) + 1,
                    "la ligne ne se lit pas : un guillemet reste ouvert ou une case est trop longue",
                    "refermez le guillemet, puis enregistrez de nouveau",
                )
            ],
        ) from erreur
    return lignes


def _abime(fichier: str, ligne: int | None, constat: str, correction: str) -> Anomalie:
    return Anomalie(Gravite.BLOQUANT, "fichier_abime", constat, correction, Lieu(fichier, ligne=ligne))
