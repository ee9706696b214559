"""Un EPCI parmi ses pairs : même catégorie, même taille ; un rang seulement là où il veut dire quelque chose."""

import polars as pl

from bilan.figures.formes import Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.fiche import lieu_de
from bilan.figures.sujets.mesures import Ligne, maturite, une
from bilan.figures.sujets.publics import ATTRIBUTIONS
from bilan.francais import articles, compter, nombre, pourcent
from bilan.francais.phrases import EPCI, Solidite, majuscule, rang, refus, reserves
from bilan.referentiel.nomenclatures import TYPES_EPCI

INDICATEURS = {
    "A1": "Premier quartile hors quartier prioritaire",
    "A2": "Quartiles 2 à 4 en quartier prioritaire",
    "A3": "Publics prioritaires parmi les baux",
}
"""Indicateurs que l'on compare entre pairs : des taux, qui ne dépendent pas de la taille."""

MINIMUM = 3
"""Sous ce nombre d'EPCI comparables, ni moyenne ni rang : ils désigneraient presque le voisin."""


def pairs_de(epci: str, contexte: Contexte) -> list[str]:
    """Rend les SIREN des pairs de l'EPCI, lui compris : même catégorie, de la moitié au double de sa population.

    S'il y en a moins de `MINIMUM`, toute la catégorie.
    """
    lieu = lieu_de(epci, contexte)
    categorie = contexte.territoires.epci.filter(epci_type=lieu["epci_type"])
    proches = categorie.filter(pl.col("population").is_between(lieu["population"] / 2, 2 * lieu["population"]))
    return (proches if proches.height >= MINIMUM else categorie)["epci_siren"].sort().to_list()


def comparaison(mesures: pl.DataFrame, reperes: pl.DataFrame, epci: str, contexte: Contexte) -> Figure:
    """Rend chaque taux de l'EPCI à côté de ses pairs, de son département et de la région.

    `mesures` : celles des pairs (`pairs_de`) ; `reperes` : celles du département et de la région, la valeur seule.
    """
    lieu, pairs = lieu_de(epci, contexte), pairs_de(epci, contexte)
    donnees = pl.DataFrame(
        [_ligne(mesures, reperes, code, lieu, contexte) for code in INDICATEURS],
        schema={
            "indicateur": pl.String,
            **dict.fromkeys(("numerateur", "denominateur", "valeur", "pairs", "departement", "region"), pl.Float64),
            "rang": pl.String,
            "absence": pl.String,
        },
    )
    tete: Ligne = donnees.row(0, named=True)
    categorie = TYPES_EPCI[lieu["epci_type"]].lower()
    return Figure(
        id="fiche-pairs",
        titre=f"{INDICATEURS['A1']} : {pourcent(tete['valeur'])} ; pairs, {pourcent(tete['pairs'])}",
        sous_titre=f"L'EPCI, ses pairs, son département et la région, {contexte.periode.libelle}",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(
            Colonne("indicateur", "Indicateur"),
            Colonne("numerateur", "Baux comptés", "nombre", absence="absence"),
            Colonne("denominateur", "Sur", "nombre", "baux", absence="absence"),
            Colonne("valeur", "EPCI", "pourcent", absence="absence"),
            Colonne("pairs", "Pairs", "pourcent"),
            Colonne("departement", contexte.territoires.nom("departement", lieu["code_departement"]), "pourcent"),
            Colonne("region", "Région", "pourcent"),
            Colonne("rang", "Rang parmi les pairs"),
        ),
        lecture=f"{majuscule(articles.epci(lieu['epci']))} : {nombre(tete['numerateur'])} sur "
        f"{nombre(tete['denominateur'])}, soit {pourcent(tete['valeur'])}.",
        champ=f"{lieu['epci']}{' (partie régionale)' if lieu['deborde_region'] else ''} ; "
        f"{compter(len(pairs), 'pair', 'pairs')}, lui compris : {categorie}, de taille voisine.",
        source=contexte.source(ATTRIBUTIONS),
        alt=decrire_lignes(donnees, "indicateur", {"valeur": "pourcent", "pairs": "pourcent", "region": "pourcent"}),
        note="Pairs : somme des EPCI de la même catégorie et de taille voisine (de la moitié au double de sa "
        "population), à défaut toute la catégorie. Pas de rang sur une petite base, une valeur masquée ou une "
        f"couverture partielle, ni à moins de {MINIMUM} {EPCI.pluriel}. Le premier a la valeur la plus haute.",
        indicateurs=tuple(INDICATEURS),
        maturite=maturite(mesures.filter(territoire=epci, ventilation="ensemble")),
    )


def _ligne(mesures: pl.DataFrame, reperes: pl.DataFrame, code: str, lieu: Ligne, contexte: Contexte) -> Ligne:
    ici = mesures.filter(indicateur=code, ventilation="ensemble", territoire_type="epci")
    mienne = une(ici, territoire=lieu["epci_siren"])
    autour = {"departement": lieu["code_departement"], "region": contexte.code_region}
    return {
        "indicateur": INDICATEURS[code],
        **{nom: mienne[nom] for nom in ("numerateur", "denominateur", "valeur")},
        "pairs": _ensemble(ici),
        **{m: une(reperes, indicateur=code, territoire_type=m, territoire=c)["valeur"] for m, c in autour.items()},
        "rang": _rang(ici, lieu["epci_siren"], contexte),
        "absence": None if mienne["statut"] == "observe" else mienne["statut"],
    }


def _ensemble(ici: pl.DataFrame) -> float | None:
    """Rend le rapport des sommes des pairs ; rien si une valeur est masquée, ou s'ils sont trop peu."""
    observes = ici.filter(statut="observe")
    if "secret" in ici["statut"] or observes.height < MINIMUM or not observes["denominateur"].sum():
        return None
    return 100 * float(observes["numerateur"].sum()) / float(observes["denominateur"].sum())


def _rang(ici: pl.DataFrame, epci: str, contexte: Contexte) -> str | None:
    solides = {m["territoire"]: m["valeur"] for m in ici.iter_rows(named=True) if _solide(m, contexte)}
    if epci not in solides or len(solides) < MINIMUM or "secret" in ici["statut"]:
        return None
    return f"{rang(solides, epci)} sur {len(solides)}"


def _solide(mesure: Ligne, contexte: Contexte) -> bool:
    lue = Solidite(mesure["statut"], mesure["denominateur"], mesure["couverture"])
    return not refus(lue, contexte.seuils) and not reserves(lue, contexte.seuils)
