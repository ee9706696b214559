"""Ce qu'un graphique natif montre d'une figure : ses catégories, ses séries, leur format et leurs couleurs."""

from dataclasses import dataclass
from typing import Any

from pptx.chart.data import CategoryChartData

from bilan.figures import formes, palettes
from bilan.figures.formes import Format, Reference
from bilan.figures.modele import Figure
from bilan.figures.tableau import cellule
from bilan.francais import FINE_INSECABLE

# Le préfixe de langue fait écrire virgule et espace fine à LibreOffice ; Office localise de lui-même.
_FRANCAIS = "[$-40C]"
FORMATS: dict[Format, str] = {
    "nombre": f"{_FRANCAIS}#,##0",
    "decimal": f"{_FRANCAIS}#,##0.0",
    "pourcent": f'{_FRANCAIS}0.0"{FINE_INSECABLE}"%',
    "points": f"{_FRANCAIS}+0.0;\"−\"0.0;0.0",
    "jours": f'{_FRANCAIS}#,##0" j"',
}
"""Format de nombre d'Office de chaque format de figure ; un pour cent y est un nombre de 0 à 1."""

REPERE = palettes.ALERTE
"""Couleur du repère d'une paire, celle des pages ; sa forme aussi le distingue, et la légende le nomme."""

Graphique = formes.Barres | formes.BarresEmpilees | formes.Courbe | formes.Points


@dataclass(frozen=True, slots=True)
class Serie:
    """Une série : son nom, une valeur par catégorie (rien quand elle manque), sa couleur."""

    nom: str
    valeurs: tuple[float | None, ...]
    couleur: str


@dataclass(frozen=True, slots=True)
class Donnees:
    """Contenu d'un graphique natif et de son classeur.

    Une valeur absente laisse sa case vide et met son signe (n.d., ///, s) dans le nom de la catégorie.
    """

    categories: tuple[str, ...]
    series: tuple[Serie, ...]
    format: Format
    reference: Reference | None = None

    @property
    def valeurs(self) -> list[float]:
        """Toutes les valeurs présentes, séries bout à bout."""
        return [v for serie in self.series for v in serie.valeurs if v is not None]

    def pour_office(self) -> Any:
        """Rend les données que python-pptx écrit dans le graphique et son classeur."""
        nouvelles: Any = CategoryChartData
        donnees = nouvelles(number_format=FORMATS[self.format])
        donnees.categories = [_texte_sur(c) for c in self.categories]
        for serie in self.series:
            donnees.add_series(_texte_sur(serie.nom), [echelle(v, self.format) for v in serie.valeurs])
        return donnees


def echelle(valeur: float | None, format_: Format) -> float | None:
    """Rend la valeur telle qu'Office l'attend : un pour cent de 0 à 1, le reste inchangé."""
    if valeur is None:
        return None
    return round(valeur / 100, 8) if format_ == "pourcent" else valeur


def lire(figure: Figure) -> Donnees:
    """Rend le contenu du graphique d'une figure en barres, en courbe ou en points."""
    match figure.forme:
        case formes.Barres() as forme:
            return _barres(figure, forme)
        case formes.BarresEmpilees() as forme:
            couleurs = palettes.couleurs(forme.palette, len(forme.modalites))
            return _croiser(figure, forme.categorie, forme.serie, forme, dict(zip(forme.modalites, couleurs,
                                                                                  strict=True)))
        case formes.Courbe() as forme:
            return _courbe(figure, forme)
        case formes.Points() as forme:
            return _points(figure, forme)
    raise TypeError(f"La forme {type(figure.forme).__name__} n'est pas un graphique.")


def _barres(figure: Figure, forme: formes.Barres) -> Donnees:
    """Une série par modalité de couleur, vide ailleurs : la légende reste native et chaque couleur se change."""
    lignes = figure.donnees.to_dicts()
    absence = figure.colonne_absence(forme.valeur)
    signes = [_signe(ligne, forme.valeur, absence) for ligne in lignes]
    categories = tuple(_avec(str(ligne[forme.categorie]), signe) for ligne, signe in zip(lignes, signes, strict=True))
    valeurs = [_nombre(ligne[forme.valeur]) for ligne in lignes]
    if forme.couleur is None:
        titre = next((c.titre for c in figure.colonnes if c.nom == forme.valeur), figure.sous_titre or "Valeur")
        return Donnees(categories, (Serie(titre, tuple(valeurs), palettes.BLEU),), forme.format, forme.reference)
    modalites = [str(ligne[forme.couleur]) for ligne in lignes]
    series = tuple(
        Serie(nom, tuple(v if m == nom else None for v, m in zip(valeurs, modalites, strict=True)), teinte)
        for nom, teinte in palettes.teintes(modalites, valeurs, forme.modalites).items()
    )
    vide = (Serie(figure.sous_titre or "Valeur", tuple(valeurs), palettes.BLEU),)
    return Donnees(categories, series or vide, forme.format, forme.reference)


