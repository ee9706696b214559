"""La recherche des cellules masquées dans ce qu'un fichier laisse lire : ses tables et ses phrases.

Un nombre écrit à côté des repères d'une cellule masquée est une fuite s'il n'est pas une valeur que les figures
publient pour cette ligne ; dans la colonne de la cellule, dans sa propre figure, tout nombre en est une.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bilan.francais import SIGNES
from bilan.secret.attendu import (
    Attendu,
    CelluleMasquee,
    Endroit,
    LignePubliee,
    motif_des_termes,
    normaliser,
    page_du_fichier,
)
from bilan.secret.lecture import Lecture, Table
from bilan.secret.nombres import Nombre, est_permis, nombres_de

_COUPURE = re.compile(r"\d|;| s ")
_BASE = re.compile(r"\b(?:des|sur|sur les|parmi|parmi les) $")
"""Ce qui précède un effectif auquel on rapporte (« 44,4 % des 23 309 ») : il peut venir d'une autre ligne."""
_ARTICLE = re.compile(r"\b(?:la|le|les|un|une|du|des|de|d|l|par|chaque) $")
_UNITE = re.compile(r" \([^()]*\)$| \d$")
_PHRASES = re.compile(r"\n|(?<!\bno)(?<!\bart)[.!?]\s")
_CODE_COURT = 5
_LONGUEUR_DE_REPERE = 90
_PORTEE = 160
_EFFECTIF = 100
_MOTS_COURANTS = frozenset({"region", "departement", "epci", "commune", "ensemble", "autre", "etat", "bailleur"})
"""Noms de réservataires et de mailles qui sont aussi des mots : un nombre n'en parle que s'il les touche."""
_FEUILLE = 31
"""Longueur où un classeur coupe le nom d'une feuille."""


@dataclass(frozen=True)
class _Groupe:
    """Cellules masquées d'une même ligne : ses repères normalisés, ses cellules, les nombres permis à côté.

    Une figure d'une seule ligne peut n'avoir aucun repère : le titre de la colonne en tient lieu.
    """

    reperes: frozenset[str]
    cellules: tuple[CelluleMasquee, ...]
    permis: frozenset[float]
    territoire: frozenset[str] = frozenset()

    @cached_property
    def titres(self) -> dict[str, list[CelluleMasquee]]:
        """Cellules par titre de colonne normalisé, sans son unité."""
        par_titre: dict[str, list[CelluleMasquee]] = {}
        for cellule in self.cellules:
            for titre in {_titre(ecriture) for ecriture in cellule.colonnes}:
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

    groupes: list[_Groupe]
    figures: frozenset[str]
    index: "_Index"
    est_une_page: bool
    _par_repere: dict[str, list[_Groupe]] = field(default_factory=dict)

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
        return motif_des_termes(t for t in connus if len(t) <= _LONGUEUR_DE_REPERE and not _est_court(t))

    def candidats(self, lus: frozenset[str] | set[str]) -> Iterator[_Groupe]:
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


class Fuites:
    """Cherche les cellules masquées d'une édition, fichier après fichier."""

    def __init__(self, attendu: Attendu) -> None:
        self._attendu = attendu
        endroits = {c.endroit for c in attendu.masquees} | {ligne.endroit for ligne in attendu.lignes}
        self._pages = frozenset(endroit.page for endroit in endroits if endroit.page)
        self._codes = frozenset(endroit.territoire[0] for endroit in endroits if endroit.territoire)
        self._recherches: dict[str | None, Recherche] = {}

    def dans(self, lecture: Lecture, nom: str) -> Iterator[str]:
        """Rend, une phrase chacun, les constats du fichier : la cellule masquée et où elle se lit."""
        recherche = self._recherche(nom)
        if not recherche.groupes:
            return
        for table in lecture.tables:
            yield from _dans_une_table(table, recherche)
        for phrase in dict.fromkeys(lecture.phrases):
            for morceau in _PHRASES.split(phrase):
                yield from _dans_une_phrase(normaliser(morceau), recherche)

    def _recherche(self, nom: str) -> Recherche:
        """Rend ce qu'il faut chercher dans ce fichier : celui d'une page, d'une fiche à part, ou commun à toutes."""
        page = page_du_fichier(nom, self._pages)
        morceaux = {*nom.split("/")[:-1], nom.rpartition("/")[2].partition(".")[0]}
        fiche = next(iter(sorted(self._codes & morceaux)), None) if page is None else None
        cle = page if page is not None else fiche
        if cle not in self._recherches:
            self._recherches[cle] = self._preparer(page, fiche)
        return self._recherches[cle]

    def _preparer(self, page: str | None, fiche: str | None) -> Recherche:
        def est_ici(endroit: Endroit) -> bool:
            if page is not None:
                return endroit.page == page
            return not endroit.territoire or fiche in (None, endroit.territoire[0])

        lignes = [ligne for ligne in self._attendu.lignes if est_ici(ligne.endroit)]
        rangees: dict[tuple[Endroit, tuple[str, ...]], list[CelluleMasquee]] = {}
        for cellule in self._attendu.masquees:
            if est_ici(cellule.endroit):
                rangees.setdefault((cellule.endroit, tuple(map(normaliser, cellule.reperes))), []).append(cellule)
        commun = page is None and fiche is None
        index = _Index(lignes)
        groupes = []
        for (endroit, reperes), cellules in rangees.items():
            proches = index.contenant(frozenset(reperes))
            if commun:
                # Dans un fichier commun, le nom d'un réservataire peut venir de n'importe quelle fiche.
                proches = [ligne for ligne in proches if ligne.endroit.territoire in ((), endroit.territoire)]
            permis = frozenset(n for ligne in proches for n in ligne.nombres)
            alias = frozenset(map(normaliser, endroit.territoire)) if commun else frozenset()
            groupes.append(_Groupe(frozenset(reperes), tuple(cellules), permis, alias))
        figures = frozenset(ligne.figure for ligne in self._attendu.lignes if ligne.figure)
        masquees = frozenset(c.figure for c in self._attendu.masquees)
        return Recherche(groupes, figures | masquees, index, page is not None)


