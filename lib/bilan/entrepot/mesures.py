"""Le magasin des mesures : une table Parquet par jeu et par profil, et l'empreinte par indicateur et territoire."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bilan.entrepot import fichiers
from bilan.erreurs import DonneesRefusees
from bilan.projet import INTERNE, Jeu, nom_de_profil

if TYPE_CHECKING:  # le chemin « rien n'a changé » lit les empreintes sans jamais charger polars
    import polars as pl

Cle = tuple[str, str, str, str]
"""Indicateur, type de territoire, territoire, période."""

Choix = str | Collection[str] | None
_ENTIERES, _REPERES = "par_periode", "reperes"
_CLES = ["indicateur", "territoire_type", "territoire", "periode"]

REPERES = {"territoire_type": ("region", "departement"), "ventilation": ("ensemble", "reservataire")}
"""Mesures que d'autres territoires prennent pour repère : ces mailles, dans ces ventilations."""

DECIMALES_REPERE = 1
"""Un repère se lit à la précision où il s'affiche : un chiffre qui ne bouge qu'au-delà n'est pas un changement."""


class EntrepotMesures:
    """Mesures d'un jeu : réécrites d'un coup, relues en tout ou en partie.

    Le profil « interne » a les mesures entières ; tout autre a les siennes, déjà masquées, dans son propre fichier.
    """

    def __init__(self, racine: Path, jeu: Jeu, profil: str = INTERNE) -> None:
        self.jeu = jeu
        nom = nom_de_profil("mesures", profil)
        self.chemin = racine / jeu.value / f"{nom}.parquet"
        self.manifeste = racine / jeu.value / f"{nom}.json"

    def ecrire(self, mesures: pl.DataFrame | Iterable[pl.DataFrame]) -> int:
        """Remplace toutes les mesures du jeu et rend leur nombre.

        Des lots se suivent dans l'ordre des mesures, sans couper un territoire, et ne demandent que la mémoire du plus
        gros. Lève `DonneesRefusees` s'ils ne suivent pas `tables.mesure.Mesure` : rien n'est alors écrit.

        Le manifeste est écrit en dernier et porte l'empreinte du Parquet : une coupure entre les deux fait
        recalculer, jamais relire un mélange.
        """
        import polars as pl

        lots = [mesures] if isinstance(mesures, pl.DataFrame) else mesures
        with fichiers.verrou(self.chemin.parent):
            with fichiers.remplacement(self.chemin) as a_cote:
                lignes, empreintes = self._ecrire_lots(lots, a_cote)
            fichiers.ecrire_json(self.manifeste, {"parquet": fichiers.empreinte_fichier(self.chemin), **empreintes})
        return lignes

    def _ecrire_lots(self, lots: Iterable[pl.DataFrame], chemin: Path) -> tuple[int, dict[str, dict[str, str]]]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        from bilan.tables.mesure import Mesure

        lignes, empreintes = 0, {_ENTIERES: dict[str, str](), _REPERES: dict[str, str]()}
        vide = Mesure.create_empty().to_arrow()
        schema = pa.schema([champ.with_nullable(True) for champ in vide.schema])
        with pq.ParquetWriter(chemin, schema, compression="zstd") as parquet:
            for lot in lots:
                valides = self._valider(lot)
                parquet.write_table(valides.to_arrow().cast(schema))
                lignes += valides.height
                for nom, gardees in ((_ENTIERES, valides), (_REPERES, en_repere(valides))):
                    empreintes[nom] |= _empreintes_du_lot(gardees)
        return lignes, empreintes

    def _valider(self, mesures: pl.DataFrame) -> pl.DataFrame:
        import dataframely as dy

        from bilan.tables.mesure import Mesure

        try:
            valides = Mesure.validate(mesures.select(Mesure.column_names()))
        except (dy.exc.SchemaError, dy.exc.ValidationError) as erreur:
            raise DonneesRefusees(
                f"Les mesures calculées ne suivent pas leur schéma ({erreur}) ; corrigez l'indicateur "
                "en cause : rien n'a été écrit."
            ) from erreur
        if valides["jeu"].unique().to_list() not in ([], [self.jeu.value]):
            raise DonneesRefusees(
                f"Des mesures d'un autre jeu que « {self.jeu} » ont été données : deux jeux ne se "
                "mêlent jamais ; rien n'a été écrit."
            )
        return valides.sort(Mesure.primary_key())

    def lire(
        self,
        *,
        indicateur: Choix = None,
        territoire_type: Choix = None,
        territoire: Choix = None,
        periode: Choix = None,
    ) -> pl.DataFrame:
        """Rend les mesures qui répondent à tous les choix donnés (une valeur, ou plusieurs) ; toutes sinon.

        Lève `DonneesRefusees` si aucune mesure n'a encore été écrite.
        """
        import polars as pl

        if not self.chemin.is_file():
            raise DonneesRefusees(f"Aucune mesure n'existe pour le jeu « {self.jeu} » ; lancez « bilan executer ».")
        choix = {
            "indicateur": indicateur,
            "territoire_type": territoire_type,
            "territoire": territoire,
            "periode": periode,
        }
        conditions = [
            pl.col(nom).is_in([valeur] if isinstance(valeur, str) else list(valeur))
            for nom, valeur in choix.items()
            if valeur is not None
        ]
        lues = pl.scan_parquet(self.chemin)
        return (lues.filter(*conditions) if conditions else lues).collect()

    def lire_reperes(self, **choix: Choix) -> pl.DataFrame:
        """Rend, comme `lire`, des mesures prises pour repère : leurs seules valeurs, arrondies (`en_repere`)."""
        return en_repere(self.lire(**choix))

    def empreintes(self) -> Mapping[Cle, str]:
        """Rend l'empreinte des mesures de chaque (indicateur, maille, territoire, période), sans charger polars.

        Vide si rien n'est écrit, ou si le Parquet n'est pas celui que le manifeste décrit.
        """
        return self._empreintes(_ENTIERES)

    def empreintes_reperes(self) -> Mapping[Cle, str]:
        """Rend de même l'empreinte des repères (`lire_reperes`) : région et départements."""
        return self._empreintes(_REPERES)

    def _empreintes(self, nom: str) -> Mapping[Cle, str]:
        try:
            etat = self.manifeste.stat()
        except FileNotFoundError:
            return {}
        parquet, empreintes = _lire_manifeste(self.manifeste, (etat.st_ino, etat.st_mtime_ns, etat.st_size))
        if not self.chemin.is_file() or parquet != fichiers.empreinte_fichier(self.chemin):
            return {}
        return empreintes.get(nom, {})


