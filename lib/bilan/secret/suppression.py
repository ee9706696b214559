"""La suppression secondaire : que masquer de plus pour qu'aucune addition ne rende une cellule masquée.

Chaque protection est prouvée par un témoin : un autre jeu de valeurs, positif, qui vérifie toutes les relations et tout
ce qui est publié, où la cellule vaut plus, et un autre où elle vaut moins. Les témoins se cherchent par
programmation linéaire ; une cellule sans témoin reçoit des compléments choisis au moindre coût (Fischetti et Salazar,
2001), et l'on recommence jusqu'au point fixe.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from bilan.erreurs import ErreurBilan

Reels = NDArray[np.float64]
Drapeaux = NDArray[np.bool_]
Rangs = NDArray[np.intp]
_TOURS_MAX = 60
_TOURS_SOUHAITES = 6
"""Tours où l'on cherche aussi à protéger ce qui est seulement souhaité : au-delà, presque plus rien n'y gagne."""
_PEU = 12
_LARGE = 1e7
_EPSILON = 1e-6
_UN_LOGEMENT = 1.0
"""Ce dont une cellule doit pouvoir descendre quand rien ne la laisse descendre de la moitié de sa largeur."""


@dataclass(frozen=True)
class Probleme:
    """Ce qu'il faut protéger.

    `relations` (relations × cellules) annule `valeurs` ; `inconnues` sont les cellules jamais publiées ;
    `sensibles` celles de la règle primaire ; `largeur` ce que doit avoir l'intervalle de chacune si elle est masquée ;
    `cout` celui de masquer une cellule publiée, infini si elle ne peut pas l'être. `souhaitees` sont des inconnues que
    l'on protège aussi tant que cela se peut : ce qui est déjà publié peut les rendre.
    """

    relations: sparse.csr_matrix
    valeurs: Reels
    inconnues: Drapeaux
    sensibles: Drapeaux
    largeur: Reels
    cout: Reels
    souhaitees: Drapeaux | None = None

    @property
    def vers_le_bas(self) -> Reels:
        """Ce dont chaque cellule doit pouvoir descendre : la moitié de la largeur, sans passer sous zéro."""
        return np.minimum(self.valeurs, self.largeur / 2)

    @property
    def vers_le_haut(self) -> Reels:
        """Ce dont chaque cellule doit pouvoir monter pour que l'intervalle ait sa largeur."""
        return self.largeur - self.vers_le_bas


def proteger(probleme: Probleme, graine: int = 0) -> Drapeaux:
    """Rend les cellules à masquer, sensibles comprises : toutes ont leurs deux témoins.

    Le résultat ne dépend que du problème et de la graine. Lève `ErreurBilan` si une cellule ne peut pas être protégée.
    """
    masquees = _equilibrer(probleme, probleme.sensibles & ~probleme.inconnues)
    prouvees = _Preuves(probleme)
    for tour in range(_TOURS_MAX):
        hasard = np.random.default_rng(graine + tour)
        a_prouver = masquees | (probleme.inconnues & probleme.sensibles)
        if probleme.souhaitees is not None and tour < _TOURS_SOUHAITES:
            a_prouver = a_prouver | probleme.souhaitees
        if (a_prouver & ~prouvees.toutes).sum() > _PEU:
            _chercher_temoins(probleme, masquees, a_prouver, prouvees, hasard)
        manquantes = np.flatnonzero(a_prouver & ~prouvees.toutes)
        if not len(manquantes):
            return masquees
        compenser = tour >= _TOURS_SOUHAITES and tour % 2 == 1
        recherche = _Recherche(probleme, masquees | probleme.inconnues, prouvees, hasard, compenser)
        masquees = _equilibrer(probleme, masquees | recherche.complements(manquantes, totaux=tour >= 2))
    raise ErreurBilan(
        f"Le secret statistique n'a pas convergé : {len(manquantes)} cellules restent retrouvables ; baissez "
        "« largeur_minimale » dans collection.toml ou diffusez moins de ventilations."
    )


