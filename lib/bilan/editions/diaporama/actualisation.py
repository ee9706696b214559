"""L'actualisation d'un diaporama que des gens ont repris : les objets du projet, et eux seuls, se remettent à jour."""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bilan.editions.diaporama import (
    carte,
    chiffre,
    frise,
    gabarit,
    graphique,
    legende,
    notes,
    objets,
    paquet,
    repere,
    tableau,
)
from bilan.editions.diaporama.construction import Atelier
from bilan.editions.diaporama.notes import SOURCES
from bilan.editions.diaporama.objets import PREFIXE
from bilan.editions.executions import Execution
from bilan.editions.sortie import refuser_les_fuites_d_une_piece
from bilan.entrepot import fichiers
from bilan.erreurs import DonneesRefusees, ErreurUsage
from bilan.figures import formes
from bilan.figures.altair.fond import fonds_de_la_figure
from bilan.figures.modele import Figure
from bilan.figures.tableau import lignes
from bilan.francais import compter, enumerer
from bilan.projet import INTERNE, Jeu, Projet

SUFFIXE_LISTE = ".changements.md"
_SUITE = re.compile(r" \(\d+(?:/\d+)?\)$")
_JEU = re.compile(r"\bjeu (\w+)")
_LISTES_AU_PLUS = 12


@dataclass
class Changements:
    """Ce que l'actualisation a fait : une ligne par fait, dans l'ordre des diapositives, et le fichier qui les liste.

    `lignes` vide veut dire que le diaporama était à jour.
    """

    lignes: list[str] = field(default_factory=list)
    absentes: list[str] = field(default_factory=list)
    liste: Path | None = None


def actualiser(deck: Path, projet: Projet, jeu: Jeu, sortie: Path, profil: str = INTERNE) -> Changements:
    """Écrit dans `sortie` le diaporama `deck`, ses objets « bilan:… » remis aux dernières exécutions du jeu.

    Les textes récrits à la main, la mise en page, les couleurs choisies et les diapositives ajoutées restent.
    La liste des changements est écrite à côté (`.changements.md`). Lève `DonneesRefusees` si `deck` n'est pas une
    présentation ou n'a aucun objet du projet, `ErreurUsage` si `sortie` est `deck` ou si `deck` vient de l'autre jeu,
    `PublicationRefusee` si l'édition est publique et que le diaporama repris, ou la liste de ce qui y a changé, donne
    ce qui ne doit pas sortir : rien n'est alors écrit.
    """
    if sortie.resolve() == deck.resolve():
        raise ErreurUsage(f"« {sortie} » est le diaporama de départ ; donnez un autre nom : il n'est jamais récrit.")
    presentation = gabarit.lire(deck)
    atelier = Atelier.ouvrir(projet, jeu, profil)
    reprise = _Reprise(atelier, presentation)
    reprise.verifier(deck, jeu)
    changements = reprise.mener()
    changements.liste = sortie.with_name(sortie.stem + SUFFIXE_LISTE)
    with TemporaryDirectory() as dossier:
        a_cote = Path(dossier)
        paquet.ecrire(presentation, a_cote / sortie.name)
        fichiers.ecrire(a_cote / changements.liste.name, _en_markdown(changements, deck, jeu).encode())
        refuser_les_fuites_d_une_piece(projet, atelier.edition, a_cote)
        for chemin in (sortie, changements.liste):
            fichiers.ecrire(chemin, (a_cote / chemin.name).read_bytes())
    return changements


