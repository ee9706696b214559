"""Les archives d'une édition : la barrière y lit chaque fichier, et refuse ce qu'elle n'y sait pas lire."""

import zipfile
from pathlib import Path

import pytest

from bilan.secret.lecteurs import lire


def archive(racine: Path, **membres: str) -> Path:
    chemin = racine / "donnees.zip"
    with zipfile.ZipFile(chemin, "w") as ecrite:
        for nom, contenu in membres.items():
            ecrite.writestr(nom.replace("_", "."), contenu)
    return chemin


def test_une_archive_dit_ce_que_disent_ses_tables_et_sa_licence(tmp_path: Path) -> None:
    lue = lire(archive(tmp_path, mesures_csv="indicateur,valeur\nF3,12\n", LICENCE="Licence Ouverte"))
    assert lue is not None
    assert lue.tables[0].entetes == ("indicateur", "valeur")
    assert {"12", "Licence Ouverte"} <= set(lue.phrases)


def test_une_archive_qui_cache_un_fichier_illisible_se_refuse(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"secret\.exe"):
        lire(archive(tmp_path, secret_exe="MZ"))
