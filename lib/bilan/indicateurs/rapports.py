"""Rapports de sommes et couverture : la seule façon de passer de faits à des mesures.

Un rapport est toujours un rapport de sommes, jamais une moyenne de rapports. Un dénominateur nul ou
absent donne une valeur nulle, jamais 0. À côté de chaque mesure : quels bailleurs sont comptés, et quelle
part du parc ils représentent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

ENSEMBLE = "ensemble"
CLE = ("territoire_type", "territoire", "ventilation", "modalite", "periode")
_LIEU = ("territoire_type", "territoire", "periode")
COLONNES = (
    *CLE,
    "numerateur",
    "denominateur",
    "valeur",
    "unite",
    "statut",
    "couverture",
    "repondants",
    "attendus",
    "maturite",
)
NIVEAUX = ("region", "departement", "epci", "bailleur")
COLONNE_DU_NIVEAU = {"departement": "code_departement", "epci": "epci_siren", "bailleur": "bailleur_siren"}


@dataclass(frozen=True)
class Axe:
    """Ventilation d'une mesure : son nom, et les colonnes dont les codes, joints par « | », font la modalité."""

    nom: str = ENSEMBLE
    colonnes: tuple[str, ...] = ()

    @property
    def modalite(self) -> pl.Expr:
        """Expression de la modalité."""
        return pl.concat_str(self.colonnes, separator="|") if self.colonnes else pl.lit(ENSEMBLE)

    @property
    def par_bailleur(self) -> bool:
        """Vrai si la modalité commence par un SIREN de bailleur."""
        return self.colonnes[:1] == ("bailleur_siren",)


TOUT = Axe()
PAR_RESERVATAIRE = Axe("reservataire", ("reservataire_categorie",))
PAR_BAILLEUR = Axe("bailleur", ("bailleur_siren",))
PAR_BAILLEUR_ET_RESERVATAIRE = Axe("bailleur|reservataire", ("bailleur_siren", "reservataire_categorie"))


def territoire(niveau: str, code_region: str) -> pl.Expr:
    """Rend l'expression du code du territoire à ce `niveau`."""
    return pl.lit(code_region) if niveau == "region" else pl.col(COLONNE_DU_NIVEAU[niveau])


def ordonner(faits: pl.DataFrame) -> pl.DataFrame:
    """Rend les faits dans un ordre qui ne dépend que d'eux : une somme de décimaux dépend de l'ordre des termes."""
    decimaux = any(genre.is_float() for genre in faits.schema.values())
    return faits.sort(pl.all()) if decimaux else faits


def totaliser(
    faits: pl.DataFrame, niveaux: Sequence[str], axe: Axe, code_region: str, **sommes: pl.Expr
) -> pl.DataFrame:
    """Rend les `sommes` des faits à chaque niveau et chaque modalité : colonnes de `CLE` puis une par somme.

    Un territoire à cheval est sommé par ses communes ; les niveaux ne s'emboîtent donc pas.
    """
    faits = ordonner(faits)
    lots = [
        faits.drop_nulls(COLONNE_DU_NIVEAU.get(niveau, "periode"))
        .group_by(
            pl.lit(niveau).alias("territoire_type"),
            territoire(niveau, code_region).alias("territoire"),
            pl.lit(axe.nom).alias("ventilation"),
            axe.modalite.alias("modalite"),
            pl.col("periode"),
            maintain_order=True,
        )
        .agg(**sommes)
        for niveau in niveaux
    ]
    return pl.concat(lots)


