"""Les additions que n'importe qui peut refaire entre cellules publiées : modalités, territoires, périodes, parties.

Une relation est une suite (cellule, coefficient) dont la somme pondérée des valeurs est nulle. Ne sont gardées que
celles que les valeurs vérifient : un EPCI à cheval, une correction annuelle ou un périmètre de convention rompent une
addition, et personne ne peut alors s'en servir. Les cellules *virtuelles* (le morceau d'un EPCI dans un département, un
trimestre seul, le reste d'une partie) ne se publient pas mais se calculent : elles se protègent comme les autres.
"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy import sparse

from bilan.secret.cellules import CLE_CELLULE, COLONNES_CELLULE, patron
from bilan.secret.grandeurs import ENSEMBLE, PARTIES, SEUL

TOLERANCE = 1e-6
"""Écart, en logements, sous lequel deux valeurs sont la même."""


@dataclass
class Systeme:
    """Cellules (publiées puis virtuelles) et relations en construction.

    `cellules` a les colonnes de `COLONNES_CELLULE`, `id` (le rang) et `publiee` ; `termes` est la suite des tables
    (relation, id, coefficient).
    """

    cellules: pl.DataFrame
    termes: list[pl.DataFrame] = field(default_factory=list)

    def ajouter(self, termes: pl.DataFrame) -> None:
        """Ajoute des relations : colonnes relation (texte unique), id, coefficient."""
        self.termes.append(termes.select("relation", pl.col("id").cast(pl.Int64), pl.col("coefficient").cast(pl.Int64)))

    def creer(self, nouvelles: pl.DataFrame) -> pl.DataFrame:
        """Ajoute des cellules virtuelles (colonnes de `COLONNES_CELLULE`) et rend leur table avec leur `id`."""
        depart = self.cellules.height
        numerotees = nouvelles.with_row_index("numero").with_columns(
            id=pl.col("numero").cast(pl.Int64) + depart, publiee=pl.lit(False)
        )
        self.cellules = pl.concat([self.cellules, numerotees.select(self.cellules.columns)])
        return numerotees

    def matrice(self) -> sparse.csr_matrix:
        """Rend la matrice des relations vérifiées (relations × cellules)."""
        valeurs = self.cellules["valeur"].to_numpy()
        vide = pl.DataFrame(schema={"relation": pl.String, "id": pl.Int64, "coefficient": pl.Int64})
        termes = pl.concat([vide, *self.termes]).with_columns(rang=pl.col("relation").rank("dense").cast(pl.Int64) - 1)
        forme = (termes["relation"].n_unique(), len(valeurs))
        lignes, colonnes = termes["rang"].to_numpy(), termes["id"].to_numpy()
        complete = sparse.csr_matrix((termes["coefficient"].to_numpy().astype(float), (lignes, colonnes)), shape=forme)
        tenues = np.abs(complete @ valeurs) < TOLERANCE
        utiles = np.asarray((complete != 0).sum(axis=1)).ravel() > 0
        return complete[np.flatnonzero(tenues & utiles)]


def construire(publiees: pl.DataFrame, toutes: pl.DataFrame) -> Systeme:
    """Rend le système des cellules `publiees` ; `toutes` donne la valeur et les unités des virtuelles.

    Les deux tables ont les colonnes de `COLONNES_CELLULE`.
    """
    depart = (
        publiees.select(COLONNES_CELLULE)
        .with_row_index("id")
        .with_columns(pl.col("id").cast(pl.Int64), publiee=pl.lit(True))
    )
    systeme = Systeme(depart.select(*COLONNES_CELLULE, "id", "publiee"))
    _territoires(systeme, toutes)
    _periodes(systeme, toutes)
    _modalites(systeme)
    _parties(systeme)
    return systeme


def _territoires(systeme: Systeme, toutes: pl.DataFrame) -> None:
    autres = [nom for nom in CLE_CELLULE if nom not in ("territoire_type", "territoire")]
    publiees = systeme.cellules
    morceaux = toutes.filter(pl.col("territoire_type") == "epci|departement").with_columns(
        epci=pl.col("territoire").str.split("|").list.get(0),
        departement=pl.col("territoire").str.split("|").list.get(1),
    )
    des_epci = publiees.filter(pl.col("territoire_type") == "epci").select(
        *autres, pl.col("territoire").alias("epci"), "id"
    )
    des_departements = publiees.filter(pl.col("territoire_type") == "departement").select(
        *autres, pl.col("territoire").alias("departement"), "id"
    )
    morceaux = morceaux.join(des_epci.rename({"id": "id_epci"}), on=[*autres, "epci"]).join(
        des_departements.rename({"id": "id_departement"}), on=[*autres, "departement"], how="left"
    )
    a_cheval = morceaux.group_by("epci").agg(pl.col("departement").n_unique().alias("n")).filter(pl.col("n") > 1)
    simples = morceaux.join(a_cheval, on="epci", how="anti").with_columns(id=pl.col("id_epci"))
    coupes = systeme.creer(morceaux.join(a_cheval, on="epci", how="semi"))
    tous = pl.concat([simples, coupes.select(simples.columns)])
    _relier(systeme, "dep", tous.drop_nulls("id_departement"), "id_departement")
    _relier(systeme, "epci", coupes, "id_epci")
    for maille in ("epci", "departement"):
        region = publiees.filter(pl.col("territoire_type") == "region").select(*autres, pl.col("id").alias("id_region"))
        enfants = publiees.filter(pl.col("territoire_type") == maille).join(region, on=autres)
        _relier(systeme, f"region-{maille}", enfants, "id_region")


def _relier(systeme: Systeme, nom: str, enfants: pl.DataFrame, parent: str) -> None:
    """Ajoute « parent = Σ enfants », une relation par parent ; `enfants` a les colonnes id et `parent`."""
    relation = pl.concat_str(pl.lit(f"{nom}:"), pl.col(parent).cast(pl.String))
    systeme.ajouter(enfants.select(relation.alias("relation"), "id", coefficient=-1))
    systeme.ajouter(enfants.select(relation.alias("relation"), pl.col(parent).alias("id"), coefficient=1).unique())


def _modalites(systeme: Systeme) -> None:
    base = [nom for nom in CLE_CELLULE if nom not in ("ventilation", "modalite")]
    # Un trimestre publié qui n'est pas la différence de ses cumuls a aussi une cellule virtuelle, de même clé : comptée
    # avec lui, elle ferait perdre l'addition de ses modalités.
    uniques = systeme.cellules.unique(CLE_CELLULE, keep="first", maintain_order=True)
    cellules = uniques.filter(pl.col("ventilation") != ENSEMBLE)
    croisee = pl.col("ventilation").str.contains("|", literal=True)
    axes = pl.col("ventilation").str.split("|").list
    codes = pl.col("modalite").str.split("|").list
    parents = pl.concat(
        [
            cellules.filter(~croisee).with_columns(pv=pl.lit(ENSEMBLE), pm=pl.lit(ENSEMBLE)),
            *(cellules.filter(croisee).with_columns(pv=axes.get(k), pm=codes.get(k)) for k in (0, 1)),
        ]
    )
    cible = uniques.select(
        *base, pl.col("ventilation").alias("pv"), pl.col("modalite").alias("pm"), pl.col("id").alias("parent")
    )
    liees = parents.join(cible, on=[*base, "pv", "pm"])
    for (ventilation,), enfants in liees.partition_by("ventilation", as_dict=True).items():
        for (pv,), lot in enfants.partition_by("pv", as_dict=True).items():
            _relier(systeme, f"modalites-{ventilation}-{pv}", lot, "parent")


def _periodes(systeme: Systeme, toutes: pl.DataFrame) -> None:
    """Relie chaque cumul au précédent : la différence est le trimestre seul, publié ou non."""
    autres = [nom for nom in CLE_CELLULE if nom not in ("periode", "grandeur")]
    publiees = systeme.cellules.filter(pl.col("publiee") & ~pl.col("territoire_type").str.contains("|", literal=True))
    cumuls = publiees.filter(~pl.col("grandeur").str.ends_with(SEUL)).with_columns(
        annee=pl.col("periode").str.head(4),
        rang=pl.when(pl.col("periode").str.len_chars() == 4)
        .then(5)
        .otherwise(pl.col("periode").str.slice(5, 1).cast(pl.Int64, strict=False)),
    )
    suite = ["grandeur", *autres, "annee"]
    precedent = {
        nom: pl.col(nom).shift(1).over(suite, order_by="rang").alias(f"{nom}_avant") for nom in ("id", "rang", "valeur")
    }
    cumuls = cumuls.with_columns(*precedent.values())
    couples = cumuls.drop_nulls("id_avant")
    couples = couples.filter(pl.col("valeur") >= pl.col("valeur_avant"))
    couples = couples.with_columns(
        difference=pl.col("valeur") - pl.col("valeur_avant"), grandeur=pl.col("grandeur") + SEUL, apres=pl.col("id")
    )
    connus = systeme.cellules.select(*CLE_CELLULE, pl.col("id").alias("id_seul"), pl.col("valeur").alias("valeur_seul"))
    couples = couples.join(connus, on=CLE_CELLULE, how="left")
    egaux = pl.col("difference").abs() < TOLERANCE
    publies = pl.col("id_seul").is_not_null() & ((pl.col("valeur_seul") - pl.col("difference")).abs() < TOLERANCE)
    avec_seul = couples.filter(publies & ~egaux)
    sans_seul = couples.filter(~publies.fill_null(False) & ~egaux).drop("id", "publiee", "valeur", "unites", "part_max")
    contributeurs = toutes.select(*CLE_CELLULE, pl.col("valeur").alias("v_"), "unites", "part_max")
    nouvelles = sans_seul.join(contributeurs, on=CLE_CELLULE, how="left").with_columns(
        pl.when((pl.col("v_") - pl.col("difference")).abs() < TOLERANCE).then(pl.col("unites", "part_max")),
        valeur=pl.col("difference"),
    )
    crees = systeme.creer(nouvelles)
    # Le premier cumul qui n'est pas nul (T1, ou plus tard si l'on part de zéro) est son trimestre seul.
    premiers = cumuls.filter(pl.col("id_avant").is_null() & (pl.col("rang") < 5)).with_columns(
        grandeur=pl.col("grandeur") + SEUL, apres=pl.col("id")
    )
    premiers = premiers.drop("id_avant").join(connus.rename({"id_seul": "id_avant"}), on=CLE_CELLULE)
    _enchainer(systeme, "premier", premiers, None)
    _enchainer(systeme, "egal", couples.filter(egaux), None)
    _enchainer(systeme, "seul", avec_seul, "id_seul")
    _enchainer(systeme, "difference", crees, "id")


def _enchainer(systeme: Systeme, nom: str, couples: pl.DataFrame, seul: str | None) -> None:
    relation = pl.concat_str(pl.lit(f"{nom}:"), pl.col("apres").cast(pl.String)).alias("relation")
    termes = [("apres", 1), ("id_avant", -1), *([(seul, -1)] if seul else [])]
    for colonne, coefficient in termes:
        systeme.ajouter(couples.select(relation, pl.col(colonne).alias("id"), coefficient=coefficient))


def _parties(systeme: Systeme) -> None:
    lieu = ["territoire_type", "territoire", "periode"]
    publiees = systeme.cellules.filter("publiee")
    for rang, partie in enumerate(PARTIES):
        (grandeur, ventilation, modele), (tout_g, tout_v, tout_m) = partie.partie, partie.tout
        petites = publiees.filter((pl.col("grandeur") == grandeur) & (pl.col("ventilation") == ventilation))
        if "{m}" not in modele:
            petites = petites.filter(pl.col("modalite") == modele)
        grandes = publiees.filter((pl.col("grandeur") == tout_g) & (pl.col("ventilation") == tout_v)).select(
            *lieu, pl.col("modalite").alias("cle_"), pl.col("id").alias("tout"), pl.col("valeur").alias("valeur_tout")
        )
        # Le patron du tout part du code commun aux deux modalités, sans ce que celui de la partie y ajoute.
        commun = petites.with_columns(entiere=pl.col("modalite")).with_columns(
            pl.col("modalite").str.strip_suffix(modele.removeprefix("{m}") if "{m}" in modele else "")
        )
        commun = commun.with_columns(cle_=patron(tout_m), modalite=pl.col("entiere"))
        couples = commun.join(grandes, on=[*lieu, "cle_"])
        couples = couples.with_columns(reste=pl.col("valeur_tout") - pl.col("valeur"), partie=pl.col("id"))
        egaux = couples.filter(pl.col("reste").abs() < TOLERANCE)
        restes = (
            couples.filter(pl.col("reste") > TOLERANCE)
            .drop("id")
            .with_columns(
                valeur=pl.col("reste"),
                unites=pl.lit(None, pl.Int64),
                part_max=pl.lit(None, pl.Float64),
                ventilation=pl.lit(f"reste-{rang}"),
            )
        )
        crees = systeme.creer(restes)
        for nom, lot, dernier in (("partie-egale", egaux, None), ("partie", crees, "id")):
            relation = pl.concat_str(pl.lit(f"{nom}-{rang}:"), pl.col("partie").cast(pl.String)).alias("relation")
            for colonne, coefficient in [("tout", 1), ("partie", -1), *([(dernier, -1)] if dernier else [])]:
                systeme.ajouter(lot.select(relation, pl.col(colonne).alias("id"), coefficient=coefficient))
