"""Le contenu d'une fiche, tel que son gabarit Typst l'attend : des textes, des cellules lues et des SVG."""

import re
from collections.abc import Mapping
from typing import Any

from bilan.editions.fiches.plan import Document, PagePrevue
from bilan.editions.imagerie import Imagerie, se_dessine
from bilan.editions.vectoriel import en_fichier
from bilan.editions.vues import MATURITES
from bilan.figures import tableau
from bilan.figures.formes import ChiffreCle
from bilan.figures.modele import Figure
from bilan.francais import FINE_INSECABLE, INSECABLE

_AVANT = ((re.compile(r" ([:»])"), INSECABLE), (re.compile(r" ([;?!%€])"), FINE_INSECABLE))
_APRES = re.compile(r"« ")
_CADRE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_ABREGES = {"provisoire": "(p)", "revise": "(r)"}
_MOT_LONG = re.compile(r"\S{25,}")
_COURTE = 14
"""Caractères d'une colonne de tableau qui ne se replie jamais : date, effectif, code."""

_POIDS_MAX = 55


def pages(document: Document, figures: Mapping[str, Figure], imagerie: Imagerie) -> list[dict[str, Any]]:
    """Rend les pages du document : leur titre et leurs figures, celles du repli si la page n'en a aucune."""
    return [_page(prevue, figures, imagerie) for prevue in document.pages]


def figures_prevues(document: Document, figures: Mapping[str, Figure]) -> list[Figure]:
    """Rend les figures que le document montrera."""
    return [f for prevue in document.pages for f in _choisir(prevue, figures)[1]]


def insecables(texte: str) -> str:
    """Rend le texte avec les espaces insécables du français : avant la ponctuation haute, dans les guillemets."""
    for motif, espace in _AVANT:
        texte = motif.sub(rf"{espace}\1", texte)
    return _APRES.sub(f"«{INSECABLE}", texte)


def _page(prevue: PagePrevue, figures: Mapping[str, Figure], imagerie: Imagerie) -> dict[str, Any]:
    titre, choisies = _choisir(prevue, figures)
    return {"titre": titre, "figures": [_figure(f, imagerie) for f in choisies]}


def _choisir(prevue: PagePrevue, figures: Mapping[str, Figure]) -> tuple[str, list[Figure]]:
    choisies = [figures[ident] for ident in prevue.figures if ident in figures]
    if any(not f.donnees.is_empty() for f in choisies) or not prevue.repli:
        return prevue.titre, choisies
    return prevue.titre_repli or prevue.titre, [figures[ident] for ident in prevue.repli if ident in figures]


def _figure(figure: Figure, imagerie: Imagerie) -> dict[str, Any]:
    suite = (("Lecture", figure.lecture), ("Note", figure.note), ("Champ", figure.champ), ("Source", figure.source))
    contenu: dict[str, Any] = {
        "id": figure.id,
        "titre": insecables(figure.titre),
        "sous_titre": insecables(figure.sous_titre),
        "alt": figure.alt,
        "mentions": [(nom, insecables(texte)) for nom, texte in suite if texte],
        "etat": _etat(figure),
    }
    if figure.donnees.is_empty():
        return contenu | {"genre": "vide", "vide": insecables(figure.vide)}
    if isinstance(figure.forme, ChiffreCle):
        return contenu | {"genre": "chiffre", **_chiffre(figure, figure.forme)}
    if se_dessine(figure):
        return contenu | {"genre": "image", **_image(figure, imagerie)}
    return contenu | {"genre": "tableau", **_tableau(figure)}


def _etat(figure: Figure, maturites: Mapping[str, str] = MATURITES) -> str:
    return " ".join([*(["Données fictives."] if figure.fictif else []), maturites.get(figure.maturite, "")]).strip()


def _chiffre(figure: Figure, forme: ChiffreCle) -> dict[str, str]:
    ligne = figure.donnees.row(0, named=True)
    absence = ligne.get(figure.colonne_absence(forme.valeur))
    return {
        "chiffre": tableau.cellule(ligne[forme.valeur], forme.format, absence),
        "libelle": insecables(forme.libelle),
        "complement": insecables(forme.complement),
        "etat": _etat(figure, _ABREGES),
    }


def _image(figure: Figure, imagerie: Imagerie) -> dict[str, Any]:
    svg = en_fichier(imagerie.dessin(figure).page)
    cadre = _CADRE.search(svg)
    proportion = float(cadre[1]) / float(cadre[2]) if cadre else 1.0
    return {"svg": svg, "proportion": proportion}


def _tableau(figure: Figure) -> dict[str, Any]:
    lignes = [tuple(_MOT_LONG.sub(_couper, insecables(texte)) for texte in ligne) for ligne in tableau.lignes(figure)]
    colonnes = []
    for n, colonne in enumerate(figure.colonnes):
        titre = insecables(tableau.entete(colonne))
        poids = _poids(titre, [ligne[n] for ligne in lignes])
        colonnes.append({"titre": titre, "numerique": tableau.est_numerique(colonne), "poids": poids})
    return {"colonnes": colonnes, "lignes": lignes}


def _poids(titre: str, cellules: list[str]) -> int | None:
    """Rend la part de largeur d'une colonne d'après sa plus longue cellule ; rien pour une colonne courte, qui prend
    la largeur de ce qu'elle contient."""
    longueur = max(map(len, cellules), default=0)
    if max(longueur, len(titre)) <= _COURTE:
        return None
    mot = max(map(len, titre.split(" ")))
    return min(max(mot, len(titre) // 2, longueur), _POIDS_MAX)


def _couper(mot: re.Match[str]) -> str:
    """Permet de couper un mot trop long pour une cellule (une adresse) après sa ponctuation."""
    return re.sub(r"([./_-])", "\\1\u200b", mot[0])
