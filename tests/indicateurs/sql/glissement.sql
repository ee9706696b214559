-- E6 et E6g : du dernier arrêté au précédent, et au premier.
WITH annonce AS (
  SELECT epci_siren AS epci, date_arrete, unnest([
    {'j': 'CIL', 'p': date_prevue_cil, 'r': cil_date_installation}, {'j': 'CIA', 'p': date_prevue_cia, 'r': cia_date_signature},
    {'j': 'PPGDID', 'p': date_prevue_ppgdid, 'r': ppgdid_date_adoption}, {'j': 'COTATION', 'p': date_prevue_cotation, 'r': cotation_date_mise_en_service}]) AS a
  FROM epci_avancement
), rangee AS (
  SELECT c.periode, n.epci, n.a.j AS j, n.a.p AS p, CASE WHEN n.a.r <= n.date_arrete THEN n.a.r END AS r, n.date_arrete,
         row_number() OVER (PARTITION BY c.periode, n.epci, n.a.j ORDER BY n.date_arrete DESC) AS rang
  FROM calendrier c JOIN annonce n ON n.date_arrete <= least(c.fin, (SELECT connu_le FROM params))
), compare AS (
  SELECT d.periode, d.epci, e.code_departement AS dep, d.j, date_diff('day', a.p, coalesce(d.r, d.p)) AS g,
         date_diff('day', (SELECT arg_min(z.p, z.date_arrete) FROM rangee z WHERE z.periode = d.periode AND z.epci = d.epci AND z.j = d.j AND z.rang > 1 AND z.p IS NOT NULL),
                   coalesce(d.r, d.p)) AS g0
  FROM rangee d JOIN epci e ON e.epci_siren = d.epci AND e.est_soumis
  LEFT JOIN rangee a ON a.periode = d.periode AND a.epci = d.epci AND a.j = d.j AND a.rang = 2 WHERE d.rang = 1
), groupe AS (
  SELECT periode, x.n AS niveau, x.t AS t, j, g FROM (SELECT *, unnest([{'n': 'region', 't': (SELECT region FROM params)}, {'n': 'departement', 't': dep}]) AS x FROM compare)
  WHERE g IS NOT NULL
)
SELECT 'E6' AS indicateur, 'epci' AS territoire_type, epci AS territoire, 'jalon' AS ventilation, j AS modalite, periode, CAST(NULL AS DOUBLE) AS numerateur,
       1.0 AS denominateur, CAST(g AS DOUBLE) AS valeur, CAST(NULL AS DOUBLE) AS couverture FROM compare WHERE g IS NOT NULL
UNION ALL SELECT 'E6', 'epci', epci, 'jalon|depuis', j || '|PREMIER_ARRETE', periode, NULL, 1.0, g0, NULL FROM compare WHERE g0 IS NOT NULL
UNION ALL SELECT 'E6', niveau, t, 'jalon|statistique', j || '|mediane', periode, NULL, count(*), median(g), NULL FROM groupe GROUP BY niveau, t, j, periode
UNION ALL SELECT 'E6', niveau, t, 'jalon|statistique', j || '|maximum', periode, NULL, count(*), max(g), NULL FROM groupe GROUP BY niveau, t, j, periode
UNION ALL SELECT 'E6g', niveau, t, 'jalon', j, periode, count(*) FILTER (WHERE g > 0), count(*), 100.0 * count(*) FILTER (WHERE g > 0) / count(*), NULL
FROM groupe GROUP BY niveau, t, j, periode
