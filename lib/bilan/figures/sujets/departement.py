"""Fiche d'un département : les EPCI qui y ont des communes, et où ils en sont."""

import polars as pl

from bilan.figures.formes import Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.cotation import REGISTRE
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.lieu import Lieu
from bilan.figures.sujets.mesures import maturite, par_epci
from bilan.francais import articles, compter
from bilan.francais.phrases import EPCI, majuscule, parmi
from bilan.referentiel.nomenclatures import ETATS_COTATION

_SOUMIS = ("est soumis à la réforme", "sont soumis à la réforme")


def epci(e5: pl.DataFrame, n2: pl.DataFrame, lieu: Lieu, contexte: Contexte) -> Figure:
    """Rend les EPCI qui ont des communes dans le département : soumission, cotation (E5), attributions (N2)."""
    etats = par_epci(e5.filter(ventilation="etat_cotation"), contexte)
    volumes = par_epci(n2.filter(ventilation="ensemble"), contexte).select(
        "epci_siren", attribues="valeur", absence_attribues="absence"
    )
    territoires = contexte.territoires.epci.select("epci_siren", "departements")
    du_departement = territoires.filter(pl.col("epci_siren").is_in(epci_de(lieu, contexte)))
    soumis = pl.col("est_soumis")
    donnees = (
        etats.join(du_departement, on="epci_siren")
        .join(volumes, on="epci_siren", how="left")
        .sort("epci")
        .select(
            "epci_siren",
            "epci",
            partage=pl.when(pl.col("departements").list.len() > 1)
            .then(pl.lit("à cheval : ") + pl.col("departements").list.join(", "))
            .otherwise(pl.lit("entier")),
            soumission=pl.when(soumis).then(pl.lit("soumis")).otherwise(pl.lit("non soumis")),
            etat=pl.when(soumis).then(pl.col("modalite").replace_strict(ETATS_COTATION, default=None)),
            attribues="attribues",
            absence_attribues="absence_attribues",
            absence=pl.when(~soumis).then(pl.lit("sans_objet")).otherwise("absence"),
        )
    )
    compte = donnees.filter(soumission="soumis").height
    a_cheval = donnees.filter(pl.col("partage") != "entier").height
    return Figure(
        id="departement-epci",
        titre=f"{lieu.nom} : {parmi(compte, donnees.height, EPCI, _SOUMIS)}",
        sous_titre=f"EPCI qui ont au moins une commune dans le département, {contexte.periode.libelle}",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(
            Colonne("epci", "EPCI"),
            Colonne("partage", "Départements"),
            Colonne("soumission", "Réforme"),
            Colonne("etat", "Cotation", absence="absence"),
            Colonne("attribues", "Attributions", "nombre", "logements", absence="absence_attribues"),
        ),
        lecture=_lecture(donnees),
        champ=f"EPCI à fiscalité propre {articles.de_departement(lieu.nom)}.",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "epci", {"soumission": "texte", "etat": "texte"}),
        note="Un EPCI à cheval figure dans chacun de ses départements, avec les attributions de toutes ses communes de "
        "la région : la somme des EPCI n'est pas celle du département."
        if a_cheval
        else "Tous ces EPCI sont entiers dans le département.",
        indicateurs=("E5", "N2"),
        maturite=maturite(n2.filter(territoire_type="epci", periode=str(contexte.periode))),
    )


def epci_de(lieu: Lieu, contexte: Contexte) -> list[str]:
    """Rend les SIREN des EPCI qui ont des communes dans le département."""
    la = pl.col("departements").list.contains(lieu.code)
    return contexte.territoires.epci.filter(la)["epci_siren"].sort().to_list()


def _lecture(donnees: pl.DataFrame) -> str:
    connus = donnees.drop_nulls("attribues").sort("attribues", "epci", descending=[True, False])
    if connus.is_empty():
        return "Aucune attribution n'est connue pour ces EPCI."
    tete = connus.row(0, named=True)
    attribues = compter(tete["attribues"], "logement attribué", "logements attribués")
    return f"{majuscule(articles.epci(tete['epci']))} : {attribues}."
