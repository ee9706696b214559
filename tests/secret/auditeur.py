"""Un curieux : il n'a que les mesures publiées, toutes éditions réunies, et refait toutes les additions permises.

Écrit sans rien reprendre des règles de `bilan.secret` : les relations sont redites ici, à partir des seules
définitions des indicateurs, et les valeurs vraies ne servent qu'à dire si l'intervalle trouvé les contient.

`python tests/secret/auditeur.py`, après `bilan executer`, audite toutes les cellules masquées de chaque jeu ; avec des
dates (AAAA-MM-JJ), les éditions de la démonstration à ces dates, toutes réunies.
"""

import itertools
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

sys.path.insert(0, str(Path(__file__).parents[2]))  # lancé comme une commande, ce fichier ne voit pas « tests »

from tests.annee import tables_et_contexte

from bilan.calculs import masquage_de
from bilan.entrepot.mesures import EntrepotMesures
from bilan.indicateurs.calcul import calculer
from bilan.indicateurs.contributions import contributions
from bilan.projet import Jeu, Projet
from bilan.referentiel.territoires import Territoires
from bilan.secret.grandeurs import REGLES
from bilan.secret.histoire import Anterieure
from bilan.secret.masquage import Masquage, masquer

VOLUMES = {"N1": "proposes", "N2": "attribues", "N3": "baux"}
AXES = ("reservataire", "type_offre", "qpv", "typologie", "financement", "periode_construction")
ACTES = ("V1", "V2", "V3", "V5", "B1")
_CONTENUES = {
    # Une grandeur, puis celle qui la contient : axe et modalité sont « = » (les mêmes) ou redits.
    "avec_baux": ("attribues", "=", "="),
    "attribues_objectif": ("attribues", "champ", "="),
    "attribues_taux": ("attribues", "champ", "="),
    "tous_taux": ("attribues", "champ", "ensemble"),
}
_LIGNE = ("indicateur", "territoire_type", "territoire", "ventilation", "modalite", "periode")
_CELLULE = ("grandeur", *_LIGNE[1:])
_LARGE = 1e7
_PEU = 1e-6

Cle = tuple[str, ...]


def cellules(mesures: pl.DataFrame) -> dict[Cle, float | None]:
    """Rend, par (grandeur, maille, territoire, axe, modalité, période), ce que disent les mesures ; None si `s`.

    Une cellule montrée par une ligne et masquée par une autre est connue : c'est ce que ferait un curieux.
    """
    lues: dict[Cle, float | None] = {}
    for ligne in mesures.filter(pl.col("statut").is_in(["observe", "secret"])).iter_rows(named=True):
        for cle, valeur in _montrees(ligne):
            connue = valeur if ligne["statut"] == "observe" else None
            if lues.get(cle) is None:
                lues[cle] = connue
    return lues


def cle_de_cellule(grandeur: str, maille: str, territoire: str, axe: str, modalite: str, periode: str) -> Cle:
    """Rend la clé d'ici d'une cellule que le masquage dit masquée."""
    grandeur = grandeur.replace("attribues_avec_baux", "avec_baux").replace("_t", "_seul") if (
        "_taux" not in grandeur
    ) else grandeur
    axe = axe.replace("reservataire|champ", "champ")
    modalite = modalite.removesuffix("|champ") if "|" in modalite else modalite.replace("champ", "ensemble")
    return (grandeur, maille, territoire, axe, modalite, periode)


