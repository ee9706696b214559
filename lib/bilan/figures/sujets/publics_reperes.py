"""Publics prioritaires, ce qui est publié : quartiers prioritaires et droit au logement opposable."""

import polars as pl

from bilan.figures.formes import Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.tableau import cellule
from bilan.francais import compter, nombre

FAITS = {
    "quartiers_prioritaires": "Quartiers prioritaires",
    "dalo_dossiers_examines": "Recours DALO examinés",
    "dalo_reconnus_pu": "Ménages DALO reconnus prioritaires et urgents",
    "dalo_reloges": "Ménages DALO relogés (environ)",
    "dalo_restant_a_reloger": "Ménages DALO restant à reloger",
    "dalo_recours_deposes": "Recours DALO déposés",
}
"""Libellé de chaque repère publié."""


def reperes_publies(reperes: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les repères publiés sur les quartiers prioritaires et le DALO, chacun avec son année et sa source."""
    donnees = (
        reperes.filter(pl.col("indicateur").is_in(list(FAITS)))
        .sort(pl.col("indicateur").replace_strict({code: rang for rang, code in enumerate(FAITS)}), "annee")
        .select(
            fait=pl.col("indicateur").replace(FAITS),
            zone="zone",
            annee=pl.col("annee").cast(pl.String),
            valeur=pl.col("valeur").cast(pl.Float64),
            origine="source",
        )
    )
    tete = donnees.row(0, named=True)
    quartiers = donnees.filter(fait=FAITS["quartiers_prioritaires"])["valeur"].to_list()
    return Figure(
        id="publics-reperes",
        titre=f"De {nombre(quartiers[0])} à {compter(quartiers[-1], 'quartier prioritaire', 'quartiers prioritaires')}"
        if len(quartiers) > 1
        else f"{compter(donnees.height, 'repère publié', 'repères publiés')} sur les publics prioritaires",
        sous_titre="Repères publiés sur les quartiers prioritaires et le droit au logement opposable",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(
            Colonne("fait", "Repère"),
            Colonne("zone", "Territoire"),
            Colonne("annee", "Année"),
            Colonne("valeur", "Valeur", "nombre"),
            Colonne("origine", "Source"),
        ),
        lecture=f"{tete['fait']}, {tete['zone']}, {tete['annee']} : {cellule(tete['valeur'], 'nombre')}.",
        champ="Chiffres publiés ; ni leur champ ni leur année ne sont ceux du bilan.",
        source=contexte.source("Publications nommées à chaque ligne"),
        alt=decrire_lignes(donnees, "fait,annee", {"valeur": "nombre"}),
        note="Les contours des quartiers ont changé au 1er janvier 2024 : leur nombre, et ce qu'il recouvre.",
    )
