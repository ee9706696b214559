"""L'entrepôt et le site au stockage : rien à moitié, rien de perdu, un seul écrivain ; sur un vrai serveur S3."""

import json
import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from maquette_stockage import Serveur, contenu, vu_d_un_lecteur

from bilan.carnets.journal import Execution, Journal
from bilan.editions import bascule
from bilan.editions.publication import profil_de
from bilan.entrepot.distant import Depot
from bilan.entrepot.fichiers import empreinte_fichier
from bilan.entrepot.tables import EntrepotTables, Livraison
from bilan.erreurs import StockageDivergent, StockageIndisponible, VerrouTenu
from bilan.projet import PUBLIC, Jeu, Projet
from bilan.stockage import etat, reservation, site
from bilan.stockage.emprunt import accorder, emprunter, tenir
from bilan.stockage.miroir import Index
from bilan.tables.catalogue import CATALOGUE

Fabrique = Callable[[str], Projet]


def _livrer(projet: Projet, emetteur: str) -> None:
    types = {nom: col.dtype for nom, col in CATALOGUE["reperes"].columns().items()}
    ligne = ("attributions", emetteur, 2020, 10.0, None, "essai", date(2023, 12, 31))
    lignes = pl.DataFrame([ligne], types, orient="row")
    livraison = Livraison(emetteur, "2023", date(2023, 12, 31), date(2024, 1, 31), "f.csv", emetteur * 64)
    EntrepotTables(projet.entrepot, Jeu.REEL).charger("reperes", lignes, livraison)


def _publier(projet: Projet, version: str, texte: str) -> None:
    for nom in ("index.html", "reel/flux.html", "assets/style.css"):
        chemin = projet.reports / "versions" / version / nom
        chemin.parent.mkdir(parents=True, exist_ok=True)
        chemin.write_text(f"{nom} : {texte}", encoding="utf-8")
    bascule.basculer(projet.reports, version, profil_de(version))


def _site(projet: Projet, version: str) -> dict[str, bytes]:
    racine = projet.reports / "versions" / version
    return {p.relative_to(racine).as_posix(): p.read_bytes() for p in racine.rglob("*") if p.is_file()}


@pytest.fixture
def ici(seau: str, nouveau_projet: Fabrique, monkeypatch: pytest.MonkeyPatch) -> Projet:
    """Une machine qui a reçu une livraison, publié une première version, et tout déposé."""
    monkeypatch.setenv(etat.VARIABLE, seau)
    projet = nouveau_projet("ici")
    with accorder(projet, print):
        _livrer(projet, "a")
        _publier(projet, "v1", "ancienne")
    return projet


def test_une_machine_neuve_retrouve_tout_entrepot_journal_et_site(ici: Projet, nouveau_projet: Fabrique) -> None:
    with accorder(ici, print):
        journal = Journal.ouvrir(ici.entrepot)
        journal.importer(Execution("reel/30_flux/93", "ok", "cle"))
        journal.fermer()
    ailleurs, dits = nouveau_projet("ailleurs"), []
    with emprunter(ailleurs, dits.append):
        assert contenu(ailleurs) == contenu(ici) and _site(ailleurs, "v1") == _site(ici, "v1")
    assert EntrepotTables(ailleurs.entrepot, Jeu.REEL).lire("reperes")["emetteur"].to_list() == ["a"]
    assert [e.tache for e in Journal.ouvrir(ailleurs.entrepot).toutes()] == ["reel/30_flux/93"]
    assert "repris" in dits[0]


def test_le_site_public_va_au_stockage_a_cote_de_l_interne(ici: Projet, seau: str, nouveau_projet: Fabrique) -> None:
    with accorder(ici, print):
        _publier(ici, "v1-public", "masquée")
    depot = Depot.ouvrir(seau)
    assert (site.en_place(depot), site.en_place(depot, PUBLIC)) == ("v1", "v1-public")
    assert b"versions/v1-public/index.html" in depot.lire("reports/index-public.html").octets
    ailleurs = nouveau_projet("ailleurs")
    with emprunter(ailleurs, print):
        assert _site(ailleurs, "v1-public") == _site(ici, "v1-public")
    with accorder(ici, print, retirer_le_site=PUBLIC):
        bascule.retirer(ici.reports, PUBLIC)
    assert (site.en_place(depot), site.en_place(depot, PUBLIC)) == ("v1", None)


def test_rien_de_neuf_n_envoie_rien_et_ne_change_pas_l_index(ici: Projet, seau: str) -> None:
    avant, dits = Depot.ouvrir(seau).lire("index.json"), []
    with accorder(ici, dits.append):
        pass
    assert Depot.ouvrir(seau).lire("index.json") == avant and dits == []


