"""Ce que chaque indicateur révèle : les grandeurs additives de son numérateur et de son dénominateur.

Le secret se décide sur des *cellules* (une grandeur, un territoire, une modalité, une période), jamais sur des
lignes : N2 par réservataire, le dénominateur de F7 et celui de T1 montrent la même cellule, et se masquent ensemble.
Un indicateur absent d'ici n'est pas diffusé au public : rien ne sort sans règle.
"""

from dataclasses import dataclass
from typing import Literal

Nature = Literal["logements", "menages", "montant"]
Diffusion = Literal["cellules", "libre", "tout_ou_rien"]
Reference = tuple[str, str, str]
"""Grandeur, ventilation et patron de modalité : « {m} » est la modalité de la ligne, « {a} » ce qui précède « | »."""

ENSEMBLE = "ensemble"
AXES_ANNUELS = ("type_offre", "qpv", "typologie", "financement", "periode_construction")
MAILLES_LARGES = ("region", "departement")


@dataclass(frozen=True)
class Regle:
    """Ce que montre une ligne d'un indicateur selon une ventilation.

    `liees` sont les cellules dont la ligne dépend sans les afficher. `mailles` dit où la ligne se diffuse, et
    `trimestre` où elle se diffuse aussi un trimestre. `diffusion` vaut « libre » pour un acte public, et
    « tout_ou_rien » quand un seul territoire trop petit fait masquer sa modalité dans toute la maille : les unités
    sont celles de la cellule liée, à défaut les émetteurs attendus.
    """

    numerateur: Reference | None = None
    denominateur: Reference | None = None
    liees: tuple[Reference, ...] = ()
    trimestre: tuple[str, ...] = ("region", "departement", "epci")
    mailles: tuple[str, ...] = ("region", "departement", "epci")
    diffusion: Diffusion = "cellules"

    @property
    def references(self) -> tuple[Reference, ...]:
        """Toutes les cellules dont dépend la ligne."""
        return tuple(r for r in (self.numerateur, self.denominateur) if r is not None) + self.liees


@dataclass(frozen=True)
class Partie:
    """Une grandeur comptée dans une autre : leur différence se lit par soustraction, et se protège aussi."""

    partie: Reference
    tout: Reference


NATURES: dict[str, Nature] = {"objectif": "montant", "attendus_taux": "montant"}
"""Nature des grandeurs qui ne sont pas des comptes de logements."""

SEUL = "_t"
"""Suffixe de la grandeur d'un trimestre seul : `attribues` est cumulé, `attribues_t` ne l'est pas."""

_ENS = (ENSEMBLE, ENSEMBLE)
_CHAMP = ("champ", "champ")
_MEME_RESERVATAIRE = ("reservataire", "{m}")
_RESERVATAIRE_DU_CHAMP = ("reservataire|champ", "{m}|champ")


def _volumes(code: str, grandeur: str) -> dict[tuple[str, str], Regle]:
    cumules = {
        (code, axe): Regle((grandeur, axe, "{m}"), trimestre=MAILLES_LARGES if axe == "reservataire" else ())
        for axe in ("reservataire", *AXES_ANNUELS)
    }
    seuls = {
        (f"{code}t", "reservataire"): Regle((f"{grandeur}{SEUL}", *_MEME_RESERVATAIRE), trimestre=MAILLES_LARGES),
        (f"{code}t", ENSEMBLE): Regle((f"{grandeur}{SEUL}", *_ENS)),
    }
    return {(code, ENSEMBLE): Regle((grandeur, *_ENS)), **cumules, **seuls}


def _rapports_du_champ(code: str, numerateur: str, denominateur: str) -> dict[tuple[str, str], Regle]:
    return {
        (code, axe): Regle((numerateur, *cle), (denominateur, *cle), trimestre=MAILLES_LARGES)
        for axe, cle in ((ENSEMBLE, _CHAMP), ("reservataire", _RESERVATAIRE_DU_CHAMP))
    }


def _objectifs(code: str) -> dict[tuple[str, str], Regle]:
    return {
        (code, axe): Regle(("attribues_objectif", axe, "{m}"), ("objectif", axe, "{m}"), trimestre=("region",))
        for axe in (ENSEMBLE, "reservataire")
    }


_COMPTES_PAR_RESERVATAIRE = ("reservataire", "reservataire|statut")


def _registre() -> dict[tuple[str, str], Regle]:
    """Une convention est un acte : on en publie le compte dès que trois bailleurs au moins pouvaient la signer.

    Les comptes de chaque réservataire ne sortent qu'à la région : dans un département, un réservataire masqué se
    retrouverait par les autres, que l'on y compte ou non.
    """
    ventilations = {
        ENSEMBLE: ("V1", "V2", "V3", "V5"),
        "reservataire": ("V1", "V2", "V5"),
        **dict.fromkeys(("statut", "reservataire|statut", "motif", "type_convention"), ("V1",)),
        **dict.fromkeys(("signature|statistique", "reservataire|signature|statistique"), ("V4",)),
        "transmission": ("V5",),
    }
    return {
        (code, ventilation): Regle(
            liees=(
                ("conventions", "reservataire", "{a}") if "reservataire" in ventilation else ("conventions", *_ENS),
            ),
            mailles=("region",) if ventilation in _COMPTES_PAR_RESERVATAIRE else MAILLES_LARGES,
            diffusion="tout_ou_rien",
        )
        for ventilation, codes in ventilations.items()
        for code in codes
    }


