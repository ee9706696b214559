"""Publics prioritaires, en carte : la part du premier quartile hors quartier prioritaire, EPCI par EPCI."""

import polars as pl

from bilan.figures.formes import Choroplethe
from bilan.figures.modele import Colonne, Figure
from bilan.figures.palettes import ABSENCES
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.cotation import SOUMIS
from bilan.figures.sujets.descriptions import decrire_carte
from bilan.figures.sujets.echelles import PREMIER_QUARTILE
from bilan.figures.sujets.mesures import COLONNES_EPCI, colonnes_du_rapport, joindre, maturite, par_epci, une
from bilan.figures.sujets.publics import ATTRIBUTIONS, liste_des_quartiers
from bilan.francais import articles, nombre, pourcent
from bilan.francais.phrases import Nom, de_plus, majuscule, parmi

_SOUMIS = Nom("EPCI soumis", "EPCI soumis")
_A_LA_CIBLE = ("atteint sa cible du premier quartile", "atteignent leur cible du premier quartile")


def carte_premier_quartile(mesures: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend la carte de la part du premier quartile hors QPV des EPCI soumis (A1), et leur écart à la cible (A1e)."""
    annee = {"territoire_type": "epci", "periode": str(contexte.periode), "ventilation": "ensemble"}
    lues = par_epci(mesures.filter(indicateur="A1", ventilation="ensemble"), contexte)
    ecarts = mesures.filter(**annee, indicateur="A1e").rename({"territoire": "epci_siren"})
    soumis = pl.col("est_soumis")
    donnees = (
        joindre(lues, ecarts, "ecart", "epci_siren")
        .with_columns(PREMIER_QUARTILE.classer("valeur"))
        .select(
            "epci_siren",
            "epci",
            "code_departement",
            *(pl.when(soumis).then(nom).alias(nom) for nom in ("numerateur", "denominateur", "valeur", "classe")),
            "ecart",
            soumis=soumis,
            absence=pl.when(soumis).then("absence").otherwise(pl.lit("sans_objet")),
        )
    )
    atteints = une(mesures, indicateur="A1s", **contexte.en_region)
    exemple = donnees.drop_nulls("valeur").sort("denominateur", descending=True).row(0, named=True)
    return Figure(
        id="publics-carte-premier-quartile",
        titre=majuscule(parmi(int(atteints["numerateur"] or 0), donnees.filter("soumis").height, _SOUMIS, _A_LA_CIBLE)),
        sous_titre=f"Part du premier quartile dans les baux hors quartier prioritaire, {contexte.periode.libelle}",
        forme=Choroplethe(
            "epci_siren", "classe", "absence", PREMIER_QUARTILE.classes, palette=PREMIER_QUARTILE.palette
        ),
        donnees=donnees,
        colonnes=(
            *COLONNES_EPCI,
            *colonnes_du_rapport("Premier quartile et relogements", "Hors quartier prioritaire", "Part", "baux"),
            Colonne("ecart", "Écart à la cible", "points", absence="absence"),
        ),
        lecture=f"Dans {articles.epci(exemple['epci'])}, {nombre(exemple['numerateur'])} des "
        f"{nombre(exemple['denominateur'])} baux, soit {pourcent(exemple['valeur'])} : "
        f"{de_plus(exemple['ecart'])} que la cible.",
        champ=f"{SOUMIS} ; partie régionale d'un EPCI qui en déborde.",
        source=contexte.source(ATTRIBUTIONS),
        alt=decrire_carte(donnees, PREMIER_QUARTILE.classes, ABSENCES),
        note="Sans objet : EPCI non soumis. La cible est celle de la loi, ou celle que l'EPCI et l'État ont convenue. "
        f"Les ressources inconnues comptent hors du premier quartile. {liste_des_quartiers(contexte)}",
        indicateurs=("A1", "A1e", "A1s"),
        maturite=maturite(mesures.filter(**annee, indicateur="A1")),
    )
