"""Synthèse pour le COPIL annuel : un tableau de bord, et les textes qui ont fait la réforme."""

from datetime import date

import polars as pl

from bilan.figures.formes import Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.mesures import Ligne, derniere, maturite
from bilan.figures.tableau import cellule
from bilan.francais import compter, date_longue, nombre

_LIGNES = (
    ("Cotation", "E1", "EPCI soumis dotés d'une CIL"),
    ("Cotation", "E3", "EPCI soumis dont la CIA est signée et court encore"),
    ("Cotation", "E4", "EPCI soumis dont le PPGDID est adopté et court encore"),
    ("Cotation", "E5", "EPCI soumis dont la cotation est en service"),
    ("Flux", "B1", "Bilans de bailleurs reçus"),
    ("Flux", "F1", "Objectif de flux atteint, tous réservataires"),
    ("Flux", "F4", "Logements attribués parmi les proposés"),
    ("Conventions", "V1", "Conventions signées parmi les attendues"),
    ("Conventions", "V2", "Conventions signées, pondérées par le parc"),
    ("Conventions", "V3", "Parc des bailleurs signataires avec l'État"),
    ("Production", "P1", "Objectif d'agréments atteint"),
)
INDICATEURS = tuple(code for _theme, code, _libelle in _LIGNES)
"""Indicateurs du tableau de bord."""


def tableau_de_bord(mesures: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les indicateurs de la région à leur dernière période annuelle connue, avec ce qu'ils rapportent."""
    lignes = [
        {"theme": theme, "indicateur": libelle, **_cellules(derniere(mesures.filter(indicateur=code), contexte))}
        for theme, code, libelle in _LIGNES
    ]
    donnees = pl.DataFrame(lignes, schema=_SCHEMA)
    connus = donnees.drop_nulls("valeur")
    return Figure(
        id="copil-tableau-de-bord",
        titre=f"{compter(connus.height, 'indicateur connu', 'indicateurs connus')} sur {donnees.height} pour la région",
        sous_titre=f"Tableau de bord de la réforme, {contexte.region}, {contexte.periode.libelle}",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(
            Colonne("theme", "Thème"),
            Colonne("indicateur", "Indicateur"),
            Colonne("periode", "Période"),
            Colonne("valeur", "Valeur", "pourcent", absence="absence"),
            Colonne("rapport", "Rapport"),
            Colonne("couverture", "Couverture", "pourcent", absence="sans_couverture"),
        ),
        lecture=_lecture(connus),
        champ=f"Région {contexte.region} ; dénominateur de chaque indicateur dans la colonne « Rapport ».",
        source=contexte.source("Mesures du bilan régional"),
        alt=decrire_lignes(donnees, "indicateur", {"valeur": "pourcent"}),
        note="Dernière année connue de chaque indicateur. n.d. : non publié, non transmis ou non diffusé. "
        "/// : chiffre publié pour la région, sans répondants à compter.",
        indicateurs=INDICATEURS,
        maturite=maturite(mesures.filter(**contexte.en_region)),
    )


_SCHEMA = {
    "theme": pl.String, "indicateur": pl.String, "periode": pl.String, "valeur": pl.Float64, "rapport": pl.String,
    "couverture": pl.Float64, "absence": pl.String, "sans_couverture": pl.String,
}  # fmt: skip


def _cellules(mesure: Ligne) -> Ligne:
    couverture, observee = mesure["couverture"], mesure["statut"] == "observe"
    return {
        "periode": mesure["periode"],
        "valeur": mesure["valeur"],
        "rapport": _rapport(mesure),
        "couverture": 100 * couverture if couverture is not None and observee else None,
        "absence": None if observee else mesure["statut"],
        "sans_couverture": "sans_objet" if observee else None,
    }


def _rapport(mesure: Ligne) -> str | None:
    if mesure["numerateur"] is None or mesure["denominateur"] is None:
        return None
    return f"{nombre(mesure['numerateur'])} / {nombre(mesure['denominateur'])}"


def _lecture(connus: pl.DataFrame) -> str:
    if connus.is_empty():
        return "Aucun indicateur n'est encore connu pour la région."
    ligne = connus.row(0, named=True)
    return f"{ligne['indicateur']}, {ligne['periode']} : {cellule(ligne['valeur'], 'pourcent')} ({ligne['rapport']})."


def chronologie(jalons: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les textes et les jalons de la réforme, dans l'ordre (table canonique chronologie)."""
    donnees = (
        jalons.filter(pl.col("date") <= contexte.connu_le)
        .sort("date", "texte")
        .select(jour="date", texte="texte", effet="effet", origine="source")
    )
    premier: date = donnees["jour"][0]
    dernier = donnees.row(-1, named=True)
    return Figure(
        id="copil-chronologie",
        titre=f"{nombre(donnees.height)} textes et jalons, de {premier.year} à {dernier['jour'].year}",
        sous_titre="Chronologie de la réforme des attributions",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(
            Colonne("jour", "Date", "date"),
            Colonne("texte", "Texte ou jalon"),
            Colonne("effet", "Ce qu'il change"),
            Colonne("origine", "Source"),
        ),
        lecture=f"{date_longue(dernier['jour'])}, {dernier['texte']} : {dernier['effet']}.",
        champ="Textes nationaux et jalons régionaux.",
        source=contexte.source("Textes officiels et publications, nommés à chaque ligne"),
        alt=decrire_lignes(donnees, "texte", {"jour": "date"}),
    )
