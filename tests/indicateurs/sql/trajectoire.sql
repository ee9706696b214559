-- F5 et ses repères : k/4, et la saison de l'année précédente.
WITH base AS (
  SELECT *, coalesce(prevu, coalesce(obj_realise, obj_prevu) / part) AS annuel FROM bilan_convention
  WHERE coalesce(obj_realise, obj_prevu) IS NOT NULL
), saison AS (
  SELECT r.periode, e.b, e.dep, e.epci, e.r, e.att AS annuel, coalesce(d.att, 0) AS att
  FROM (SELECT c.periode, c.annee, c.trimestre, z.b FROM calendrier c JOIN calendrier c0 ON c0.annee = c.annee - 1 AND c0.trimestre = c.trimestre
        JOIN repondant z ON z.nature = 'cumul' AND z.periode = c0.periode
        JOIN repondant y ON y.nature = 'cumul' AND y.b = z.b AND y.periode = CAST(c.annee - 1 AS VARCHAR)) r
  JOIN (SELECT periode, b, dep, epci, r, sum(att) AS att FROM champ GROUP BY ALL) e ON e.b = r.b AND e.periode = CAST(r.annee - 1 AS VARCHAR)
  LEFT JOIN (SELECT periode, b, dep, epci, r, sum(att) AS att FROM champ GROUP BY ALL) d
    ON d.b = e.b AND d.dep = e.dep AND d.epci IS NOT DISTINCT FROM e.epci AND d.r = e.r
   AND d.periode = CASE r.trimestre WHEN 0 THEN CAST(r.annee - 1 AS VARCHAR) ELSE (r.annee - 1) || 'T' || r.trimestre END
), brut AS (
  SELECT periode, b, dep, r, '' AS ref, CAST(att AS DOUBLE) AS n, CAST(annuel AS DOUBLE) AS d FROM base
  UNION ALL SELECT periode, b, dep, r, 'LINEAIRE', annuel * part, annuel FROM base
  UNION ALL SELECT periode, b, dep, r, 'SAISON_N_1', att, annuel FROM saison
), maille AS (
  SELECT *, unnest([{'n': 'region', 't': (SELECT region FROM params)}, {'n': 'departement', 't': dep}, {'n': 'bailleur', 't': b}]) AS m FROM brut
), axe AS (
  SELECT *, CASE ref WHEN '' THEN unnest([{'v': 'ensemble', 'm': 'ensemble'}, {'v': 'reservataire', 'm': r}])
                     ELSE unnest([{'v': 'reference', 'm': ref}, {'v': 'reservataire|reference', 'm': r || '|' || ref}]) END AS a FROM maille
)
SELECT 'F5' AS indicateur, m.n AS territoire_type, m.t AS territoire, a.v AS ventilation, a.m AS modalite, periode, sum(n) AS numerateur,
       sum(d) AS denominateur, 100.0 * sum(n) / nullif(sum(d), 0) AS valeur, CAST(NULL AS DOUBLE) AS couverture FROM axe GROUP BY ALL
