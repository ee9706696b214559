"""Tables du COPIL : une séance inventée, ses inscrits et ses points arbitrés."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from bilan.demonstration.livraisons import Livraison
from bilan.demonstration.regional import MENTION
from bilan.demonstration.scene import Scene
from bilan.periode import Periode

_EMETTEUR = "DREAL de démonstration"
_POINTS = (
    ("Gestion en flux", "Exemple : remontée des conventions encore non signées, avec leur motif", "Bailleurs",
     date(2025, 6, 30), "30 juin 2025"),
    ("Cotation", "Exemple : calendrier de mise en service de chaque EPCI soumis", "DDETS", date(2025, 9, 30),
     "30 septembre 2025"),
    ("CALEOL", "Exemple : examen de l'occupation, freins au relogement", "Club régional", date(2025, 12, 31),
     "fin 2025"),
    ("Taux de l'État", "Exemple : révision après rétrocession à Action Logement Services", "DREAL", None, "à fixer"),
)


def livrer(scene: Scene) -> Iterator[Livraison]:
    """Rend la participation déclarée, la liste des inscrits et les points arbitrés d'un COPIL fictif."""
    copil = scene.parametres.copil
    periode = str(Periode.de_date(copil.date))
    tables = {
        "copil_participation": _participation(scene),
        "copil_inscrits": _inscrits(scene),
        "points_arbitres": _points(),
    }
    for table, lignes in tables.items():
        completes = lignes.with_columns(
            copil_num=pl.lit(copil.numero), source=pl.lit(MENTION), date_arrete=pl.lit(copil.date)
        )
        yield Livraison(table, _EMETTEUR, periode, copil.date, copil.date, completes)


def _participation(scene: Scene) -> pl.DataFrame:
    copil = scene.parametres.copil
    lignes = [
        {"categorie": code, "nb_structures": nombre, "nb_inscrits": copil.inscrits[code],
         "variation_vs_precedent": copil.variation[code]}
        for code, nombre in copil.structures.items()
    ]
    ensemble = {"categorie": "ENSEMBLE", "nb_structures": sum(copil.structures.values()),
                "nb_inscrits": sum(copil.inscrits.values()), "variation_vs_precedent": sum(copil.variation.values())}
    return pl.DataFrame([ensemble, *lignes]).with_columns(date=pl.lit(copil.date))


def _inscrits(scene: Scene) -> pl.DataFrame:
    # Une inscription au moins par structure, le reste au hasard.
    rng, copil = scene.rng("inscrits"), scene.parametres.copil
    lignes = []
    for categorie, structures in _structures(scene).items():
        presentes = structures[: copil.structures[categorie]]
        surplus = max(0, copil.inscrits[categorie] - len(presentes))
        rangs = [*range(len(presentes)), *rng.integers(0, len(presentes), surplus).tolist()]
        lignes += [
            {"structure_telle_qu_ecrite": nom, "structure": nom, "categorie": categorie, "code_structure": code}
            for nom, code in (presentes[rang] for rang in sorted(rangs))
        ]
    return pl.DataFrame(lignes, infer_schema_length=None).with_row_index("rang", offset=1)


def _structures(scene: Scene) -> dict[str, list[tuple[str, str | None]]]:
    terrain = scene.terrain
    departements = sorted(terrain.communes["code_departement"].unique())
    soumis = terrain.epci.sort(pl.col("est_soumis"), "epci_siren", descending=[True, False])
    villes = terrain.communes.sort("population", "code_commune", descending=[True, False])
    return {
        "BAILLEUR": list(terrain.bailleurs.select("nom", "siren").iter_rows()),
        "EPCI": list(soumis.select("epci", "epci_siren").iter_rows()),
        "COMMUNE": list(villes.select(pl.format("Commune de {}", "commune"), "code_commune").iter_rows()),
        "DEPARTEMENT": [(f"Conseil départemental {code}", code) for code in departements],
        "ETAT": [(f"{service} {code}", None) for service in ("DDETS", "DDT") for code in departements],
        "PILOTAGE": [(nom, None) for nom in ("SGAR", "DREAL", "AR Hlm", "Action Logement Services")],
    }


def _points() -> pl.DataFrame:
    colonnes = ("sujet", "decision", "responsable", "echeance", "echeance_libelle")
    points = pl.DataFrame(list(_POINTS), schema=colonnes, orient="row")
    return points.with_columns(pl.Series("numero", np.arange(1, points.height + 1)), etat=pl.lit("VALIDE"))
