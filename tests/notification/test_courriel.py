"""Prévenir par courriel, avec un vrai serveur SMTP."""

import errno
import subprocess
import sys
from datetime import datetime
from html.parser import HTMLParser

import polars as pl
import pytest
from maquette_notification import Boite, lire, mesurer

from bilan.entrepot.mesures import EntrepotMesures
from bilan.erreurs import (
    DonneesRefusees,
    ErreurBilan,
    ErreurUsage,
    ExecutionEchouee,
    PublicationRefusee,
    StockageDivergent,
    StockageIndisponible,
    VerrouTenu,
)
from bilan.notification.apres import suivre
from bilan.notification.message import alerte, echec, reussite
from bilan.notification.reglages import Reglages
from bilan.notification.releve import Releve, chiffres, dernier, garder, relever
from bilan.projet import Jeu, Projet

JOUR = datetime.fromisoformat("2025-04-10T06:00:00+02:00")


def _executer(projet: Projet, erreur: Exception | None = None, dire: list[str] | None = None) -> None:
    with suivre(projet, notifier=True, dire=(dire if dire is not None else []).append):
        if erreur:
            raise erreur


def test_une_publication_donne_etat_periode_chiffres_changements_et_lien(projet: Projet, boite: Boite) -> None:
    _executer(projet)
    (recu,) = boite.recus
    corps = lire(recu)
    assert recu["To"] == "boite-fonctionnelle@exemple.invalid, autre@exemple.invalid"
    assert recu["Subject"] == "[bilan] Calculé" and recu["Auto-Submitted"] == "auto-generated"
    assert "Année de démonstration (données fictives), année 2024" in corps
    assert "40,0\u202f%" in corps and "première publication" in corps
    assert "https://bilan.exemple.invalid/" in corps
    assert not list(recu.iter_attachments())


@pytest.mark.parametrize(
    ("version", "objet", "a_faire"),
    [("2024-12-31-ab12", "Publié : version 2024-12-31-ab12", "relire le site, puis prévenir"),
     ("2024-12-31-ab12-travail", "À relire : version 2024-12-31-ab12-travail", "le publier (« bilan publier »)")],
)  # fmt: skip
def test_un_document_de_travail_ne_s_annonce_pas_publie(projet: Projet, version: str, objet: str, a_faire: str) -> None:
    message = reussite(projet.collection, None, Releve("", version), "")
    assert message.sujet == f"[bilan] {objet}" and a_faire in message.en_texte()
    assert ("publié :" in message.en_texte()) == (message.sujet.startswith("[bilan] Publié"))


def test_aucun_petit_nombre_ne_part_par_courriel(projet: Projet, boite: Boite) -> None:
    """Le taux sur 7 conventions et le volume de 9 logements sont sous le seuil du secret (11)."""
    _executer(projet)
    for forme in ("plain", "html"):
        corps = lire(boite.recus[0], forme)
        assert "57,1" not in corps and "9 logements" not in corps and "40,0" in corps


class _Page(HTMLParser):
    """Ce qu'un lecteur d'HTML voit et ce qu'il irait chercher : les mots, les balises, les attributs."""

    def __init__(self, contenu: str) -> None:
        super().__init__()
        self.mots: list[str] = []
        self.balises: list[str] = []
        self.attributs: list[tuple[str, str | None]] = []
        self.feed(contenu)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.balises.append(tag)
        self.attributs += attrs

    def handle_data(self, data: str) -> None:
        self.mots += data.split()


def test_le_courriel_se_lit_aussi_en_html_qui_dit_la_meme_chose_et_n_appelle_rien(projet: Projet, boite: Boite) -> None:
    _executer(projet)
    (recu,) = boite.recus
    assert recu.get_content_type() == "multipart/alternative" and recu["Content-Language"] == "fr"
    assert [partie.get_content_type() for partie in recu.iter_parts()] == ["text/plain", "text/html"]
    page, ponctuation = _Page(lire(recu, "html")), {":", "-"}
    objet = recu["Subject"].removeprefix("[bilan] ").split()
    dits = [*objet, *objet, *(mot for mot in lire(recu).split() if mot not in ponctuation)]
    assert [mot.casefold() for mot in page.mots] == [mot.casefold() for mot in dits]
    assert ("lang", "fr") in page.attributs and ("scope", "row") in page.attributs
    assert not {"img", "link", "script", "style", "iframe", "form"} & set(page.balises)
    adresses = [valeur for nom, valeur in page.attributs if nom in ("href", "src", "background", "action")]
    assert adresses == ["https://bilan.exemple.invalid/"] and "url(" not in lire(recu, "html")


def test_une_phrase_a_balises_ne_devient_pas_du_html() -> None:
    html = alerte(['le fichier <b>x</b> & "y" manque']).en_html()
    assert "<b>" not in html and "&lt;b&gt;x&lt;/b&gt; &amp; &quot;y&quot;" in html


def test_rien_de_neuf_est_un_succes_silencieux_et_un_chiffre_qui_change_se_dit(projet: Projet, boite: Boite) -> None:
    _executer(projet)
    _executer(projet)
    assert len(boite.recus) == 1
    mesurer(projet, 60.0)
    _executer(projet)
    assert "40,0\u202f% → 60,0\u202f%" in lire(boite.recus[1])


