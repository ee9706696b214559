"""Le hasard de la démonstration : une graine, un courant par table, donc des tables qui ne se dérangent pas."""

from collections.abc import Mapping
from zlib import crc32

import numpy as np
import numpy.typing as npt

Entiers = npt.NDArray[np.int64]
Reels = npt.NDArray[np.float64]
Masque = npt.NDArray[np.bool_]


def courant(graine: int, nom: str) -> np.random.Generator:
    """Rend le générateur de la table `nom` : ajouter une table ne change pas les tirages des autres."""
    return np.random.default_rng([graine, crc32(nom.encode())])


def repartir(total: int, poids: Reels) -> Entiers:
    """Partage `total` en entiers proportionnels aux `poids`, au plus fort reste ; la somme est exacte."""
    somme = poids.sum()
    if total == 0 or somme == 0:
        return np.zeros(len(poids), dtype=np.int64)
    parts = poids * (total / somme)
    entiers: Entiers = np.floor(parts).astype(np.int64)
    plus_forts = np.argsort(entiers - parts, kind="stable")[: total - int(entiers.sum())]
    entiers[plus_forts] += 1
    return entiers


def tirer(rng: np.random.Generator, repartition: Mapping[str, float], nombre: int) -> npt.NDArray[np.str_]:
    """Tire `nombre` modalités selon leurs poids."""
    poids = np.array(list(repartition.values()))
    return rng.choice(np.array(list(repartition)), size=nombre, p=poids / poids.sum())


def tirer_par_ligne(rng: np.random.Generator, poids: Reels) -> Entiers:
    """Tire, pour chaque ligne de la matrice `poids` (n × modalités), le rang d'une modalité."""
    seuils = poids.cumsum(axis=1)
    hasard = rng.random(len(poids)) * seuils[:, -1]
    rangs: Entiers = (seuils <= hasard[:, None]).sum(axis=1).astype(np.int64)
    return rangs.clip(max=poids.shape[1] - 1)
