"""Bilans reçus : la couverture, qui se lit avant toute autre figure du flux (domaine, § 5.1, B1)."""

import polars as pl

from bilan.figures.formes import Barres, Reference
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.mesures import ABSENCE, Ligne, disponible, maturite, par_departement, une
from bilan.francais import nombre, pourcent

RECEPTION = "Journal des livraisons des bailleurs"
ATTENDUS = "Bailleurs attendus : ceux qui ont au moins un logement social dans le territoire"

_SANS_BILAN = "Aucun bilan de bailleur n'a été publié ni versé : ni le flux ni sa couverture ne se mesurent encore."


def par_periode(b1: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les bilans reçus de chaque trimestre et de l'année (B1), et la part du parc qu'ils couvrent.

    Sans aucun bilan, la figure le dit et reste vide : ne rien savoir n'est pas savoir que rien n'est venu.
    """
    annee = contexte.periode.annee
    periodes = {**{str(t): t.libelle_court for t in contexte.periode.trimestres}, str(annee): f"Année {annee}"}
    ici = b1.filter(territoire_type="region", ventilation="ensemble")
    lues = ici.filter(pl.col("periode").is_in(list(periodes)))
    donnees = lues.sort(pl.col("periode").str.len_chars() == 4, "periode").select(
        periode=pl.col("periode").replace(periodes),
        recus="numerateur",
        attendus="denominateur",
        valeur="valeur",
        couverture_pct=100 * pl.col("couverture"),
        absence=ABSENCE,
    )
    connu = disponible(lues)
    derniere: Ligne = donnees.row(-1, named=True) if connu else {}
    return Figure(
        id="bilans-recus",
        titre=_titre(derniere) if connu else "Aucun bilan de bailleur n'est encore connu",
        sous_titre=f"Bilans reçus et part du parc couverte, {contexte.region}, {annee}",
        forme=Barres("periode", "valeur", "pourcent"),
        donnees=donnees if connu else donnees.clear(),
        colonnes=(
            Colonne("periode", "Période"),
            Colonne("recus", "Bilans reçus", "nombre", absence="absence"),
            Colonne("attendus", "Bailleurs attendus", "nombre", absence="absence"),
            Colonne("valeur", "Part des bilans", "pourcent", absence="absence"),
            Colonne("couverture_pct", "Part du parc couverte", "pourcent", absence="absence"),
        ),
        lecture=_lecture(derniere) if connu else _SANS_BILAN,
        champ=f"{ATTENDUS}.",
        source=contexte.source(RECEPTION),
        alt=decrire_lignes(donnees, "periode", {"valeur": "pourcent", "couverture_pct": "pourcent"})
        if connu
        else _SANS_BILAN,
        note="La première réception fait foi. Le bilan de l'année est dû le 28 février suivant (CCH R.441-5-1).",
        indicateurs=("B1",),
        maturite=maturite(lues),
        vide="" if connu else _SANS_BILAN,
    )


def _titre(derniere: Ligne) -> str:
    return (
        f"{nombre(derniere['recus'])} bailleurs sur {nombre(derniere['attendus'])} ont remis leur bilan de l'année : "
        f"{pourcent(derniere['couverture_pct'])} du parc"
        if derniere["periode"].startswith("Année") and derniere["recus"] is not None
        else f"{nombre(derniere['recus'])} bailleurs sur {nombre(derniere['attendus'])} ont remis leur dernier bilan"
    )


def _lecture(derniere: Ligne) -> str:
    return (
        f"{derniere['periode']} : {nombre(derniere['recus'])} bilans pour {nombre(derniere['attendus'])} attendus, "
        f"qui font {pourcent(derniere['couverture_pct'])} du parc."
    )


def couverture_par_departement(b1: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend, par département, la part du parc des bailleurs qui ont remis leur bilan de la période."""
    donnees = par_departement(b1.filter(ventilation="ensemble"), contexte).select(
        "departement", "repondants", "attendus", "absence", couverture_pct=100 * pl.col("couverture")
    )
    region = une(b1, indicateur="B1", **contexte.en_region)
    basse = donnees.sort("couverture_pct", "departement", nulls_last=True).row(0, named=True)
    seuil = 100 * contexte.seuils.couverture_minimale
    return Figure(
        id="bilans-departements",
        titre=f"La couverture va de {pourcent(basse['couverture_pct'])} ({basse['departement']}) à "
        f"{pourcent(float(donnees['couverture_pct'].max()))} du parc",  # type: ignore[arg-type]
        sous_titre=f"Part du parc des bailleurs qui ont remis leur bilan, {contexte.periode.libelle}",
        forme=Barres("departement", "couverture_pct", "pourcent", Reference(seuil, "Seuil de lecture")),
        donnees=donnees,
        colonnes=(
            Colonne("departement", "Département"),
            Colonne("repondants", "Bilans reçus", "nombre"),
            Colonne("attendus", "Bailleurs attendus", "nombre"),
            Colonne("couverture_pct", "Part du parc couverte", "pourcent", absence="absence"),
        ),
        lecture=f"{basse['departement']} : {nombre(basse['repondants'])} bilans sur {nombre(basse['attendus'])}, "
        f"soit {pourcent(basse['couverture_pct'])} du parc.",
        champ=f"{ATTENDUS}.",
        source=contexte.source(RECEPTION),
        alt=decrire_lignes(donnees, "departement", {"couverture_pct": "pourcent"}),
        note=f"Sous {pourcent(seuil, 0)} du parc, les taux se lisent avec prudence. Région : "
        f"{pourcent(100 * (region['couverture'] or 0))} du parc.",
        indicateurs=("B1",),
        maturite=maturite(b1.filter(territoire_type="departement", periode=str(contexte.periode))),
    )