@pytest.mark.lent
def test_a_chaque_instant_d_un_depot_coupe_un_lecteur_voit_l_ancien_ou_le_nouveau_entier(
    ici: Projet, seau: str, serveur_s3: Serveur
) -> None:
    """Le serveur n'accepte plus rien après N écritures, pour tous les N : c'est la mort du client à chaque objet."""
    vus, avant = set(), (contenu(ici), _site(ici, "v1"))
    for permises in range(40):
        _livrer(ici, f"{permises:x}"[-1])
        _publier(ici, f"v-{permises}", f"édition {permises}")
        apres = contenu(ici), _site(ici, f"v-{permises}")
        coupee = _deposer_coupe(ici, serveur_s3, permises)
        entrepot, site = vu_d_un_lecteur(seau)
        assert entrepot in (avant[0], apres[0]) and site in (avant[1], apres[1]), f"mélange après {permises} écritures"
        vus.add((entrepot == apres[0], site == apres[1]))
        assert bool(etat.lire(ici).en_attente) == coupee
        avant = entrepot, site
        if not coupee:
            break
    assert permises >= 10 and avant == apres and vus == {(False, False), (True, False), (True, True)}
    page = Depot.ouvrir(seau).lire("reports/index.html").octets.decode()
    assert f"versions/v-{permises}/index.html" in page
    assert Depot.ouvrir(seau).lister("reports/versions/v1").keys() == _site(ici, "v1").keys()


def _deposer_coupe(projet: Projet, serveur: Serveur, permises: int) -> bool:
    serveur.couper_apres(permises)
    try:
        with accorder(projet, print):
            pass
    except StockageIndisponible:
        return True
    finally:
        serveur.couper_apres(None)
    return False


