"""Lire des mesures pour en faire la table d'une figure : qui manque reste visible, et dit pourquoi."""

from typing import Any

import polars as pl

from bilan.figures.formes import Reference
from bilan.figures.modele import Colonne, Maturite
from bilan.figures.sujets.contexte import Contexte
from bilan.francais import nombre, pourcent
from bilan.tables.mesure import COLONNES_MESURE

Ligne = dict[str, Any]

ABSENCE = pl.when(pl.col("statut") != "observe").then("statut").alias("absence")
"""Raison de l'absence d'une valeur, nulle quand la valeur est là."""

COLONNES_EPCI = (Colonne("epci", "EPCI"), Colonne("code_departement", "Département"))
"""Ce qui nomme l'EPCI dans la table d'une carte."""



def colonnes_du_rapport(compte: str, parmi: str, part: str, unite: str = "logements") -> tuple[Colonne, ...]:
    """Rend les colonnes d'un rapport : ce qui est compté, parmi quoi, et la part en % ; jamais un pourcentage nu."""
    return (
        Colonne("numerateur", compte, "nombre", unite, absence="absence"),
        Colonne("denominateur", parmi, "nombre", unite, absence="absence"),
        Colonne("valeur", part, "pourcent", absence="absence"),
    )


def repere_de_la_region(valeur: float | None) -> Reference | None:
    """Rend le repère « Région : … » d'une figure, ou rien si la région n'a pas de valeur."""
    return None if valeur is None else Reference(valeur, f"Région : {pourcent(valeur)}")


_LUES = ("numerateur", "denominateur", "valeur", "statut", "couverture", "repondants", "attendus", "maturite")
_NULLE: Ligne = {**dict.fromkeys(COLONNES_MESURE), "statut": "non_transmis", "maturite": "provisoire"}


def disponible(*lots: pl.DataFrame) -> bool:
    """Vrai si chaque lot a au moins une valeur observée : sans elle, une figure facultative n'est pas faite."""
    return all("observe" in lot["statut"] for lot in lots)


def font_cent(parts: pl.DataFrame) -> tuple[bool, str]:
    """Rend si des parts font 100 %, et de quoi le dire ; sans bilan ou sous le secret, il n'y a rien à vérifier."""
    statuts = parts["statut"].to_list()
    if "secret" in statuts:
        return True, "une part est sous le secret"
    if "observe" not in statuts:
        return True, "aucun bilan"
    total = float(parts["valeur"].sum())
    return abs(total - 100) < 0.01, f"{total:.2f} %"


def une(mesures: pl.DataFrame, **filtres: str) -> Ligne:
    """Rend la mesure qui répond à ces filtres, ou une mesure non transmise s'il n'y en a pas."""
    trouvees = mesures.filter(**{"ventilation": "ensemble", **filtres})
    return trouvees.row(0, named=True) if trouvees.height else dict(_NULLE)


def derniere(mesures: pl.DataFrame, contexte: Contexte, ou: dict[str, str] | None = None) -> Ligne:
    """Rend la mesure de la région à la période, à défaut celle de la dernière année où elle est connue.

    `ou` donne un autre territoire : territoire_type, territoire et periode.
    """
    ici = dict(ou or contexte.en_region)
    mesure = une(mesures, **ici) | {"periode": ici.pop("periode")}
    if mesure["valeur"] is None:
        passees = (pl.col("periode") < str(contexte.periode)) & (pl.col("periode").str.len_chars() == 4)
        anciennes = mesures.filter(passees, **ici, ventilation="ensemble", statut="observe").sort("periode")
        mesure = anciennes.row(-1, named=True) if anciennes.height else mesure
    return mesure


