"""La recherche des cellules masquées dans ce qu'un fichier laisse lire : ses tables et ses phrases.

Un nombre écrit à côté des repères d'une cellule masquée est une fuite s'il n'est pas une valeur que les figures
publient pour cette ligne ; dans la colonne de la cellule, dans sa propre figure, tout nombre en est une.
"""

import re
from collections.abc import Iterator, Sequence

from bilan.francais import SIGNES
from bilan.secret.attendu import CLE_DE_MESURE, Attendu, CelluleMasquee, Endroit, normaliser, page_du_fichier
from bilan.secret.lecture import Lecture, Table
from bilan.secret.nombres import Nombre, est_permis, nombres_de
from bilan.secret.recherche import MOTS_COURANTS, Groupe, Index, Recherche, est_court, titre_nu

_COUPURE = re.compile(r"\d|;| s ")
_BASE = re.compile(r"\b(?:des|sur|sur les|parmi|parmi les) $")
# Ce qui précède un effectif auquel on rapporte (« 44,4 % des 23 309 ») : il peut venir d'une autre ligne.
_PHRASES = re.compile(r"\n|(?<!\bno)(?<!\bart)[.!?]\s")
_PORTEE = 160
_DATE_DES_TABLES = "date_arrete"
# Toute table du catalogue a cette colonne ; les ouvertes sont, octet pour octet, des fichiers déjà publiés.
_EFFECTIF = 100


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
            if not _est_ouverte(table):
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
        index = Index(lignes)
        groupes = []
        for (endroit, reperes), cellules in rangees.items():
            proches = index.contenant(frozenset(reperes))
            if commun:
                # Dans un fichier commun, le nom d'un réservataire peut venir de n'importe quelle fiche.
                proches = [ligne for ligne in proches if ligne.endroit.territoire in ((), endroit.territoire)]
            alias = frozenset(map(normaliser, endroit.territoire)) if commun else frozenset()
            groupes.append(Groupe(frozenset(reperes), tuple(cellules), tuple(proches), alias))
        figures = frozenset(ligne.figure for ligne in self._attendu.lignes if ligne.figure)
        masquees = frozenset(c.figure for c in self._attendu.masquees)
        return Recherche(groupes, figures | masquees, index, page is not None)


def _est_ouverte(table: Table) -> bool:
    """Vrai pour une table ouverte, qui porte des codes : ses mesures masquées se cherchent par leur clé."""
    return set(table.entetes) >= set(CLE_DE_MESURE) or _DATE_DES_TABLES in table.entetes


def _dans_une_table(table: Table, recherche: Recherche) -> Iterator[str]:
    figure = recherche.figure_de(table.figure)
    titres = [titre_nu(entete) for entete in table.entetes]
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


def _colonnes(rangee: Sequence[str], titres: Sequence[str], groupe: Groupe, figure: str) -> Iterator[str]:
    siennes = {titre: c for titre in titres for c in groupe.titres.get(titre, ()) if c.figure == figure}
    # Une table d'une autre figure, ou sans la colonne masquée, se compare à ce qui est publié de la ligne.
    sienne = any(c.figure == figure for c in groupe.cellules)
    partout = bool(groupe.reperes) and not siennes and (sienne or not figure)
    for titre, texte in zip(titres, rangee, strict=False):
        if titre in siennes:
            if _est_un_nombre(texte):
                yield _constat_de_table(siennes[titre])
        elif titre in groupe.titres and not _permis(texte, groupe.permis_sous(titre)):
            yield _constat_de_table(groupe.titres[titre][0])
        elif partout and not _permis(texte, groupe.permis):
            yield _constat_de_table(groupe.cellules[0])


def _croisement(rangee: Sequence[str], titres: Sequence[str], groupe: Groupe, manquant: str) -> Iterator[str]:
    """Cherche la cellule d'un tableau croisé : un repère nomme la ligne, l'autre la colonne."""
    for titre, texte in zip(titres, rangee, strict=False):
        if titre == manquant and not _permis(texte, groupe.permis):
            yield _constat_de_table(groupe.cellules[0])


