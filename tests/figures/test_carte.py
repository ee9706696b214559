"""La carte : cinquante-deux EPCI, trois absences distinctes, des liens, et rien de blanc sans raison."""

from itertools import combinations

import exemples
import polars as pl
import pytest
import shapely
from shapely.geometry import shape

from bilan.erreurs import ErreurUsage
from bilan.figures import formes
from bilan.figures.altair.fond import fonds_de_la_figure
from bilan.figures.altair.hachures import MOTIFS, hachurer
from bilan.figures.altair.rendu import Mise, specification
from bilan.figures.modele import Colonne


def _spec(figure, **mise) -> dict:
    return specification(figure, exemples.fonds(), mise=Mise(base_liens="../", **mise))


def _territoires(spec: dict) -> list[dict]:
    return next(c["data"]["values"] for c in spec["layer"] if "href" in c["encoding"])


def _noms(spec: dict) -> set[str]:
    ecrits = (v["t"] for c in spec["layer"] for v in c["data"]["values"] if c["mark"]["type"] == "text")
    return {t if isinstance(t, str) else " ".join(t) for t in ecrits}


def test_les_52_epci_menent_chacun_a_sa_page() -> None:
    territoires = _territoires(_spec(exemples.carte()))
    assert len({t["h"] for t in territoires}) == 52
    assert all(t["h"].startswith("../epci/") and t["d"] for t in territoires)


def test_la_carte_de_la_region_nomme_tous_ses_epci() -> None:
    textes = exemples.fonds().etiquettes
    attendus = {t.replace("\n", " ") for t in textes.loc[textes["encart"] == "", "texte"]}
    assert attendus <= _noms(_spec(exemples.carte()))


def test_la_legende_compte_chaque_classe_et_les_trois_absences() -> None:
    legende = _noms(_spec(exemples.carte()))
    assert {"sans objet (24)", "non transmis (1)", "secret statistique (1)", "adopté (7)"} <= legende


def test_chaque_absence_et_le_hors_region_ont_leur_motif() -> None:
    carre = shapely.box(0, 0, 100, 100)
    motifs = [hachurer(carre, absence, 1) for absence in MOTIFS]
    assert len({m.wkb for m in motifs}) == len(MOTIFS) == 4
    assert all(carre.buffer(1e-6).contains(m) and m.length > 500 for m in motifs)


def test_un_epci_sans_ligne_est_non_transmis_jamais_blanc() -> None:
    donnees = exemples.table_des_epci().filter(pl.col("absence").is_null())
    assert "non transmis (26)" in _noms(_spec(exemples.carte(donnees)))


def test_une_classe_inconnue_ou_une_ligne_sans_raison_est_refusee() -> None:
    fausse = exemples.table_des_epci().with_columns(pl.col("classe").str.replace("adopté", "voté"))
    muette = exemples.table_des_epci().with_columns(absence=pl.lit(None, pl.String))
    for donnees in (fausse, muette):
        with pytest.raises(ErreurUsage, match="classe"):
            _spec(exemples.carte(donnees))


def test_un_territoire_hors_du_fonds_est_refuse() -> None:
    donnees = exemples.table_des_epci().with_columns(pl.col("siren").replace("200054807", "200000001"))
    with pytest.raises(ErreurUsage, match="200000001"):
        _spec(exemples.carte(donnees))


def test_les_petites_cartes_ont_une_echelle_une_legende_et_un_titre_chacune() -> None:
    spec = _spec(exemples.multiples())
    couches = [c["data"]["values"] for c in spec["layer"] if "href" in c["encoding"]]
    assert [len({t["h"] for t in territoires}) for territoires in couches] == [52, 52, 52]
    dernieres = {t["c"] for t in couches[2]}
    assert len(dernieres) == 1 and dernieres < {t["c"] for t in couches[0]}, "une même classe a une seule couleur"
    ecrits = [v["t"] for c in spec["layer"] if c["mark"]["type"] == "text" for v in c["data"]["values"]]
    assert all(ecrits.count(texte) == 1 for texte in ("État", "Action Logement", "Communes", *exemples.STATUTS))
    assert {"secret statistique", "non transmis"} <= set(ecrits)
    assert couches[2][0]["d"].endswith("Commune : 99,0\u202f%"), "une petite carte ne dit que sa valeur"


def test_les_petites_cartes_ne_se_recouvrent_pas_et_passent_a_la_ligne_sur_un_petit_ecran() -> None:
    for largeur, de_front in ((None, 3), (520, 2), (340, 1)):
        spec = _spec(exemples.multiples(), largeur=largeur)
        couches = [c["data"]["values"] for c in spec["layer"] if "href" in c["encoding"]]
        boites = [shapely.union_all([shape(t["geometry"]) for t in c]).bounds for c in couches]
        echelle, (dx, dy) = spec["projection"]["scale"], spec["projection"]["translate"]
        assert all(b[0] * echelle + dx >= 0 and b[2] * echelle + dx <= spec["width"] for b in boites)
        assert all(dy - b[3] * echelle >= 0 and dy - b[1] * echelle <= spec["height"] for b in boites)
        assert not any(shapely.box(*a).intersects(shapely.box(*b)) for a, b in combinations(boites, 2))
        assert len({round(b[0] * echelle) for b in boites}) == de_front


