"""Le site : une entrée qui sépare les éditions, et par édition un accueil, ses pages, ses fiches et sa recherche."""

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from bilan.editions import charte
from bilan.editions.accueil import accueillir
from bilan.editions.annuaire import cle_de_tri
from bilan.editions.atelier import Atelier
from bilan.editions.commandes import Commandes
from bilan.editions.commentaires import commenter, figures_de, refuser_s_il_faut_relire
from bilan.editions.composition import Page, composer
from bilan.editions.executions import DOSSIERS, Edition, Execution, lire_edition
from bilan.editions.exploration import Fonds, script_de_page
from bilan.editions.gabarits import Gabarits
from bilan.editions.imagerie import Imagerie
from bilan.editions.recherche import Entree, script
from bilan.editions.revisions import LIGNES_PAR_PAGE, Revisions
from bilan.editions.vues import Fichier, Place, VueFigure, voir
from bilan.projet import INTERNE, Jeu, Projet

FICHES = "fiches"
"""Dossier des fiches PDF, parmi les téléchargements d'une édition."""

PAGES_COMMUNES = ("glossaire", "accessibilite", "mentions")


@dataclass
class Bilan:
    """Ce que la construction a fait : nombre de pages par édition, d'images dessinées, et les carnets en échec."""

    pages: dict[Jeu, int] = field(default_factory=dict)
    images_dessinees: int = 0
    echecs: list[str] = field(default_factory=list)


def construire(
    projet: Projet,
    jeux: Sequence[Jeu],
    destination: Path,
    atelier: Atelier | None = None,
    document_de_travail: bool = False,
) -> Bilan:
    """Construit le site des `jeux` dans `destination`, dossier vide ou absent, et rend ce qui a été fait.

    Rien n'est recalculé : les pages mettent en place les figures des dernières exécutions. Les mêmes
    exécutions donnent le même site, octet pour octet. Lève `DonneesRefusees` si un jeu n'a aucune
    exécution lisible.
    """
    atelier = atelier or Atelier.du_projet(projet, jeux)
    editions = [lire_edition(projet, jeu, atelier.profil) for jeu in jeux]
    habillage = charte.ouvrir(projet)
    gabarits = Gabarits(
        projet.gabarits_du_site, atelier.textes, projet.collection.contact, document_de_travail, habillage
    )
    if atelier.profil != INTERNE:
        refuser_s_il_faut_relire(atelier.commentaires, editions)
    destination.mkdir(parents=True, exist_ok=True)
    shutil.copytree(projet.gabarits_du_site / "assets", destination / "assets", dirs_exist_ok=True)
    charte.poser(projet, habillage, destination)
    chantiers = []
    for edition in editions:
        dossier = destination / edition.jeu
        commandes = Commandes(edition, atelier, document_de_travail, dossier / "telechargements" / FICHES)
        chantiers.append(_Chantier(commandes, gabarits, dossier))
    with ExitStack() as equipes:
        for imagerie in atelier.imageries.values():
            equipes.enter_context(imagerie.ouvriers)
        bilan = _mener(chantiers, atelier, destination)
    entree = gabarits.rendre("entree", racine="", editions=editions, region=atelier.annuaire.region)
    _ecrire(destination / "index.html", entree)
    return bilan


def _mener(chantiers: Sequence["_Chantier"], atelier: Atelier, destination: Path) -> Bilan:
    """Construit les éditions : les ouvriers dessinent, puis font les pièces pendant que les pages s'écrivent."""
    bilan, commandes = Bilan(), [chantier.commandes for chantier in chantiers]
    dessins = [commande.dessins() for commande in commandes]
    moteur_de_vega = commandes[0].imagerie.promettre(version("vl-convert-python"), "js", atelier.moteur)
    for commande in commandes:
        commande.telechargements()
    for commande, dessines in zip(commandes, dessins, strict=True):
        bilan.images_dessinees += dessines()
        commande.impressions()
    for chantier in chantiers:
        bilan.pages[chantier.edition.jeu] = chantier.construire()
        bilan.echecs += [e.page for e in chantier.edition.executions if e.run.statut == "echec"]
    (destination / "assets" / "vega.js").write_bytes(moteur_de_vega())
    for commande in commandes:
        commande.imagerie.elaguer()
    return bilan


def figures_attendues(projet: Projet, jeux: Iterable[Jeu], profil: str = INTERNE) -> dict[str, frozenset[str]]:
    """Rend, par chemin de page dans le site, les figures que les exécutions ont faites et qui doivent s'y voir."""
    return {
        f"{jeu}/{execution.page}.html": frozenset(execution.figures)
        for jeu in jeux
        for execution in lire_edition(projet, jeu, profil).executions
    }


