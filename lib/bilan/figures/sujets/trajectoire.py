"""Flux, dans le temps : la trajectoire de l'année, et les logements soustraits face à leur prévision (F5, F6)."""

from datetime import date

import polars as pl

from bilan.figures.formes import Courbe, Points
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.flux import BILANS, RELOCATIONS
from bilan.figures.sujets.mesures import ABSENCE, Ligne, couverture, maturite, par_modalite, une
from bilan.francais import au_plus, nombre, pourcent
from bilan.francais.phrases import de_plus
from bilan.referentiel.nomenclatures import CATEGORIES_SOUSTRACTION

PREVISIONS = "Prévisions et bilans des logements soustraits, transmis par les bailleurs"

_A_DATE = "Attribués depuis le 1er janvier"
_REPERES = {"LINEAIRE": "Repère : un quart par trimestre", "SAISON_N_1": "Repère : saison de l'année précédente"}


def trajectoire(f5: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les attributions cumulées en part de l'objectif de l'année (F5), et les repères à la même date."""
    trimestres = {str(t): t.libelle_court for t in contexte.periode.trimestres}
    ici = f5.filter(territoire_type="region", territoire=contexte.code_region)
    ici = ici.filter(pl.col("periode").is_in(list(trimestres)), pl.col("ventilation").is_in(["ensemble", "reference"]))
    donnees = ici.sort("ventilation", "modalite", "periode").select(
        trimestre=pl.col("periode").replace_strict(trimestres),
        serie=pl.col("modalite").replace_strict({"ensemble": _A_DATE, **_REPERES}),
        numerateur="numerateur",
        denominateur="denominateur",
        valeur="valeur",
        absence=ABSENCE,
    )
    dernier: Ligne = donnees.filter(serie=_A_DATE).drop_nulls("valeur").row(-1, named=True)
    reperes = donnees.filter(pl.col("serie") != _A_DATE, trimestre=dernier["trimestre"]).drop_nulls("valeur")
    repere: Ligne = reperes.row(-1, named=True)  # la saison connue l'emporte sur le quart par trimestre
    cle = next(code for code, nom in trimestres.items() if nom == dernier["trimestre"])
    mesure = une(f5, **{**contexte.en_region, "periode": cle})
    return Figure(
        id="flux-trajectoire",
        titre=f"Au {dernier['trimestre']}, {pourcent(dernier['valeur'])} de l'objectif de l'année : "
        f"{_situe(dernier['valeur'], repere['valeur'])}",
        sous_titre="Attributions depuis le 1er janvier, en part de l'objectif de l'année, et repères à la même date",
        forme=Courbe("trimestre", "valeur", "serie", "pourcent"),
        donnees=donnees,
        colonnes=(
            Colonne("trimestre", "Trimestre"),
            Colonne("serie", "Série"),
            Colonne("numerateur", "Logements à date", "decimal", absence="absence"),
            Colonne("denominateur", "Logements de l'année", "decimal", absence="absence"),
            Colonne("valeur", "Part", "pourcent", absence="absence"),
        ),
        lecture=f"Au {dernier['trimestre']}, {au_plus(dernier['numerateur'])} logements attribués pour un objectif "
        f"de {au_plus(dernier['denominateur'])} dans l'année, soit {pourcent(dernier['valeur'])} ; repère, "
        f"{pourcent(repere['valeur'])}.",
        champ=f"{RELOCATIONS} ; conventions qui ont un objectif.",
        source=contexte.source(BILANS),
        alt=decrire_lignes(donnees, "serie,trimestre", {"valeur": "pourcent"}),
        note="Les attributions ne se répartissent pas également dans l'année : la saison de l'année précédente, si "
        f"elle est connue, est un meilleur repère qu'un quart par trimestre. {couverture(mesure)} "
        f"{_ruptures(reperes, contexte)}".rstrip(),
        indicateurs=("F5",),
        maturite=maturite(ici),
    )


def _ruptures(reperes: pl.DataFrame, contexte: Contexte) -> str:
    """Rend la phrase des ruptures entre l'année précédente et celle-ci, dont sa saison est le repère."""
    if reperes.filter(serie=_REPERES["SAISON_N_1"]).is_empty():
        return ""
    return contexte.ruptures(date(contexte.periode.annee - 1, 1, 1), contexte.periode.fin)


def _situe(valeur: float, repere: float) -> str:
    ecart = round(valeur - repere, 1)
    if ecart == 0:
        return "au repère"
    return f"{de_plus(ecart)} que le repère"


def _face_a_la_prevision(ecart: Ligne) -> str:
    if ecart["numerateur"] is None:
        return "sans prévision à comparer"
    if ecart["numerateur"] == 0:
        return "autant que prévu"
    return f"{nombre(abs(ecart['numerateur']))} de {'plus' if ecart['numerateur'] > 0 else 'moins'} que prévu"


def soustraits(mesures: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend, par catégorie, les logements soustraits réalisés et prévus des bailleurs qui ont donné les deux (F6v)."""
    ici = {**contexte.en_region, "ventilation": "categorie"}
    donnees = par_modalite(mesures.filter(indicateur="F6v"), CATEGORIES_SOUSTRACTION, **ici).select(
        "libelle",
        prevus="denominateur",
        realises=pl.col("denominateur") + pl.col("numerateur"),
        ecart="numerateur",
        ecart_pct="valeur",
        absence="absence",
    )
    tous, taux = (une(mesures, indicateur=code, **contexte.en_region) for code in ("F6v", "F6"))
    tete: Ligne = donnees.sort("realises", "libelle", descending=[True, False], nulls_last=True).row(0, named=True)
    return Figure(
        id="flux-soustraits",
        titre=f"{pourcent(taux['valeur'])} des logements libérés sont soustraits du flux, "
        f"{_face_a_la_prevision(tous)}",
        sous_titre=f"Logements soustraits réalisés et prévus, par catégorie, {contexte.periode.libelle}",
        forme=Points("libelle", "realises", "prevus", "Réalisés", "Prévus", "nombre"),
        donnees=donnees,
        colonnes=(
            Colonne("libelle", "Catégorie"),
            Colonne("prevus", "Prévus", "nombre", "logements", absence="absence"),
            Colonne("realises", "Réalisés", "nombre", "logements", absence="absence"),
            Colonne("ecart", "Écart", "nombre", "logements", absence="absence"),
            Colonne("ecart_pct", "Écart à la prévision", "pourcent", absence="absence"),
        ),
        lecture=f"{tete['libelle']} : {nombre(tete['realises'])} logements soustraits pour {nombre(tete['prevus'])} "
        "prévus.",
        champ="Bailleurs qui ont transmis leur prévision et leur réalisé.",
        source=contexte.source(PREVISIONS),
        alt=decrire_lignes(donnees, "libelle", {"realises": "nombre", "prevus": "nombre"}),
        note=f"La prévision est due avant le 28 février, avec le bilan de l'année passée. {couverture(tous)}",
        indicateurs=("F6", "F6v"),
        maturite=maturite(mesures.filter(**ici, indicateur="F6v")),
    )