@dataclass
class _Preuves:
    """Le plus loin où un témoin porte chaque cellule, vers le haut et vers le bas de sa valeur."""

    probleme: Probleme

    def __post_init__(self) -> None:
        self.montee = np.zeros(len(self.probleme.valeurs))
        self.descente = np.zeros(len(self.probleme.valeurs))

    @property
    def haut(self) -> Drapeaux:
        """Cellules qui montent d'autant qu'il le faut."""
        return self.montee >= self.probleme.vers_le_haut - _EPSILON

    @property
    def bas(self) -> Drapeaux:
        """Cellules qui descendent d'autant qu'il le faut."""
        return self.descente >= self.probleme.vers_le_bas - _EPSILON

    @property
    def entamees(self) -> Drapeaux:
        """Cellules qui descendent un peu : ce qu'une édition passée publie peut les retenir d'aller plus bas."""
        return self.descente >= np.minimum(self.probleme.vers_le_bas, _UN_LOGEMENT) - _EPSILON

    @property
    def toutes(self) -> Drapeaux:
        """Cellules dont l'intervalle prouvé a sa largeur, et la valeur à l'intérieur."""
        larges = self.montee + self.descente >= self.probleme.largeur - _EPSILON
        return (self.haut & self.bas) | (self.haut & self.entamees & larges)

    def retenir(self, flux: Reels) -> None:
        """Note ce que prouve un témoin : l'écart `flux` de chaque cellule à sa valeur."""
        self.montee = np.maximum(self.montee, flux)
        self.descente = np.maximum(self.descente, -flux)


def _equilibrer(probleme: Probleme, masquees: Drapeaux) -> Drapeaux:
    """Ajoute la cellule la moins coûteuse à chaque relation qui n'a qu'une inconnue à protéger, jusqu'au point fixe."""
    relations, masquees = probleme.relations, masquees.copy()
    while True:
        inconnues = masquees | probleme.inconnues
        comptes = np.asarray(abs(relations) @ inconnues.astype(float)).ravel()
        ajout = False
        for ligne in np.flatnonzero(comptes == 1):
            termes = relations.indices[relations.indptr[ligne] : relations.indptr[ligne + 1]]
            seules = termes[(masquees | probleme.inconnues)[termes]]
            if len(seules) != 1 or not (masquees | probleme.sensibles)[seules[0]]:
                continue
            libres = termes[np.isfinite(probleme.cout[termes]) & ~(masquees | probleme.inconnues)[termes]]
            if len(libres):
                masquees[libres[np.argmin(probleme.cout[libres])]] = ajout = True
        if not ajout:
            return masquees


def _chercher_temoins(
    probleme: Probleme, masquees: Drapeaux, a_prouver: Drapeaux, preuves: _Preuves, hasard: np.random.Generator
) -> None:
    mobiles = np.flatnonzero(masquees | probleme.inconnues)
    relations = _sans_lignes_vides(probleme.relations[:, mobiles])
    depart = hasard.choice([-1.0, 1.0], len(mobiles))
    for sens in (depart, -depart):
        reste = (a_prouver & ~preuves.toutes)[mobiles]
        if not reste.any():
            return
        haut, bas = probleme.vers_le_haut[mobiles], probleme.vers_le_bas[mobiles]
        # Un sens déjà prouvé ne compte plus : l'autre seul est demandé.
        signes = np.where(preuves.haut[mobiles] & ~preuves.bas[mobiles], -1.0, sens)
        signes = np.where(preuves.bas[mobiles] & ~preuves.haut[mobiles], 1.0, signes)
        objectif = np.where(reste, -signes / np.where(signes > 0, haut, np.maximum(bas, _EPSILON)), 0.0)
        bornes = np.column_stack([np.where(reste, -bas, -probleme.valeurs[mobiles]), np.where(reste, haut, _LARGE)])
        resolu = linprog(objectif, A_eq=relations, b_eq=np.zeros(relations.shape[0]), bounds=bornes, method="highs")
        flux = np.zeros(len(masquees))
        flux[mobiles] = resolu.x
        preuves.retenir(flux)


def _sans_lignes_vides(relations: sparse.csr_matrix) -> sparse.csr_matrix:
    pleines = np.flatnonzero(np.diff(relations.tocsr().indptr))
    return relations.tocsr()[pleines]


_COUT_TOTAL = 1e6
"""À partir de ce coût, une cellule est un total : on ne la masque qu'en dernier recours."""


