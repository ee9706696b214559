"""Publics prioritaires : premier quartile, mixité en quartier prioritaire, ménages DALO (domaine, § 1.9)."""

import polars as pl

from bilan.figures.formes import Barres, Points, Reference
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.mesures import (
    Ligne,
    colonnes_du_rapport,
    couverture,
    croiser,
    joindre,
    maturite,
    par_departement,
    une,
)
from bilan.francais import articles, compter, nombre, pourcent
from bilan.francais.phrases import Nom, parmi
from bilan.referentiel.nomenclatures import MILLESIMES_QPV, RESERVATAIRES

ATTRIBUTIONS = "Attributions aux publics prioritaires, transmises par EPCI et par département"
BAUX = "Baux signés dans l'année"

_ANNEE_DE_LA_LISTE = 2024
_CONTINGENTS = Nom("contingent", "contingents")
_ATTEINDRE = ("atteint la cible de", "atteignent la cible de")


def liste_des_quartiers(contexte: Contexte) -> str:
    """Rend la phrase qui dit de quelle liste de quartiers il s'agit, et ce qui ne s'y compare pas."""
    millesime = "2024" if contexte.periode.annee >= _ANNEE_DE_LA_LISTE else "2015"
    ailleurs = "antérieure à 2024" if millesime == "2024" else "postérieure à 2023"
    return f"{MILLESIMES_QPV[millesime]} : aucune année {ailleurs} ne s'y compare."


def epci_connus(mesure: Ligne) -> str:
    """Rend la phrase de couverture d'une mesure des publics : elle se compte en EPCI soumis, pas en parc."""
    return couverture({**mesure, "couverture": None}, "EPCI soumis")


def premier_quartile(mesures: pl.DataFrame, cible: float, contexte: Contexte) -> Figure:
    """Rend, par département, la part du premier quartile hors QPV (A1) et ce qu'elle serait au plus.

    La borne haute suppose du premier quartile tous les ménages dont les ressources sont inconnues ; `cible` est en %.
    """
    donnees = encadrer(mesures.filter(indicateur="A1"), contexte)
    donnees = joindre(donnees, _departements(mesures.filter(indicateur="A0"), contexte), "inconnues", "lieu")
    region: Ligne = donnees.row(-1, named=True)
    departements = donnees.head(-1).drop_nulls("valeur")
    loin = departements.filter(pl.col("haute") < cible).height
    return Figure(
        id="publics-premier-quartile",
        titre=f"Premier quartile hors quartier prioritaire : {pourcent(region['valeur'])} des baux pour une cible de "
        f"{pourcent(cible, 0)}",
        sous_titre=f"Part des baux hors quartier prioritaire au premier quartile, {contexte.periode.libelle}",
        forme=Points("lieu", "valeur", "haute", "Ressources connues", "Au plus, si les inconnues en sont"),
        donnees=donnees,
        colonnes=(
            Colonne("lieu", "Territoire"),
            *colonnes_du_rapport("Premier quartile et relogements", "Hors quartier prioritaire", "Part", "baux"),
            Colonne("haute", "Part au plus", "pourcent", absence="absence"),
            Colonne("inconnues", "Ressources inconnues", "pourcent"),
        ),
        lecture=_lecture_encadree(region, contexte, "hors quartier prioritaire vont au premier quartile"),
        champ=f"{BAUX} hors quartier prioritaire, relogements du renouvellement urbain compris.",
        source=contexte.source(ATTRIBUTIONS),
        alt=decrire_lignes(donnees, "lieu", {"valeur": "pourcent", "haute": "pourcent"}),
        note=f"{_sous_la_cible(loin, departements.height)} {liste_des_quartiers(contexte)} "
        f"{epci_connus(une(mesures, indicateur='A1', **contexte.en_region))}",
        indicateurs=("A1", "A0"),
        maturite=maturite(mesures.filter(periode=str(contexte.periode), indicateur="A1", ventilation="ensemble")),
    )


def _sous_la_cible(loin: int, departements: int) -> str:
    if loin == 0:
        return "Dans aucun département la cible n'est hors d'atteinte, toutes ressources inconnues comprises."
    combien = "tous les départements" if loin == departements else compter(loin, "département")
    return f"Même en y comptant toutes les ressources inconnues, la cible n'est pas atteinte dans {combien}."