def test_la_carte_des_territoires_de_gestion_suit_les_delegataires_au_dela_du_departement() -> None:
    donnees = pl.DataFrame({
        "code": ["200054807", "13", "84"], "nom": ["Métropole", "Bouches-du-Rhône", "Vaucluse"],
        "classe": [exemples.STATUTS[0], exemples.STATUTS[1], None], "absence": [None, None, "non_transmis"],
    })  # fmt: skip
    choix = formes.Choroplethe(
        "code", "classe", "absence", exemples.STATUTS, "avancement", liens=False, maille="gestion"
    )
    figure = exemples.figure("gestion", choix, donnees, (Colonne("code", "Code"), Colonne("nom", "Nom")))
    fonds = fonds_de_la_figure(figure, exemples.fonds())
    assert set(fonds.epci["epci_siren"]) == {"200054807", "04", "05", "06", "13", "83", "84"}
    entier = exemples.fonds().epci.set_index("epci_siren").geometry["200054807"]
    aires = dict(zip(fonds.epci["epci_siren"], fonds.epci.geometry.area, strict=True))
    assert aires["200054807"] == pytest.approx(entier.area)
    assert sum(aires.values()) == pytest.approx(exemples.fonds().region.geometry.area.sum(), rel=1e-4)
    assert {"Vaucluse", "non transmis (5)"} <= _noms(_spec(figure))


def test_la_projection_est_l_identite_a_echelle_connue() -> None:
    spec = _spec(exemples.carte())
    projection = spec["projection"]
    assert (projection["type"], projection["reflectY"]) == ("identity", True)
    for territoire in _territoires(spec):
        xmin, ymin, xmax, ymax = shape(territoire["geometry"]).bounds
        dx, dy = projection["translate"]
        gauche, droite = (x * projection["scale"] + dx for x in (xmin, xmax))
        haut, bas = (dy - y * projection["scale"] for y in (ymax, ymin))
        assert 0 <= gauche < droite <= spec["width"]
        assert 0 <= haut < bas <= spec["height"]


def test_la_legende_et_les_encarts_ne_couvrent_pas_la_region() -> None:
    from bilan.figures.altair.fond import dessiner_fond

    fond = dessiner_fond(exemples.fonds(), 920, (150, 170), True)
    boites = [fond.plan.rectangle(*b) for b in (fond.legende, *(e.boite for e in fond.encarts))]
    assert not any(b.intersects(fond.region) for b in boites)
    assert not any(a.intersects(b) for rang, a in enumerate(boites) for b in boites[rang + 1 :])


def test_une_carte_de_situation_ne_nomme_que_son_epci() -> None:
    noms = _noms(_spec(exemples.carte(selection="200054807")))
    assert "EPCI 200054807" in noms
    assert not noms & {"Briançonnais"}


def test_l_epci_a_cheval_montre_sa_part_hors_region() -> None:
    spec = _spec(exemples.carte())
    dehors = next(c for c in spec["layer"] if c["mark"].get("strokeDash") == [3, 3])
    assert len(dehors["data"]["values"]) >= 3


def test_une_autre_region_a_sa_carte() -> None:
    fonds = exemples.fonds("52")
    sirens = sorted(fonds.epci["epci_siren"])
    donnees = pl.DataFrame({"siren": sirens, "epci": sirens, "classe": ["adopté"] * len(sirens),
                            "absence": pl.Series([None] * len(sirens), dtype=pl.String)})
    spec = specification(exemples.carte(donnees), fonds, "../")
    assert len(_territoires(spec)) == len(sirens)


def test_les_cercles_ont_une_aire_proportionnelle() -> None:
    spec = _spec(exemples.cercles())
    disques = next(c for c in spec["layer"] if c["mark"].get("fillOpacity") == 0.8)["data"]["values"]
    aires = sorted(d["a"] for d in disques)
    assert len(aires) == 25
    assert aires[-1] / aires[0] == pytest.approx(25, rel=0.01)


def test_la_partie_hors_region_d_un_epci_est_cernee_hachuree_et_en_legende() -> None:
    dessin = specification(exemples.carte(), exemples.fonds())
    assert "partie hors de la région (6)" in str(dessin["layer"])
    tirets = [c for c in dessin["layer"] if c["mark"].get("strokeDash") == [3, 3]]
    assert len(tirets) == 1 and len(tirets[0]["data"]["values"]) == 6
