"""Les livraisons : reproductibles, conformes, fictives, et prêtes pour la porte."""

import re
from datetime import date
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
from stdnum.fr import siren as numero_siren

from bilan.collecte.depot import deposer_dossier
from bilan.demonstration.generateur import engendrer
from bilan.demonstration.livraisons import Livraison
from bilan.demonstration.scene import Scene
from bilan.demonstration.terrain import poser
from bilan.entrepot.tables import EntrepotTables
from bilan.erreurs import DonneesRefusees, ErreurUsage
from bilan.projet import Jeu, Projet
from bilan.referentiel.territoires import Territoires
from bilan.tables.catalogue import CATALOGUE

# Les trente et un bailleurs inscrits au COPIL du 8 février 2024 (compte rendu).
BAILLEURS_REELS = (
    "13 Habitat", "3F Sud", "Batigère Habitat", "CDC Habitat", "CDC Habitat Social", "Côte d'Azur Habitat", "Erilia",
    "Famille & Provence", "Gambetta", "Grand Delta Habitat", "HMP", "Habitations de Haute-Provence",
    "ICF Habitat Sud-Est Méditerranée", "Logirem", "Logis Familial", "Logis Familial Varois", "1001 Vies Habitat",
    "Marseille Habitat", "OPH 05", "OPH Cannes Pays de Lérins", "OPH Pays d'Aix Métropole", "Ouest Provence Habitat",
    "Poste Habitat Provence", "Prolétazur", "Sacogiva", "Semisap", "Semivim", "SFHE", "Sogima",
    "Toulon Habitat Méditerranée", "Un toit pour tous", "Var Habitat", "Unicil",
)  # fmt: skip


def _empreintes(dossier: Path) -> dict[str, str]:
    return {fichier.name: sha256(fichier.read_bytes()).hexdigest() for fichier in sorted(dossier.iterdir())}


def test_la_meme_graine_rend_les_memes_octets(projet: Projet, petite: Path, tmp_path: Path) -> None:
    engendrer(projet, tmp_path / "bis", taille="petite")
    assert _empreintes(tmp_path / "bis") == _empreintes(petite)


def test_une_autre_graine_rend_une_autre_annee(projet: Projet, petite: Path, tmp_path: Path) -> None:
    engendrer(projet, tmp_path / "autre", graine=1, taille="petite")
    autre = _empreintes(tmp_path / "autre")
    assert autre["parc_rpls_rpls-de-demonstration_2024_v1.csv"] != _empreintes(petite)[
        "parc_rpls_rpls-de-demonstration_2024_v1.csv"
    ]


def test_aucun_nom_fictif_ne_ressemble_a_un_vrai(scene: Scene) -> None:
    noms = scene.terrain.bailleurs["nom"].to_list()
    assert len(noms) == len(set(noms)) == 30
    assert all(re.search(r"\b(Fictif|Fictive|Exemple|Imaginaire)\b", nom) for nom in noms)
    reels = {nom.casefold() for nom in BAILLEURS_REELS}
    assert not [nom for nom in noms if any(reel in nom.casefold() for reel in reels)]


def test_les_siren_fictifs_ont_la_forme_de_vrais_dans_une_serie_a_part(scene: Scene) -> None:
    sirens = scene.terrain.bailleurs["siren"].to_list()
    assert len(set(sirens)) == 30
    assert all(numero_siren.is_valid(siren) and siren.startswith("99900") for siren in sirens)


@pytest.mark.parametrize("table", [nom for nom in CATALOGUE if nom not in {"reperes", "chronologie"}])
def test_chaque_table_suit_son_schema(envois: list[Livraison], table: str) -> None:
    schema = CATALOGUE[table]
    toutes = pl.concat([envoi.lignes for envoi in envois if envoi.table == table], how="diagonal_relaxed")
    absentes = set(schema.column_names()) - set(toutes.columns)
    completes = toutes.with_columns(pl.lit(None).alias(nom) for nom in absentes)
    # Une clé se répète d'une livraison à l'autre, jamais dans la même : celle-là se contrôle à la porte.
    assert set(schema.filter(schema.cast(completes)).failure.counts()) <= {"cle_unique"}


