"""La frise : une ligne par sujet, un repère par étape à sa date, selon ce qu'il en est."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bilan.figures import palettes
from bilan.figures.altair.categories import poser
from bilan.figures.altair.lettres import couper, largeur_texte
from bilan.figures.altair.toile import Couche, Marges, Texte, Toile, couche, pixel, textes, traits
from bilan.figures.formes import Frise
from bilan.figures.modele import Figure
from bilan.figures.theme import INTERLIGNE, PETIT

_SANS_DATE = "Sans date"
_LARGEUR_ETAPE = 130
_LEGENDE = 26
_GRADUATIONS = 22
_LIGNE = PETIT * INTERLIGNE
# Forme et couleur, l'une sans l'autre suffit à lire : (forme, remplissage, trait).
_MARQUES = (
    ("circle", palettes.BLEU, palettes.BLEU),
    ("circle", palettes.BLANC, palettes.BLEU),
    ("triangle-up", palettes.ALERTE, palettes.ALERTE),
    ("diamond", palettes.BLANC, palettes.ALERTE),
    ("square", palettes.GRIS_HACHURE, palettes.GRIS_TEXTE),
)
_RANGS = {
    "fait": 0, "adopte": 0, "adopté": 0, "signé": 0, "prévu": 1, "prevu": 1, "glissé": 2, "glisse": 2, "échéance": 3,
    "expiré": 4,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Repere:
    """Une étape posée sur sa ligne : son abscisse, son étage dans la ligne, son libellé replié."""

    x: float
    etage: float
    lignes: tuple[str, ...]
    statut: str
    a_gauche: bool


def dessiner_frise(figure: Figure, forme: Frise, largeur: float) -> Toile:
    """Rend la toile de la frise ; une étape sans date est nommée dans une colonne à part, jamais placée."""
    donnees = figure.donnees.to_dicts()
    noms = list(dict.fromkeys(ligne[forme.ligne] for ligne in donnees))
    categories = poser(noms, largeur * 0.8)
    gauche = categories.gauche
    dates = [d for ligne in donnees if (d := jour_de(ligne[forme.date])) is not None]
    sans_date = len(dates) < len(donnees)
    etapes = [str(ligne[forme.etape]) for ligne in donnees if ligne[forme.date] is None]
    plus_long = max((largeur_texte(mot, PETIT) for etape in etapes for mot in etape.split(" ")), default=0)
    droite = max(min(150.0, largeur * 0.22), plus_long + 16) if sans_date else 14.0
    cadre = largeur - gauche - droite
    debut, fin = (min(dates), max(dates)) if dates else (date(2024, 1, 1), date(2024, 12, 31))
    statuts = rangs_des_statuts(donnees, forme)
    tranches = [
        (
            _poser_ligne([d for d in donnees if d[forme.ligne] == nom], forme, (debut, fin), cadre),
            _non_datees([d for d in donnees if d[forme.ligne] == nom], forme, droite - 14),
        )
        for nom in noms
    ]
    toile = Toile(largeur, 0, Marges(_LEGENDE + _GRADUATIONS, droite, 2, gauche))
    ecritures: list[Texte] = []
    marques: list[dict[str, Any]] = []
    bords = [0.0]
    for nom, (reperes, non_datees) in zip(categories.libelles, tranches, strict=True):
        haut = bords[-1]
        bords.append(haut + max(_hauteur(reperes, non_datees), len(nom) * 15 + 8))
        ecritures.append(Texte(-10, (haut + bords[-1]) / 2, nom, ancre="end", centre=True))
        marques += [_marque(r, haut, statuts) for r in reperes]
        ecritures += [_libelle(r, haut) for r in reperes]
        ecritures.append(Texte(cadre + 12, (haut + bords[-1]) / 2, non_datees, PETIT, couleur=palettes.GRIS_TEXTE,
                               centre=True))
    toile.hauteur = bords[-1]
    toile.couches = [
        *_graduations(debut, fin, cadre, toile.hauteur),
        traits([(-gauche, y, cadre + droite, y) for y in bords], color=palettes.GRIS_FILET),
        *_couches_des_marques(marques),
        *textes(ecritures),
        *textes([Texte(cadre + 12, -8, (_SANS_DATE,), PETIT, gras=True)] if sans_date else []),
        *_legende(statuts, toile),
    ]
    return toile


def jour_de(valeur: Any) -> date | None:
    """Rend le jour d'une étape, lu s'il est écrit en ISO ; rien si elle n'a pas de date."""
    if isinstance(valeur, date) or valeur is None:
        return valeur
    return date.fromisoformat(str(valeur)[:10])


def rangs_des_statuts(donnees: list[dict[str, Any]], forme: Frise) -> dict[str, int]:
    """Rend la marque de chaque statut : celle de son nom quand il est connu, sinon la première qui reste."""
    presents = [str(s) for s in dict.fromkeys(ligne[forme.statut] for ligne in donnees)]
    choisis = {s: _RANGS[s.lower()] for s in presents if s.lower() in _RANGS}
    libres = [r for r in range(len(_MARQUES)) if r not in choisis.values()]
    for statut in presents:
        if statut not in choisis:
            choisis[statut] = libres.pop(0) if libres else len(_MARQUES) - 1
    return dict(sorted(choisis.items(), key=lambda paire: (paire[1], paire[0])))


def _abscisse(jour: date, portee: tuple[date, date], cadre: float) -> float:
    jours = max(1, (portee[1] - portee[0]).days)
    return 10 + (jour - portee[0]).days / jours * (cadre - 20)


