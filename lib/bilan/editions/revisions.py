"""Les révisions d'une édition : chaque valeur publiée qui n'est plus la même, une à une, maille par maille.

Le magasin des changements les a comptées et leur a donné une cause ; ici rien n'est recalculé. Hors du profil interne
il n'y en a pas : les valeurs d'un état passé n'y ont pas été masquées.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from bilan.editions.annuaire import ouvrir_territoires
from bilan.editions.executions import Edition
from bilan.entrepot.changements import Comparaison, EntrepotChangements
from bilan.figures.formes import Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.tableau import cellule
from bilan.francais import compter, date_longue
from bilan.projet import INTERNE, Projet
from bilan.referentiel import nomenclatures as n
from bilan.tables.codes import CAUSES_DE_CHANGEMENT

LIGNES_PAR_PAGE = 800
"""Lignes que la page d'une maille montre ; son fichier CSV les a toutes."""

PAGE_DES_CHANGEMENTS = "changements"
MAILLES = {
    "revisions": ("Région et départements", ("region", "departement")),
    "revisions-epci": ("EPCI", ("epci",)),
    "revisions-bailleurs": ("Bailleurs", ("bailleur",)),
}
"""Pages des révisions : ce qu'elles nomment, et les mailles de territoire qu'elles montrent."""

_LIBELLES: dict[str, Mapping[str, str]] = {
    "reservataire": n.RESERVATAIRES, "statut": n.STATUTS_CONVENTION, "motif": n.MOTIFS_NON_SIGNATURE,
    "type_convention": n.TYPES_CONVENTION, "etat_cotation": n.ETATS_COTATION, "typologie": n.TYPOLOGIES,
    "financement": n.FINANCEMENTS, "qpv": n.QPV, "public": n.PUBLICS_PRIORITAIRES, "produit": n.PRODUITS_AGREMENT,
    "ponderation": {"parc": "pondéré par le parc", "population": "pondéré par la population"},
    "ensemble": {"ensemble": "Ensemble"},
}
_COLONNES = (
    Colonne("territoire", "Territoire"), Colonne("indicateur", "Chiffre"), Colonne("modalite", "Modalité"),
    Colonne("periode", "Période"), Colonne("avant", "Avant", "decimal"), Colonne("apres", "Après", "decimal"),
    Colonne("unite", "Unité"), Colonne("cause", "Cause"), Colonne("jour", "Su le", "date"),
)


@dataclass(frozen=True, slots=True)
class Revisions:
    """Révisions d'une maille : le nom de leur page, celui de la maille, et la figure qui les liste toutes."""

    page: str
    maille: str
    figure: Figure


def lire_revisions(projet: Projet, edition: Edition) -> tuple[Revisions, ...]:
    """Rend les révisions d'une édition interne qui se compare à un état ; la première maille y est toujours.

    La page de ce qui a changé y mène : une édition qui ne l'a pas n'a pas de révisions.

    Lève `DonneesRefusees` si le magasin des changements est abîmé.
    """
    magasin = EntrepotChangements(projet.entrepot, edition.jeu)
    comparaison = magasin.comparaison()
    menee = any(page.page == PAGE_DES_CHANGEMENTS for page in edition.pages)
    if edition.profil != INTERNE or comparaison.depuis is None or not menee:
        return ()
    lignes = _lisibles(magasin.lire().filter(genre="valeur"), _noms(projet, edition), edition)
    faites = []
    for page, (maille, genres) in MAILLES.items():
        voulues = lignes.filter(pl.col("genre_du_territoire").is_in(genres))
        if page == "revisions" or not voulues.is_empty():
            faites.append(Revisions(page, maille, _figure(page, maille, voulues, comparaison, edition)))
    return tuple(faites)


def _noms(projet: Projet, edition: Edition) -> dict[tuple[str, str], str]:
    territoires = ouvrir_territoires(projet)
    bailleurs = {e.run.territoire: e.run.titre for e in edition.autres_fiches.get("bailleur", ())}
    departements = territoires.departements.select("code_departement", "departement").iter_rows()
    return {
        ("region", territoires.code_region): territoires.region.nom,
        **{("departement", code): nom for code, nom in departements},
        **{("epci", siren): nom for siren, nom in territoires.epci.select("epci_siren", "epci").iter_rows()},
        **{("bailleur", siren): titre.partition(",")[0] for siren, titre in bailleurs.items()},
    }


