"""Conventions : ce qui est signé, en nombre et en parc, par réservataire et par département (domaine, § 1.2)."""

import polars as pl

from bilan.figures.formes import BarresEmpilees, Points
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.flux import AVEC_CONVENTION
from bilan.figures.sujets.mesures import (
    colonnes_du_rapport,
    couverture,
    croiser,
    joindre,
    maturite,
    par_departement,
    une,
)
from bilan.francais import compter, nombre, pourcent

REGISTRE = "Registre régional des conventions de réservation (bailleurs, DREAL)"
ATTENDUES = "Conventions de gestion en flux attendues : un bailleur, un réservataire, un périmètre"
EN_PARC = "Pondéré par le parc : une convention compte pour les logements qu'elle concerne."

AVANCEMENTS = ("Signée", "Transmise ou en signature", "En négociation", "Non engagée ou refusée")
_AVANCEMENT_DU_STATUT = {
    "SIGNEE": AVANCEMENTS[0],
    "EN_SIGNATURE": AVANCEMENTS[1],
    "TRANSMISE": AVANCEMENTS[1],
    "EN_NEGOCIATION": AVANCEMENTS[2],
    "NON_ENGAGEE": AVANCEMENTS[3],
    "REFUSEE": AVANCEMENTS[3],
}


COLONNES_SIGNATURE = (
    *colonnes_du_rapport("Signées", "Attendues", "Signées, en nombre", "conventions"),
    Colonne("parc", "Signées, pondérées par le parc", "pourcent", absence="absence"),
)
"""La signature, en nombre puis en parc."""


def par_reservataire(mesures: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend le taux de signature par réservataire, en nombre (V1) et pondéré par le parc (V2)."""
    ici = {**contexte.en_region, "ventilation": "reservataire"}
    donnees = croiser(mesures, AVEC_CONVENTION, "V1", {"V2": "parc"}, **ici)
    nombre_signe, parc_signe = (une(mesures, indicateur=code, **contexte.en_region) for code in ("V1", "V2"))
    return Figure(
        id="conventions-reservataires",
        titre=f"{pourcent(nombre_signe['valeur'])} des conventions attendues sont signées, "
        f"{pourcent(parc_signe['valeur'])} du parc concerné",
        sous_titre=f"Conventions signées parmi les attendues, par réservataire, {contexte.periode.libelle}",
        forme=Points("libelle", "valeur", "parc", "En nombre", "Pondéré par le parc"),
        donnees=donnees,
        colonnes=(
            Colonne("libelle", "Réservataire"),
            *COLONNES_SIGNATURE,
        ),
        lecture=f"{nombre(nombre_signe['numerateur'])} conventions sont signées sur "
        f"{nombre(nombre_signe['denominateur'])} attendues.",
        champ=f"{ATTENDUES}.",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "libelle", {"valeur": "pourcent", "parc": "pourcent"}),
        note=f"{EN_PARC} {couverture(nombre_signe)}",
        indicateurs=("V1", "V2"),
        maturite=maturite(mesures.filter(**ici)),
    )


def avancement(v1: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les conventions attendues de chaque réservataire selon leur avancement (V1 par « reservataire|statut »)."""
    rangs = {etape: rang for rang, etape in enumerate(AVANCEMENTS)}
    ordre = {code: rang for rang, code in enumerate(AVEC_CONVENTION)}
    lues = v1.filter(**contexte.en_region, ventilation="reservataire|statut").with_columns(
        reservataire=pl.col("modalite").str.split("|").list.first(),
        etape=pl.col("modalite").str.split("|").list.last().replace_strict(_AVANCEMENT_DU_STATUT, default=None),
    )
    donnees = (
        lues.drop_nulls(["etape", "numerateur"])
        .group_by("reservataire", "etape")
        .agg(conventions=pl.col("numerateur").sum())
        .sort(pl.col("reservataire").replace_strict(ordre, default=99), pl.col("etape").replace_strict(rangs))
        .select(pl.col("reservataire").replace(AVEC_CONVENTION), "etape", "conventions")
    )
    restant = donnees.filter(pl.col("etape") != AVANCEMENTS[0])
    par_lui = restant.group_by("reservataire").agg(pl.col("conventions").sum()).sort("conventions", "reservataire")
    if par_lui.is_empty():
        titre = lecture = "Toutes les conventions attendues sont signées."
    else:
        qui, combien = par_lui.row(-1)
        total = float(restant["conventions"].sum())
        titre = f"{compter(total, 'convention')} à signer, dont {nombre(combien)} pour le réservataire « {qui} »"
        premiere = restant.filter(reservataire=qui).sort("conventions", "etape").row(-1, named=True)
        etape, conventions = premiere["etape"].lower(), compter(premiere["conventions"], "convention")
        lecture = f"Réservataire « {qui} », « {etape} » : {conventions}."
    return Figure(
        id="conventions-avancement",
        titre=titre.removesuffix("."),
        sous_titre=f"Conventions attendues selon leur avancement, {contexte.periode.libelle}",
        forme=BarresEmpilees("reservataire", "etape", "conventions", AVANCEMENTS, palette="avancement"),
        donnees=donnees,
        colonnes=(
            Colonne("reservataire", "Réservataire"),
            Colonne("etape", "Avancement"),
            Colonne("conventions", "Conventions", "nombre"),
        ),
        lecture=lecture,
        champ=f"{ATTENDUES}.",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "reservataire,etape", {"conventions": "nombre"}),
        note="Sans convention signée, le flux du réservataire revient au préfet.",
        indicateurs=("V1",),
        maturite=maturite(lues),
    )


