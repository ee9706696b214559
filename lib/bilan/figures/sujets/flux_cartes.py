"""Flux, en cartes : parts et repère par EPCI, et volumes en cercles ; jamais un objectif, qu'un EPCI n'a pas."""

import polars as pl

from bilan.figures.formes import CartesMultiples, Cercles, Choroplethe, Panneau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.palettes import ABSENCES
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_carte, decrire_lignes
from bilan.figures.sujets.echelles import PARTS, REPERE
from bilan.figures.sujets.flux import BILANS, RELOCATIONS
from bilan.figures.sujets.mesures import COLONNES_EPCI, colonnes_du_rapport, couverture, maturite, par_epci, une
from bilan.francais import au_plus, compter, nombre, pourcent
from bilan.referentiel.nomenclatures import RESERVATAIRES

MULTIPLES = ("ETAT_PRIO", "ALS", "COMMUNE", "BAILLEUR")
"""Réservataires que l'on montre côte à côte, une petite carte chacun, aux mêmes classes.

Chaque carte pèse dans la page, que le site borne : les plus petites parts se lisent dans la figure de toutes les parts.
"""

_A_CHEVAL = (
    "Un EPCI à cheval compte toutes ses communes de la région, quel que soit leur département, et elles seules (partie "
    "régionale) : les totaux des EPCI et des départements ne s'emboîtent pas."
)


def carte_repere(f1e: pl.DataFrame, reservataire: str, contexte: Contexte) -> Figure:
    """Rend la carte du repère de flux d'un réservataire (F1e) : « repère, non opposable ».

    Un EPCI à moins d'un logement de son repère est rangé dans la classe du milieu, quel que soit son taux.
    """
    ici = f1e.filter(ventilation="reservataire", modalite=reservataire)
    ecart = (pl.col("numerateur") - pl.col("denominateur")).abs()
    juste = (ecart <= contexte.seuils.tolerance_logements) & pl.col("valeur").is_not_null()
    classe = pl.when(juste).then(pl.lit(REPERE.classes[2])).otherwise(REPERE.classer("valeur"))
    donnees = _avec_couverture(par_epci(ici, contexte).with_columns(classe=classe))
    connus = donnees.filter(pl.col("absence").is_null())
    servis = connus.filter(pl.col("classe").is_in(REPERE.classes[:3])).height
    exemple = connus.sort("denominateur", descending=True).row(0, named=True)
    nom = RESERVATAIRES[reservataire]
    return Figure(
        id=f"flux-carte-repere-{_suffixe(reservataire)}",
        titre=f"{nom} : dans {servis} EPCI sur {connus.height}, la part reçue vaut au moins "
        f"{pourcent(REPERE.bornes[1], 0)} du repère",
        sous_titre=f"Repère de flux à l'échelle de l'EPCI, non opposable, {contexte.periode.libelle}",
        forme=Choroplethe("epci_siren", "classe", "absence", REPERE.classes, palette=REPERE.palette),
        donnees=donnees,
        colonnes=(
            *COLONNES_EPCI,
            Colonne("numerateur", "Attribués", "nombre", "logements", absence="absence"),
            Colonne("denominateur", "Repère", "decimal", "logements", absence="absence"),
            Colonne("valeur", "Attribués / repère", "pourcent", absence="absence"),
            Colonne("couverture_pct", "Couverture", "pourcent"),
        ),
        lecture=f"{exemple['epci']} : {nombre(exemple['numerateur'])} logements attribués, pour un repère de "
        f"{au_plus(exemple['denominateur'])}, soit {pourcent(exemple['valeur'])}.",
        champ=f"{RELOCATIONS} ; bailleurs dont le taux de département est connu.",
        source=contexte.source(BILANS),
        alt=decrire_carte(donnees, REPERE.classes, ABSENCES),
        note="Repère, non opposable : un EPCI n'a pas d'objectif. Le repère est ce que "
        f"donnerait le taux de chaque bailleur dans le département. À un logement près, l'EPCI y est. {_A_CHEVAL}",
        indicateurs=("F1e",),
        maturite=maturite(ici.filter(periode=str(contexte.periode))),
    )


