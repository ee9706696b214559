"""Ce qui a changé depuis l'édition précédente : combien, quoi, et pour chaque changement, pourquoi."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import polars as pl

from bilan.figures.formes import ChiffreCle, Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.changements_lectures import (
    lire_conventions,
    lire_livraison,
    lire_perimetre,
    lire_statut,
    lire_valeur,
)
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.mesures import Ligne
from bilan.francais import accord, compter, date_longue, enumerer, nombre
from bilan.francais.phrases import Nom, majuscule, parmi
from bilan.referentiel.changements import NATURES
from bilan.referentiel.nomenclatures import RESERVATAIRES
from bilan.tables.catalogue import titre as titre_de_table
from bilan.tables.codes import CAUSES_DE_CHANGEMENT, GENRES_DE_CHANGEMENT

_QUOI = {
    "statut": Nom("changement de statut", "changements de statut"),
    "convention": Nom("convention signée ou retirée", "conventions signées ou retirées", feminin=True),
    "valeur": Nom("valeur révisée", "valeurs révisées", feminin=True),
    "livraison": Nom("fichier livré ou retiré", "fichiers livrés ou retirés"),
    "perimetre": Nom("changement de périmètre", "changements de périmètre"),
}
_VIENNENT = {
    "fait": ("est un fait nouveau", "sont des faits nouveaux"),
    "correction": ("corrige ce que l'on savait", "corrigent ce que l'on savait"),
    "regle": ("vient d'une règle changée", "viennent d'une règle changée"),
    "geographie": ("vient de la géographie", "viennent de la géographie"),
    "code": ("vient du code", "viennent du code"),
}
_SOURCE = "Registres, livraisons et mesures de l'entrepôt, comparés à deux dates"
_AUCUN = "Aucun changement"
_LUES = pl.col("ventilation").is_in(["ensemble", "reservataire"])


class Comparaison(Protocol):
    """Ce à quoi l'on s'est comparé."""

    @property
    def depuis(self) -> date | None: ...
    @property
    def publiee(self) -> bool: ...
    @property
    def de_travail(self) -> bool: ...
    @property
    def sans_valeurs(self) -> bool: ...


def nombre_de_changements(lignes: pl.DataFrame, comparaison: Comparaison, contexte: Contexte) -> Figure:
    """Rend le chiffre clé : combien de changements depuis l'état comparé."""
    total = lignes.height
    return Figure(
        id="changements-nombre",
        titre=majuscule(f"{_compter(total)} {_depuis(comparaison)}"),
        sous_titre="Changements, toutes causes",
        forme=ChiffreCle("nombre", f"{accord(total, 'changement')} {_depuis(comparaison)}", "nombre", _faits(lignes)),
        donnees=pl.DataFrame({"nombre": [total]}),
        colonnes=(Colonne("nombre", "Changements", "nombre"),),
        lecture=f"{majuscule(_compter(total))}, toutes causes.",
        champ=_champ(contexte),
        source=contexte.source(_SOURCE),
        alt=f"{majuscule(_compter(total))} {_depuis(comparaison)} : {_faits(lignes)}.",
    )


