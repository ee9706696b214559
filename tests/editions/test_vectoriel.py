"""Le SVG d'une figure, dans une page et dans un fichier."""

from xml.etree import ElementTree

from bilan.editions.vectoriel import en_fichier, en_page

CARTE = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9" role="img" '
    'aria-label="Carte"><a xlink:href="epci/200054807.html" tabindex="-1"><path d="M0 0"/></a>'
    '<a tabindex="-1" xlink:href="epci/200067825.html"><path d="M1 1"/></a></svg>'
)


def test_les_liens_menent_de_la_page_a_la_fiche_et_les_autres_disparaissent() -> None:
    svg = en_page(CARTE, lambda siren: f"../epci/{siren}.html" if siren == "200054807" else None)
    assert '<a href="../epci/200054807.html" tabindex="-1"><path d="M0 0"/></a>' in svg
    assert '<g><path d="M1 1"/></g>' in svg
    assert 'role="group"' in svg


def test_sans_fiche_la_carte_est_une_image_et_ne_garde_aucune_adresse() -> None:
    svg = en_page(CARTE, lambda _siren: None)
    assert 'role="img"' in svg
    assert "<a" not in svg
    assert "http" not in svg


def test_le_fichier_reste_un_svg_bien_forme_sans_lien() -> None:
    fichier = en_fichier(CARTE)
    racine = ElementTree.fromstring(fichier)
    assert racine.tag == "{http://www.w3.org/2000/svg}svg"
    assert "href" not in fichier.replace("xlink=", "")


def test_la_police_commune_passe_a_la_racine_et_le_role_que_le_titre_donne_part() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" role="img" aria-label="Barres">'
        '<path d="M0 0" role="graphics-symbol"><title>Nice</title></path><path d="M1 1" role="graphics-symbol"/>'
        '<text font-family="Arial, sans-serif">1</text><text font-family="Arial, sans-serif">2</text></svg>'
    )
    page = en_page(svg, lambda _siren: None)
    assert page.count("font-family") == 1 and 'font-family="Arial, sans-serif"' in page.partition(">")[0]
    assert '<path d="M0 0"><title>Nice</title></path><path d="M1 1" role="graphics-symbol"/>' in page
    deux = svg.replace('font-family="Arial, sans-serif">2', 'font-family="Courier">2')
    assert en_page(deux, lambda _siren: None).count("font-family") == 2