def departements(mesures: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend, par département, la signature en nombre (V1), en parc (V2), et le parc couvert par l'État (V3)."""
    ensemble = mesures.filter(ventilation="ensemble")
    donnees = par_departement(ensemble.filter(indicateur="V1"), contexte)
    for code, nom in (("V2", "parc"), ("V3", "etat")):
        autres = ensemble.filter(indicateur=code, territoire_type="departement", periode=str(contexte.periode))
        donnees = joindre(donnees, autres.rename({"territoire": "code_departement"}), nom, "code_departement")
    donnees = donnees.select("departement", "numerateur", "denominateur", "valeur", "parc", "etat", "absence")
    bas = donnees.sort("valeur", "departement", nulls_last=True).row(0, named=True)
    etat = une(mesures, indicateur="V3", **contexte.en_region)
    return Figure(
        id="conventions-departements",
        titre=f"{bas['departement']} : {pourcent(bas['valeur'])} des conventions attendues sont signées, le taux "
        f"le plus bas ({pourcent(bas['parc'])} du parc)",
        sous_titre=f"Conventions signées parmi les attendues, par département, {contexte.periode.libelle}",
        forme=Points("departement", "valeur", "parc", "En nombre", "Pondéré par le parc"),
        donnees=donnees,
        colonnes=(
            Colonne("departement", "Département"),
            *COLONNES_SIGNATURE,
            Colonne("etat", "Parc des signataires avec l'État", "pourcent"),
        ),
        lecture=f"{bas['departement']} : {nombre(bas['numerateur'])} conventions signées sur "
        f"{nombre(bas['denominateur'])} attendues.",
        champ=f"{ATTENDUES}.",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "departement", {"valeur": "pourcent", "parc": "pourcent", "etat": "pourcent"}),
        note=f"{EN_PARC} Dans la région, {pourcent(etat['valeur'])} du parc social est à des bailleurs qui ont "
        f"signé avec l'État. {couverture(une(mesures, indicateur='V1', **contexte.en_region))}",
        indicateurs=("V1", "V2", "V3"),
        maturite=maturite(ensemble.filter(territoire_type="departement", periode=str(contexte.periode))),
    )
