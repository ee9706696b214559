"""Les ouvriers : du travail confié à d'autres processus, attendu quand on en a besoin, et ce qu'il lève."""

import os
from functools import partial
from operator import add

import pytest

from bilan.editions.ouvriers import Ouvriers
from bilan.erreurs import PublicationRefusee


def numero_du_processus(_element: int) -> int:
    return os.getpid()


def refuser() -> None:
    raise PublicationRefusee("La fiche déborde ; retirez-lui une figure.")


def test_ce_qui_est_confie_se_fait_ailleurs_et_se_rend_dans_l_ordre() -> None:
    with Ouvriers(2) as ouvriers:
        sommes = ouvriers.repartir(partial(add, 1), list(range(20)))
        ailleurs = ouvriers.repartir(numero_du_processus, [1])
        assert [somme() for somme in sommes] == list(range(1, 21))
        assert ailleurs[0]() != os.getpid()


def test_ce_qui_est_confie_ne_change_plus() -> None:
    liste = [1, 2]
    with Ouvriers(1) as ouvriers:
        longueur = ouvriers.confier(len, liste)
        liste.append(3)
        assert longueur() == 2


def test_un_refus_revient_avec_sa_phrase() -> None:
    with Ouvriers(1) as ouvriers:
        promesse = ouvriers.confier(refuser)
        with pytest.raises(PublicationRefusee, match="retirez-lui une figure"):
            promesse()


def test_sans_processus_le_travail_se_fait_une_fois_sur_place() -> None:
    faits: list[int] = []
    promesse = Ouvriers(0).confier(faits.append, 1)
    assert faits == []
    promesse()
    promesse()
    assert faits == [1]
