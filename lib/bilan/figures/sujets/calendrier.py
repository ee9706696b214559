"""Le calendrier des cotations : ce qui est en service, ce qui est annoncé, ce qui a glissé (domaine, § 2.6)."""

from datetime import date

import polars as pl

from bilan.figures.formes import Frise
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.cotation import REGISTRE, SOUMIS
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.francais import compter, date_longue


def calendrier(registre: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend la frise des cotations : en service, prévue, ou prévue après avoir glissé depuis l'arrêté précédent.

    `registre` est la table epci_avancement, tous arrêtés.
    """
    donnees = dates_de_cotation(registre, contexte)
    glisses = donnees.filter(statut="glissé")
    derniere = donnees.filter(pl.col("statut") != "fait")
    arrete: date = registre["date_arrete"].max()  # type: ignore[assignment]
    return Figure(
        id="cotation-calendrier",
        titre=f"{compter(glisses.height, 'calendrier a glissé', 'calendriers ont glissé')} depuis l'arrêté précédent "
        f"sur {compter(derniere.height, 'cotation attendue', 'cotations attendues')}",
        sous_titre=f"Mise en service de la cotation, faite ou prévue, au {date_longue(arrete)}",
        forme=Frise("epci", "quand", "jour", "statut"),
        donnees=donnees,
        colonnes=(
            Colonne("epci", "EPCI"),
            Colonne("statut", "Statut"),
            Colonne("jour", "Mise en service", "date"),
            Colonne("avant", "Date annoncée à l'arrêté précédent", "date", absence="deja"),
        ),
        lecture=_lecture_du_calendrier(donnees),
        champ=f"{SOUMIS}, dont la date de mise en service est connue ou annoncée.",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "epci", {"statut": "texte", "jour": "date"}),
        note="Glissé : la date annoncée est plus tardive qu'à l'arrêté précédent.",
        indicateurs=("E5",),
    )


def dates_de_cotation(registre: pl.DataFrame, contexte: Contexte) -> pl.DataFrame:
    """Rend, par EPCI soumis dont la date est connue : epci, quand, jour, statut (fait, prévu, glissé), avant, deja.

    `quand` est le jour, écrit à côté de sa marque.
    """
    arretes = registre.filter(pl.col("date_arrete") <= contexte.connu_le).sort("date_arrete")
    faite, prevue = pl.col("cotation_date_mise_en_service"), pl.col("date_prevue_cotation")
    dernier = arretes.group_by("epci_siren").agg(
        faite=faite.last(), prevue=prevue.last(), avant=prevue.slice(-2, 1).first(), arretes=pl.len()
    )
    noms = contexte.territoires.epci.filter("est_soumis").select("epci_siren", "epci")
    return (
        noms.join(dernier, on="epci_siren")
        .with_columns(pl.when(pl.col("arretes") > 1).then("avant"))
        .with_columns(
            quand=pl.coalesce("faite", "prevue").dt.strftime("%d/%m/%Y"),
            jour=pl.coalesce("faite", "prevue"),
            statut=pl.when(pl.col("faite").is_not_null())
            .then(pl.lit("fait"))
            .when(pl.col("prevue") > pl.col("avant"))
            .then(pl.lit("glissé"))
            .otherwise(pl.lit("prévu")),
        )
        .filter(pl.col("jour").is_not_null())
        .sort("jour", "epci")
        .with_columns(deja=pl.when(pl.col("statut") == "fait").then(pl.lit("sans_objet")))
        .select("epci", "quand", "jour", "statut", "avant", "deja")
    )


def _lecture_du_calendrier(donnees: pl.DataFrame) -> str:
    attendues = donnees.filter(pl.col("statut") != "fait")
    ligne = (attendues if attendues.height else donnees).row(-1, named=True)
    if ligne["statut"] == "fait":
        return f"{ligne['epci']} : cotation en service depuis le {date_longue(ligne['jour'])}."
    avant = f", annoncée d'abord pour le {date_longue(ligne['avant'])}" if ligne["statut"] == "glissé" else ""
    return f"{ligne['epci']} : mise en service prévue le {date_longue(ligne['jour'])}{avant}."
