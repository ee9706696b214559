"""Le magasin des tables : des livraisons en Parquet, que l'on relit telles que connues à une date."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import dataframely as dy
import polars as pl

from bilan.entrepot import fichiers
from bilan.entrepot.manifeste import Entree, Livraison, Manifeste
from bilan.entrepot.tranches import TRANCHES, Choix, Tranches, decouper
from bilan.erreurs import DonneesRefusees, ErreurUsage, manque_de_place
from bilan.projet import Jeu
from bilan.tables.catalogue import REGISTRES, table

__all__ = ["EntrepotTables", "Livraison", "Transaction"]

TRACE: dict[str, pl.DataType] = {
    "livraison_id": pl.String(),
    "emetteur": pl.String(),
    "periode_livraison": pl.String(),
    "date_connue": pl.Date(),
}
"""Colonnes que la lecture ajoute à celles de la table."""


class EntrepotTables:
    """Tables canoniques d'un jeu : on y ajoute des livraisons, on n'en écrase aucune."""

    def __init__(self, racine: Path, jeu: Jeu) -> None:
        self.jeu = jeu
        self.dossier = racine / jeu.value / "tables"
        self.manifeste = self.dossier / "manifeste.json"

    @contextmanager
    def transaction(self) -> Iterator["Transaction"]:
        """Ouvre une transaction : ses livraisons existent toutes à la sortie, ou aucune si une erreur survient."""
        with fichiers.verrou(self.dossier):
            transaction = Transaction(self.dossier, Manifeste.ouvrir(self.manifeste))
            try:
                yield transaction
                if transaction.a_change:
                    transaction.manifeste.ecrire(self.manifeste)
            except BaseException:
                transaction.effacer()
                raise

    def charger(self, nom: str, lignes: pl.DataFrame, livraison: Livraison) -> str:
        """Ajoute une livraison à la table et rend son identifiant ; le même fichier deux fois ne change rien.

        Lève `DonneesRefusees` si les lignes ne suivent pas le schéma de la table ; rien n'est alors écrit.
        """
        with self.transaction() as transaction:
            return transaction.charger(nom, lignes, livraison)

    def retirer(self, livraison_id: str, retiree_le: date, motif: str) -> None:
        """Retire une livraison à cette date : la précédente à la même place redevient celle qui vaut."""
        with self.transaction() as transaction:
            transaction.retirer(livraison_id, retiree_le, motif)

    def lire(self, nom: str, connu_le: date | None = None) -> pl.DataFrame:
        """Rend la table telle que connue au jour dit (aujourd'hui sinon), et d'où vient chaque ligne.

        À chaque place (émetteur et période ; plus la date d'arrêté pour un registre), la dernière livraison
        connue ce jour-là l'emporte.
        """
        return self._lire_entrees(table(nom), self._retenues(nom, connu_le))

    def parcourir(self, nom: str, connu_le: date | None = None) -> pl.LazyFrame:
        """Rend la même table sans la lire : une requête la parcourt par morceaux, si grande soit-elle."""
        return self._parcourir_entrees(table(nom), self._retenues(nom, connu_le))

    def _retenues(self, nom: str, connu_le: date | None) -> list[Entree]:
        return Manifeste.ouvrir(self.manifeste).retenues(nom, connu_le)

    def lire_livraison(self, livraison_id: str) -> pl.DataFrame:
        """Rend les lignes d'une livraison, même remplacée ou retirée ; vide si elle n'existe pas."""
        entrees = [e for e in Manifeste.ouvrir(self.manifeste).entrees if e.livraison_id == livraison_id]
        return self._lire_entrees(table(entrees[0].table), entrees) if entrees else pl.DataFrame()

    def lire_lignage(self, livraison_id: str) -> pl.DataFrame:
        """Rend, par ligne reçue, la clé de la ligne entrée, sa feuille et son rang ; vide si rien n'en fut gardé."""
        entrees = [e for e in Manifeste.ouvrir(self.manifeste).entrees if e.livraison_id == livraison_id]
        chemins = [self.dossier / entree.lignage for entree in entrees]
        return pl.read_parquet(chemins[0]) if chemins and chemins[0].exists() else pl.DataFrame()

    def _lire_entrees(self, schema: type[dy.Schema], entrees: list[Entree]) -> pl.DataFrame:
        with self.lecture():
            return self._parcourir_entrees(schema, entrees).collect()

    def _parcourir_entrees(self, schema: type[dy.Schema], entrees: list[Entree]) -> pl.LazyFrame:
        types: dict[str, pl.DataType] = {nom: col.dtype for nom, col in schema.columns().items()}
        if not entrees:
            return pl.LazyFrame(schema=types | TRACE)
        chemin_et_trace: dict[str, pl.DataType] = {"_chemin": pl.String(), **TRACE}
        chemins = [str(self.dossier / entree.parquet) for entree in entrees]
        trace = pl.LazyFrame(
            [
                (chemin, e.livraison_id, e.livraison.emetteur, e.livraison.periode, e.livraison.date_connue)
                for chemin, e in zip(chemins, entrees, strict=True)
            ],
            schema=chemin_et_trace,
            orient="row",
        )
        lues = pl.scan_parquet(chemins, schema=types, missing_columns="insert", include_file_paths="_chemin")
        return lues.join(trace, on="_chemin", maintain_order="left").select(*types, *TRACE)

    @contextmanager
    def lecture(self) -> Iterator[None]:
        """Encadre ce qui lit les tables : une livraison abîmée lève `DonneesRefusees`, qui dit quoi faire."""
        try:
            yield
        except (OSError, pl.exceptions.PolarsError) as erreur:
            if manque_de_place(erreur):
                raise
            raise DonneesRefusees(
                f"Une livraison de l'entrepôt « {self.dossier} » ne se lit plus ({erreur}) ; supprimez ce dossier puis "
                "relancez « bilan executer » pour tout recharger."
            ) from erreur

    def livraisons(self, connu_le: date | None = None) -> pl.DataFrame:
        """Rend une ligne par livraison connue au jour dit ; `retenue` dit si c'est elle qui vaut à sa place."""
        manifeste = Manifeste.ouvrir(self.manifeste)
        retenues = {entree.livraison_id for entree in manifeste.retenues(connu_le=connu_le)}
        connues = [e for e in manifeste.entrees if connu_le is None or e.livraison.date_connue <= connu_le]
        return pl.DataFrame(
            [
                (
                    e.livraison_id,
                    e.table,
                    e.livraison.emetteur,
                    e.livraison.periode,
                    e.livraison.date_arrete,
                    e.livraison.date_connue,
                    e.livraison.fichier,
                    e.livraison.empreinte,
                    e.lignes,
                    e.livraison_id in retenues,
                    e.retiree_le,
                    e.motif_retrait,
                )
                for e in connues
            ],
            schema={
                "livraison_id": pl.String,
                "table": pl.String,
                "emetteur": pl.String,
                "periode": pl.String,
                "date_arrete": pl.Date,
                "date_connue": pl.Date,
                "fichier": pl.String,
                "empreinte": pl.String,
                "lignes": pl.Int64,
                "retenue": pl.Boolean,
                "retiree_le": pl.Date,
                "motif_retrait": pl.String,
            },
            orient="row",
        )

    def tranche(self, nom: str, choix: Choix, connu_le: date | None = None) -> pl.DataFrame:
        """Rend les lignes de la table qui répondent à `choix`, connues au jour dit, colonnes de la table seulement.

        Elles sont triées par leur contenu : deux tranches de mêmes lignes sont égales, d'où qu'elles viennent. Lève
        `ErreurUsage` si la table ne se découpe pas par ces colonnes.
        """
        colonnes = colonnes_de_tranche(nom, choix)
        entrees = [
            entree for entree in Manifeste.ouvrir(self.manifeste).retenues(nom, connu_le)
            if Tranches.ouvrir(self.dossier, colonnes, [entree]).contient(choix)
        ]  # fmt: skip
        lignes = self._lire_entrees(table(nom), entrees).drop(*TRACE)
        conditions = [pl.col(colonne).cast(pl.String).is_in(list(valeurs)) for colonne, valeurs in choix.items()]
        return lignes.filter(*conditions).sort(lignes.columns, nulls_last=True)


def colonnes_de_tranche(nom: str, voulues: Collection[str]) -> tuple[str, ...]:
    """Rend les colonnes où la table se découpe ; lève `ErreurUsage` si `voulues` n'en sont pas toutes."""
    colonnes = TRANCHES.get(nom, ())
    if manquent := sorted(set(voulues) - set(colonnes)):
        permises = ", ".join(f"« {c} »" for c in colonnes) or "aucune colonne : lisez-la entière"
        raise ErreurUsage(
            f"La table « {nom} » ne se découpe pas par « {', '.join(manquent)} » ; elle se découpe par {permises}."
        )
    return colonnes


class Transaction:
    """Livraisons en cours d'ajout : leurs fichiers sont posés, le manifeste ne les dit pas encore."""

    def __init__(self, dossier: Path, manifeste: Manifeste) -> None:
        self.manifeste = manifeste
        self._dossier = dossier
        self._avant = manifeste
        self._poses: list[Path] = []

    @property
    def a_change(self) -> bool:
        """Vrai si le manifeste doit être réécrit."""
        return self.manifeste is not self._avant

    def charger(self, nom: str, lignes: pl.DataFrame, livraison: Livraison, *, deja_validees: bool = False) -> str:
        """Pose une livraison et rend son identifiant ; celui de la livraison égale si le fichier est déjà là.

        `deja_validees` dit que l'appelant vient de passer ces lignes au schéma de la table.
        """
        schema = table(nom)
        if deja := self.manifeste.deja_chargee(nom, livraison):
            return deja.livraison_id
        valides = lignes.select(schema.column_names()) if deja_validees else _valider(nom, schema, lignes, livraison)
        place = ("emetteur", "periode", "date_arrete") if nom in REGISTRES else ("emetteur", "periode")
        entree = Entree(self.manifeste.suivant(livraison.empreinte), nom, valides.height, livraison, place)
        chemin = self._dossier / entree.parquet
        self._poses.append(chemin)
        with fichiers.remplacement(chemin) as a_cote:
            valides.write_parquet(a_cote)
        if nom in TRANCHES:
            self._poses.append(self._dossier / entree.tranches)
            fichiers.ecrire_json(self._dossier / entree.tranches, decouper(valides, TRANCHES[nom]))
        self.manifeste = self.manifeste.avec(entree)
        return entree.livraison_id

    def tracer(self, livraison_id: str, lignage: pl.DataFrame) -> None:
        """Garde, à côté d'une livraison que cette transaction vient de poser, d'où vient chacune de ses lignes."""
        entree = next(e for e in self.manifeste.entrees if e.livraison_id == livraison_id)
        chemin = self._dossier / entree.lignage
        if self._dossier / entree.parquet not in self._poses:
            return
        self._poses.append(chemin)
        with fichiers.remplacement(chemin) as a_cote:
            lignage.write_parquet(a_cote)

    def retirer(self, livraison_id: str, retiree_le: date, motif: str) -> None:
        """Retire une livraison à cette date."""
        self.manifeste = self.manifeste.sans(livraison_id, retiree_le, motif)

    def effacer(self) -> None:
        """Ôte les fichiers posés : ce qui n'est pas dans le manifeste n'existe pas."""
        for chemin in self._poses:
            chemin.unlink(missing_ok=True)


def _valider(nom: str, schema: type[dy.Schema], lignes: pl.DataFrame, livraison: Livraison) -> pl.DataFrame:
    try:
        return schema.validate(lignes.select(schema.column_names()))
    except (dy.exc.SchemaError, dy.exc.ValidationError, pl.exceptions.ColumnNotFoundError) as erreur:
        raise DonneesRefusees(
            f"Le fichier « {livraison.fichier} » ne suit pas la table « {nom} » ({erreur}) ; "
            "passez-le par « bilan controler » pour voir les lignes en cause."
        ) from erreur
