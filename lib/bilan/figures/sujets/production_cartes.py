"""Production, en carte : l'objectif d'agréments atteint par territoire de gestion des aides à la pierre."""

import polars as pl

from bilan.figures.formes import Choroplethe
from bilan.figures.modele import Colonne, Figure
from bilan.figures.palettes import ABSENCES
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_carte
from bilan.figures.sujets.echelles import OBJECTIF
from bilan.figures.sujets.mesures import maturite
from bilan.figures.sujets.production import AGREMENTS, CHAMP, territoires_de_gestion
from bilan.francais import nombre, pourcent
from bilan.francais.phrases import Nom, parmi

_CONNUS = Nom("territoire connu", "territoires connus")
_A_L_OBJECTIF = ("a atteint son objectif", "ont atteint leur objectif")


def derniere_annee(p1: pl.DataFrame, contexte: Contexte) -> int | None:
    """Rend la dernière année, jusqu'à celle du contexte, où P1 est connu d'un territoire de gestion, ou rien."""
    annuelles = (pl.col("periode").str.len_chars() == 4) & (pl.col("periode") <= str(contexte.periode.annee))
    connues = p1.filter(annuelles, territoire_type="territoire_gestion", ventilation="ensemble", statut="observe")
    return int(connues["periode"].max()) if connues.height else None  # type: ignore[arg-type]


def carte_des_territoires(p1: pl.DataFrame, annee: int, contexte: Contexte) -> Figure:
    """Rend la carte de la part de l'objectif atteinte par territoire de gestion (mesure P1 de l'année).

    Un département se montre moins les délégataires dont le chiffre est connu ; sans chiffre, il est non transmis.
    """
    connus = territoires_de_gestion(p1, annee, contexte)
    departements = contexte.territoires.departements.select(
        code="code_departement", territoire=pl.format("{} hors délégataires", "departement")
    )
    donnees = (
        pl.concat([connus, departements.join(connus, on="code", how="anti")], how="diagonal")
        .with_columns(OBJECTIF.classer("taux"))
        .with_columns(absence=pl.when(pl.col("taux").is_null()).then(pl.lit("non_transmis")))
    )
    tete = connus.sort("objectif", "territoire", descending=[True, False], nulls_last=True).row(0, named=True)
    atteints = connus.filter(pl.col("taux") >= OBJECTIF.bornes[-1]).height
    return Figure(
        id="production-carte-territoires",
        titre=f"En {annee}, {parmi(atteints, connus.height, _CONNUS, _A_L_OBJECTIF)}",
        sous_titre="Part de l'objectif d'agréments atteinte, par territoire de gestion",
        forme=Choroplethe(
            "code", "classe", "absence", OBJECTIF.classes, palette=OBJECTIF.palette, liens=False, maille="gestion"
        ),
        donnees=donnees,
        colonnes=(
            Colonne("territoire", "Territoire de gestion"),
            Colonne("agrees", "Agréés", "nombre", "logements", absence="absence"),
            Colonne("objectif", "Objectif", "nombre", "logements", absence="absence"),
            Colonne("taux", "Objectif atteint", "pourcent", absence="absence"),
        ),
        lecture=f"{tete['territoire']} : {nombre(tete['agrees'])} logements agréés pour un objectif de "
        f"{nombre(tete['objectif'])}, soit {pourcent(tete['taux'])}.",
        champ=f"{CHAMP} Délégataires dont le chiffre est connu, et reste de chaque département.",
        source=contexte.source(AGREMENTS),
        alt=decrire_carte(donnees, OBJECTIF.classes, ABSENCES, "territoires de gestion"),
        note="Ces territoires ne sont pas les EPCI de la réforme. Un délégataire s'étend d'un seul tenant, quel que "
        "soit le département ; un délégataire dont le chiffre n'est pas connu reste dans son département.",
        indicateurs=("P1",),
        maturite=maturite(p1.filter(territoire_type="territoire_gestion", periode=str(annee))),
    )
