"""Une campagne : gabarits, correspondances, contrôles, corrections, retours, entrepôt, relances."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from tests.collecte.corpus import Feuille, Ligne, ecrire_csv, ecrire_xlsx, verite

from bilan.collecte.anomalies import Anomalie, Gravite, Lieu
from bilan.collecte.campagne import Campagne, Controle, controler, retirer, trouver_fichiers, verifier
from bilan.collecte.cartes.carte import lire_carte
from bilan.collecte.cartes.proposition import proposer
from bilan.collecte.gabarit.nouveau import ouvrir_periode
from bilan.collecte.reception import Demande
from bilan.collecte.retour.regroupement import regrouper
from bilan.collecte.suivi import suivre
from bilan.entrepot.tables import EntrepotTables, Livraison
from bilan.erreurs import DonneesRefusees, ErreurUsage
from bilan.periode import Periode
from bilan.projet import Jeu, Projet
from bilan.tables.catalogue import CATALOGUE

JEU = Jeu.DEMONSTRATION
T1 = Periode(2024, 1)


def _lignes(facteur: float = 1.0, **changements: Any) -> list[Ligne]:
    mesures = ("logements_proposes", "logements_attribues")
    return [ligne | {nom: round(facteur * ligne[nom]) for nom in mesures} | changements for ligne in verite()]


def _controler(projet: Projet, chemin: Path, **options: Any) -> Controle:
    (issue,) = controler(projet, JEU, Campagne([chemin], Demande(date_connue=date(2024, 4, 15)), **options))
    return issue


def _regles(issue: Controle) -> set[str]:
    return {anomalie.regle for anomalie in issue.reception.anomalies}


def _lire(projet: Projet) -> pl.DataFrame:
    return EntrepotTables(projet.entrepot, JEU).lire("flux_bilan")


def _attendre(projet: Projet, **parcs: int) -> None:
    types = {nom: col.dtype for nom, col in CATALOGUE["parc_rpls"].columns().items()}
    lignes = [
        dict.fromkeys(types) | {"annee": 2024, "niveau": "bailleur_commune", "code": commune,
        "bailleur_siren": siren[1:],
        "code_commune": commune, "nb_logements": parc, "source": "essai", "date_arrete": date(2024, 1, 1)}
        for siren, parc in parcs.items() for commune in ("06088", "13055", "84007")
    ]  # fmt: skip
    livraison = Livraison("RPLS", "2024", date(2024, 1, 1), date(2024, 1, 15), "parc.csv", "parc")
    EntrepotTables(projet.entrepot, JEU).charger("parc_rpls", pl.DataFrame(lignes, schema=types), livraison)


def test_un_fichier_accepte_entre_une_fois_et_sa_version_suivante_le_remplace(projet: Projet, tmp_path: Path) -> None:
    premier = ecrire_xlsx(tmp_path / "a_2024T1.xlsx", Feuille(_lignes()))
    assert _controler(projet, premier, integrer=True).livraison_id
    assert _controler(projet, premier, integrer=True).livraison_id.startswith("000001")
    rectifie = _controler(projet, ecrire_xlsx(tmp_path / "b_2024T1.xlsx", Feuille(_lignes(2))), integrer=True)
    assert _lire(projet)["logements_proposes"].sum() == 2 * 1263
    retirer(projet, JEU, rectifie.livraison_id, "envoyé par erreur", date(2024, 5, 1))
    assert _lire(projet)["logements_proposes"].sum() == 1263


def test_un_fichier_refuse_n_ecrit_rien_et_dit_quelle_version_reste(projet: Projet, tmp_path: Path) -> None:
    _controler(projet, ecrire_xlsx(tmp_path / "bon_2024T1.xlsx", Feuille(_lignes())), integrer=True)
    issue = _controler(
        projet, ecrire_xlsx(tmp_path / "faux_2024T1.xlsx", Feuille(_lignes(code_commune="06000"))), integrer=True
    )
    assert "NON intégré" in issue.statut
    assert "bon_2024T1.xlsx" in issue.statut and "reste en place" in issue.statut
    assert _lire(projet)["logements_proposes"].sum() == 1263


def test_le_meme_fichier_pour_une_autre_periode_est_un_double_envoi(projet: Projet, tmp_path: Path) -> None:
    sans_dates = Feuille(_lignes())
    for nom in ("annee", "periode", "date_arrete"):
        del sans_dates.titres[nom]
    for periode in ("2024T1", "2024T2"):
        ecrire_csv(tmp_path / f"envoi_{periode}.csv", sans_dates)
    assert _controler(projet, tmp_path / "envoi_2024T1.csv", integrer=True).livraison_id
    assert "double_envoi" in _regles(_controler(projet, tmp_path / "envoi_2024T2.csv", integrer=True))


@pytest.mark.parametrize(
    ("facteur", "mode", "regle"),
    [
        (1.0, "TRIMESTRE", "memes_chiffres"), (2.1, "TRIMESTRE", "cumul_pour_trimestre"),
        (0.3, "TRIMESTRE", "rupture"), (0.9, "CUMUL", "cumul_en_baisse"), (1.2, "TRIMESTRE", None),
    ],
)  # fmt: skip
def test_l_historique_du_bailleur_fait_douter_d_un_envoi(
    projet: Projet, tmp_path: Path, facteur: float, mode: str, regle: str | None
) -> None:
    premier = Feuille(_lignes(mode_cumul=mode))
    _controler(projet, ecrire_xlsx(tmp_path / "t1.xlsx", premier), integrer=True)
    second = Feuille(_lignes(facteur, periode="T2", date_arrete="2024-06-30", mode_cumul=mode))
    issue = _controler(projet, ecrire_xlsx(tmp_path / "t2.xlsx", second))
    assert issue.reception.est_acceptee
    assert _regles(issue) == ({regle} if regle else set())


def test_une_commune_unique_pour_un_grand_parc_fait_douter(projet: Projet, tmp_path: Path) -> None:
    _attendre(projet, _999000011=500)
    lignes = [ligne | {"code_departement": "06", "code_commune": "06088"} for ligne in _lignes()]
    assert "commune_du_siege" in _regles(_controler(projet, ecrire_xlsx(tmp_path / "siege.xlsx", Feuille(lignes))))


def _objectifs(*taux: tuple[str, float | None, int | None], effet: str = "01/01/2024") -> Feuille:
    lignes = [
        {"annee": 2024, "bailleur_siren": "999000011", "reservataire_categorie": code, "perimetre_type": "DEPARTEMENT",
         "perimetre_code": "6", "code_departement": "06", "taux_pct": part, "nb_droits": droits,
         "date_effet": effet}
        for code, part, droits in taux
    ]  # fmt: skip
    return Feuille(lignes, {nom: nom for nom in lignes[0]})


@pytest.mark.parametrize(
    ("taux", "regles", "accepte"),
    [
        ([("ETAT_PRIO", 25.0, None), ("ALS", None, 40)], set(), True),
        ([("ETAT_PRIO", 28.0, None), ("ETAT_FONC", 5.0, None)], {"plafond"}, True),
        ([("COMMUNE", 21.0, None)], {"plafond"}, True),
        ([("ETAT_PRIO", 30.0, None), ("BAILLEUR", 80.0, None)], {"somme_des_taux"}, False),
        ([("ETAT_PRIO", 0.25, None), ("ALS", 0.3, None)], {"part_en_fraction"}, False),
        ([("ETAT_PRIO", 25.0, 12)], {"taux_ou_droits"}, False),
    ],
)
def test_les_objectifs_suivent_les_plafonds(
    projet: Projet, tmp_path: Path, taux: list[tuple[str, float | None, int | None]], regles: set[str], accepte: bool
) -> None:
    issue = _controler(projet, ecrire_xlsx(tmp_path / "objectifs.xlsx", _objectifs(*taux)))
    assert _regles(issue) - {"zero_retabli"} == regles
    assert issue.reception.est_acceptee == accepte


def test_chaque_ligne_entree_dit_la_feuille_et_la_ligne_d_ou_elle_vient(projet: Projet, tmp_path: Path) -> None:
    lignes = _lignes()
    arrondissements = [lignes[2] | {"code_commune": code} for code in ("13203", "13204")]
    feuille = Feuille([*lignes[:2], *arrondissements], dessus=[["Bilan de la gestion en flux"], []])
    issue = _controler(projet, ecrire_xlsx(tmp_path / "export_2024T1.xlsx", feuille), integrer=True)
    lignage = EntrepotTables(projet.entrepot, JEU).lire_lignage(issue.livraison_id)
    assert set(lignage["feuille"]) == {"Export"}
    assert lignage.select("code_commune", "ligne").rows() == [("06088", 4), ("06088", 5), ("13055", 6), ("13055", 7)]


@pytest.mark.parametrize(
    ("effet", "plafond"),
    [("01/01/2019", None), ("01/01/2021", "30\u202f%"), ("01/01/2024", "25,5\u202f%")],
    ids=["avant le texte", "premier texte", "texte suivant"],
)
def test_le_plafond_est_celui_du_droit_a_la_date_d_effet(
    projet: Projet, tmp_path: Path, effet: str, plafond: str | None
) -> None:
    regles = (projet.referentiel / "regles.toml").read_text(encoding="utf-8")
    suite = '[[regles.versions]]\nvaleur = 25.5\ndate_effet = 2023-01-01\ntexte = "Décret fictif"\nstatut = "verifie"\n'
    ou = regles.index("[[regles]]", regles.index('"plafond_etat_pct"'))
    (projet.racine / "data" / "referentiel").unlink()
    shutil.copytree(Projet.trouver().referentiel, projet.referentiel)
    (projet.referentiel / "regles.toml").write_text(regles[:ou] + suite + regles[ou:], encoding="utf-8")
    issue = _controler(
        projet, ecrire_xlsx(tmp_path / "objectifs.xlsx", _objectifs(("ETAT_PRIO", 31.0, None), effet=effet))
    )
    dites = [anomalie.constat for anomalie in issue.reception.anomalies if anomalie.regle == "plafond"]
    assert len(dites) == (0 if plafond is None else 1)
    assert plafond is None or f"plafond de {plafond}" in dites[0]


CARTE_LARGE = """
nom = "Éditeur d'exemple, tableau large"
table = "flux_bilan"
fichiers = "^large"
ignorees = ["Réf."]
[colonnes]
"INSEE" = "code_commune"
[constantes]
mode_cumul = "CUMUL"
typologie = "NR"
financement = "NR"
qpv = "NR"
periode_construction = "NR"
type_offre = "RELOCATION"
[[groupe]]
colonnes = { "Préf. prop." = "logements_proposes", "Préf. attr." = "logements_attribues" }
valeurs = { reservataire_categorie = "ETAT_PRIO" }
[[groupe]]
colonnes = { "ALS prop." = "logements_proposes", "ALS attr." = "logements_attribues" }
valeurs = { reservataire_categorie = "ALS" }
"""


def _carte(projet: Projet, texte: str, nom: str = "exemple.toml") -> Path:
    dossier = projet.racine / "data" / "correspondances"
    dossier.mkdir(exist_ok=True)
    (dossier / nom).write_text(texte, encoding="utf-8")
    return dossier / nom


def test_une_correspondance_deplie_un_tableau_large(projet: Projet, tmp_path: Path) -> None:
    _carte(projet, CARTE_LARGE)
    chemin = tmp_path / "large_2024T2.csv"
    chemin.write_text(
        "SIREN;Réf.;INSEE;Préf. prop.;Préf. attr.;ALS prop.;ALS attr.\n"
        "999000011;X1;06088;3;2;5;4\n999000011;X2;6004;;;7;1\n",
        encoding="utf-8",
    )
    issue = _controler(projet, chemin)
    assert issue.reception.est_acceptee, issue.reception.anomalies
    assert issue.reception.examen is not None
    lues = issue.reception.examen.lignes.select(
        "reservataire_categorie",
        "code_departement",
        "code_commune",
        "mode_cumul",
        "logements_proposes",
        "logements_attribues",
    )
    assert sorted(lues.rows()) == [
        ("ALS", "06", "06004", "CUMUL", 7, 1), ("ALS", "06", "06088", "CUMUL", 5, 4),
        ("ETAT_PRIO", "06", "06088", "CUMUL", 3, 2),
    ]  # fmt: skip
    assert issue.reception.trace.perdues == 0
    assert issue.reception.trace.par_motif() == {"entete": 7, "colonne_ignoree": 2}


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        (CARTE_LARGE.replace("code_commune", "code_comune"), "code_comune"),
        (CARTE_LARGE.replace('table = "flux_bilan"', 'table = "flux"'), "flux"),
        (CARTE_LARGE + '[valeurs.reservataire_categorie]\n"Préf" = "PREFET"\n', "PREFET"),
        (CARTE_LARGE.replace("^large", "("), "expression régulière"), ("nom = ", "TOML mal formé"),
        ("nom = 'a'", "« table » manque"), (f"inconnue = 1\n{CARTE_LARGE}", "clé connue"),
    ],
)  # fmt: skip
def test_une_correspondance_fausse_est_refusee(projet: Projet, texte: str, attendu: str) -> None:
    with pytest.raises(DonneesRefusees, match=attendu):
        lire_carte(_carte(projet, texte))


def test_l_exemple_de_la_notice_est_une_correspondance_valable(projet: Projet) -> None:
    notice = Projet.trouver().racine / "data" / "correspondances" / "LISEZ-MOI.md"
    exemple = notice.read_text(encoding="utf-8").split("```toml")[1].split("```")[0]
    assert lire_carte(_carte(projet, exemple)).vides == {"qpv": "NR"}


def test_une_ebauche_reconnait_ce_qu_elle_peut_et_propose_le_reste(projet: Projet, tmp_path: Path) -> None:
    feuille = Feuille(_lignes(reservataire_categorie="Préfecture"), dessus=[["Export"]])
    feuille.titres["logements_proposes"] = "Volume offert"
    ebauche = proposer(ecrire_xlsx(tmp_path / "export_maison.xlsx", feuille))
    assert '"Code INSEE" = "code_commune"' in ebauche
    assert '# "Volume offert" = ""' in ebauche
    assert '# "Préfecture" = ""' in ebauche
    assert lire_carte(_carte(projet, ebauche)).table == "flux_bilan"


CORRECTION = """
[[correction]]
table = "flux_bilan"
emetteur = "999000011"
periode = "2024T1"
ou = { reservataire_categorie = "ETAT_PRIO" }
colonne = "code_commune"
attendu = "06000"
nouveau = "06088"
motif = "code postal"
fourni_par = "service habitat du bailleur, courriel du 12 avril 2024"
expire = 2024-12-31
"""


@pytest.mark.parametrize(
    ("correction", "recu", "attendue"),
    [
        (CORRECTION, "06000", None), (CORRECTION, "06088", "n'a plus d'objet"),
        (CORRECTION, "06004", "la source a changé"),
        (CORRECTION.replace("2024-12-31", "2024-04-01"), "06000", "expiré"),
        (CORRECTION.replace("ETAT_PRIO", "REGION"), "06000", "aucune ligne"),
    ],
)  # fmt: skip
def test_une_correction_declaree_s_applique_ou_echoue_bruyamment(
    projet: Projet, tmp_path: Path, correction: str, recu: str, attendue: str | None
) -> None:
    (tmp_path / "corrections.toml").write_text(correction, encoding="utf-8")
    lignes = _lignes()
    lignes[0]["code_commune"] = recu
    issue = _controler(projet, ecrire_xlsx(tmp_path / "a.xlsx", Feuille(lignes)), corrections=tmp_path)
    if attendue is None:
        assert issue.reception.est_acceptee
        assert [len(faite.lieux) for faite in issue.reception.corrections] == [1]
        return
    assert not issue.reception.est_acceptee
    assert any(attendue in a.constat for a in issue.reception.anomalies if a.regle == "correction_perimee")


def test_le_retour_montre_d_abord_ce_qu_il_faut_corriger(projet: Projet, tmp_path: Path) -> None:
    lignes = _lignes()
    lignes[1]["code_commune"] = "06000"
    lignes[3]["logements_attribues"] = 8
    issue = _controler(projet, ecrire_xlsx(tmp_path / "a.xlsx", Feuille(lignes)), retours=tmp_path / "retours")
    classeur, courriel, machine = issue.retours
    onglets = openpyxl.load_workbook(classeur)
    points = onglets["À corriger"]
    assert onglets.sheetnames[0] == "À corriger"
    assert points["A1"].value == issue.statut
    assert [points.cell(4, colonne).value for colonne in (2, 3, 5)] == ["bloquant", "G3", "06000"]
    assert points.cell(4, 3).hyperlink.location == "'Votre fichier'!G3"
    assert points.cell(5, 2).value == "à vérifier"
    marquee = onglets["Votre fichier"]["G3"]
    assert (marquee.value, marquee.data_type) == ("06000", "s")
    assert "code postal" in marquee.comment.text
    assert "06000" not in courriel.read_text().splitlines()[0]
    assert "code postal" in courriel.read_text()
    contenu = json.loads(machine.read_text())
    assert (contenu["accepte"], contenu["cases"]["lues"]) == (False, 90)


def test_vingt_cases_semblables_se_lisent_en_une_ligne() -> None:
    anomalies = [
        Anomalie(Gravite.BLOQUANT, "r", "constat", "correction", Lieu("f", ligne=rang, colonne="c"))
        for rang in range(21)
    ]
    assert [point.cases for point in regrouper(anomalies)] == [21]
    assert len(regrouper(anomalies[:20])) == 20


def test_un_gabarit_rempli_revient_sans_une_anomalie(projet: Projet, tmp_path: Path) -> None:
    _attendre(projet, _999000011=500, _999000029=20)
    ouverture = ouvrir_periode(projet, JEU, Periode(2025, 1), tmp_path / "2025T1")
    assert ouverture.attendus == 2
    assert (tmp_path / "2025T1" / "attendus.csv").read_text(encoding="utf-8-sig").count("\n") == 3
    assert len(list((tmp_path / "2025T1" / "relances").iterdir())) == 4
    (gabarit,) = [g for g in ouverture.gabarits if g.name.startswith("flux_bilan") and "999000011" in g.name]
    classeur = openpyxl.load_workbook(gabarit)
    saisie = classeur["Saisie"]
    titres = [case.value for case in saisie[3]]
    valeurs = {"Mode de cumul": "Le trimestre seul", "Réservataire": "Commune", "Département": "06 – Alpes-Maritimes",
               "Commune": "06088 – Nice", "Typologie": "T3", "Financement": "PLUS",
               "Quartier prioritaire": "Non renseigné",
               "Période de construction": "Avant 1949", "Type d'offre": "Relocation", "Logements proposés": 4,
               "Logements attribués": 3}  # fmt: skip
    for titre, valeur in valeurs.items():
        saisie.cell(4, titres.index(titre) + 1, valeur)
    classeur.save(tmp_path / "rempli.xlsx")
    issue = _controler(projet, tmp_path / "rempli.xlsx", integrer=True)
    assert issue.reception.anomalies == []
    (ligne,) = _lire(projet).to_dicts()
    assert (ligne["bailleur_siren"], ligne["annee"], ligne["periode"]) == ("999000011", 2025, "T1")
    assert (ligne["code_commune"], ligne["reservataire_categorie"]) == ("06088", "COMMUNE")


def test_les_registres_sont_demandes_aux_six_ddets_et_a_la_dreal(projet: Projet, tmp_path: Path) -> None:
    _attendre(projet, _999000011=500)
    ouverture = ouvrir_periode(projet, JEU, Periode(2025, 1), tmp_path / "2025T1")
    registres = [g for g in ouverture.gabarits if g.name.startswith("epci_avancement")]
    assert len(registres) == 6
    assert any(g.name.startswith("agrements_dreal") for g in ouverture.gabarits)
    sirens = [
        case.value
        for registre in registres
        for (case,) in openpyxl.load_workbook(registre)["Saisie"].iter_rows(min_row=4, max_col=1)
        if case.value
    ]
    assert len(sirens) == len(set(sirens)) == 26
    (var,) = [registre for registre in registres if "DDETS-83" in registre.name]
    issue = _controler(projet, var)
    assert issue.reception.est_acceptee, issue.reception.anomalies
    assert issue.reception.envoi is not None and issue.reception.envoi.emetteur == "DDETS-83"


def test_un_gabarit_vide_est_refuse(projet: Projet, tmp_path: Path) -> None:
    _attendre(projet, _999000011=500)
    ouverture = ouvrir_periode(projet, JEU, Periode(2025, 1), tmp_path / "2025T1")
    (gabarit,) = [g for g in ouverture.gabarits if g.name.startswith("flux_bilan")]
    assert _regles(_controler(projet, gabarit)) == {"tableau_vide"}


def test_la_relance_compte_les_bailleurs_et_les_logements(projet: Projet, tmp_path: Path) -> None:
    _attendre(projet, _999000011=600, _999000029=300, _999000037=100)
    entrepot = EntrepotTables(projet.entrepot, JEU)
    assert suivre(entrepot, T1, date(2024, 4, 10)).lignes["statut"].to_list() == ["attendu"] * 3
    _controler(projet, ecrire_xlsx(tmp_path / "a.xlsx", Feuille(_lignes())), integrer=True)
    suivi = suivre(entrepot, T1, date(2024, 6, 1))
    assert suivi.lignes["statut"].to_list() == ["recu", "en_retard", "en_retard"]
    assert suivi.couverture == pytest.approx(0.6)
    assert suivi.phrase().startswith("1 bailleur sur 3")
    assert "60,0" in suivi.phrase()


def test_sans_parc_connu_on_ne_sait_pas_qui_attendre(projet: Projet) -> None:
    with pytest.raises(ErreurUsage, match="parc_rpls"):
        suivre(EntrepotTables(projet.entrepot, JEU), T1, date(2024, 4, 10))


def test_un_dossier_vide_est_une_erreur_d_usage(tmp_path: Path) -> None:
    with pytest.raises(ErreurUsage, match="Aucun fichier"):
        trouver_fichiers([tmp_path])
    verifier([])
