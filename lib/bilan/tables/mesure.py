"""La mesure : ce que rend tout indicateur, une fois pour toute la région (conception, § 4)."""

import dataframely as dy
import polars as pl

from bilan.tables.colonne import Fiche, colonne

_CONCEPTION = "Convention du projet (conception, § 4)"

TERRITOIRES = {
    "region": "Région",
    "departement": "Département",
    "epci": "EPCI",
    "territoire_gestion": "Territoire de gestion des aides à la pierre",
    "bailleur": "Bailleur",
}

STATUTS = {
    "observe": "Valeur observée",
    "non_transmis": "n.d. : rien n'a été transmis, ou le dénominateur est nul",
    "sans_objet": "/// : la question ne se pose pas pour ce territoire",
    "secret": "s : valeur masquée par le secret statistique",
}

MATURITES = {"provisoire": "(p) provisoire", "definitif": "définitif", "revise": "(r) révisé"}


class Mesure(dy.Schema):
    """Mesure d'un indicateur pour un territoire, une modalité et une période.

    Un rapport est un rapport de sommes : `numerateur` et `denominateur` sont toujours gardés.
    Un statut autre que `observe` va avec une valeur nulle, jamais avec 0.
    """

    jeu = colonne(
        dy.String,
        Fiche(
            "Jeu",
            "Jeu de données : réel ou de démonstration",
            _CONCEPTION,
            valeurs={"reel": "Données réelles", "demonstration": "Données fictives"},
        ),
        primary_key=True,
    )
    indicateur = colonne(dy.String, Fiche("Indicateur", "Code de l'indicateur", "domaine, § 5.1"), primary_key=True)
    territoire_type = colonne(
        dy.String,
        Fiche("Type de territoire", "Maille du territoire", _CONCEPTION, valeurs=TERRITOIRES),
        primary_key=True,
    )
    territoire = colonne(
        dy.String,
        Fiche("Territoire", "Code INSEE, SIREN de l'EPCI ou du bailleur", _CONCEPTION),
        primary_key=True,
    )
    ventilation = colonne(
        dy.String,
        Fiche("Ventilation", "Axe de la modalité ; « ensemble » s'il n'y en a pas", _CONCEPTION),
        primary_key=True,
    )
    modalite = colonne(
        dy.String,
        Fiche("Modalité", "Code de la modalité ; « ensemble » s'il n'y en a pas", _CONCEPTION),
        primary_key=True,
    )
    periode = colonne(dy.String, Fiche("Période", "Année ou trimestre", _CONCEPTION), primary_key=True)
    numerateur = colonne(dy.Float64, Fiche("Numérateur", "Somme au numérateur", _CONCEPTION), nullable=True)
    denominateur = colonne(dy.Float64, Fiche("Dénominateur", "Somme au dénominateur", _CONCEPTION), nullable=True)
    valeur = colonne(dy.Float64, Fiche("Valeur", "Valeur dans l'unité de la ligne", _CONCEPTION), nullable=True)
    unite = colonne(dy.String, Fiche("Unité", "%, points, logements, jours, EPCI…", _CONCEPTION))
    statut = colonne(
        dy.String, Fiche("Statut", "Pourquoi la valeur est là ou n'y est pas", _CONCEPTION, valeurs=STATUTS)
    )
    couverture = colonne(
        dy.Float64,
        Fiche("Couverture", "Part du parc des bailleurs attendus qui ont répondu", _CONCEPTION, unite="de 0 à 1"),
        nullable=True,
    )
    repondants = colonne(
        dy.Int64, Fiche("Répondants", "Émetteurs dont les données sont comptées", _CONCEPTION), nullable=True
    )
    attendus = colonne(dy.Int64, Fiche("Attendus", "Émetteurs attendus", _CONCEPTION), nullable=True)
    maturite = colonne(dy.String, Fiche("Maturité", "Provisoire, définitif ou révisé", _CONCEPTION, valeurs=MATURITES))

    @dy.rule()
    def statut_et_valeur_s_accordent(cls) -> pl.Expr:
        """Une valeur est là si et seulement si elle est observée."""
        return (pl.col("statut") == "observe") == pl.col("valeur").is_not_null()


COLONNES_MESURE: tuple[str, ...] = tuple(Mesure.columns())