def _montrees(ligne: Mapping) -> list[tuple[Cle, float]]:
    code, axe, modalite = ligne["indicateur"], ligne["ventilation"], ligne["modalite"]
    lieu = (ligne["territoire_type"], ligne["territoire"])

    def cle(grandeur: str, a: str, m: str) -> Cle:
        return (grandeur, *lieu, a, m, ligne["periode"])

    haut, bas = ligne["numerateur"], ligne["denominateur"]
    du_champ = ("champ", "ensemble") if axe == "ensemble" else ("champ", modalite)
    ici = (axe, modalite)
    if code.rstrip("t") in VOLUMES and axe in ("ensemble", *AXES):
        return [(cle(VOLUMES[code[:2]] + ("_seul" if code.endswith("t") else ""), *ici), haut)]
    termes = {
        ("F3", "reservataire"): [("attribues", *du_champ, haut), ("attribues", "champ", "ensemble", bas)],
        **{("F4", a): [("attribues", *du_champ, haut), ("proposes", *du_champ, bas)] for a in ("ensemble", axe)},
        **{("F4b", a): [("baux", *du_champ, haut), ("avec_baux", *du_champ, bas)] for a in ("ensemble", axe)},
        ("F7", "ensemble"): [("attribues", "type_offre", "MISE_EN_SERVICE", haut), ("attribues", *ici, bas)],
        **{(f, a): [("attribues_objectif", *ici, haut), ("objectif", *ici, bas)]
           for f in ("F1", "F2") for a in ("ensemble", "reservataire")},
        ("F1e", "reservataire"): [("attribues_taux", *ici, haut), ("attendus_taux", *ici, bas)],
        ("F3c", "reservataire"): [("attendus_taux", *ici, haut), ("tous_taux", *ici, bas)],
        ("F3e", "reservataire"): [("ecart_taux", *ici, haut), ("tous_taux", *ici, bas)],
        ("T1", "ensemble"): [("attribues", *ici, bas)],
        **{(acte, axe): [(f"{acte}_comptes", *ici, haut), (f"{acte}_tous", *ici, bas)] for acte in ACTES},
    }  # fmt: skip
    return [(cle(g, a, m), valeur) for g, a, m, valeur in termes.get((code, axe), [])]


@dataclass(frozen=True)
class Edition:
    """Une édition publique : ce qu'en disent ses mesures, les valeurs vraies de ce jour-là, et ce qu'elle masque."""

    publiees: Mapping[Cle, float | None]
    vraies: Mapping[Cle, float | None]
    masquees: frozenset[Cle]


def edition(mesures: pl.DataFrame, masquage: Masquage) -> Edition:
    """Rend l'édition publique que fait ce masquage des mesures internes.

    Une série dont rien n'est lisible nulle part n'est pas publiée : elle n'apprend rien.
    """
    serie = ["indicateur", "ventilation", "territoire_type", pl.col("periode").str.contains("T")]
    publiques = masquage.mesures.filter((pl.col("statut") == "observe").any().over(serie))
    vraies = cellules(mesures.join(publiques.select(_LIGNE), on=_LIGNE, how="semi"))
    masquees = {cle_de_cellule(*cle) for cle in masquage.cellules.select(_CELLULE).iter_rows()}
    actes = publiques.filter(pl.col("indicateur").is_in(ACTES) & (pl.col("statut") == "secret"))
    masquees.update(cle for ligne in actes.iter_rows(named=True) for cle, _ in _montrees(ligne))
    return Edition(cellules(publiques), vraies, frozenset(masquees))


