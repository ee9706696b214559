"""Fiches de la production (P) et de la tension (T), d'après les chiffres publiés."""

from bilan.indicateurs import production, tension
from bilan.indicateurs.indicateur import Indicateur

_AGREMENTS = ("region", "territoire_gestion")

REPERES = (
    Indicateur(
        "P1",
        "Objectif de production atteint",
        "Logements agréés rapportés à l'objectif de l'année.",
        "agréés / objectif",
        "%",
        "hausse_favorable",
        _AGREMENTS,
        "Convention du projet (domaine, § 4.5)",
        production.taux_d_agrement,
    ),
    Indicateur(
        "P1n",
        "Logements agréés",
        "Logements agréés depuis le 1er janvier.",
        "Σ agréés",
        "logements",
        "hausse_favorable",
        _AGREMENTS,
        "Convention du projet (domaine, § 4.5)",
        production.logements_agrees,
    ),
    Indicateur(
        "P1v",
        "Évolution des agréments à même date",
        "Écart aux agréments de la même période de l'année précédente ; jamais une projection linéaire.",
        "(agréés N − agréés N−1) / agréés N−1",
        "%",
        "hausse_favorable",
        _AGREMENTS,
        "Convention du projet (domaine, § 4.5)",
        production.evolution_a_meme_date,
    ),
    Indicateur(
        "T1",
        "Pression de la demande",
        "Demandes actives en fin d'année rapportées aux attributions de l'année.",
        "demandes / attributions",
        "demandes par attribution",
        "baisse_favorable",
        ("region", "departement"),
        "Système national d'enregistrement",
        tension.pression,
    ),
    Indicateur(
        "T2",
        "Mobilité dans le parc social",
        "Taux de mobilité publié par le RPLS, repris tel quel.",
        "emménagements / logements loués ou proposés depuis plus d'un an",
        "%",
        "neutre",
        ("region", "departement", "epci"),
        "RPLS",
        tension.mobilite,
    ),
)
