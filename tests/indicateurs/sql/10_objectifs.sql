-- Objectif de chaque convention à chaque période : taux moyen en vigueur, droits, objectif prévu, puis l'assiette réalisée.
CREATE OR REPLACE TABLE objectif AS
WITH version AS (
  SELECT *, lead(date_effet) OVER (PARTITION BY annee, bailleur_siren, reservataire_categorie, reservataire_id, perimetre_type,
                                   perimetre_code ORDER BY date_effet, avenant_num) AS suivante,
         coalesce(nb_droits, taux_pct * assiette_prev / 100, objectif_prev) AS prevu FROM flux_objectifs
), jour AS (
  SELECT c.periode, c.part, v.*, date_diff('day', greatest(v.date_effet, c.debut),
         least(coalesce(v.date_fin, c.fin), coalesce(v.suivante - INTERVAL 1 DAY, c.fin), c.fin)) + 1 AS jours
  FROM version v JOIN calendrier c ON c.annee = v.annee
), moyenne AS (
  SELECT periode, part, bailleur_siren AS b, reservataire_categorie AS r, reservataire_id, perimetre_type AS pt, perimetre_code AS pc,
         sum(coalesce(taux_pct, 0) * jours) / sum(jours) AS taux, sum(coalesce(nb_droits, 0) * jours) / sum(jours) AS droits,
         CASE WHEN count(prevu) = count(*) THEN sum(prevu * jours) / sum(jours) END AS prevu
  FROM jour WHERE jours > 0 GROUP BY ALL
)
SELECT periode, part, b, r, pt, pc, sum(taux) AS taux, sum(droits) AS droits, CASE WHEN count(prevu) = count(*) THEN sum(prevu) END AS prevu
FROM moyenne GROUP BY ALL;

CREATE OR REPLACE TABLE soustrait AS
WITH p AS (SELECT annee, bailleur_siren AS b, code_departement AS dep, sum(nb_prev_annee_n) AS n FROM previsionnel_soustraits GROUP BY ALL),
     f AS (SELECT annee - 1 AS annee, bailleur_siren AS b, code_departement AS dep, sum(nb_realise_annee_n_1) AS n
           FROM previsionnel_soustraits WHERE nb_realise_annee_n_1 IS NOT NULL GROUP BY ALL)
SELECT annee, b, dep, coalesce(f.n, p.n) AS n, f.n IS NOT NULL AS realise FROM p FULL JOIN f USING (annee, b, dep);

CREATE OR REPLACE TABLE assiette AS
WITH l AS (SELECT periode, annee, b, dep, com, sum(coalesce(lib, 0)) AS lib FROM champ GROUP BY ALL),
     d AS (SELECT periode, b, dep, sum(lib) AS lib_dep FROM l GROUP BY ALL)
SELECT l.periode, l.b, l.com, CASE WHEN l.lib = 0 THEN 0 ELSE l.lib * greatest(0, 1 - coalesce(s.n, 0) * c.part / d.lib_dep) END AS assiette
FROM l JOIN d USING (periode, b, dep) JOIN calendrier c USING (periode)
LEFT JOIN soustrait s ON s.annee = l.annee AND s.b = l.b AND s.dep = l.dep;

CREATE OR REPLACE TABLE bilan_convention AS
WITH connue AS (
  SELECT c.periode, c.b, bool_and(s.realise) AS realise
  FROM (SELECT periode, annee, b FROM champ GROUP BY ALL HAVING count(*) = count(lib)) c
  JOIN soustrait s ON s.annee = c.annee AND s.b = c.b GROUP BY ALL
), fait AS (
  SELECT o.periode, o.b, o.r, o.pt, o.pc, coalesce(sum(f.prop), 0) AS prop, coalesce(sum(f.att), 0) AS att, coalesce(sum(f.baux), 0) AS baux
  FROM objectif o JOIN perimetre p USING (pt, pc)
  LEFT JOIN (SELECT periode, b, r, com, sum(prop) AS prop, sum(att) AS att, sum(baux) AS baux FROM champ GROUP BY ALL) f
    ON f.periode = o.periode AND f.b = o.b AND f.r = o.r AND f.com = p.com GROUP BY ALL
), base AS (
  SELECT o.periode, o.b, o.r, o.pt, o.pc, coalesce(sum(a.assiette), 0) AS assiette
  FROM objectif o JOIN perimetre p USING (pt, pc) LEFT JOIN assiette a ON a.periode = o.periode AND a.b = o.b AND a.com = p.com GROUP BY ALL
)
SELECT o.*, l.dep, l.epci, f.prop, f.att, f.baux, o.prevu * o.part AS obj_prevu,
       CASE WHEN k.b IS NOT NULL OR o.taux = 0 THEN o.taux / 100 * b.assiette + o.droits * o.part END AS obj_realise
FROM objectif o JOIN fait f USING (periode, b, r, pt, pc) JOIN base b USING (periode, b, r, pt, pc) JOIN lieu_perimetre l USING (pt, pc)
JOIN repondant q ON q.nature = 'cumul' AND q.periode = o.periode AND q.b = o.b
LEFT JOIN connue k ON k.periode = o.periode AND k.b = o.b;
