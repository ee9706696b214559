"""Trouver le tableau dans une feuille : la ligne des titres, sur une ou deux lignes, cellules fusionnées comprises."""

from collections.abc import Sequence
from dataclasses import dataclass

from bilan.collecte.cartes.vocabulaire import Cible, Vocabulaire, cles_de_titre
from bilan.collecte.lecture.feuille import Feuille, Fusion

_LIGNES_FOUILLEES = 50
_PART_RECONNUE = 0.6
_RECONNUES_MIN = 3
_TITRE_MAX = 120


@dataclass(frozen=True)
class Entete:
    """Titres d'une feuille : `haut` et `bas` sont les lignes qu'ils occupent (à partir de 0, égales le plus souvent).

    `titres` donne le titre aplati de chaque colonne, `cibles` ce que désigne chaque colonne reconnue.
    """

    haut: int
    bas: int
    titres: Sequence[str]
    cibles: dict[int, Cible]

    @property
    def reconnues(self) -> int:
        """Nombre de colonnes reconnues."""
        return len(self.cibles)

    @property
    def part(self) -> float:
        """Part des titres reconnus."""
        return self.reconnues / max(1, sum(1 for titre in self.titres if titre))


def trouver_entete(feuille: Feuille, vocabulaire: Vocabulaire) -> Entete | None:
    """Rend la meilleure ligne de titres des cinquante premières lignes ; `None` si aucune n'est assez reconnue.

    Il faut trois colonnes reconnues, et que six titres sur dix le soient.
    """
    candidats = [
        entete
        for rang in range(min(len(feuille.lignes), _LIGNES_FOUILLEES))
        for entete in _lire_titres(feuille, rang, vocabulaire)
    ]
    suffisants = [e for e in candidats if e.reconnues >= _RECONNUES_MIN and e.part >= _PART_RECONNUE]
    return max(suffisants, key=lambda e: (e.reconnues, -e.bas, e.haut == e.bas), default=None)


def meilleure_approche(feuille: Feuille, vocabulaire: Vocabulaire) -> Entete | None:
    """Rend la ligne la plus ressemblante, même insuffisante : de quoi proposer une correspondance."""
    candidats = [
        entete
        for rang in range(min(len(feuille.lignes), _LIGNES_FOUILLEES))
        for entete in _lire_titres(feuille, rang, vocabulaire)
        if sum(1 for titre in entete.titres if titre) >= _RECONNUES_MIN
    ]
    return max(candidats, key=lambda e: (e.reconnues, -e.bas, e.haut == e.bas), default=None)


def cles_des_lignes(feuille: Feuille) -> list[frozenset[str]]:
    """Rend, pour chaque ligne fouillée, les formes comparables de ses cases ; calculé une fois par feuille."""
    if feuille.cles is None:
        fouillees = feuille.lignes[: _LIGNES_FOUILLEES + 1]
        feuille.cles = [
            frozenset(cle for case in ligne if case and len(case) < _TITRE_MAX for cle in cles_de_titre(case.strip()))
            for ligne in fouillees
        ]
    return feuille.cles


def _lire_titres(feuille: Feuille, rang: int, vocabulaire: Vocabulaire) -> list[Entete]:
    """Rend les lectures possibles d'une ligne de titres : seule, ou avec la suivante ; aucune si rien ne s'y lit."""
    cles, connues = cles_des_lignes(feuille), vocabulaire.titres.keys()
    dessus = not cles[rang].isdisjoint(connues)
    lectures = []
    if dessus:
        lectures.append(_reconnaitre(rang, rang, [case.strip() for case in feuille.lignes[rang]], vocabulaire))
    if rang + 1 < len(cles) and (dessus or not cles[rang + 1].isdisjoint(connues)):
        deux = [[case.strip() for case in feuille.lignes[r]] for r in (rang, rang + 1)]
        if any(deux[0]) and any(deux[1]):
            lectures.append(_reconnaitre_double(feuille, rang, (deux[0], deux[1]), vocabulaire))
    return lectures


def _reconnaitre(haut: int, bas: int, titres: list[str], vocabulaire: Vocabulaire) -> Entete:
    cibles: dict[int, Cible] = {}
    for colonne, titre in enumerate(titres):
        cible = vocabulaire.cible(titre) if titre and len(titre) < _TITRE_MAX else None
        if cible is not None and cible not in cibles.values():
            cibles[colonne] = cible
    return Entete(haut, bas, titres, cibles)


def _reconnaitre_double(
    feuille: Feuille, rang: int, lignes: tuple[list[str], list[str]], vocabulaire: Vocabulaire
) -> Entete:
    """Aplatit deux lignes de titres : « haut bas » d'abord, sinon le bas seul, sinon le haut seul."""
    haut = _etendre(lignes[0], rang, feuille.fusions)
    bas = lignes[1]
    titres = []
    for colonne in range(max(len(haut), len(bas))):
        dessus = haut[colonne] if colonne < len(haut) else ""
        dessous = bas[colonne] if colonne < len(bas) else ""
        essais = [f"{dessus} {dessous}".strip(), dessous, dessus if not dessous else ""]
        titres.append(next((essai for essai in essais if essai and vocabulaire.cible(essai)), essais[0]))
    return _reconnaitre(rang, rang + 1, titres, vocabulaire)


def _etendre(titres: list[str], rang: int, fusions: Sequence[Fusion]) -> list[str]:
    """Répète un titre de groupe sur les colonnes qu'il coiffe : sa fusion, sinon jusqu'au titre suivant."""
    etendus = list(titres)
    fusionnes = [f for f in fusions if f[0] <= rang <= f[2]]
    for premiere, gauche, _, droite in fusionnes:
        if premiere == rang and gauche < len(titres):
            for colonne in range(gauche, min(droite + 1, len(etendus))):
                etendus[colonne] = titres[gauche]
    if not fusionnes:
        for colonne in range(1, len(etendus)):
            etendus[colonne] = etendus[colonne] or etendus[colonne - 1]
    return etendus
