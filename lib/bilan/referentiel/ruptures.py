"""Les ruptures de série : ce qui change de définition entre deux dates, et que toute comparaison doit dire."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from bilan.erreurs import ErreurUsage
from bilan.francais import compter, date_longue, enumerer
from bilan.referentiel.changements import changements_de_perimetre
from bilan.referentiel.regles import Regles
from bilan.referentiel.territoires import Territoires

LISTE_DES_QUARTIERS = "date_liste_qpv_2024"
"""Règle qui donne le premier jour de la liste de quartiers prioritaires en vigueur."""

_COMMUNES_CITEES = 4


@dataclass(frozen=True, slots=True)
class Rupture:
    """Jour où une définition change, et la phrase qui le dit, sans majuscule ni point."""

    jour: date
    phrase: str


def ruptures(dossier: Path, region: str, debut: date, fin: date) -> list[Rupture]:
    """Rend les ruptures de série entre deux dates, la première exclue : liste de quartiers, périmètres des EPCI.

    `dossier` est celui du référentiel. Une année dont le référentiel n'a pas le millésime n'y a pas de périmètres : la
    phrase dit alors que l'on ne sait pas. Lève `ErreurUsage` si la région n'existe pas.
    """
    debut, fin = min(debut, fin), max(debut, fin)
    return sorted([*_quartiers(dossier, debut, fin), *_perimetres(dossier, region, debut, fin)], key=lambda r: r.jour)


def en_phrase(trouvees: Sequence[Rupture]) -> str:
    """Rend « Rupture de série : … » ou « Ruptures de série : … ; … », et rien s'il n'y en a pas."""
    if not trouvees:
        return ""
    nom = "Rupture de série" if len(trouvees) == 1 else "Ruptures de série"
    return f"{nom} : {' ; '.join(f'le {date_longue(r.jour)}, {r.phrase}' for r in trouvees)}."


def _quartiers(dossier: Path, debut: date, fin: date) -> Iterator[Rupture]:
    jour = Regles.ouvrir(dossier).valeur(LISTE_DES_QUARTIERS, date.max)
    if isinstance(jour, date) and debut < jour <= fin:
        yield Rupture(jour, "la liste des quartiers prioritaires a changé, ce qui est en quartier ne se compare pas")


def _perimetres(dossier: Path, region: str, debut: date, fin: date) -> Iterator[Rupture]:
    for annee in range(debut.year + 1, fin.year + 1):
        try:
            avant, apres = (Territoires.ouvrir(dossier, millesime, region) for millesime in (annee - 1, annee))
        except ErreurUsage:
            yield Rupture(date(annee, 1, 1), "les périmètres des EPCI ont pu changer, le référentiel ne l'a pas gardé")
            continue
        bouges = changements_de_perimetre(avant, apres).filter(
            pl.col("nature").is_in(["COMMUNE_DEPLACEE", "EPCI_CREE", "EPCI_DISPARU"])
        )
        if bouges.height:
            yield Rupture(date(annee, 1, 1), f"des périmètres d'EPCI ont changé ({_en_bref(bouges)})")


def _en_bref(bouges: pl.DataFrame) -> str:
    """Rend « A et B vers X » : les communes déplacées par EPCI d'arrivée, puis le nombre d'EPCI créés ou disparus."""
    deplacees = bouges.filter(nature="COMMUNE_DEPLACEE")
    dits = []
    for vers, communes in deplacees.group_by("libelle_apres", maintain_order=True).agg("nom").iter_rows():
        citees = communes[:_COMMUNES_CITEES]
        reste = len(communes) - len(citees)
        noms = enumerer([*citees, *([compter(reste, "autre commune", "autres communes")] if reste else [])])
        dits.append(f"{noms} vers {vers or 'aucun EPCI'}")
    if autres := bouges.height - deplacees.height:
        dits.append(compter(autres, "EPCI apparu ou disparu", "EPCI apparus ou disparus"))
    return " ; ".join(dits)
