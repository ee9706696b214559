"""Les barres horizontales, simples et empilées, étiquetées en clair : ni axe ni quadrillage à déchiffrer."""

from dataclasses import replace
from typing import Any

from bilan.erreurs import ErreurUsage
from bilan.figures import palettes
from bilan.figures.altair.categories import Categories, bornes, bornes_etiquetees, poser
from bilan.figures.altair.legende import legende_en_ligne
from bilan.figures.altair.lettres import couper, largeur_texte
from bilan.figures.altair.toile import HALO, Couche, Marges, Texte, Toile, couche, couleur_brute, textes, traits
from bilan.figures.formes import Barres, BarresEmpilees, Reference
from bilan.figures.modele import Figure
from bilan.figures.tableau import cellule
from bilan.figures.theme import CORPS, INTERLIGNE, PETIT

_MARGE_DROITE = 4


def dessiner_barres(figure: Figure, forme: Barres, largeur: float) -> Toile:
    """Rend la toile des barres simples : une ligne par ligne de la table, dans son ordre."""
    donnees = figure.donnees
    categories = poser(donnees[forme.categorie].to_list(), largeur)
    cadre = largeur - categories.gauche - _MARGE_DROITE
    etiquettes = _etiquettes(figure, forme)
    valeurs = donnees[forme.valeur].to_list()
    presentes = [(float(v), e) for v, e in zip(valeurs, etiquettes, strict=True) if v is not None]
    vues = [v for v, _ in presentes] + ([forme.reference.valeur] if forme.reference else [])
    domaine = bornes_etiquetees(bornes(vues, forme.format == "pourcent"), presentes, cadre)
    couleurs = _couleurs_des_barres(figure, forme)

    legende, haut = _legende(list(couleurs.items()), largeur, categories.gauche)
    reference = _Reference(forme.reference, domaine, cadre, categories.hauteur)
    haut += reference.hauteur
    toile = Toile(largeur, categories.hauteur, Marges(haut, _MARGE_DROITE, 2, categories.gauche))
    modalites = donnees[forme.couleur].to_list() if forme.couleur else [""] * len(valeurs)
    teintes = [couleurs.get(str(m), palettes.BLEU) for m in modalites]
    bouts, dedans = reference.ecarter(_bouts(valeurs, etiquettes, categories, domaine, cadre), teintes)
    toile.couches = [
        categories.filets(cadre),
        _barres_simples(valeurs, teintes, categories, domaine),
        _zero(domaine, cadre, categories),
        *reference.couches(),
        *textes(categories.textes()),
        *textes(bouts, HALO),
        *textes([*bouts, *dedans]),
        *_decaler(legende, haut),
    ]
    return toile


def dessiner_empilees(figure: Figure, forme: BarresEmpilees, largeur: float) -> Toile:
    """Rend la toile des barres empilées : une ligne par catégorie, les séries dans l'ordre de `modalites`."""
    _refuser_inconnues(figure, forme)
    noms = list(dict.fromkeys(figure.donnees[forme.categorie].to_list()))
    categories = poser(noms, largeur, 28)
    cadre = largeur - categories.gauche - _MARGE_DROITE
    couleurs = dict(zip(forme.modalites, palettes.couleurs(forme.palette, len(forme.modalites)), strict=True))
    piles = [_pile(figure, forme, nom) for nom in noms]
    domaine = _domaine_des_piles(piles, forme, cadre)
    legende, haut = _legende(list(couleurs.items()), largeur, categories.gauche)
    toile = Toile(largeur, categories.hauteur, Marges(haut, _MARGE_DROITE, 2, categories.gauche))
    ecritures = categories.textes()
    segments: list[dict[str, Any]] = []
    for rang, pile in enumerate(piles):
        segments += _segments(pile, categories, rang)
        ecritures += _dedans(pile, couleurs, categories.centre(rang), cadre / (domaine[1] - domaine[0]))
        ecritures += _total(pile, forme, categories.centre(rang), cadre / (domaine[1] - domaine[0]))
    marque = {"type": "rect", "stroke": palettes.GRIS_CONTOUR, "strokeWidth": 0.75}
    for segment in segments:
        segment["c"] = couleurs[segment["s"]]
    toile.couches = [
        couche(marque, segments, **_rectangle(domaine), color=couleur_brute()),
        *textes(ecritures),
        *_decaler(legende, haut),
    ]
    return toile


