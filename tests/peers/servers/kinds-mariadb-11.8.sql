-- What MariaDB 11.8 adds or does by default.
CREATE TABLE new_kinds (
  id UUID NOT NULL DEFAULT (UUID_v7()), i4 INET4, i6 INET6, plain VARCHAR(40), nopad VARCHAR(40) COLLATE utf8mb4_uca1400_nopad_as_cs, far TIMESTAMP(6) NULL, falling INT,
  PRIMARY KEY (id), KEY down (falling DESC, i4), KEY unseen (plain) IGNORED) ENGINE = InnoDB;
INSERT INTO new_kinds VALUES
  ('123e4567-e89b-12d3-a456-426655440000', '10.0.0.1', '::ffff:10.0.0.1', 'é', 'É ', '2038-01-19 03:14:07.999999', 1), ('01890a5d-ac96-774b-bcce-b302099a8057', NULL, NULL, NULL, NULL, NULL, NULL),
  ('00000000-0000-0000-0000-000000000000', '0.0.0.0', '::', '', '', '1970-01-01 00:00:01.000001', -1);
CREATE TABLE unheard (id INT PRIMARY KEY, v VECTOR(3) NOT NULL, doc JSON, CONSTRAINT shaped CHECK (JSON_SCHEMA_VALID('{"type": "object"}', doc)), VECTOR KEY near (v) DISTANCE = cosine) ENGINE = InnoDB;
INSERT INTO unheard VALUES (1, VEC_FromText('[1, 2.5, -3]'), '{"a": 1}');