def causes(lignes: pl.DataFrame, comparaison: Comparaison, contexte: Contexte) -> Figure:
    """Rend le nombre de changements par genre et par cause."""
    comptes = {(genre, cause): n for genre, cause, n in lignes.group_by("genre", "cause").len().iter_rows()}
    donnees = pl.DataFrame(
        [
            {"genre": libelle, **{cause: comptes.get((genre, cause), 0) for cause in CAUSES_DE_CHANGEMENT}}
            for genre, libelle in GENRES_DE_CHANGEMENT.items()
        ],
        schema={"genre": pl.String, **dict.fromkeys(CAUSES_DE_CHANGEMENT, pl.Int64)},
    ).with_columns(total=pl.sum_horizontal(list(CAUSES_DE_CHANGEMENT)))
    if comparaison.sans_valeurs:  # zéro dirait qu'aucune valeur n'a bougé : on ne l'a pas regardé
        muette = pl.col("genre") == GENRES_DE_CHANGEMENT["valeur"]
        donnees = donnees.with_columns(pl.when(~muette).then(pl.exclude("genre")))
    principale = max(CAUSES_DE_CHANGEMENT, key=lambda cause: donnees[cause].sum())
    combien = int(donnees[principale].sum())
    compare = f"Comparé à {_a_quoi(comparaison)}"
    return Figure(
        id="changements-causes",
        titre=_titre_des_causes(combien, lignes.height, principale),
        sous_titre=f"Changements {_depuis(comparaison)}, par genre et par cause",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(
            Colonne("genre", "Ce qui change"),
            *(Colonne(cause, libelle, "nombre") for cause, libelle in CAUSES_DE_CHANGEMENT.items()),
            Colonne("total", "Total", "nombre"),
        ),
        lecture=f"{majuscule(_compter(lignes.height))} : {_faits(lignes)}.",
        champ=_champ(contexte),
        source=contexte.source(_SOURCE),
        alt=decrire_lignes(donnees, "genre", {"total": "nombre"}),
        note="Fait nouveau : ce qui s'est passé depuis. Correction : ce que l'on savait mal. Règle, géographie, code : "
        f"la façon de compter a changé. {compare}. {_ruptures(comparaison, contexte)}".rstrip(),
    )


def statuts(lignes: pl.DataFrame, comparaison: Comparaison, contexte: Contexte) -> Figure:
    """Rend les étapes d'EPCI dont le statut a changé : avant, après, à quel arrêté, et pourquoi."""
    donnees = _lisibles(lignes, "statut").select(
        epci=_noms_d_epci(contexte), etape="objet", avant="avant", apres="apres", arrete="jour", cause="cause",
    ).sort("epci", "arrete", maintain_order=True)  # fmt: skip
    combien = donnees["epci"].n_unique()
    return _tableau(
        "changements-statuts", donnees, comparaison, contexte,
        _Presentation(
            titre=f"{Nom('EPCI', 'EPCI').compte(combien)} {accord(combien, 'a', 'ont')} changé de statut",
            sous_titre="Étapes de la réforme, au dernier arrêté connu",
            colonnes=(
                Colonne("epci", "EPCI"), Colonne("etape", "Étape"), Colonne("avant", "Avant"),
                Colonne("apres", "Après"), Colonne("arrete", "Arrêté", "date"), Colonne("cause", "Pourquoi"),
            ),
            vide="aucun EPCI n'a changé de statut",
            lire=lire_statut,
        ),
    )  # fmt: skip


def conventions(lignes: pl.DataFrame, comparaison: Comparaison, contexte: Contexte) -> Figure:
    """Rend, par réservataire, les conventions nouvellement signées et celles qui ne sont plus signées."""
    signees = pl.col("apres") == "Signée"
    donnees = (
        lignes.filter(genre="convention")
        .group_by(reservataire="objet")
        .agg(
            signees=(signees & (pl.col("cause") == "fait")).sum(),
            apprises=(signees & (pl.col("cause") != "fait")).sum(),
            retirees=(~signees).sum(),
        )
        .sort("signees", "apprises", "reservataire", descending=[True, True, False])
        .with_columns(pl.col("signees", "apprises", "retirees").cast(pl.Int64))
    )
    total = int(donnees["signees"].sum()) + int(donnees["apprises"].sum())
    return _tableau(
        "changements-conventions", donnees, comparaison, contexte,
        _Presentation(
            titre=f"{Nom('convention', 'conventions', feminin=True).compte(total)} "
            f"nouvellement {accord(total, 'signée', 'signées')}",
            sous_titre="Conventions de gestion en flux, par réservataire",
            colonnes=(
                Colonne("reservataire", "Réservataire"), Colonne("signees", "Signées depuis", "nombre"),
                Colonne("apprises", "Signées avant, apprises depuis", "nombre"),
                Colonne("retirees", "Retirées", "nombre"),
            ),
            vide="aucune convention n'a été signée ni retirée",
            lire=lire_conventions,
        ),
    )  # fmt: skip


