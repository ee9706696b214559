"""Les commentaires : montrés après leur figure, à relire quand elle bouge, et alors refusés à une édition publique."""

import dataclasses
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import RACINE, Magasin, atelier_d_essai, barres, carte, tableau

from bilan.cli.comite import COMMANDES
from bilan.editions.commentaires import empreinte, lire_commentaires, refuser_s_il_faut_relire
from bilan.editions.diaporama.construction import Atelier as AtelierDuDiaporama
from bilan.editions.executions import lire_edition
from bilan.editions.site import construire
from bilan.erreurs import DonneesRefusees, ErreurUsage, PublicationRefusee
from bilan.projet import Jeu, Projet

TEXTE = "La mobilisation tient. **Deux** collèges la portent."


def _ecrire(projet: Projet, dite: str, nom: str = "mobilisation") -> Path:
    chemin = projet.racine / "commentaires" / f"{nom}.md"
    chemin.parent.mkdir(exist_ok=True)
    chemin.write_text(
        '+++\njeu = "reel"\nrole = "Chargée d\'études, DREAL"\ndate = 2024-02-12\n\n[figures]\n'
        f'mobilisation-structures = "{dite}"\n+++\n{TEXTE}\n',
        encoding="utf-8",
    )
    return chemin


def _page(projet: Projet, dossier: Path) -> str:
    atelier = dataclasses.replace(atelier_d_essai(projet), commentaires=lire_commentaires(projet))
    construire(projet, [Jeu.REEL], dossier, atelier)
    page = (dossier / "reel" / "mobilisation.html").read_text(encoding="utf-8")
    return page.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture
def pose(projet: Projet, magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> Projet:
    monkeypatch.setenv("BILAN_RACINE", str(projet.racine))
    return projet


def test_le_commentaire_suit_la_figure_qu_il_cite(pose: Projet, tmp_path: Path) -> None:
    _ecrire(pose, empreinte(tableau()))
    page = _page(pose, tmp_path / "site")
    assert "Commentaire – Chargée d&#39;études, DREAL, 12 février 2024</p>" in page
    assert page.index('id="fig-mobilisation-structures"') < page.index("<strong>Deux</strong> collèges")
    assert "À relire" not in page


def test_une_figure_qui_bouge_fait_relire_puis_confirmer(pose: Projet, magasin: Magasin, tmp_path: Path) -> None:
    chemin = _ecrire(pose, empreinte(tableau()))
    autre = dataclasses.replace(tableau(), titre="Un autre message")
    magasin.ecrire(Jeu.REEL, "60_mobilisation", "mobilisation", [autre], titre="La mobilisation")
    assert "À relire : « mobilisation-structures » a bougé depuis." in _page(pose, tmp_path / "avant")
    with pytest.raises(PublicationRefusee, match=r"« mobilisation » \(mobilisation-structures\).*confirmer"):
        refuser_s_il_faut_relire(lire_commentaires(pose), [lire_edition(pose, Jeu.REEL)])
    dit = CliRunner().invoke(COMMANDES["commentaire"], ["confirmer", "mobilisation"], catch_exceptions=False)
    assert "1 figure avait bougé" in dit.output.replace("\u00a0", " ")
    relu = lire_commentaires(pose)[0]
    assert relu.texte == TEXTE and relu.figures == {"mobilisation-structures": empreinte(autre)}
    assert "# Un autre message" in chemin.read_text(encoding="utf-8")
    assert "À relire" not in _page(pose, tmp_path / "apres")


def test_la_note_de_l_orateur_porte_le_commentaire_et_dit_s_il_est_a_relire(pose: Projet) -> None:
    copie = pose.racine / "copil.toml"
    copie.write_text((RACINE / "copil.toml").read_text("utf-8"), encoding="utf-8")
    _ecrire(pose, "jamais-confirme")
    lignes = AtelierDuDiaporama.ouvrir(pose, Jeu.REEL).bloc("mobilisation-structures")
    assert any(ligne.startswith("Commentaire : [À relire] La mobilisation tient.") for ligne in lignes)


def test_un_commentaire_sans_en_tete_est_refuse_et_nomme(projet: Projet) -> None:
    chemin = _ecrire(projet, "x")
    chemin.write_text("Du texte sans en-tête.", encoding="utf-8")
    with pytest.raises(DonneesRefusees, match=r"mobilisation\.md.*en-tête"):
        lire_commentaires(projet)


def test_confirmer_un_commentaire_inconnu_donne_les_plus_proches(pose: Projet) -> None:
    _ecrire(pose, "x")
    with pytest.raises(ErreurUsage, match="mobilisation"):
        CliRunner().invoke(COMMANDES["commentaire"], ["confirmer", "mobilisatoin"], catch_exceptions=False)


def test_l_empreinte_suit_ce_qui_se_lit_et_rien_d_autre() -> None:
    assert empreinte(barres()) == empreinte(dataclasses.replace(barres(), alt="Autre texte de remplacement."))
    assert len({empreinte(f) for f in (barres(), carte(), tableau())}) == 3
