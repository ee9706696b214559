"""Les deux profils de diffusion, et ce que chacun laisse sortir (domaine, § 5.2)."""

from enum import StrEnum

import polars as pl

from bilan.erreurs import valeur_inconnue
from bilan.secret.grandeurs import REGLES


class Profil(StrEnum):
    """À qui s'adresse une édition."""

    INTERNE = "interne"
    """Réservataires, bailleurs et services : bailleurs nommés, petits effectifs montrés."""
    PUBLIC = "public"
    """Tout le monde : aucun bailleur identifié, secret statistique appliqué."""

    @classmethod
    def lire(cls, ecriture: str) -> "Profil":
        """Rend le profil écrit ; lève `ErreurUsage` s'il n'existe pas."""
        if ecriture not in list(cls):
            raise valeur_inconnue("le profil", ecriture, list(cls))
        return cls(ecriture)


def ecarter_les_bailleurs(mesures: pl.DataFrame) -> pl.DataFrame:
    """Rend les mesures sans territoire ni ventilation de bailleur, et sans les ventilations qui n'ont pas de règle.

    Un indicateur neuf ne sort donc qu'une fois sa règle écrite dans `secret.grandeurs`.
    """
    permises = pl.DataFrame(list(REGLES), schema=["indicateur", "ventilation"], orient="row")
    return mesures.filter(pl.col("territoire_type") != "bailleur").join(
        permises, on=["indicateur", "ventilation"], how="semi", maintain_order="left"
    )


def est_diffusable() -> pl.Expr:
    """Rend l'expression vraie là où la règle de diffusion permet la ligne, à sa maille et à sa période.

    Une ligne qui ne l'est pas n'est pas absente : elle est masquée, pour que son lecteur voie qu'elle existe.
    """
    trimestre = pl.col("periode").str.contains("T")
    permis = pl.lit(False)
    for (indicateur, ventilation), regle in REGLES.items():
        ligne = (pl.col("indicateur") == indicateur) & (pl.col("ventilation") == ventilation)
        mailles = pl.lit(True) if regle.diffusion == "libre" else pl.col("territoire_type").is_in(regle.mailles)
        trimestrielles = (
            pl.lit(True) if regle.diffusion == "libre" else pl.col("territoire_type").is_in(list(regle.trimestre))
        )
        permis = permis | (ligne & mailles & (~trimestre | trimestrielles))
    return permis
