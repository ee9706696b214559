"""Les fiches PDF : deux pages par EPCI et quatre pages de synthèse, mises en page par Typst."""