@dataclass
class Additions:
    """Les additions que permet une édition, à elle seule : ses cellules, celles qui s'en déduisent, leurs relations.

    `lieux` donne les départements de chaque EPCI.
    """

    edition: Edition
    lieux: dict[str, list[str]]
    publiees: dict[Cle, float | None] = field(default_factory=dict)
    vraies: dict[Cle, float | None] = field(default_factory=dict)
    libres: set[Cle] = field(default_factory=set)
    relations: list[list[tuple[Cle, int]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.vraies = dict(self.edition.vraies)
        # Ce qu'une ligne cache sans que la règle l'exige est tenu pour connu : le curieux en sait plutôt trop.
        for cle, dite in self.edition.publiees.items():
            self.publiees[cle] = dite if cle in self.edition.masquees else self._vraie(cle)
        self._modalites()
        self._territoires()
        self._periodes()
        self._restes()
        self._ecarts()
        self._actes()

    def _vraie(self, cle: Cle) -> float:
        return self.vraies.get(cle) or 0.0

    def _relier(self, tout: Cle, parties: list[Cle], reste: Cle | None = None) -> None:
        """Ajoute tout = Σ parties (+ un reste positif que personne ne publie)."""
        ecart = self._vraie(tout) - sum(self._vraie(p) for p in parties)
        if reste is None and abs(ecart) < _PEU:
            self.relations.append([(tout, 1), *((p, -1) for p in parties)])
        elif reste is not None and ecart > -_PEU:
            self.vraies[reste] = ecart
            self.publiees[reste] = None if ecart > _PEU else 0.0
            self.relations.append([(tout, 1), *((p, -1) for p in parties), (reste, -1)])

    def _modalites(self) -> None:
        groupes: dict[Cle, list[Cle]] = {}
        for cle in self.publiees:
            if cle[4] != "ensemble":
                axe = "champ" if cle[3] == "champ" else "ensemble"
                groupes.setdefault((*cle[:3], axe, "ensemble", cle[5], cle[3]), []).append(cle)
        for groupe, parties in groupes.items():
            if (tout := groupe[:6]) in self.publiees:
                self._relier(tout, parties)

    def _territoires(self) -> None:
        groupes: dict[Cle, dict[str, list[Cle]]] = {}
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
            self._morceaux(mailles)

    def _morceaux(self, mailles: dict[str, list[Cle]]) -> None:
        """Coupe chaque EPCI à cheval en morceaux, un par département, que personne ne publie."""
        a_cheval = [c for c in mailles.get("epci", []) if len(self.lieux[c[2]]) > 1]
        restes = {c[2]: ("reste", *c) for c in mailles.get("departement", []) if ("reste", *c) in self.publiees}
        if not a_cheval or set(restes) < {d for c in a_cheval for d in self.lieux[c[2]]}:
            return
        total = sum(self._vraie(c) for c in a_cheval)
        if abs(total - sum(self._vraie(reste) for reste in restes.values())) > _PEU:
            return  # les morceaux ne font pas le tout : l'addition ne se refait pas
        noms = {(c, d): ("morceau", d, *c) for c in a_cheval for d in self.lieux[c[2]]}
        self.libres.update(noms.values())
        for cle in a_cheval:
            self.relations.append([(cle, 1), *((nom, -1) for (c, _), nom in noms.items() if c == cle)])
        for departement, reste in restes.items():
            morceaux = [(nom, -1) for (_, d), nom in noms.items() if d == departement]
            if morceaux:
                self.relations.append([(reste, 1), *morceaux])

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
            if cle[0] in ("proposes", "attribues", "baux") and cle[3] == "champ":
                axe = "ensemble" if cle[4] == "ensemble" else "reservataire"
                self._contenir(cle, (*cle[:3], axe, *cle[4:]))
            elif cle[0] in _CONTENUES:
                grandeur, axe, modalite = _CONTENUES[cle[0]]
                lieu = (cle[3] if axe == "=" else axe, cle[4] if modalite == "=" else modalite)
                self._contenir(cle, (grandeur, *cle[1:3], *lieu, cle[5]))
            if cle[0] == "attribues_taux":
                self._contenir(cle, ("tous_taux", *cle[1:]))
            elif cle[0].endswith("_comptes"):
                self._contenir(cle, (cle[0].replace("_comptes", "_tous"), *cle[1:]))

    def _contenir(self, petite: Cle, grande: Cle) -> None:
        if grande in self.publiees:
            self._relier(grande, [petite], ("hors", *petite, grande[0]))

    def _ecarts(self) -> None:
        """F3e publie attribués − attendus : connu, il lie deux cellules."""
        for cle in [c for c in self.edition.publiees if c[0] == "ecart_taux" and self.edition.publiees[c] is not None]:
            attribues, attendus = (("attribues_taux", *cle[1:]), ("attendus_taux", *cle[1:]))
            if {attribues, attendus} <= self.publiees.keys():
                self.relations.append([(cle, 1), (attribues, -1), (attendus, 1)])

    def _actes(self) -> None:
        """Les statuts d'une convention font le tout des attendues, et « signée » est ce que compte le taux."""
        groupes: dict[Cle, list[Cle]] = {}
        for cle in [c for c in self.publiees if c[0] == "V1_comptes" and "statut" in c[3]]:
            reservataire, _, statut = cle[4].rpartition("|")
            ou = ("reservataire", reservataire) if reservataire else ("ensemble", "ensemble")
            groupes.setdefault(("V1_tous", *cle[1:3], *ou, cle[5]), []).append(cle)
            if statut == "SIGNEE" and (signees := ("V1_comptes", *cle[1:3], *ou, cle[5])) in self.publiees:
                self._relier(signees, [cle])
            if reservataire:
                groupes.setdefault(("V1_comptes", *cle[1:3], "statut", statut, cle[5]), []).append(cle)
        for tout, parties in groupes.items():
            if tout in self.publiees:
                self._relier(tout, parties)


@dataclass
class Audit:
    """Ce que le curieux tire de toutes les éditions qu'il a gardées ; `intervalle` le rend pour une cellule.

    Les additions se font dans chaque édition, avec ses valeurs ; une cellule qui a la même valeur dans deux éditions
    n'en fait qu'une, connue dès qu'une des deux la publie. Une valeur révisée fait deux cellules.
    """

    editions: Sequence[Edition]
    lieux: dict[str, list[str]]
    publiees: dict[Cle, float | None] = field(default_factory=dict)
    vraies: dict[Cle, float] = field(default_factory=dict)
    libres: set[Cle] = field(default_factory=set)
    masquees: set[Cle] = field(default_factory=set)
    rangs: dict[Cle, int] = field(default_factory=dict)
    relations: list[list[tuple[Cle, int]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for rang, edition in enumerate(self.editions):
            self._joindre(rang, Additions(edition, self.lieux))
        self._assembler()

    def _joindre(self, rang: int, additions: Additions) -> None:
        noms: dict[Cle, Cle] = {}
        for cle in [*additions.publiees, *sorted(additions.libres)]:
            vraie = additions.vraies.get(cle) or 0.0
            # Ce qui se déduit n'appartient qu'à son édition ; ce qu'elle montre se compare aux précédentes.
            deduite = cle not in additions.edition.publiees
            nom = cle
            if rang and (deduite or self.vraies.get(cle, vraie) != vraie):
                nom = (f"{cle[0]}@{rang if deduite else vraie}", *cle[1:])
            noms[cle] = nom
            self.vraies[nom] = vraie
            if cle in additions.libres:
                self.libres.add(nom)
            elif self.publiees.get(nom) is None:
                self.publiees[nom] = additions.publiees[cle]
            if cle in additions.edition.masquees:
                self.masquees.add(nom)
        self.relations += [[(noms[cle], k) for cle, k in relation] for relation in additions.relations]

    @property
    def candidates(self) -> list[Cle]:
        """Cellules masquées dont personne n'a dit la valeur."""
        return sorted(cle for cle in self.rangs if cle in self.masquees)

    def _assembler(self) -> None:
        inconnues = [cle for cle, valeur in self.publiees.items() if valeur is None and self.vraies[cle] > 0]
        self.rangs = {cle: rang for rang, cle in enumerate([*inconnues, *sorted(self.libres)])}
        lignes, colonnes, coefficients, seconds = [], [], [], []
        for relation in self.relations:
            termes = [(self.rangs[c], k) for c, k in relation if c in self.rangs]
            if termes:
                seconds.append(-sum(k * self.vraies[c] for c, k in relation if c not in self.rangs))
                for rang, k in termes:
                    lignes.append(len(seconds) - 1)
                    colonnes.append(rang)
                    coefficients.append(float(k))
        forme = (len(seconds), len(self.rangs))
        self.matrice = sparse.csr_matrix((coefficients, (lignes, colonnes)), shape=forme)
        self.second = np.array(seconds)
        _, self.composantes = connected_components(abs(self.matrice).T @ abs(self.matrice), directed=False)

    def intervalle(self, cle: Cle) -> tuple[float, float]:
        """Rend le plus petit et le plus grand des nombres que la cellule peut valoir, tout le reste étant vu."""
        ici = np.flatnonzero(self.composantes == self.composantes[self.rangs[cle]])
        objectif = (ici == self.rangs[cle]).astype(float)
        bas = self._resoudre(ici, objectif, (0, _LARGE)) @ objectif
        return bas, self._resoudre(ici, -objectif, (0, _LARGE)) @ objectif

    def retrouvees(self, largeur: float, tirages: int = 40) -> list[tuple[Cle, float, float]]:
        """Rend les cellules masquées situées dans un intervalle trop étroit, ou qui n'y sont pas à l'intérieur.

        Toutes sont examinées : des points possibles tirés au sort prouvent la largeur de la plupart, composante par
        composante ; les autres se résolvent une à une.
        """
        voulues = self.candidates
        rangs = np.array([self.rangs[cle] for cle in voulues], dtype=int)
        vraies = np.array([self.vraies[cle] for cle in voulues])
        bas, haut = np.full(len(self.rangs), np.inf), np.full(len(self.rangs), -np.inf)
        hasard = np.random.default_rng(2024)

        def manquent() -> np.ndarray:
            etroites = haut[rangs] - bas[rangs] < largeur - _PEU
            return etroites | (bas[rangs] >= vraies - _PEU) | (haut[rangs] <= vraies + _PEU)

        for composante in np.unique(self.composantes[rangs]):
            ici = np.flatnonzero(self.composantes == composante)
            siennes = self.composantes[rangs] == composante
            for _ in range(tirages):
                if not (encore := manquent() & siennes).any():
                    break
                bornes = np.column_stack([np.zeros(len(ici)), np.full(len(ici), _LARGE)])
                places = np.searchsorted(ici, rangs[encore])
                # Chacune ne demande que la largeur qui lui manque : une seule ne prend pas tout.
                bornes[places, 0] = np.maximum(0, vraies[encore] - largeur)
                bornes[places, 1] = vraies[encore] + largeur
                objectif = np.zeros(len(ici))
                objectif[places] = hasard.choice([-1.0, 1.0], len(places)) * hasard.random(len(places))
                point = self._resoudre(ici, objectif, bornes)
                bas[ici], haut[ici] = np.minimum(bas[ici], point), np.maximum(haut[ici], point)
        trouvees = []
        for cle in (cle for cle, manque in zip(voulues, manquent(), strict=True) if manque):
            a, b = self.intervalle(cle)
            if b - a < largeur - _PEU or not a < self.vraies[cle] < b:
                trouvees.append((cle, a, b))
        return trouvees

    def _resoudre(self, ici: np.ndarray, objectif: np.ndarray, bornes: object) -> np.ndarray:
        matrice = self.matrice[:, ici]
        pleines = np.flatnonzero(np.diff(matrice.tocsr().indptr))
        fait = linprog(objectif, A_eq=matrice[pleines], b_eq=self.second[pleines], bounds=bornes, method="highs")
        assert fait.status == 0, fait.message
        return np.asarray(fait.x)


def lieux_de(projet: Projet) -> dict[str, list[str]]:
    """Rend les départements de chaque EPCI de la région."""
    territoires = Territoires.ouvrir(projet.referentiel, projet.collection.millesime, projet.collection.region)
    lieux: dict[str, list[str]] = {}
    communes = territoires.communes.filter("en_region").select("epci_siren", "code_departement").unique()
    for epci, departement in communes.drop_nulls().sort("epci_siren", "code_departement").iter_rows():
        lieux.setdefault(epci, []).append(departement)
    return lieux


def successives(projet: Projet, dates: Sequence[date], codes: Sequence[str]) -> tuple[list[Edition], set[Cle]]:
    """Rend les éditions publiques de la démonstration à ces dates, chacune connaissant les précédentes.

    Rend aussi leurs cellules de la règle primaire. `codes` sont les indicateurs publiés.
    """
    editions, publiques, primaires = [], [], set()
    for au in dates:
        tables, contexte = tables_et_contexte(projet, au)
        mesures, qui = calculer(tables, contexte, codes), contributions(tables, contexte)
        masquage = masquer(mesures, qui, projet.collection.secret, publiques)
        editions.append(edition(mesures, masquage))
        publiques.append(Anterieure(masquage.mesures, qui))
        sensibles = masquage.cellules.filter("primaire").select(_CELLULE)
        primaires.update(cle_de_cellule(*cle) for cle in sensibles.iter_rows())
    return editions, primaires


def cellule_nue(cle: Cle) -> Cle:
    """Rend la clé d'une cellule sans la marque de la version que l'audit lui a donnée."""
    return (cle[0].partition("@")[0], *cle[1:])


def auditer(projet: Projet, jeu: Jeu) -> str:
    """Rend la phrase qui dit ce que le curieux retrouve de l'édition publique d'un jeu déjà exécuté."""
    mesures = EntrepotMesures(projet.entrepot, jeu).lire()
    return f"{jeu} : {_dire(projet, [edition(mesures, masquage_de(projet, jeu, mesures))], None)}"


def auditer_les_successives(projet: Projet, dates: Sequence[date]) -> str:
    """Rend la phrase qui dit ce que le curieux retrouve des éditions publiques de la démonstration à ces dates."""
    codes = sorted({code for code, _ in REGLES})
    editions, primaires = successives(projet, dates, codes)
    return f"{len(dates)} éditions réunies : {_dire(projet, editions, primaires)}"


def _dire(projet: Projet, editions: Sequence[Edition], primaires: set[Cle] | None) -> str:
    depart = time.process_time()
    audit = Audit(editions, lieux_de(projet))
    trouvees = audit.retrouvees(projet.collection.secret.largeur_minimale)
    sensibles = [cle for cle, _, _ in trouvees if primaires is None or cellule_nue(cle) in primaires]
    return (
        f"{len(audit.candidates)} cellules masquées, {len(audit.relations)} additions, {len(trouvees)} retrouvées dont "
        f"{len(sensibles)} sensibles, en {time.process_time() - depart:.0f} secondes de calcul. {sensibles or ''}"
    )


if __name__ == "__main__":
    if sys.argv[1:]:
        print(auditer_les_successives(Projet.trouver(), [date.fromisoformat(au) for au in sys.argv[1:]]))
    else:
        for un_jeu in Jeu:
            print(auditer(Projet.trouver(), un_jeu))
