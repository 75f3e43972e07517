-- Read by root's client before each start of the exporter, so that a restored server has its user, too. Nothing of it is replicated.
SET SESSION sql_log_bin = 0;
-- No password: the system's user of that name, on the UNIX socket, and nobody else. It sees counters, and no customer's data.
CREATE USER IF NOT EXISTS prometheus@localhost IDENTIFIED VIA unix_socket WITH MAX_USER_CONNECTIONS 3;
GRANT PROCESS, BINLOG MONITOR, SLAVE MONITOR ON *.* TO prometheus@localhost;
GRANT SELECT ON performance_schema.* TO prometheus@localhost;
-- A server that was installed by hand may have accounts that anybody can use.
DELETE FROM mysql.global_priv WHERE User = '';
FLUSH PRIVILEGES;