_TAUX = {nom: (nom, *_MEME_RESERVATAIRE) for nom in ("attribues_taux", "attendus_taux", "tous_taux")}
_ACTES_PUBLICS = {
    (code, ventilation): Regle(diffusion="libre")
    for code, ventilations in {
        **{f"E{rang}": (ENSEMBLE, "ponderation", "statut", "etat_cotation") for rang in range(1, 6)},
        **dict.fromkeys(("P1", "P1n", "P1v"), (ENSEMBLE, "produit")),
        "T2": (ENSEMBLE,),
    }.items()
    for ventilation in ventilations
}

NON_DIFFUSES: dict[str, str] = {
    "F5": "taux cumulé à date : ses termes ne sont pas encore des cellules protégées",
    "F6": "peu de bailleurs soustraient, et leurs prévisions les identifient",
    "F6v": "peu de bailleurs soustraient, et leurs prévisions les identifient",
    "E6": "durées propres à un document : un jalon annoncé n'est pas un acte publié",
    "E6g": "jalons annoncés par un EPCI, qui ne sont pas des actes publiés",
    "A0": "ménages par ressources : source nominative, sans contributions par bailleur",
    "A1": "ménages par ressources : source nominative, sans contributions par bailleur",
    "A1e": "ménages par ressources : source nominative, sans contributions par bailleur",
    "A1s": "se déduit de A1, qui n'est pas diffusé",
    "A2": "ménages par ressources : source nominative, sans contributions par bailleur",
    "A3": "publics prioritaires : effectifs de ménages, sans contributions par bailleur",
    "A3d": "ménages reconnus au titre du DALO : effectifs de ménages, sans contributions par bailleur",
    "A4": "ménages reconnus au titre du DALO : effectifs de ménages, sans contributions par bailleur",
    "C1": "occupations examinées par bailleur : chaque ligne en nomme un",
    "C1r": "occupations examinées par bailleur : ménages en situation identifiable",
}
"""Indicateurs que le profil public ne montre pas, et pourquoi ; un indicateur est ici ou dans `REGLES`."""

REGLES: dict[tuple[str, str], Regle] = {
    **_volumes("N1", "proposes"),
    **_volumes("N2", "attribues"),
    **_volumes("N3", "baux"),
    ("F3", "reservataire"): Regle(
        ("attribues", *_RESERVATAIRE_DU_CHAMP), ("attribues", *_CHAMP), trimestre=MAILLES_LARGES
    ),
    **_rapports_du_champ("F4", "attribues", "proposes"),
    **_rapports_du_champ("F4b", "baux", "attribues_avec_baux"),
    ("F7", ENSEMBLE): Regle(("attribues", "type_offre", "MISE_EN_SERVICE"), ("attribues", *_ENS), trimestre=()),
    **_objectifs("F1"),
    **_objectifs("F2"),
    ("F1e", "reservataire"): Regle(_TAUX["attribues_taux"], _TAUX["attendus_taux"], trimestre=()),
    ("F3c", "reservataire"): Regle(_TAUX["attendus_taux"], _TAUX["tous_taux"], trimestre=("region",)),
    ("F3e", "reservataire"): Regle(
        None, _TAUX["tous_taux"], (_TAUX["attribues_taux"], _TAUX["attendus_taux"]), trimestre=("region",)
    ),
    **_registre(),
    **{("B1", ventilation): Regle(diffusion="tout_ou_rien") for ventilation in (ENSEMBLE, "delai")},
    ("T1", ENSEMBLE): Regle(liees=(("attribues", *_ENS),)),
    **_ACTES_PUBLICS,
}
"""Règle de chaque (indicateur, ventilation) diffusable au public."""

PARTIES: tuple[Partie, ...] = (
    *(Partie((g, *_CHAMP), (g, *_ENS)) for g in ("proposes", "attribues", "baux")),
    *(Partie((g, *_RESERVATAIRE_DU_CHAMP), (g, *_MEME_RESERVATAIRE)) for g in ("proposes", "attribues", "baux")),
    Partie(("attribues_avec_baux", *_CHAMP), ("attribues", *_CHAMP)),
    Partie(("attribues_avec_baux", *_RESERVATAIRE_DU_CHAMP), ("attribues", *_RESERVATAIRE_DU_CHAMP)),
    Partie(_TAUX["attribues_taux"], ("attribues", *_RESERVATAIRE_DU_CHAMP)),
    Partie(_TAUX["tous_taux"], ("attribues", *_CHAMP)),
    Partie(_TAUX["attribues_taux"], _TAUX["tous_taux"]),
    Partie(("attribues_objectif", *_ENS), ("attribues", *_CHAMP)),
    Partie(("attribues_objectif", *_MEME_RESERVATAIRE), ("attribues", *_RESERVATAIRE_DU_CHAMP)),
    Partie(("attribues", *_CHAMP), ("attribues", "type_offre", "RELOCATION")),
)
"""Grandeurs comptées dans une autre ; « {m} » y est la modalité commune."""