class _Reprise:
    """Le diaporama repris, diapositive après diapositive."""

    def __init__(self, atelier: Atelier, presentation: Any) -> None:
        self._atelier, self._presentation = atelier, presentation
        self._changements = Changements()
        # Lignes de tableau déjà montrées, et objets déjà vus, par figure : une figure longue en a plusieurs.
        self._montrees: Counter[str] = Counter()
        self._vus: Counter[str] = Counter()
        self._presents = Counter(
            f.name.split(":")[1] for d in presentation.slides for f in objets.parcourir(d.shapes)
            if _annexe(f) == "" or _annexe(f).isdigit()
        )

    def verifier(self, deck: Path, jeu: Jeu) -> None:
        """Lève une erreur si le diaporama n'est pas du projet, ou s'il montre l'autre jeu."""
        if not self._presents:
            raise DonneesRefusees(
                f"« {deck} » n'a aucun objet nommé « {PREFIXE}… » ; donnez un diaporama fait par "
                "« bilan diaporama construire »."
            )
        for diapositive in self._presentation.slides:
            for bloc in notes.lire(diapositive).values():
                lu = _JEU.search(bloc.get("Exécution", ""))
                if lu and lu[1] != jeu:
                    raise ErreurUsage(
                        f"« {deck} » montre le jeu « {lu[1]} » et l'on demande « {jeu} » ; on ne mêle pas deux jeux : "
                        f"donnez « --jeu {lu[1]} » ou construisez un autre diaporama."
                    )

    def mener(self) -> Changements:
        """Actualise toutes les diapositives et rend la liste des changements."""
        for rang, diapositive in enumerate(self._presentation.slides, start=1):
            self._diapositive(rang, diapositive)
        voulues = [i for i in self._atelier.plan.figures if i in self._atelier.figures]
        self._changements.absentes = [i for i in voulues if i not in self._presents]
        return self._changements

    def _diapositive(self, rang: int, diapositive: Any) -> None:
        gardees = notes.lire(diapositive)
        ordonnees = list(objets.parcourir(diapositive.shapes))
        principaux = [f for f in ordonnees if _annexe(f) == "" or _annexe(f).isdigit()]
        faits: list[str] = []
        for forme in principaux:
            ident = forme.name.split(":")[1]
            if ident == SOURCES:
                faits += self._sources(diapositive, forme, gardees.get(SOURCES, {}))
            elif ident not in self._atelier.figures:
                faits.append(f"« {ident} » laissée telle quelle : aucun carnet ne la fait plus")
            else:
                faits += self._figure(diapositive, forme, ordonnees)
        # Un graphique ôté à la main ne revient pas, mais ce que la diapositive dit encore de lui reste à jour.
        nommes = [f.name.split(":")[1] for f in principaux or ordonnees]
        idents = [i for i in dict.fromkeys(nommes) if i in self._atelier.figures]
        faits += self._textes(diapositive, ordonnees, idents, gardees)
        for ident in idents:
            notes.remplacer(diapositive, ident, self._atelier.bloc(ident))
        self._changements.lignes += [f"Diapositive {rang} : {fait}." for fait in faits]

    def _figure(self, diapositive: Any, forme: Any, ordonnees: list[Any]) -> list[str]:
        """Remet à jour l'objet d'une figure, sa légende et son repère, et rend ce qui a changé."""
        figure, _ = self._atelier.figures[forme.name.split(":")[1]]
        a_la_main: list[str] = []
        try:
            changes = self._objet(forme, figure, a_la_main)
        except _GenreDifferent as refus:
            return [f"« {figure.id} » laissée telle quelle : {refus} ; refaites cette diapositive à la main"]
        objets.nommer(forme, figure.id, figure.alt, _annexe(forme))
        annexes = {_annexe(f): f for f in ordonnees if f.name.startswith(objets.nom(figure.id) + ":")}
        if legende.ANNEXE in annexes and isinstance(figure.forme, formes.Choroplethe | formes.Cercles):
            legende.actualiser(annexes[legende.ANNEXE], figure)
        if changes and repere.ANNEXE in annexes and repere.en_a_un(figure):
            repere.actualiser(annexes[repere.ANNEXE], figure, forme)
        faits = [f"« {figure.id} », {_resumer(changes)}"] if changes else []
        if a_la_main:
            faits.append(f"« {figure.id} », couleur reprise à la main, laissée : {enumerer(a_la_main)}")
        return faits

    def _objet(self, forme: Any, figure: Figure, a_la_main: list[str]) -> list[str]:
        """Remet l'objet à jour et rend ce qui a changé ; `a_la_main` reçoit les EPCI dont la couleur a été reprise."""
        if figure.donnees.is_empty() or not graphique.a_une_valeur(figure):
            if forme.has_text_frame:
                return ["texte"] if chiffre.actualiser(forme, figure) else []
            raise _GenreDifferent(f"elle n'a plus de données ({(figure.vide or figure.lecture).rstrip('.')})")
        match figure.forme:
            case formes.Choroplethe() | formes.Cercles() if forme.shape_type == 6:
                zone = _repere_des_enfants(forme)
                cadrage = carte.Cadrage.poser(fonds_de_la_figure(figure, self._atelier.fonds), zone)
                reprise = carte.actualiser(forme, figure, cadrage, self._atelier.noms)
                a_la_main += reprise.a_la_main
                return reprise.changes
            case formes.Tableau() | formes.CartesMultiples() if forme.has_table:
                return tableau.actualiser(forme, figure, self._lignes(figure, forme))
            case formes.Frise() if forme.shape_type == 6:
                return ["étapes"] if frise.actualiser(forme, figure, self._sujets(figure, forme)) else []
            case formes.ChiffreCle() if forme.has_text_frame:
                return ["chiffre"] if chiffre.actualiser(forme, figure) else []
            case formes.Barres() | formes.BarresEmpilees() | formes.Courbe() | formes.Points() if forme.has_chart:
                return graphique.actualiser(forme, figure)
        raise _GenreDifferent("l'objet n'est plus du genre de la figure")

    def _lignes(self, figure: Figure, forme: Any) -> list[tuple[str, ...]]:
        """Rend les lignes que montre ce tableau : autant qu'il en avait, et tout le reste pour le dernier."""
        toutes = lignes(figure)
        debut = self._montrees[figure.id]
        fin = debut + len(forme.table.rows) - 1
        self._montrees[figure.id] = fin
        self._vus[figure.id] += 1
        return toutes[debut:] if self._vus[figure.id] == self._presents[figure.id] else toutes[debut:fin]

    def _sujets(self, figure: Figure, forme: Any) -> list[str]:
        """Rend les sujets que montre cette frise ; la dernière prend tous ceux qui restent."""
        pages = frise.paginer(figure, _repere_des_enfants(forme))
        rang = self._vus[figure.id]
        self._vus[figure.id] += 1
        if self._vus[figure.id] == self._presents[figure.id]:
            return [sujet for page in pages[rang:] for sujet in page]
        return pages[rang] if rang < len(pages) else []

    def _textes(
        self, diapositive: Any, ordonnees: list[Any], idents: list[str], gardees: dict[str, dict[str, str]]
    ) -> list[str]:
        """Met à jour le titre et les textes que personne n'a récrits."""
        if not idents:
            return []
        figures = [self._atelier.figures[i] for i in idents]
        figure = figures[0][0]
        faits = []
        if len(figures) == 1:
            faits += self._titre(diapositive, figure, gardees.get(figure.id, {}).get("Titre calculé"))
        for forme in ordonnees:
            avant_apres = _calcules(_annexe(forme), figures, gardees)
            if avant_apres and forme.has_text_frame:
                faits += _remplacer(forme.text_frame, *avant_apres)
        return faits

    def _titre(self, diapositive: Any, figure: Figure, calcule: str | None) -> list[str]:
        titre = diapositive.shapes.title
        if titre is None:
            return []
        ecrit = str(titre.text_frame.text)
        suite = trouvee[0] if (trouvee := _SUITE.search(ecrit)) else ""
        if ecrit.removesuffix(suite) == figure.titre:
            return []
        if ecrit.removesuffix(suite) != calcule:
            if calcule == figure.titre:
                return []
            return [f"titre récrit à la main, laissé (« {ecrit} ») ; le calcul donne maintenant « {figure.titre} »"]
        objets.remplacer_texte(titre.text_frame, figure.titre + suite)
        return [f"titre « {ecrit} » → « {figure.titre + suite} »"]

    def _sources(self, diapositive: Any, forme: Any, gardees: dict[str, str]) -> list[str]:
        textes = self._atelier.sources(list(self._presents))
        avant = [str(p.text) for p in forme.text_frame.paragraphs]
        if avant == textes or " ; ".join(avant) != gardees.get("Source"):
            return []
        objets.ecrire(forme.text_frame, textes)
        notes.remplacer(diapositive, SOURCES, notes.bloc_sources(textes, self._atelier.edition.jeu))
        return ["liste des sources"]