@dataclass(frozen=True)
class Couverture:
    """Qui a répondu, de qui était attendu, et pour quelle part du parc.

    `parc` (periode, bailleur_siren, lieux, parc) donne les bailleurs attendus ; `presents` dit qui a
    répondu : periode et bailleur_siren, et au besoin code_commune et reservataire_categorie ; `annuels` dit de
    qui le bilan annuel est arrivé (None là où le bilan annuel n'a pas à clore le chiffre, comme un registre).
    """

    parc: pl.DataFrame
    presents: pl.DataFrame
    annuels: pl.DataFrame | None
    code_region: str

    def lignes(self, axe: Axe = TOUT) -> pl.DataFrame:
        """Rend couverture, repondants, attendus et complete pour chaque territoire, modalité et période.

        `complete` est vrai quand tous les bailleurs attendus ont répondu et, s'il compte, rendu leur bilan annuel.
        """
        faits = self._parc_marque(axe)
        totaux = totaliser(
            faits,
            NIVEAUX,
            axe,
            self.code_region,
            parc_present=pl.col("parc").filter("present").sum(),
            parc_attendu=pl.col("parc").sum(),
            repondants=pl.col("bailleur_siren").filter("present").n_unique().cast(pl.Int64),
            attendus=pl.col("bailleur_siren").n_unique().cast(pl.Int64),
            complete=(pl.col("present") & pl.col("annuel")).all(),
        )
        couverture = (pl.col("parc_present") / pl.col("parc_attendu")).alias("couverture")
        return totaux.select(*CLE, couverture, "repondants", "attendus", "complete")

    @cached_property
    def ensemble(self) -> pl.DataFrame:
        """Couverture de chaque territoire, sans ventilation."""
        return self.lignes().drop("ventilation", "modalite")

    def _parc_marque(self, axe: Axe) -> pl.DataFrame:
        faits = self.parc
        if axe.colonnes:
            faits = faits.join(self.presents.select(axe.colonnes).unique(), how="cross")
        cles = [nom for nom in self.presents.columns if nom in faits.columns]
        presents = self.presents.select(cles).unique().with_columns(present=pl.lit(True))
        faits = faits.join(presents, on=cles, how="left")
        if self.annuels is None:
            faits = faits.with_columns(annuel=pl.lit(True))
        else:
            annuels = self.annuels.select("periode", "bailleur_siren").unique().with_columns(annuel=pl.lit(True))
            faits = faits.join(annuels, on=["periode", "bailleur_siren"], how="left")
        return faits.with_columns(pl.col("present", "annuel").fill_null(False))


def couvrir(totaux: pl.DataFrame, couverture: Couverture, axe: Axe) -> pl.DataFrame:
    """Ajoute aux `totaux` couverture, repondants, attendus et complete.

    Une modalité qui est un bailleur porte la couverture de ce bailleur ; une autre modalité porte la sienne quand les
    présents sont connus à cette finesse (réservataire, base de l'objectif), sinon celle du territoire.
    """
    if axe.par_bailleur:
        lignes = _couvrir_par_bailleur(totaux, couverture)
    elif axe.colonnes and set(axe.colonnes) <= set(couverture.presents.columns):
        lignes = _couvrir_par_modalite(totaux, couverture, axe)
    else:
        lignes = totaux.join(couverture.ensemble, on=list(_LIEU), how="left")
    # Sans parc connu, on ne sait pas qui est attendu ; avec un parc, un territoire absent n'attend personne.
    connu = pl.col("periode").is_in(couverture.parc["periode"].unique().to_list())
    return lignes.with_columns(pl.when(connu).then(pl.col("attendus", "repondants").fill_null(0)))


def _couvrir_par_bailleur(totaux: pl.DataFrame, couverture: Couverture) -> pl.DataFrame:
    bailleurs = couverture.ensemble.filter(pl.col("territoire_type") == "bailleur").drop("territoire_type")
    return (
        totaux.with_columns(bailleur_=pl.col("modalite").str.split("|").list.first())
        .join(bailleurs.rename({"territoire": "bailleur_"}), on=["bailleur_", "periode"], how="left")
        .drop("bailleur_")
    )


def _couvrir_par_modalite(totaux: pl.DataFrame, couverture: Couverture, axe: Axe) -> pl.DataFrame:
    # Une modalité que personne n'a renseignée attend les mêmes bailleurs que les autres.
    attendus = couverture.ensemble.select(*_LIEU, pl.col("attendus").alias("attendus_"))
    muette = pl.col("attendus").is_null() & pl.col("attendus_").is_not_null()
    return (
        totaux.join(couverture.lignes(axe), on=list(CLE), how="left")
        .join(attendus, on=list(_LIEU), how="left")
        .with_columns(
            couverture=pl.when(muette).then(0.0).otherwise("couverture"),
            repondants=pl.when(muette).then(0).otherwise("repondants"),
            attendus=pl.coalesce("attendus", "attendus_"),
        )
        .drop("attendus_")
    )


