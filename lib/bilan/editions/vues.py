"""Ce qu'une page montre d'une figure : son rang, sa table prête à lire, son image, ses fichiers."""

from dataclasses import dataclass, replace
from typing import Literal

from markupsafe import Markup

from bilan.editions.imagerie import Imagerie, se_dessine
from bilan.editions.vectoriel import ESPACE_SVG, en_fichier, en_page
from bilan.figures import tableau
from bilan.figures.formes import ChiffreCle, Tableau
from bilan.figures.modele import Figure

MATURITES = {
    "provisoire": "(p) Chiffres provisoires : toutes les livraisons attendues ne sont pas arrivées.",
    "revise": "(r) Chiffres révisés depuis leur première publication.",
}
_COLONNES_DE_TERRITOIRE = ("territoire", "epci_siren", "siren_epci", "siren")

GenreVue = Literal["image", "tableau", "chiffre", "vide"]


@dataclass(frozen=True, slots=True)
class Cellule:
    """Cellule lue ; `lien` mène à une fiche de l'édition, `numerique` l'aligne à droite."""

    texte: str
    numerique: bool = False
    lien: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Table d'une figure : sa légende, ses titres de colonnes, ses lignes (la première cellule nomme la ligne)."""

    legende: str
    entetes: tuple[Cellule, ...]
    lignes: tuple[tuple[Cellule, ...], ...]


@dataclass(frozen=True, slots=True)
class Fichier:
    """Fichier à télécharger : son format, son adresse depuis la page, son contenu."""

    format: str
    adresse: str
    contenu: bytes

    @property
    def poids(self) -> str:
        """Poids lu : « 3 ko »."""
        return f"{max(1, round(len(self.contenu) / 1000))}\u00a0ko"


@dataclass(frozen=True, slots=True)
class Valeur:
    """Chiffre d'un chiffre clé et ce qui l'entoure."""

    chiffre: str
    libelle: str
    complement: str


@dataclass(frozen=True, slots=True)
class VueFigure:
    """Figure mise en page ; `numero` est nul pour un chiffre clé, `niveau` est celui de son titre."""

    figure: Figure
    genre: GenreVue
    numero: int | None
    niveau: int
    table: Table
    image: Markup
    fichiers: tuple[Fichier, ...]
    valeur: Valeur | None = None
    image_a_part: Fichier | None = None
    exploration: str = ""

    @property
    def ancre(self) -> str:
        """Identifiant HTML de la figure."""
        return f"fig-{self.figure.id}"

    def mettre_a_part(self, place: "Place") -> "VueFigure":
        """Rend la vue dont l'image est un fichier que la page charge, au lieu d'y être inscrite.

        Ses liens s'y perdent ; la table de la figure porte les mêmes.
        """
        # str d'abord : une chaîne sûre échapperait ce qu'on y remplace.
        svg = str(self.image).replace("<svg ", f'<svg xmlns="{ESPACE_SVG}" ', 1)
        svg = svg.replace('role="group"', 'role="img"', 1)
        contenu = en_fichier(svg)
        fichier = Fichier("SVG", place.telechargement(f"{self.figure.id}.page.svg"), contenu.encode())
        return replace(self, image=Markup(), image_a_part=fichier)

    @property
    def maturite(self) -> str:
        """Phrase qui dit que les chiffres sont provisoires ou révisés ; vide s'ils sont définitifs."""
        return MATURITES.get(self.figure.maturite, "")


@dataclass(frozen=True, slots=True)
class Place:
    """Où est la page : `remontee` mène d'elle à la racine de l'édition, `fiches` donne les fiches qui existent."""

    page: str
    remontee: str
    fiches: frozenset[str]

    @property
    def est_fiche(self) -> bool:
        """Vrai pour une page répétée par territoire."""
        return "/" in self.page

    def fiche(self, siren: str) -> str | None:
        """Rend l'adresse de la fiche d'un EPCI depuis la page, rien si l'édition ne l'a pas."""
        return f"{self.remontee}epci/{siren}.html" if siren in self.fiches else None

    def telechargement(self, nom: str) -> str:
        """Rend l'adresse d'un fichier à télécharger de la page."""
        return f"{self.remontee}telechargements/{self.page}/{nom}"


def voir(figure: Figure, numero: int | None, niveau: int, place: Place, imagerie: Imagerie) -> VueFigure:
    """Rend la vue d'une figure sur la page que dit `place`."""
    table = _table(figure, place)
    fichiers = [Fichier("CSV", place.telechargement(f"{figure.id}.csv"), tableau.en_csv(figure))]
    image, exploration = Markup(), ""
    if se_dessine(figure):
        dessin = imagerie.dessin(figure, complet=not place.est_fiche)
        image, exploration = Markup(en_page(dessin.page, place.fiche)), dessin.exploration
        # Les images d'une fiche, répétées par territoire, pèseraient plus que tout le site : le navigateur les compose.
        fichiers += [
            Fichier(format_, place.telechargement(f"{figure.id}.{format_.lower()}"), contenu)
            for format_, contenu in (("SVG", dessin.svg.encode()), ("PNG", dessin.png)) if contenu
        ]
    return VueFigure(
        figure, _genre(figure), numero, niveau, table, image, tuple(fichiers), _valeur(figure), exploration=exploration
    )


def _genre(figure: Figure) -> GenreVue:
    if isinstance(figure.forme, ChiffreCle):
        return "chiffre"
    if figure.donnees.is_empty():
        return "vide"
    return "tableau" if isinstance(figure.forme, Tableau) else "image"


def _valeur(figure: Figure) -> Valeur | None:
    forme = figure.forme
    if not isinstance(forme, ChiffreCle):
        return None
    ligne = figure.donnees.row(0, named=True) if not figure.donnees.is_empty() else {}
    colonne = next((c for c in figure.colonnes if c.nom == forme.valeur), None)
    absence = ligne.get(colonne.absence) if colonne and colonne.absence else None
    return Valeur(tableau.cellule(ligne.get(forme.valeur), forme.format, absence), forme.libelle, forme.complement)


def _table(figure: Figure, place: Place) -> Table:
    entetes = tuple(Cellule(tableau.entete(c), tableau.est_numerique(c)) for c in figure.colonnes)
    siren = next((nom for nom in _COLONNES_DE_TERRITOIRE if nom in figure.donnees.columns), None)
    sirens = figure.donnees[siren].to_list() if siren else [None] * figure.donnees.height
    lignes = tuple(
        tuple(
            Cellule(texte, entete.numerique, (place.fiche(str(code)) or "") if rang == 0 else "")
            for rang, (texte, entete) in enumerate(zip(ligne, entetes, strict=True))
        )
        for ligne, code in zip(tableau.lignes(figure), sirens, strict=True)
    )
    fictif = " – données fictives" if figure.fictif else ""
    return Table(f"{figure.titre}{fictif}", entetes, lignes)
