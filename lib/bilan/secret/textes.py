"""Les textes libres des livraisons : aucun ne sort au public sans l'approbation, écrite, de qui l'a relu.

Une colonne de texte du catalogue est une nomenclature, un nom, un code, une citation, ou un texte libre ; un test
refuse celle qui n'est rien de cela. Les approbations sont dans `data/approbations.csv` : le texte, son empreinte, le
rôle de qui l'a relu (jamais un nom) et la date.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Self

import polars as pl

from bilan.erreurs import DonneesRefusees, ErreurUsage

FICHIER = "approbations.csv"
COLONNES = ("empreinte", "approuve_par", "approuve_le", "texte")

TEXTES_LIBRES: dict[str, tuple[str, ...]] = {
    "conventions": ("commentaire",),
    "epci_avancement": ("motif_retard",),
    "previsionnel_soustraits": ("operation_libelle",),
    "points_arbitres": ("sujet", "decision", "echeance_libelle", "responsable"),
    "chronologie": ("texte", "effet"),
}
"""Colonnes où quelqu'un a écrit ce qu'il voulait, par table."""

NOMS_ET_CITATIONS = frozenset({
    "source", "zone", "unite", "indicateur", "bailleur_nom", "reservataire_nom", "epci_nom", "territoire_gestion_nom",
    "structure", "structure_telle_qu_ecrite",
})  # fmt: skip
"""Colonnes de texte sans nomenclature qui ne sont pas libres : noms de territoires, de structures, publications."""

_ROLE = re.compile(r"[^@\d]{3,}")


def empreinte(texte: str) -> str:
    """Rend l'empreinte SHA-256 d'un texte, ses blancs réduits : c'est elle que l'on approuve."""
    return hashlib.sha256(" ".join(texte.split()).encode()).hexdigest()


@dataclass(frozen=True)
class Approbations:
    """Ce qui est écrit dans `data/approbations.csv` : par empreinte, la ligne de l'approbation."""

    chemin: Path
    lignes: Mapping[str, Mapping[str, str]]

    @classmethod
    def lire(cls, chemin: Path) -> Self:
        """Rend les approbations du fichier, aucune s'il n'existe pas.

        Lève `DonneesRefusees` si une ligne est incomplète, ou si son texte a changé depuis son approbation.
        """
        if not chemin.is_file():
            return cls(chemin, {})
        with chemin.open(encoding="utf-8", newline="") as fichier:
            lues = list(csv.DictReader(fichier, delimiter=";"))
        for rang, ligne in enumerate(lues, start=2):
            if probleme := _probleme(ligne):
                raise DonneesRefusees(
                    f"« {chemin} », ligne {rang} : {probleme} ; relisez le texte, puis « bilan texte approuver »."
                )
        return cls(chemin, {ligne["empreinte"]: ligne for ligne in lues})

    def retenus(self, textes: Iterable[str]) -> list[str]:
        """Rend, triés, ceux de ces textes que personne n'a approuvés."""
        return sorted({texte for texte in textes if texte.strip() and empreinte(texte) not in self.lignes})

    def avec(self, textes: Iterable[str], role: str, jour: date) -> Self:
        """Rend les approbations, celles de ces textes en plus ; lève `ErreurUsage` si le rôle n'en est pas un."""
        if not _ROLE.fullmatch(role):
            raise ErreurUsage(f"« {role} » n'est pas un rôle ; écrivez une fonction (« chargée de mission DREAL »).")
        ajout = {
            (cle := empreinte(texte)): dict(zip(COLONNES, (cle, role, jour.isoformat(), texte), strict=True))
            for texte in self.retenus(textes)
        }
        return replace(self, lignes={**self.lignes, **ajout})

    def en_csv(self) -> bytes:
        """Rend le contenu du fichier."""
        tampon = io.StringIO()
        sortie = csv.DictWriter(tampon, COLONNES, delimiter=";", lineterminator="\n")
        sortie.writeheader()
        sortie.writerows(self.lignes.values())
        return tampon.getvalue().encode()


def _probleme(ligne: Mapping[str, str | None]) -> str:
    if any(not (ligne.get(nom) or "").strip() for nom in COLONNES):
        return f"il faut {', '.join(COLONNES)}"
    if ligne["empreinte"] != empreinte(ligne["texte"] or ""):
        return "le texte n'est pas celui qui a été approuvé"
    try:
        date.fromisoformat(ligne["approuve_le"] or "")
    except ValueError:
        return f"« {ligne['approuve_le']} » n'est pas une date (AAAA-MM-JJ)"
    return "" if _ROLE.fullmatch(ligne["approuve_par"] or "") else "« approuve_par » doit être un rôle, jamais un nom"


def textes_livres(tables: Mapping[str, pl.DataFrame]) -> set[str]:
    """Rend les textes libres de ces tables, par nom de table."""
    return {
        texte
        for nom, table in tables.items()
        for colonne in TEXTES_LIBRES.get(nom, ())
        for texte in table[colonne].drop_nulls().unique()
    }
