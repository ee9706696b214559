"""Les colonnes qui reviennent d'une table à l'autre, fabriquées une seule fois."""

from dataclasses import replace
from typing import Any

import dataframely as dy
import polars as pl

from bilan.tables.colonne import Fiche, colonne, fiche_de

CONVENTION = "Convention du projet"
COPIL = "COPIL régional du 8 février 2024"
BILAN_ANNUEL = "CCH R.441-5-1"
RESERVATIONS = "CCH R.441-5"
PLAN_GESTION = "CCH L.441-2-8"
COTATION = "Loi ELAN 2018-1021, art. 111 ; décret 2019-1378"
EGALITE = "Loi Égalité et Citoyenneté 2017-86"
CALEOL = "Loi ELAN 2018-1021, art. 109"


class Table(dy.Schema):
    """Table canonique : la clé, faite des colonnes dont la fiche le dit, ne se répète pas dans une livraison."""

    @dy.rule()
    def cle_unique(cls) -> pl.Expr:
        """Deux lignes d'une même livraison n'ont jamais la même clé."""
        return pl.struct(cle_de(cls)).is_unique() if cle_de(cls) else pl.lit(True)  # type: ignore[arg-type]


def cle_de(schema: type[dy.Schema]) -> list[str]:
    """Rend les colonnes qui forment la clé de la table, dans l'ordre de ses colonnes."""
    return [nom for nom, col in schema.columns().items() if fiche_de(col).cle]


def annee(**options: Any) -> dy.Int64:
    """Rend la colonne `annee`, de 2000 à 2099."""
    fiche = Fiche("Année", "Année civile de l'exercice", COPIL, unite="année", exemple="2024", cle=True)
    return colonne(dy.Int64, fiche, min=2000, max=2099, **options)


def bailleur(*, cle: bool = True, **options: Any) -> dy.String:
    """Rend la colonne `bailleur_siren` : neuf chiffres."""
    fiche = Fiche(
        "SIREN du bailleur",
        "Identifiant à neuf chiffres du bailleur ; jamais son nom",
        CONVENTION,
        exemple="123456782",
        cle=cle,
    )
    return colonne(dy.String, fiche, regex=r"^\d{9}$", **options)


def bailleur_nom() -> dy.String:
    """Rend la colonne `bailleur_nom`, qui aide à lire et ne sert jamais de clé."""
    return colonne(
        dy.String, Fiche("Nom du bailleur", "Nom tel que transmis ; le SIREN seul identifie", CONVENTION), nullable=True
    )


def departement(*, cle: bool = True, **options: Any) -> dy.String:
    """Rend la colonne `code_departement`, en texte pour garder le zéro de tête."""
    fiche = Fiche(
        "Département", "Code INSEE du département, sur deux ou trois caractères", RESERVATIONS, exemple="06", cle=cle
    )
    return colonne(dy.String, fiche, regex=r"^(\d{2}|2A|2B|97\d)$", **options)


def commune(*, cle: bool = True, **options: Any) -> dy.String:
    """Rend la colonne `code_commune` : code INSEE du logement, arrondissements de Marseille repliés sur 13055."""
    fiche = Fiche(
        "Commune",
        "Code INSEE à cinq caractères de la commune du logement, jamais le code postal",
        BILAN_ANNUEL,
        exemple="06088",
        cle=cle,
    )
    return colonne(dy.String, fiche, regex=r"^(\d{2}|2A|2B)\d{3}$", **options)


def epci(*, cle: bool = True, **options: Any) -> dy.String:
    """Rend la colonne `epci_siren`, SIREN à neuf chiffres."""
    fiche = Fiche(
        "SIREN de l'EPCI",
        "EPCI à fiscalité propre ; son nom et son type changent, pas son SIREN",
        CONVENTION,
        exemple="200054807",
        cle=cle,
    )
    return colonne(dy.String, fiche, regex=r"^\d{9}$", **options)


def reservataire_id() -> dy.String:
    """Rend la colonne `reservataire_id` : SIREN ou code INSEE de la collectivité, vide pour les autres."""
    fiche = Fiche(
        "Identifiant du réservataire",
        "SIREN ou code INSEE de la collectivité ; vide pour l'État et ALS",
        RESERVATIONS,
        exemple="06088",
        cle=True,
    )
    return colonne(dy.String, fiche, regex=r"^[0-9A-Z]{2,9}$", nullable=True)


def reservataire_nom() -> dy.String:
    """Rend la colonne `reservataire_nom`, qui aide à lire et ne sert jamais de clé."""
    return colonne(dy.String, Fiche("Nom du réservataire", "Nom tel que transmis", CONVENTION), nullable=True)


def date_arrete(*, cle: bool = False) -> dy.Date:
    """Rend la colonne `date_arrete` : les chiffres de la ligne sont arrêtés à ce jour."""
    fiche = Fiche(
        "Chiffres arrêtés au", "Date à laquelle les chiffres sont arrêtés", CONVENTION, exemple="2024-12-31", cle=cle
    )
    return colonne(dy.Date, fiche)


def source() -> dy.String:
    """Rend la colonne `source` : d'où le chiffre publié a été relevé."""
    return colonne(dy.String, Fiche("Source", "Document ou page d'où la ligne a été relevée", CONVENTION))


def parmi(fiche: Fiche, valeurs: dict[str, str], **options: Any) -> dy.String:
    """Rend une colonne de codes fermée sur `valeurs`."""
    return colonne(dy.String, replace(fiche, valeurs=valeurs), **options)


def effectif(titre: str, description: str, texte: str, unite: str = "logements", **options: Any) -> dy.Int64:
    """Rend une colonne de comptage, entière et jamais négative."""
    return colonne(dy.Int64, Fiche(titre, description, texte, unite=unite), min=0, **options)


def jour(titre: str, description: str, texte: str) -> dy.Date:
    """Rend une colonne de date facultative."""
    return colonne(dy.Date, Fiche(titre, description, texte, exemple="2024-03-31"), nullable=True)


def libre(titre: str, description: str, texte: str = CONVENTION, **options: Any) -> dy.String:
    """Rend une colonne de texte libre, facultative si rien n'est dit."""
    return colonne(dy.String, Fiche(titre, description, texte), **{"nullable": True, **options})
