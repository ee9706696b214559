"""CALEOL : l'examen de l'occupation, et le relogement des ménages en logement inadapté (domaine, § 1.10)."""

import polars as pl

from bilan.figures.formes import Barres, Courbe
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.mesures import (
    ABSENCE,
    Ligne,
    colonnes_du_rapport,
    couverture,
    maturite,
    par_departement,
    repere_de_la_region,
    une,
)
from bilan.francais import articles, compter, nombre, pourcent
from bilan.francais.phrases import BAILLEURS, majuscule, parmi

SUIVI = "Suivi des commissions d'attribution transmis par les bailleurs"
EXAMENS = "Ménages dont l'occupation est à examiner dans la période ; bailleurs qui ont transmis leur suivi"
_TOUT_EXAMINE = ("a examiné toutes les occupations à examiner", "ont examiné toutes les occupations à examiner")
_SERIES = {"numerateur": "Examinés", "denominateur": "À examiner"}


def examens(c1: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend, par département, la part des occupations examinées parmi celles à examiner (C1)."""
    donnees = par_departement(c1.filter(ventilation="ensemble"), contexte).select(
        "departement", "numerateur", "denominateur", "valeur", "absence"
    )
    region = une(c1, **contexte.en_region)
    bas: Ligne = donnees.sort("valeur", "departement", nulls_last=True).row(0, named=True)
    return Figure(
        id="caleol-examens",
        titre=f"{pourcent(region['valeur'])} des occupations à examiner l'ont été dans la région",
        sous_titre=f"Occupations examinées parmi celles à examiner, par département, {contexte.periode.libelle}",
        forme=Barres("departement", "valeur", "pourcent", repere_de_la_region(region["valeur"])),
        donnees=donnees,
        colonnes=(
            Colonne("departement", "Département"),
            *colonnes_du_rapport("Examinés", "À examiner", "Examinés", "ménages"),
        ),
        lecture=f"Le taux le plus bas est {articles.dans_departement(bas['departement'])} : "
        f"{nombre(bas['numerateur'])} ménages examinés sur {nombre(bas['denominateur'])}, soit "
        f"{pourcent(bas['valeur'])}.",
        champ=f"{EXAMENS}.",
        source=contexte.source(SUIVI),
        alt=decrire_lignes(donnees, "departement", {"valeur": "pourcent"}),
        note=f"En zone tendue, l'occupation s'examine tous les trois ans (loi ELAN, art. 109). {couverture(region)}",
        indicateurs=("C1",),
        maturite=maturite(c1.filter(territoire_type="departement", periode=str(contexte.periode))),
    )


def cumul(c1: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les ménages examinés et à examiner depuis le 1er janvier, trimestre après trimestre, dans la région."""
    trimestres = {str(t): t.libelle_court for t in contexte.periode.trimestres}
    ici = c1.filter(territoire_type="region", ventilation="ensemble").filter(pl.col("periode").is_in(list(trimestres)))
    donnees = (
        ici.sort("periode")
        .unpivot(tuple(_SERIES), index=["periode", "repondants", "attendus", "statut"], variable_name="terme")
        .select(
            trimestre=pl.col("periode").replace_strict(trimestres),
            serie=pl.col("terme").replace_strict(_SERIES),
            valeur=pl.col("value"),
            absence=ABSENCE,
            repondants="repondants",
            attendus="attendus",
        )
    )
    examines = donnees.filter(serie=_SERIES["numerateur"]).drop_nulls("valeur")
    dernier: Ligne = examines.row(-1, named=True)
    return Figure(
        id="caleol-cumul",
        titre=f"{compter(dernier['valeur'], 'ménage examiné', 'ménages examinés')} depuis le 1er janvier au "
        f"{dernier['trimestre']}",
        sous_titre="Occupations examinées et à examiner, cumulées depuis le 1er janvier",
        forme=Courbe("trimestre", "valeur", "serie"),
        donnees=donnees,
        colonnes=(
            Colonne("trimestre", "Trimestre"),
            Colonne("serie", "Ménages"),
            Colonne("valeur", "Cumul", "nombre", "ménages", absence="absence"),
            Colonne("repondants", "Bailleurs comptés", "nombre"),
            Colonne("attendus", "Bailleurs attendus", "nombre"),
        ),
        lecture=f"Au {dernier['trimestre']}, {compter(dernier['valeur'], 'ménage examiné', 'ménages examinés')} "
        f"d'après {nombre(dernier['repondants'])} bailleurs sur {nombre(dernier['attendus'])}.",
        champ=f"{EXAMENS}.",
        source=contexte.source(SUIVI),
        alt=decrire_lignes(donnees, "serie,trimestre", {"valeur": "nombre"}),
        note="Cumul depuis le 1er janvier ; le nombre de bailleurs comptés change d'un trimestre à l'autre.",
        indicateurs=("C1",),
        maturite=maturite(ici),
    )


def relogements(c1r: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend, par département, les ménages relogés parmi ceux repérés en logement inadapté (C1r)."""
    donnees = par_departement(c1r.filter(ventilation="ensemble"), contexte).select(
        "departement", "numerateur", "denominateur", "valeur", "absence"
    )
    region = une(c1r, **contexte.en_region)
    tete: Ligne = donnees.sort("denominateur", "departement", descending=[True, False], nulls_last=True).row(
        0, named=True
    )
    return Figure(
        id="caleol-relogements",
        titre=f"{nombre(region['numerateur'])} relogements pour {nombre(region['denominateur'])} situations "
        "d'inadaptation repérées",
        sous_titre=f"Ménages relogés parmi les situations d'inadaptation, par département, {contexte.periode.libelle}",
        forme=Barres("departement", "valeur", "pourcent", repere_de_la_region(region["valeur"])),
        donnees=donnees,
        colonnes=(
            Colonne("departement", "Département"),
            Colonne("numerateur", "Relogés", "nombre", "ménages", absence="absence"),
            Colonne("denominateur", "Situations repérées", "nombre", absence="absence"),
            Colonne("valeur", "Relogés", "pourcent", absence="absence"),
        ),
        lecture=f"{majuscule(articles.dans_departement(tete['departement']))}, {nombre(tete['numerateur'])} ménages "
        f"relogés pour {nombre(tete['denominateur'])} situations repérées, soit {pourcent(tete['valeur'])}.",
        champ="Sous-occupation, sur-occupation, handicap, dépassement de plafond ; un ménage peut relever de deux.",
        source=contexte.source(SUIVI),
        alt=decrire_lignes(donnees, "departement", {"valeur": "pourcent"}),
        note=f"Le COPIL cherche ce qui empêche ces relogements. {couverture(region)}",
        indicateurs=("C1r",),
        maturite=maturite(c1r.filter(territoire_type="departement", periode=str(contexte.periode))),
    )


def bailleurs(c1: pl.DataFrame, noms: dict[str, str], contexte: Contexte) -> Figure:
    """Rend la part des occupations examinées de chaque bailleur (C1) ; profil interne seulement.

    `noms` donne le nom d'un bailleur par SIREN.
    """
    ici = c1.filter(**contexte.en_region, ventilation="bailleur")
    donnees = (
        ici.sort("valeur", "modalite", descending=[True, False], nulls_last=True)
        .with_columns(ABSENCE, bailleur=pl.col("modalite").replace(noms))
        .select("bailleur", "numerateur", "denominateur", "valeur", "absence")
    )
    connus = donnees.drop_nulls("valeur")
    tous = connus.filter(pl.col("numerateur") >= pl.col("denominateur")).height
    bas: Ligne = connus.row(-1, named=True)
    return Figure(
        id="caleol-bailleurs",
        titre=majuscule(parmi(tous, connus.height, BAILLEURS, _TOUT_EXAMINE)),
        sous_titre=f"Occupations examinées parmi celles à examiner, par bailleur, {contexte.periode.libelle}",
        forme=Barres("bailleur", "valeur", "pourcent"),
        donnees=donnees,
        colonnes=(
            Colonne("bailleur", "Bailleur"),
            *colonnes_du_rapport("Examinés", "À examiner", "Examinés", "ménages"),
        ),
        lecture=f"{bas['bailleur']} : {nombre(bas['numerateur'])} ménages examinés sur {nombre(bas['denominateur'])}, "
        f"soit {pourcent(bas['valeur'])}.",
        champ=f"{EXAMENS}.",
        source=contexte.source(SUIVI),
        alt=decrire_lignes(donnees, "bailleur", {"valeur": "pourcent"}),
        note="Profil interne : un bailleur ne se nomme pas dans une édition publique.",
        indicateurs=("C1",),
        maturite=maturite(ici),
    )
