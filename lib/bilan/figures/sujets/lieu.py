"""Fiche d'un département ou d'un bailleur : ses indicateurs, ses parts et ses objectifs, à côté de la région."""

from dataclasses import dataclass

import polars as pl

from bilan.figures.formes import Format, Points, Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.flux import (
    BILANS,
    RELOCATIONS,
    PresentationAtteinte,
    atteinte,
    courbe_des_volumes,
    figure_de_l_atteinte,
)
from bilan.figures.sujets.mesures import (
    Ligne,
    colonnes_du_rapport,
    couverture,
    derniere,
    joindre,
    maturite,
    par_modalite,
    une,
)
from bilan.figures.tableau import cellule
from bilan.francais import nombre, pourcent
from bilan.francais.phrases import Nom, parmi
from bilan.referentiel.nomenclatures import RESERVATAIRES

_LIBELLES: dict[str, tuple[str, Format]] = {
    "E5": ("EPCI soumis dont la cotation est en service", "pourcent"),
    "B1": ("Bilans de bailleurs reçus", "pourcent"),
    "F1": ("Objectif de flux atteint, tous réservataires", "pourcent"),
    "F4": ("Logements attribués parmi les proposés", "pourcent"),
    "F6": ("Logements libérés soustraits du flux", "pourcent"),
    "F7": ("Premières mises en location parmi les attributions", "pourcent"),
    "V1": ("Conventions signées parmi les attendues", "pourcent"),
    "V2": ("Conventions signées, pondérées par le parc", "pourcent"),
    "A1": ("Premier quartile hors quartier prioritaire", "pourcent"),
    "A2": ("Quartiles 2 à 4 en quartier prioritaire", "pourcent"),
    "A3": ("Publics prioritaires parmi les baux", "pourcent"),
    "A4": ("Ménages DALO logés en quartier prioritaire", "pourcent"),
    "C1": ("Occupations examinées parmi celles à examiner", "pourcent"),
    "C1r": ("Ménages relogés parmi les situations d'inadaptation", "pourcent"),
    "T1": ("Demandes pour une attribution", "decimal"),
    "T2": ("Mobilité dans le parc social", "pourcent"),
}
DU_DEPARTEMENT = tuple(code for code in _LIBELLES if code != "F7")
"""Indicateurs de la fiche d'un département."""
DU_BAILLEUR = ("F1", "F4", "F6", "F7", "V1", "V2", "C1", "C1r")
"""Indicateurs de la fiche d'un bailleur."""

_PORTEES = {
    "departement": " Un EPCI à cheval n'y compte que pour ses communes, sauf pour la cotation, qui le range dans son "
    "département principal."
}
_INDICATEURS = Nom("indicateur", "indicateurs")


@dataclass(frozen=True, slots=True)
class Lieu:
    """Département ou bailleur dont parle une fiche ; sa maille préfixe l'identifiant de ses figures."""

    maille: str
    code: str
    nom: str

    def ici(self, contexte: Contexte) -> dict[str, str]:
        """Filtre des mesures du lieu à la période."""
        return {"territoire_type": self.maille, "territoire": self.code, "periode": str(contexte.periode)}


def comparaison(mesures: pl.DataFrame, codes: tuple[str, ...], lieu: Lieu, contexte: Contexte) -> Figure:
    """Rend les indicateurs `codes` du lieu et de la région, à la dernière année connue de chacun."""
    donnees = pl.DataFrame(
        [_ligne(mesures.filter(indicateur=code), code, lieu, contexte) for code in codes],
        schema=dict.fromkeys(("indicateur", "periode", "ici", "rapport", "region"), pl.String)
        | {"valeur": pl.Float64, "repere": pl.Float64},
    )
    connus = donnees.drop_nulls("valeur")
    tete: Ligne = (connus if connus.height else donnees).row(0, named=True)
    return Figure(
        id=f"{lieu.maille}-indicateurs",
        titre=f"{lieu.nom} : {parmi(connus.height, donnees.height, _INDICATEURS, ('est connu', 'sont connus'))}",
        sous_titre=f"Indicateurs de la réforme et valeur de la région, {contexte.periode.libelle}",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(
            Colonne("indicateur", "Indicateur"),
            Colonne("periode", "Période"),
            Colonne("ici", lieu.nom),
            Colonne("rapport", "Rapport"),
            Colonne("region", "Région"),
        ),
        lecture=f"{tete['indicateur']}, {tete['periode']} : {tete['ici']} ; région, {tete['region']}.",
        champ=f"{lieu.nom} ; région {contexte.region}.",
        source=contexte.source("Mesures du bilan régional"),
        alt=decrire_lignes(donnees, "indicateur", {"ici": "texte", "region": "texte"}),
        note="Dernière année connue de chaque indicateur. n.d. : non publié, non transmis ou non diffusé."
        f"{_PORTEES.get(lieu.maille, '')}",
        indicateurs=codes,
        maturite=maturite(mesures.filter(**lieu.ici(contexte))),
    )


