-- As text under SET NAMES binary these become NULL with nothing but a warning.
CREATE TABLE t (u UUID NOT NULL DEFAULT UUID() PRIMARY KEY, i6 INET6, i4 INET4);
INSERT INTO t VALUES ('123e4567-e89b-12d3-a456-426655440000', '2001:db8::1', '192.0.2.1'), ('00000000-0000-0000-0000-000000000000', '::', '0.0.0.0'),
  ('ffffffff-ffff-4fff-8fff-ffffffffffff', '::ffff:192.0.2.1', '255.255.255.255'), ('223e4567-e89b-12d3-a456-426655440000', NULL, NULL);
