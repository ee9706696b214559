"""Le périmètre : les listes fermées d'où viennent les territoires d'un plan.

Les territoires vivent dans des tables Polars. Les lire ici interdirait de dupliquer ensuite ce processus
(un enfant se fige si son père a lancé une requête) et coûterait l'import à chaque commande : un autre
processus les lit, une fois par version du référentiel, et laisse les listes dans un fichier.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Self

from bilan.carnets.empreintes import empreinte_dossier, empreinte_json
from bilan.entrepot.fichiers import ecrire_json
from bilan.erreurs import DonneesRefusees, ErreurUsage
from bilan.projet import Projet

PREMIERE_ANNEE = 2018  # loi ELAN du 23 novembre 2018 : la réforme n'a pas de bilan avant elle


@dataclass(frozen=True)
class Perimetre:
    """Listes fermées code → nom d'une région dans un millésime."""

    region: str
    millesime: int
    regions: Mapping[str, str]
    departements: Mapping[str, str] = field(default_factory=dict)
    epci: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def ouvrir(cls, projet: Projet, region: str) -> Self:
        """Rend le périmètre de `region` au millésime de la collection ; lève `ErreurUsage` si elle est inconnue."""
        millesime = projet.collection.millesime
        cle = empreinte_json([empreinte_dossier(projet.referentiel), region, millesime])[:16]
        cache = projet.entrepot / "perimetres" / f"{cle}.json"
        if not cache.is_file():
            ecrire_json(cache, _lire_a_part(projet.referentiel, region, millesime))
        return cls(**json.loads(cache.read_text(encoding="utf-8")))

    def territoires(self, maille: str) -> Mapping[str, str]:
        """Rend les territoires d'une maille : « region », « departement » ou « epci »."""
        return {
            "region": {self.region: self.regions[self.region]},
            "departement": self.departements,
            "epci": self.epci,
        }[maille]


def periodes_permises(connu_le: date) -> dict[str, str]:
    """Rend les années et les trimestres dont un bilan peut parler à la date `connu_le`."""
    annees = range(PREMIERE_ANNEE, connu_le.year + 1)
    return {texte: "" for a in annees for texte in (str(a), *(f"{a}T{t}" for t in range(1, 5)))}


def _lire_a_part(referentiel: Path, region: str, millesime: int) -> dict[str, object]:
    lu = subprocess.run(
        [sys.executable, "-m", "bilan.carnets.perimetre", str(referentiel), region, str(millesime)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    if lu.returncode == ErreurUsage.code_sortie:
        raise ErreurUsage(lu.stderr.strip())
    if lu.returncode != 0:
        raise DonneesRefusees(
            f"Le référentiel « {referentiel.name} » ne peut pas être lu ({lu.stderr.strip().splitlines()[-1:]}) ; "
            "reconstruisez-le par « bilan referentiel construire »."
        )
    contenu: dict[str, object] = json.loads(lu.stdout)
    return contenu


def lire(referentiel: Path, region: str, millesime: int) -> Perimetre:
    """Rend le périmètre lu dans le référentiel (ce qui lance des requêtes : voir l'en-tête)."""
    from bilan.referentiel.territoires import Territoires

    t = Territoires.ouvrir(referentiel, millesime=millesime, region=region)
    return Perimetre(
        region, millesime, {t.region.code: t.region.nom},
        dict(t.departements.select("code_departement", "departement").sort("code_departement").iter_rows()),
        dict(t.epci.select("epci_siren", "epci").sort("epci_siren").iter_rows()),
    )


def main(arguments: list[str]) -> int:
    """Écrit le périmètre en JSON sur la sortie ; rend le code de sortie."""
    referentiel, region, millesime = arguments
    try:
        sys.stdout.write(json.dumps(asdict(lire(Path(referentiel), region, int(millesime))), ensure_ascii=False))
    except ErreurUsage as erreur:
        sys.stderr.write(erreur.message)
        return erreur.code_sortie
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
