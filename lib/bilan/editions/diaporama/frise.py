"""La frise native : une ligne par sujet, un signe par étape, en formes que l'on déplace et recolorie."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from bilan.editions.diaporama import groupes
from bilan.editions.diaporama.groupes import Signe
from bilan.editions.diaporama.objets import PT, Zone, en_unites, etiquette
from bilan.figures import palettes
from bilan.figures.altair.frise import jour_de, rangs_des_statuts
from bilan.figures.altair.lettres import couper, largeur_texte
from bilan.figures.formes import Frise
from bilan.figures.modele import Figure
from bilan.francais import date_courte

_LEGENDE, _GRADUATIONS = 20.0, 16.0
_PAS_MINIMAL, _PAS_MAXIMAL = 17.0, 34.0
# Forme et couleur : l'une sans l'autre suffit à lire.
_SIGNES = (
    Signe("circle", palettes.BLEU, palettes.BLEU),
    Signe("circle", palettes.BLANC, palettes.BLEU),
    Signe("triangle-up", palettes.ALERTE, palettes.ALERTE),
    Signe("diamond", palettes.BLANC, palettes.ALERTE),
    Signe("square", palettes.GRIS_HACHURE, palettes.GRIS_TEXTE),
)

Etapes = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Page:
    """Une page de frise : ses sujets, la portée du temps, et la place de tout, en points."""

    sujets: dict[str, Etapes]
    debut: date
    fin: date
    statuts: dict[str, int]
    etapes_nommees: bool
    x: float
    y: float
    gauche: float
    cadre: float
    pas: float
    corps: float

    def abscisse(self, jour: date) -> float:
        jours = max(1, (self.fin - self.debut).days)
        return self.x + self.gauche + 10 + (jour - self.debut).days / jours * (self.cadre - 20)

    def centre(self, rang: int) -> float:
        return self.y + _LEGENDE + _GRADUATIONS + (rang + 0.5) * self.pas


def paginer(figure: Figure, zone: Zone) -> list[list[str]]:
    """Rend les sujets de la frise, répartis en autant de diapositives qu'il en faut pour qu'ils se lisent."""
    forme = _forme(figure)
    sujets = [str(s) for s in dict.fromkeys(figure.donnees[forme.ligne].to_list())]
    nombre = max(1, int((zone[3] / PT - _LEGENDE - _GRADUATIONS) // _PAS_MINIMAL))
    pages = -(-len(sujets) // nombre)
    par_page = -(-len(sujets) // max(1, pages))
    return [sujets[r : r + par_page] for r in range(0, len(sujets), par_page)]


def ajouter(formes: Any, figure: Figure, zone: Zone, sujets: list[str], annexe: str = "") -> Any:
    """Ajoute le groupe de formes de ces sujets de la frise et le rend, nommé et décrit."""
    groupe = groupes.ouvrir(formes, figure.id, zone, figure.alt, annexe)
    _dessiner(groupe, figure, zone, sujets)
    groupes.cadrer(groupe, zone)
    return groupe


def actualiser(groupe: Any, figure: Figure, sujets: list[str]) -> bool:
    """Refait une frise posée, à sa place et à sa taille ; vrai si elle a changé."""
    place = (groupe.left, groupe.top, groupe.width, groupe.height)
    avant = _empreinte(groupe)
    xfrm = groupe._element.grpSpPr.xfrm
    repere = (xfrm.chOff.x, xfrm.chOff.y, xfrm.chExt.cx, xfrm.chExt.cy)
    groupes.vider(groupe)
    _dessiner(groupe, figure, repere, sujets)
    groupes.cadrer(groupe, place, repere)
    return avant != _empreinte(groupe)


def _forme(figure: Figure) -> Frise:
    if not isinstance(figure.forme, Frise):
        raise TypeError(f"La figure « {figure.id} » n'est pas une frise.")
    return figure.forme


def _empreinte(groupe: Any) -> list[tuple[Any, ...]]:
    return [(f.left, f.top, f.text_frame.text if f.has_text_frame else "") for f in groupe.shapes]


def _page(figure: Figure, zone: Zone, sujets: list[str]) -> _Page:
    forme = _forme(figure)
    donnees = figure.donnees.to_dicts()
    jours = [d for ligne in donnees if (d := jour_de(ligne[forme.date])) is not None]
    x, y, large, haut = (v / PT for v in zone)
    pas = min(_PAS_MAXIMAL, (haut - _LEGENDE - _GRADUATIONS) / max(1, len(sujets)))
    corps = max(8.0, min(12.0, pas * 0.65))
    gauche = min(large * 0.42, max((largeur_texte(s, corps) for s in sujets), default=0.0) + 12)
    droite = 90.0 if len(jours) < len(donnees) else 0.0
    par_sujet = {s: [li for li in donnees if str(li[forme.ligne]) == s] for s in sujets}
    nommees = figure.donnees[forme.etape].n_unique() > 1
    return _Page(par_sujet, min(jours, default=date(2024, 1, 1)), max(jours, default=date(2024, 12, 31)),
                 rangs_des_statuts(donnees, forme), nommees, x, y, gauche, large - gauche - droite, pas, corps)


def _dessiner(groupe: Any, figure: Figure, zone: Zone, sujets: list[str]) -> None:
    forme = _forme(figure)
    page = _page(figure, zone, sujets)
    _graduer(groupe, page)
    for rang, (sujet, etapes) in enumerate(page.sujets.items()):
        y = page.centre(rang)
        nom = couper(sujet, page.gauche - 8, page.corps)
        place = (page.x, y - page.pas / 2, page.gauche - 8, page.pas)
        _ecrire(groupe, place, "\n".join(nom), page.corps, alignement="d")
        if rang:
            bord = round((y - page.pas / 2) * PT)
            groupes.segment(groupe.shapes, (zone[0], bord, zone[0] + zone[2], bord), palettes.GRIS_FILET, 0.5)
        for etape in etapes:
            _poser(groupe, page, etape, forme, y)
    _legender(groupe, page)


def _poser(groupe: Any, page: _Page, etape: dict[str, Any], forme: Frise, y: float) -> None:
    """Pose le signe d'une étape et sa date ; une étape sans date se nomme dans la marge, jamais sur le temps."""
    jour = jour_de(etape[forme.date])
    if jour is None:
        texte = f"{etape[forme.etape]} : sans date" if page.etapes_nommees else "sans date"
        place = (page.x + page.gauche + page.cadre + 4, y - page.pas / 2, 86.0, page.pas)
        _ecrire(groupe, place, "\n".join(couper(texte, 86, page.corps)), page.corps, teinte=palettes.GRIS_TEXTE)
        return
    x = page.abscisse(jour)
    _signer(groupe, page.statuts[str(etape[forme.statut])], x, y, min(10.0, page.pas * 0.6))
    texte = f"{etape[forme.etape]}, {date_courte(jour)}" if page.etapes_nommees else date_courte(jour)
    large = largeur_texte(texte, page.corps) + 4
    a_gauche = x + 10 + large > page.x + page.gauche + page.cadre
    place = (x - 10 - large if a_gauche else x + 10, y - page.pas / 2, large, page.pas)
    _ecrire(groupe, place, texte, page.corps, alignement="d" if a_gauche else "g")