def _refuser_inconnues(figure: Figure, forme: BarresEmpilees) -> None:
    """Lève `ErreurUsage` pour une série que la forme n'annonce pas : elle manquerait à l'image sans bruit."""
    if inconnues := sorted({str(s) for s in figure.donnees[forme.serie].to_list()} - set(forme.modalites)):
        raise ErreurUsage(
            f"La figure « {figure.id} » a des séries que sa forme n'annonce pas : {', '.join(inconnues)} ; "
            "ajoutez-les à « modalites »."
        )


class _Reference:
    """La valeur de comparaison : un trait tireté et son libellé au-dessus du cadre."""

    def __init__(self, reference: Reference | None, domaine: list[float], cadre: float, hauteur: float) -> None:
        self._reference, self._cadre, self._bas = reference, cadre, hauteur
        self._lignes = tuple(couper(reference.libelle, cadre * 0.6, PETIT)) if reference else ()
        self._x = _x(reference.valeur, domaine, cadre) if reference else 0.0

    @property
    def hauteur(self) -> float:
        """Place que prend le libellé au-dessus des barres, en pixels ; nulle sans repère."""
        return len(self._lignes) * PETIT * INTERLIGNE + (8 if self._lignes else 0)

    def ecarter(self, bouts: list[Texte], teintes: list[str]) -> tuple[list[Texte], list[Texte]]:
        """Rend les étiquettes laissées au bout de leur barre, et celles que le trait barrerait, mises dedans."""
        dehors, dedans = [], []
        for bout, teinte in zip(bouts, teintes, strict=True):
            long = largeur_texte(bout.lignes[0], CORPS, bout.gras)
            barree = self._reference is not None and bout.x - 2 <= self._x <= bout.x + long + 2
            if barree and bout.gras and bout.ancre == "start" and bout.x - 10 >= long:
                clair = palettes.couleur_texte(teinte)
                dedans.append(replace(bout, x=bout.x - 10, ancre="end", couleur=clair))
            else:
                dehors.append(bout)
        return dehors, dedans

    def couches(self) -> list[Couche]:
        """Rend le trait du repère et son libellé ; rien sans repère."""
        if self._reference is None:
            return []
        demi = max(largeur_texte(ligne, PETIT) for ligne in self._lignes) / 2
        ancre: Any = "start" if self._x < demi else "end" if self._x > self._cadre - demi else "middle"
        haut = -self.hauteur + PETIT + 1
        vertical = [(self._x, -6, self._x, self._bas)]
        # Un trait blanc dessous : le tireté se lit aussi par-dessus une barre foncée.
        return [
            traits(vertical, color=palettes.BLANC, strokeWidth=3),
            traits(vertical, color=palettes.ENCRE, strokeDash=[4, 3], strokeWidth=1.25),
            *textes([Texte(self._x, haut, self._lignes, PETIT, ancre=ancre)]),
        ]


def _etiquettes(figure: Figure, forme: Barres) -> list[str]:
    absence = figure.colonne_absence(forme.valeur)
    return [
        cellule(ligne[forme.valeur], forme.format, ligne.get(absence)) for ligne in figure.donnees.iter_rows(named=True)
    ]


def _couleurs_des_barres(figure: Figure, forme: Barres) -> dict[str, str]:
    if forme.couleur is None:
        return {}
    modalites = [str(m) for m in figure.donnees[forme.couleur].to_list()]
    return palettes.teintes(modalites, figure.donnees[forme.valeur].to_list(), forme.modalites)


def _legende(entrees: list[tuple[str, str]], largeur: float, gauche: float) -> tuple[list[Couche], float]:
    if not entrees:
        return [], 2.0
    couches, hauteur = legende_en_ligne(entrees, largeur, (-gauche, 0))
    return couches, hauteur + 8


def _decaler(couches: list[Couche], haut: float) -> list[Couche]:
    """Remonte une légende, dessinée à l'origine du cadre, en haut de la marge."""
    for une in couches:
        for valeur in une["data"]["values"]:
            for champ in ("y", "y2"):
                if champ in valeur:
                    valeur[champ] = round(valeur[champ] - haut + 1, 1)
    return couches


def _x(valeur: float, domaine: list[float], cadre: float) -> float:
    return (valeur - domaine[0]) / (domaine[1] - domaine[0]) * cadre


def _rectangle(domaine: list[float]) -> dict[str, Any]:
    echelle = {"domain": domaine, "nice": False, "zero": False}
    return {
        "x": {"field": "x", "type": "quantitative", "scale": echelle, "axis": None},
        "x2": {"field": "x2"},
        "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
        "y2": {"field": "y2"},
    }


