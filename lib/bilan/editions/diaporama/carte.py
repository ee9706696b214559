"""Les cartes natives : une forme libre par EPCI, nommée et groupée, que l'on recolorie à la main."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import shapely
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from shapely.geometry.base import BaseGeometry

from bilan.editions.diaporama import groupes
from bilan.editions.diaporama.objets import PT, Zone, couleur, en_unites, etiquette
from bilan.figures import palettes
from bilan.figures.altair.fond import Fond, dessiner_fond
from bilan.figures.altair.lettres import largeur_texte
from bilan.figures.formes import Cercles, Choroplethe, Forme
from bilan.figures.modele import Figure
from bilan.referentiel.geometries import Fonds

_LARGEUR_FOND = 640
_CORPS = 8.0
_RAYON = 22.0
_VOLUME = " : volume"
_CONNU = "volume connu"
_TRAIT = groupes.contour(palettes.GRIS_CONTOUR, 0.5)


@dataclass(frozen=True)
class Peinture:
    """Ce que la carte montre : remplissage de chaque SIREN et ce qu'il dit, volume de ceux qui en ont un."""

    fonds: dict[str, str]
    dits: dict[str, str]
    volumes: dict[str, float]


@dataclass(frozen=True)
class Cadrage:
    """Le fond de la région posé dans une zone de la diapositive ; les coordonnées sortent en points."""

    fond: Fond
    zone: Zone

    @classmethod
    def poser(cls, fonds: Fonds, zone: Zone) -> "Cadrage":
        """Rend le fond de carte de la région, ajusté à la zone."""
        return cls(dessiner_fond(fonds, _LARGEUR_FOND, (1, 1), False), zone)

    @cached_property
    def facteur(self) -> float:
        """Points par pixel du fond."""
        return min(self.zone[2] / PT / self.fond.largeur, self.zone[3] / PT / self.fond.hauteur)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Rend la place, en points dans la diapositive, d'un point en mètres."""
        px, py = self.fond.plan.pixel(x, y)
        gauche = self.zone[0] / PT + (self.zone[2] / PT - self.fond.largeur * self.facteur) / 2
        return gauche + px * self.facteur, self.zone[1] / PT + py * self.facteur

    def anneaux(self, geometrie: BaseGeometry) -> list[list[tuple[float, float]]]:
        """Rend tous les anneaux d'une géométrie : morceaux et trous, ou les traits d'une ligne."""
        return [[self.point(x, y) for x, y in ligne] for ligne in _lignes(geometrie)]


def peindre(figure: Figure, sirens: list[str]) -> Peinture:
    """Rend ce que montre la figure, pour chaque SIREN du fond ; un EPCI sans ligne est « non transmis »."""
    if not isinstance(figure.forme, Choroplethe | Cercles):
        raise TypeError(f"La figure « {figure.id} » n'est pas une carte.")
    lignes = {str(ligne[figure.forme.territoire]): ligne for ligne in figure.donnees.to_dicts()}
    echelle = _echelle(figure.forme)
    if isinstance(figure.forme, Choroplethe):
        dits = {siren: _dit(lignes.get(siren, {}), figure.forme.classe, figure.forme.absence) for siren in sirens}
        return Peinture({siren: echelle[dit] for siren, dit in dits.items()}, dits, {})
    absence = figure.colonne_absence(figure.forme.valeur)
    volumes = {siren: float(ligne[figure.forme.valeur]) for siren in sirens
               if (ligne := lignes.get(siren, {})).get(figure.forme.valeur)}
    connus = {siren for siren, ligne in lignes.items() if ligne[figure.forme.valeur] is not None}
    dits = {siren: _CONNU if siren in connus else _dit(lignes.get(siren, {}), "", absence) for siren in sirens}
    return Peinture({siren: echelle[dit] for siren, dit in dits.items()}, dits, volumes)


