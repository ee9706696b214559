"""Cotation, en cartes : l'état de la cotation et les documents en vigueur, EPCI par EPCI."""

import polars as pl

from bilan.figures.formes import Choroplethe
from bilan.figures.modele import Colonne, Figure
from bilan.figures.palettes import ABSENCES
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.cotation import GROUPES, REGISTRE
from bilan.figures.sujets.descriptions import decrire_carte
from bilan.figures.sujets.mesures import COLONNES_EPCI, maturite, par_epci
from bilan.francais import compter
from bilan.referentiel.nomenclatures import ETATS_COTATION

_DOCUMENTS_EN_VIGUEUR = ("Quatre documents", "Trois", "Deux", "Un ou aucun")


def carte_etats(e5: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend la carte de l'état de la cotation : trois groupes, et les EPCI où la question ne se pose pas."""
    lues = par_epci(e5.filter(ventilation="etat_cotation"), contexte)
    groupe = pl.col("modalite").replace_strict(ETATS_COTATION, default=None)
    donnees = lues.select(
        "epci_siren",
        "epci",
        "code_departement",
        classe=pl.when(pl.col("absence").is_null()).then(groupe),
        absence=_absence_d_un_soumis(),
    )
    soumis = lues.filter("est_soumis").height
    connus = donnees.filter(pl.col("classe").is_not_null()).height
    effective = donnees.filter(classe=GROUPES[0]).height
    return Figure(
        id="cotation-carte-etats",
        titre=f"{effective} des {soumis} EPCI soumis ont une cotation effective ou imminente"
        if connus
        else f"{soumis} EPCI soumis sur {donnees.height} ; l'état de leur cotation n'est pas publié un par un",
        sous_titre=f"État de la cotation par EPCI, {contexte.periode.libelle}",
        forme=Choroplethe("epci_siren", "classe", "absence", GROUPES, palette="avancement"),
        donnees=donnees,
        colonnes=(
            *COLONNES_EPCI,
            Colonne("classe", "État de la cotation", absence="absence"),
        ),
        lecture=f"{donnees.height} EPCI touchent la région, {soumis} sont soumis à la réforme ; l'état de la cotation "
        f"est connu pour {connus or 'aucun'} d'entre eux.",
        champ=contexte.champ_epci,
        source=contexte.source(REGISTRE),
        alt=decrire_carte(donnees, GROUPES, ABSENCES),
        note="Sans objet : EPCI qui n'est pas soumis à la réforme. La liste des EPCI soumis est inférée.",
        indicateurs=("E5",),
        maturite=maturite(e5.filter(territoire_type="epci", periode=str(contexte.periode))),
    )


def _absence_d_un_soumis() -> pl.Expr:
    # Sans registre, la mesure manque pour tous ; que l'EPCI ne soit pas soumis reste su.
    return pl.when(pl.col("est_soumis")).then("absence").otherwise(pl.lit("sans_objet")).alias("absence")


def carte_documents(mesures: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend la carte du nombre de documents en vigueur (E1 à E4) par EPCI soumis."""
    voulus = mesures.filter(pl.col("indicateur").is_in(["E1", "E2", "E3", "E4"]), ventilation="ensemble")
    lues = par_epci(voulus, contexte)
    donnees = (
        lues.group_by("epci_siren", "epci", "code_departement", "est_soumis", maintain_order=True)
        .agg(
            documents=pl.when(pl.col("numerateur").is_not_null().all()).then(pl.col("numerateur").sum()),
            absence=pl.col("absence").drop_nulls().first(),
        )
        .with_columns(_absence_d_un_soumis())
        .with_columns(classe=pl.when(pl.col("absence").is_null()).then(_classe_de_documents()))
    )
    complets, soumis = donnees.filter(documents=4).height, donnees.filter("est_soumis").height
    return Figure(
        id="cotation-carte-documents",
        titre=f"{complets} des {soumis} EPCI soumis ont leurs quatre documents en vigueur",
        sous_titre=f"CIL, document-cadre, CIA et PPGDID en vigueur, {contexte.periode.libelle}",
        forme=Choroplethe("epci_siren", "classe", "absence", _DOCUMENTS_EN_VIGUEUR, palette="avancement"),
        donnees=donnees,
        colonnes=(
            *COLONNES_EPCI,
            Colonne("documents", "Documents en vigueur", "nombre", absence="absence"),
        ),
        lecture=f"Dans {compter(complets, 'EPCI', 'EPCI')}, la CIL est installée, le document-cadre adopté, la CIA et "
        "le PPGDID en vigueur.",
        champ=contexte.champ_epci,
        source=contexte.source(REGISTRE),
        alt=decrire_carte(donnees, _DOCUMENTS_EN_VIGUEUR, ABSENCES),
        note="Sans objet : EPCI non soumis. Un document arrivé à son terme ne compte plus.",
        indicateurs=("E1", "E2", "E3", "E4"),
        maturite=maturite(voulus.filter(territoire_type="epci", periode=str(contexte.periode))),
    )


def _classe_de_documents() -> pl.Expr:
    manquants = (4 - pl.col("documents")).clip(upper_bound=3).cast(pl.Int64)
    return manquants.replace_strict(dict(enumerate(_DOCUMENTS_EN_VIGUEUR)), return_dtype=pl.String)
