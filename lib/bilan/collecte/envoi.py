"""L'envoi : ce que le bordereau dit d'un fichier avant qu'on l'ouvre. Sans polars."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bilan.erreurs import DonneesRefusees

BORDEREAU = "livraisons.csv"
COLONNES = ("fichier", "table", "emetteur", "periode", "date_arrete", "date_connue")


@dataclass(frozen=True, slots=True)
class Envoi:
    """Fichier annoncé : table visée, émetteur, période couverte, date d'arrêté et date où on l'a connu."""

    fichier: str
    table: str
    emetteur: str
    periode: str
    date_arrete: date
    date_connue: date


def lire_bordereau(dossier: Path) -> list[Envoi]:
    """Rend les envois qu'annonce `livraisons.csv` ; lève `DonneesRefusees` s'il manque ou si une ligne est fausse."""
    chemin = dossier / BORDEREAU
    try:
        texte = chemin.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as erreur:
        raise DonneesRefusees(
            f"Le bordereau « {chemin} » manque ou ne se lit pas ; il faut un CSV en UTF-8 dont la première ligne est "
            f"« {';'.join(COLONNES)} »."
        ) from erreur
    lecteur = csv.DictReader(texte.splitlines(), delimiter=";")
    if tuple(lecteur.fieldnames or ()) != COLONNES:
        raise DonneesRefusees(
            f"Le bordereau « {chemin} » n'a pas les colonnes attendues ; sa première ligne doit être "
            f"« {';'.join(COLONNES)} »."
        )
    return [_envoi(chemin, rang, ligne) for rang, ligne in enumerate(lecteur, start=2)]


def _envoi(chemin: Path, rang: int, ligne: dict[str, str]) -> Envoi:
    ou = f"Le bordereau « {chemin} », ligne {rang}"
    manquantes = [nom for nom in COLONNES if not (ligne.get(nom) or "").strip()]
    if manquantes:
        raise DonneesRefusees(f"{ou}, ne dit pas « {manquantes[0]} » ; complétez la ligne. Rien n'a été écrit.")
    fichier = ligne["fichier"].strip()
    if Path(fichier).name != fichier:
        raise DonneesRefusees(f"{ou}, donne le fichier « {fichier} » hors du dossier ; donnez un nom de fichier seul.")
    dates = {}
    for nom in ("date_arrete", "date_connue"):
        try:
            dates[nom] = date.fromisoformat(ligne[nom].strip())
        except ValueError as erreur:
            raise DonneesRefusees(
                f"{ou}, donne « {ligne[nom]} » pour « {nom} » ; écrivez la date AAAA-MM-JJ. Rien n'a été écrit."
            ) from erreur
    table, emetteur, periode = (ligne[nom].strip() for nom in ("table", "emetteur", "periode"))
    return Envoi(fichier, table, emetteur, periode, dates["date_arrete"], dates["date_connue"])