def valeurs(lignes: pl.DataFrame, comparaison: Comparaison, contexte: Contexte) -> Figure:
    """Rend les valeurs de la région et des départements qui ne sont plus celles d'alors (r)."""
    decoupees = _lisibles(lignes, "valeur").with_columns(
        # À deux axes (« reservataire|statut|ALS|SIGNEE »), la page des révisions les lit ; le tableau n'en a qu'un.
        ventilation=pl.when(pl.col("detail").str.count_matches("|", literal=True) == 1)
        .then(pl.col("detail").str.split("|").list.first()),
        modalite=pl.col("detail").str.split("|").list.last(),
    )
    visibles = decoupees.filter(_LUES & pl.col("territoire_type").is_in(["region", "departement"]))
    donnees = visibles.select(
        territoire=_territoires(contexte), indicateur="objet", modalite=_modalite(), periode="periode",
        avant="valeur_avant", apres="valeur_apres", unite="unite", cause="cause",
    ).sort("indicateur", "territoire", "periode", "modalite")  # fmt: skip
    autres = decoupees.height - visibles.height
    return _tableau(
        "changements-valeurs", donnees, comparaison, contexte,
        _Presentation(
            titre=f"{Nom('valeur', 'valeurs', feminin=True).compte(donnees.height)} de la région ou d'un département "
            f"{accord(donnees.height, 'a', 'ont')} été {accord(donnees.height, 'révisée')}",
            sous_titre="Même indicateur, même territoire, même période, autre valeur",
            colonnes=(
                Colonne("territoire", "Territoire"), Colonne("indicateur", "Indicateur"),
                Colonne("modalite", "Modalité"), Colonne("periode", "Période"),
                Colonne("avant", "Avant", "decimal"), Colonne("apres", "Après", "decimal"),
                Colonne("unite", "Unité"), Colonne("cause", "Pourquoi"),
            ),
            vide="aucune valeur de la région ni d'un département n'a été révisée",
            lire=lire_valeur,
            note=f"Et {compter(autres, 'valeur')} à une maille plus fine." if autres else "",
        ),
    )  # fmt: skip


def livraisons(lignes: pl.DataFrame, comparaison: Comparaison, contexte: Contexte) -> Figure:
    """Rend, par table, les fichiers nouveaux, remplacés et retirés."""
    sorts = {"nouvelles": "Nouvelle", "remplacees": "Remplacée", "retirees": "Retirée"}
    donnees = (
        lignes.filter(genre="livraison")
        .group_by(table="objet")
        .agg((pl.col("apres") == sort).sum().cast(pl.Int64).alias(nom) for nom, sort in sorts.items())
        .with_columns(pl.col("table").map_elements(titre_de_table, return_dtype=pl.String))
        .sort("table")
    )
    total, perdus = int(donnees["nouvelles"].sum()), int(donnees["retirees"].sum())
    return _tableau(
        "changements-livraisons", donnees, comparaison, contexte,
        _Presentation(
            titre=f"{Nom('fichier', 'fichiers').compte(total)} {accord(total, 'nouveau', 'nouveaux')}, "
            f"{nombre(perdus)} {accord(perdus, 'retiré')}",
            sous_titre="Fichiers livrés, par table",
            colonnes=(
                Colonne("table", "Table"), Colonne("nouvelles", "Nouveaux", "nombre"),
                Colonne("remplacees", "Remplacés", "nombre"), Colonne("retirees", "Retirés", "nombre"),
            ),
            vide="aucun fichier n'est arrivé ni n'a été retiré",
            lire=lire_livraison,
        ),
    )  # fmt: skip


