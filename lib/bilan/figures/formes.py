"""L'ensemble fermé des formes : ce qui est montré, jamais comment (conception, § 4).

Chaque champ nomme une colonne de la table de la figure, sauf indication contraire.
Chaque média a un moteur de rendu qui connaît toutes les formes.
"""

from dataclasses import dataclass
from typing import Literal

Format = Literal["nombre", "decimal", "pourcent", "points", "jours", "date", "texte"]


@dataclass(frozen=True, slots=True)
class Reference:
    """Valeur de comparaison tracée sur la figure, avec son libellé (« Objectif : 25 % »)."""

    valeur: float
    libelle: str


@dataclass(frozen=True, slots=True)
class Barres:
    """Barres horizontales, une par catégorie, étiquetées ; `couleur` nomme une colonne de modalités.

    `modalites` donne leur ordre, donc la couleur de chacune ; sans lui, c'est celui de la table.
    """

    categorie: str
    valeur: str
    format: Format = "nombre"
    reference: Reference | None = None
    couleur: str | None = None
    modalites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BarresEmpilees:
    """Barres horizontales empilées par `serie` ; `modalites` donne l'ordre et le libellé des séries.

    `palette` est un nom de palette de `figures.palettes` (avancement, categoriel…).
    """

    categorie: str
    serie: str
    valeur: str
    modalites: tuple[str, ...]
    palette: str = "categoriel"
    format: Format = "nombre"


@dataclass(frozen=True, slots=True)
class Courbe:
    """Courbes d'une valeur selon une abscisse ordonnée (libellés de période), une par `serie`."""

    abscisse: str
    valeur: str
    serie: str | None = None
    format: Format = "nombre"
    reference: Reference | None = None


@dataclass(frozen=True, slots=True)
class Frise:
    """Frise : une ligne par `ligne`, un repère par étape, à sa date, selon son `statut` (fait, prévu, glissé…)."""

    ligne: str
    etape: str
    date: str
    statut: str


@dataclass(frozen=True, slots=True)
class Points:
    """Points appariés : la `valeur` et son `repere` sur une même ligne par catégorie."""

    categorie: str
    valeur: str
    repere: str
    libelle_valeur: str
    libelle_repere: str
    format: Format = "pourcent"


@dataclass(frozen=True, slots=True)
class Choroplethe:
    """Carte des EPCI coloriée par `classe`.

    `classes` donne les libellés dans l'ordre de la palette ; les trois absences (« sans_objet »,
    « non_transmis », « secret ») sont des valeurs de la colonne `absence` (nulle quand la valeur est
    là) et se dessinent en hachures différentes. `territoire` nomme la colonne des SIREN ; pour la maille
    « gestion », celle des codes de territoire de gestion (SIREN d'un délégataire, ou code de département).
    """

    territoire: str
    classe: str
    absence: str
    classes: tuple[str, ...]
    palette: str = "sequentiel"
    selection: str | None = None
    liens: bool = True
    maille: Literal["epci", "gestion"] = "epci"


@dataclass(frozen=True, slots=True)
class Panneau:
    """Une des petites cartes : son titre, et les colonnes de sa valeur, de sa classe et de son absence."""

    titre: str
    valeur: str
    classe: str
    absence: str


@dataclass(frozen=True, slots=True)
class CartesMultiples:
    """Petites cartes des mêmes EPCI, une par `panneaux` : une seule échelle, une seule légende, un titre chacune."""

    territoire: str
    panneaux: tuple[Panneau, ...]
    classes: tuple[str, ...]
    palette: str = "sequentiel"
    liens: bool = True


@dataclass(frozen=True, slots=True)
class Cercles:
    """Carte de cercles proportionnels : un volume par EPCI (les taux se colorient, les volumes se mesurent)."""

    territoire: str
    valeur: str
    libelle: str
    liens: bool = True


@dataclass(frozen=True, slots=True)
class Tableau:
    """Tableau seul : les colonnes de la figure, dans leur ordre."""


@dataclass(frozen=True, slots=True)
class ChiffreCle:
    """Un chiffre et ce qu'il compte ; la table de la figure a une seule ligne."""

    valeur: str
    libelle: str
    format: Format = "nombre"
    complement: str = ""


Carte = Choroplethe | CartesMultiples | Cercles
"""Les formes qui se dessinent sur un fond de carte, avec des liens vers les fiches."""

Forme = Barres | BarresEmpilees | Courbe | Frise | Points | Carte | Tableau | ChiffreCle
