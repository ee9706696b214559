"""Les chiffres clés et les phrases : une carte de texte par chiffre, côte à côte."""

from typing import Any

from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR
from pptx.util import Pt

from bilan.editions.diaporama.groupes import sans_style
from bilan.editions.diaporama.objets import PT, Zone, couleur, nommer, plus_grand_corps, police, remplacer_texte
from bilan.figures import palettes
from bilan.figures.formes import ChiffreCle
from bilan.figures.modele import Figure
from bilan.figures.tableau import cellule

_ECART = 16
_PAR_RANGEE = 4


def zones(nombre: int, zone: Zone) -> list[Zone]:
    """Partage la zone en cartes égales, quatre par rangée au plus ; une carte seule n'en prend qu'un tiers."""
    colonnes = min(nombre, _PAR_RANGEE)
    rangees = -(-nombre // colonnes)
    large = (zone[2] - (max(colonnes, 3) - 1) * _ECART * PT) // max(colonnes, 3)
    haut = min((zone[3] - (rangees - 1) * _ECART * PT) // rangees, 230 * PT)
    return [
        (zone[0] + colonne * (large + _ECART * PT), zone[1] + rangee * (haut + _ECART * PT), large, haut)
        for rangee, colonne in (divmod(r, colonnes) for r in range(nombre))
    ]


def paragraphes(figure: Figure) -> list[str]:
    """Rend les trois textes de la carte : le chiffre, ce qu'il compte, et son complément s'il en a un."""
    forme = figure.forme
    if not isinstance(forme, ChiffreCle):
        return [figure.vide]
    ligne = figure.donnees.to_dicts()[0]
    valeur = cellule(ligne[forme.valeur], forme.format, ligne.get(figure.colonne_absence(forme.valeur)))
    return [valeur, forme.libelle, *([forme.complement] if forme.complement else [])]


def ajouter(formes: Any, figure: Figure, zone: Zone) -> Any:
    """Ajoute la carte de texte du chiffre et la rend, nommée et décrite."""
    return _carte(formes, figure, zone, paragraphes(figure), est_chiffre=True)


def ajouter_vide(formes: Any, figure: Figure, zone: Zone) -> Any:
    """Ajoute la carte qui dit pourquoi la figure est vide."""
    textes = [figure.vide or figure.lecture]
    return _carte(formes, figure, (*zone[:3], min(zone[3], 110 * PT)), textes, est_chiffre=False)


def actualiser(forme: Any, figure: Figure) -> bool:
    """Remplace les textes de la carte, en gardant leur mise en forme ; vrai s'ils ont changé."""
    voulus = paragraphes(figure) if isinstance(figure.forme, ChiffreCle) else [figure.vide or figure.lecture]
    cadre = forme.text_frame
    if [p.text for p in cadre.paragraphs] == voulus:
        return False
    if len(cadre.paragraphs) != len(voulus):
        _remplir(cadre, voulus, (forme.left, forme.top, forme.width, forme.height), len(voulus) > 1)
        return True
    for paragraphe, texte in zip(cadre.paragraphs, voulus, strict=True):
        if paragraphe.runs:
            for morceau in paragraphe.runs[1:]:
                morceau._r.getparent().remove(morceau._r)
            paragraphe.runs[0].text = texte
        else:
            remplacer_texte(cadre, texte)
    return True


def _carte(formes: Any, figure: Figure, zone: Zone, textes: list[str], est_chiffre: bool) -> Any:
    carte = formes.add_shape(MSO_SHAPE.RECTANGLE, *zone)
    sans_style(carte)
    nommer(carte, figure.id, figure.alt)
    carte.fill.solid()
    carte.fill.fore_color.rgb = couleur("#F6F6F6")
    carte.line.color.rgb = couleur(palettes.GRIS_HACHURE)
    carte.line.width = Pt(0.75)
    _remplir(carte.text_frame, textes, zone, est_chiffre)
    return carte


def _remplir(cadre: Any, textes: list[str], zone: Zone, est_chiffre: bool) -> None:
    cadre.word_wrap = True
    cadre.margin_left = cadre.margin_right = 14 * PT
    cadre.vertical_anchor = MSO_ANCHOR.MIDDLE
    cadre.text = "\n".join(textes)
    large, haut = zone[2] / PT - 30, zone[3] / PT
    # Corps extrêmes, part de la hauteur, graisse, couleur : le chiffre, son libellé, son complément.
    styles = ([((20, 54), 0.35, True, palettes.BLEU), ((10, 16), 0.38, False, palettes.ENCRE),
               ((9, 12), 0.18, False, palettes.GRIS_TEXTE)]
              if est_chiffre else [((12, 18), 0.8, False, palettes.ENCRE)])
    for paragraphe, (corps, part, gras, teinte) in zip(cadre.paragraphs, styles, strict=False):
        taille = plus_grand_corps(paragraphe.text, (large, haut * part), corps, gras)
        if gras:
            while taille > corps[0] and len(paragraphe.text) * taille * 0.58 > large:
                taille -= 1
        paragraphe.space_after = Pt(4)
        for morceau in paragraphe.runs:
            police(morceau.font, taille, gras=gras, teinte=teinte)