def _lisibles(lignes: pl.DataFrame, noms: Mapping[tuple[str, str], str], edition: Edition) -> pl.DataFrame:
    genres = [genre for _, suite in MAILLES.values() for genre in suite]
    rangees = [
        {
            "genre_du_territoire": ligne["territoire_type"],
            "rang": genres.index(ligne["territoire_type"]) if ligne["territoire_type"] in genres else len(genres),
            "territoire": noms.get((ligne["territoire_type"], ligne["territoire"]), ligne["territoire"]),
            "indicateur": ligne["objet"],
            "modalite": _modalite(ligne["detail"], noms),
            "periode": ligne["periode"],
            "avant": ligne["valeur_avant"],
            "apres": ligne["valeur_apres"],
            "unite": ligne["unite"],
            "cause": CAUSES_DE_CHANGEMENT[ligne["cause"]],
            "jour": ligne["jour"] or edition.declaration.connu_le,
        }
        for ligne in lignes.iter_rows(named=True)
    ]
    textes = ("genre_du_territoire", "territoire", "indicateur", "modalite", "periode", "unite", "cause")
    schema: dict[str, type[pl.DataType]] = {
        **dict.fromkeys(textes, pl.String), "rang": pl.Int64, "avant": pl.Float64, "apres": pl.Float64, "jour": pl.Date,
    }
    lues = pl.DataFrame(rangees, schema=schema)
    return lues.sort("rang", "territoire", "indicateur", "periode", "modalite")


def _modalite(detail: str, noms: Mapping[tuple[str, str], str]) -> str:
    """Rend la modalité lue : « reservataire|statut|ALS|SIGNEE » se lit « Action Logement Services, Signée »."""
    parts = detail.split("|")
    axes, codes = parts[: len(parts) // 2], parts[len(parts) // 2 :]
    return ", ".join(
        noms.get((axe, code)) or _LIBELLES.get(axe, {}).get(code, code) for axe, code in zip(axes, codes, strict=True)
    )


def _figure(page: str, maille: str, lignes: pl.DataFrame, comparaison: Comparaison, edition: Edition) -> Figure:
    depuis = comparaison.depuis or date.min
    combien = compter(lignes.height, "valeur révisée", "valeurs révisées")
    rien = f"Aucune valeur n'a été révisée depuis l'état connu le {date_longue(depuis)}."
    lecture = _lire(lignes.row(0, named=True)) if lignes.height else rien
    return Figure(
        id=page,
        titre=f"{maille} : {combien}" if lignes.height else f"{maille} : aucune valeur révisée",
        sous_titre=f"Même chiffre, même territoire, même période, autre valeur, depuis l'état connu le "
        f"{date_longue(depuis)}",
        forme=Tableau(),
        donnees=lignes,
        colonnes=_COLONNES,
        lecture=lecture,
        champ=f"Mesures de l'édition « {edition.declaration.titre} » et de l'état connu le {date_longue(depuis)}.",
        source=f"Mesures de l'entrepôt, telles que connues le {date_longue(edition.declaration.connu_le)}.",
        alt=f"{maille} : {combien}. {lecture}",
        note="Su le : date à laquelle cette édition connaît la valeur d'après.",
        maturite="revise" if lignes.height else "definitif",
        fictif=edition.jeu.est_fictif,
        vide="" if lignes.height else rien,
    )


def _lire(ligne: dict[str, object]) -> str:
    avant, apres = (cellule(ligne[nom], "decimal") for nom in ("avant", "apres"))
    return (
        f"{ligne['territoire']}, {ligne['indicateur']} ({ligne['modalite']}), {ligne['periode']} : "
        f"{avant} devient {apres} ({ligne['unite']}) ; cause : {str(ligne['cause']).lower()}."
    )