def ajouter(formes: Any, figure: Figure, cadrage: Cadrage, fonds: Fonds, noms: Mapping[str, str]) -> Any:
    """Ajoute la carte native et rend son groupe : une forme « SIREN Nom » par EPCI, puis limites et étiquettes."""
    groupe = groupes.ouvrir(formes, figure.id, cadrage.zone, figure.alt)
    fond = cadrage.fond
    peinture = peindre(figure, list(fond.contours))
    if fond.dehors:
        dehors = [a for g in fond.dehors.values() for a in cadrage.anneaux(g)]
        _ligne(groupe, "Parties hors de la région", dehors, groupes.contour(palettes.GRIS_HACHURE, 0.75, "dash"))
    for siren, contours in fond.contours.items():
        titre = f"{siren} {noms.get(siren, '')}".strip()
        forme = groupes.polygone(groupe, titre, cadrage.anneaux(contours[0]), peinture.fonds[siren], _TRAIT)
        _dire(forme, peinture.dits[siren])
    _ligne(groupe, "Limites des départements", cadrage.anneaux(fond.departements), groupes.contour(palettes.ENCRE, 1))
    _surligner(groupe, figure, cadrage)
    _volumes(groupe, peinture.volumes, cadrage, noms)
    if isinstance(figure.forme, Choroplethe) and not figure.forme.selection:
        _noms(groupe, fonds, cadrage)
    groupes.cadrer(groupe, cadrage.zone)
    return groupe


@dataclass
class Recoloriage:
    """Ce qu'une carte posée a connu : les EPCI qui ont changé, et ceux dont la couleur, choisie à la main, reste."""

    changes: list[str] = field(default_factory=list)
    a_la_main: list[str] = field(default_factory=list)


def actualiser(groupe: Any, figure: Figure, cadrage: Cadrage, noms: Mapping[str, str]) -> Recoloriage:
    """Recolorie les formes d'une carte posée, sauf celles dont la couleur n'est plus celle que le projet avait mise.

    Le texte de remplacement de chaque forme garde ce que sa couleur disait : c'est à lui qu'on la compare.
    """
    peinture = peindre(figure, list(cadrage.fond.contours))
    echelle, reprise = _echelle(figure.forme), Recoloriage()
    for element in groupe._element.iter(qn("p:sp")):
        siren, _, nom = element.xpath("./p:nvSpPr/p:cNvPr/@name")[0].partition(" ")
        voulue = peinture.fonds.get(siren)
        if voulue is None or nom.endswith(_VOLUME) or element.find(qn("p:spPr")).find(qn("a:custGeom")) is None:
            continue
        actuelle = groupes.peinture_de(element)
        mise = echelle.get(_ce_que_dit(element))
        _dire(element, peinture.dits[siren])
        if actuelle == _signature(voulue):
            continue
        if mise is not None and actuelle != _signature(mise):
            reprise.a_la_main.append(nom)
            continue
        groupes.repeindre(element, voulue)
        reprise.changes.append(nom)
    if isinstance(figure.forme, Cercles):
        reprise.changes += _refaire_volumes(groupe, peinture, cadrage, noms)
    return reprise


def _echelle(forme: Forme) -> dict[str, str]:
    """Rend le remplissage de tout ce qu'une carte peut dire d'un EPCI : sa classe, ou pourquoi elle manque."""
    classes = {_CONNU: groupes.plein(palettes.BLANC)}
    if isinstance(forme, Choroplethe):
        teintes = palettes.couleurs(forme.palette, len(forme.classes))
        classes = {nom: groupes.plein(teinte) for nom, teinte in zip(forme.classes, teintes, strict=True)}
    return {libelle: groupes.motif(absence) for absence, libelle in palettes.ABSENCES.items()} | classes


def _dit(ligne: Mapping[str, Any], classe: str, absence: str) -> str:
    """Rend la classe que la ligne donne à l'EPCI, ou pourquoi elle n'en donne pas."""
    return str(ligne.get(classe) or palettes.ABSENCES[ligne.get(absence) or "non_transmis"])


def _dire(element: Any, texte: str) -> None:
    element.xpath("./p:nvSpPr/p:cNvPr")[0].set("descr", texte)


def _ce_que_dit(element: Any) -> str:
    return str(element.xpath("./p:nvSpPr/p:cNvPr")[0].get("descr", ""))


def _signature(peinture: str) -> tuple[str, ...]:
    element = parse_xml(peinture)
    teintes = (str(c.get("val")) for c in element.iter(qn("a:srgbClr")))
    return element.tag.rpartition("}")[2], str(element.get("prst", "")), *teintes


def _ligne(groupe: Any, titre: str, anneaux: list[list[tuple[float, float]]], trait: str) -> None:
    if anneaux:
        groupes.polygone(groupe, titre, anneaux, f"<a:noFill {nsdecls('a')}/>", trait)


