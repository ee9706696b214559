"""La table d'une figure se lit en français, et une absence garde son signe partout."""

import exemples

from bilan.figures import tableau


def test_les_cellules_sont_francaises() -> None:
    assert tableau.lignes(exemples.tableau()) == [("cotation", "12\u202f345", "31/03/2024", "−3,2")]


def test_chaque_absence_a_son_signe() -> None:
    parts = [ligne[1] for ligne in tableau.lignes(exemples.barres())]
    assert parts == ["100,0\u202f%", "0,0\u202f%", "s", "n.d."]


def test_le_csv_du_tableur_s_ouvre_dans_un_tableur_francais() -> None:
    octets = tableau.en_csv(exemples.tableau())
    assert octets.startswith(b"\xef\xbb\xbf")
    assert octets.decode("utf-8-sig").splitlines() == [
        "Sujet;Logements (nombre);Échéance;Écart", "cotation;12345;31/03/2024;-3,25"
    ]


def test_le_csv_des_machines_a_des_points_et_des_dates_iso() -> None:
    lignes = tableau.en_csv(exemples.tableau(), tableur=False).decode().splitlines()
    assert lignes[1] == "cotation,12345,2024-03-31,-3.25"


def test_un_nombre_a_zero_final_le_garde_dans_le_csv() -> None:
    assert tableau.en_csv(exemples.barres(), tableur=False).decode().splitlines()[1].endswith(",100")


def test_le_secret_reste_s_dans_le_csv() -> None:
    assert tableau.en_csv(exemples.barres()).decode("utf-8-sig").splitlines()[3].endswith(";s")
