"""Deux arrêtés du registre comparés : les étapes franchies, les dates qui reculent, les EPCI qui changent de groupe."""

from datetime import date

import polars as pl

from bilan.figures.formes import Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.cotation import REGISTRE, SOUMIS
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.parcours import ETAPES, Etape
from bilan.francais import date_courte, date_longue
from bilan.francais.phrases import EPCI, majuscule, parmi
from bilan.referentiel.nomenclatures import ETATS_COTATION

_FRANCHIE, _RECULE, _AVANCE, _GROUPE = "Étape franchie", "Date repoussée", "Date avancée", "Change de groupe"
_ONT_BOUGE = ("a bougé", "ont bougé")
_SCHEMA = {
    **dict.fromkeys(("epci", "code_departement", "etape", "genre", "avant", "apres"), pl.String),
    "glissement": pl.Float64,
}


def comparables(registre: pl.DataFrame, contexte: Contexte, avant: date | None = None) -> tuple[date, date] | None:
    """Rend deux arrêtés connus du registre, du plus ancien au plus récent ; rien s'il n'y en a pas deux.

    Le second est le dernier connu ; le premier, le dernier qui ne dépasse pas `avant`, à défaut celui qui le précède.
    """
    connus = registre.filter(pl.col("date_arrete") <= contexte.connu_le)["date_arrete"].unique().sort().to_list()
    anciens = [jour for jour in connus[:-1] if avant is None or jour <= avant]
    return (anciens[-1], connus[-1]) if anciens else None


def comparaison(registre: pl.DataFrame, arretes: tuple[date, date], contexte: Contexte) -> Figure:
    """Rend ce qui a bougé chez les EPCI soumis entre deux arrêtés du registre (table epci_avancement).

    Un EPCI que l'un des deux arrêtés n'a pas ne se compare pas : la note dit combien il en manque.
    """
    avant, apres = arretes
    soumis = contexte.territoires.epci.filter("est_soumis").select("epci_siren", "epci", "code_departement")
    paires = _paires(registre, arretes).join(soumis, on="epci_siren")
    lots = [_dates(paires, etape) for etape in ETAPES]
    donnees = (
        pl.concat([*lots, _groupes(paires)])
        .sort("code_departement", "epci", "etape", "genre")
        .with_columns(sans_date=pl.when(pl.col("genre") == _GROUPE).then(pl.lit("sans_objet")))
    )
    bouge, manquent = donnees["epci"].n_unique(), soumis.height - paires.height
    vide = f"Rien n'a bougé entre le {date_longue(avant)} et le {date_longue(apres)}."
    return Figure(
        id="cotation-deux-arretes",
        titre=f"{majuscule(parmi(bouge, paires.height, EPCI, _ONT_BOUGE))} entre le {date_longue(avant)} et le "
        f"{date_longue(apres)}",
        sous_titre="Étapes franchies, dates déplacées et changements de groupe d'un arrêté à l'autre",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(
            Colonne("code_departement", "Dép."),
            Colonne("epci", "EPCI"),
            Colonne("etape", "Étape"),
            Colonne("genre", "Ce qui change"),
            Colonne("avant", f"Au {date_courte(avant)}"),
            Colonne("apres", f"Au {date_courte(apres)}"),
            Colonne("glissement", "Glissement", "jours", absence="sans_date"),
        ),
        lecture=_lecture(donnees) or vide,
        champ=f"{SOUMIS}, connus aux deux arrêtés.",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "epci,etape", {"genre": "texte", "apres": "texte"}) if donnees.height else vide,
        note=f"{_note(manquent)} {contexte.ruptures(avant, apres)}".rstrip(),
        indicateurs=("E5", "E6"),
        vide="" if donnees.height else vide,
    )


def _paires(registre: pl.DataFrame, arretes: tuple[date, date]) -> pl.DataFrame:
    """Rend une ligne par EPCI présent aux deux arrêtés, les colonnes d'avant suffixées de « _avant »."""
    utiles = ["epci_siren", "etat_cotation", *(n for e in ETAPES for n in (e.faite, e.prevue) if n)]
    avant, apres = (registre.filter(date_arrete=jour).select(utiles).unique("epci_siren") for jour in arretes)
    return apres.join(avant, on="epci_siren", suffix="_avant")


def _dates(paires: pl.DataFrame, etape: Etape) -> pl.DataFrame:
    """Rend les EPCI dont l'étape a été franchie, ou dont la date annoncée a changé."""
    if etape.prevue is None:
        paires = paires.with_columns(prevue=pl.lit(None, pl.Date), prevue_avant=pl.lit(None, pl.Date))
    else:
        paires = paires.with_columns(prevue=pl.col(etape.prevue), prevue_avant=pl.col(f"{etape.prevue}_avant"))
    faite, deja = pl.col(etape.faite), pl.col(f"{etape.faite}_avant")
    franchie = faite.is_not_null() & deja.is_null()
    jour = pl.when(franchie).then(faite).otherwise("prevue")
    ecart = (jour - pl.col("prevue_avant")).dt.total_days()
    genre = pl.when(franchie).then(pl.lit(_FRANCHIE)).when(deja.is_null() & (ecart > 0)).then(pl.lit(_RECULE))
    genre = genre.when(deja.is_null() & (ecart < 0)).then(pl.lit(_AVANCE))
    return (
        paires.select(
            "epci",
            "code_departement",
            etape=pl.lit(etape.sigle),
            genre=genre,
            avant=pl.when(pl.col("prevue_avant").is_null())
            .then(pl.lit("sans date annoncée"))
            .otherwise(pl.format("annoncée pour le {}", _lu(pl.col("prevue_avant")))),
            apres=pl.when(franchie)
            .then(pl.format("faite le {}", _lu(faite)))
            .otherwise(pl.format("annoncée pour le {}", _lu(jour))),
            glissement=ecart.cast(pl.Float64),
        )
        .drop_nulls("genre")
        .select(*_SCHEMA)
    )


def _lu(jour: pl.Expr) -> pl.Expr:
    return jour.dt.strftime("%d/%m/%Y")


def _groupes(paires: pl.DataFrame) -> pl.DataFrame:
    """Rend les EPCI qui ont changé de groupe de cotation."""
    avant, apres = pl.col("etat_cotation_avant"), pl.col("etat_cotation")
    return (
        paires.filter(avant.ne_missing(apres))
        .select(
            "epci",
            "code_departement",
            etape=pl.lit("Cotation"),
            genre=pl.lit(_GROUPE),
            avant=avant.replace(ETATS_COTATION).fill_null("non renseigné"),
            apres=apres.replace(ETATS_COTATION).fill_null("non renseigné"),
            glissement=pl.lit(None, pl.Float64),
        )
        .select(*_SCHEMA)
    )


def _lecture(donnees: pl.DataFrame) -> str:
    reculs = donnees.filter(genre=_RECULE).sort("glissement", "epci", descending=[True, False])
    if donnees.is_empty():
        return ""
    ligne = (reculs if reculs.height else donnees).row(0, named=True)
    return f"{ligne['epci']}, {ligne['etape']} : {ligne['avant']}, puis {ligne['apres']}."


def _note(manquent: int) -> str:
    absents = f"{majuscule(EPCI.compte(manquent))} soumis " if manquent else ""
    suite = "sans les deux arrêtés, donc non comparé." if manquent == 1 else "sans les deux arrêtés, donc non comparés."
    fixe = "Une étape franchie se compare à la date qui était annoncée ; n.d. : rien n'était annoncé."
    return f"{fixe} {absents}{suite}" if manquent else fixe
