"""L'index de recherche d'une édition : un fichier `.js` que toute page charge sans serveur."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from bilan.editions.annuaire import cle_de_tri


@dataclass(frozen=True, slots=True)
class Entree:
    """Une réponse possible : son titre, son genre (« EPCI », « Page », « Figure »), son adresse et ses mots."""

    titre: str
    genre: str
    adresse: str
    mots: str = ""


def script(entrees: Iterable[Entree]) -> str:
    """Rend le script qui pose `window.__BILAN__`; les mots y sont déjà sans accents ni majuscules."""
    lignes = [
        {"t": e.titre, "g": e.genre, "u": e.adresse, "m": cle_de_tri(f"{e.titre} {e.mots}").replace("-", " ")}
        for e in entrees
    ]
    # « < » échappé : le fichier reste inoffensif même inscrit dans une page.
    contenu = json.dumps({"entrees": lignes}, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f"window.__BILAN__={contenu};\n"