def perimetres(lignes: pl.DataFrame, comparaison: Comparaison, contexte: Contexte) -> Figure:
    """Rend les communes et les EPCI qui ont changé d'un millésime à l'autre."""
    donnees = lignes.filter(genre="perimetre").select(
        nature=pl.col("objet").replace(NATURES), nom="detail", code="territoire", avant="avant", apres="apres",
    )  # fmt: skip
    return _tableau(
        "changements-perimetres", donnees, comparaison, contexte,
        _Presentation(
            titre=f"{majuscule(_compter(donnees.height))} de périmètre",
            sous_titre="Communes et EPCI, d'un millésime du code officiel géographique à l'autre",
            colonnes=(
                Colonne("nature", "Changement"), Colonne("nom", "Commune ou EPCI"), Colonne("code", "Code"),
                Colonne("avant", "Avant"), Colonne("apres", "Après"),
            ),
            vide="le millésime des territoires est le même",
            lire=lire_perimetre,
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class _Presentation:
    """Ce qu'un tableau de changements dit de lui-même ; `vide` complète « Aucun changement » quand il n'a rien."""

    titre: str
    sous_titre: str
    colonnes: tuple[Colonne, ...]
    vide: str
    lire: Callable[[Ligne], str]
    note: str = ""


def _tableau(
    ident: str, donnees: pl.DataFrame, comparaison: Comparaison, contexte: Contexte, presentation: _Presentation
) -> Figure:
    rien = f"{_AUCUN} {_depuis(comparaison)} : {presentation.vide}."
    premiere = "" if donnees.is_empty() else presentation.lire(donnees.row(0, named=True))
    return Figure(
        id=ident,
        titre=_AUCUN + f" : {presentation.vide}" if donnees.is_empty() else majuscule(presentation.titre),
        sous_titre=f"{presentation.sous_titre}, {_depuis(comparaison)}",
        forme=Tableau(),
        donnees=donnees,
        colonnes=presentation.colonnes,
        lecture=premiere or rien,
        champ=_champ(contexte),
        source=contexte.source(_SOURCE),
        alt=rien if donnees.is_empty() else f"{majuscule(presentation.titre)}. {premiere}",
        note=presentation.note,
        vide=rien if donnees.is_empty() else "",
    )


def _lisibles(lignes: pl.DataFrame, genre: str) -> pl.DataFrame:
    return lignes.filter(genre=genre).with_columns(pl.col("cause").replace(CAUSES_DE_CHANGEMENT))


def _noms_d_epci(contexte: Contexte) -> pl.Expr:
    return pl.col("territoire").replace(dict(contexte.territoires.epci.select("epci_siren", "epci").iter_rows()))


def _territoires(contexte: Contexte) -> pl.Expr:
    departements = dict(contexte.territoires.departements.select("code_departement", "departement").iter_rows())
    region = pl.col("territoire_type") == "region"
    return pl.when(region).then(pl.lit(contexte.region)).otherwise(pl.col("territoire").replace(departements))


def _modalite() -> pl.Expr:
    return pl.when(pl.col("ventilation") == "ensemble").then(pl.lit("Ensemble")).otherwise(
        pl.col("modalite").replace(RESERVATAIRES)
    )


def _faits(lignes: pl.DataFrame) -> str:
    comptes = dict(lignes.group_by("genre").len().iter_rows())
    presents = [genre for genre in GENRES_DE_CHANGEMENT if comptes.get(genre)]
    dits = [f"{_QUOI[genre].compte(comptes[genre])}" for genre in presents]
    return enumerer(dits) if dits else "aucun statut, convention, valeur, fichier ni périmètre"


def _titre_des_causes(combien: int, total: int, cause: str) -> str:
    if not total:
        return _AUCUN
    return majuscule(parmi(combien, total, Nom("changement", "changements"), _VIENNENT[cause]))


def _compter(total: int) -> str:
    return Nom("changement", "changements").compte(total)


def _a_quoi(comparaison: Comparaison) -> str:
    if comparaison.publiee:
        return "une édition publiée"
    if comparaison.de_travail:
        return "un document de travail, faute d'édition publiée"
    return "ce que l'on savait alors, reconstitué"


def _depuis(comparaison: Comparaison) -> str:
    return f"depuis l'état connu le {date_longue(comparaison.depuis)}" if comparaison.depuis else "depuis le début"


def _ruptures(comparaison: Comparaison, contexte: Contexte) -> str:
    return contexte.ruptures(comparaison.depuis, contexte.connu_le) if comparaison.depuis else ""


def _champ(contexte: Contexte) -> str:
    return f"Région {contexte.region}, tel que connu le {date_longue(contexte.connu_le)}."
