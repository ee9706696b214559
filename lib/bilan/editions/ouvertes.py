"""Les données ouvertes : chaque table en CSV, en Parquet et pour tableur, avec son schéma et un paquet décrit.

Une ligne nommant un bailleur n'en sort jamais, ni une mesure comptée sur des bilans que le secret n'a pas lue.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import dataframely as dy
import polars as pl

from bilan.editions.schemas import paquet, ressource, schema_de_table
from bilan.entrepot import fichiers
from bilan.entrepot.mesures import EntrepotMesures
from bilan.entrepot.tables import EntrepotTables
from bilan.projet import INTERNE, Jeu, Projet
from bilan.secret.grandeurs import REGLES
from bilan.secret.profils import ecarter_les_bailleurs
from bilan.tables.catalogue import CATALOGUE, description, titre
from bilan.tables.mesure import Mesure

LICENCE = "LICENCE"
_FICTIF = "Données fictives, engendrées pour la démonstration : ne pas citer. "
_TEXTE_LICENCE = """\
Ces données sont diffusées sous Licence Ouverte 2.0 (Etalab). Chacun peut les reproduire, les diffuser et les adapter,
y compris à des fins commerciales, à condition d'en citer la source et la date de dernière mise à jour.
La source est dans chaque ligne des tables publiées ; la date de mise à jour est dans datapackage.json.
"""
_SERIE = ("indicateur", "ventilation", "territoire_type", "periode")
_TITRE_MESURES = "Mesures du bilan"
_DESCRIPTION_MESURES = (
    "Une ligne par indicateur, territoire, modalité et période, avec son numérateur, son dénominateur et ce que l'on "
    "sait de ce qui manque."
)


@dataclass(frozen=True)
class TableOuverte:
    """Table à ouvrir : son nom de fichier, ce qu'elle est, son schéma et ses lignes triées."""

    nom: str
    titre: str
    description: str
    schema: type[dy.Schema]
    lignes: pl.DataFrame


def ouvrir_donnees(projet: Projet, jeu: Jeu, dossier: Path, mesures: pl.DataFrame | None = None) -> list[str]:
    """Écrit les données ouvertes du jeu dans `dossier` et rend les noms des tables écrites.

    `mesures` sont celles du profil public, déjà masquées ; à défaut, celles de l'entrepôt, où toute mesure réelle
    comptée sur des bilans de bailleurs devient un secret. Les tables publiées ne s'ouvrent que pour le jeu réel :
    elles sont publiques. Lève `DonneesRefusees` si le jeu n'a pas de mesures.
    """
    if mesures is None:
        lues = EntrepotMesures(projet.entrepot, jeu).lire()
        mesures = lues if jeu.est_fictif else taire_les_bilans(lues)
        tables = [_mesures(jeu, mesures), *_publiees(projet, jeu)]
    else:
        tables = [_mesures(jeu, mesures), *map(_sans_bailleur, _publiees(projet, jeu))]
    for ouverte in tables:
        _ecrire(dossier, ouverte)
    declaration = projet.collection.jeux[jeu]
    fichiers.ecrire_json(
        dossier / "datapackage.json",
        paquet(jeu, declaration, _avertir(jeu, ""), [ressource(t.nom, t.titre, t.description) for t in tables]),
    )
    fichiers.ecrire(dossier / LICENCE, _avertir(jeu, _TEXTE_LICENCE).encode())
    return [t.nom for t in tables]


def mesures_masquees(projet: Projet, jeu: Jeu, profil: str) -> pl.DataFrame | None:
    """Rend les mesures passées au secret ; None au profil interne, dont les données ouvertes taisent les bilans."""
    return None if profil == INTERNE else EntrepotMesures(projet.entrepot, jeu, profil).lire()