def sur_grille(totaux: pl.DataFrame, grille: pl.DataFrame) -> pl.DataFrame:
    """Rend une ligne par case de la `grille` : une case sans total reste vide, et se lira « non transmis »."""
    return grille.drop("livre").join(totaux, on=list(CLE), how="left")


def completer(totaux: pl.DataFrame, grille: pl.DataFrame, *sommes: str) -> pl.DataFrame:
    """Rend une ligne par case de la `grille` : une case sans fait vaut 0 si la période est livrée, sinon rien."""
    zero = pl.when("livre").then(pl.lit(0))
    return (
        grille.join(totaux, on=list(CLE), how="left")
        .with_columns(pl.coalesce(pl.col(nom), zero).alias(nom) for nom in sommes)
        .drop("livre")
    )


def rapport(unite: str = "%", facteur: float = 100.0) -> tuple[pl.Expr, pl.Expr]:
    """Rend les expressions valeur et unite d'un rapport de sommes : nulle si le dénominateur est nul ou absent."""
    denominateur = pl.col("denominateur")
    quotient = facteur * pl.col("numerateur") / denominateur
    return pl.when(denominateur != 0).then(quotient).alias("valeur"), pl.lit(unite).alias("unite")


def volume(unite: str = "logements") -> tuple[pl.Expr, pl.Expr]:
    """Rend les expressions valeur et unite d'un volume : la valeur est le numérateur."""
    return pl.col("numerateur").alias("valeur"), pl.lit(unite).alias("unite")


def difference(unite: str = "logements") -> tuple[pl.Expr, pl.Expr]:
    """Rend les expressions valeur et unite d'un écart : numérateur moins dénominateur."""
    return (pl.col("numerateur") - pl.col("denominateur")).alias("valeur"), pl.lit(unite).alias("unite")


def aucune_mesure() -> pl.DataFrame:
    """Rend une table de mesures vide, aux colonnes de `COLONNES`."""
    decimaux, entiers = ("numerateur", "denominateur", "valeur", "couverture"), ("repondants", "attendus")
    genres = {nom: pl.Float64 if nom in decimaux else pl.Int64 if nom in entiers else pl.String for nom in COLONNES}
    return pl.DataFrame(schema=genres)


def mesurer(totaux: pl.DataFrame, forme: tuple[pl.Expr, pl.Expr], *, silence_compte: bool = False) -> pl.DataFrame:
    """Rend les mesures des `totaux` : valeur, statut et maturité, dans les colonnes de `COLONNES`.

    `totaux` porte `CLE`, numerateur, denominateur (facultatif), et ce que rend `couvrir`. Colonnes facultatives :
    `sans_objet` (la question ne se pose pas) et `provisoire` (la base est prévisionnelle). Un territoire sans
    émetteur attendu ni volume est sans objet ; attendu mais sans répondant, il est non transmis, sauf si
    `silence_compte` (l'absence de réponse est justement ce que l'on mesure).
    """
    complements = {
        "denominateur": pl.lit(None, pl.Float64),
        "sans_objet": pl.lit(False),
        "provisoire": pl.lit(False),
    }
    lignes = totaux.with_columns(**{nom: defaut for nom, defaut in complements.items() if nom not in totaux.columns})
    lignes = lignes.with_columns(
        pl.col("numerateur", "denominateur").cast(pl.Float64), pl.col("attendus").cast(pl.Int64)
    )
    desert = (
        (pl.col("attendus") == 0)
        & (pl.col("numerateur").fill_null(0) == 0)
        & (pl.col("denominateur").fill_null(0) == 0)
    )
    muet = (pl.col("attendus") > 0) & (pl.col("repondants") == 0)
    absent = pl.col("sans_objet") | desert | (pl.lit(not silence_compte) & muet)
    lignes = lignes.with_columns(pl.when(~absent.fill_null(False)).then(pl.col("numerateur", "denominateur")))
    return (
        lignes.with_columns(*forme)
        .with_columns(
            statut=pl.when(pl.col("sans_objet") | desert.fill_null(False))
            .then(pl.lit("sans_objet"))
            .when(pl.col("valeur").is_null())
            .then(pl.lit("non_transmis"))
            .otherwise(pl.lit("observe")),
            maturite=pl.when(pl.col("complete").fill_null(False) & ~pl.col("provisoire"))
            .then(pl.lit("definitif"))
            .otherwise(pl.lit("provisoire")),
        )
        .select(COLONNES)
    )
