"""Objectifs et parts : plafonds, somme des taux, périodes de validité, fractions prises pour des pourcentages."""

from collections.abc import Iterator
from datetime import date

import polars as pl

from bilan.collecte.anomalies import Anomalie, Gravite
from bilan.collecte.controles.outils import Regle, sur_fichier, sur_lignes
from bilan.collecte.tableau import RANG, Tableau
from bilan.francais import pourcent
from bilan.referentiel.nomenclatures import RESERVATAIRES_COLLECTIVITES, RESERVATAIRES_ETAT
from bilan.referentiel.regles import Regles

_TROP = Regle(
    Gravite.BLOQUANT, "somme_des_taux", "les taux du périmètre {perimetre} font ensemble {somme}, plus de 100 %",
    "vérifiez les taux de ce périmètre : ils se partagent un même flux",
)  # fmt: skip
_PLAFOND = Regle(
    Gravite.A_VERIFIER, "plafond",
    "{qui} : {somme} du flux dans le périmètre {perimetre}, au-dessus du plafond de {plafond} ({texte})",
    "vérifiez le taux ; un accord local ou un arrêté peut l'expliquer",
)  # fmt: skip
_CHEVAUCHEMENT = Regle(
    Gravite.BLOQUANT, "chevauchement", "deux objectifs du même réservataire valent en même temps dans ce périmètre",
    "donnez une date de fin au premier",
)  # fmt: skip
_FRACTION = Regle(
    Gravite.BLOQUANT, "part_en_fraction", "« {colonne} » n'a que des valeurs entre 0 et 1 : ce sont "
    "des fractions, la table attend des pourcentages", "écrivez 30 pour 30 %, ou déclarez l'unité",
)  # fmt: skip
_QUARTILE = Regle(
    Gravite.A_VERIFIER, "quartile_invraisemblable", "{part} des baux hors quartier prioritaire vont au premier "
    "quartile, très au-dessus de ce qui s'observe", "vérifiez le seuil de ressources et les lignes comptées",
)  # fmt: skip

_PLAFONDS = (
    ("État", RESERVATAIRES_ETAT, "plafond_etat_pct"),
    ("État, agents civils et militaires", ("ETAT_FONC",), "plafond_etat_agents_pct"),
    ("Collectivités et EPCI", RESERVATAIRES_COLLECTIVITES, "plafond_collectivites_pct"),
)
_QUARTILE_MAX = 0.5
_BAUX_MIN = 20


def controler_objectifs(lignes: pl.DataFrame, tableau: Tableau, regles: Regles) -> list[Anomalie]:
    """Rend la somme des taux, les plafonds du droit en vigueur à leur date d'effet, et les périodes qui se chevauchent.

    Une règle qui n'existait pas encore à cette date ne plafonne rien.
    """
    avec_taux = lignes.filter(pl.col("taux_pct").is_not_null())
    cle = ["annee", "bailleur_siren", "perimetre_type", "perimetre_code", "date_effet"]
    anomalies: list[Anomalie] = []
    for valeurs, groupe in avec_taux.group_by(cle, maintain_order=True):
        perimetre, effet = str(valeurs[3]), valeurs[4]
        total = float(groupe["taux_pct"].sum())
        if total > 100 + 1e-9:
            anomalies += sur_fichier(_TROP, tableau.fichier, perimetre=perimetre, somme=pourcent(total))
        elif isinstance(effet, date):
            for depassement in _depassements(groupe, regles, effet):
                anomalies += sur_fichier(_PLAFOND, tableau.fichier, perimetre=perimetre, **depassement)
    return anomalies + _chevauchements(lignes, tableau)


def _depassements(groupe: pl.DataFrame, regles: Regles, effet: date) -> Iterator[dict[str, str]]:
    """Rend, pour chaque plafond dépassé, qui le dépasse, de combien, le plafond et son texte."""
    for qui, codes, code in _PLAFONDS:
        version = regles.regle(code).le(effet)
        somme = float(groupe.filter(pl.col("reservataire_categorie").is_in(codes))["taux_pct"].sum())
        if version is None or somme <= (plafond := float(str(version.valeur))) + 1e-9:
            continue
        decimales = 0 if plafond.is_integer() else 1
        yield {
            "qui": qui,
            "somme": pourcent(somme),
            "plafond": pourcent(plafond, decimales),
            "texte": version.texte,
        }


def _chevauchements(lignes: pl.DataFrame, tableau: Tableau) -> list[Anomalie]:
    cle = ["annee", "bailleur_siren", "reservataire_categorie", "reservataire_id", "perimetre_type", "perimetre_code"]
    ordonnees = lignes.sort(*cle, "date_effet", RANG).with_columns(
        _fin=pl.col("date_fin").shift(1).over(cle), _suit=pl.col("date_effet").shift(1).over(cle).is_not_null()
    )
    en_meme_temps = pl.col("_suit") & (pl.col("_fin").is_null() | (pl.col("_fin") >= pl.col("date_effet")))
    return sur_lignes(_CHEVAUCHEMENT, ordonnees.filter(en_meme_temps), tableau, "date_effet")


def controler_parts(lignes: pl.DataFrame, tableau: Tableau) -> list[Anomalie]:
    """Rend les colonnes de parts dont toutes les valeurs sont entre 0 et 1 : décidé par colonne, jamais par valeur."""
    anomalies: list[Anomalie] = []
    for colonne in [nom for nom in lignes.columns if nom.endswith("_pct") and nom in tableau.textes.columns]:
        valeurs = lignes[colonne].drop_nulls()
        if len(valeurs) and valeurs.max() is not None and 0 < float(str(valeurs.max())) <= 1:
            anomalies += sur_fichier(_FRACTION, tableau.fichier, colonne=colonne)
    return anomalies


def controler_publics(lignes: pl.DataFrame, tableau: Tableau) -> list[Anomalie]:
    """Rend les lignes où la part du premier quartile hors quartier prioritaire est invraisemblable."""
    part = pl.col("baux_hors_qpv_q1") / pl.col("baux_hors_qpv")
    hautes = lignes.filter((pl.col("baux_hors_qpv") >= _BAUX_MIN) & (part > _QUARTILE_MAX))
    dites = hautes.with_columns(part=(100 * part).map_elements(lambda p: pourcent(p, 0), return_dtype=pl.String))
    return sur_lignes(_QUARTILE, dites, tableau, "baux_hors_qpv_q1")
