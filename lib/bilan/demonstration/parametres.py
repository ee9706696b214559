"""Calage de la démonstration : ce que disent `parametres.toml` et `bailleurs.csv`, typé et contrôlé."""

import tomllib
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Self

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from bilan.erreurs import DonneesRefusees

FICHIER_PARAMETRES = "parametres.toml"
FICHIER_BAILLEURS = "bailleurs.csv"

Repartition = dict[str, float]
"""Poids par modalité, en pour cent."""


class Envoi(StrEnum):
    """Conduite d'un bailleur fictif devant ses échéances."""

    PONCTUEL = "ponctuel"
    RETARD = "retard"
    TRES_RETARD = "tres_retard"
    JAMAIS = "jamais"
    T1_T2 = "t1_t2"
    CUMUL = "cumul"
    RECTIFIE = "rectifie"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ParcPublie(_Section):
    """Parc publié d'un territoire : logements, part en QPV et mobilité, en pour cent."""

    logements: int
    qpv_pct: float
    mobilite_pct: float | None = None


class Parc(_Section):
    """Totaux publiés du RPLS, et manière de répartir le reste entre les communes."""

    annee: int
    source: str
    population_minimale: int
    population_minimale_qpv: int
    exposant_population: float
    alea: float
    departements: dict[str, ParcPublie]
    epci: dict[str, ParcPublie]


class PartCalee(_Section):
    """EPCI dont la part régionale du flux est imposée."""

    epci: str
    pct: float


class Flux(_Section):
    """Volume, saison et devenir des logements proposés ; parts en pour cent."""

    propositions: int
    part_calee: PartCalee
    saison_pct: tuple[float, float, float, float]
    saison_precedente_pct: tuple[float, float, float, float]
    part_mise_en_service_pct: float
    non_attribues_pct: float
    attribues_trimestre_suivant_pct: float
    sans_bail_pct: float
    bail_trimestre_suivant_pct: float
    soustraits_pct: float
    ecart_prevision_pct: float
    typologie: Repartition
    financement: Repartition
    financement_neuf: Repartition
    periode_construction: Repartition
    mode_gestion: Repartition
    reservataires: Repartition


class Avenant(_Section):
    """Avenant qui change, en cours d'année, le taux de l'État chez quelques bailleurs."""

    date_effet: date
    date_connue: date
    taux_etat_prio_pct: float
    bailleurs: tuple[str, ...]


class Conventions(_Section):
    """Avancement des signatures à chaque arrêté, taux contractuels, motifs et avenant."""

    arretes: tuple[date, ...]
    signees_pct: dict[str, tuple[float, ...]]
    avant_echeance_pct: float
    parc_minimal_commune: int
    parc_minimal_epci: int
    transmises_dreal_pct: float
    taux: dict[str, float]
    als_en_droits_pct: float
    etat_en_attente: tuple[str, ...]
    avenant: Avenant
    motifs: Repartition


class Cotation(_Section):
    """Nombre d'EPCI soumis dans chaque état, et ayant chaque document, à chaque arrêté."""

    arretes: tuple[date, ...]
    connus: tuple[date, ...]
    etats: dict[str, tuple[int, ...]]
    cil: tuple[int, ...]
    document_cadre: tuple[int, ...]
    cia: tuple[int, ...]
    ppgdid: tuple[int, ...]
    duree_ans: int
    cia_expirent: tuple[date, ...]


class Publics(_Section):
    """Parts des baux selon les publics, en pour cent."""

    q1_hors_qpv_pct: float
    q1_ecart_points: float
    relogement_ru_pct: float
    q2q4_qpv_pct: float
    dalo_etat_pct: float
    dalo_autres_pct: float
    prioritaires_etat_pct: float
    prioritaires_autres_pct: float
    ressources_non_renseignees_pct: float
    seuil_q1_eur: int
    cible_pct: float


class DemandesPubliees(_Section):
    """Demandes en cours publiées d'un département."""

    hors_mutation: int
    mutation: int


class Demandes(_Section):
    """Demandes publiées par département, et facteur qui les vieillit jusqu'à l'année de la démonstration."""

    facteur: float
    departements: dict[str, DemandesPubliees]


class AnneeAgrements(_Section):
    """Agréments et objectif d'une année, et dates où on les arrête."""

    agrees: int
    objectif: int
    arretes: tuple[date, ...]


class Agrements(_Section):
    """Production par année, et sa répartition."""

    annees: dict[int, AnneeAgrements]
    avancement_pct: dict[str, float]
    produits: Repartition
    residences_pct: float
    delegataires: tuple[str, ...]


class Copil(_Section):
    """COPIL fictif : structures, inscrits et variation des structures, par catégorie."""

    numero: int
    date: date
    structures: dict[str, int]
    inscrits: dict[str, int]
    variation: dict[str, int]


class Calendrier(_Section):
    """Échéances des livraisons, et écarts des retardataires en jours."""

    delai_trimestre_j: int
    date_limite_annee: date
    retard_j: int
    retard_long_j: int
    rectification_j: int
    connu_previsionnel: date


class Volume(_Section):
    """Taille de l'année de référence du banc d'essai, et nombre de bailleurs."""

    lignes: int
    bailleurs: int
    bailleurs_par_epci: int
    epci_par_lot: int


class Parametres(_Section):
    """Contenu de `data/demonstration/parametres.toml`."""

    annee: int
    graine: int
    millesime_qpv: int
    petite_epci: tuple[str, ...]
    parc: Parc
    flux: Flux
    soustractions: Repartition
    conventions: Conventions
    cotation: Cotation
    publics: Publics
    demandes: Demandes
    agrements: Agrements
    copil: Copil
    calendrier: Calendrier
    volume: Volume

    @classmethod
    def lire(cls, dossier: Path) -> Self:
        """Rend les paramètres de `dossier` ; lève `DonneesRefusees` si le fichier est absent ou abîmé."""
        chemin = dossier / FICHIER_PARAMETRES
        try:
            return cls.model_validate(tomllib.loads(chemin.read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError, ValidationError) as erreur:
            raise DonneesRefusees(
                f"Le calage de la démonstration « {chemin} » ne peut pas être lu ({erreur}) ; "
                "reprenez la version du dépôt."
            ) from erreur


def lire_bailleurs(dossier: Path) -> pl.DataFrame:
    """Rend les bailleurs fictifs, dans l'ordre du fichier.

    Colonnes : siren, nom, famille, poids_par_departement (« 13:22|84:5 »), envoi (voir `Envoi`),
    champs_facultatifs et petite (booléens). Lève `DonneesRefusees` si le fichier est absent ou incomplet.
    """
    chemin = dossier / FICHIER_BAILLEURS
    try:
        lus = pl.read_csv(chemin, separator=";", infer_schema=False)
        conduites = pl.Enum([conduite.value for conduite in Envoi])
        return lus.with_columns(
            pl.col("champs_facultatifs", "petite") == "O", pl.col("envoi").cast(conduites).cast(pl.String)
        )
    except (OSError, pl.exceptions.PolarsError) as erreur:
        raise DonneesRefusees(
            f"La liste des bailleurs fictifs « {chemin} » ne peut pas être lue ({erreur}) ; "
            "reprenez la version du dépôt."
        ) from erreur