def _permis(texte: str, nombres: frozenset[float]) -> bool:
    """Vrai si la cellule d'une table ne donne aucun nombre qui ne soit permis ; un texte, lu comme phrase, l'est."""
    if not _est_un_nombre(texte) or any(c.isalpha() for c in texte):
        return True
    # Un graphique bureautique garde un pourcentage en fraction.
    permis = nombres | {valeur / 100 for valeur in nombres}
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


def _places(phrase: str, trouves: list[re.Match[str]], groupe: Groupe) -> list[int]:
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
    phrase: str, trouves: list[re.Match[str]], rang: int, groupe: Groupe, recherche: Recherche
) -> bool:
    """Vrai si ce qui suit ce nom, jusqu'au nom d'une autre ligne, donne un nombre qui n'est pas permis."""
    connus = groupe.dits | groupe.territoire
    suivant = next((t.start() for t in trouves[rang + 1 :] if t[0] not in connus), len(phrase))
    fin = trouves[rang].end()
    # Le nombre se lit avec le mot qui le suit (« 12 communes »), fût-il le nom d'une autre ligne.
    suite = _sans(phrase[fin:], connus)
    portee = min(suivant - fin, _PORTEE)
    permis = groupe.permis | recherche.permis_a_cote_de(phrase, suivant)
    if groupe.dits <= MOTS_COURANTS:
        # « Région » peut être la maille : seuls ses effectifs, petits entiers, restent comparés à la seule ligne.
        permis |= {n for n in recherche.index.tous if n >= _EFFECTIF or not n.is_integer()}
    return any(
        _est_une_fuite(n, suite[: n.debut], groupe, recherche.index.tous if _admet_tout(n, suite) else permis)
        for n in nombres_de(suite)
        if n.fin <= portee
    )


def _admet_tout(nombre: Nombre, suite: str) -> bool:
    """Vrai pour un nombre qui peut venir d'une autre ligne : une base (« sur 23 309 »), un compte d'EPCI."""
    return bool(_BASE.search(suite[: nombre.debut]))


def _est_une_fuite(nombre: Nombre, avant: str, groupe: Groupe, permis: frozenset[float]) -> bool:
    """Vrai si ce nombre, que `avant` sépare du nom de la ligne, la dit sans être permis.

    Aussitôt après le titre d'une colonne masquée, seul est permis ce que la ligne publie ailleurs sous ce titre ; une
    année n'en est une que si rien ne l'attache à la ligne.
    """
    if titre := groupe.titre_colle(avant):
        return not est_permis(nombre, groupe.permis_sous(titre))
    attache = not avant.strip(" :=·/(")
    if nombre.est_une_annee and not attache:
        return False
    return not est_permis(nombre, permis) and _parle_de(avant, groupe)


def _parle_de(avant: str, groupe: Groupe) -> bool:
    """Vrai si un nombre est dit de la ligne : aussitôt après elle, quand son nom est un mot courant."""
    if not groupe.dits <= MOTS_COURANTS:
        return True
    for titre in sorted(groupe.titres, key=len, reverse=True):
        avant = avant.replace(titre, " ")
    return not any(c.isalnum() for c in avant)


def _tous_lus(groupe: Groupe, lus: set[str], phrase: str) -> bool:
    return all(r in lus or (est_court(r) and re.search(rf"(?<!\w){r}(?!\w)", phrase)) for r in groupe.reperes)


def _sans(suite: str, connus: frozenset[str]) -> str:
    for repere in sorted(connus, key=len, reverse=True):
        suite = re.sub(rf"(?<!\w){re.escape(repere)}(?!\w)", "·" * len(repere), suite)
    return suite


def _constat_de_table(cellule: CelluleMasquee) -> str:
    return f"une cellule masquée y est lisible ({_endroit(cellule)}) ; elle doit se lire « {SIGNES['secret']} »"


def _constat_de_phrase(cellule: CelluleMasquee) -> str:
    return f"une phrase donne une valeur masquée ({_endroit(cellule)}) ; elle doit se lire « {SIGNES['secret']} »"


def _endroit(cellule: CelluleMasquee) -> str:
    ou = (*cellule.endroit.territoire[:1], *cellule.reperes)
    return ", ".join((f"figure {cellule.figure}", *ou, cellule.colonnes[0]))