@lru_cache(maxsize=4)
def _lire_manifeste(chemin: Path, _etat: tuple[int, int, int]) -> tuple[str, Mapping[str, Mapping[Cle, str]]]:
    """Rend l'empreinte du Parquet et celles des mesures ; un manifeste inchangé n'est lu qu'une fois par processus."""
    manifeste = fichiers.lire_json(chemin, {})
    # Un manifeste d'avant cette forme n'a pas ces clés : les mesures seront recalculées, le code ayant changé.
    lues = {nom: {_en_cle(cle): v for cle, v in manifeste.get(nom, {}).items()} for nom in (_ENTIERES, _REPERES)}
    return manifeste.get("parquet", ""), lues


def en_repere(mesures: pl.DataFrame) -> pl.DataFrame:
    """Rend les mesures qui servent de repère (`REPERES`), telles qu'on les affiche à côté d'un autre territoire.

    La valeur est arrondie à `DECIMALES_REPERE` ; numérateur, dénominateur, couverture, répondants, attendus et
    maturité, qui ne s'y montrent pas, sont vidés.
    """
    import polars as pl

    vides = ("numerateur", "denominateur", "couverture", "repondants", "attendus", "maturite")
    return mesures.filter(pl.col(nom).is_in(valeurs) for nom, valeurs in REPERES.items()).with_columns(
        pl.col("valeur").round(DECIMALES_REPERE),
        *(pl.lit(None, mesures.schema[nom]).alias(nom) for nom in vides),
    )


def _empreintes_du_lot(lignes: pl.DataFrame) -> dict[str, str]:
    from bilan.entrepot.empreintes import empreintes_par

    return {"|".join(map(str, cle)): valeur for cle, valeur in empreintes_par(lignes, _CLES).items()}


def _en_cle(texte: str) -> Cle:
    indicateur, genre, territoire, periode = texte.split("|")
    return indicateur, genre, territoire, periode