def test_un_echec_part_a_la_boite_et_garde_l_erreur(projet: Projet, boite: Boite) -> None:
    with pytest.raises(ExecutionEchouee):
        _executer(projet, ExecutionEchouee("2 carnets ont échoué (30_flux)."))
    corps = lire(boite.recus[0])
    assert "code de sortie 1" in corps and "30_flux" in corps and "À faire" in corps
    assert "Le site est à jour" in corps, "le site se construit même si un carnet échoue"
    assert dernier(projet) is None


@pytest.mark.parametrize(
    ("erreur", "objet", "dit"),
    [(OSError(errno.ENOSPC, "No space left on device"), "disque plein (code 1)", "libérez de la place"),
     (VerrouTenu("Une autre commande travaille."), "déjà en cours (code 4)", "site publié auparavant reste en place"),
     (PublicationRefusee("détail"), "publication refusée (code 5)", "il donne les contrôles en défaut"),
     (StockageIndisponible("Il ne répond pas."), "stockage injoignable (code 7)", "la prochaine exécution déposera"),
     (StockageDivergent("Deux vérités."), "stockage divergent (code 7)", "Deux vérités."),
     (KeyboardInterrupt(), "interrompu (code 1)", "L'exécution a été interrompue"),
     (ZeroDivisionError("détail"), "erreur inattendue (code 1)", "Erreur inattendue (ZeroDivisionError)")],
    ids=lambda valeur: type(valeur).__name__ if isinstance(valeur, BaseException) else None,
)  # fmt: skip
def test_l_objet_dit_la_panne_et_le_corps_ce_qu_il_faut_faire(erreur: BaseException, objet: str, dit: str) -> None:
    message = echec(erreur, "2024")
    corps = message.en_texte()
    assert message.sujet == f"[bilan] Échec : {objet}" and dit in corps and "détail" not in corps
    assert "À faire : " in corps and "période 2024" in corps


def test_un_refus_de_donnees_ne_recopie_aucune_cellule(projet: Projet, boite: Boite) -> None:
    with pytest.raises(DonneesRefusees):
        _executer(projet, DonneesRefusees("Ligne 3 : « Mme Untel » n'est pas un nombre."))
    assert "Untel" not in lire(boite.recus[0]) + lire(boite.recus[0], "html") and "code de sortie 3" in lire(
        boite.recus[0]
    )


def test_un_serveur_muet_ne_cache_pas_l_echec(projet: Projet, boite: Boite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILAN_SMTP", "smtp://127.0.0.1:1")
    dits: list[str] = []
    with pytest.raises(ExecutionEchouee):
        _executer(projet, ExecutionEchouee("échec"), dits)
    assert "Le courriel n'est pas parti" in dits[0]


def test_apres_une_reussite_un_courriel_qui_ne_part_pas_est_un_echec_rejoue(
    projet: Projet, boite: Boite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILAN_SMTP", "smtp://127.0.0.1:1")
    with pytest.raises(ErreurBilan, match="pas parti"):
        _executer(projet)
    monkeypatch.setenv("BILAN_SMTP", f"smtp://127.0.0.1:{boite.port}")
    _executer(projet)
    assert len(boite.recus) == 1


def test_des_reglages_absents_se_disent_avant_de_commencer(projet: Projet, monkeypatch: pytest.MonkeyPatch) -> None:
    for nom in ("BILAN_SMTP", "BILAN_NOTIFIER_DE", "BILAN_NOTIFIER_A"):
        monkeypatch.delenv(nom, raising=False)
    with pytest.raises(ErreurUsage, match="BILAN_SMTP, BILAN_NOTIFIER_DE, BILAN_NOTIFIER_A"):
        _executer(projet, AssertionError("rien ne devait commencer"))


def test_le_mot_de_passe_ne_s_affiche_pas() -> None:
    reglages = Reglages.de_l_environnement({
        "BILAN_SMTP": "smtps://compte@serveur.invalid", "BILAN_NOTIFIER_DE": "a@b.invalid",
        "BILAN_NOTIFIER_A": "c@d.invalid", "BILAN_SMTP_MOT_DE_PASSE": "tres-secret",
    })  # fmt: skip
    assert (reglages.port, reglages.compte) == (465, "compte") and "tres-secret" not in repr(reglages)


def test_rien_de_neuf_se_releve_sans_rien_charger_de_lourd(projet: Projet) -> None:
    garder(projet, relever(projet, JOUR))
    code = (
        "import sys; from pathlib import Path; from bilan.projet import Projet; "
        "from bilan.notification.apres import suivre\n"
        "with suivre(Projet(Path(sys.argv[1])), False, print): pass\n"
        "sys.exit('polars' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(projet.racine)], check=False).returncode == 0


def test_a_defaut_de_la_periode_la_derniere_annee_connue_est_nommee(projet: Projet) -> None:
    magasin = EntrepotMesures(projet.entrepot, Jeu.DEMONSTRATION)
    magasin.ecrire(magasin.lire().with_columns(periode=pl.lit("2023")))
    assert chiffres(projet, Jeu.DEMONSTRATION) == {"EPCI dont la cotation est en service (2023)": "40,0\u202f%"}