def carte_part(f3: pl.DataFrame, reservataire: str, contexte: Contexte) -> Figure:
    """Rend la carte de la part effective d'un réservataire dans les attributions (F3)."""
    ici = f3.filter(ventilation="reservataire", modalite=reservataire)
    donnees = _avec_couverture(par_epci(ici, contexte).with_columns(PARTS.classer("valeur")))
    region = une(ici, **contexte.en_region, ventilation="reservataire")
    exemple = donnees.filter(pl.col("absence").is_null()).sort("denominateur", descending=True).row(0, named=True)
    nom = RESERVATAIRES[reservataire]
    return Figure(
        id=f"flux-carte-part-{_suffixe(reservataire)}",
        titre=f"{nom} : {pourcent(region['valeur'])} des attributions de la région ({exemple['epci']} : "
        f"{pourcent(exemple['valeur'])})",
        sous_titre=f"Part du réservataire dans les attributions de chaque EPCI, {contexte.periode.libelle}",
        forme=Choroplethe("epci_siren", "classe", "absence", PARTS.classes, palette=PARTS.palette),
        donnees=donnees,
        colonnes=(
            *COLONNES_EPCI,
            *colonnes_du_rapport("Attribués au réservataire", "Attribués à tous", "Part"),
            Colonne("couverture_pct", "Couverture", "pourcent"),
        ),
        lecture=f"{exemple['epci']} : {nombre(exemple['numerateur'])} des {nombre(exemple['denominateur'])} logements "
        f"attribués, soit {pourcent(exemple['valeur'])}.",
        champ=f"{RELOCATIONS} ; tous réservataires, bailleur compris.",
        source=contexte.source(BILANS),
        alt=decrire_carte(donnees, PARTS.classes, ABSENCES),
        note=f"Les classes sont les mêmes d'une période à l'autre. {_A_CHEVAL} {couverture(region)}",
        indicateurs=("F3",),
        maturite=maturite(ici.filter(periode=str(contexte.periode))),
    )


