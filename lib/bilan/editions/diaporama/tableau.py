"""Les tableaux natifs : mêmes cellules que partout ailleurs, lisibles de loin, coupés en pages s'ils sont longs."""

import copy
from collections import Counter
from collections.abc import Sequence
from typing import Any

from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn

from bilan.editions.diaporama.objets import PT, Zone, nommer, paragraphes, remplacer_texte, traits_de_police
from bilan.figures import palettes
from bilan.figures.altair.lettres import couper, largeur_texte
from bilan.figures.modele import Figure
from bilan.figures.tableau import entete, est_numerique, lignes

_CORPS = (16, 14, 12, 11, 10)
_CORPS_EN_PAGES = 12
_MARGE = 12.0
_INTERLIGNE = 1.22
_STYLE_NU = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"

Lignes = Sequence[tuple[str, ...]]


def paginer(figure: Figure, zone: Zone) -> list[list[tuple[str, ...]]]:
    """Rend les lignes de la table, réparties en autant de diapositives qu'il en faut à un corps lisible."""
    toutes = lignes(figure)
    titres = [entete(c) for c in figure.colonnes]
    if _corps(titres, toutes, zone) is not None:
        return [toutes]
    largeurs = _largeurs(titres, toutes, zone[2] / PT, _CORPS_EN_PAGES)
    libre = zone[3] / PT - _hauteur(titres, largeurs, _CORPS_EN_PAGES, True)
    pages: list[list[tuple[str, ...]]] = [[]]
    reste = libre
    for ligne in toutes:
        haut = _hauteur(ligne, largeurs, _CORPS_EN_PAGES)
        if pages[-1] and haut > reste:
            pages.append([])
            reste = libre
        pages[-1].append(ligne)
        reste -= haut
    return pages


def ajouter(formes: Any, figure: Figure, zone: Zone, contenu: Lignes, annexe: str = "") -> Any:
    """Ajoute le tableau natif de ces lignes de la figure et rend son cadre, nommé et décrit."""
    titres = [entete(c) for c in figure.colonnes]
    # Toutes les pages d'un tableau coupé ont le corps et les colonnes du tableau entier.
    toutes = lignes(figure)
    corps = _corps(titres, toutes, zone) or _CORPS_EN_PAGES
    largeurs = _largeurs(titres, toutes, zone[2] / PT, corps)
    hauteurs = [_hauteur(titres, largeurs, corps, True), *(_hauteur(li, largeurs, corps) for li in contenu)]
    cadre = formes.add_table(len(contenu) + 1, len(titres), *zone[:3], int(sum(hauteurs) * PT))
    nommer(cadre, figure.id, figure.alt, annexe)
    table = cadre.table
    table._tbl.tblPr.find(qn("a:tableStyleId")).text = _STYLE_NU
    for colonne, large in zip(table.columns, largeurs, strict=True):
        colonne.width = int(large * PT)
    cotes = ["r" if est_numerique(c) else "l" for c in figure.colonnes]
    for rang, (ligne, haut) in enumerate(zip([tuple(titres), *contenu], hauteurs, strict=True)):
        rangee = table._tbl.tr_lst[rang]
        rangee.set("h", str(int(haut * PT)))
        for case, texte, cote in zip(rangee.tc_lst, ligne, cotes, strict=True):
            rangee.replace(case, _case(texte, corps, rang, cote))
    return cadre


def actualiser(cadre: Any, figure: Figure, contenu: Lignes) -> list[str]:
    """Remplit à nouveau un tableau posé : cellules, lignes en plus ou en moins ; rend ce qui a changé.

    Un tableau dont quelqu'un a ajouté ou ôté une colonne est laissé, et le dit.
    """
    table = cadre.table
    voulu = [tuple(entete(c) for c in figure.colonnes), *contenu]
    deja = lire(table)
    if deja == voulu:
        return []
    if len(table.columns) != len(figure.colonnes):
        return [f"laissé tel quel : il a {len(table.columns)} colonnes, la figure en a {len(figure.colonnes)}"]
    changes = _ecarts(deja, voulu)
    rangees = list(table._tbl.tr_lst)
    for rangee in rangees[len(voulu):]:
        table._tbl.remove(rangee)
    for _ in range(len(voulu) - len(rangees)):
        table._tbl.append(copy.deepcopy(table._tbl.tr_lst[-1]))
    for rang, ligne in enumerate(voulu):
        for colonne, texte in enumerate(ligne):
            if table.cell(rang, colonne).text_frame.text != texte:
                remplacer_texte(table.cell(rang, colonne).text_frame, texte)
    return changes


