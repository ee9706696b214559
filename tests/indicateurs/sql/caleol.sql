-- C1 et C1r : cumul de trimestres sans trou, ou bilan annuel.
WITH trimestre AS (
  SELECT annee, bailleur_siren AS b, CAST(substr(periode, 2) AS INT) AS k FROM caleol_suivi WHERE periode <> 'AN' GROUP BY ALL
), couverte AS (
  SELECT t.annee, t.b, c.k FROM (SELECT DISTINCT annee, b FROM trimestre) t CROSS JOIN (SELECT unnest(range(1, 5)) AS k) c
  WHERE (SELECT count(*) FROM trimestre x WHERE x.annee = t.annee AND x.b = t.b AND x.k <= c.k) = c.k
), annuel AS (SELECT DISTINCT annee, bailleur_siren AS b FROM caleol_suivi WHERE periode = 'AN')
, terme AS (
  SELECT annee || 'T' || k AS periode, annee, b, 'T' || unnest(range(1, k + 1)) AS livree FROM couverte
  UNION ALL SELECT CAST(annee AS VARCHAR), annee, b, 'AN' FROM annuel
  UNION ALL SELECT CAST(annee AS VARCHAR), annee, b, 'T' || unnest([1, 2, 3, 4]) FROM couverte c
  WHERE k = 4 AND NOT EXISTS (SELECT 1 FROM annuel a WHERE a.annee = c.annee AND a.b = c.b)
), fait AS (
  SELECT t.periode, t.b, s.code_departement AS dep, sum(nb_menages_eol_examines) AS ex, sum(nb_menages_eol_a_examiner) AS ae,
         sum(nb_relogements_realises) AS re, sum(nb_sous_occupation + nb_sur_occupation + nb_handicap_inadapte + nb_depassement_plafond) AS inad
  FROM terme t JOIN caleol_suivi s ON s.annee = t.annee AND s.bailleur_siren = t.b AND s.periode = t.livree
  WHERE t.periode IN (SELECT periode FROM calendrier) GROUP BY ALL
), maille AS (
  SELECT *, unnest([{'n': 'region', 't': (SELECT region FROM params)}, {'n': 'departement', 't': dep}, {'n': 'bailleur', 't': b}]) AS m FROM fait
), axe AS (SELECT *, unnest([{'v': 'ensemble', 'm': 'ensemble'}, {'v': 'bailleur', 'm': b}]) AS a FROM maille)
SELECT i AS indicateur, m.n AS territoire_type, m.t AS territoire, a.v AS ventilation, a.m AS modalite, periode,
       CAST(sum(CASE i WHEN 'C1' THEN ex ELSE re END) AS DOUBLE) AS numerateur, CAST(sum(CASE i WHEN 'C1' THEN ae ELSE inad END) AS DOUBLE) AS denominateur,
       100.0 * sum(CASE i WHEN 'C1' THEN ex ELSE re END) / nullif(sum(CASE i WHEN 'C1' THEN ae ELSE inad END), 0) AS valeur,
       CAST(NULL AS DOUBLE) AS couverture
FROM axe, (VALUES ('C1'), ('C1r')) x(i) GROUP BY ALL
