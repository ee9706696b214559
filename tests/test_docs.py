"""Les documents ne citent que ce qui existe : commandes, options, fichiers, et recettes qui se lisent."""

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from bilan.cli.principal import bilan

RACINE = Path(__file__).parents[1]
DOCS = [RACINE / "README.md", *sorted((RACINE / "docs").glob("*.md"))]
_CODE = re.compile(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
_APPEL = re.compile(r"(?:^|\s|\\|/|=)bilan(?:\.exe)? +([a-z][^\n#>|]*)")


def commandes(document: Path) -> list[str]:
    """Rend chaque appel de `bilan` écrit dans un bloc ou un passage de code du document."""
    extraits = (bloc or passage for bloc, passage in _CODE.findall(document.read_text(encoding="utf-8")))
    return [appel.strip() for extrait in extraits for appel in _APPEL.findall(extrait)]


def _bloc(nom: str, debut: str) -> str:
    texte = (RACINE / "docs" / nom).read_text(encoding="utf-8")
    return next(bloc for bloc, _ in _CODE.findall(texte) if bloc.startswith(debut))


@pytest.mark.parametrize("document", DOCS, ids=lambda chemin: chemin.name)
def test_chaque_commande_citee_existe_avec_ses_options(document: Path) -> None:
    for appel in commandes(document):
        mots = shlex.split(appel)
        commande: click.Command = bilan
        while isinstance(commande, click.Group) and mots and not mots[0].startswith("-"):
            suivante = commande.get_command(click.Context(commande), mots[0])
            assert suivante is not None, f"{document.name} : « bilan {appel} »"
            commande, mots = suivante, mots[1:]
        connues = {option for parametre in commande.params for option in (*parametre.opts, *parametre.secondary_opts)}
        inconnues = {mot for mot in mots if mot.startswith("--")} - connues - {"--help", "--version"}
        assert not inconnues, f"{document.name} : « bilan {appel} » : {inconnues}"


def test_les_documents_citent_bien_descommandes() -> None:
    assert sum(len(commandes(document)) for document in DOCS) > 20


@pytest.mark.parametrize("document", DOCS, ids=lambda chemin: chemin.name)
def test_chaque_lien_vers_le_depot_mene_quelque_part(document: Path) -> None:
    liens = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [lien for lien in liens if not (document.parent / lien).exists()] == []


@pytest.mark.parametrize("cible", ["bilan", "test", "qualite", "audit", "lab", "verrou"])
def test_les_cibles_de_make_citees_existent(cible: str) -> None:
    assert re.search(rf"^{cible}:", (RACINE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_la_recette_gitlab_se_lit() -> None:
    tache = yaml.safe_load(_bloc("exploitation.md", "bilan:"))["bilan"]
    assert tache["resource_group"] == "bilan" and tache["interruptible"] is False


def test_publiccode_est_complet() -> None:
    contenu = yaml.safe_load((RACINE / "publiccode.yml").read_text(encoding="utf-8"))
    attendus = {"publiccodeYmlVersion", "name", "platforms", "developmentStatus", "softwareType", "description",
                "legal", "maintenance", "localisation"}  # fmt: skip
    assert attendus <= contenu.keys()
    description = contenu["description"]["fr"]
    assert len(description["shortDescription"]) <= 150 and 150 <= len(description["longDescription"]) <= 10_000
    assert contenu["legal"]["license"] == "MIT"