def cartes_des_parts(f3: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend, en petites cartes, la part effective de chaque réservataire de `MULTIPLES` (F3), aux mêmes classes.

    Un réservataire dont aucun EPCI n'a de valeur n'a pas de carte.
    """
    ici = f3.filter(ventilation="reservataire")
    par_code = {code: par_epci(ici.filter(modalite=code), contexte) for code in MULTIPLES}
    codes = [code for code, lues in par_code.items() if "observe" in lues["statut"]]
    panneaux = tuple(
        Panneau(RESERVATAIRES[code], *(f"{nom}_{code.lower()}" for nom in ("part", "classe", "absence")))
        for code in codes
    )
    donnees = _parts_cote_a_cote({code: par_code[code] for code in codes}, panneaux)
    region = [une(ici, **contexte.en_region, ventilation="reservataire", modalite=code) for code in codes]
    rangees = sorted(zip(region, panneaux, strict=True), key=lambda paire: paire[0]["valeur"] or 0)
    (basse, petit), (haute, grand) = rangees[0], rangees[-1]
    exemple = donnees.drop_nulls([grand.valeur, "attribues"]).sort("attribues", descending=True).row(0, named=True)
    return Figure(
        id="flux-cartes-parts",
        titre=f"De {pourcent(basse['valeur'])} ({petit.titre}) à {pourcent(haute['valeur'])} ({grand.titre}) des "
        "attributions de la région",
        sous_titre=f"Part des principaux réservataires dans les attributions de l'EPCI, {contexte.periode.libelle}",
        forme=CartesMultiples("epci_siren", panneaux, PARTS.classes, palette=PARTS.palette, liens=False),
        donnees=donnees,
        colonnes=(
            *COLONNES_EPCI,
            Colonne("attribues", "Attribués à tous", "nombre", "logements", absence="absence_attribues"),
            *(Colonne(p.valeur, f"{p.titre} (part)", "pourcent", absence=p.absence) for p in panneaux),
        ),
        lecture=f"{exemple['epci']} : sur {compter(exemple['attribues'], 'logement attribué', 'logements attribués')}, "
        f"{pourcent(exemple[grand.valeur])} l'ont été à « {grand.titre} ».",
        champ=f"{RELOCATIONS} ; tous réservataires, bailleur compris.",
        source=contexte.source(BILANS),
        alt=" ".join(
            f"{p.titre} : {decrire_carte(donnees.select(classe=p.classe, absence=p.absence), PARTS.classes, ABSENCES)}"
            for p in panneaux
        ),
        note=f"Une seule échelle pour toutes les cartes, la même d'une période à l'autre. {_A_CHEVAL} "
        f"{couverture(region[0])}",
        indicateurs=("F3",),
        maturite=maturite(ici.filter(periode=str(contexte.periode))),
    )


def _parts_cote_a_cote(par_code: dict[str, pl.DataFrame], panneaux: tuple[Panneau, ...]) -> pl.DataFrame:
    """Rend une ligne par EPCI : ce qui le nomme, les attributions, puis la part, la classe et l'absence par panneau."""
    tables = list(par_code.values())
    donnees = tables[0].select("epci_siren", "epci", "code_departement")
    attribues = [table["denominateur"] for table in tables]
    donnees = donnees.with_columns(
        attribues=pl.coalesce(attribues),
        absence_attribues=pl.when(pl.coalesce(attribues).is_null()).then(tables[0]["absence"]),
    )
    for table, panneau in zip(tables, panneaux, strict=True):
        lue = table.select(
            pl.col("valeur").alias(panneau.valeur),
            PARTS.classer("valeur").alias(panneau.classe),
            pl.col("absence").alias(panneau.absence),
        )
        donnees = donnees.hstack(lue)
    return donnees


def cercles(n2: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les logements attribués par EPCI (N2), en cercles : un volume se mesure, il ne se colorie pas."""
    ici = n2.filter(ventilation="ensemble")
    donnees = _avec_couverture(par_epci(ici, contexte).with_columns(classe=pl.lit(None, pl.String)))
    region = une(ici, indicateur="N2", **contexte.en_region)
    donnees = donnees.with_columns(part=100 * pl.col("valeur") / region["valeur"]).drop("classe")
    tete = donnees.sort("valeur", descending=True, nulls_last=True).row(0, named=True)
    return Figure(
        id="flux-cercles",
        titre=f"{tete['epci']} : {pourcent(tete['part'])} des {compter(region['valeur'], 'logement')} attribués",
        sous_titre=f"Logements attribués par EPCI, {contexte.periode.libelle}",
        forme=Cercles("epci_siren", "valeur", "Logements attribués"),
        donnees=donnees,
        colonnes=(
            *COLONNES_EPCI,
            Colonne("valeur", "Attribués", "nombre", "logements", absence="absence"),
            Colonne("part", "Part de la région", "pourcent", absence="absence"),
            Colonne("couverture_pct", "Couverture", "pourcent"),
        ),
        lecture=f"{tete['epci']} : {compter(tete['valeur'], 'logement attribué', 'logements attribués')}, soit "
        f"{pourcent(tete['part'])} de la région.",
        champ="Toutes offres, premières mises en location comprises ; bailleurs qui ont remis leur bilan.",
        source=contexte.source(BILANS),
        alt=decrire_lignes(donnees.sort("valeur", descending=True, nulls_last=True), "epci", {"valeur": "nombre"}),
        note=f"{_A_CHEVAL} {couverture(region)}",
        indicateurs=("N2",),
        maturite=maturite(ici.filter(periode=str(contexte.periode))),
    )


def _avec_couverture(donnees: pl.DataFrame) -> pl.DataFrame:
    return donnees.select(
        "epci_siren",
        "epci",
        "code_departement",
        "numerateur",
        "denominateur",
        "valeur",
        "classe",
        "absence",
        couverture_pct=100 * pl.col("couverture"),
    )


def _suffixe(reservataire: str) -> str:
    return reservataire.lower().replace("_", "-")
