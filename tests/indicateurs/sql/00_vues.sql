-- Positions du flux refaites en SQL, sans rien emprunter au calcul : lignes livrées, composition des périodes, lieux.
CREATE OR REPLACE VIEW ligne AS
SELECT f.annee, f.periode AS livree, f.mode_cumul, f.bailleur_siren AS b, f.reservataire_categorie AS r, c.code_commune AS com,
       c.code_departement AS dep, c.epci_siren AS epci, f.type_offre, f.typologie, f.financement, f.qpv, f.periode_construction,
       f.logements_liberes AS lib, f.logements_proposes AS prop, f.logements_attribues AS att, f.baux_signes AS baux
FROM flux_bilan f
JOIN communes c ON c.code_commune = CASE WHEN f.code_commune BETWEEN '13201' AND '13216' THEN '13055' ELSE f.code_commune END;

CREATE OR REPLACE VIEW livre AS
SELECT DISTINCT annee, bailleur_siren AS b, CAST(substr(periode, 2) AS INT) AS rang, mode_cumul AS mode
FROM flux_bilan WHERE periode <> 'AN';

-- Du 1er janvier à la fin de k : le dernier cumul (rang j), puis les trimestres seuls de j + 1 à k, sans trou.
CREATE OR REPLACE VIEW cumul AS
SELECT d.annee, d.b, d.k, d.j
FROM (SELECT a.annee, a.b, k.k, coalesce(max(l.rang) FILTER (WHERE l.mode = 'CUMUL' AND l.rang <= k.k), 0) AS j
      FROM (SELECT DISTINCT annee, b FROM livre) a CROSS JOIN (SELECT unnest(range(1, 5)) AS k) k
      JOIN livre l ON l.annee = a.annee AND l.b = a.b GROUP BY ALL) d
WHERE (SELECT count(*) FROM livre s WHERE s.annee = d.annee AND s.b = d.b AND s.mode = 'TRIMESTRE'
       AND s.rang > d.j AND s.rang <= d.k) = d.k - d.j;

CREATE OR REPLACE VIEW terme_cumul AS
SELECT annee, b, k, 'T' || j AS livree, 'CUMUL' AS mode, 1 AS signe FROM cumul WHERE j > 0
UNION ALL
SELECT c.annee, c.b, c.k, 'T' || l.rang, 'TRIMESTRE', 1
FROM cumul c JOIN livre l ON l.annee = c.annee AND l.b = c.b AND l.mode = 'TRIMESTRE' AND l.rang > c.j AND l.rang <= c.k;

CREATE OR REPLACE VIEW terme_seul AS
SELECT annee, b, rang AS k, 'T' || rang AS livree, 'TRIMESTRE' AS mode, 1 AS signe FROM livre WHERE mode = 'TRIMESTRE'
UNION ALL
SELECT l.annee, l.b, l.rang, t.livree, t.mode, t.signe
FROM livre l
JOIN (SELECT annee, b, k AS cible, livree, mode, -signe AS signe FROM (SELECT annee, b, k + 1 AS k, livree, mode, signe FROM terme_cumul)
      UNION ALL SELECT annee, b, rang, 'T' || rang, 'CUMUL', 1 FROM livre WHERE mode = 'CUMUL') t
  ON t.annee = l.annee AND t.b = l.b AND t.cible = l.rang
WHERE l.mode = 'CUMUL'
  AND NOT EXISTS (SELECT 1 FROM livre s WHERE s.annee = l.annee AND s.b = l.b AND s.rang = l.rang AND s.mode = 'TRIMESTRE')
  AND (l.rang = 1 OR EXISTS (SELECT 1 FROM cumul c WHERE c.annee = l.annee AND c.b = l.b AND c.k = l.rang - 1));

CREATE OR REPLACE VIEW annuel AS SELECT DISTINCT annee, bailleur_siren AS b FROM flux_bilan WHERE periode = 'AN';