def test_le_manifeste_annonce_exactement_les_fichiers(petite: Path) -> None:
    manifeste = pl.read_csv(petite / "livraisons.csv", separator=";", infer_schema=False)
    assert manifeste.columns == ["fichier", "table", "emetteur", "periode", "date_arrete", "date_connue"]
    assert sorted(manifeste["fichier"]) == sorted(f.name for f in petite.iterdir() if f.name != "livraisons.csv")
    assert (manifeste["date_arrete"] <= manifeste["date_connue"]).all()


def test_la_petite_demonstration_a_toutes_les_tables_et_un_epci_a_cheval(petite: Path, envois: list[Livraison]) -> None:
    manifeste = pl.read_csv(petite / "livraisons.csv", separator=";", infer_schema=False)
    assert set(manifeste["table"]) == {envoi.table for envoi in envois}
    parc = pl.read_csv(petite / "parc_rpls_rpls-de-demonstration_2024_v1.csv", separator=";", infer_schema=False)
    assert parc["bailleur_siren"].n_unique() == 5
    epci = pl.concat(
        [pl.read_csv(f, separator=";", infer_schema=False) for f in sorted(petite.glob("epci_avancement_*"))]
    )
    assert epci["epci_siren"].n_unique() == 8
    assert set(epci["soumis_reforme"]) == {"O", "N"}
    vinon = parc.filter(pl.col("code_commune") == "83150")
    assert vinon.height > 0


def test_un_dossier_qui_contient_autre_chose_n_est_pas_efface(projet: Projet, tmp_path: Path) -> None:
    (tmp_path / "precieux.txt").write_text("à garder", encoding="utf-8")
    with pytest.raises(ErreurUsage, match="autre chose"):
        engendrer(projet, tmp_path, taille="petite")
    assert (tmp_path / "precieux.txt").read_text(encoding="utf-8") == "à garder"


def test_une_taille_inconnue_est_refusee_avec_les_tailles_permises(projet: Projet, tmp_path: Path) -> None:
    with pytest.raises(ErreurUsage, match="petite"):
        engendrer(projet, tmp_path / "x", taille="minuscule")  # type: ignore[arg-type]
    assert not (tmp_path / "x").exists()


def test_une_region_sans_calage_est_refusee(projet: Projet, scene: Scene) -> None:
    ailleurs = Territoires.ouvrir(projet.referentiel, millesime=2026, region="52")
    with pytest.raises(DonneesRefusees, match="44, 49, 53, 72, 85"):
        poser(ailleurs, scene.terrain.bailleurs, scene.parametres, graine=1)


@pytest.fixture
def isole(projet: Projet, tmp_path: Path) -> Projet:
    """Un projet à l'entrepôt vide, avec le référentiel du vrai."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "referentiel").symlink_to(projet.referentiel)
    (tmp_path / "collection.toml").symlink_to(projet.racine / "collection.toml")
    return Projet(tmp_path)


def test_la_porte_accepte_tout_et_lit_le_trimestre_tel_que_connu(isole: Projet, petite: Path) -> None:
    depot = deposer_dossier(isole, Jeu.DEMONSTRATION, petite)
    manifeste = pl.read_csv(petite / "livraisons.csv", separator=";", infer_schema=False)
    assert len(depot.ajoutees) == manifeste.height
    entrepot = EntrepotTables(isole.entrepot, Jeu.DEMONSTRATION)

    def rectifie(connu_le: date) -> int:
        bilan = entrepot.lire("flux_bilan", connu_le).filter(bailleur_siren="999000078", periode="T2")
        return int(bilan["logements_attribues"].sum())

    assert 0 < rectifie(date(2024, 8, 1)) < rectifie(date(2024, 12, 31))