def quartiles_en_qpv(mesures: pl.DataFrame, repere: float, contexte: Contexte) -> Figure:
    """Rend, par département, la part des quartiles 2 à 4 dans les baux en QPV (A2) et ce qu'elle serait au plus.

    `repere` est la part visée à défaut de convention intercommunale d'attribution, en % : il se lit, il ne juge pas.
    """
    donnees = encadrer(mesures.filter(indicateur="A2"), contexte)
    region: Ligne = donnees.row(-1, named=True)
    return Figure(
        id="publics-quartiles-qpv",
        titre=f"En quartier prioritaire, {pourcent(region['valeur'])} des baux vont aux trois autres quartiles",
        sous_titre=f"Part des quartiles 2 à 4 dans les baux en quartier prioritaire, {contexte.periode.libelle}",
        forme=Points("lieu", "valeur", "haute", "Ressources connues", "Au plus, si les inconnues en sont"),
        donnees=donnees,
        colonnes=(
            Colonne("lieu", "Territoire"),
            *colonnes_du_rapport("Quartiles 2 à 4", "En quartier prioritaire", "Part", "baux"),
            Colonne("haute", "Part au plus", "pourcent", absence="absence"),
        ),
        lecture=_lecture_encadree(region, contexte, "en quartier prioritaire vont aux trois autres quartiles"),
        champ=f"{BAUX} en quartier prioritaire.",
        source=contexte.source(ATTRIBUTIONS),
        alt=decrire_lignes(donnees, "lieu", {"valeur": "pourcent", "haute": "pourcent"}),
        note="La mixité sociale est la priorité en quartier prioritaire (circulaire du 18 décembre 2023). "
        f"À défaut de taux fixé par la convention intercommunale, la part visée serait {pourcent(repere, 0)}. "
        f"{liste_des_quartiers(contexte)} "
        f"{epci_connus(une(mesures, indicateur='A2', **contexte.en_region))}",
        indicateurs=("A2",),
        maturite=maturite(mesures.filter(periode=str(contexte.periode), indicateur="A2", ventilation="ensemble")),
    )


def _lecture_encadree(region: Ligne, contexte: Contexte, suite: str) -> str:
    base = (
        f"Dans la région, {nombre(region['numerateur'])} des {nombre(region['denominateur'])} baux {suite}, soit "
        f"{pourcent(region['valeur'])}"
    )
    return base + (
        f", et au plus {pourcent(region['haute'])} selon les ressources inconnues."
        if region["haute"] is not None and region["haute"] > region["valeur"]
        else "."
    )


def contingents(mesures: pl.DataFrame, cible: float, contexte: Contexte) -> Figure:
    """Rend, par contingent, la part des publics prioritaires (A3) et celle des ménages DALO (A3d), face à `cible`."""
    ici = {**contexte.en_region, "ventilation": "reservataire"}
    donnees = croiser(mesures, RESERVATAIRES, "A3", {"A3d": "dalo"}, **ici)
    juges = donnees.filter(pl.col("denominateur") >= contexte.seuils.base_minimale_logements)
    atteints = juges.filter(pl.col("valeur") >= cible).height
    tete: Ligne = juges.sort("valeur", "libelle", descending=[True, False], nulls_last=True).row(0, named=True)
    ensemble = une(mesures, indicateur="A3", **contexte.en_region)
    return Figure(
        id="publics-contingents",
        titre=f"Publics prioritaires : {parmi(atteints, juges.height, _CONTINGENTS, _ATTEINDRE)} {pourcent(cible, 0)}",
        sous_titre=f"Attributions aux publics prioritaires, DALO compris, par contingent, {contexte.periode.libelle}",
        forme=Barres("libelle", "valeur", "pourcent", Reference(cible, f"Cible : {pourcent(cible, 0)}")),
        donnees=donnees,
        colonnes=(
            Colonne("libelle", "Contingent"),
            Colonne("numerateur", "Publics prioritaires", "nombre", "attributions", absence="absence"),
            Colonne("denominateur", "Baux signés", "nombre", "baux", absence="absence"),
            Colonne("valeur", "Publics prioritaires", "pourcent", absence="absence"),
            Colonne("dalo", "dont ménages DALO", "pourcent"),
        ),
        lecture=f"{tete['libelle']} : {nombre(tete['numerateur'])} des {nombre(tete['denominateur'])} baux vont à des "
        f"publics prioritaires, soit {pourcent(tete['valeur'])}, dont {pourcent(tete['dalo'])} de ménages DALO.",
        champ=f"{BAUX}, en et hors quartier prioritaire.",
        source=contexte.source(ATTRIBUTIONS),
        alt=decrire_lignes(donnees, "libelle", {"valeur": "pourcent", "dalo": "pourcent"}),
        note=f"Ensemble : {pourcent(ensemble['valeur'])}. Un contingent de moins de "
        f"{contexte.seuils.base_minimale_logements} baux n'est pas jugé. {epci_connus(ensemble)}",
        indicateurs=("A3", "A3d"),
        maturite=maturite(mesures.filter(**ici, indicateur="A3")),
    )


