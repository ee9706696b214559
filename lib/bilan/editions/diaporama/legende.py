"""La légende d'une carte native : un groupe à part, que l'on déplace et que l'actualisation refait."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

from bilan.editions.diaporama import groupes
from bilan.editions.diaporama.objets import PT, Zone, en_unites, etiquette
from bilan.figures import palettes
from bilan.figures.altair.carte import reperes_ronds
from bilan.figures.altair.lettres import couper
from bilan.figures.formes import Cercles, Choroplethe
from bilan.figures.modele import Figure
from bilan.figures.tableau import cellule

ANNEXE = "legende"
_CORPS = 12.0
_SIGNE = (26.0, 15.0)
_RAYON = 22.0


@dataclass(frozen=True, slots=True)
class Entree:
    """Ligne de légende : son libellé, et la peinture de sa pastille ou le rayon de son cercle ; rien pour un titre."""

    libelle: str
    peinture: str = ""
    rayon: float = 0.0


def entrees(figure: Figure) -> list[Entree]:
    """Rend les lignes de la légende, avec le nombre d'EPCI de chaque classe et de chaque absence."""
    forme = figure.forme
    if isinstance(forme, Choroplethe):
        comptes = Counter(figure.donnees[forme.classe].to_list())
        couleurs = palettes.couleurs(forme.palette, len(forme.classes))
        classes = [
            Entree(f"{nom} ({comptes[nom]})", groupes.plein(teinte))
            for nom, teinte in zip(forme.classes, couleurs, strict=True)
        ]
        return [*classes, *_absences(figure.donnees[forme.absence].to_list())]
    if isinstance(forme, Cercles):
        plus_grand = max((v for v in figure.donnees[forme.valeur].to_list() if v), default=1.0)
        ronds = [
            Entree(cellule(v, "nombre"), rayon=math.sqrt(v / plus_grand) * _RAYON) for v in reperes_ronds(plus_grand)
        ]
        absence = figure.colonne_absence(forme.valeur)
        manquantes = [
            ligne.get(absence) or "non_transmis" for ligne in figure.donnees.to_dicts() if ligne[forme.valeur] is None
        ]
        return [Entree(forme.libelle), *ronds, *_absences(manquantes)]
    raise TypeError(f"La figure « {figure.id} » n'est pas une carte : elle n'a pas de légende à part.")


def ajouter(formes: Any, figure: Figure, zone: Zone) -> Any:
    """Ajoute le groupe de la légende, en haut de `zone`, et le rend."""
    groupe = groupes.ouvrir(formes, figure.id, zone, f"Légende de la carte « {figure.titre} ».", ANNEXE)
    bas = _dessiner(groupe, figure, zone)
    occupee = (*zone[:3], bas - zone[1])
    groupes.cadrer(groupe, occupee)
    return groupe


def actualiser(groupe: Any, figure: Figure) -> bool:
    """Refait une légende posée, à sa place ; vrai si un de ses textes a changé."""
    avant = _textes(groupe)
    if avant == [e.libelle for e in entrees(figure)]:
        return False
    place = (groupe.left, groupe.top, groupe.width, groupe.height)
    groupes.vider(groupe)
    bas = _dessiner(groupe, figure, place)
    groupes.cadrer(groupe, (*place[:3], bas - place[1]))
    return True


def _textes(groupe: Any) -> list[str]:
    return [str(f.text_frame.text) for f in groupe.shapes if f.has_text_frame and f.text_frame.text]


def _dessiner(groupe: Any, figure: Figure, zone: Zone) -> int:
    """Dessine les lignes de haut en bas et rend l'ordonnée du bas, en unités d'Office."""
    y = float(zone[1]) / PT
    x, large = zone[0] / PT, zone[2] / PT
    for entree in entrees(figure):
        signe = 0.0 if not (entree.peinture or entree.rayon) else max(_SIGNE[0], 2 * _RAYON * bool(entree.rayon))
        libre = large - signe - (8 if signe else 0)
        plis = len(couper(entree.libelle, libre - 4, _CORPS, gras=not signe))
        haut = max(plis * _CORPS * 1.25, _SIGNE[1], 2 * entree.rayon) + 7
        if entree.peinture:
            coins = ((x, y), (x + _SIGNE[0], y), (x + _SIGNE[0], y + _SIGNE[1]), (x, y + _SIGNE[1]), (x, y))
            centres = [(a, b + (haut - 7 - _SIGNE[1]) / 2) for a, b in coins]
            groupes.polygone(groupe, f"Légende : {entree.libelle}", [centres], entree.peinture,
                             groupes.contour(palettes.GRIS_CONTOUR, 0.75))
        if entree.rayon:
            r = entree.rayon
            place = en_unites(x + signe / 2 - r, y + (haut - 7) / 2 - r, 2 * r, 2 * r)
            groupes.marquer(groupe.shapes, groupes.DISQUE, place)
        texte = en_unites(x + large - libre, y, libre, haut - 7)
        etiquette(groupe.shapes, texte, entree.libelle, _CORPS, repli=True, gras=not signe)
        y += haut
    return round(y * PT)


def _absences(vues: list[Any]) -> list[Entree]:
    return [
        Entree(f"{libelle[:1].upper()}{libelle[1:]} ({vues.count(absence)})", groupes.motif(absence))
        for absence, libelle in palettes.ABSENCES.items()
        if absence in vues
    ]