def taire_les_bilans(mesures: pl.DataFrame) -> pl.DataFrame:
    """Rend les mesures où celles qui comptent des bilans de bailleurs sont masquées, faute d'être passées au secret.

    Une mesure que sa règle dit libre, ou qui ne compte aucun répondant (un chiffre déjà publié), reste.
    """
    libres = pl.DataFrame(
        [cle for cle, regle in REGLES.items() if regle.diffusion == "libre"],
        schema=["indicateur", "ventilation"],
        orient="row",
    )
    marquees = mesures.join(
        libres.with_columns(libre=pl.lit(True)), on=["indicateur", "ventilation"], how="left", maintain_order="left"
    )
    tue = pl.col("libre").is_null() & pl.col("repondants").is_not_null() & (pl.col("statut") == "observe")
    valeurs = ("numerateur", "denominateur", "valeur", "couverture")
    return marquees.with_columns(
        *(pl.when(~tue).then(pl.col(nom)).alias(nom) for nom in valeurs),
        statut=pl.when(tue).then(pl.lit("secret")).otherwise(pl.col("statut")),
    ).drop("libre")


def _mesures(jeu: Jeu, mesures: pl.DataFrame) -> TableOuverte:
    """Rend la table des mesures, sans bailleur et sans les séries dont rien n'est connu nulle part.

    Un objectif publié pour une année dont rien n'est encore mesuré reste : les pages le montrent.
    """
    connu = pl.col("statut").is_in(["observe", "secret"]).any().over(_SERIE)
    objectif = pl.col("denominateur").is_not_null() & pl.col("repondants").is_null()
    diffusables = ecarter_les_bailleurs(mesures).filter(connu | objectif).select(Mesure.column_names())
    return TableOuverte(
        "mesures", _TITRE_MESURES, _avertir(jeu, _DESCRIPTION_MESURES), Mesure, diffusables.sort(Mesure.primary_key())
    )


def _publiees(projet: Projet, jeu: Jeu) -> Iterator[TableOuverte]:
    """Rend les tables du jeu réel, réduites aux livraisons qui sont, octet pour octet, des fichiers déjà publiés."""
    if jeu.est_fictif:
        return
    entrepot = EntrepotTables(projet.entrepot, jeu)
    connu_le = projet.collection.jeux[jeu].connu_le
    publics = [fichiers.empreinte_fichier(chemin) for chemin in sorted(projet.publie.glob("*.csv"))]
    livraisons = entrepot.livraisons(connu_le)
    permises = livraisons.filter(pl.col("empreinte").is_in(publics))["livraison_id"]
    for nom, schema in CATALOGUE.items():
        lues = entrepot.lire(nom, connu_le)
        lignes = lues.filter(pl.col("livraison_id").is_in(permises.implode())).select(schema.column_names())
        if not lignes.is_empty():
            yield TableOuverte(nom, titre(nom), description(nom), schema, lignes.sort(pl.all(), nulls_last=True))


def _sans_bailleur(ouverte: TableOuverte) -> TableOuverte:
    """Rend la table sans les structures qui sont des bailleurs : la liste des inscrits d'un comité les nomme."""
    if not {"structure", "categorie"} <= set(ouverte.lignes.columns):
        return ouverte
    return replace(ouverte, lignes=ouverte.lignes.filter(pl.col("categorie") != "BAILLEUR"))


def _avertir(jeu: Jeu, texte: str) -> str:
    return f"{_FICTIF}{texte}".strip() if jeu.est_fictif else texte


def _ecrire(dossier: Path, ouverte: TableOuverte) -> None:
    (dossier / "tableur").mkdir(parents=True, exist_ok=True)
    fichiers.ecrire(dossier / f"{ouverte.nom}.csv", ouverte.lignes.write_csv().encode())
    tableur = ouverte.lignes.write_csv(
        separator=";", decimal_comma=True, include_bom=True, line_terminator="\r\n", date_format="%d/%m/%Y"
    )
    fichiers.ecrire(dossier / "tableur" / f"{ouverte.nom}.csv", tableur.encode())
    with fichiers.remplacement(dossier / f"{ouverte.nom}.parquet") as a_cote:
        ouverte.lignes.write_parquet(a_cote, metadata=_metadonnees(ouverte))
    schema = schema_de_table(ouverte.nom, ouverte.titre, ouverte.description, ouverte.schema)
    fichiers.ecrire_json(dossier / f"{ouverte.nom}.schema.json", schema)


def _metadonnees(ouverte: TableOuverte) -> dict[str, str]:
    return {"titre": ouverte.titre, "description": ouverte.description}
