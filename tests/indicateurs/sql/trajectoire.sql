-- F5 et ses repères : k/4, et la saison de l'année précédente.
WITH base AS (
  SELECT *, coalesce(prevu, coalesce(obj_realise, obj_prevu) / part) AS annuel FROM bilan_convention
  WHERE coalesce(obj_realise, obj_prevu) IS NOT NULL
), passe AS (
  SELECT periode, b, dep, r, sum(att) AS att FROM position_de_tout_temps WHERE nature = 'cumul' AND type_offre = 'RELOCATION' GROUP BY ALL
), couvre AS (
  SELECT DISTINCT periode, b FROM terme WHERE nature = 'cumul'
), saison AS (
  SELECT c.periode, e.b, e.dep, e.r, e.att AS annuel, coalesce(d.att, 0) AS att
  FROM (SELECT periode, CAST(annee - 1 AS VARCHAR) AS an, if(trimestre = 0, CAST(annee - 1 AS VARCHAR), (annee - 1) || 'T' || trimestre) AS avant FROM calendrier) c
  JOIN passe e ON e.periode = c.an
  JOIN couvre v ON v.periode = c.avant AND v.b = e.b
  LEFT JOIN passe d ON d.periode = c.avant AND d.b = e.b AND d.dep = e.dep AND d.r = e.r
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
