"""Les glissements de calendrier : de combien les dates annoncées reculent d'un arrêté à l'autre (E6, E6g)."""

import polars as pl

from bilan.figures.formes import Barres
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.cotation import JALONS, REGISTRE, SOUMIS
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.deux_arretes import comparables
from bilan.figures.sujets.mesures import Ligne, colonnes_du_rapport, joindre, maturite, par_modalite
from bilan.francais import compter
from bilan.francais.phrases import Nom, majuscule, parmi

ETAPES = {"CIL": JALONS["E1"], "CIA": JALONS["E3"], "PPGDID": JALONS["E4"], "COTATION": JALONS["E5"]}
"""Étapes dont le registre porte une date annoncée."""

_CALENDRIERS = Nom("calendrier", "calendriers")
_A_RECULE = ("a reculé depuis l'arrêté précédent", "ont reculé depuis l'arrêté précédent")


def glissements(mesures: pl.DataFrame, registre: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend, par étape, la part des calendriers qui ont reculé (E6g), le recul médian et le plus long (E6).

    `registre` est la table epci_avancement : ses arrêtés disent si une rupture de série les sépare.
    """
    donnees = par_modalite(mesures.filter(indicateur="E6g"), ETAPES, **contexte.en_region, ventilation="jalon")
    for statistique in ("mediane", "maximum"):
        lues = mesures.filter(**contexte.en_region, indicateur="E6", ventilation="jalon|statistique").filter(
            pl.col("modalite").str.ends_with(f"|{statistique}")
        )
        lues = lues.with_columns(pl.col("modalite").str.split("|").list.first())
        donnees = joindre(donnees, lues, statistique)
    donnees = donnees.select("libelle", "numerateur", "denominateur", "valeur", "mediane", "maximum", "absence")
    recules, compares = int(donnees["numerateur"].sum()), int(donnees["denominateur"].sum())
    tete: Ligne = donnees.sort("valeur", "libelle", descending=[True, False], nulls_last=True).row(0, named=True)
    return Figure(
        id="cotation-glissements",
        titre=majuscule(parmi(recules, compares, _CALENDRIERS, _A_RECULE)),
        sous_titre=f"Part des dates annoncées qui ont reculé, par étape, {contexte.periode.libelle}",
        forme=Barres("libelle", "valeur", "pourcent"),
        donnees=donnees,
        colonnes=(
            Colonne("libelle", "Étape"),
            *colonnes_du_rapport("Ont reculé", "Deux dates comparées", "Ont reculé", "EPCI"),
            Colonne("mediane", "Glissement médian", "jours", absence="absence"),
            Colonne("maximum", "Glissement le plus long", "jours", absence="absence"),
        ),
        lecture=f"{tete['libelle']} : {compter(tete['numerateur'] or 0, 'date')} en recul sur "
        f"{compter(tete['denominateur'] or 0, 'comparée')}, jusqu'à {compter(tete['maximum'] or 0, 'jour')}.",
        champ=f"{SOUMIS}, dont deux dates se comparent.",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "libelle", {"valeur": "pourcent", "maximum": "jours"}),
        note="De l'arrêté précédent au dernier connu. Une étape franchie prend sa date réelle ; un glissement négatif "
        f"est une avance. {_ruptures(registre, contexte)}".rstrip(),
        indicateurs=("E6", "E6g"),
        maturite=maturite(mesures.filter(**contexte.en_region)),
    )


def _ruptures(registre: pl.DataFrame, contexte: Contexte) -> str:
    """Rend la phrase des ruptures entre les deux derniers arrêtés de la période, ceux que E6 compare."""
    arretes = comparables(registre.filter(pl.col("date_arrete") <= contexte.periode.fin), contexte)
    return contexte.ruptures(*arretes) if arretes else ""
