"""Un curieux : il n'a que les mesures publiées, et refait toutes les additions qu'elles permettent.

Écrit sans rien reprendre de `bilan.secret` : les relations sont redites ici, à partir des seules définitions des
indicateurs, et les valeurs vraies ne servent qu'à dire si l'intervalle trouvé les contient.
"""

import itertools
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

VOLUMES = {"N1": "proposes", "N2": "attribues", "N3": "baux"}
AXES = ("reservataire", "type_offre", "qpv", "typologie", "financement", "periode_construction")


def cellules(mesures: pl.DataFrame) -> dict[tuple, float | None]:
    """Rend, par (grandeur, maille, territoire, axe, modalité, période), ce que disent les mesures ; None si `s`.

    Une cellule montrée par une ligne et masquée par une autre est connue : c'est ce que ferait un curieux.
    """
    lues: dict[tuple, float | None] = {}
    for ligne in mesures.filter(pl.col("statut").is_in(["observe", "secret"])).iter_rows(named=True):
        for cle, valeur in _montrees(ligne):
            connue = valeur if ligne["statut"] == "observe" else None
            if lues.get(cle) is None:
                lues[cle] = connue
    return lues


def cle_de_cellule(grandeur: str, maille: str, territoire: str, axe: str, modalite: str, periode: str) -> tuple:
    """Rend la clé d'ici d'une cellule que le masquage dit masquée."""
    grandeur = grandeur.replace("attribues_avec_baux", "avec_baux").replace("_t", "_seul")
    axe = axe.replace("reservataire|champ", "champ")
    modalite = modalite.removesuffix("|champ") if "|" in modalite else modalite.replace("champ", "ensemble")
    return (grandeur, maille, territoire, axe, modalite, periode)


def _montrees(ligne: dict) -> list[tuple[tuple, float]]:
    code, axe, modalite = ligne["indicateur"], ligne["ventilation"], ligne["modalite"]
    lieu = (ligne["territoire_type"], ligne["territoire"])

    def cle(grandeur: str, a: str, m: str) -> tuple:
        return (grandeur, *lieu, a, m, ligne["periode"])

    numerateur, denominateur = ligne["numerateur"], ligne["denominateur"]
    du_champ = ("champ", "ensemble") if axe == "ensemble" else ("champ", modalite)
    if code.rstrip("t") in VOLUMES and axe in ("ensemble", *AXES):
        return [(cle(VOLUMES[code[:2]] + ("_seul" if code.endswith("t") else ""), axe, modalite), numerateur)]
    if code == "F3" and axe == "reservataire":
        return [(cle("attribues", *du_champ), numerateur), (cle("attribues", "champ", "ensemble"), denominateur)]
    if code == "F4" and axe in ("ensemble", "reservataire"):
        return [(cle("attribues", *du_champ), numerateur), (cle("proposes", *du_champ), denominateur)]
    if code == "F4b" and axe in ("ensemble", "reservataire"):
        return [(cle("baux", *du_champ), numerateur), (cle("avec_baux", *du_champ), denominateur)]
    if code == "F7":
        hors = cle("attribues", "type_offre", "MISE_EN_SERVICE")
        return [(hors, numerateur), (cle("attribues", "ensemble", "ensemble"), denominateur)]
    return []


