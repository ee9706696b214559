"""La matière commune des indicateurs : les tables réduites une fois pour toute la région, puis partagées."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from bilan.indicateurs.contexte import Contexte, Tables
from bilan.indicateurs.cumul import ANNEE, composer
from bilan.indicateurs.rapports import ENSEMBLE, PAR_RESERVATAIRE, TOUT, Axe, Couverture, totaliser
from bilan.referentiel.nomenclatures import RESERVATAIRES

COMPTES = ("proposes", "attribues", "baux", "liberes", "attribues_avec_baux", "lignes_avec_baux", "lignes_sans_liberes")
"""Comptes du flux, en logements : deux d'entre eux gardent la trace de ce qui n'a pas été renseigné.

`attribues_avec_baux` ne compte les attributions que des lignes dont les baux sont renseignés : c'est le
seul dénominateur honnête de baux/attribués. `lignes_sans_liberes` compte les lignes aux libérés vides.
"""

_CLES_LIVRAISON = ("annee", "bailleur_siren", "periode_livree", "mode_cumul")
_LIEUX = ("code_departement", "epci_siren", "code_commune")
_PRINCIPALES = ("code_departement", "epci_siren", "reservataire_categorie", "type_offre")
_PAR_COMMUNE = (*_LIEUX, "reservataire_categorie", "type_offre")
_COLONNES_COMPTEES = ("logements_liberes", "logements_proposes", "logements_attribues", "baux_signes")
AXES_LEGAUX = ("typologie", "financement", "qpv", "periode_construction")
"""Axes du bilan annuel outre le réservataire et la commune (CCH R.441-5-1)."""


_ARRONDISSEMENTS = {r"^132(0[1-9]|1[0-6])$": "13055", r"^751(0[1-9]|1\d|20)$": "75056", r"^6938[1-9]$": "69123"}


def replier_arrondissement(code: pl.Expr) -> pl.Expr:
    """Rend le code de la commune entière : 13201…13216 → 13055, 75101… → 75056, 69381… → 69123."""
    for arrondissement, commune in _ARRONDISSEMENTS.items():
        code = code.str.replace(arrondissement, commune)
    return code


@dataclass(frozen=True)
class Matiere:
    """Tables canoniques d'un jeu et ce que l'on en tire une seule fois (cubes, positions, parc, couvertures)."""

    tables: Tables
    contexte: Contexte
    _derives: dict[Callable[["Matiere"], pl.DataFrame], pl.DataFrame] = field(default_factory=dict, repr=False)

    def table(self, nom: str, *colonnes: str) -> pl.DataFrame | None:
        """Rend la table canonique `nom`, ou None si elle est absente, vide ou sans l'une des `colonnes`."""
        table = self.tables.get(nom)
        if table is None or not set(colonnes) <= set(table.lazy().collect_schema()):
            return None
        lue = table.lazy().collect()
        return lue if lue.height else None

    def derive(self, calcul: Callable[["Matiere"], pl.DataFrame]) -> pl.DataFrame:
        """Rend `calcul(self)`, fait une seule fois même si plusieurs indicateurs le demandent."""
        if calcul not in self._derives:
            self._derives[calcul] = calcul(self)
        return self._derives[calcul]

    def calendrier(self, nom: str) -> pl.DataFrame:
        """Rend le calendrier borné à ce que la table `nom` peut éclairer ; entier si elle est vide.

        Un bilan éclaire les années qu'il cite, un registre toutes celles depuis son premier arrêté.
        """
        calendrier = self.contexte.calendrier
        table = self.livraisons_flux if nom == "flux_bilan" else self.table(nom)
        if table is None or table.is_empty():
            return calendrier
        if "annee" in table.columns:
            return calendrier.filter(pl.col("annee").is_in(table["annee"].unique().to_list()))
        return calendrier.filter(pl.col("annee") >= table["date_arrete"].dt.year().min())

    # --- Flux ---------------------------------------------------------------------------------------------

    def cube(self, dimensions: tuple[str, ...], bailleurs: pl.Series | None = None) -> pl.DataFrame:
        """Rend les `COMPTES` du flux livré, par livraison de chaque bailleur et selon les `dimensions`.

        Avec `bailleurs` (SIREN), de ceux-là seulement.

        L'EPCI et le département viennent de la commune, jamais de la livraison. Les communes hors région
        n'y sont pas : d'un EPCI à cheval on compte la partie régionale, quel que soit le département.
        """
        utiles = {"annee", "periode", "mode_cumul", "bailleur_siren", "code_commune", *_COLONNES_COMPTEES}
        lues = sorted(utiles | (set(dimensions) - set(_LIEUX)))
        return (
            self.tables["flux_bilan"]
            .lazy()
            .select(lues)
            .filter(True if bailleurs is None else pl.col("bailleur_siren").is_in(bailleurs.implode()))
            .rename({"periode": "periode_livree"})
            .with_columns(replier_arrondissement(pl.col("code_commune")))
            .join(self.contexte.communes_region.lazy(), on="code_commune", how="inner")
            .group_by(*_CLES_LIVRAISON, *dimensions)
            .agg(**_comptes())
            .collect(engine="streaming")
        )

    @cached_property
    def livraisons_flux(self) -> pl.DataFrame:
        """Bilans du flux livrés, depuis son premier exercice : colonnes de `livraisons_de_tout_temps`."""
        livrees = self.livraisons_de_tout_temps
        return livrees if livrees.is_empty() else livrees.filter(pl.col("annee") >= self.contexte.premier_exercice)

    @cached_property
    def livraisons_de_tout_temps(self) -> pl.DataFrame:
        """Bilans livrés : annee, periode, mode_cumul, bailleur_siren, et leur trace si elle est connue."""
        schema = dict.fromkeys(("annee", "periode", "mode_cumul", "bailleur_siren"), pl.String)
        flux = self.tables.get("flux_bilan")
        if flux is None:
            return pl.DataFrame(schema=schema)
        presentes = flux.lazy().collect_schema()
        trace = [nom for nom in ("emetteur", "date_connue") if nom in presentes]
        return flux.lazy().select(*schema, *trace).unique().collect(engine="streaming")

    @cached_property
    def composition(self) -> pl.DataFrame:
        """Livraisons qui composent chaque période de chaque bailleur, bornées aux périodes demandées."""
        demandees = [str(periode) for periode in self.contexte.periodes]
        return composer(self.livraisons_flux).filter(pl.col("periode").is_in(demandees))

    def _positions(self, cube: pl.DataFrame, dimensions: tuple[str, ...], nature: str = "cumul") -> pl.DataFrame:
        return composer_positions(self.composition.filter(pl.col("nature") == nature), cube, dimensions)

    @cached_property
    def _cube_principal(self) -> pl.DataFrame | None:
        return None if self.livraisons_flux.is_empty() else self.cube(_PRINCIPALES)

    def positions(self, nature: str = "cumul") -> pl.DataFrame:
        """Rend les comptes du flux à chaque période demandée, de nature « cumul » ou « seul ».

        Colonnes : periode, bailleur_siren, lieux, reservataire_categorie, type_offre, puis `COMPTES`.
        """
        if self._cube_principal is None:
            return _positions_vides(_PRINCIPALES)
        return self._positions(self._cube_principal, _PRINCIPALES, nature)

    def positions_par_commune(self, nature: str = "cumul", bailleurs: pl.Series | None = None) -> pl.DataFrame:
        """Rend les positions par commune, de tous les bailleurs ou de ces seuls SIREN.

        La commune multiplie les lignes par cent : seuls les conventions, les soustraits et l'exploration la demandent.
        """
        if self.livraisons_flux.is_empty():
            return _positions_vides(_PAR_COMMUNE)
        return self._positions(self.cube(_PAR_COMMUNE, bailleurs), _PAR_COMMUNE, nature)

    def positions_selon(self, axe: str) -> pl.DataFrame:
        """Rend les positions cumulées selon un axe légal du bilan, sans la commune ni le réservataire."""
        dimensions = ("code_departement", "epci_siren", axe)
        if self.livraisons_flux.is_empty():
            return _positions_vides(dimensions)
        return self._positions(self.cube(dimensions), dimensions)

    @cached_property
    def axes_legaux(self) -> dict[str, pl.DataFrame]:
        """Positions cumulées selon chacun des axes du bilan annuel (CCH R.441-5-1)."""
        return {axe: self.positions_selon(axe) for axe in AXES_LEGAUX}

    @cached_property
    def flux(self) -> pl.DataFrame:
        """Positions cumulées de toutes les offres."""
        return self.positions()

    @cached_property
    def flux_seul(self) -> pl.DataFrame:
        """Positions des trimestres seuls, de toutes les offres."""
        return self.positions("seul")

    @cached_property
    def flux_du_champ(self) -> pl.DataFrame:
        """Positions cumulées du champ du flux : relocations, et mises en service si le contexte les y met."""
        return self.du_champ(self.flux)

    def du_champ(self, positions: pl.DataFrame) -> pl.DataFrame:
        """Rend les `positions` qui sont du champ du flux."""
        if self.contexte.mises_en_service_dans_le_flux:
            return positions
        return positions.filter(pl.col("type_offre") == "RELOCATION")

    @cached_property
    def territoires(self) -> pl.DataFrame:
        """Territoires mesurés : territoire_type, territoire ; bailleurs du parc et des livraisons."""
        bailleurs = pl.concat([self.parc["bailleur_siren"], self.composition["bailleur_siren"]]).unique()
        listes = {
            "region": [self.contexte.code_region],
            "departement": self.contexte.departements["code_departement"].to_list(),
            "epci": self.contexte.communes_region["epci_siren"].drop_nulls().unique().to_list(),
            "bailleur": bailleurs.to_list(),
        }
        couples = [(niveau, code) for niveau, codes in listes.items() for code in sorted(codes)]
        return pl.DataFrame(couples, schema={"territoire_type": pl.String, "territoire": pl.String}, orient="row")

    def grille(self, niveaux: tuple[str, ...], axe: Axe, nom: str = "flux_bilan") -> pl.DataFrame:
        """Rend toutes les lignes attendues à ces niveaux selon un `axe` dense (ensemble, réservataire).

        `nom` est la table qui borne les périodes. La colonne `livre` dit si un bilan au moins couvre la période.
        """
        modalites = list(RESERVATAIRES) if axe is PAR_RESERVATAIRE else [ENSEMBLE]
        livrees = self.repondants.filter(pl.col("nature") == "cumul")["periode"].unique().to_list()
        return (
            self.territoires.filter(pl.col("territoire_type").is_in(niveaux))
            .join(pl.DataFrame({"ventilation": axe.nom, "modalite": modalites}), how="cross")
            .join(self.calendrier(nom).select("periode", livre=pl.col("periode").is_in(livrees)), how="cross")
        )

    # --- Parc et couverture -------------------------------------------------------------------------------

    @cached_property
    def parc(self) -> pl.DataFrame:
        """Parc des bailleurs attendus par commune et par période : le RPLS de l'année, sinon le plus proche avant.

        Colonnes : periode, bailleur_siren, lieux, parc. À défaut d'un millésime antérieur, le premier connu.
        """
        rpls = self.table("parc_rpls", "bailleur_siren", "code_commune")
        schema = {
            "periode": pl.String,
            "bailleur_siren": pl.String,
            **dict.fromkeys(_LIEUX, pl.String),
            "parc": pl.Int64,
        }
        if rpls is None or (rpls := rpls.filter(pl.col("niveau") == "bailleur_commune")).is_empty():
            return pl.DataFrame(schema=schema)
        return (
            self._millesimes(rpls)
            .join(rpls.with_columns(replier_arrondissement(pl.col("code_commune"))), on="annee")
            .join(self.contexte.communes_region, on="code_commune")
            .group_by("periode", "bailleur_siren", *_LIEUX)
            .agg(pl.col("nb_logements").cast(pl.Int64).sum().alias("parc"))
            .filter(pl.col("parc") > 0)
        )

    @cached_property
    def parc_publie(self) -> pl.DataFrame:
        """Parc de chaque territoire par période : celui que publie le RPLS, à défaut la somme du parc des bailleurs.

        Colonnes : territoire_type, territoire, periode, parc.
        """
        sommes = totaliser(
            self.parc, ("region", "departement", "epci"), TOUT, self.contexte.code_region, parc=pl.col("parc").sum()
        ).select("territoire_type", "territoire", "periode", "parc")
        rpls = self.table("parc_rpls")
        if rpls is None or (rpls := rpls.filter(pl.col("niveau").is_in(["region", "departement", "epci"]))).is_empty():
            return sommes
        publie = (
            self._millesimes(rpls)
            .join(rpls, on="annee")
            .select(
                pl.col("niveau").alias("territoire_type"),
                pl.col("code").alias("territoire"),
                "periode",
                pl.col("nb_logements").cast(pl.Int64).alias("parc"),
            )
        )
        reste = sommes.join(publie, on=["territoire_type", "territoire", "periode"], how="anti")
        return pl.concat([publie, reste])

    def _millesimes(self, rpls: pl.DataFrame) -> pl.DataFrame:
        annees = sorted(rpls["annee"].unique().to_list())
        retenus = {
            str(p): max((annee for annee in annees if annee <= p.annee), default=annees[0])
            for p in self.contexte.periodes
        }
        return pl.DataFrame(
            {"periode": list(retenus), "annee": list(retenus.values())},
            schema={"periode": pl.String, "annee": rpls.schema["annee"]},
        )

    @cached_property
    def repondants(self) -> pl.DataFrame:
        """Bailleurs dont les livraisons couvrent la période : periode, bailleur_siren, nature."""
        return self.composition.select("periode", "bailleur_siren", "nature").unique()

    @cached_property
    def annuels(self) -> pl.DataFrame:
        """Bailleurs dont le bilan annuel est arrivé : periode (toutes celles de l'année), bailleur_siren."""
        recus = self.livraisons_flux.filter(pl.col("periode") == ANNEE).select(
            pl.col("annee").cast(pl.Int64), "bailleur_siren"
        )
        return self.contexte.calendrier.select("periode", "annee").join(recus.unique(), on="annee").drop("annee")

    def couverture(self, presents: pl.DataFrame) -> Couverture:
        """Rend la couverture d'un champ du flux ; `presents` : periode, bailleur_siren, au besoin plus fin."""
        return Couverture(self.parc, presents, self.annuels, self.contexte.code_region)

    def couverture_close(self, presents: pl.DataFrame, annuels: pl.DataFrame) -> Couverture:
        """Rend la couverture d'un suivi que clôt sa propre livraison annuelle : `annuels` (periode, bailleur_siren)."""
        return Couverture(self.parc, presents, annuels, self.contexte.code_region)

    def couverture_registre(self, presents: pl.DataFrame) -> Couverture:
        """Rend la couverture d'un registre, que le bilan annuel n'a pas à clore."""
        return Couverture(self.parc, presents, None, self.contexte.code_region)

    @cached_property
    def couverture_cumul(self) -> Couverture:
        """Couverture des positions cumulées."""
        return self.couverture(self._presents("cumul"))

    @cached_property
    def couverture_seul(self) -> Couverture:
        """Couverture des trimestres seuls."""
        return self.couverture(self._presents("seul"))

    @cached_property
    def couverture_baux(self) -> Couverture:
        """Couverture des baux signés, colonne facultative : bailleurs répondants qui la renseignent."""
        return self.couverture(self._avec_baux(self.flux))

    @cached_property
    def couverture_baux_seul(self) -> Couverture:
        """Couverture des baux signés dans le trimestre seul."""
        return self.couverture(self._avec_baux(self.flux_seul))

    def _presents(self, nature: str) -> pl.DataFrame:
        return self.repondants.filter(pl.col("nature") == nature).drop("nature")

    @staticmethod
    def _avec_baux(positions: pl.DataFrame) -> pl.DataFrame:
        return positions.filter(pl.col("lignes_avec_baux") > 0).select("periode", "bailleur_siren").unique()


