"""Chaque commande écrite dans un document est lancée pour de vrai, dans un décor réduit, dans l'ordre d'un usage."""

import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from tests.collecte.corpus import Feuille, ecrire_xlsx, verite
from tests.decor import Decor, Issue
from tests.endurance.pannes import rectifier
from tests.endurance.serveurs import Serveurs, ouvrir_les_serveurs, texte
from tests.parcours import RACINE, Poste, graver, verser
from tests.test_docs import DOCS, commandes

from bilan.editions import bascule

pytestmark = [pytest.mark.lent]
REGIONAUX = ("90_copil", "50_production")
CARNETS = (*REGIONAUX, "70_fiche_epci")
_VERSEE = "--periode 2024 --connu-le 2024-12-31 reports/publies/2024-02-08-copil"
HORS_ESSAI = {
    "charte installer": "lit le registre npm ; tests/editions/test_charte.py l'essaie avec lui",
    "commentaire confirmer NOM": "demande un commentaire déjà écrit ; tests/editions/test_commentaires.py l'essaie",
    f"comite editer {_VERSEE}": "rejoue tous les carnets régionaux ; tests/test_comite.py l'essaie",
    f"comite verifier {_VERSEE}": "rejoue tous les carnets régionaux ; tests/test_comite.py l'essaie",
    "referentiel construire": "lit des paquets publics sur le réseau ; tests/referentiel l'essaie avec le registre",
}
"""Commandes citées que cet essai ne lance pas, et pourquoi."""


@dataclass(frozen=True)
class Geste:
    """Une commande telle qu'un document l'écrit, ce qu'on lance vraiment, ce qu'on prépare avant, les codes permis."""

    ecrite: str
    lancee: Callable[[Decor], list[str]] | None = None
    avant: Callable[[Decor], None] | None = None
    codes: tuple[int, ...] = (0,)

    def jouer(self, decor: Decor) -> Issue:
        """Prépare, puis lance la commande dans le décor."""
        if self.avant:
            self.avant(decor)
        return decor.lancer(*(self.lancee(decor) if self.lancee else shlex.split(self.ecrite)))


def _recevoir(decor: Decor) -> None:
    """Dépose un fichier de bailleur là où les documents le disent."""
    for dossier in ("depots", "recus", "data/depots/2025T1/recus"):
        (decor.racine / dossier).mkdir(parents=True, exist_ok=True)
        ecrire_xlsx(decor.racine / dossier / "bilan_2024T1.xlsx", Feuille(verite()))


def _parc(decor: Decor) -> None:
    (parc,) = (decor.racine / "data" / "demonstration" / "livraisons").glob("parc_rpls_*.csv")
    shutil.copy(parc, decor.racine / "parc.csv")


def _export_inconnu(decor: Decor) -> None:
    shutil.copy(decor.racine / "recus" / "bilan_2024T1.xlsx", decor.racine / "export.xlsx")


def _corrections(decor: Decor) -> None:
    (decor.racine / "data" / "depots" / "2025T1" / "corrections.toml").write_text("", encoding="utf-8")


def _derniere_livraison(decor: Decor) -> list[str]:
    dite = re.search(r"Livraison (\S+)\.", decor.lancer("controler", "recus/", "--jeu", "reel", "--integrer").sortie)
    assert dite is not None
    return ["retirer-livraison", dite[1], "--motif", "Envoyée par erreur"]


def _version(decor: Decor) -> list[str]:
    version = bascule.courante(decor.racine / "reports")
    assert version is not None
    return ["publier", "--version", version]


def _stocker(decor: Decor) -> None:
    decor.environnement["BILAN_STOCKAGE"] = (decor.racine.parent / "stockage").as_uri()


def _etat_garde(decor: Decor) -> list[str]:
    etats = re.findall(r"État (\w+),", decor.lancer("stockage", "verifier").sortie)
    return ["stockage", "recuperer", "--etat", etats[-1], "--remplacer"]


