"""Figures d'exemple : noms longs, valeurs manquantes, 0 et 100 %, vingt-six EPCI."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from bilan.figures import formes
from bilan.figures.modele import Colonne, Figure
from bilan.referentiel.geometries import Fonds

REFERENTIEL = Path(__file__).parents[2] / "data" / "referentiel"
STATUTS = ("adopté", "en cours", "engagé", "non commencé")


def figure(
    ident: str, forme: formes.Forme, donnees: pl.DataFrame, colonnes: tuple[Colonne, ...], **reste: Any
) -> Figure:
    textes = {
        "titre": "Douze EPCI sur vingt-six ont mis en service leur grille de cotation",
        "sous_titre": "Nombre d'EPCI, région Provence-Alpes-Côte d'Azur, 31 décembre 2024",
        "lecture": "au 31 décembre 2024, 12 EPCI ont mis en service leur grille.",
        "champ": "EPCI soumis à la réforme.",
        "source": "EPCI ; extraction du 31/03/2025.",
        "alt": "Douze EPCI sur vingt-six.",
    }
    return Figure(id=ident, forme=forme, donnees=donnees, colonnes=colonnes, **{**textes, **reste})


@cache
def fonds(region: str = "93") -> Fonds:
    return Fonds.ouvrir(REFERENTIEL, region=region)


def barres(**reste: Any) -> Figure:
    noms = ["Métropole d'Aix-Marseille-Provence", "CC du Pays des Sorgues et des Monts de Vaucluse", "CA Dracénie",
            "CA du Pays de Grasse"]
    donnees = pl.DataFrame({"epci": noms, "part": [100.0, 0.0, None, None], "absence": [None, None, "secret", None]})
    colonnes = (Colonne("epci", "EPCI"), Colonne("part", "Part", "pourcent", absence="absence"))
    reference = formes.Reference(25, "Objectif légal : 25 %")
    return figure("barres", formes.Barres("epci", "part", "pourcent", reference), donnees, colonnes, **reste)


def empilees() -> Figure:
    lignes = [("CIL", "adopté", 26), ("CIL", "en cours", 0), ("CIA", "adopté", 4), ("CIA", "en cours", None)]
    donnees = pl.DataFrame(lignes, schema=["document", "statut", "epci"], orient="row")
    colonnes = (Colonne("document", "Document"), Colonne("statut", "Statut"), Colonne("epci", "EPCI", "nombre"))
    forme = formes.BarresEmpilees("document", "statut", "epci", ("adopté", "en cours"), "avancement")
    return figure("empilees", forme, donnees, colonnes)


def courbe() -> Figure:
    donnees = pl.DataFrame({"t": ["T1 2024", "T2 2024", "T3 2024"], "v": [12.0, None, 80.0]})
    colonnes = (Colonne("t", "Trimestre"), Colonne("v", "Taux", "pourcent"))
    return figure("courbe", formes.Courbe("t", "v", format="pourcent"), donnees, colonnes)


def frise() -> Figure:
    donnees = pl.DataFrame({
        "epci": ["CA A", "CA A", "CA B"], "etape": ["CIL", "Cotation", "CIA"],
        "jour": [date(2023, 1, 1), date(2024, 6, 1), None], "statut": ["fait", "prévu", "prévu"],
    })  # fmt: skip
    colonnes = (Colonne("epci", "EPCI"), Colonne("etape", "Étape"), Colonne("jour", "Date", "date"))
    return figure("frise", formes.Frise("epci", "etape", "jour", "statut"), donnees, colonnes)


def points() -> Figure:
    donnees = pl.DataFrame({"c": ["EPCI", "Communes", "Bailleurs"], "v": [25, 10, None], "r": [24, 10, 31]})
    colonnes = (Colonne("c", "Catégorie"), Colonne("v", "Compté", "nombre"), Colonne("r", "Déclaré", "nombre"))
    return figure("points", formes.Points("c", "v", "r", "Compté", "Déclaré", "nombre"), donnees, colonnes)


def tableau() -> Figure:
    donnees = pl.DataFrame({"sujet": ["cotation"], "logements": [12345], "jour": [date(2024, 3, 31)], "taux": [-3.25]})
    colonnes = (Colonne("sujet", "Sujet"), Colonne("logements", "Logements", "nombre", "nombre"),
                Colonne("jour", "Échéance", "date"), Colonne("taux", "Écart", "decimal"))
    return figure("tableau", formes.Tableau(), donnees, colonnes)


def chiffre() -> Figure:
    return figure("chiffre", formes.ChiffreCle("v", "de l'objectif", "pourcent"), pl.DataFrame({"v": [60.89]}),
                  (Colonne("v", "Taux", "pourcent"),))


def vide() -> Figure:
    return figure("vide", formes.Barres("a", "b"), pl.DataFrame({"a": [], "b": []}), (),
                  vide="Aucun bailleur n'a transmis de bilan.")


def table_des_epci() -> pl.DataFrame:
    sirens = sorted(fonds().epci["epci_siren"])
    absences = ["secret", "non_transmis", *["sans_objet"] * 24]
    classes = [STATUTS[rang % 4] for rang in range(len(sirens) - len(absences))]
    return pl.DataFrame({
        "siren": sirens, "epci": [f"EPCI {s}" for s in sirens], "classe": [*[None] * len(absences), *classes],
        "absence": [*absences, *[None] * len(classes)],
        "volume": [*[None] * len(absences), *(50.0 * rang for rang in range(len(classes)))],
    })  # fmt: skip


def carte(donnees: pl.DataFrame | None = None, **forme: Any) -> Figure:
    colonnes = (Colonne("siren", "SIREN"), Colonne("epci", "EPCI"), Colonne("classe", "Cotation", absence="absence"))
    choix = formes.Choroplethe("siren", "classe", "absence", STATUTS, "avancement", **forme)
    return figure("carte", choix, table_des_epci() if donnees is None else donnees, colonnes)


def cercles() -> Figure:
    colonnes = (Colonne("siren", "SIREN"), Colonne("epci", "EPCI"),
                Colonne("volume", "Attributions", "nombre", absence="absence"))
    return figure("cercles", formes.Cercles("siren", "volume", "Attributions"), table_des_epci(), colonnes)


def multiples() -> Figure:
    """Trois petites cartes : la première comme `carte`, la deuxième toute secrète, la troisième toute à la fin."""
    donnees = table_des_epci().with_columns(
        part=pl.when(pl.col("classe").is_not_null()).then(12.5), rien=pl.lit(None, pl.String),
        secrete=pl.lit("secret"), derniere=pl.lit(STATUTS[-1]), fin=pl.lit(99.0),
    )  # fmt: skip
    colonnes = (
        Colonne("epci", "EPCI"), Colonne("part", "État", "pourcent", absence="absence"),
        Colonne("fin", "Commune", "pourcent"),
    )  # fmt: skip
    panneaux = (
        formes.Panneau("État", "part", "classe", "absence"),
        formes.Panneau("Action Logement", "part", "rien", "secrete"),
        formes.Panneau("Communes", "fin", "derniere", "rien"),
    )  # fmt: skip
    return figure("multiples", formes.CartesMultiples("siren", panneaux, STATUTS, "avancement"), donnees, colonnes)


TOUTES = (barres, empilees, courbe, frise, points, tableau, chiffre, vide, carte, cercles, multiples)
