"""La garde : ce qu'un fichier est vraiment, et s'il peut être ouvert sans danger. Rien n'est décompressé en entier."""

import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bilan.collecte.anomalies import Anomalie, Gravite, Lieu, refus
from bilan.collecte.lecture import limites
from bilan.collecte.lecture.classeur97 import Classeur97, Illisible, parcourir
from bilan.collecte.lecture.membres import controler_membre, demesure
from bilan.francais import nombre

FORMATS = {
    ".csv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xlsb": "xlsb",
    ".ods": "ods",
    ".xls": "xls",
}
"""Formats acceptés, par extension."""

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ARCHIVE_ABIMEE = (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, zlib.error)
"""Ce que lève la bibliothèque quand une archive, ou l'un de ses membres, ne se lit pas."""

_MANIFESTE_ODS = "META-INF/manifest.xml"
_FEUILLES = ("xl/worksheets/", "xl/macrosheets/", "xl/dialogsheets/", "content.xml")


_MOT_DE_PASSE = (
    "mot_de_passe",
    "le classeur est protégé par un mot de passe",
    "enlevez le mot de passe d'ouverture et renvoyez le fichier",
)


@dataclass(frozen=True, slots=True)
class Passage:
    """Fichier que la garde laisse passer : son format, et ce qu'elle veut que l'on sache (macros, liens externes)."""

    format: str
    remarques: tuple[Anomalie, ...] = ()


class _Refus(Exception):
    def __init__(self, regle: str, constat: str, correction: str) -> None:
        super().__init__(constat)
        self.regle, self.constat, self.correction = regle, constat, correction


def garder(chemin: Path) -> Passage:
    """Rend le format du fichier s'il peut être ouvert ; lève `DonneesRefusees` en disant pourquoi sinon.

    Sont refusés : un fichier trop gros, une extension qui ment, une archive abîmée ou piégée, un mot de passe, une
    déclaration d'entité XML, une feuille dont le rectangle occupé est démesuré.
    """
    try:
        return _garder(chemin)
    except _Refus as dit:
        anomalie = Anomalie(Gravite.BLOQUANT, dit.regle, dit.constat, dit.correction, Lieu(chemin.name))
        raise refus(chemin.name, [anomalie]) from dit


def _garder(chemin: Path) -> Passage:
    attendu = FORMATS.get(chemin.suffix.lower())
    if attendu is None:
        raise _Refus(
            "extension_inconnue",
            f"l'extension « {chemin.suffix} » n'est pas de celles que l'on lit",
            f"envoyez un classeur ou un CSV ({', '.join(FORMATS)})",
        )
    try:
        taille = chemin.stat().st_size
        with chemin.open("rb") as flux:
            debut = flux.read(4096)
    except OSError as erreur:
        raise _Refus(
            "fichier_absent", "le fichier manque ou ne s'ouvre pas", "vérifiez son nom et son dossier"
        ) from erreur
    if taille > limites.TAILLE_MAX:
        raise _Refus(
            "fichier_trop_gros",
            f"le fichier pèse {nombre(taille / limites.MO)} Mo, plus que les "
            f"{nombre(limites.TAILLE_MAX / limites.MO)} Mo acceptés",
            "n'envoyez que les lignes de la période, sans images ni feuilles annexes",
        )
    if not debut.strip():
        raise _Refus("fichier_vide", "le fichier est vide", "renvoyez le fichier rempli")
    classeur97 = _parcourir_ole(chemin) if debut.startswith(_OLE) else None
    vrai = _format_ole(classeur97) if classeur97 else _format_reel(chemin, debut)
    if vrai != attendu:
        raise _Refus(
            "extension_fausse",
            f"le contenu est {_NOMS[vrai]}, pas ce qu'annonce « {chemin.suffix} »",
            "ouvrez-le dans un tableur et enregistrez-le de nouveau au format .xlsx",
        )
    if vrai == "csv":
        _compter_cases(chemin)
    if classeur97:
        return Passage(vrai, tuple(_remarques(chemin.name, classeur97.a_macros, classeur97.a_liens)))
    return Passage(vrai, tuple(_garder_archive(chemin)) if debut.startswith(_ZIP) else ())


def _parcourir_ole(chemin: Path) -> Classeur97:
    """Rend ce que porte le conteneur ; le refuse s'il est abîmé, chiffré ou démesuré."""
    try:
        classeur = parcourir(chemin)
    except Illisible as erreur:
        raise _Refus(
            "archive_abimee",
            "le classeur est abîmé : son contenu ne se lit pas",
            "enregistrez-le de nouveau et renvoyez-le",
        ) from erreur
    if classeur.est_chiffre:
        raise _Refus(*_MOT_DE_PASSE)
    constat = demesure(classeur.etendue)
    if constat is not None:
        raise _Refus(*constat)
    return classeur


def _compter_cases(chemin: Path) -> None:
    """Refuse un CSV aux cases trop nombreuses, comptées au fil de l'eau : lu, il remplirait la mémoire."""
    comptes = dict.fromkeys((b"\n", b"\r", b";", b",", b"\t"), 0)
    with chemin.open("rb") as flux:
        while bloc := flux.read(limites.MO):
            for signe in comptes:
                comptes[signe] += bloc.count(signe)
    lignes = 1 + max(comptes[b"\n"], comptes[b"\r"])
    cases = lignes + max(comptes[b";"], comptes[b","], comptes[b"\t"])
    if cases > limites.CELLULES_MAX:
        raise _Refus(
            "feuille_demesuree",
            f"le fichier compte {nombre(lignes)} lignes et plus de {nombre(limites.CELLULES_MAX)} cases",
            "supprimez les lignes et les colonnes vides, et n'envoyez que la période demandée",
        )