def _signer(groupe: Any, rang: int, x: float, y: float, taille: float) -> None:
    zone = en_unites(x - taille / 2, y - taille / 2, taille, taille)
    groupes.marquer(groupe.shapes, _SIGNES[rang], zone)


def _graduer(groupe: Any, page: _Page) -> None:
    mois = (1, 4, 7, 10) if (page.fin - page.debut).days <= 800 else (1,)
    jalons = [
        j for a in range(page.debut.year, page.fin.year + 1) for m in mois
        if page.debut <= (j := date(a, m, 1)) <= page.fin
    ]
    haut = page.y + _LEGENDE + _GRADUATIONS
    bas = haut + page.pas * len(page.sujets)
    dernier = -1e9
    for jalon in jalons:
        x = page.abscisse(jalon)
        extremites = (round(x * PT), round(haut * PT), round(x * PT), round(bas * PT))
        groupes.segment(groupe.shapes, extremites, palettes.GRIS_FILET, 1)
        nom = f"T{(jalon.month + 2) // 3} {jalon.year}" if len(mois) > 1 else str(jalon.year)
        if x - dernier > largeur_texte(nom, 10) + 8:
            _ecrire(groupe, (x - 30, haut - _GRADUATIONS, 60, _GRADUATIONS), nom, 10,
                    alignement="c", teinte=palettes.GRIS_TEXTE)
            dernier = x


def _legender(groupe: Any, page: _Page) -> None:
    x = page.x + page.gauche
    for statut, rang in page.statuts.items():
        _signer(groupe, rang, x + 6, page.y + _LEGENDE / 2, 10)
        large = largeur_texte(statut, 12) + 6
        _ecrire(groupe, (x + 16, page.y, large, _LEGENDE), statut, 12)
        x += large + 34


def _ecrire(groupe: Any, place: tuple[float, float, float, float], texte: str, corps: float, **style: Any) -> None:
    """Écrit un texte sur une ligne ; `style` est celui de `objets.etiquette`."""
    x, y, large, haut = place
    a_droite = style.get("alignement") == "d"
    # LibreOffice n'aligne à droite que dans un cadre qui replie : on lui laisse six points de trop pour ne pas replier.
    zone = (x - 6, y, large + 6, haut) if a_droite else (x, y, large, haut)
    etiquette(groupe.shapes, en_unites(*zone), texte, corps, repli=a_droite, **style)
