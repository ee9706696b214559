"""Les deux profils dans une même commande : l'échec de l'un n'empêche pas l'autre."""

from pathlib import Path

import pytest

from bilan import chaine
from bilan.erreurs import ExecutionEchouee, PublicationRefusee
from bilan.projet import INTERNE, PUBLIC, Projet

PANNES = {INTERNE: ExecutionEchouee("Un carnet a échoué."), PUBLIC: PublicationRefusee("Une fuite.")}


@pytest.mark.parametrize("en_panne", [(INTERNE,), (PUBLIC,), (INTERNE, PUBLIC)])
def test_un_profil_en_echec_n_arrete_pas_l_autre(tmp_path: Path, monkeypatch, en_panne: tuple[str, ...]) -> None:
    menes = []

    def mener(_projet, demande, _dire):
        menes.append(demande.profil)
        if demande.profil in en_panne:
            raise PANNES[demande.profil]
        return tmp_path / demande.profil

    monkeypatch.setattr(chaine, "planifier", lambda *_: None)
    monkeypatch.setattr(chaine, "preparer", lambda *_: None)
    monkeypatch.setattr(chaine, "_executer_un_profil", mener)
    with pytest.raises(type(PANNES[en_panne[0]])) as refus:
        chaine.executer(Projet(tmp_path), chaine.Demande(profil=chaine.TOUS), print)
    assert menes == [INTERNE, PUBLIC]
    assert all(PANNES[profil].message in refus.value.message for profil in en_panne), "chaque échec se dit"
