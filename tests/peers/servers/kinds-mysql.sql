-- What MySQL has and MariaDB has not, or writes otherwise.
SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';
CREATE TABLE own_kinds (
  id INT PRIMARY KEY, words VARCHAR(50) COLLATE utf8mb4_0900_ai_ci, cased VARCHAR(50) COLLATE utf8mb4_0900_as_cs, bytes VARCHAR(50) COLLATE utf8mb4_0900_bin, de VARCHAR(50) COLLATE utf8mb4_de_pb_0900_ai_ci,
  hidden INT INVISIBLE DEFAULT 7, made BINARY(16) DEFAULT (UUID_TO_BIN(UUID())), j JSON DEFAULT (JSON_OBJECT('a', 'é')), doc JSON DEFAULT (_utf8mb4'{}'), n INT DEFAULT (1 + 2),
  said VARCHAR(60) GENERATED ALWAYS AS (CONCAT(words, _utf8mb4' é ', n)) VIRTUAL, held VARCHAR(60) GENERATED ALWAYS AS (JSON_UNQUOTE(JSON_EXTRACT(doc, _utf8mb4'$.a'))) STORED,
  arrow INT GENERATED ALWAYS AS (doc ->> '$.n') VIRTUAL, KEY falling (n DESC, words), KEY unseen (cased) INVISIBLE, UNIQUE KEY by_said (said)) ENGINE = InnoDB;
INSERT INTO own_kinds (id, words, cased, bytes, de, hidden, made, j, doc, n) VALUES
  (1, 'Ünï ', 'É', 'é', 'straße', 1, X'00112233445566778899AABBCCDDEEFF', '{"z": 1, "a": 2}', '{"a": "held é", "n": 5}', 4), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (3, '', '', '', '', 7, X'', 'true', '1', 0);
CREATE TABLE places (id INT PRIMARY KEY, at POINT NOT NULL SRID 4326, flat GEOMETRY SRID 0, SPATIAL KEY (at)) ENGINE = InnoDB;
INSERT INTO places VALUES (1, ST_GeomFromText('POINT(48.8566 2.3522)', 4326), ST_GeomFromText('POINT(1 2)'));
CREATE TABLE expressed (id INT PRIMARY KEY, name VARCHAR(40), KEY by_upper ((UPPER(name))), KEY mixed (id, (LENGTH(name)))) ENGINE = InnoDB;
INSERT INTO expressed VALUES (1, 'a'), (2, 'é');
CREATE TABLE multi (id INT PRIMARY KEY, doc JSON, KEY tags ((CAST(doc -> '$.tags' AS UNSIGNED ARRAY)))) ENGINE = InnoDB;
INSERT INTO multi VALUES (1, '{"tags": [1, 2]}');
CREATE TABLE checked (id INT PRIMARY KEY, v INT CHECK (v > 0), w INT, CONSTRAINT loose CHECK (w > v) /*!80016 NOT ENFORCED */, CONSTRAINT named CHECK (w <> 99)) ENGINE = InnoDB;
INSERT INTO checked VALUES (1, 1, 0);
CREATE TABLE listed (id INT NOT NULL, region VARCHAR(10) NOT NULL, PRIMARY KEY (id, region)) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_ai_ci ROW_FORMAT = DYNAMIC
  PARTITION BY LIST COLUMNS (region) (PARTITION north VALUES IN ('n', 'N2'), PARTITION south VALUES IN ('s'));
INSERT INTO listed VALUES (1, 'n'), (1, 's');
CREATE TABLE general_one (id INT PRIMARY KEY, v VARCHAR(10) COLUMN_FORMAT FIXED STORAGE DISK) ENGINE = InnoDB ENCRYPTION = 'N' AUTOEXTEND_SIZE = 4M;
INSERT INTO general_one VALUES (1, 'a');
CREATE ROLE IF NOT EXISTS app_reader;
CREATE TABLE unheard (
  id INT PRIMARY KEY, key_text VARCHAR(36), v VECTOR(3), wide VECTOR(3000), ok BOOLEAN GENERATED ALWAYS AS (IS_UUID(key_text)) STORED, short_of VARCHAR(36) GENERATED ALWAYS AS (BIN_TO_UUID(raw)) VIRTUAL,
  raw BINARY(16), secret INT NOT NULL INVISIBLE, word VARCHAR(30) COLLATE utf8mb4_ja_0900_as_cs_ks, KEY (short_of), CONSTRAINT shaped CHECK (REGEXP_LIKE(key_text, '^[0-9a-f-]*$')), FULLTEXT KEY grams (word) WITH PARSER ngram) ENGINE = InnoDB;
INSERT INTO unheard (id, key_text, v, wide, raw, secret, word) VALUES
  (1, '123e4567-e89b-12d3-a456-426655440000', TO_VECTOR('[1, 2.5, -3]'), NULL, X'00112233445566778899AABBCCDDEEFF', 9, 'ことば'), (2, 'beef', NULL, NULL, NULL, 8, NULL);