def _mon_copil(decor: Decor) -> None:
    deck = max((decor.racine / "reports").rglob("*demonstration*.pptx"), key=lambda fichier: fichier.stat().st_mtime)
    shutil.copy(deck, decor.racine / "mon-copil.pptx")


def _declarer_les_loyers(decor: Decor) -> None:
    with (decor.racine / "collection.toml").open("a", encoding="utf-8") as collection:
        collection.write('\n[[carnets]]\nnom = "65_loyers"\njeux = ["demonstration"]\npage = "loyers"\n')


def _sans_les_fiches(decor: Decor) -> None:
    decor.reduire(REGIONAUX)


def _avec_les_fiches(decor: Decor) -> None:
    shutil.copy(RACINE / "collection.toml", decor.racine / "collection.toml")
    decor.reduire(CARNETS)


GESTES = [
    Geste("controler parc.csv --table parc_rpls --emetteur RPLS --periode 2024 --integrer", avant=_parc),
    Geste("nouveau 2025T1"),
    Geste("nouveau 2025T1 --jeu reel"),
    Geste("dictionnaire"),
    Geste("plan"),
    Geste("executer --epci 200054807", avant=_avec_les_fiches),
    Geste("plan --pourquoi 200054807"),
    Geste("executer --jeu reel --carnet 50_production", avant=_sans_les_fiches),
    Geste("executer --jeu reel"),
    Geste("executer"),
    Geste("executer --periode courante --publier --notifier"),
    Geste("journal"),
    Geste("sql --tables"),
    Geste("sql", lancee=lambda _: ["sql", "SELECT 1"]),
    Geste("diaporama construire"),
    Geste("diaporama construire --jeu demonstration"),
    Geste("diaporama actualiser mon-copil.pptx --jeu demonstration", avant=_mon_copil),
    Geste("kit"),
    Geste("commentaire lister"),
    Geste("executer --profil public"),
    Geste("texte lister"),
    Geste(
        'texte approuver --role "chargée de mission DREAL" EMPREINTE',
        lancee=lambda _: ["texte", "approuver", "--role", "chargée de mission DREAL", "--tous"],
    ),
    Geste("publier --profil public"),
    Geste("publier"),
    Geste("publier --version VERSION", lancee=_version),
    Geste("publier --lister"),
    Geste("sante", codes=(0, 6)),
    Geste("sante --jeu reel", codes=(0, 6)),
    Geste("sante --libre-min 100000 --notifier", codes=(6,)),
    Geste("sante --jeu reel --notifier", codes=(0, 6)),
    Geste("sante --age-max 8 --libre-min 2 --jeu reel --notifier", codes=(0, 6)),
    Geste("controler depots/", avant=_recevoir),
    Geste("correspondance proposer export.xlsx --table flux_bilan", avant=_export_inconnu),
    Geste("controler data/depots/2025T1/recus --retours data/depots/2025T1/retours"),
    Geste("controler recus --corrections data/depots/2025T1", avant=_corrections),
    Geste("controler recus/ --jeu reel --retours retours/"),
    Geste("controler recus/ --jeu reel --integrer"),
    Geste("controler --integrer", lancee=lambda _: ["controler", "recus/", "--integrer"]),
    Geste("controler --bilan --periode 2025T1"),
    Geste('retirer-livraison LIVRAISON --motif "…"', lancee=_derniere_livraison),
    Geste("carnet nouveau 65_loyers"),
    Geste("carnet verifier 65_loyers", avant=_declarer_les_loyers),
    Geste("executer --jeu demonstration --carnet 65_loyers"),
    Geste("purger --essai"),
    Geste("purger"),
    Geste("stockage deposer", avant=_stocker),
    Geste("stockage verifier"),
    Geste("stockage recuperer"),
    Geste("stockage recuperer --etat EMPREINTE --remplacer", lancee=_etat_garde),
    Geste("stockage recuperer --remplacer"),
    Geste("stockage deposer --remplacer"),
    Geste("stockage liberer"),
    Geste("retirer"),
    # En dernier : la démonstration entière, trente bailleurs au lieu d'un, alourdirait tout ce qui suivrait.
    Geste("demonstration generer"),
]


