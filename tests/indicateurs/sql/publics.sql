-- A0 à A4 et leurs bornes.
WITH ligne AS (
  SELECT CAST(a.annee AS VARCHAR) AS periode, a.epci_siren AS epci, a.code_departement AS dep, a.reservataire_categorie AS r, e.est_soumis, a.*,
         coalesce(a.ressources_non_renseignees, 0) AS inc, a.baux_hors_qpv_q1 + coalesce(a.baux_hors_qpv_relogement_ru, 0) AS q1,
         coalesce(a.taux_cible_pct, 25.0) AS cible
  FROM attributions_publics a JOIN epci e USING (epci_siren)
  WHERE a.code_departement IN (SELECT code_departement FROM departements) AND CAST(a.annee AS VARCHAR) IN (SELECT periode FROM calendrier)
), terme AS (
  SELECT periode, epci, dep, r, unnest([
    {'i': 'A0', 'b': NULL, 'n': CAST(ressources_non_renseignees AS DOUBLE), 'd': CAST(baux_total AS DOUBLE)},
    {'i': 'A1', 'b': NULL, 'n': q1, 'd': baux_hors_qpv}, {'i': 'A1', 'b': 'basse', 'n': q1, 'd': baux_hors_qpv},
    {'i': 'A1', 'b': 'haute', 'n': q1 + CASE WHEN inc < baux_hors_qpv - q1 THEN inc ELSE baux_hors_qpv - q1 END, 'd': baux_hors_qpv},
    {'i': 'A1e', 'b': NULL, 'n': CASE WHEN est_soumis THEN q1 - cible * baux_hors_qpv / 100 END, 'd': baux_hors_qpv},
    {'i': 'A2', 'b': NULL, 'n': baux_qpv_q2q4, 'd': baux_qpv}, {'i': 'A2', 'b': 'basse', 'n': baux_qpv_q2q4, 'd': baux_qpv},
    {'i': 'A2', 'b': 'haute', 'n': baux_qpv_q2q4 + CASE WHEN inc < baux_qpv - baux_qpv_q2q4 THEN inc ELSE baux_qpv - baux_qpv_q2q4 END, 'd': baux_qpv},
    {'i': 'A3', 'b': NULL, 'n': attributions_prioritaires, 'd': baux_total}, {'i': 'A3d', 'b': NULL, 'n': attributions_dalo, 'd': baux_total},
    {'i': 'A4', 'b': NULL, 'n': attributions_dalo_qpv, 'd': attributions_dalo},
    {'i': 'A4', 'b': 'basse', 'n': CASE WHEN attributions_dalo > baux_total - baux_qpv THEN attributions_dalo - baux_total + baux_qpv
                                        WHEN baux_qpv IS NOT NULL THEN 0 END, 'd': attributions_dalo},
    {'i': 'A4', 'b': 'haute', 'n': CASE WHEN attributions_dalo < baux_qpv THEN attributions_dalo ELSE baux_qpv END, 'd': attributions_dalo}]) AS t
  FROM ligne
), maille AS (
  SELECT *, unnest([{'niveau': 'region', 't': (SELECT region FROM params)}, {'niveau': 'departement', 't': dep}, {'niveau': 'epci', 't': epci}]) AS m
  FROM terme WHERE t.n IS NOT NULL AND t.d IS NOT NULL
)
, a_la_cible AS (
  SELECT periode, epci, sum(q1) * 100 >= sum(cible * baux_hors_qpv) AS ok FROM ligne WHERE q1 IS NOT NULL AND baux_hors_qpv IS NOT NULL GROUP BY ALL
), poids AS (
  SELECT p.periode, e.code_departement AS dep, CAST(e.population_region AS DOUBLE) AS pop, coalesce(c.ok, false) AS ok,
         (SELECT sum(parc) FROM parc k WHERE k.periode = p.periode AND k.epci = e.epci_siren) AS somme,
         (SELECT q.nb_logements FROM parc_rpls q WHERE q.niveau = 'epci' AND q.code = e.epci_siren ORDER BY q.annee LIMIT 1) AS publie
  FROM epci e CROSS JOIN (SELECT DISTINCT periode FROM a_la_cible) p LEFT JOIN a_la_cible c ON c.periode = p.periode AND c.epci = e.epci_siren
  WHERE e.est_soumis
), pesee AS (
  SELECT periode, m.niveau AS niveau, m.t AS t, w.v AS v, w.m AS mo, coalesce(sum(w.p) FILTER (WHERE ok), 0) AS n,
         CASE WHEN count(w.p) = count(*) THEN sum(w.p) END AS d
  FROM (SELECT *, unnest([{'v': 'ensemble', 'm': 'ensemble', 'p': 1.0}, {'v': 'ponderation', 'm': 'population', 'p': pop},
                          {'v': 'ponderation', 'm': 'parc', 'p': coalesce(publie, somme)}]) AS w
        FROM (SELECT *, unnest([{'niveau': 'region', 't': (SELECT region FROM params)}, {'niveau': 'departement', 't': dep}]) AS m FROM poids)) GROUP BY ALL
)
SELECT 'A1s' AS indicateur, niveau AS territoire_type, t AS territoire, v AS ventilation, mo AS modalite, periode, CAST(n AS DOUBLE) AS numerateur,
       CAST(d AS DOUBLE) AS denominateur, 100.0 * n / d AS valeur, CAST(NULL AS DOUBLE) AS couverture FROM pesee WHERE d IS NOT NULL
UNION ALL
SELECT t.i AS indicateur, m.niveau AS territoire_type, m.t AS territoire, x.v || CASE WHEN t.b IS NULL THEN '' WHEN x.v = '' THEN 'borne' ELSE '|borne' END
         || CASE WHEN x.v = '' AND t.b IS NULL THEN 'ensemble' ELSE '' END AS ventilation,
       concat_ws('|', nullif(x.m, ''), t.b, CASE WHEN x.v = '' AND t.b IS NULL THEN 'ensemble' END) AS modalite, periode,
       sum(t.n) AS numerateur, CAST(sum(t.d) AS DOUBLE) AS denominateur, CASE WHEN sum(t.d) <> 0 THEN 100.0 * sum(t.n) / sum(t.d) END AS valeur,
       CAST(NULL AS DOUBLE) AS couverture
FROM (SELECT *, unnest([{'v': '', 'm': ''}, {'v': 'reservataire', 'm': r}]) AS x FROM maille) GROUP BY t.i, t.b, m.niveau, m.t, x.v, x.m, periode
