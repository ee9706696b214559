"""L'exploration dans le navigateur : un moteur et des contours que toutes les pages partagent, un script par page."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import vl_convert

_FICHE = re.compile(r'"h":"epci/(\d{9})\.html"')
_ENTREE_DU_MOTEUR = "window.vegaEmbed=vegaEmbed;"

Specification = dict[str, Any]


def moteur() -> bytes:
    """Rend le script qui pose `window.vegaEmbed` : Vega, Vega-Lite et leur interprète, sans module ni réseau.

    Les versions sont celles que porte `vl-convert`, les mêmes que pour les images ; il faut quelques secondes.
    """
    script: str = vl_convert.javascript_bundle(_ENTREE_DU_MOTEUR)
    return f"(function(){{{script}\n}})();\n".encode()


class Fonds:
    """Contours que plusieurs cartes d'une édition ont en commun : chacun n'est écrit qu'une fois."""

    def __init__(self) -> None:
        self._rangs: dict[str, int] = {}

    def partager(self, specification: str, fiche: Callable[[str], str | None]) -> Specification:
        """Rend la spécification dont chaque contour est un rang ; un lien sans fiche n'en est plus un."""
        texte = _FICHE.sub(lambda lien: lien[0] if fiche(lien[1]) else '"h":null', specification)
        partagee: Specification = json.loads(texte, object_hook=self._ranger)
        return partagee

    def script(self) -> str:
        """Rend le script qui pose `window.__FONDS__`, contours dans l'ordre de leurs rangs."""
        return f"window.__FONDS__=[{','.join(self._rangs)}];\n"

    def _ranger(self, objet: Specification) -> Specification:
        contour = objet.get("geometry")
        if isinstance(contour, dict):
            objet["geometry"] = self._rangs.setdefault(en_json(contour), len(self._rangs))
        return objet


def script_de_page(specifications: Mapping[str, Specification]) -> str:
    """Rend le script qui complète `window.__EXPLORATION__` : une spécification par identifiant de figure."""
    # « < » échappé : le fichier reste inoffensif même inscrit dans une page.
    contenu = en_json(specifications).replace("<", "\\u003c")
    return f"window.__EXPLORATION__=Object.assign(window.__EXPLORATION__||{{}},{contenu});\n"


def en_json(valeur: object) -> str:
    """Rend la valeur en JSON sans espaces."""
    return json.dumps(valeur, ensure_ascii=False, separators=(",", ":"))
