CREATE TABLE files (id VARCHAR(20) CHARACTER SET utf8mb4, nr INT, a LONGBLOB, b LONGTEXT CHARACTER SET utf8mb4, j JSON, e ENUM('1','2',''), s SET('x','y'),
  f FLOAT, d DOUBLE, t TIMESTAMP(6) NULL, bits BIT(9), u UUID, g POINT, twice INT AS (nr * 2) STORED, PRIMARY KEY (id, nr));
SET SESSION sql_mode = '';
INSERT INTO files (id, nr, a, b) SELECT 'small', seq, REPEAT(CHAR(seq), seq), NULL FROM seq_1_to_300;
INSERT INTO files VALUES
  ('both', 1, REPEAT(X'005C090A0D1A27FF', 400000), REPEAT('ä€\t\n\\😀', 200000), JSON_ARRAY(REPEAT('ü', 500000)), '2', 'x,y', 16777216, 1e-300, '2026-01-01 00:00:00.5', b'101010101', '123e4567-e89b-12d3-a456-426655440000', POINT(1.5, -2), DEFAULT),
  ('é\\\t''', 2, REPEAT('x', 3000001), NULL, NULL, '1', '', 1.1, 2.2, NULL, NULL, NULL, NULL, DEFAULT),
  ('é\\\t''', 3, NULL, REPEAT('é', 1500000), '{}', 99, NULL, NULL, NULL, NULL, b'0', NULL, NULL, DEFAULT);
SET GLOBAL max_allowed_packet = 1048576, local_infile = 1;
