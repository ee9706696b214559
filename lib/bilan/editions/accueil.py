"""L'accueil d'une édition : les chiffres clés et la carte que des pages montrent déjà."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bilan.editions.composition import Page
from bilan.editions.imagerie import Imagerie
from bilan.editions.vues import Place, VueFigure, voir
from bilan.figures.formes import ChiffreCle, Choroplethe
from bilan.figures.modele import Figure

_CHIFFRES_AU_PLUS = 6
_CARTES_D_ABORD = ("cotation", "copil")
_CHIFFRES_D_ABORD = ("copil",)


@dataclass(frozen=True, slots=True)
class Accueil:
    """Chiffres clés et carte de l'accueil, avec la page d'où vient chacun."""

    chiffres: tuple[tuple[VueFigure, Page], ...]
    carte: tuple[VueFigure, Page] | None


def accueillir(pages: Sequence[Page], place: Place, imagerie: Imagerie) -> Accueil:
    """Rend l'accueil : les chiffres clés de la synthèse (à défaut ceux des pages), la carte de la cotation."""
    chiffres = _choisir(pages, ChiffreCle, _CHIFFRES_D_ABORD)[:_CHIFFRES_AU_PLUS]
    cartes = _choisir(pages, Choroplethe, _CARTES_D_ABORD)[:1]
    # Les fichiers à télécharger sont ceux de la page d'origine : une figure, un seul jeu de fichiers.
    vues = [(voir(figure, None, 2, replace(place, page=page.execution.page), imagerie), page)
            for figure, page in (*chiffres, *cartes)]
    return Accueil(tuple(vues[: len(chiffres)]), vues[-1] if cartes else None)


def _choisir(pages: Sequence[Page], forme: type, d_abord: Sequence[str]) -> list[tuple[Figure, Page]]:
    """Rend les figures de cette forme : celles de la première page préférée qui en a, sinon celles de toutes."""
    par_page = {page.execution.page: [(vue.figure, page) for vue in page.vues if isinstance(vue.figure.forme, forme)]
                for page in pages}
    preferees = next((par_page[nom] for nom in d_abord if par_page.get(nom)), None)
    return preferees or [couple for figures in par_page.values() for couple in figures]
