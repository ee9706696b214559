"""La construction du diaporama du comité de pilotage, dans l'ordre de `copil.toml`."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls

from bilan.editions.annuaire import cle_de_tri, ouvrir_annuaire
from bilan.editions.commentaires import Commentaire, lire_commentaires
from bilan.editions.diaporama import chiffre, gabarit, notes, objets, paquet
from bilan.editions.diaporama.notes import SOURCES
from bilan.editions.diaporama.objets import PT, Zone
from bilan.editions.diaporama.plan import MENTION_A_REMPLIR, Diapositive, Plan
from bilan.editions.diaporama.pose import Pose, paginer
from bilan.editions.executions import Edition, Execution, lire_edition
from bilan.editions.sortie import refuser_les_fuites_d_une_piece
from bilan.entrepot import fichiers
from bilan.figures import formes
from bilan.figures.modele import Figure
from bilan.francais import date_longue
from bilan.projet import INTERNE, Jeu, Projet
from bilan.referentiel.geometries import Fonds

MENTION_FICTIVE = "Données fictives"
# Corps le plus petit permis, et corps du gabarit neutre, au-delà duquel on n'agrandit rien.
_CORPS_TITRE = (16, 24)
_CORPS: dict[str, tuple[float, float]] = {"sous_titre": (10, 14), "source": (7, 10), "mention": (10, 14)}


@dataclass
class Compte:
    """Ce que la construction a fait : diapositives, figures posées, et figures du plan que le jeu n'a pas."""

    diapositives: int = 0
    figures: list[str] = field(default_factory=list)
    absentes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Atelier:
    """Ce dont le diaporama a besoin : le plan, l'édition, ses figures, et le fond de carte s'il faut une carte."""

    projet: Projet
    plan: Plan
    edition: Edition

    @classmethod
    def ouvrir(cls, projet: Projet, jeu: Jeu, profil: str = INTERNE) -> "Atelier":
        """Rend l'atelier d'un jeu à ce profil ; lève `DonneesRefusees` si plan ou exécutions ne se lisent pas."""
        return cls(projet, Plan.lire(projet), lire_edition(projet, jeu, profil))

    @cached_property
    def figures(self) -> dict[str, tuple[Figure, Execution]]:
        """Figures des pages régionales, par identifiant : celle du premier carnet qui la fait."""
        trouvees: dict[str, tuple[Figure, Execution]] = {}
        for execution in self.edition.pages:
            for ident, figure in execution.figures.items():
                trouvees.setdefault(ident, (figure, execution))
        return trouvees

    @cached_property
    def fonds(self) -> Fonds:
        """Fond de carte de la région."""
        return Fonds.ouvrir(self.projet.referentiel, self.projet.collection.region)

    @cached_property
    def noms(self) -> dict[str, str]:
        """Nom officiel de chaque EPCI, par SIREN."""
        return {siren: epci.nom for siren, epci in ouvrir_annuaire(self.projet).par_siren.items()}

    @cached_property
    def commentaires(self) -> tuple[Commentaire, ...]:
        """Commentaires des analystes sur ce jeu."""
        return lire_commentaires(self.projet, self.edition.jeu)

    def bloc(self, ident: str) -> list[str]:
        """Rend le bloc de notes d'une figure, suivi de ce que les analystes en disent."""
        figures = {i: figure for i, (figure, _) in self.figures.items()}
        dits = [c.en_note(figures) for c in self.commentaires if ident in c.figures]
        return notes.bloc(*self.figures[ident], commentaire=" ; ".join(dits))

    def sources(self, idents: list[str]) -> list[str]:
        """Rend les sources des figures nommées, une fois chacune, rangées."""
        return sorted({self.figures[i][0].source for i in idents if i in self.figures}, key=cle_de_tri)


def construire(projet: Projet, jeu: Jeu, sortie: Path, profil: str = INTERNE) -> Compte:
    """Écrit dans `sortie` le diaporama du jeu, au profil dit, et rend ce qui a été fait.

    Rien n'est recalculé : les diapositives mettent en place les figures des dernières exécutions, en objets natifs.
    Les mêmes exécutions donnent le même fichier, octet pour octet. Lève `DonneesRefusees` si le plan, le gabarit
    ou les exécutions ne se lisent pas, `ErreurUsage` si le gabarit n'a pas les dispositions que le plan nomme.
    """
    atelier = Atelier.ouvrir(projet, jeu, profil)
    presentation = gabarit.ouvrir(atelier.plan, atelier.plan.chemin_du_gabarit(projet))
    chantier = _Chantier(atelier, presentation)
    chantier.couverture()
    for section in atelier.plan.sections:
        chantier.section(section.titre)
        for diapositive in section.diapositives:
            chantier.diapositive(diapositive)
    chantier.sources()
    paquet.proprietes(presentation, atelier.plan.titre, atelier.edition.declaration.connu_le)
    with TemporaryDirectory() as a_cote:
        ecrit = Path(a_cote) / "diaporama.pptx"
        paquet.ecrire(presentation, ecrit, en_francais=True)
        refuser_les_fuites_d_une_piece(projet, atelier.edition, ecrit.parent)
        fichiers.ecrire(sortie, ecrit.read_bytes())
    return chantier.compte