def _poser_ligne(
    etapes: list[dict[str, Any]], forme: Frise, portee: tuple[date, date], cadre: float
) -> list[_Repere]:
    """Rend les repères d'une ligne, chacun au premier étage où rien ne le recouvre."""
    datees = sorted(
        ((jour, str(e[forme.etape]), str(e[forme.statut])) for e in etapes if (jour := jour_de(e[forme.date]))),
    )
    etages: list[tuple[float, list[tuple[float, float]]]] = []
    reperes = []
    for jour, etape, statut in datees:
        x = _abscisse(jour, portee, cadre)
        lignes = tuple(couper(etape, min(_LARGEUR_ETAPE, cadre * 0.5), PETIT))
        occupe = max(largeur_texte(ligne, PETIT) for ligne in lignes) + 18
        a_gauche = x + occupe > cadre + 8
        etendue = (x - occupe, x + 9) if a_gauche else (x - 9, x + occupe)
        reperes.append(_Repere(x, _etage(etages, etendue, len(lignes) * _LIGNE + 8), lignes, statut, a_gauche))
    return reperes


def _non_datees(etapes: list[dict[str, Any]], forme: Frise, largeur: float) -> tuple[str, ...]:
    """Rend les étapes sans date d'une ligne, repliées."""
    noms = sorted(str(e[forme.etape]) for e in etapes if e[forme.date] is None)
    return tuple(couper(", ".join(noms), largeur, PETIT)) if noms else ()


def _etage(etages: list[tuple[float, list[tuple[float, float]]]], etendue: tuple[float, float], haut: float) -> float:
    """Rend l'ordonnée du milieu du repère dans sa ligne, et y réserve sa place."""
    depart = 0.0
    for rang, (hauteur, occupes) in enumerate(etages):
        if haut <= hauteur and all(etendue[1] < bas or etendue[0] > fin for bas, fin in occupes):
            etages[rang][1].append(etendue)
            return depart + hauteur / 2
        depart += hauteur
    etages.append((haut, [etendue]))
    return depart + haut / 2


def _hauteur(reperes: list[_Repere], non_datees: Sequence[str]) -> float:
    bas = max((r.etage + (len(r.lignes) * _LIGNE + 8) / 2 for r in reperes), default=0.0)
    return max(bas, len(non_datees) * _LIGNE + 8, 24.0)


def _marque(repere: _Repere, haut: float, statuts: dict[str, int]) -> dict[str, Any]:
    forme, fond, trait = _MARQUES[statuts[repere.statut]]
    return {"x": round(repere.x, 1), "y": round(haut + repere.etage, 1), "f": forme, "c": fond, "t": trait}


def _libelle(repere: _Repere, haut: float) -> Texte:
    decalage = -10 if repere.a_gauche else 10
    ancre: Any = "end" if repere.a_gauche else "start"
    return Texte(repere.x + decalage, haut + repere.etage, repere.lignes, PETIT, ancre=ancre, centre=True)


def _couches_des_marques(marques: list[dict[str, Any]]) -> list[Couche]:
    """Rend une couche par genre de marque : forme et couleurs sont des propriétés du trait."""
    genres = sorted({(m["f"], m["c"], m["t"]) for m in marques})
    couches = []
    for forme, fond, trait in genres:
        places = [{"x": m["x"], "y": m["y"]} for m in marques if (m["f"], m["c"], m["t"]) == (forme, fond, trait)]
        marque = {"type": "point", "shape": forme, "size": 80, "fill": fond, "stroke": trait, "strokeWidth": 1.75,
                  "opacity": 1}
        couches.append(couche(marque, places, x=pixel("x"), y=pixel("y")))
    return couches


def _graduations(debut: date, fin: date, cadre: float, hauteur: float) -> list[Couche]:
    """Rend les filets du temps : les trimestres sur deux ans au plus, sinon les années."""
    courts = (fin - debut).days <= 800 and cadre > 300
    mois = (1, 4, 7, 10) if courts else (1,)
    jalons = [
        jalon
        for annee in range(debut.year, fin.year + 1)
        for m in mois
        if debut <= (jalon := date(annee, m, 1)) <= fin
    ] or [debut]
    filets = [(x, 0.0, x, hauteur) for x in (_abscisse(j, (debut, fin), cadre) for j in jalons)]
    noms = [Texte(x, -8, (_nom(j, courts),), PETIT, couleur=palettes.GRIS_TEXTE, ancre="middle")
            for j, (x, *_) in zip(jalons, filets, strict=True)]
    gardes: list[Texte] = []
    for nom in noms:
        if not gardes or nom.x - gardes[-1].x > largeur_texte(nom.lignes[0], PETIT) + 8:
            gardes.append(nom)
    return [traits(filets, color=palettes.GRIS_FILET), *textes(gardes)]


def _nom(jour: date, trimestres: bool) -> str:
    return f"T{(jour.month + 2) // 3} {jour.year}" if trimestres else str(jour.year)


def _legende(statuts: dict[str, int], toile: Toile) -> list[Couche]:
    x, y = 6 - toile.marges.gauche, 8 - toile.marges.haut
    marques, ecritures = [], []
    for statut, rang in statuts.items():
        forme, fond, trait = _MARQUES[rang]
        marques.append({"x": round(x, 1), "y": y, "f": forme, "c": fond, "t": trait})
        ecritures.append(Texte(x + 11, y, (statut,), centre=True))
        x += largeur_texte(statut) + 36
    return [*_couches_des_marques(marques), *textes(ecritures)]