def _zero(domaine: list[float], cadre: float, categories: Categories) -> Couche:
    x = _x(0, domaine, cadre)
    return traits([(x, 0, x, categories.hauteur)], color=palettes.GRIS_HACHURE)


def _barres_simples(valeurs: list[Any], couleurs: list[str], categories: Categories, domaine: list[float]) -> Couche:
    barres = [
        {"x": 0, "x2": valeur, "c": couleur, **categories.bande(rang)}
        for rang, (valeur, couleur) in enumerate(zip(valeurs, couleurs, strict=True))
        if valeur is not None
    ]
    return couche({"type": "rect"}, barres, **_rectangle(domaine), color=couleur_brute())


def _bouts(
    valeurs: list[Any], etiquettes: list[str], categories: Categories, domaine: list[float], cadre: float
) -> list[Texte]:
    bouts = []
    for rang, (valeur, etiquette) in enumerate(zip(valeurs, etiquettes, strict=True)):
        negatif = valeur is not None and valeur < 0
        x = _x(valeur or 0, domaine, cadre) + (-5 if negatif else 5)
        couleur = palettes.GRIS_TEXTE if valeur is None else palettes.ENCRE
        bouts.append(Texte(x, categories.centre(rang), (etiquette,), gras=valeur is not None, couleur=couleur,
                           ancre="end" if negatif else "start", centre=True))
    return bouts


def _pile(figure: Figure, forme: BarresEmpilees, nom: Any) -> list[tuple[str, float | None, str]]:
    """Rend (modalité, valeur, étiquette) pour chaque modalité de cette catégorie, dans l'ordre de la forme."""
    absence = figure.colonne_absence(forme.valeur)
    vues = {
        ligne[forme.serie]: ligne
        for ligne in figure.donnees.iter_rows(named=True)
        if ligne[forme.categorie] == nom
    }
    return [
        (m, vues[m][forme.valeur], cellule(vues[m][forme.valeur], forme.format, vues[m].get(absence)))
        for m in forme.modalites
        if m in vues
    ]


def _domaine_des_piles(
    piles: list[list[tuple[str, float | None, str]]], forme: BarresEmpilees, cadre: float
) -> list[float]:
    sommes = [(sum(v or 0 for _, v, _ in pile), _texte_du_total(pile, forme)) for pile in piles]
    haut = max((somme for somme, _ in sommes), default=0) or 1.0
    # Des parts arrondies qui font 100,1 restent sur une échelle de 100.
    base = 100.0 if forme.format == "pourcent" and 50 < haut < 101 else haut
    return bornes_etiquetees((0.0, base), [b for b in sommes if b[1]], cadre)


def _texte_du_total(pile: list[tuple[str, float | None, str]], forme: BarresEmpilees) -> str:
    presentes = [v for _, v, _ in pile if v is not None]
    manquantes = [e for _, v, e in pile if v is None]
    if not presentes:
        return manquantes[0] if manquantes else cellule(None)
    total = "" if forme.format == "pourcent" or len(presentes) < 2 else cellule(sum(presentes), forme.format)
    return " ".join(filter(None, [total, f"+ {manquantes[0]}" if manquantes else ""]))


def _total(pile: list[tuple[str, float | None, str]], forme: BarresEmpilees, y: float, px: float) -> list[Texte]:
    texte = _texte_du_total(pile, forme)
    return [Texte(sum(v or 0 for _, v, _ in pile) * px + 5, y, (texte,), gras=True, centre=True)] if texte else []


def _segments(pile: list[tuple[str, float | None, str]], categories: Categories, rang: int) -> list[dict[str, Any]]:
    segments, debut = [], 0.0
    for modalite, valeur, _ in pile:
        if valeur:
            segments.append({"x": debut, "x2": debut + valeur, "s": modalite, **categories.bande(rang, 20)})
            debut += valeur
    return segments


def _dedans(pile: list[tuple[str, float | None, str]], couleurs: dict[str, str], y: float, px: float) -> list[Texte]:
    """Rend les étiquettes qui tiennent dans leur segment, en blanc ou en noir selon son fond."""
    ecritures, debut = [], 0.0
    for modalite, valeur, etiquette in pile:
        if valeur:
            if largeur_texte(etiquette, CORPS) + 6 <= valeur * px:
                couleur = palettes.couleur_texte(couleurs[modalite])
                x = (debut + valeur / 2) * px
                ecritures.append(Texte(x, y, (etiquette,), couleur=couleur, ancre="middle", centre=True))
            debut += valeur
    return ecritures