def construire_une_page(atelier: Atelier, execution: Execution) -> bytes:
    """Rend les diapositives des figures d'une page, dans son ordre ; les chiffres clés s'y suivent sur une seule.

    Lève ce que lève `construire`.
    """
    presentation = gabarit.ouvrir(atelier.plan, atelier.plan.chemin_du_gabarit(atelier.projet))
    chantier = _Chantier(atelier, presentation)
    figures = [(figure, execution) for figure in execution.figures.values()]
    if chiffres := [couple for couple in figures if isinstance(couple[0].forme, formes.ChiffreCle)]:
        chantier.chiffres("Chiffres clés", chiffres)
    for couple in figures:
        if not isinstance(couple[0].forme, formes.ChiffreCle):
            chantier.figure(*couple)
    paquet.proprietes(presentation, execution.run.titre, atelier.edition.declaration.connu_le)
    return paquet.octets(presentation, en_francais=True)


class _Chantier:
    """Le diaporama en cours : ses diapositives et les titres déjà pris."""

    def __init__(self, atelier: Atelier, presentation: Any) -> None:
        self.compte = Compte()
        self._atelier, self._presentation = atelier, presentation
        self._titres: set[str] = set()

    def couverture(self) -> None:
        """Pose la couverture : le titre du comité, l'édition et la date des données."""
        plan, edition = self._atelier.plan, self._atelier.edition
        diapositive = self._nouvelle(plan.dispositions.couverture, plan.titre)
        lignes = [edition.declaration.titre, f"Données connues au {date_longue(edition.declaration.connu_le)}"]
        if edition.jeu.est_fictif:
            lignes.append(MENTION_FICTIVE)
        self._remplir_le_texte(diapositive, lignes)

    def section(self, titre: str) -> None:
        """Pose la diapositive de titre d'une section."""
        diapositive = self._nouvelle(self._atelier.plan.dispositions.section, titre)
        self._remplir_le_texte(diapositive, [])

    def diapositive(self, voulue: Diapositive) -> None:
        """Pose une diapositive du plan ; sans aucune de ses figures dans ce jeu, elle tombe."""
        connues = [i for i in voulue.figures if i in self._atelier.figures]
        self.compte.absentes += [i for i in voulue.figures if i not in connues]
        if not voulue.figures:
            diapositive = self._nouvelle(self._atelier.plan.dispositions.manuelle, voulue.titre)
            self._remplir_le_texte(diapositive, [MENTION_A_REMPLIR])
        elif len(connues) == 1 and len(voulue.figures) == 1:
            self.figure(*self._atelier.figures[connues[0]])
        elif connues:
            self.chiffres(voulue.titre, [self._atelier.figures[i] for i in connues])
        self.compte.figures += connues

    def sources(self) -> None:
        """Pose la dernière diapositive : les sources de toutes les figures."""
        titre = "Sources"
        diapositive = self._nouvelle(self._atelier.plan.dispositions.figure, titre)
        zone = self._zone(diapositive)
        textes = self._atelier.sources(self.compte.figures)
        boite = diapositive.shapes.add_textbox(*zone)
        objets.nommer(boite, SOURCES)
        boite.text_frame.word_wrap = True
        boite.text_frame.margin_left = 0
        corps = objets.plus_grand_corps(" ".join(textes) + " " * 8 * len(textes),
                                        (zone[2] / PT - 20, zone[3] / PT - 10 * len(textes)), (9, 14))
        objets.ecrire(boite.text_frame, textes, corps=corps)
        self._finir(diapositive, {"mention": self._mention(self._atelier.edition.jeu.est_fictif)})
        notes.ecrire(diapositive, [notes.bloc_sources(textes, self._atelier.edition.jeu)])

    def figure(self, figure: Figure, execution: Execution) -> None:
        """Pose une figure, sur autant de diapositives qu'il en faut pour la lire."""
        pages = self._pages(figure)
        for rang, page in enumerate(pages, start=1):
            suite = f" ({rang}/{len(pages)})" if len(pages) > 1 else ""
            diapositive = self._nouvelle(self._atelier.plan.dispositions.figure, figure.titre + suite)
            Pose(diapositive.shapes, self._zone(diapositive), self._atelier).poser(figure, page, rang)
            textes = {"sous_titre": figure.sous_titre, "source": notes.pied(figure.source, figure.champ),
                      "mention": self._mention(figure.fictif)}
            self._finir(diapositive, textes, figure.id)
            notes.ecrire(diapositive, [self._atelier.bloc(figure.id)])

    def chiffres(self, titre: str, figures: list[tuple[Figure, Execution]]) -> None:
        """Pose plusieurs chiffres clés sur une diapositive."""
        diapositive = self._nouvelle(self._atelier.plan.dispositions.figure, titre)
        zones = chiffre.zones(len(figures), self._zone(diapositive))
        for (figure, _), zone in zip(figures, zones, strict=True):
            chiffre.ajouter(diapositive.shapes, figure, zone)
        textes = {"source": notes.pied_commun([f.source for f, _ in figures]),
                  "mention": self._mention(any(f.fictif for f, _ in figures))}
        self._finir(diapositive, textes, figures[0][0].id)
        notes.ecrire(diapositive, [self._atelier.bloc(f.id) for f, _ in figures])

    def _pages(self, figure: Figure) -> list[Any]:
        disposition = gabarit.disposition(self._presentation, self._atelier.plan.dispositions.figure)
        return paginer(figure, zone_du_contenu(disposition, self._atelier.plan))

    def _mention(self, fictif: bool) -> str:
        return MENTION_FICTIVE if fictif else ""

    def _zone(self, diapositive: Any) -> Zone:
        return zone_du_contenu(diapositive.slide_layout, self._atelier.plan)

    def _nouvelle(self, disposition: str, titre: str) -> Any:
        diapositive = self._presentation.slides.add_slide(gabarit.disposition(self._presentation, disposition))
        unique, rang = titre, 2
        while unique in self._titres:
            unique, rang = f"{titre} ({rang})", rang + 1
        self._titres.add(unique)
        _ecrire_ajuste(diapositive.shapes.title, unique, _CORPS_TITRE, gras=True)
        self.compte.diapositives += 1
        _numeroter(diapositive)
        return diapositive

    def _remplir_le_texte(self, diapositive: Any, lignes: list[str]) -> None:
        """Remplit le premier espace de texte après le titre, et retire ceux qui resteraient vides."""
        titre = diapositive.shapes.title.placeholder_format.idx
        libres = [r for r in diapositive.placeholders if r.placeholder_format.idx != titre and r.has_text_frame
                  and "sldNum" not in str(r._element.ph.get("type"))]
        for rang, reserve in enumerate(libres):
            if rang == 0 and lignes:
                objets.ecrire(reserve.text_frame, lignes)
            else:
                reserve._element.getparent().remove(reserve._element)

    def _finir(self, diapositive: Any, textes: dict[str, str], ident: str = SOURCES) -> None:
        """Remplit les espaces réservés du gabarit, retire les vides, et met le pied à la fin de l'ordre de lecture."""
        noms = self._atelier.plan.reserves.model_dump()
        for genre, nom in noms.items():
            idx = gabarit.reserve(diapositive.slide_layout, nom).placeholder_format.idx
            reserve = next(r for r in diapositive.placeholders if r.placeholder_format.idx == idx)
            if texte := textes.get(genre, ""):
                _ecrire_ajuste(reserve, texte, _CORPS.get(genre, _CORPS_TITRE))
                objets.nommer(reserve, ident, annexe=genre)
                if genre == "source":
                    diapositive.shapes._spTree.append(reserve._element)
            else:
                reserve._element.getparent().remove(reserve._element)


