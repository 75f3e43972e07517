SELECT CHARSET(f('x')), CHARSET(g('x')), @@character_set_database
-- latin1 utf8mb3 cp1250