class _Index:
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
        if not reperes:
            return [ligne for ligne in self._lignes if not ligne.textes]
        rares = min((self._par_texte.get(r, []) for r in reperes), key=len)
        return [ligne for ligne in rares if ligne.textes >= reperes]


def _titre(ecriture: str) -> str:
    """Rend un titre de colonne sans son unité ni son rang : « Taux (%) », « Taux 2 » et « taux » se valent."""
    return normaliser(_UNITE.sub("", ecriture))


def _est_court(texte: str) -> bool:
    return len(texte) < 2 or (texte.isdigit() and len(texte) < _CODE_COURT)


def _est_un_mot(trouve: re.Match[str]) -> bool:
    """Vrai si ce nom est ici un mot de la phrase : « 52 EPCI », « hors de la région (6) »."""
    if trouve[0] not in _MOTS_COURANTS:
        return False
    avant, apres = trouve.string[: trouve.start()], trouve.string[trouve.end() :]
    return bool(re.search(r"\d $", avant) or (_ARTICLE.search(avant) and not apres.startswith(" :")))


def _dans_une_table(table: Table, recherche: Recherche) -> Iterator[str]:
    figure = recherche.figure_de(table.figure)
    titres = [_titre(entete) for entete in table.entetes]
    for rangee in (table.entetes, *table.lignes):
        lus = {normaliser(cellule) for cellule in rangee}
        for groupe in recherche.candidats(lus | set(titres)):
            if not groupe.chez(lus):
                continue
            manquants = groupe.reperes - lus
            if figure and not recherche.est_une_page and all(c.figure != figure for c in groupe.cellules):
                continue  # la table d'une autre figure : ses propres cellules y sont cherchées
            if not manquants:
                yield from _colonnes(rangee, titres, groupe, figure)
            elif len(manquants) == 1 and (len(groupe.reperes) > 1 or not figure):
                yield from _croisement(rangee, titres, groupe, next(iter(manquants)))


def _colonnes(rangee: Sequence[str], titres: Sequence[str], groupe: _Groupe, figure: str) -> Iterator[str]:
    for titre, texte in zip(titres, rangee, strict=False):
        cellules = groupe.titres.get(titre, [])
        siennes = [c for c in cellules if c.figure == figure]
        if siennes and _est_un_nombre(texte):
            yield _constat_de_table(siennes[0])
        elif not siennes and (cellules or (groupe.reperes and not figure)) and not _permis(texte, groupe):
            yield _constat_de_table(cellules[0] if cellules else groupe.cellules[0])


def _croisement(rangee: Sequence[str], titres: Sequence[str], groupe: _Groupe, manquant: str) -> Iterator[str]:
    """Cherche la cellule d'un tableau croisé : un repère nomme la ligne, l'autre la colonne."""
    for titre, texte in zip(titres, rangee, strict=False):
        if titre == manquant and not _permis(texte, groupe):
            yield _constat_de_table(groupe.cellules[0])