@dataclass(frozen=True)
class _Chantier:
    """Construction d'une édition dans son dossier."""

    commandes: Commandes
    gabarits: Gabarits
    dossier: Path
    fonds: Fonds = field(default_factory=Fonds)
    donnes: dict[tuple[str, bytes], str] = field(default_factory=dict)

    @property
    def edition(self) -> Edition:
        return self.commandes.edition

    @property
    def atelier(self) -> Atelier:
        return self.commandes.atelier

    @property
    def imagerie(self) -> Imagerie:
        return self.commandes.imagerie

    @cached_property
    def revisions(self) -> tuple[Revisions, ...]:
        return self.atelier.revisions(self.edition)

    def construire(self) -> int:
        """Écrit toutes les pages de l'édition et rend leur nombre."""
        pages = [self._composer(execution) for execution in self.edition.executions]
        imprimees = self._imprimer()
        for page in pages:
            self._page(page, imprimees.get(page.execution.page))
        self._accueil(pages, imprimees)
        self._epci(imprimees)
        self._autres_fiches()
        for une in self.revisions:
            self._page_des_revisions(une)
        sources = sorted({f.source for e in self.edition.executions for f in e.figures.values()}, key=cle_de_tri)
        for nom in PAGES_COMMUNES:
            self._rendre(nom, f"{nom}.html", "", sources=sources)
        _ecrire(self.dossier / "recherche.js", script(self._entrees(pages)))
        _ecrire(self.dossier / "exploration" / "fonds.js", self.fonds.script())
        return len(pages) + len(self.revisions) + 2 + len(self.edition.autres_fiches) + len(PAGES_COMMUNES)

    def _composer(self, execution: Execution) -> Page:
        commentaires = [c for c in self.atelier.commentaires if c.jeu == self.edition.jeu]
        page = composer(execution, self._place(execution.page), self.imagerie)
        return commenter(page, commentaires, figures_de(self.edition)) if commentaires else page

    def _place(self, page: str) -> Place:
        return Place(page, "../" * page.count("/"), frozenset(self.edition.fiches))

    def _imprimer(self) -> dict[str, Fichier]:
        """Attend les fiches PDF et les rend, par page."""
        return {
            nom: Fichier("PDF", f"{'../' * nom.count('/')}telechargements/{FICHES}/{nom}.pdf", contenu)
            for nom, contenu in self.commandes.recevoir_les_fiches().items()
        }

    def _page(self, page: Page, imprimee: Fichier | None) -> None:
        place = self._place(page.execution.page)
        for partie in page.parties:
            partie.vues = [self._partager(vue, place) for vue in partie.vues]
        suite = [f for vue in page.vues for f in (*vue.fichiers, vue.image_a_part) if f]
        diapositives = self._diapositives(page.execution, place)
        for fichier in (*suite, *([diapositives] if diapositives else [])):
            _poser(self.dossier / fichier.adresse.removeprefix(place.remontee), fichier.contenu)
        voisins = self._voisins(page.execution) if page.execution.est_fiche else {}
        self._explorer(page, place)
        contexte = {"page": page, "diapositives": diapositives, "imprimee": imprimee}
        self._rendre("page", f"{page.execution.page}.html", place.remontee, **contexte, **voisins)

    def _partager(self, vue: VueFigure, place: Place) -> VueFigure:
        """Rend la vue dont les fichiers qu'une autre page donne déjà, octet pour octet, sont les siens."""

        def chez_la_premiere(fichier: Fichier) -> Fichier:
            nom = Path(fichier.adresse).name
            page = self.donnes.setdefault((nom, hashlib.sha256(fichier.contenu).digest()), place.page)
            return replace(fichier, adresse=replace(place, page=page).telechargement(nom))

        a_part = chez_la_premiere(vue.image_a_part) if vue.image_a_part else None
        return replace(vue, fichiers=tuple(map(chez_la_premiere, vue.fichiers)), image_a_part=a_part)

    def _diapositives(self, execution: Execution, place: Place) -> Fichier | None:
        """Attend et rend les diapositives d'une page ; rien pour une fiche ou une page sans figure."""
        nom = f"{execution.page}.pptx"
        contenu = self.commandes.recevoir(nom)
        return Fichier("PPTX", place.telechargement(nom), contenu) if contenu else None

    def _explorer(self, page: Page, place: Place) -> None:
        explorables = {vue.figure.id: self.fonds.partager(vue.exploration, place.fiche)
                       for vue in page.vues if vue.exploration}
        if explorables:
            _ecrire(self.dossier / "exploration" / f"{page.execution.page}.js", script_de_page(explorables))

    def _voisins(self, execution: Execution) -> dict[str, object]:
        suite = [epci for epci in self.atelier.annuaire.epci if epci.siren in self.edition.fiches]
        rang = next((n for n, epci in enumerate(suite) if epci.siren == execution.run.territoire), None)
        if rang is None:
            return {}
        return {
            "epci": suite[rang],
            "precedent": suite[rang - 1] if rang else None,
            "suivant": suite[rang + 1] if rang + 1 < len(suite) else None,
        }

    def _accueil(self, pages: Sequence[Page], imprimees: Mapping[str, Fichier]) -> None:
        regionales = [page for page in pages if not page.execution.est_fiche]
        place = self._place("index")
        accueil = accueillir(regionales, place, self.imagerie)
        if accueil.carte:
            vue, page = accueil.carte
            accueil = replace(accueil, carte=(self._partager(vue, place), page))
        synthese = [("Synthèse régionale, en quatre pages", f) for nom, f in imprimees.items() if "/" not in nom]
        pieces = [*synthese, *self._pieces()]
        self._rendre("accueil", "index.html", "", accueil=accueil, pages=regionales, pieces=pieces)

    def _pieces(self) -> Iterator[tuple[str, Fichier]]:
        """Écrit les pièces de l'édition, et rend leurs libellés."""
        for piece in self.commandes.pieces:
            format_ = Path(piece.nom).suffix.removeprefix(".").upper()
            fichier = Fichier(format_, f"telechargements/{piece.nom}", self.commandes.recevoir(piece.nom) or b"")
            _poser(self.dossier / fichier.adresse, fichier.contenu)
            yield piece.libelle, fichier

    def _epci(self, imprimees: Mapping[str, Fichier]) -> None:
        place = Place("epci/index", "../", frozenset(self.edition.fiches))
        contexte = {"epci": self.atelier.annuaire.epci, "place": place, "imprimees": imprimees}
        self._rendre("epci", "epci/index.html", place.remontee, **contexte)

    def _page_des_revisions(self, une: Revisions) -> None:
        vue = voir(une.figure, None, 2, self._place(une.page), self.imagerie)
        for fichier in vue.fichiers:
            _poser(self.dossier / fichier.adresse, fichier.contenu)
        lignes = vue.table.lignes
        vue = replace(vue, table=replace(vue.table, lignes=lignes[:LIGNES_PAR_PAGE]))
        contexte = {"courante": une, "vue": vue, "tues": max(0, len(lignes) - LIGNES_PAR_PAGE)}
        self._rendre("revisions", f"{une.page}.html", "", **contexte)

    def _autres_fiches(self) -> None:
        for dossier, fiches in self.edition.autres_fiches.items():
            self._rendre("fiches", f"{dossier}/index.html", "../", nom=DOSSIERS[dossier], fiches=fiches)

    def _rendre(self, gabarit: str, chemin: str, remontee: str, **contexte: object) -> None:
        region = self.atelier.annuaire.region
        commun = {"edition": self.edition, "dossiers": DOSSIERS, "region": region, "chemin": chemin,
                 "revisions": self.revisions}
        texte = self.gabarits.rendre(gabarit, racine=f"{remontee}../", base=remontee, **commun, **contexte)
        _ecrire(self.dossier / chemin, texte)

    def _entrees(self, pages: Sequence[Page]) -> Iterator[Entree]:
        for epci in self.atelier.annuaire.epci:
            if epci.siren in self.edition.fiches:
                mots = " ".join((epci.nom, epci.siren, *epci.departements, *epci.communes))
                yield Entree(epci.court, "EPCI", f"epci/{epci.siren}.html", mots)
        for fiches in self.edition.autres_fiches.values():
            for fiche in fiches:
                yield Entree(fiche.run.titre, "Fiche", f"{fiche.page}.html", fiche.run.territoire)
        for page in pages:
            if not page.execution.est_fiche:
                adresse = f"{page.execution.page}.html"
                yield Entree(page.titre, "Page", adresse)
                for vue in page.vues:
                    yield Entree(vue.figure.titre, "Figure", f"{adresse}#{vue.ancre}", vue.figure.sous_titre)
        for une in self.revisions:
            yield Entree(une.figure.titre, "Page", f"{une.page}.html", "révisions révisées")
        for mot in self.atelier.textes.mots:
            yield Entree(mot.mot, "Glossaire", f"glossaire.html#{self.gabarits.ancre(mot.mot)}", mot.developpe)


def _poser(chemin: Path, contenu: bytes) -> None:
    chemin.parent.mkdir(parents=True, exist_ok=True)
    chemin.write_bytes(contenu)


def _ecrire(chemin: Path, texte: str) -> None:
    _poser(chemin, texte.encode())