_NOMS = {
    "xlsx": "un classeur Excel (.xlsx)",
    "xlsb": "un classeur binaire (.xlsb)",
    "ods": "un classeur .ods",
    "xls": "un classeur Excel 97-2003 (.xls)",
    "csv": "du texte",
    "html": "une page web",
    "pdf": "un PDF",
    "zip": "une archive compressée",
    "binaire": "un contenu qui n'est pas un tableau",
}


def _format_reel(chemin: Path, debut: bytes) -> str:
    if debut.startswith(_ZIP):
        return _format_archive(chemin)
    tete = debut.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if tete.startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        return "html"
    if tete.startswith(b"%pdf"):
        return "pdf"
    est_utf16 = debut.startswith((b"\xff\xfe", b"\xfe\xff"))
    return "binaire" if b"\x00" in debut and not est_utf16 else "csv"


def _format_ole(classeur: Classeur97) -> str:
    return "xls" if classeur.est_classeur else "binaire"


def _format_archive(chemin: Path) -> str:
    with _ouvrir(chemin) as archive:
        noms = set(archive.namelist())
    if "xl/workbook.bin" in noms:
        return "xlsb"
    if "xl/workbook.xml" in noms:
        return "xlsx"
    return "ods" if "content.xml" in noms else "zip"


def _ouvrir(chemin: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(chemin)
    except _ARCHIVE_ABIMEE as erreur:
        raise _Refus(
            "archive_abimee",
            "le classeur est abîmé : son archive est tronquée ou illisible",
            "enregistrez-le de nouveau et renvoyez-le",
        ) from erreur


def _garder_archive(chemin: Path) -> Iterable[Anomalie]:
    with _ouvrir(chemin) as archive:
        membres = archive.infolist()
        _peser(membres)
        if _est_ods_chiffre(archive):
            raise _Refus(*_MOT_DE_PASSE)
        for membre in membres:
            if membre.flag_bits & 0x1:
                raise _Refus(*_MOT_DE_PASSE)
            if membre.filename.endswith((".xml", ".rels")) or membre.filename.startswith(_FEUILLES):
                _lire_membre(archive, membre)
        noms = [membre.filename for membre in membres]
    a_macros = any(nom.endswith("vbaProject.bin") for nom in noms)
    yield from _remarques(chemin.name, a_macros, any("externalLinks/" in nom for nom in noms))


def _est_ods_chiffre(archive: zipfile.ZipFile) -> bool:
    """Dit si le manifeste d'un .ods annonce un contenu chiffré : il se lit, mais ses membres sont du bruit."""
    if _MANIFESTE_ODS not in archive.namelist():
        return False
    try:
        with archive.open(_MANIFESTE_ODS) as flux:
            return b"encryption-data" in flux.read(limites.MO)
    except _ARCHIVE_ABIMEE:
        return False  # le membre sera relu, et refusé comme abîmé


def _peser(membres: list[zipfile.ZipInfo]) -> None:
    if len(membres) > limites.MEMBRES_MAX:
        raise _Refus(
            "archive_piegee",
            f"le classeur contient {nombre(len(membres))} fichiers internes",
            "copiez les données dans un classeur neuf et renvoyez-le",
        )
    deplie = sum(membre.file_size for membre in membres)
    tasse = any(
        m.file_size > limites.PETIT and m.file_size > limites.TAUX_MAX * max(m.compress_size, 1) for m in membres
    )
    if deplie > limites.DEPLIE_MAX or tasse:
        raise _Refus(
            "archive_piegee",
            f"le classeur occuperait {nombre(deplie / limites.MO)} Mo une fois ouvert : il est démesuré ou piégé",
            "copiez les données utiles dans un classeur neuf et renvoyez-le",
        )


def _lire_membre(archive: zipfile.ZipFile, membre: zipfile.ZipInfo) -> None:
    try:
        with archive.open(membre) as flux:
            constat = controler_membre(membre.filename, flux)
    except _ARCHIVE_ABIMEE as erreur:
        raise _Refus(
            "archive_abimee",
            "le classeur est abîmé : une de ses feuilles ne se décompresse pas",
            "enregistrez-le de nouveau et renvoyez-le",
        ) from erreur
    if constat is not None:
        raise _Refus(*constat)


def _remarques(fichier: str, a_macros: bool, a_liens: bool) -> Iterable[Anomalie]:
    lieu = Lieu(fichier)
    if a_macros:
        yield Anomalie(
            Gravite.A_VERIFIER,
            "macros",
            "le classeur contient des macros ; elles n'ont pas été exécutées",
            "enregistrez-le sans macro, au format .xlsx",
            lieu,
        )
    if a_liens:
        yield Anomalie(
            Gravite.A_VERIFIER,
            "liens_externes",
            "le classeur est lié à d'autres classeurs ; seules les valeurs enregistrées ont été lues",
            "collez les valeurs à la place des liens",
            lieu,
        )
