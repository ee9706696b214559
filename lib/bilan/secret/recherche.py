"""Ce que l'on cherche dans un fichier : les lignes masquées, leurs repères, et les nombres permis à côté d'eux."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bilan.secret.attendu import CelluleMasquee, LignePubliee, motif_des_termes, normaliser

MOTS_COURANTS = frozenset({"region", "departement", "epci", "commune", "ensemble", "autre", "etat", "bailleur"})
"""Noms de réservataires et de mailles qui sont aussi des mots : un nombre n'en parle que s'il les touche."""

_ARTICLE = re.compile(r"\b(?:la|le|les|un|une|du|des|de|d|l|par|chaque) $")
_UNITE = re.compile(r" \([^()]*\)$| \d$")
_CODE_COURT = 5
_LONGUEUR_DE_REPERE = 90
_FEUILLE = 31
# Longueur où un classeur coupe le nom d'une feuille.


class Index:
    """Les lignes publiées par texte, pour retrouver celles qui portent tous les repères d'une cellule."""

    def __init__(self, lignes: Sequence[LignePubliee]) -> None:
        self._lignes = lignes
        self._par_texte: dict[str, list[LignePubliee]] = {}
        for ligne in lignes:
            for texte in ligne.textes:
                self._par_texte.setdefault(texte, []).append(ligne)

    @cached_property
    def titres(self) -> frozenset[str]:
        """Titres des colonnes."""
        return frozenset(t for ligne in self._lignes if ligne.est_une_colonne for t in ligne.textes)

    @cached_property
    def textes(self) -> frozenset[str]:
        """Tous les textes des lignes, titres de colonnes exceptés."""
        return frozenset(t for ligne in self._lignes if not ligne.est_une_colonne for t in ligne.textes)

    @cached_property
    def tous(self) -> frozenset[float]:
        """Tous les nombres publiés."""
        return frozenset(n for ligne in self._lignes for n in ligne.nombres)

    def nombres(self, texte: str) -> frozenset[float]:
        """Rend les nombres des lignes qui portent ce texte."""
        return frozenset(n for ligne in self._par_texte.get(texte, ()) for n in ligne.nombres)

    def contenant(self, reperes: frozenset[str]) -> list[LignePubliee]:
        """Rend les lignes qui portent tous ces textes ; sans texte, celles qui n'en portent aucun."""
        if not reperes:
            return [ligne for ligne in self._lignes if not ligne.textes]
        rares = min((self._par_texte.get(r, []) for r in reperes), key=len)
        return [ligne for ligne in rares if ligne.textes >= reperes]


@dataclass(frozen=True)
class Groupe:
    """Cellules masquées d'une même ligne : ses repères normalisés, ses cellules, ce que d'autres figures en publient.

    Une figure d'une seule ligne peut n'avoir aucun repère : le titre de la colonne en tient lieu.
    """

    reperes: frozenset[str]
    cellules: tuple[CelluleMasquee, ...]
    publiees: tuple[LignePubliee, ...]
    territoire: frozenset[str] = frozenset()

    @cached_property
    def permis(self) -> frozenset[float]:
        """Nombres publiés de la ligne."""
        return frozenset(n for ligne in self.publiees for n in ligne.nombres)

    def permis_sous(self, titre: str) -> frozenset[float]:
        """Rend les nombres que la ligne publie sous ce titre de colonne (`titre_nu`)."""
        return frozenset(n for ligne in self.publiees for nom, n in ligne.cases if titre_nu(nom) == titre)

    def titre_colle(self, avant: str) -> str:
        """Rend le titre de colonne masquée qui finit ce texte, à une unité et des signes près ; vide s'il n'y en a
        pas."""
        nu = _UNITE.sub("", avant.rstrip(" :=/"))
        return next((titre for titre in self.titres if re.search(rf"(?<!\w){re.escape(titre)}$", nu)), "")

    @cached_property
    def titres(self) -> dict[str, list[CelluleMasquee]]:
        """Cellules par titre de colonne normalisé, sans son unité."""
        par_titre: dict[str, list[CelluleMasquee]] = {}
        for cellule in self.cellules:
            for titre in {titre_nu(ecriture) for ecriture in cellule.colonnes}:
                par_titre.setdefault(titre, []).append(cellule)
        return par_titre

    @cached_property
    def dits(self) -> frozenset[str]:
        """Textes après lesquels un nombre parle de la ligne : ses repères, à défaut le titre de la colonne."""
        return self.reperes or frozenset(self.titres)

    @cached_property
    def nommes(self) -> bool:
        """Vrai si les repères suffisent à désigner la ligne dans une phrase : un nom, ou un code assez long."""
        return any(not r.isdigit() or len(r) >= _CODE_COURT for r in self.dits)

    def chez(self, lus: frozenset[str] | set[str]) -> bool:
        """Vrai si le territoire de la fiche est nommé, ou n'a pas à l'être ici."""
        return not self.territoire or not self.territoire.isdisjoint(lus)