def zone_du_contenu(disposition: Any, plan: Plan) -> Zone:
    """Rend la place que le gabarit réserve au contenu, en unités d'Office."""
    reserve = gabarit.reserve(disposition, plan.reserves.contenu)
    return int(reserve.left), int(reserve.top), int(reserve.width), int(reserve.height)


def _ecrire_ajuste(reserve: Any, texte: str, corps: tuple[float, float], gras: bool = False) -> None:
    """Écrit un texte au style du gabarit ; s'il n'y tient pas, au plus grand corps où il tient."""
    zone = (reserve.width / PT - 8, reserve.height / PT)
    taille = objets.plus_grand_corps(texte, zone, corps, gras)
    objets.ecrire(reserve.text_frame, [texte], **({} if taille == corps[1] else {"corps": taille}))


def _numeroter(diapositive: Any) -> None:
    """Ajoute le numéro de la diapositive, là où le gabarit le met ; rien s'il n'en a pas."""
    modele = next((r for r in diapositive.slide_layout.placeholders if r._element.ph.get("type") == "sldNum"), None)
    if modele is None:
        return
    ident = max((int(i) for i in diapositive.shapes._spTree.xpath("//@id") if str(i).isdigit()), default=1) + 1
    diapositive.shapes._spTree.append(parse_xml(
        f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{ident}" name="Numéro"/><p:cNvSpPr><a:spLocks noGrp="1"/>'
        f'</p:cNvSpPr><p:nvPr><p:ph type="sldNum" sz="quarter" idx="{modele.placeholder_format.idx}"/></p:nvPr>'
        '</p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:fld '
        'id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}" type="slidenum"><a:rPr lang="fr-FR"/><a:t>‹N°›</a:t></a:fld>'
        "</a:p></p:txBody></p:sp>"
    ))

