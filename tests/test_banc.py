"""Le compte rendu du banc : les clés attendues, et un document français qui dit les mêmes chiffres."""

import json
import sys
from pathlib import Path

from benchmarks.croissance import Mesure
from benchmarks.fraicheur import Bailleur
from benchmarks.france import Taille
from benchmarks.memoire import Cout, mener
from benchmarks.rapport import Passages, Resultats, cles, document, ecrire
from benchmarks.voies import voies

from bilan.projet import Projet

# Secondes par fiche de chaque voie, choisies pour que les rapports se calculent de tête.
SECONDES = {
    "commande_pages": 12.0, "commande_pages_sans_grammaire": 9.0, "commande": 10.0, "api": 8.0,
    "deux_papermill": 3.0, "ploomber": 2.0, "moteur_1": 0.5, "moteur_2": 0.25, "chaine_1": 0.75,
    "chaine_2": 0.5, "sans_moteur": 0.375,
}  # fmt: skip


def croissance(taille: Taille, par_fiche: float, pic: float) -> Mesure:
    """Ce qu'a coûté une taille : une fiche coûte `par_fiche` de calcul, autant à l'horloge, et le préchauffage rien."""
    secondes = {"charger": 1.0, "mesurer": 2.0, "jouer": taille.epci * par_fiche, "une": par_fiche, "dessiner": 12.0}
    return Mesure(taille, {etape: Cout(s, s, pic) for etape, s in secondes.items()})


def resultats() -> Resultats:
    passages = {cle: Passages((s, s * 0.5, s * 3), (s, s, s)) for cle, s in SECONDES.items()}
    tailles = [
        croissance(Taille(epci, facteur), par_fiche, pic)
        for epci, facteur, par_fiche, pic in (
            (13, 1, 0.5, 400.0), (52, 1, 0.3, 500.0), (52, 10, 0.5, 500.0), (1253, 100, 0.44, 1234.4),
        )
    ]  # fmt: skip
    noms = voies(Projet.trouver(), 4, 52)
    bailleur = Bailleur("123456789", ("a", "b"), ("a", "b"))
    return Resultats(passages, noms, (1.0, 3.0, 1.5), {"office": (3.0,), "standard": (4.0,)}, bailleur, tailles)


def test_les_cles_se_calculent_sur_les_medianes() -> None:
    contenu = cles(resultats())
    attendu = {
        "ratio_boucle_papermill": 24.0, "ratio_boucle_sans_grammaire": 18.0, "ratio_boucle_un_ouvrier": 16.0,
        "ratio_deux_papermill": 12.0, "surcout_moteur_cpu_s": 0.125, "dessin_et_pages_cpu_s": 0.25,
        "cout_1253_sur_52": 1.1, "cout_1253_sur_52_sans_prechauffage": 1.1, "dessin_1253_sur_52": 1.0,
        "memoire_pic_mo": 1234, "sans_changement_s": 1.5,
        "territoires_rejoues_un_bailleur": 2, "feuille_froide_sur_standard": 0.75,
    }  # fmt: skip
    assert {cle: contenu[cle] for cle in attendu} == attendu


def test_le_document_donne_une_ligne_par_voie_et_par_taille() -> None:
    lu = resultats()
    lignes = document(lu, cles(lu)).splitlines()
    assert all(any(ligne.startswith(f"| {voie.nom} | ") for ligne in lignes) for voie in lu.noms)
    assert {"| 13 | 50\u202f000 |", "| 52 | 50\u202f000 |"} <= {ligne[:15].rstrip() for ligne in lignes}


def test_le_document_dit_les_chiffres_en_francais() -> None:
    lu = resultats()
    texte = " ".join(document(lu, cles(lu)).split())
    assert "24,0 fois" in texte
    assert "0,125 seconde de calcul par carnet" in texte
    assert "charge de la machine 0,0 puis 0,0" in texte


def test_le_compte_rendu_s_ecrit_en_entier(tmp_path: Path) -> None:
    for dossier in ("reports", "docs/images"):
        (tmp_path / dossier).mkdir(parents=True)
    ecrire(tmp_path, resultats())
    assert json.loads((tmp_path / "reports/bench.json").read_text(encoding="utf-8"))["passages"] == 3
    assert "secondes par fiche" in (tmp_path / "docs/images/croissance.svg").read_text(encoding="utf-8")
    assert "images/croissance.svg" in (tmp_path / "docs/performance.md").read_text(encoding="utf-8")


def test_le_cout_d_une_commande_compte_ses_enfants(tmp_path: Path) -> None:
    calcul = "import time; x = b'x' * 150_000_000; print(sum(i * i for i in range(3_000_000))); time.sleep(0.6)"
    parent = f"import subprocess, sys; print('fini'); subprocess.run([sys.executable, '-c', {calcul!r}], check=True)"
    cout = mener([sys.executable, "-c", parent], tmp_path)
    assert "fini" in cout.sortie
    assert 150 < cout.pic_mo < 200
    assert cout.calcul_s > 0.05
