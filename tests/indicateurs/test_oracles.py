"""Les chiffres publiés que le calcul doit retrouver (domaine, § 7), sur les données réelles versées au dépôt."""

import csv
from datetime import date

import polars as pl
import pytest

from bilan.indicateurs import tension
from bilan.indicateurs.calcul import Contexte, calculer, periodes_presentes
from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.rapports import CLE, mesurer, rapport
from bilan.projet import Jeu, Projet
from bilan.referentiel.regles import Regles
from bilan.referentiel.territoires import Territoires
from bilan.tables.catalogue import CATALOGUE


@pytest.fixture(scope="module")
def publie():
    dossier = Projet.trouver().publie
    tables: dict[str, list[pl.DataFrame]] = {}
    with (dossier / "livraisons.csv").open(encoding="utf-8", newline="") as bordereau:
        for envoi in csv.DictReader(bordereau, delimiter=";"):
            brut = pl.read_csv(dossier / envoi["fichier"], separator=";", infer_schema=False)
            types = {nom: colonne.dtype for nom, colonne in CATALOGUE[envoi["table"]].columns().items()}
            lignes = brut.select(
                pl.col(nom).str.to_date() if types[nom] == pl.Date else pl.col(nom).cast(types[nom])
                for nom in brut.columns
            )
            tables.setdefault(envoi["table"], []).append(lignes)
    return {nom: pl.concat(lots, how="diagonal") for nom, lots in tables.items()}


@pytest.fixture(scope="module")
def contexte(publie):
    territoires = Territoires.ouvrir(Projet.trouver().referentiel, 2026, "93")
    regles, connu_le = Regles.ouvrir(Projet.trouver().referentiel), date(2025, 12, 31)
    periodes = periodes_presentes(publie, regles, connu_le)
    return Contexte.des_territoires(territoires, Jeu.REEL, regles, periodes, connu_le)


@pytest.fixture(scope="module")
def mesures(publie, contexte):
    return calculer(publie, contexte)


def chercher(mesures, indicateur, periode, modalite="ensemble", territoire="93"):
    trouvees = mesures.filter(
        (pl.col("indicateur") == indicateur)
        & (pl.col("periode") == periode)
        & (pl.col("modalite") == modalite)
        & (pl.col("territoire") == territoire)
    )
    return trouvees.row(0, named=True)


@pytest.mark.parametrize(
    ("periode", "agrees", "objectif", "taux"),
    [("2022", 8354, 12098, 69.1), ("2023", 6698, 11000, 60.9), ("2023T3", 264, 11000, 2.4)],
)
def test_la_production_est_celle_que_la_dreal_a_publiee(mesures, periode, agrees, objectif, taux):
    p1 = chercher(mesures, "P1", periode)
    assert (p1["numerateur"], p1["denominateur"], round(p1["valeur"], 1)) == (agrees, objectif, taux)


def test_la_production_de_2022_baisse_de_5_5_pour_cent(mesures):
    assert round(chercher(mesures, "P1v", "2022")["valeur"], 1) == -5.5


def test_la_cotation_se_repartit_entre_4_15_et_7_epci_sur_26(mesures):
    etats = [chercher(mesures, "E5", "2024", etat) for etat in ("EFFECTIVE_OU_IMMINENTE", "PREVUE", "DELAI_PLUS_LONG")]
    assert [etat["numerateur"] for etat in etats] == [4, 15, 7]
    assert {etat["denominateur"] for etat in etats} == {26}
    assert round(etats[0]["valeur"] + etats[1]["valeur"], 1) == 73.1


def test_le_chiffre_regional_de_cotation_ne_devient_l_etat_d_aucun_epci(mesures):
    epci = mesures.filter((pl.col("indicateur") == "E5") & (pl.col("territoire_type") == "epci"))
    assert set(epci["statut"]) == {"non_transmis", "sans_objet"}
    assert epci.filter(pl.col("statut") == "sans_objet")["territoire"].n_unique() == 52 - 26
    assert chercher(mesures, "E5", "2024")["statut"] == "non_transmis"


def test_la_region_a_946_communes_52_epci_dont_26_soumis(contexte):
    assert contexte.communes_region.height == 946
    assert contexte.epci.height == 52
    assert contexte.epci["est_soumis"].sum() == 26


def test_la_pression_rapporte_les_demandes_aux_attributions_publiees(mesures):
    t1 = chercher(mesures, "T1", "2020")
    assert (t1["numerateur"], t1["denominateur"]) == (178102, 21357)
    assert chercher(mesures, "T1", "2020", territoire="13")["statut"] == "non_transmis"
    assert chercher(mesures, "T2", "2021", territoire="84")["valeur"] == 8.7


def test_les_demandes_d_un_epci_ne_passent_pas_pour_celles_d_un_departement(publie, contexte):
    sne = publie["demandes_sne"]
    autres = [sne.head(1).with_columns(code=pl.lit(code)) for code in ("200030195", "75")]
    t1 = tension.pression(Matiere(publie | {"demandes_sne": pl.concat([sne, *autres])}, contexte))
    lieux = dict(t1.group_by("territoire_type").agg(pl.col("territoire").unique().sort()).iter_rows())
    departements = ["04", "05", "06", "13", "83", "84"]
    assert lieux == {"region": ["93"], "departement": departements, "epci": ["200030195"]}


@pytest.mark.parametrize(
    ("numerateur", "denominateur", "taux"),
    [(21357 - 23550, 23550, -9.31), (3448, 23000, 14.99), (0, 40, 0.0), (3, 0, None), (3, None, None)],
)
def test_un_rapport_garde_ses_deux_termes_et_n_invente_pas_de_zero(numerateur, denominateur, taux):
    ligne = pl.DataFrame(
        {
            **dict.fromkeys(CLE, "x"),
            "numerateur": numerateur,
            "denominateur": denominateur,
            "couverture": 1.0,
            "repondants": 1,
            "attendus": 1,
            "complete": True,
        },
        schema_overrides={"denominateur": pl.Int64},
    )
    mesure = mesurer(ligne, rapport()).row(0, named=True)
    assert mesure["valeur"] == (taux if taux is None else pytest.approx(taux, abs=0.005))
    assert mesure["statut"] == ("non_transmis" if taux is None else "observe")
    assert (mesure["numerateur"], mesure["denominateur"]) == (numerateur, denominateur)