@dataclass
class _Recherche:
    """La recherche des compléments d'un tour : ce qui ne se lit déjà plus (`deja`), ce qui est prouvé, le hasard.

    Avec `compenser`, une cellule qui ne descend qu'un peu monte d'autant plus.
    """

    probleme: Probleme
    deja: Drapeaux
    preuves: _Preuves
    hasard: np.random.Generator
    compenser: bool = False

    def complements(self, manquantes: Rangs, totaux: bool) -> Drapeaux:
        """Rend les cellules à masquer en plus pour que chaque manquante bouge dans le sens qui lui manque.

        Sans `totaux`, seules les cellules ordinaires se prennent.
        """
        cout, depart = self.probleme.cout, self.deja
        plafond = cout[np.isfinite(cout)].max() if totaux else _COUT_TOTAL / 2
        mobiles = np.flatnonzero(depart | (cout <= plafond))
        relations = _sans_lignes_vides(self.probleme.relations[:, mobiles])
        _, etiquettes = connected_components(abs(relations).T @ abs(relations), directed=False)
        place = np.full(len(depart), -1)
        place[mobiles] = np.arange(len(mobiles))
        for composante in np.unique(etiquettes[place[manquantes]]):
            locales = mobiles[etiquettes == composante]
            ici = manquantes[etiquettes[place[manquantes]] == composante]
            # Des sens demandés ensemble peuvent se contredire : les dernières cellules se traitent une à une.
            for lot in np.split(ici, len(ici)) if len(manquantes) <= _PEU else [ici]:
                self._completer(locales, lot)
        return self.deja & ~depart

    def _completer(self, locales: Rangs, manquantes: Rangs) -> None:
        """Résout « min Σ coût × |écart| » sous les relations, où les manquantes bougent (à défaut, paient cher)."""
        probleme, n = self.probleme, len(locales)
        choix, besoin = self._demande(locales, manquantes)
        cout = np.where(self.deja[locales], 1e-4, 1 + probleme.cout[locales])
        cher = 100 * (1 + float(cout.max())) / np.maximum(besoin, 0.1)
        relations = _sans_lignes_vides(probleme.relations[:, locales])
        egalites = sparse.hstack([relations, -relations, sparse.csr_matrix((relations.shape[0], len(besoin)))])
        inegalites = -sparse.hstack([choix, -choix, sparse.identity(len(besoin))])
        plafonds = np.concatenate([np.full(n, _LARGE), probleme.valeurs[locales], besoin])
        resolu = linprog(
            np.concatenate([cout, cout, cher]),
            A_ub=inegalites.tocsr(),
            b_ub=-besoin,
            A_eq=egalites.tocsr(),
            b_eq=np.zeros(relations.shape[0]),
            bounds=np.column_stack([np.zeros(len(plafonds)), plafonds]),
            method="highs",
        )
        temoin = np.zeros(len(self.deja))
        temoin[locales] = resolu.x[:n] - resolu.x[n : 2 * n]
        self.deja = self.deja | (np.abs(temoin) > _EPSILON)
        self.preuves.retenir(temoin)

    def _demande(self, locales: Rangs, manquantes: Rangs) -> tuple[sparse.csr_matrix, Reels]:
        """Rend le sens où chaque manquante doit bouger (manquantes × locales, ± 1) et de combien."""
        haut, bas = self.preuves.haut[manquantes], self.preuves.bas[manquantes]
        m = len(manquantes)
        signes = np.where(haut, -1.0, np.where(bas, 1.0, np.where(self.hasard.random(m) < 0.5, 1.0, -1.0)))
        montee, descente = self.probleme.vers_le_haut[manquantes], self.probleme.vers_le_bas[manquantes]
        if self.compenser:
            retenues = haut & ~bas & self.preuves.entamees[manquantes]
            signes = np.where(retenues, 1.0, signes)
            montee = np.where(retenues, self.probleme.largeur[manquantes] - self.preuves.descente[manquantes], montee)
        besoin = np.where(signes > 0, montee, descente)
        colonnes = np.searchsorted(locales, manquantes)
        return sparse.csr_matrix((signes, (np.arange(m), colonnes)), shape=(m, len(locales))), besoin
