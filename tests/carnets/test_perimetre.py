"""Le périmètre vient du référentiel versé : 52 EPCI en Provence-Alpes-Côte d'Azur, d'autres régions au besoin."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bilan.carnets.perimetre import Perimetre, periodes_permises
from bilan.erreurs import DonneesRefusees, ErreurUsage
from bilan.projet import Projet

RACINE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def projet(tmp_path_factory: pytest.TempPathFactory) -> Projet:
    """Projet dont le référentiel est celui du dépôt, et l'entrepôt un dossier temporaire."""
    racine = tmp_path_factory.mktemp("projet")
    (racine / "data").mkdir()
    (racine / "data" / "referentiel").symlink_to(RACINE / "data" / "referentiel")
    (racine / "collection.toml").write_bytes((RACINE / "collection.toml").read_bytes())
    return Projet(racine)


def test_la_region_de_la_collection_a_ses_52_epci_et_6_departements(projet: Projet) -> None:
    perimetre = Perimetre.ouvrir(projet, "93")
    assert len(perimetre.epci) == 52 and len(perimetre.departements) == 6
    assert perimetre.epci["200054807"] == "Métropole d'Aix-Marseille-Provence"
    assert perimetre.territoires("region") == {"93": "Provence-Alpes-Côte d'Azur"}


def test_une_autre_region_s_ouvre_de_meme(projet: Projet) -> None:
    perimetre = Perimetre.ouvrir(projet, "52")
    assert perimetre.territoires("region") == {"52": "Pays de la Loire"} and len(perimetre.departements) == 5


def test_une_region_inconnue_propose_les_plus_proches(projet: Projet) -> None:
    with pytest.raises(ErreurUsage, match=r"La région « provence » est inconnue.*93 \(Provence-Alpes"):
        Perimetre.ouvrir(projet, "provence")


def test_un_referentiel_absent_dit_quoi_faire(tmp_path: Path) -> None:
    (tmp_path / "collection.toml").write_bytes((RACINE / "collection.toml").read_bytes())
    with pytest.raises(DonneesRefusees, match="bilan referentiel construire"):
        Perimetre.ouvrir(Projet(tmp_path), "93")


def test_lire_le_perimetre_n_importe_pas_polars_dans_ce_processus(projet: Projet) -> None:
    programme = (
        "import sys; from pathlib import Path; from bilan.projet import Projet; "
        "from bilan.carnets.perimetre import Perimetre; "
        f"Perimetre.ouvrir(Projet(Path({str(projet.racine)!r})), '93'); print('polars' in sys.modules)"
    )
    vu = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, check=True)
    assert vu.stdout.strip() == "False"


def test_les_periodes_s_arretent_a_l_annee_de_ce_que_l_on_savait() -> None:
    collection = tomllib.loads((RACINE / "collection.toml").read_text(encoding="utf-8"))
    permises = periodes_permises(collection["jeux"]["demonstration"]["connu_le"])
    assert "2024" in permises and "2024T3" in permises and "2026" not in permises and "2017" not in permises
