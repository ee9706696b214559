"""La pose d'une figure sur une diapositive : ce que chaque forme y met en objets natifs, et sur combien de pages."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bilan.editions.diaporama import carte, chiffre, frise, graphique, legende, objets, repere, tableau
from bilan.editions.diaporama.objets import PT, Zone
from bilan.figures import formes
from bilan.figures.altair.fond import fonds_de_la_figure
from bilan.figures.modele import Figure

if TYPE_CHECKING:
    from bilan.editions.diaporama.construction import Atelier

_PART_CARTE = 0.66


def paginer(figure: Figure, zone: Zone) -> list[Any]:
    """Rend ce que montre chaque diapositive d'une figure : des lignes, des sujets, ou rien à répartir."""
    if figure.donnees.is_empty():
        return [None]
    match figure.forme:
        case formes.Tableau() | formes.CartesMultiples():
            return list(tableau.paginer(figure, zone))
        case formes.Frise():
            return list(frise.paginer(figure, zone))
    return [None]


@dataclass(frozen=True)
class Pose:
    """Où poser une figure : les formes d'une diapositive et la place du contenu, en unités d'Office."""

    feuille: Any
    zone: Zone
    atelier: "Atelier"

    def poser(self, figure: Figure, page: Any, rang: int) -> None:
        """Pose la figure, ou la `page` de rang donné (depuis un) d'une figure longue ; une figure vide dit pourquoi."""
        feuille, zone = self.feuille, self.zone
        annexe = str(rang) if rang > 1 else ""
        if figure.donnees.is_empty() or not graphique.a_une_valeur(figure):
            chiffre.ajouter_vide(feuille, figure, zone)
            return
        match figure.forme:
            case formes.Choroplethe() | formes.Cercles():
                self._carte(figure)
            case formes.Tableau() | formes.CartesMultiples():
                tableau.ajouter(feuille, figure, zone, page, annexe)
            case formes.Frise():
                frise.ajouter(feuille, figure, zone, page, annexe)
            case formes.ChiffreCle():
                chiffre.ajouter(feuille, figure, (zone[0], zone[1], zone[2] // 2, zone[3] // 2))
            case _:
                cadre = graphique.ajouter(feuille, figure, zone)
                if repere.en_a_un(figure):
                    repere.ajouter(feuille, figure, cadre)

    def _carte(self, figure: Figure) -> None:
        """Pose la carte à gauche, sa légende et sa phrase de lecture à droite."""
        zone = self.zone
        a_gauche = (zone[0], zone[1], round(zone[2] * _PART_CARTE), zone[3])
        fonds = fonds_de_la_figure(figure, self.atelier.fonds)
        cadrage = carte.Cadrage.poser(fonds, a_gauche)
        carte.ajouter(self.feuille, figure, cadrage, fonds, self.atelier.noms)
        x = zone[0] + round(zone[2] * (_PART_CARTE + 0.02))
        droite = (x, zone[1] + 10 * PT, zone[0] + zone[2] - x, zone[3] // 2)
        groupe = legende.ajouter(self.feuille, figure, droite)
        bas = groupe.top + groupe.height + 14 * PT
        self._lecture(figure, (x, bas, droite[2], zone[1] + zone[3] - bas))

    def _lecture(self, figure: Figure, zone: Zone) -> None:
        texte = f"Lecture : {figure.lecture}"
        corps = objets.plus_grand_corps(texte, (zone[2] / PT - 4, zone[3] / PT), (9, 14))
        boite = objets.etiquette(self.feuille, zone, texte, corps, repli=True)
        boite.text_frame.vertical_anchor = 1
        objets.nommer(boite, figure.id, annexe="lecture")