def _surligner(groupe: Any, figure: Figure, cadrage: Cadrage) -> None:
    choisi = getattr(figure.forme, "selection", None)
    if choisi in cadrage.fond.contours:
        contours = cadrage.anneaux(cadrage.fond.contours[choisi][0])
        _ligne(groupe, "Territoire choisi", contours, groupes.contour(palettes.ENCRE, 2.5))


def _volumes(groupe: Any, volumes: Mapping[str, float], cadrage: Cadrage, noms: Mapping[str, str]) -> None:
    plus_grand = max(volumes.values(), default=1.0)
    for siren, valeur in sorted(volumes.items(), key=lambda paire: (-paire[1], paire[0])):
        rayon = math.sqrt(valeur / plus_grand) * _RAYON
        x, y = cadrage.point(*cadrage.fond.centres[siren])
        zone = en_unites(x - rayon, y - rayon, 2 * rayon, 2 * rayon)
        rond = groupes.marquer(groupe.shapes, groupes.DISQUE, zone)
        rond.name = f"{siren} {noms.get(siren, '')}{_VOLUME}"


def _refaire_volumes(groupe: Any, peinture: Peinture, cadrage: Cadrage, noms: Mapping[str, str]) -> list[str]:
    def tailles() -> dict[str, int]:
        return {f.name: f.width for f in groupe.shapes if f.name.endswith(_VOLUME)}

    place = (groupe.left, groupe.top, groupe.width, groupe.height)
    avant = tailles()
    for rond in [f for f in groupe.shapes if f.name.endswith(_VOLUME)]:
        groupe._element.remove(rond._element)
    groupes.sans_recalcul(groupe)
    _volumes(groupe, peinture.volumes, cadrage, noms)
    groupes.cadrer(groupe, place, cadrage.zone)
    apres = tailles()
    differents = sorted(n for n in avant | apres if avant.get(n) != apres.get(n))
    return [n.partition(" ")[2].removesuffix(_VOLUME) for n in differents]


def _noms(groupe: Any, fonds: Fonds, cadrage: Cadrage) -> None:
    """Écrit les noms qui tiennent sans se toucher, les plus grands territoires d'abord ; la table les donne tous."""
    lignes = [li for li in fonds.etiquettes.itertuples() if not li.encart]
    lignes.sort(key=lambda li: (-cadrage.fond.contours[li.epci_siren][0].area, li.epci_siren))
    prises: list[tuple[float, float, float, float]] = []
    for ligne in lignes:
        textes = ligne.texte.split("\n")
        large = max(largeur_texte(t, _CORPS) for t in textes) + 4
        haut = len(textes) * _CORPS * 1.2 + 1
        x, y = cadrage.point(ligne.x, ligne.y)
        gauche = x - {"start": 0.0, "middle": large / 2, "end": large}[ligne.ancre]
        boite = (gauche, y - haut / 2, gauche + large, y + haut / 2)
        dedans = cadrage.zone[0] / PT <= boite[0] and boite[2] <= (cadrage.zone[0] + cadrage.zone[2]) / PT
        if dedans and not any(_se_touchent(boite, autre) for autre in prises):
            prises.append(boite)
            _nommer(groupe, ligne.epci_siren, textes, boite)


def _nommer(groupe: Any, siren: str, textes: list[str], boite: tuple[float, float, float, float]) -> None:
    zone = en_unites(boite[0], boite[1], boite[2] - boite[0], boite[3] - boite[1])
    forme = etiquette(groupe.shapes, zone, "\n".join(textes), _CORPS, alignement="c")
    forme.name = f"Étiquette {siren}"
    forme.fill.solid()
    forme.fill.fore_color.rgb = couleur(palettes.BLANC)
    # Un fond blanc presque opaque : le nom se lit sur toute couleur, même recoloriée à la main.
    teinte = forme._element.find(qn("p:spPr")).find(qn("a:solidFill"))[0]
    teinte.append(parse_xml(f'<a:alpha {nsdecls("a")} val="80000"/>'))


def _se_touchent(une: tuple[float, ...], autre: tuple[float, ...]) -> bool:
    return une[0] < autre[2] and autre[0] < une[2] and une[1] < autre[3] and autre[1] < une[3]


def _lignes(geometrie: BaseGeometry) -> Iterator[list[tuple[float, float]]]:
    for partie in shapely.get_parts(geometrie):
        traits = [partie.exterior, *partie.interiors] if partie.geom_type == "Polygon" else [partie]
        for trait in traits:
            if len(trait.coords) > 1:
                yield [(float(x), float(y)) for x, y, *_ in trait.coords]