@pytest.fixture(scope="module")
def serveurs() -> Iterator[Serveurs]:
    with ouvrir_les_serveurs() as ouverts:
        yield ouverts


@pytest.fixture(scope="module")
def poste(tmp_path_factory: pytest.TempPathFactory, serveurs: Serveurs) -> Poste:
    """Un serveur où l'on vient d'installer le projet, réduit à un bailleur, en suivant docs/exploitation.md."""
    dossier = tmp_path_factory.mktemp("docs")
    depot = verser(dossier / "depot")
    Decor(depot).limiter(bailleurs=1, carnets=REGIONAUX)
    graver(depot)
    poste = Poste(dossier)
    poste.installer(depot)
    poste.regler(serveurs.environnement | {"BILAN_LIEN": "https://exemple.invalid/bilan/"})
    return poste


@pytest.fixture(scope="module")
def decor(poste: Poste, serveurs: Serveurs) -> Decor:
    return Decor(poste.projet, serveurs.environnement | poste.code)


def test_de_la_copie_du_depot_a_la_publication_planifiee_dont_l_echec_est_annonce(
    poste: Poste, serveurs: Serveurs
) -> None:
    """Seules les commandes et les recettes de docs/exploitation.md servent : installer, planifier, échouer, réparer."""
    assert (poste.projet / "reports" / "courant" / "index.html").is_file()
    assert poste.demarrer("bilan.service") == 0 and serveurs.objets() == [], "rien de neuf ne s'annonce pas"
    (livraison,) = (poste.projet / "data" / "demonstration" / "livraisons").glob("flux_bilan_*2024T4*.csv")
    sain = livraison.read_bytes()
    livraison.write_bytes(sain[: len(sain) // 2] + b"\nillisible;")
    assert poste.demarrer("bilan.service") == 3
    (echec,) = serveurs.lus()
    assert echec["Subject"] == "[bilan] Échec : données refusées (code 3)"
    assert echec["To"] == serveurs.environnement["BILAN_NOTIFIER_A"]
    assert "À faire : ouvrez le journal de la tâche" in texte(echec)
    livraison.write_bytes(sain)
    rectifier(livraison)
    assert poste.sonner(0) == 0 and poste.sonner(1) == 0
    (_, publie) = serveurs.lus()
    assert str(publie["Subject"]).startswith("[bilan] À relire : version ")
    assert "1\u00a0livraison nouvelle." in texte(publie) and "Lien : https://exemple.invalid/bilan/" in texte(publie)
    journal = (poste.projet / "bilan.log").read_text(encoding="utf-8")
    assert "Courriel envoyé." in journal and "✔ Dernière réussite" in journal and "✘" not in journal


def _citees() -> set[str]:
    return {" ".join(commande.split()) for document in DOCS for commande in commandes(document)}


def test_toute_commande_citee_a_son_geste() -> None:
    connues = {geste.ecrite for geste in GESTES} | set(HORS_ESSAI)
    requetes = {citee for citee in _citees() if citee.startswith("sql ") and "SELECT" in citee}
    assert _citees() - connues - requetes == set()
    assert connues - _citees() == set(), "gestes qu'aucun document ne cite plus"


@pytest.mark.parametrize("geste", GESTES, ids=lambda geste: geste.ecrite)
def test_la_commande_ecrite_fait_ce_qu_elle_dit(decor: Decor, geste: Geste) -> None:
    issue = geste.jouer(decor)
    assert issue.code in geste.codes, f"{geste.ecrite} : code {issue.code}\n{issue.erreurs[-1500:]}"
    assert "Traceback" not in issue.erreurs


@pytest.mark.parametrize("requete", sorted(c for c in _citees() if c.startswith("sql ") and "SELECT" in c))
def test_les_requetes_ecrites_rendent_des_lignes(decor: Decor, requete: str) -> None:
    issue = decor.lancer(*shlex.split(requete), "--csv")
    assert issue.code == 0, issue.erreurs
    assert len(issue.sortie.splitlines()) > 1