def _permis(texte: str, groupe: _Groupe) -> bool:
    """Vrai si la cellule d'une table ne donne aucun nombre qui ne soit permis ; un texte, lu comme phrase, l'est."""
    if not _est_un_nombre(texte) or any(c.isalpha() for c in texte):
        return True
    # Un graphique bureautique garde un pourcentage en fraction.
    permis = groupe.permis | {valeur / 100 for valeur in groupe.permis}
    return all(est_permis(n, permis) for n in nombres_de(normaliser(texte)))


def _est_un_nombre(texte: str) -> bool:
    return texte.strip() != SIGNES["secret"] and any(c.isdigit() for c in texte)


def _dans_une_phrase(phrase: str, recherche: Recherche) -> Iterator[str]:
    if not any(c.isdigit() for c in phrase):
        return
    trouves = recherche.noms_lus(phrase)
    lus = {t[0] for t in trouves}
    for groupe in recherche.candidats(lus):
        if not groupe.nommes or not groupe.chez(lus) or not _tous_lus(groupe, lus, phrase):
            continue
        if any(_suite_montre(phrase, trouves, rang, groupe, recherche) for rang in _places(phrase, trouves, groupe)):
            yield _constat_de_phrase(groupe.cellules[0])


def _places(phrase: str, trouves: list[re.Match[str]], groupe: _Groupe) -> list[int]:
    """Rend les rangs des noms après lesquels un nombre parle de la ligne.

    Si tous ses repères se suivent quelque part (« Proposés, T1 2024 : »), c'est là, et là seulement.
    """
    siens = [rang for rang, trouve in enumerate(trouves) if trouve[0] in groupe.dits]
    if len(groupe.reperes) < 2:
        return siens
    suites: list[list[int]] = []
    for rang, trouve in enumerate(trouves):
        colle = rang > 0 and not _COUPURE.search(phrase[trouves[rang - 1].end() : trouve.start()])
        if colle:
            suites[-1].append(rang)
        else:
            suites.append([rang])
    entieres = [suite for suite in suites if groupe.reperes <= {trouves[rang][0] for rang in suite}]
    return [rang for rang in siens if any(rang in suite for suite in entieres)] if entieres else siens


def _suite_montre(
    phrase: str, trouves: list[re.Match[str]], rang: int, groupe: _Groupe, recherche: Recherche
) -> bool:
    """Vrai si ce qui suit ce nom, jusqu'au nom d'une autre ligne, donne un nombre qui n'est pas permis."""
    connus = groupe.dits | groupe.territoire
    suivant = next((t.start() for t in trouves[rang + 1 :] if t[0] not in connus), len(phrase))
    fin = trouves[rang].end()
    suite = _sans(phrase[fin : min(suivant, fin + _PORTEE)], connus)
    permis = groupe.permis | recherche.permis_a_cote_de(phrase, suivant)
    if groupe.dits <= _MOTS_COURANTS:
        # « Région » peut être la maille : seuls ses effectifs, petits entiers, restent comparés à la seule ligne.
        permis |= {n for n in recherche.index.tous if n >= _EFFECTIF or not n.is_integer()}
    return any(
        not est_permis(n, recherche.index.tous if _BASE.search(suite[: n.debut]) else permis)
        and _parle_de(n, suite, groupe)
        for n in nombres_de(suite)
    )


def _parle_de(nombre: Nombre, suite: str, groupe: _Groupe) -> bool:
    """Vrai si ce nombre de la suite est dit de la ligne : aussitôt après elle, quand son nom est un mot courant."""
    if not groupe.dits <= _MOTS_COURANTS:
        return True
    entre = suite[: nombre.debut]
    for titre in sorted(groupe.titres, key=len, reverse=True):
        entre = entre.replace(titre, " ")
    return not any(c.isalnum() for c in entre)


def _tous_lus(groupe: _Groupe, lus: set[str], phrase: str) -> bool:
    return all(r in lus or (_est_court(r) and re.search(rf"(?<!\w){r}(?!\w)", phrase)) for r in groupe.reperes)


def _sans(suite: str, connus: frozenset[str]) -> str:
    for repere in sorted(connus, key=len, reverse=True):
        suite = suite.replace(repere, "·")
    return suite


def _constat_de_table(cellule: CelluleMasquee) -> str:
    return f"une cellule masquée y est lisible ({_endroit(cellule)}) ; elle doit se lire « {SIGNES['secret']} »"


def _constat_de_phrase(cellule: CelluleMasquee) -> str:
    return f"une phrase donne une valeur masquée ({_endroit(cellule)}) ; elle doit se lire « {SIGNES['secret']} »"


def _endroit(cellule: CelluleMasquee) -> str:
    ou = (*cellule.endroit.territoire[:1], *cellule.reperes)
    return ", ".join((f"figure {cellule.figure}", *ou, cellule.colonnes[0]))