def _ligne(mesures: pl.DataFrame, code: str, lieu: Lieu, contexte: Contexte) -> Ligne:
    libelle, format_ = _LIBELLES[code]
    mesure = derniere(mesures, contexte, lieu.ici(contexte))
    region = une(mesures, **{**contexte.en_region, "periode": mesure["periode"]})
    termes = (mesure["numerateur"], mesure["denominateur"])
    return {
        "indicateur": libelle,
        "periode": mesure["periode"],
        "ici": cellule(mesure["valeur"], format_, mesure["statut"]),
        "rapport": None if None in termes else " / ".join(nombre(t) for t in termes),
        "region": cellule(region["valeur"], format_, region["statut"]),
        "valeur": mesure["valeur"],
        "repere": region["valeur"],
    }


def parts(f3: pl.DataFrame, lieu: Lieu, contexte: Contexte) -> Figure:
    """Rend la part de chaque réservataire dans les attributions du lieu, face à la région (F3)."""
    ici = {**lieu.ici(contexte), "ventilation": "reservataire"}
    donnees = par_modalite(f3, RESERVATAIRES, **ici)
    donnees = joindre(donnees, f3.filter(**contexte.en_region, ventilation="reservataire"), "region")
    donnees = donnees.with_columns(ecart=pl.col("valeur") - pl.col("region"))
    donnees = donnees.select("libelle", "numerateur", "denominateur", "valeur", "region", "ecart", "absence")
    tete: Ligne = donnees.sort("valeur", "libelle", descending=[True, False], nulls_last=True).row(0, named=True)
    return Figure(
        id=f"{lieu.maille}-parts",
        titre=f"{tete['libelle']} : {pourcent(tete['valeur'])} des attributions ; région, {pourcent(tete['region'])}",
        sous_titre=f"Part de chaque réservataire dans les attributions, {contexte.periode.libelle}",
        forme=Points("libelle", "valeur", "region", lieu.nom, "Région"),
        donnees=donnees,
        colonnes=(
            Colonne("libelle", "Réservataire"),
            *colonnes_du_rapport("Attribués", "Tous réservataires", "Part"),
            Colonne("region", "Région", "pourcent"),
            Colonne("ecart", "Écart à la région", "points"),
        ),
        lecture=f"{tete['libelle']} : {nombre(tete['numerateur'])} des {nombre(tete['denominateur'])} logements "
        "attribués.",
        champ=f"{RELOCATIONS} ; {lieu.nom}.",
        source=contexte.source(BILANS),
        alt=decrire_lignes(donnees, "libelle", {"valeur": "pourcent", "region": "pourcent"}),
        note=_couverture(une(f3, **ici), lieu) or "n.d. : non transmis.",
        indicateurs=("F3",),
        maturite=maturite(f3.filter(**ici)),
    )


def _couverture(mesure: Ligne, lieu: Lieu) -> str:
    return "" if lieu.maille == "bailleur" else couverture(mesure)  # un bailleur ne se couvre que lui-même


def objectifs(mesures: pl.DataFrame, lieu: Lieu, contexte: Contexte) -> Figure:
    """Rend le taux d'atteinte du flux de chaque réservataire dans le lieu (F1) et l'écart en logements (F2)."""
    donnees = atteinte(mesures, contexte, lieu.ici(contexte)).filter(
        pl.col("absence").is_null() | (pl.col("absence") != "sans_objet")
    )
    connus = donnees.drop_nulls("valeur").sort("denominateur", "libelle", descending=[True, False])
    ensemble = une(mesures, **lieu.ici(contexte), indicateur="F1")
    presentation = PresentationAtteinte(
        id=f"{lieu.maille}-objectifs",
        titre=f"{pourcent(ensemble['valeur'])} de l'objectif de flux atteint, tous réservataires",
        ou=lieu.nom,
        note=f"À un logement près, l'objectif est atteint ; sous {contexte.seuils.base_minimale_logements} logements, "
        f"il est trop petit pour juger. {_couverture(ensemble, lieu)}".rstrip(),
        champ=f" ; {lieu.nom}",
    )
    lues = mesures.filter(**lieu.ici(contexte), indicateur="F1")
    return figure_de_l_atteinte(donnees, connus.row(0, named=True), presentation, contexte, maturite(lues))


def volumes(mesures: pl.DataFrame, lieu: Lieu, contexte: Contexte) -> Figure:
    """Rend les logements proposés, attribués et les baux de chaque trimestre dans le lieu."""
    return courbe_des_volumes(mesures, contexte, (lieu.maille, lieu.code), f"{lieu.maille}-volumes", lieu.nom)
