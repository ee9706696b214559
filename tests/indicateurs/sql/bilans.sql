-- B1 : première réception de chaque bilan, parmi les bailleurs attendus.
WITH recu AS (
  SELECT CASE f.periode WHEN 'AN' THEN CAST(f.annee AS VARCHAR) ELSE f.annee || f.periode END AS periode, f.annee, f.periode = 'AN' AS an,
         f.bailleur_siren AS b, min(coalesce(least(j.le, f.date_connue), f.date_connue)) AS le
  FROM (SELECT DISTINCT annee, periode, bailleur_siren, emetteur, date_connue FROM flux_bilan) f
  LEFT JOIN (SELECT emetteur, periode, min(date_connue) AS le FROM livraisons WHERE "table" = 'flux_bilan' AND retiree_le IS NULL GROUP BY ALL) j
    ON j.emetteur = f.emetteur AND j.periode = CASE f.periode WHEN 'AN' THEN CAST(f.annee AS VARCHAR) ELSE f.annee || f.periode END
  GROUP BY ALL
), attendu AS (
  SELECT DISTINCT m.niveau AS niveau, m.territoire AS territoire, periode, b
  FROM (SELECT *, unnest(mailles(b, dep, epci, (SELECT region FROM params))) AS m FROM parc) WHERE m.territoire IS NOT NULL
    AND periode IN (SELECT periode FROM exercice WHERE left(periode, 4) IN (SELECT CAST(annee AS VARCHAR) FROM flux_bilan))
)
SELECT 'B1' AS indicateur, a.niveau AS territoire_type, a.territoire, x.v AS ventilation, x.m AS modalite, a.periode,
       CAST(count(*) FILTER (WHERE r.le <= coalesce(CAST((r.annee + 1) || x.limite AS DATE), r.le)) AS DOUBLE) AS numerateur,
       CAST(count(*) AS DOUBLE) AS denominateur,
       100.0 * count(*) FILTER (WHERE r.le <= coalesce(CAST((r.annee + 1) || x.limite AS DATE), r.le)) / count(*) AS valeur,
       CAST(NULL AS DOUBLE) AS couverture
FROM attendu a CROSS JOIN (VALUES ('ensemble', 'ensemble', NULL), ('delai', 'legal', '-02-28'), ('delai', 'tolerance', '-03-31')) x(v, m, limite)
LEFT JOIN recu r ON r.periode = a.periode AND r.b = a.b
WHERE x.v = 'ensemble' OR length(a.periode) = 4
GROUP BY ALL