def lire(table: Any) -> list[tuple[str, ...]]:
    """Rend les textes d'un tableau natif, titres compris."""
    return [tuple(str(c.text_frame.text) for c in rangee.cells) for rangee in table.rows]


def _ecarts(avant: Lignes, apres: Lignes) -> list[str]:
    premieres = Counter(ligne[0] for ligne in apres)
    ecarts = [
        # Deux lignes du même thème se distinguent par leur deuxième colonne.
        f"{', '.join(ligne[: 1 if premieres[ligne[0]] == 1 else 2])}, {titre} : {ancien} → {nouveau}"
        for vieille, ligne in zip(avant, apres, strict=False)
        for titre, ancien, nouveau in zip(apres[0], vieille, ligne, strict=True)
        if ancien != nouveau
    ]
    if len(avant) != len(apres):
        ecarts.append(f"{len(avant) - 1} lignes → {len(apres) - 1}")
    return ecarts


def _case(texte: str, corps: float, rang: int, cote: str) -> Any:
    """Rend une case écrite d'un coup : mise en forme trait par trait, elle prenait le quart du temps d'une page."""
    titre = rang == 0
    fond = palettes.BLEU if titre else "#F6F6F6" if rang % 2 == 0 else palettes.BLANC
    encre = palettes.BLANC if titre else palettes.ENCRE
    textes = paragraphes(texte, f'<a:pPr algn="{cote}"/>', traits_de_police(corps, titre, encre))
    cotes, haut = int(_MARGE / 2 * PT), 3 * PT
    return parse_xml(
        f'<a:tc {nsdecls("a")}><a:txBody><a:bodyPr/><a:lstStyle/>{textes}</a:txBody>'
        f'<a:tcPr marL="{cotes}" marR="{cotes}" marT="{haut}" marB="{haut}" anchor="ctr">'
        f'<a:solidFill><a:srgbClr val="{fond[1:]}"/></a:solidFill></a:tcPr></a:tc>'
    )


def _corps(titres: list[str], contenu: Lignes, zone: Zone) -> float | None:
    """Rend le plus grand corps où le tableau tient dans la zone ; rien s'il faut plusieurs diapositives."""
    for corps in _CORPS:
        largeurs = _largeurs(titres, contenu, zone[2] / PT, corps)
        haut = _hauteur(titres, largeurs, corps, True) + sum(_hauteur(li, largeurs, corps) for li in contenu)
        if haut <= zone[3] / PT:
            return corps
    return None


def _hauteur(ligne: Sequence[str], largeurs: list[float], corps: float, gras: bool = False) -> float:
    plis = max(len(couper(t, w - _MARGE - 2, corps, gras)) for t, w in zip(ligne, largeurs, strict=True))
    return plis * corps * _INTERLIGNE + 8


def _largeurs(titres: list[str], contenu: Lignes, largeur: float, corps: float) -> list[float]:
    """Partage la largeur : aux colonnes courtes leur place, aux longues le reste, selon ce qu'elles ont à dire."""
    minimales, voulues = [], []
    for rang, titre in enumerate(titres):
        textes = [ligne[rang] for ligne in contenu]
        mots = [mot for t in (titre, *textes) for mot in t.split(" ")]
        minimales.append(max(largeur_texte(mot, corps, gras=True) for mot in mots) + _MARGE + 4)
        naturelle = max(largeur_texte(t, corps) for t in (*textes, titre)) + _MARGE + 6
        voulues.append(max(naturelle, minimales[-1]))
    if sum(voulues) <= largeur:
        return [v + (largeur - sum(voulues)) / len(voulues) for v in voulues]
    libre = max(0.0, largeur - sum(minimales))
    # La racine tempère les textes fleuves : une colonne de dix lignes n'écrase pas les autres.
    envies = [(v - m) ** 0.5 for v, m in zip(voulues, minimales, strict=True)]
    somme = sum(envies) or 1.0
    facteur = min(1.0, largeur / sum(minimales))
    return [m * facteur + libre * e / somme for m, e in zip(minimales, envies, strict=True)]