def par_epci(mesures: pl.DataFrame, contexte: Contexte) -> pl.DataFrame:
    """Rend une ligne par EPCI de la région, dans l'ordre des noms, à la période du contexte.

    Colonnes : epci_siren, epci, code_departement, est_soumis, celles de la mesure et `absence`. Un EPCI sans
    mesure est non transmis.
    """
    lues = mesures.filter(territoire_type="epci", periode=str(contexte.periode)).select(
        pl.col("territoire").alias("epci_siren"), "modalite", *_LUES
    )
    epci = contexte.territoires.epci.select("epci_siren", "epci", "code_departement", "est_soumis")
    return _avec_absence(epci.join(lues, on="epci_siren", how="left")).sort("epci")


def par_departement(mesures: pl.DataFrame, contexte: Contexte) -> pl.DataFrame:
    """Rend une ligne par département de la région (code_departement, departement) et par modalité de la mesure."""
    lues = mesures.filter(territoire_type="departement", periode=str(contexte.periode)).select(
        pl.col("territoire").alias("code_departement"), "modalite", *_LUES
    )
    departements = contexte.territoires.departements.select("code_departement", "departement")
    return _avec_absence(departements.join(lues, on="code_departement", how="left")).sort("code_departement")


def par_modalite(mesures: pl.DataFrame, libelles: dict[str, str], **filtres: str) -> pl.DataFrame:
    """Rend une ligne par code de `libelles`, dans son ordre : modalite, libelle, colonnes de la mesure, absence."""
    lues = mesures.filter(**filtres).select("modalite", *_LUES)
    codes = pl.DataFrame({"modalite": list(libelles), "libelle": list(libelles.values())})
    return _avec_absence(codes.join(lues, on="modalite", how="left", maintain_order="left"))


def joindre(donnees: pl.DataFrame, mesures: pl.DataFrame, nom: str, cle: str = "modalite") -> pl.DataFrame:
    """Ajoute à `donnees` la valeur d'autres mesures sous le nom `nom`, par modalité ou par une autre `cle` commune."""
    valeurs = mesures.select(cle, pl.col("valeur").alias(nom))
    return donnees.join(valeurs, on=cle, how="left", maintain_order="left")


def croiser(
    mesures: pl.DataFrame, libelles: dict[str, str], code: str, autres: dict[str, str], **filtres: str
) -> pl.DataFrame:
    """Rend, par code de `libelles`, les deux termes et la valeur de l'indicateur `code`, puis la valeur des `autres`.

    `autres` donne le nom de la colonne de chaque autre indicateur. Colonnes : libelle, numerateur, denominateur,
    valeur, celles-là, absence.
    """
    donnees = par_modalite(mesures.filter(indicateur=code), libelles, **filtres)
    for autre, nom in autres.items():
        donnees = joindre(donnees, mesures.filter(**filtres, indicateur=autre), nom)
    return donnees.select("libelle", "numerateur", "denominateur", "valeur", *autres.values(), "absence")


def _avec_absence(lignes: pl.DataFrame) -> pl.DataFrame:
    return lignes.with_columns(pl.col("statut").fill_null("non_transmis")).with_columns(ABSENCE)


def maturite(mesures: pl.DataFrame) -> Maturite:
    """Rend la maturité de la figure : provisoire dès qu'une de ses valeurs l'est, révisée dès qu'une l'est."""
    presentes = set(mesures.filter(statut="observe")["maturite"]) if mesures.height else set()
    return "provisoire" if "provisoire" in presentes else "revise" if "revise" in presentes else "definitif"


def couverture(mesure: Ligne, qui: str = "bailleurs") -> str:
    """Rend la phrase de couverture d'une mesure : combien ont répondu, et quelle part du parc cela fait."""
    if not mesure["attendus"]:
        return "Couverture : inconnue, faute de savoir qui est attendu."
    part = "" if mesure["couverture"] is None else f", soit {pourcent(100 * mesure['couverture'])} du parc"
    verbe = "a répondu" if mesure["repondants"] < 2 else "ont répondu"
    return f"Couverture : {nombre(mesure['repondants'])} sur {nombre(mesure['attendus'])} {qui} {verbe}{part}."