def test_un_stockage_muet_n_arrete_pas_le_travail_et_la_fois_suivante_depose(
    ici: Projet, seau: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    serveur = os.environ["AWS_ENDPOINT_URL"]
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    dits: list[str] = []
    with pytest.raises(StockageIndisponible), accorder(ici, dits.append):
        _livrer(ici, "b")
    assert any("ne répond pas" in dit for dit in dits) and etat.lire(ici).en_attente
    monkeypatch.setenv("AWS_ENDPOINT_URL", serveur)
    with accorder(ici, print):
        pass
    assert etat.lire(ici).en_attente == "" and vu_d_un_lecteur(seau)[0] == contenu(ici)


def test_une_machine_qui_n_a_jamais_rien_recu_ne_recommence_pas_de_zero(
    seau: str, nouveau_projet: Fabrique, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(etat.VARIABLE, seau)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(StockageIndisponible), emprunter(nouveau_projet("neuve"), print):
        raise AssertionError("rien ne devait commencer")


def test_un_second_ecrivain_repart_avec_le_nom_du_premier(ici: Projet, nouveau_projet: Fabrique) -> None:
    ailleurs = nouveau_projet("ailleurs")
    refuse = pytest.raises(VerrouTenu, match=r"réservé.*processus")
    with emprunter(ici, print), refuse as refus, emprunter(ailleurs, print):
        raise AssertionError("deux écrivains à la fois")
    assert refus.value.code_sortie == 4
    with emprunter(ailleurs, print):
        pass


def test_une_reservation_morte_se_reprend_par_son_entrepot_ou_apres_son_bail(
    ici: Projet, seau: str, nouveau_projet: Fabrique
) -> None:
    depot, heure = Depot.ouvrir(seau), timedelta(hours=1)
    morte = reservation.Reservation.prendre(depot, etat.lire(ici).lieu, heure)
    with pytest.raises(VerrouTenu):
        reservation.Reservation.prendre(depot, "un autre", heure)
    reprise = reservation.Reservation.prendre(depot, etat.lire(ici).lieu, -heure)
    autre = reservation.Reservation.prendre(depot, "un autre", heure)
    for perdue in (morte, reprise):
        with pytest.raises(VerrouTenu):
            perdue.verifier(depot)
        perdue.rendre(depot)
    autre.verifier(depot)
    assert "processus" in (reservation.liberer(depot) or "") and reservation.liberer(depot) is None


def test_un_revenant_dont_le_bail_est_passe_ne_peut_plus_rien_ecrire(
    ici: Projet, seau: str, nouveau_projet: Fabrique
) -> None:
    with pytest.raises(VerrouTenu), accorder(ici, print):
        _livrer(ici, "b")
        reservation.liberer(Depot.ouvrir(seau))
        ailleurs = nouveau_projet("ailleurs")
        with accorder(ailleurs, print):
            _livrer(ailleurs, "c")
    assert vu_d_un_lecteur(seau)[0] == contenu(ailleurs)
    assert "b" in EntrepotTables(ici.entrepot, Jeu.REEL).lire("reperes")["emetteur"].to_list()


def test_des_livraisons_des_deux_cotes_ne_se_perdent_pas_une_personne_choisit(
    ici: Projet, seau: str, nouveau_projet: Fabrique
) -> None:
    ailleurs = nouveau_projet("ailleurs")
    with accorder(ailleurs, print):
        _livrer(ailleurs, "c")
    _livrer(ici, "b")
    avant = contenu(ici)
    with pytest.raises(StockageDivergent, match="recuperer --remplacer"), emprunter(ici, print):
        raise AssertionError("rien ne devait commencer")
    assert contenu(ici) == avant
    with tenir(ici, print) as emprunt:
        emprunt.recuperer(remplacer=True)
    assert contenu(ici) == contenu(ailleurs)
    ecartes = list((ici.entrepot / ".ecart").rglob("*.parquet"))
    assert len(ecartes) == 1 and pl.read_parquet(ecartes[0]).height == 1


def test_ce_qui_se_recalcule_cede_devant_le_stockage_et_les_livraisons_d_ici_restent(
    ici: Projet, nouveau_projet: Fabrique
) -> None:
    ailleurs = nouveau_projet("ailleurs")
    with accorder(ailleurs, print):
        (ailleurs.entrepot / "releve.json").write_text('{"ailleurs": 1}')
    (ici.entrepot / "releve.json").write_text('{"ici": 1}')
    _livrer(ici, "b")
    with accorder(ici, print):
        assert json.loads((ici.entrepot / "releve.json").read_text()) == {"ailleurs": 1}
        assert EntrepotTables(ici.entrepot, Jeu.REEL).livraisons().height == 2
    with emprunter(ailleurs, print):
        assert contenu(ailleurs) == contenu(ici)


def test_un_etat_d_avant_se_reprend_et_redevient_celui_qui_vaut(ici: Projet, seau: str) -> None:
    premier = contenu(ici)
    with accorder(ici, print):
        _livrer(ici, "b")
    (dernier, _), (avant, _) = Index.lire(Depot.ouvrir(seau)).etats()
    assert dernier != avant
    with tenir(ici, print) as emprunt:
        emprunt.recuperer(voulu=avant[:12], remplacer=True)
        emprunt.deposer(remplacer=True)
    assert contenu(ici) == premier == vu_d_un_lecteur(seau)[0]


def test_un_contenu_altere_au_stockage_n_entre_pas_et_l_entrepot_d_ici_reste(
    ici: Projet, seau: str, nouveau_projet: Fabrique
) -> None:
    depot = Depot.ouvrir(seau)
    parquet = next(p for p in (ici.entrepot / "reel" / "tables").rglob("*.parquet"))
    depot.ecrire(f"contenus/{empreinte_fichier(parquet)}", b"altere")
    neuve = nouveau_projet("neuve")
    with pytest.raises(StockageIndisponible, match="altéré"), emprunter(neuve, print):
        raise AssertionError("rien ne devait commencer")
    assert contenu(neuve) == {}


def test_sans_stockage_declare_rien_ne_change(nouveau_projet: Fabrique, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(etat.VARIABLE, raising=False)
    projet = nouveau_projet("seul")
    with emprunter(projet, print) as emprunt:
        assert emprunt is None
    assert not projet.entrepot.exists()


def test_l_adresse_vient_de_l_environnement_puis_de_collection_toml(
    nouveau_projet: Fabrique, monkeypatch: pytest.MonkeyPatch
) -> None:
    projet = nouveau_projet("declare")
    chemin = projet.racine / "collection.toml"
    with chemin.open("a", encoding="utf-8") as flux:
        flux.write('\n[stockage]\nurl = "s3://seau/declare"\n')
    monkeypatch.delenv(etat.VARIABLE, raising=False)
    assert etat.adresse(projet) == "s3://seau/declare"
    monkeypatch.setenv(etat.VARIABLE, "file:///ailleurs")
    assert etat.adresse(projet) == "file:///ailleurs"


def test_changer_d_adresse_oublie_l_accord_mais_pas_le_lieu(ici: Projet, monkeypatch: pytest.MonkeyPatch) -> None:
    lieu = etat.lire(ici).lieu
    monkeypatch.setenv(etat.VARIABLE, "memory://neuf")
    assert etat.lire(ici) == etat.Etat(lieu, "memory://neuf")


@pytest.mark.parametrize("adresse", ["file", "memory"])
def test_un_dossier_partage_ou_la_memoire_rendent_le_meme_service(
    adresse: str, nouveau_projet: Fabrique, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(etat.VARIABLE, (tmp_path / "p").as_uri() if adresse == "file" else f"memory://{tmp_path.name}")
    ici, ailleurs = nouveau_projet("ici"), nouveau_projet("ailleurs")
    with accorder(ici, print):
        _livrer(ici, "a")
        _publier(ici, "v1", "une")
    with accorder(ailleurs, print):
        assert contenu(ailleurs) == contenu(ici)
        _livrer(ailleurs, "b")
    with emprunter(ici, print):
        assert contenu(ici) == contenu(ailleurs) and _site(ailleurs, "v1") == _site(ici, "v1")
