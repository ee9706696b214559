"""Registre des conventions : bailleur × réservataire × périmètre."""

import dataframely as dy
import polars as pl

from bilan.referentiel.nomenclatures import (
    MOTIFS_NON_SIGNATURE,
    RESERVATAIRES,
    STATUTS_CONVENTION,
    TYPES_CONVENTION,
    TYPES_PERIMETRE,
)
from bilan.tables import briques
from bilan.tables.briques import CONVENTION, COPIL, RESERVATIONS, Table, jour, parmi
from bilan.tables.codes import OUI_NON
from bilan.tables.colonne import Fiche, colonne


class Conventions(Table):
    """Registre des conventions

    Toutes les conventions attendues, signées ou non : sans l'univers attendu, un taux de signature n'a pas de
    dénominateur. Faute de signature au 24 novembre 2023, le flux du réservataire revient au préfet.
    """

    bailleur_siren = briques.bailleur()
    bailleur_nom = briques.bailleur_nom()
    reservataire_categorie = parmi(
        Fiche("Réservataire", "Catégorie du réservataire", RESERVATIONS, cle=True), RESERVATAIRES
    )
    reservataire_id = briques.reservataire_id()
    reservataire_nom = briques.reservataire_nom()
    perimetre_type = parmi(
        Fiche("Type de périmètre", "Échelle de la convention", RESERVATIONS, cle=True), TYPES_PERIMETRE
    )
    perimetre_code = colonne(
        dy.String,
        Fiche("Périmètre", "Code du département, de l'EPCI ou de la commune", RESERVATIONS, exemple="84", cle=True),
        regex=r"^[0-9AB]{2,9}$",
    )
    type_convention = parmi(
        Fiche("Type de convention", "Flux, conversion préalable des droits, ou avenant", CONVENTION, cle=True),
        TYPES_CONVENTION,
    )
    convention_attendue = parmi(
        Fiche("Convention attendue", "La convention compte au dénominateur du taux de signature", CONVENTION), OUI_NON
    )
    statut_convention = parmi(Fiche("Statut", "État d'avancement de la convention", CONVENTION), STATUTS_CONVENTION)
    date_etat_des_lieux = jour("État des lieux", "Date de l'état des lieux des réservations", "Décret 2020-145")
    date_transmission = jour("Transmission au réservataire", "Date d'envoi du projet de convention", CONVENTION)
    date_signature = jour("Signature", "Date de la dernière signature", "Loi 3DS 2022-217, art. 22 (24 novembre 2023)")
    date_effet = jour("Date d'effet", "Premier jour d'application", CONVENTION)
    motif_non_signature = parmi(
        Fiche("Motif de non-signature", "Pourquoi la convention n'est pas signée", COPIL),
        MOTIFS_NON_SIGNATURE,
        nullable=True,
    )
    commentaire = briques.libre("Commentaire", "Précision libre, sans nom de personne")
    taux_pct = colonne(
        dy.Float64,
        Fiche("Taux du flux", "Taux inscrit dans la convention", RESERVATIONS, unite="%"),
        nullable=True,
        min=0,
        max=100,
    )
    nb_droits = briques.effectif(
        "Nombre de droits", "Désignations annuelles inscrites dans la convention", CONVENTION, nullable=True
    )
    parc_concerne = briques.effectif(
        "Parc concerné", "Logements du bailleur dans le périmètre, pour pondérer", CONVENTION, nullable=True
    )
    date_transmission_dreal = jour(
        "Remontée à la DREAL", "Date de réception de la convention signée (attendue au 31 mars)", COPIL
    )
    date_arrete = briques.date_arrete()

    @dy.rule()
    def signee_a_une_date(cls) -> pl.Expr:
        """Une convention signée porte la date de sa signature ; une convention datée est signée."""
        return (pl.col("statut_convention") == "SIGNEE") == pl.col("date_signature").is_not_null()