@dataclass
class Recherche:
    """Les groupes d'un ensemble de fichiers qui se lisent de la même façon, et de quoi y retrouver leurs repères."""

    groupes: list[Groupe]
    figures: frozenset[str]
    index: Index
    est_une_page: bool
    _par_repere: dict[str, list[Groupe]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for groupe in self.groupes:
            for repere in groupe.dits:
                self._par_repere.setdefault(repere, []).append(groupe)

    @cached_property
    def motif(self) -> re.Pattern[str] | None:
        """Motif des textes de toutes les lignes : ceux qui désignent une cellule, et ceux qui parlent d'autre chose.

        Le titre d'une colonne (« Part de la région ») s'y trouve entier, pour que n'y soit pas lu un nom de ligne.
        """
        alias = {nom for groupe in self.groupes for nom in groupe.territoire}
        connus = self.index.textes | self.index.titres | set(self._par_repere) | alias
        return motif_des_termes(t for t in connus if len(t) <= _LONGUEUR_DE_REPERE and not est_court(t))

    def candidats(self, lus: frozenset[str] | set[str]) -> Iterator[Groupe]:
        """Rend les groupes dont un repère au moins est lu."""
        vus: set[int] = set()
        for repere in lus:
            for groupe in self._par_repere.get(repere, ()):
                if id(groupe) not in vus:
                    vus.add(id(groupe))
                    yield groupe

    def noms_lus(self, phrase: str) -> list[re.Match[str]]:
        """Rend les textes de lignes que porte une phrase normalisée, sans les titres de colonnes."""
        if self.motif is None:
            return []
        muets = self.index.titres - self.index.textes - self._par_repere.keys()
        return [t for t in self.motif.finditer(phrase) if t[0] not in muets and not _est_un_mot(t)]

    def permis_a_cote_de(self, phrase: str, place: int) -> frozenset[float]:
        """Rend les nombres publiés de la ligne nommée à cette place de la phrase : « 61,8 % (Métropole de Nice) »."""
        trouve = self.motif.match(phrase, place) if self.motif is not None and place < len(phrase) else None
        return self.index.nombres(trouve[0]) if trouve else frozenset()

    def figure_de(self, nom: str) -> str:
        """Rend la figure dont une table porte le nom, coupé comme celui d'une feuille ; vide si c'est aucune."""
        if nom in self.figures:
            return nom
        trouvees = [f for f in self.figures if f in nom or (len(nom) >= _FEUILLE - 2 and f.startswith(nom[:-2]))]
        return max(trouvees, key=len) if trouvees else ""


def titre_nu(ecriture: str) -> str:
    """Rend un titre de colonne sans son unité ni son rang : « Taux (%) », « Taux 2 » et « taux » se valent."""
    return normaliser(_UNITE.sub("", ecriture))


def est_court(texte: str) -> bool:
    return len(texte) < 2 or (texte.isdigit() and len(texte) < _CODE_COURT)


def _est_un_mot(trouve: re.Match[str]) -> bool:
    """Vrai si ce nom est ici un mot de la phrase : « 52 EPCI », « hors de la région (6) »."""
    if trouve[0] not in MOTS_COURANTS:
        return False
    avant, apres = trouve.string[: trouve.start()], trouve.string[trouve.end() :]
    return bool(re.search(r"\d $", avant) or (_ARTICLE.search(avant) and not apres.startswith(" :")))