CREATE OR REPLACE TABLE terme AS
SELECT 'cumul' AS nature, annee || 'T' || k AS periode, annee, b, livree, mode, signe FROM terme_cumul
UNION ALL SELECT 'seul', annee || 'T' || k, annee, b, livree, mode, signe FROM terme_seul
UNION ALL SELECT 'cumul', CAST(annee AS VARCHAR), annee, b, 'AN', NULL, 1 FROM annuel
UNION ALL SELECT 'cumul', CAST(t.annee AS VARCHAR), t.annee, t.b, t.livree, t.mode, t.signe FROM terme_cumul t
WHERE t.k = 4 AND NOT EXISTS (SELECT 1 FROM annuel a WHERE a.annee = t.annee AND a.b = t.b);

-- Une année d'avant la bascule en flux n'est pas un exercice : elle ne sert que de saison.
CREATE OR REPLACE VIEW exercice AS SELECT periode FROM calendrier WHERE annee > (SELECT year(bascule) FROM params);

CREATE OR REPLACE TABLE repondant AS SELECT DISTINCT nature, periode, b FROM terme WHERE periode IN (SELECT periode FROM exercice);

CREATE OR REPLACE TABLE position_de_tout_temps AS
SELECT t.nature, t.periode, t.annee, l.b, l.r, l.com, l.dep, l.epci, l.type_offre, l.typologie, l.financement, l.qpv,
       l.periode_construction, t.signe * l.lib AS lib, t.signe * l.prop AS prop, t.signe * l.att AS att, t.signe * l.baux AS baux
FROM terme t
JOIN ligne l ON l.annee = t.annee AND l.b = t.b AND l.livree = t.livree AND (t.mode IS NULL OR l.mode_cumul = t.mode);
CREATE OR REPLACE VIEW position AS SELECT * FROM position_de_tout_temps WHERE periode IN (SELECT periode FROM exercice);

-- Champ du flux : relocations.
CREATE OR REPLACE VIEW champ AS SELECT * FROM position WHERE nature = 'cumul' AND type_offre = 'RELOCATION';

-- Parc attendu : le RPLS le plus récent qui ne dépasse pas l'année, à défaut le premier.
CREATE OR REPLACE TABLE parc AS
SELECT c.periode, p.bailleur_siren AS b, g.code_commune AS com, g.code_departement AS dep, g.epci_siren AS epci,
       CAST(sum(p.nb_logements) AS DOUBLE) AS parc
FROM calendrier c
JOIN parc_rpls p ON p.niveau = 'bailleur_commune' AND p.annee = coalesce(
     (SELECT max(annee) FROM parc_rpls q WHERE q.niveau = 'bailleur_commune' AND q.annee <= c.annee),
     (SELECT min(annee) FROM parc_rpls q WHERE q.niveau = 'bailleur_commune'))
JOIN communes g ON g.code_commune = CASE WHEN p.code_commune BETWEEN '13201' AND '13216' THEN '13055' ELSE p.code_commune END
GROUP BY ALL HAVING sum(p.nb_logements) > 0;

-- Les quatre mailles d'une ligne.
CREATE OR REPLACE MACRO mailles(b, dep, epci, region) AS
  [{'niveau': 'region', 'territoire': region}, {'niveau': 'departement', 'territoire': dep},
   {'niveau': 'epci', 'territoire': epci}, {'niveau': 'bailleur', 'territoire': b}];

-- Périmètres des conventions : leurs communes, leur département, leur EPCI.
CREATE OR REPLACE VIEW perimetre AS
SELECT 'DEPARTEMENT' AS pt, code_departement AS pc, code_commune AS com FROM communes
UNION ALL SELECT 'EPCI', epci_siren, code_commune FROM communes WHERE epci_siren IS NOT NULL
UNION ALL SELECT 'COMMUNE', code_commune, code_commune FROM communes;
CREATE OR REPLACE VIEW lieu_perimetre AS
SELECT 'DEPARTEMENT' AS pt, code_departement AS pc, code_departement AS dep, CAST(NULL AS VARCHAR) AS epci FROM departements
UNION ALL SELECT 'EPCI', epci_siren, code_departement, epci_siren FROM epci
UNION ALL SELECT 'COMMUNE', code_commune, code_departement, epci_siren FROM communes;
