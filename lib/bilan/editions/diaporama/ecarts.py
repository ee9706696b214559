"""Ce qui diffère entre un graphique posé et les données d'aujourd'hui, une ligne par valeur."""

from typing import Any

from bilan.editions.diaporama.series import Donnees
from bilan.figures.formes import Format
from bilan.figures.tableau import cellule

Cases = dict[tuple[str, str], float | None]


def contenu(graphique: Any) -> Cases:
    """Rend les valeurs d'un graphique posé, par série et catégorie."""
    trace = graphique.plots[0]
    categories = [str(c) for c in trace.categories]
    return {
        (str(serie.name), categorie): None if valeur is None else round(valeur, 6)
        for serie in trace.series
        for categorie, valeur in zip(categories, serie.values, strict=False)
    }


def attendu(donnees: Donnees) -> Cases:
    """Rend les valeurs qu'il devrait avoir."""
    office = donnees.pour_office()
    categories = [str(c.label) for c in office.categories]
    return {
        (str(serie.name), categorie): None if valeur is None else round(valeur, 6)
        for serie in office
        for categorie, valeur in zip(categories, serie.values, strict=True)
    }


def ecarts(avant: Cases, apres: Cases, format_: Format) -> list[str]:
    """Rend une ligne par valeur changée, apparue ou disparue, dans l'ordre du graphique."""
    facteur = 100 if format_ == "pourcent" else 1

    def lue(cases: Cases, cle: tuple[str, str]) -> str:
        valeur = cases.get(cle)
        return "vide" if valeur is None else cellule(valeur * facteur, format_)

    if list(avant) != list(apres) and set(avant) == set(apres):
        return ["ordre des catégories"]
    changees = [cle for cle in {**apres, **avant} if avant.get(cle) != apres.get(cle)]
    if not changees and set(avant) != set(apres):
        return ["noms des catégories ou des séries"]
    return [f"{serie}, {categorie} : {lue(avant, (serie, categorie))} → {lue(apres, (serie, categorie))}"
            for serie, categorie in changees]