def dalo_en_qpv(a4: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend, par département, la part des ménages DALO logés en quartier prioritaire (A4) et ses bornes."""
    donnees = encadrer(a4, contexte)
    region: Ligne = donnees.row(-1, named=True)
    croise = region["valeur"] is not None
    return Figure(
        id="publics-dalo-qpv",
        titre=f"{_dalo(region)} des ménages DALO sont logés en quartier prioritaire",
        sous_titre=f"Ménages DALO logés en quartier prioritaire, {contexte.periode.libelle}",
        forme=Barres("lieu", "valeur", "pourcent")
        if croise
        else Points("lieu", "basse", "haute", "Au moins, d'après les totaux", "Au plus, d'après les totaux"),
        donnees=donnees,
        colonnes=(
            Colonne("lieu", "Territoire"),
            *colonnes_du_rapport("En quartier prioritaire", "Ménages DALO", "Part", "ménages"),
            Colonne("basse", "Au moins, d'après les totaux", "pourcent"),
            Colonne("haute", "Au plus, d'après les totaux", "pourcent"),
        ),
        lecture=_lecture_dalo(donnees) if croise else f"{_dalo(region)} des ménages DALO, d'après les totaux.",
        champ="Ménages reconnus au titre du DALO qui ont signé un bail dans l'année.",
        source=contexte.source(ATTRIBUTIONS),
        alt=decrire_lignes(donnees, "lieu", {"valeur": "pourcent", "basse": "pourcent", "haute": "pourcent"}),
        note="La circulaire du 18 décembre 2023 demande de ne plus proposer de logement en quartier prioritaire aux "
        f"ménages DALO précaires. {liste_des_quartiers(contexte)} {epci_connus(une(a4, **contexte.en_region))}",
        indicateurs=("A4",),
        maturite=maturite(a4.filter(periode=str(contexte.periode), ventilation="ensemble")),
    )


def _dalo(region: Ligne) -> str:
    """La part connue ; sans le croisement, ce que les totaux permettent d'affirmer."""
    if region["valeur"] is not None:
        return pourcent(region["valeur"])
    return f"Entre {pourcent(region['basse'])} et {pourcent(region['haute'])}"


def _lecture_dalo(donnees: pl.DataFrame) -> str:
    connus = donnees.head(-1).drop_nulls("valeur").sort("valeur", "lieu", descending=[True, False])
    tete: Ligne = (connus if connus.height else donnees.tail(1)).row(0, named=True)
    ou = articles.dans_departement(tete["lieu"]) if connus.height else "dans la région"
    return (
        f"La part la plus haute est {ou} : {nombre(tete['numerateur'])} des {nombre(tete['denominateur'])} "
        f"ménages DALO, soit {pourcent(tete['valeur'])}."
    )


def encadrer(mesures: pl.DataFrame, contexte: Contexte) -> pl.DataFrame:
    """Rend une ligne par département puis la région : `lieu`, les deux termes, la valeur, `basse`, `haute`, absence."""
    donnees = _departements(mesures, contexte).select("lieu", "numerateur", "denominateur", "valeur", "absence")
    for borne in ("basse", "haute"):
        lues = _departements(mesures, contexte, ventilation="borne", modalite=borne)
        donnees = joindre(donnees, lues, borne, "lieu")
    return donnees


def _departements(mesures: pl.DataFrame, contexte: Contexte, **voulues: str) -> pl.DataFrame:
    voulues = {"ventilation": "ensemble", "modalite": "ensemble"} | voulues
    par_lieu = par_departement(mesures.filter(**voulues), contexte).rename({"departement": "lieu"})
    colonnes = ["lieu", "numerateur", "denominateur", "valeur", "absence"]
    region = une(mesures, **contexte.en_region, **voulues)
    absence = None if region["statut"] == "observe" else region["statut"]
    ligne = {"lieu": "Région", **{n: region[n] for n in colonnes[1:4]}, "absence": absence}
    return pl.concat([par_lieu.select(colonnes), pl.DataFrame([ligne], schema=par_lieu.select(colonnes).schema)])
