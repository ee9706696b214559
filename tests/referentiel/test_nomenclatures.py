import pytest

from bilan.referentiel import nomenclatures
from bilan.referentiel.nomenclatures import RESERVATAIRES, periode_de_construction


def test_les_neuf_categories_de_reservataires() -> None:
    assert list(RESERVATAIRES) == [
        "ETAT_PRIO", "ETAT_FONC", "ALS", "COMMUNE", "EPCI", "DEPARTEMENT", "REGION", "AUTRE", "BAILLEUR",
    ]


def test_les_trois_groupes_de_cotation_de_la_dreal() -> None:
    assert list(nomenclatures.ETATS_COTATION) == ["EFFECTIVE_OU_IMMINENTE", "PREVUE", "DELAI_PLUS_LONG"]


@pytest.mark.parametrize("nom", [nom for nom in dir(nomenclatures) if nom.isupper()])
def test_chaque_code_a_un_libelle_distinct(nom: str) -> None:
    table = getattr(nomenclatures, nom)
    if isinstance(table, dict):
        assert all(libelle.strip() for libelle in table.values())
        assert len(set(table.values())) == len(table)


@pytest.mark.parametrize(
    ("annee", "code"),
    [(1900, "<1949"), (1948, "<1949"), (1949, "1949-1974"), (1974, "1949-1974"), (1975, "1975-1989"),
     (1999, "1990-1999"), (2000, "2000-2009"), (2019, "2010-2019"), (2020, ">=2020"), (2026, ">=2020"), (None, "NR")],
)
def test_une_annee_tombe_dans_sa_periode(annee: int | None, code: str) -> None:
    assert periode_de_construction(annee) == code


def test_chaque_periode_de_construction_est_atteinte() -> None:
    atteintes = {periode_de_construction(annee) for annee in range(1900, 2030)} | {periode_de_construction(None)}
    assert atteintes == set(nomenclatures.PERIODES_CONSTRUCTION)
