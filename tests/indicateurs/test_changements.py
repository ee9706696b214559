"""Ce qui a changé : chaque changement nommé une fois, et rapporté à sa cause, sur deux états faits à la main."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from bilan.indicateurs import changements
from bilan.indicateurs.changements import Etat
from bilan.tables.catalogue import table
from bilan.tables.mesure import Mesure

HIVER, ETE = date(2024, 3, 31), date(2024, 9, 30)
_MESURE: dict[str, Any] = {
    "jeu": "reel",
    "indicateur": "N2",
    "territoire_type": "region",
    "territoire": "93",
    "ventilation": "ensemble",
    "modalite": "ensemble",
    "periode": "2023",
    "numerateur": None,
    "denominateur": None,
    "valeur": 100.0,
    "unite": "logements",
    "statut": "observe",
    "couverture": None,
    "repondants": 20,
    "attendus": 30,
    "maturite": "definitif",
}
_CONVENTION: dict[str, Any] = {
    "bailleur_siren": "999000011",
    "reservataire_categorie": "ALS",
    "perimetre_type": "DEPARTEMENT",
    "perimetre_code": "13",
    "type_convention": "FLUX",
    "statut_convention": "EN_NEGOCIATION",
    "date_arrete": HIVER,
}


def _table(nom: str, *lignes: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(lignes), schema={c: col.dtype for c, col in table(nom).columns().items()})


def _livraisons(*lignes: tuple[str, str, str, date, str]) -> pl.DataFrame:
    colonnes = ["table", "emetteur", "periode", "date_arrete", "empreinte"]
    return pl.DataFrame(
        lignes, schema=dict.fromkeys(colonnes, pl.String) | {"date_arrete": pl.Date}, orient="row"
    ).with_columns(retenue=pl.lit(True), date_connue="date_arrete")


def _mesures(*lignes: dict[str, Any]) -> pl.DataFrame:
    return Mesure.validate(
        pl.DataFrame([_MESURE | ligne for ligne in lignes], schema=list(Mesure.columns())), cast=True
    )


def _etat(jour: date, **parties: Any) -> Etat:
    return Etat(
        jour, parties.get("tables", {}), parties.get("livraisons", _livraisons()), parties.get("mesures", _mesures())
    )


def test_deux_etats_egaux_n_ont_aucun_changement() -> None:
    etat = _etat(
        ETE,
        mesures=_mesures({}),
        livraisons=_livraisons(("reperes", "DREAL", "2023", HIVER, "a")),
        tables={"conventions": _table("conventions", _CONVENTION)},
    )
    rien = changements.comparer(etat, etat, frozenset({"code", "regle"}))
    assert rien.is_empty() and rien.columns == list(changements.SCHEMA)


@pytest.mark.parametrize(("arrete", "cause"), [(ETE, "fait"), (HIVER, "correction")])
def test_un_statut_qui_change_est_un_fait_au_nouvel_arrete_et_une_correction_au_meme(arrete: date, cause: str) -> None:
    avant = {"epci_siren": "200054807", "cil_statut": "EN_COURS", "date_arrete": HIVER}
    apres = avant | {"cil_statut": "ADOPTE", "date_arrete": arrete}
    registre = [avant, apres] if arrete != HIVER else [apres]
    lignes = changements.comparer(
        _etat(HIVER, tables={"epci_avancement": _table("epci_avancement", avant)}),
        _etat(ETE, tables={"epci_avancement": _table("epci_avancement", *registre)}),
    )
    vue = lignes.select("genre", "cause", "territoire", "avant", "apres").rows()
    assert vue == [("statut", cause, "200054807", "En cours", "Adopté")]


@pytest.mark.parametrize(("signature", "cause"), [(date(2024, 5, 2), "fait"), (date(2024, 2, 1), "correction")])
def test_une_signature_d_avant_l_ancien_arrete_est_une_correction(signature: date, cause: str) -> None:
    signee = _CONVENTION | {"statut_convention": "SIGNEE", "date_signature": signature, "date_arrete": ETE}
    avant = _etat(date(2024, 4, 30), tables={"conventions": _table("conventions", _CONVENTION)})
    apres = _etat(ETE, tables={"conventions": _table("conventions", _CONVENTION, signee)})
    lignes = changements.comparer(avant, apres)
    assert lignes.select("cause", "objet", "avant", "apres", "jour").rows() == [
        (cause, "Action Logement Services", "En négociation", "Signée", signature)
    ]


def test_une_convention_qui_n_est_plus_signee_est_une_correction() -> None:
    signee = _CONVENTION | {"statut_convention": "SIGNEE", "date_signature": date(2024, 1, 5)}
    retiree = _CONVENTION | {"statut_convention": "REFUSEE", "date_arrete": ETE}
    lignes = changements.conventions(
        _etat(HIVER, tables={"conventions": _table("conventions", signee)}),
        _etat(ETE, tables={"conventions": _table("conventions", signee, retiree)}),
    )
    assert lignes.select("cause", "apres").rows() == [("correction", "Refusée")]


def test_les_fichiers_arrives_remplaces_et_retires_se_distinguent() -> None:
    avant = _livraisons(
        ("flux_bilan", "A", "2024T1", HIVER, "a1"),
        ("flux_bilan", "B", "2024T1", HIVER, "b1"),
        ("epci_avancement", "DREAL", "2024", HIVER, "r1"),
    )
    apres = _livraisons(
        ("flux_bilan", "A", "2024T1", ETE, "a2"),
        ("flux_bilan", "C", "2024T1", HIVER, "c1"),
        ("epci_avancement", "DREAL", "2024", HIVER, "r1"),
        ("epci_avancement", "DREAL", "2024", ETE, "r2"),
    )
    vues = changements.livraisons(avant, apres).select("objet", "detail", "cause", "apres").rows()
    assert vues == [
        ("epci_avancement", "DREAL", "fait", "Nouvelle"),
        ("flux_bilan", "A", "correction", "Remplacée"),
        ("flux_bilan", "B", "correction", "Retirée"),
        ("flux_bilan", "C", "fait", "Nouvelle"),
    ]


@pytest.mark.parametrize(
    ("repondants", "empreinte", "changees", "cause"),
    [
        (21, "a2", {"code"}, "fait"),
        (20, "a2", {"code"}, "correction"),
        (20, "a1", {"code", "regle", "geographie"}, "geographie"),
        (20, "a1", {"code", "regle"}, "regle"),
        (20, "a1", {"code"}, "code"),
    ],
)
def test_une_valeur_revisee_va_a_sa_cause(repondants: int, empreinte: str, changees: set[str], cause: str) -> None:
    avant = _etat(HIVER, mesures=_mesures({}), livraisons=_livraisons(("flux_bilan", "A", "2023", HIVER, "a1")))
    apres = _etat(
        ETE,
        mesures=_mesures({"valeur": 104.0, "repondants": repondants}),
        livraisons=_livraisons(("flux_bilan", "A", "2023", HIVER, empreinte)),
    )
    lignes = changements.comparer(avant, apres, frozenset(changees)).filter(genre="valeur")
    assert lignes.select("cause", "objet", "valeur_avant", "valeur_apres").rows() == [
        (cause, "Logements attribués", 100.0, 104.0)
    ]


def test_une_valeur_provisoire_que_des_faits_completent_n_est_pas_revisee() -> None:
    avant = _etat(HIVER, mesures=_mesures({"maturite": "provisoire"}))
    apres = _etat(ETE, mesures=_mesures({"valeur": 130.0, "repondants": 30}))
    assert changements.comparer(avant, apres).is_empty()


def test_seule_une_valeur_publiee_definitive_et_changee_est_marquee_revisee() -> None:
    cas = {"meme": "2020", "changee": "2021", "provisoire": "2022"}
    publiees = _mesures(
        {"periode": cas["meme"]}, {"periode": cas["changee"]}, {"periode": cas["provisoire"], "maturite": "provisoire"}
    )
    mesures = _mesures(
        {"periode": cas["meme"]},
        *({"periode": cas[n], "valeur": 1.0} for n in ("changee", "provisoire")),
        {"periode": "2019"},
    )
    marquees = dict(changements.marquer_les_revisees(mesures, publiees).select("periode", "maturite").iter_rows())
    assert [periode for periode, maturite in marquees.items() if maturite == "revise"] == [cas["changee"]]