@dataclass
class Audit:
    """Cellules inconnues et relations ; `intervalle` rend ce que le curieux peut dire de l'une d'elles."""

    publiees: dict[tuple, float | None]
    vraies: dict[tuple, float | None]
    lieux: dict[str, list[str]]
    masquees: frozenset[tuple]
    rangs: dict[tuple, int] = field(default_factory=dict)
    relations: list[list[tuple[tuple, int]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Ce qu'une ligne cache sans que la règle l'exige est tenu pour connu : le curieux en sait plutôt trop.
        self.publiees = {c: v if c in self.masquees else self._vraie(c) for c, v in self.publiees.items()}
        self._modalites()
        self._territoires()
        self._periodes()
        self._restes()
        self._assembler()

    def _vraie(self, cle: tuple) -> float:
        return self.vraies.get(cle) or 0.0

    def _relier(self, tout: tuple, parties: list[tuple], reste: tuple | None = None) -> None:
        """Ajoute tout = Σ parties (+ un reste positif que personne ne publie)."""
        ecart = self._vraie(tout) - sum(self._vraie(p) for p in parties)
        if reste is None and abs(ecart) < 1e-6:
            self.relations.append([(tout, 1), *((p, -1) for p in parties)])
        elif reste is not None and ecart > -1e-6:
            self.vraies[reste] = ecart
            self.publiees[reste] = None if ecart > 1e-6 else 0.0
            self.relations.append([(tout, 1), *((p, -1) for p in parties), (reste, -1)])

    def _modalites(self) -> None:
        groupes: dict[tuple, list[tuple]] = {}
        for cle in self.publiees:
            if cle[4] != "ensemble":
                axe = "champ" if cle[3] == "champ" else "ensemble"
                groupes.setdefault((*cle[:3], axe, "ensemble", cle[5], cle[3]), []).append(cle)
        for groupe, parties in groupes.items():
            if (tout := groupe[:6]) in self.publiees:
                self._relier(tout, parties)

    def _territoires(self) -> None:
        groupes: dict[tuple, dict[str, list[tuple]]] = {}
        for cle in self.publiees:
            groupes.setdefault((cle[0], *cle[3:]), {}).setdefault(cle[1], []).append(cle)
        for mailles in groupes.values():
            for maille, region in itertools.product(("epci", "departement"), mailles.get("region", [])):
                if mailles.get(maille):
                    self._relier(region, mailles[maille])
            for departement in mailles.get("departement", []):
                dedans = [c for c in mailles.get("epci", []) if self.lieux[c[2]] == [departement[2]]]
                if dedans:
                    self._relier(departement, dedans, ("reste", *departement))

    def _periodes(self) -> None:
        for cle in [c for c in self.publiees if "T" in c[5] and not c[0].endswith("_seul") and c[0] != "reste"]:
            annee, rang = cle[5].split("T")
            avant = (*cle[:5], f"{annee}T{int(rang) - 1}")
            seul = (f"{cle[0]}_seul", *cle[1:])
            if rang != "1" and avant in self.publiees:
                self._relier(cle, [avant, seul]) if seul in self.publiees else self._relier(cle, [avant], ("d", *cle))
            elif rang == "1" and seul in self.publiees:
                self._relier(cle, [seul])
            an = (*cle[:5], annee)
            if rang == "4" and an in self.publiees:
                self._relier(an, [cle])

    def _restes(self) -> None:
        for cle in list(self.publiees):
            if cle[3] != "champ" or cle[0] == "reste":
                continue
            axe = "ensemble" if cle[4] == "ensemble" else "reservataire"
            grande = (*cle[:3], axe, *cle[4:])
            if cle[0] == "avec_baux":
                grande = ("attribues", *cle[1:])
            if grande in self.publiees:
                self._relier(grande, [cle], ("hors", *cle))

    def _assembler(self) -> None:
        inconnues = [cle for cle, valeur in self.publiees.items() if valeur is None and self._vraie(cle) > 0]
        self.rangs = {cle: rang for rang, cle in enumerate(inconnues)}
        lignes, colonnes, coefficients, seconds = [], [], [], []
        for relation in self.relations:
            termes = [(self.rangs[c], k) for c, k in relation if c in self.rangs]
            if termes:
                seconds.append(-sum(k * self._vraie(c) for c, k in relation if c not in self.rangs))
                for rang, k in termes:
                    lignes.append(len(seconds) - 1)
                    colonnes.append(rang)
                    coefficients.append(float(k))
        self.matrice = sparse.csr_matrix((coefficients, (lignes, colonnes)), shape=(len(seconds), len(inconnues)))
        self.second = np.array(seconds)
        _, self.composantes = connected_components(abs(self.matrice).T @ abs(self.matrice), directed=False)

    def intervalle(self, cle: tuple) -> tuple[float, float]:
        """Rend le plus petit et le plus grand des nombres que la cellule peut valoir, tout le reste étant vu."""
        rang = self.rangs[cle]
        ici = np.flatnonzero(self.composantes == self.composantes[rang])
        matrice = self.matrice[:, ici]
        pleines = np.flatnonzero(np.diff(matrice.tocsr().indptr))
        objectif = (ici == rang).astype(float)
        bornes = []
        for sens in (1.0, -1.0):
            fait = linprog(
                sens * objectif, A_eq=matrice[pleines], b_eq=self.second[pleines], bounds=(0, 1e7), method="highs"
            )
            assert fait.status == 0, fait.message
            bornes.append(sens * fait.fun)
        return bornes[0], bornes[1]