def _courbe(figure: Figure, forme: formes.Courbe) -> Donnees:
    if forme.serie is None:
        lignes = figure.donnees.to_dicts()
        absence = figure.colonne_absence(forme.valeur)
        titre = next((c.titre for c in figure.colonnes if c.nom == forme.valeur), "Valeur")
        categories = tuple(_avec(str(li[forme.abscisse]), _signe(li, forme.valeur, absence)) for li in lignes)
        serie = Serie(titre, tuple(_nombre(ligne[forme.valeur]) for ligne in lignes), palettes.BLEU)
        return Donnees(categories, (serie, *_reference(forme, len(categories))), forme.format)
    noms = [str(s) for s in dict.fromkeys(figure.donnees[forme.serie].to_list())]
    couleurs = dict(zip(noms, palettes.couleurs("categoriel", len(noms)), strict=True))
    croisees = _croiser(figure, forme.abscisse, forme.serie, forme, couleurs)
    reference = _reference(forme, len(croisees.categories))
    return Donnees(croisees.categories, (*croisees.series, *reference), forme.format)


def _reference(forme: formes.Courbe, nombre: int) -> tuple[Serie, ...]:
    """Sur une courbe, la valeur de comparaison est une série constante : elle suit le graphique où qu'on le mette."""
    if forme.reference is None:
        return ()
    return (Serie(forme.reference.libelle, (forme.reference.valeur,) * nombre, palettes.ENCRE),)


def _points(figure: Figure, forme: formes.Points) -> Donnees:
    lignes = figure.donnees.to_dicts()
    categories = []
    for ligne in lignes:
        signes = [
            f"{libelle} : {signe}"
            for colonne, libelle in ((forme.valeur, forme.libelle_valeur), (forme.repere, forme.libelle_repere))
            if (signe := _signe(ligne, colonne, figure.colonne_absence(colonne)))
        ]
        if len(signes) == 2 and signes[0].split(" : ")[-1] == signes[1].split(" : ")[-1]:
            signes = [signes[0].split(" : ")[-1]]
        categories.append(_avec(str(ligne[forme.categorie]), ", ".join(signes)))
    return Donnees(
        tuple(categories),
        (
            Serie(forme.libelle_valeur, tuple(_nombre(li[forme.valeur]) for li in lignes), palettes.BLEU),
            Serie(forme.libelle_repere, tuple(_nombre(li[forme.repere]) for li in lignes), REPERE),
        ),
        forme.format,
    )


def _croiser(
    figure: Figure, categorie: str, serie: str, forme: formes.BarresEmpilees | formes.Courbe, couleurs: dict[str, str]
) -> Donnees:
    """Rend une série par modalité de `couleurs`, une valeur par catégorie de la table."""
    lignes = figure.donnees.to_dicts()
    absence = figure.colonne_absence(forme.valeur)
    noms = [str(n) for n in dict.fromkeys(ligne[categorie] for ligne in lignes)]
    cases = {(str(ligne[categorie]), str(ligne[serie])): ligne for ligne in lignes}
    categories = []
    for nom in noms:
        signes = [
            f"{modalite} : {signe}"
            for modalite in couleurs
            if (ligne := cases.get((nom, modalite))) and (signe := _signe(ligne, forme.valeur, absence))
        ]
        categories.append(_avec(nom, ", ".join(signes)))
    series = tuple(
        Serie(modalite, tuple(_case(cases.get((nom, modalite)), forme) for nom in noms), teinte)
        for modalite, teinte in couleurs.items()
    )
    return Donnees(tuple(categories), series, forme.format)


def _case(ligne: dict[str, Any] | None, forme: formes.BarresEmpilees | formes.Courbe) -> float | None:
    return None if ligne is None else _nombre(ligne[forme.valeur])


def _nombre(valeur: Any) -> float | None:
    return None if valeur is None or valeur != valeur else float(valeur)


def _signe(ligne: dict[str, Any], colonne: str, absence: str) -> str:
    return cellule(None, absence=ligne.get(absence)) if _nombre(ligne[colonne]) is None else ""


def _avec(nom: str, signe: str) -> str:
    return f"{nom} ({signe})" if signe else nom


def _texte_sur(texte: str) -> str:
    """Rend un texte qu'un tableur ne prendra pas pour une formule."""
    return f"'{texte}" if texte[:1] in ("=", "+", "-", "@", "\t", "\r") else texte
