"""Fiches des volumes et du flux : N1 à N3, F1 à F4, F7."""

from bilan.indicateurs import atteinte, flux, volumes
from bilan.indicateurs.indicateur import TOUS_NIVEAUX, Indicateur

_CUMUL = "Un trimestre est cumulé depuis le 1er janvier jusqu'à sa fin ; le bilan annuel l'emporte sur les trimestres."
_CHAMP = "Champ : relocations ; les premières mises en location sont hors flux."
_R441_5_1 = "CCH R.441-5-1"
_RESERVATIONS = "CCH R.441-5 ; décret 2020-145"
_COPIL = "COPIL régional du 8 février 2024"

VOLUMES = (
    Indicateur(
        "N1",
        "Logements proposés",
        f"Logements proposés aux réservataires, toutes offres. {_CUMUL}",
        "Σ proposés",
        "logements",
        "neutre",
        TOUS_NIVEAUX,
        _R441_5_1,
        volumes.proposes,
    ),
    Indicateur(
        "N2",
        "Logements attribués",
        f"Logements attribués, toutes offres ; on compte des logements, jamais des décisions par rang. {_CUMUL}",
        "Σ attribués",
        "logements",
        "neutre",
        TOUS_NIVEAUX,
        _R441_5_1,
        volumes.attribues,
    ),
    Indicateur(
        "N3",
        "Baux signés",
        f"Attributions suivies d'un bail, des bailleurs qui les renseignent. {_CUMUL}",
        "Σ baux",
        "logements",
        "neutre",
        TOUS_NIVEAUX,
        "Arrêté du 19 octobre 2017 (CUS)",
        volumes.baux,
    ),
    Indicateur(
        "N1t",
        "Logements proposés dans le trimestre",
        "Logements proposés dans le trimestre seul, toutes offres.",
        "Σ proposés du trimestre",
        "logements",
        "neutre",
        TOUS_NIVEAUX,
        _COPIL,
        volumes.proposes_du_trimestre,
    ),
    Indicateur(
        "N2t",
        "Logements attribués dans le trimestre",
        "Logements attribués dans le trimestre seul, toutes offres.",
        "Σ attribués du trimestre",
        "logements",
        "neutre",
        TOUS_NIVEAUX,
        _COPIL,
        volumes.attribues_du_trimestre,
    ),
    Indicateur(
        "N3t",
        "Baux signés dans le trimestre",
        "Baux signés dans le trimestre seul, toutes offres.",
        "Σ baux du trimestre",
        "logements",
        "neutre",
        TOUS_NIVEAUX,
        _COPIL,
        volumes.baux_du_trimestre,
    ),
)

FLUX = (
    Indicateur(
        "F1",
        "Taux d'atteinte du flux",
        "Attribués rapportés à l'objectif à date, sur le périmètre des conventions qui en ont un ; à l'échelle de "
        "l'EPCI, les seules conventions des communes et de l'EPCI. L'objectif est taux × assiette réalisée (libérés "
        "− soustraits), à défaut l'objectif prévisionnel pris pour k/4 au trimestre k ; ou le nombre de droits. "
        f"{_CHAMP} {_CUMUL}",
        "Σ attribués / Σ objectif",
        "%",
        "cible",
        TOUS_NIVEAUX,
        _RESERVATIONS,
        atteinte.taux_d_atteinte,
    ),
    Indicateur(
        "F1e",
        "Repère de flux à l'échelle de l'EPCI",
        "Repère, non opposable : un EPCI n'a pas d'objectif. Attributions au réservataire, rapportées à ce que "
        "donnerait le taux de chaque bailleur dans le département. Bailleurs dont le taux est connu ; sans objet "
        f"pour les objectifs en nombre de droits. {_CHAMP} {_CUMUL}",
        "attribués(r, EPCI) / Σ_b taux(b, r, dép) × attribués(b, EPCI ∩ dép)",
        "%",
        "cible",
        ("epci",),
        _RESERVATIONS,
        flux.repere_epci,
    ),
    Indicateur(
        "F2",
        "Écart à l'objectif",
        f"Attribués moins objectif à date, sur les mêmes conventions que F1. {_CHAMP} {_CUMUL}",
        "Σ attribués − Σ objectif",
        "logements",
        "cible",
        TOUS_NIVEAUX,
        _RESERVATIONS,
        atteinte.ecart_a_l_objectif,
    ),
    Indicateur(
        "F3",
        "Part effective du réservataire",
        f"Attribués au réservataire parmi tous les attribués, bailleur compris. {_CHAMP} {_CUMUL}",
        "attribués(r) / Σ attribués",
        "%",
        "neutre",
        TOUS_NIVEAUX,
        _RESERVATIONS,
        flux.part_effective,
    ),
    Indicateur(
        "F3c",
        "Taux contractuel moyen",
        "Taux de département des conventions, pondéré par les attributions des bailleurs dont il est connu. "
        f"{_CHAMP} {_CUMUL}",
        "Σ taux × attribués / Σ attribués",
        "%",
        "neutre",
        TOUS_NIVEAUX,
        _RESERVATIONS,
        flux.taux_contractuel,
    ),
    Indicateur(
        "F3e",
        "Écart de la part effective au taux contractuel",
        f"Part effective moins taux contractuel, sur les bailleurs dont le taux est connu. {_CHAMP} {_CUMUL}",
        "(attribués(r) − Σ taux × attribués) / Σ attribués",
        "points",
        "cible",
        TOUS_NIVEAUX,
        _RESERVATIONS,
        flux.ecart_au_taux,
    ),
    Indicateur(
        "F4",
        "Attributions par proposition",
        f"Logements attribués pour cent logements proposés. {_CHAMP} {_CUMUL}",
        "Σ attribués / Σ proposés",
        "%",
        "hausse_favorable",
        TOUS_NIVEAUX,
        _R441_5_1,
        flux.attribues_sur_proposes,
    ),
    Indicateur(
        "F4b",
        "Baux par attribution",
        f"Baux signés pour cent logements attribués, sur les lignes dont les baux sont renseignés. {_CHAMP} {_CUMUL}",
        "Σ baux / Σ attribués",
        "%",
        "hausse_favorable",
        TOUS_NIVEAUX,
        _R441_5_1,
        flux.baux_sur_attribues,
    ),
    Indicateur(
        "F7",
        "Part des mises en service",
        f"Premières mises en location parmi les logements attribués. {_CUMUL}",
        "Σ attribués en mise en service / Σ attribués",
        "%",
        "neutre",
        TOUS_NIVEAUX,
        "Convention du projet",
        flux.part_mise_en_service,
    ),
)