def composer_positions(composition: pl.DataFrame, cube: pl.DataFrame, dimensions: tuple[str, ...]) -> pl.DataFrame:
    """Rend les `COMPTES` de chaque période d'une `composition`, par bailleur et selon les `dimensions` du `cube`."""
    comptes = {nom: (pl.col(nom) * pl.col("coefficient")).sum() for nom in COMPTES[:-2]}
    traces = {nom: pl.col(nom).sum() for nom in COMPTES[-2:]}
    lignes = composition.lazy().join(cube.lazy(), on=list(_CLES_LIVRAISON), how="inner")
    return lignes.group_by("periode", "bailleur_siren", *dimensions).agg(**comptes, **traces).collect()


def _comptes() -> dict[str, pl.Expr]:
    baux = pl.col("baux_signes").is_not_null()
    attribues = pl.col("logements_attribues").cast(pl.Int64)
    return {
        "proposes": pl.col("logements_proposes").cast(pl.Int64).sum(),
        "attribues": attribues.sum(),
        "baux": pl.col("baux_signes").cast(pl.Int64).sum(),
        "liberes": pl.col("logements_liberes").cast(pl.Int64).sum(),
        "attribues_avec_baux": attribues.filter(baux).sum(),
        "lignes_avec_baux": baux.cast(pl.Int64).sum(),
        "lignes_sans_liberes": pl.col("logements_liberes").is_null().cast(pl.Int64).sum(),
    }


def _positions_vides(dimensions: tuple[str, ...]) -> pl.DataFrame:
    textes = ("periode", "bailleur_siren", *dimensions)
    return pl.DataFrame(schema={**dict.fromkeys(textes, pl.String), **dict.fromkeys(COMPTES, pl.Int64)})
