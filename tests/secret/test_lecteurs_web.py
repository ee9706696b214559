"""La relecture d'un script : tous ses objets JSON, où qu'un extrait les coupe."""

import json

import pytest

from bilan.secret.lecteurs_web import lire_js
from bilan.secret.lecture import Lecture

SIGNES = ["a" * 9, "é\\", True, None, -12.5e-7, {"b": []}, "x" * 600]


@pytest.mark.parametrize("avant", range(470, 530))
def test_un_objet_plus_long_que_l_extrait_se_lit_entier(avant: int) -> None:
    objet = {"nom": "n" * avant, "valeurs": SIGNES, "fin": "Provence Verte"}
    lecture = Lecture()
    lire_js(f"var f=function(){{return[a,b]}};window.d = {json.dumps(objet)};", lecture)
    assert {"n" * avant, "Provence Verte", "x" * 600} <= set(lecture.phrases)
    assert lecture.phrases[-1].endswith("window.d =  ;")
