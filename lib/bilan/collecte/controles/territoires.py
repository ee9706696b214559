"""Communes du millésime, département de la commune, code postal pris pour un code INSEE."""

import polars as pl

from bilan.collecte.anomalies import Anomalie, Gravite
from bilan.collecte.controles.outils import Regle, sur_fichier, sur_lignes
from bilan.collecte.conversion import Conversion
from bilan.collecte.tableau import Tableau
from bilan.referentiel.territoires import Territoires

_INCONNUE = Regle(
    Gravite.BLOQUANT, "commune_inconnue",
    "aucune commune de la région ni de ses EPCI ne porte le code {code_commune} en {millesime}",
    "donnez le code INSEE de la commune du logement, pas son code postal",
)  # fmt: skip
_AILLEURS = Regle(
    Gravite.BLOQUANT, "departement_de_la_commune",
    "la commune {code_commune} est dans le département {_departement}, pas dans le département {code_departement}",
    "corrigez le code de la commune ou celui du département",
)  # fmt: skip
_POSTAL = Regle(
    Gravite.A_VERIFIER, "code_postal",
    "les codes {codes} sont ceux de communes, mais aussi les codes postaux de Marseille, qui n'apparaît nulle part",
    "si ce sont des codes postaux, donnez les codes INSEE (13055, ou 13201 à 13216)",
)  # fmt: skip
_CODES_POSTAUX_MARSEILLE = [f"130{rang:02d}" for rang in range(1, 17)]
_POSTAUX_MIN = 3


def controler_communes(conversion: Conversion, tableau: Tableau, territoires: Territoires) -> list[Anomalie]:
    """Rend les anomalies de code de commune : inconnu du millésime, hors de son département, code postal."""
    lignes = conversion.lignes.filter(pl.col("code_commune").is_not_null())
    if lignes.is_empty():
        return []
    connues = territoires.communes.select("code_commune", _departement="code_departement")
    avec = lignes.with_columns(
        territoires.normaliser_colonne("code_commune"), millesime=pl.lit(territoires.millesime)
    ).join(connues, on="code_commune", how="left", maintain_order="left")
    anomalies = sur_lignes(_INCONNUE, avec.filter(pl.col("_departement").is_null()), tableau, "code_commune")
    if "code_departement" in tableau.textes.columns:
        ailleurs = avec.filter(pl.col("_departement") != pl.col("code_departement"))
        anomalies += sur_lignes(_AILLEURS, ailleurs, tableau, "code_departement")
    return anomalies + _codes_postaux(lignes["code_commune"], tableau)


def _codes_postaux(codes: pl.Series, tableau: Tableau) -> list[Anomalie]:
    donnes = set(codes)
    suspects = sorted(donnes.intersection(_CODES_POSTAUX_MARSEILLE))
    a_marseille = any(code == "13055" or code.startswith("132") for code in donnes)
    if a_marseille or len(suspects) < _POSTAUX_MIN:
        return []
    return sur_fichier(_POSTAL, tableau.fichier, codes=", ".join(suspects))


def deduire_departements(conversion: Conversion, territoires: Territoires) -> None:
    """Renseigne le département d'après la commune, là où le fichier ne le dit pas."""
    connues = territoires.communes.select("code_commune", _departement="code_departement")
    repli = territoires.normaliser_colonne("code_commune")
    trouves = conversion.lignes.select(repli).join(connues, on="code_commune", how="left", maintain_order="left")
    conversion.lignes = conversion.lignes.with_columns(
        pl.coalesce("code_departement", trouves["_departement"]).alias("code_departement")
    )
