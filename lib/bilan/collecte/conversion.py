"""Du texte aux types : chaque valeur distincte est lue une fois, et chaque case illisible est située."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import dataframely as dy
import polars as pl

from bilan.collecte import valeurs
from bilan.collecte.anomalies import Anomalie, Gravite
from bilan.collecte.tableau import RANG, Tableau
from bilan.collecte.valeurs import Refus
from bilan.referentiel.nomenclatures import NON_RENSEIGNE
from bilan.tables.colonne import fiche_de

Lecteur = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Regles:
    """Ce que la correspondance change à la lecture des valeurs.

    `synonymes` : colonne → libellé normalisé → code ; `fractions` : colonnes de parts écrites entre 0 et 1 ;
    `vides` : colonne → ce que veut dire une case vide ; `retablir_zeros` : un zéro de tête perdu est rétabli et
    signalé, au lieu d'être refusé.
    """

    synonymes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fractions: frozenset[str] = frozenset()
    vides: Mapping[str, str] = field(default_factory=dict)
    retablir_zeros: bool = False


@dataclass
class Conversion:
    """Lignes typées (colonnes de la table et `rang_de_ligne`), et les anomalies rencontrées.

    `illisibles` garde les cases (rang, colonne) déjà signalées : on ne les signale pas deux fois.
    """

    lignes: pl.DataFrame
    anomalies: list[Anomalie] = field(default_factory=list)
    illisibles: set[tuple[int, str]] = field(default_factory=set)

    @property
    def rangs_illisibles(self) -> set[int]:
        """Rangs des lignes qui ont au moins une case illisible."""
        return {rang for rang, _ in self.illisibles}


def convertir(tableau: Tableau, schema: type[dy.Schema], regles: Regles | None = None) -> Conversion:
    """Rend les lignes du tableau dans les types de la table ; une colonne que le tableau n'a pas est nulle."""
    regles = regles or Regles()
    resultat = Conversion(pl.DataFrame())
    hauteur = tableau.textes.height
    lues: dict[str, list[Any]] = {}
    for nom, col in schema.columns().items():
        if nom in tableau.textes.columns:
            lues[nom] = _convertir_colonne(resultat, tableau, (nom, col), regles)
        else:
            lues[nom] = [None] * hauteur
    types = {nom: col.dtype for nom, col in schema.columns().items()}
    resultat.lignes = pl.DataFrame(lues, schema=types).with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias(RANG))
    return resultat


def _convertir_colonne(
    resultat: Conversion, tableau: Tableau, colonne: tuple[str, dy.Column], regles: Regles
) -> list[Any]:
    """Rend les valeurs de la colonne ; en Python, car sur de petits fichiers, appeler polars coûte plus."""
    nom, col = colonne
    vide = regles.vides.get(nom)
    textes: list[str | None] = [vide if texte is None else texte for texte in tableau.textes[nom].to_list()]
    lecteur = lecteur_de(nom, col, tableau.origine_dates, regles)
    lues: dict[str | None, Any] = {None: None}
    refusees: dict[str, Refus] = {}
    for texte in dict.fromkeys(textes):
        if texte is None:
            continue
        try:
            lues[texte] = lecteur(texte)
        except Refus as dit:
            refusees[texte] = dit
            lues[texte] = dit.probable if regles.retablir_zeros else None
    if refusees:
        for rang, texte in enumerate(textes):
            if texte in refusees:
                _signaler(resultat, tableau, (rang, nom, texte), (refusees[texte], lues[texte]))
    return [lues[texte] for texte in textes]


def _signaler(
    resultat: Conversion, tableau: Tableau, case: tuple[int, str, str], lecture: tuple[Refus, str | None]
) -> None:
    rang, nom, texte = case
    refus, retablie = lecture
    lieu = tableau.lieu(rang, nom)
    if retablie is not None:
        constat = f"un zéro de tête manquait ; « {retablie} » a été lu"
        anomalie = Anomalie(
            Gravite.A_VERIFIER, "zero_retabli", constat, "mettez la colonne au format texte", lieu, texte
        )
    else:
        anomalie = Anomalie(Gravite.BLOQUANT, "valeur_illisible", refus.constat, refus.correction, lieu, texte)
        resultat.illisibles.add((rang, nom))
    resultat.anomalies.append(anomalie)


def lecteur_de(nom: str, col: dy.Column, origine_dates: int, regles: Regles) -> Lecteur:
    """Rend la fonction qui lit une case de cette colonne : `None` pour une absence, `Refus` pour l'illisible."""
    permises = fiche_de(col).valeurs
    if permises is not None:
        return partial(_lire_code, permises=permises, synonymes=regles.synonymes.get(nom, {}))
    lecteur = _lecteur_simple(nom, col, origine_dates)
    return partial(_lire, lecteur=partial(_en_pourcent, lecteur=lecteur) if nom in regles.fractions else lecteur)


def _lecteur_simple(nom: str, col: dy.Column, origine_dates: int) -> Lecteur:
    par_type: dict[type[dy.Column], Lecteur] = {
        dy.Int64: valeurs.entier,
        dy.Float64: valeurs.decimal,
        dy.Date: partial(valeurs.jour, origine=origine_dates),
    }
    if type(col) in par_type:
        return par_type[type(col)]
    if nom.startswith("code_departement"):
        return valeurs.code_departement
    if nom == "code_commune":
        return valeurs.code_commune
    if nom in ("perimetre_code", "territoire_gestion_code"):
        return valeurs.code_de_territoire
    return valeurs.code_siren if nom.endswith("_siren") else valeurs.texte_libre


def _en_pourcent(texte: str, lecteur: Lecteur) -> float:
    return round(float(lecteur(texte)) * 100, 10)


def _lire(texte: str, lecteur: Lecteur) -> Any:
    return None if valeurs.est_absente(texte) else lecteur(texte)


def _lire_code(texte: str, permises: Mapping[str, str], synonymes: Mapping[str, str]) -> str | None:
    if texte not in permises and valeurs.est_absente(texte):
        return NON_RENSEIGNE if NON_RENSEIGNE in permises else None
    return valeurs.code_de_liste(texte, permises, synonymes)
