"""Un EPCI parmi ses pairs : la somme des pairs, et un rang que l'on refuse quand il ne veut rien dire."""

from collections.abc import Callable

import polars as pl

from bilan.figures.sujets import Contexte, pairs

METROPOLES = {"200054807": (20, 100), "200030195": (30, 100), "248300543": (30, 200)}
AMP = "200054807"


def _a1(mesurer: Callable[..., pl.DataFrame], valeurs: dict[str, tuple[int, int]], **reste: object) -> pl.DataFrame:
    commun = {"indicateur": "A1", "territoire_type": "epci", **reste}
    return mesurer(*[
        commun | {"territoire": epci, "numerateur": n, "denominateur": d} for epci, (n, d) in valeurs.items()
    ])  # fmt: skip


def _ligne(mesures: pl.DataFrame, contexte: Contexte) -> dict[str, object]:
    return pairs.comparaison(mesures, mesures.clear(), AMP, contexte).donnees.row(0, named=True)


def test_les_pairs_d_une_metropole_sont_les_metropoles(contexte: Contexte) -> None:
    assert pairs.pairs_de(AMP, contexte) == sorted(METROPOLES)


def test_la_valeur_des_pairs_est_un_rapport_de_sommes_et_le_rang_suit_les_taux(
    mesurer: Callable[..., pl.DataFrame], contexte: Contexte
) -> None:
    ligne = _ligne(_a1(mesurer, METROPOLES), contexte)
    assert (ligne["valeur"], ligne["pairs"], ligne["rang"]) == (20.0, 20.0, "2e sur 3")


def test_ni_rang_ni_pairs_sur_une_petite_base_ou_sous_le_secret(
    mesurer: Callable[..., pl.DataFrame], contexte: Contexte
) -> None:
    petite = _ligne(_a1(mesurer, {**METROPOLES, AMP: (2, 10)}), contexte)
    assert petite["valeur"] == 20.0 and petite["rang"] is None
    masquee = mesurer({"indicateur": "A1", "territoire_type": "epci", "territoire": "200030195", "statut": "secret"})
    autres = {epci: v for epci, v in METROPOLES.items() if epci != "200030195"}
    secrete = _ligne(pl.concat([_a1(mesurer, autres), masquee]), contexte)
    assert (secrete["pairs"], secrete["rang"]) == (None, None)


def test_deux_taux_egaux_sont_ex_aequo(mesurer: Callable[..., pl.DataFrame], contexte: Contexte) -> None:
    assert _ligne(_a1(mesurer, {**METROPOLES, AMP: (15, 100)}), contexte)["rang"] == "2e ex æquo sur 3"
