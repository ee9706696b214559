-- P1, P1n, P1v, T1 (demandes rapportées aux attributions des bilans), T2 (taux publié, zone reconnue à son nom).
WITH dernier AS (
  SELECT c.periode, c.annee, c.trimestre, a.territoire_gestion_code AS t, a.type_gestion AS g, a.produit AS p,
         last(a.nb_agrees ORDER BY a.date_arrete) FILTER (WHERE a.nb_agrees IS NOT NULL) AS n,
         last(a.objectif ORDER BY a.date_arrete) FILTER (WHERE a.objectif IS NOT NULL) AS o
  FROM calendrier c JOIN agrements a ON a.annee = c.annee AND a.date_arrete <= (SELECT connu_le FROM params)
   AND (c.trimestre = 0 OR a.date_arrete <= c.fin) GROUP BY ALL
), compte AS (SELECT periode, count(DISTINCT t) AS nt FROM dernier WHERE g <> 'REGION' GROUP BY ALL)
, region AS (
  SELECT periode, annee, trimestre, (SELECT region FROM params) AS t, 'REGION' AS g, p, CASE WHEN count(n) = count(*) THEN sum(n) END AS n,
         CASE WHEN count(o) = count(*) THEN sum(o) END AS o
  FROM dernier d JOIN compte c USING (periode) WHERE g <> 'REGION' GROUP BY periode, annee, trimestre, p, c.nt HAVING count(*) = c.nt
), avec_region AS (
  SELECT * FROM dernier UNION ALL BY NAME
  SELECT * FROM region r WHERE NOT EXISTS (SELECT 1 FROM dernier d WHERE d.periode = r.periode AND d.g = 'REGION' AND d.p = r.p)
), ensemble AS (
  SELECT periode, annee, trimestre, t, g, 'ENSEMBLE' AS p, CASE WHEN count(n) = count(*) THEN sum(n) END AS n,
         CASE WHEN count(o) = count(*) THEN sum(o) END AS o FROM avec_region WHERE p <> 'ENSEMBLE' GROUP BY periode, annee, trimestre, t, g
), tout AS (
  SELECT * FROM avec_region UNION ALL BY NAME SELECT * FROM ensemble e
  WHERE NOT EXISTS (SELECT 1 FROM avec_region d WHERE d.periode = e.periode AND d.t = e.t AND d.g = e.g AND d.p = 'ENSEMBLE')
), demande AS (
  SELECT CASE length(code) WHEN 9 THEN 'epci' ELSE if(code = (SELECT region FROM params), 'region', 'departement') END AS niveau,
         code AS t, CAST(annee AS VARCHAR) AS periode, demandes_total AS n
  FROM demandes_sne WHERE date_arrete <= (SELECT connu_le FROM params)
  UNION ALL SELECT 'region', (SELECT region FROM params), CAST(annee AS VARCHAR), sum(demandes_total) FROM demandes_sne d
  WHERE length(code) < 9 AND date_arrete <= (SELECT connu_le FROM params)
    AND NOT EXISTS (SELECT 1 FROM demandes_sne r WHERE r.annee = d.annee AND r.code = (SELECT region FROM params)) GROUP BY annee
), attribue AS (
  SELECT m.niveau AS niveau, m.territoire AS t, periode, sum(att) AS d
  FROM (SELECT *, unnest(mailles(b, dep, epci, (SELECT region FROM params))) AS m FROM position WHERE nature = 'cumul') GROUP BY ALL
), brut AS (
  SELECT x.i AS i, CASE g WHEN 'REGION' THEN 'region' ELSE 'territoire_gestion' END AS niveau, t, p, periode, n, o AS d,
         CASE x.i WHEN 'P1' THEN 100.0 * n / o ELSE n END AS valeur FROM tout, (VALUES ('P1'), ('P1n')) x(i)
  UNION ALL
  SELECT 'P1v', CASE a.g WHEN 'REGION' THEN 'region' ELSE 'territoire_gestion' END, a.t, a.p, a.periode, a.n - z.n, z.n, 100.0 * (a.n - z.n) / z.n
  FROM tout a JOIN tout z ON z.annee = a.annee - 1 AND z.trimestre = a.trimestre AND z.t = a.t AND z.g = a.g AND z.p = a.p
  UNION ALL
  SELECT 'T1', n.niveau, n.t, 'ENSEMBLE', n.periode, n.n, a.d, n.n / a.d FROM demande n JOIN attribue a USING (niveau, t, periode)
  UNION ALL
  SELECT 'T2', z.niveau, z.t, 'ENSEMBLE', CAST(annee AS VARCHAR), NULL, NULL, valeur FROM reperes JOIN zone z USING (zone)
  WHERE indicateur = 'mobilite_pct' AND date_arrete <= (SELECT connu_le FROM params) AND CAST(annee AS VARCHAR) IN (SELECT periode FROM calendrier)
)
SELECT i AS indicateur, niveau AS territoire_type, t AS territoire, CASE p WHEN 'ENSEMBLE' THEN 'ensemble' ELSE 'produit' END AS ventilation,
       CASE p WHEN 'ENSEMBLE' THEN 'ensemble' ELSE p END AS modalite, periode, CAST(n AS DOUBLE) AS numerateur, CAST(d AS DOUBLE) AS denominateur,
       CAST(valeur AS DOUBLE) AS valeur, CAST(NULL AS DOUBLE) AS couverture FROM brut