class _GenreDifferent(Exception):
    """L'objet posé ne peut pas montrer la figure telle qu'elle est devenue."""


def _annexe(forme: Any) -> str:
    return str(forme.name.split(":")[2]) if forme.name.count(":") > 1 else ""


def _repere_des_enfants(groupe: Any) -> objets.Zone:
    xfrm = groupe._element.grpSpPr.xfrm
    return int(xfrm.chOff.x), int(xfrm.chOff.y), int(xfrm.chExt.cx), int(xfrm.chExt.cy)


def _calcules(
    annexe: str, figures: list[tuple[Figure, Execution]], gardees: dict[str, dict[str, str]]
) -> tuple[str, str] | None:
    """Rend, pour un texte annexe, celui qui avait été calculé et celui qui l'est maintenant."""
    figure = figures[0][0]
    avant = gardees.get(figure.id, {})
    match annexe:
        case "sous_titre":
            return avant.get("Sous-titre", ""), figure.sous_titre
        case "lecture":
            return f"Lecture : {avant.get('Lecture', '')}", f"Lecture : {figure.lecture}"
        case "source" if len(figures) == 1:
            ancien = notes.pied(avant.get("Source", ""), avant.get("Champ", ""))
            return ancien, notes.pied(figure.source, figure.champ)
        case "source":
            anciennes = [gardees.get(f.id, {}).get("Source", "") for f, _ in figures]
            return notes.pied_commun(anciennes), notes.pied_commun([f.source for f, _ in figures])
    return None


def _remplacer(cadre: Any, avant: str, apres: str) -> list[str]:
    ecrit = str(cadre.text)
    if ecrit == apres or avant == apres:
        return []
    if ecrit != avant:
        return [f"texte récrit à la main, laissé (« {ecrit} »)"]
    objets.remplacer_texte(cadre, apres)
    return [f"texte « {apres} »"]


def _resumer(changes: list[str]) -> str:
    vus = " ; ".join(changes[:_LISTES_AU_PLUS])
    reste = len(changes) - _LISTES_AU_PLUS
    return f"{compter(len(changes), 'changement')} : {vus}" + (f" ; et {reste} autres" if reste > 0 else "")


def _en_markdown(changements: Changements, deck: Path, jeu: Jeu) -> str:
    lignes = [f"# Ce qui a changé dans « {deck.name} »", "", f"Jeu de données : {jeu}.", ""]
    lignes += [f"- {ligne}" for ligne in changements.lignes] or ["Rien : le diaporama était à jour."]
    if changements.absentes:
        lignes += ["", "## Figures du plan que ce diaporama ne montre pas", ""]
        lignes += [f"- {ident}" for ident in changements.absentes]
    return "\n".join(lignes) + "\n"
