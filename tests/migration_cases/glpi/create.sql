-- A desk as GLPI 10.0 keeps it: its tables, columns and types as far as a migration meets them, and rows made for it, from
-- ordinary ones (the sequence engine counts them) to the odd ones that real desks collect. Texts are stored as 10.0 makes them
-- safe (&#60;p&#62;), some as 9.5 did (&lt;p&gt;). Documents are files; the test writes them.
SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO';

CREATE TABLE glpi_entities (
  id INT UNSIGNED NOT NULL DEFAULT 0 PRIMARY KEY, name VARCHAR(255), entities_id INT UNSIGNED DEFAULT 0, completename TEXT, comment TEXT, level INT NOT NULL DEFAULT 0,
  address TEXT, postcode VARCHAR(255), town VARCHAR(255), email VARCHAR(255), tag VARCHAR(255), date_mod TIMESTAMP NULL, date_creation TIMESTAMP NULL)
  DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_entities (id, name, entities_id, completename, level) VALUES
  (0, 'Root entity', NULL, 'Root entity', 1), (1, 'Nord & Süd', 0, 'Root entity &#62; Nord &#38; Süd', 2), (2, '東京', 0, 'Root entity &#62; 東京', 2);
CREATE TABLE glpi_profiles (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255), interface VARCHAR(255) DEFAULT 'helpdesk', is_default TINYINT NOT NULL DEFAULT 0) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_profiles VALUES (1, 'Self-Service', 'helpdesk', 1), (2, 'Observer', 'central', 0), (4, 'Super-Admin', 'central', 0), (6, 'Technician', 'central', 0);
CREATE TABLE glpi_profiles_users (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, users_id INT UNSIGNED NOT NULL DEFAULT 0, profiles_id INT UNSIGNED NOT NULL DEFAULT 0, entities_id INT UNSIGNED NOT NULL DEFAULT 0, is_recursive TINYINT NOT NULL DEFAULT 1, is_dynamic TINYINT NOT NULL DEFAULT 0) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE glpi_users (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255), password VARCHAR(255), phone VARCHAR(255), phone2 VARCHAR(255), mobile VARCHAR(255), realname VARCHAR(255),
  firstname VARCHAR(255), locations_id INT UNSIGNED NOT NULL DEFAULT 0, language CHAR(10), is_active TINYINT NOT NULL DEFAULT 1, comment TEXT, auths_id INT UNSIGNED NOT NULL DEFAULT 0,
  authtype INT NOT NULL DEFAULT 0, last_login TIMESTAMP NULL, date_mod TIMESTAMP NULL, is_deleted TINYINT NOT NULL DEFAULT 0, profiles_id INT UNSIGNED NOT NULL DEFAULT 0,
  entities_id INT UNSIGNED NOT NULL DEFAULT 0, password_forget_token CHAR(40), user_dn TEXT, registration_number VARCHAR(255), personal_token VARCHAR(255), api_token VARCHAR(255),
  cookie_token VARCHAR(255), begin_date TIMESTAMP NULL, end_date TIMESTAMP NULL, date_creation TIMESTAMP NULL, groups_id INT UNSIGNED NOT NULL DEFAULT 0, timezone VARCHAR(50),
  UNIQUE KEY unicityloginauth (name, authtype, auths_id)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_users (id, name, password, realname, firstname, language, is_active, is_deleted, authtype, auths_id, personal_token, api_token, date_creation) VALUES
  (2, 'glpi', 'SECRET-hash-of-glpi', NULL, NULL, NULL, 1, 0, 1, 0, 'SECRET-personal', 'SECRET-api', '2019-01-01 08:00:00'),
  (3, 'tech.one', 'SECRET-hash', 'Côté', 'Zoé', 'fr_FR', 1, 0, 1, 0, NULL, NULL, '2019-01-02 08:00:00'),
  (4, 'tech.two', NULL, 'O&#39;Neil &#38; Sons', 'Pat', 'en_GB', 1, 0, 3, 1, NULL, NULL, '2019-01-03 08:00:00'),
  (5, 'gone', NULL, 'Gone', 'Al', NULL, 1, 1, 1, 0, NULL, NULL, '2019-01-04 08:00:00'),
  (6, 'TECH.ONE', NULL, 'Other Directory', '', NULL, 1, 0, 3, 2, NULL, NULL, '2019-01-05 08:00:00'),
  (7, NULL, NULL, '', '', NULL, 0, 0, 1, 0, NULL, NULL, NULL);
INSERT INTO glpi_users (id, name, password, realname, firstname, language, is_active, date_creation)
SELECT 10 + seq, CONCAT('user', seq), CONCAT('SECRET-', seq), CONCAT('Nachname', seq), ELT(1 + seq MOD 3, 'Ana', 'Łukasz', '花子'), IF(seq MOD 5, 'de_DE', 'fr_CA'), seq MOD 7 <> 0, '2019-02-01' + INTERVAL seq DAY FROM seq_1_to_40;
INSERT INTO glpi_profiles_users (users_id, profiles_id) VALUES (2, 4), (3, 6), (4, 6), (4, 1), (5, 6), (6, 2);
INSERT INTO glpi_profiles_users (users_id, profiles_id) SELECT 10 + seq, 1 FROM seq_1_to_40;
CREATE TABLE glpi_useremails (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, users_id INT UNSIGNED NOT NULL DEFAULT 0, is_default TINYINT NOT NULL DEFAULT 0, is_dynamic TINYINT NOT NULL DEFAULT 0, email VARCHAR(255), KEY (users_id)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_useremails (users_id, is_default, email) VALUES (3, 0, 'zoe.old@desk.example'), (3, 1, 'zoe@desk.example'), (4, 0, 'pat@desk.example'), (2, 1, '');
INSERT INTO glpi_useremails (users_id, is_default, email) SELECT 10 + seq, 1, CONCAT('User', seq, '@site.example') FROM seq_1_to_40;

CREATE TABLE glpi_groups (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, entities_id INT UNSIGNED NOT NULL DEFAULT 0, name VARCHAR(255), comment TEXT, groups_id INT UNSIGNED NOT NULL DEFAULT 0, completename TEXT, is_assign TINYINT NOT NULL DEFAULT 1, date_mod TIMESTAMP NULL) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_groups (id, name, comment, groups_id, completename) VALUES (1, 'Helpdesk', 'First line', 0, 'Helpdesk'), (2, 'Réseau', NULL, 1, 'Helpdesk &#62; Réseau'), (3, 'helpdesk', 'In another entity', 0, 'helpdesk'), (4, 'Watchers', '', 0, 'Watchers');
CREATE TABLE glpi_groups_users (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, users_id INT UNSIGNED NOT NULL DEFAULT 0, groups_id INT UNSIGNED NOT NULL DEFAULT 0, is_manager TINYINT NOT NULL DEFAULT 0) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_groups_users (users_id, groups_id) VALUES (3, 1), (4, 1), (4, 2), (11, 4), (12, 4), (3, 4);

CREATE TABLE glpi_itilcategories (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255), completename TEXT, comment TEXT) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_itilcategories VALUES (1, 'Mail', 'Mail', NULL), (2, 'Relay', 'Mail &#62; Relay', 'Out'), (3, 'Écran', NULL, NULL);
CREATE TABLE glpi_locations LIKE glpi_itilcategories;
INSERT INTO glpi_locations VALUES (1, 'Hamburg', 'Hamburg', NULL), (2, 'Room 1', 'Hamburg &#62; Room 1', NULL);
CREATE TABLE glpi_requesttypes (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255), is_active TINYINT NOT NULL DEFAULT 1, comment TEXT) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_requesttypes VALUES (1, 'Helpdesk', 1, NULL), (2, 'E-Mail', 1, NULL), (3, 'Phone', 1, NULL);
CREATE TABLE glpi_slas (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255), entities_id INT UNSIGNED NOT NULL DEFAULT 0, type INT NOT NULL DEFAULT 0, comment TEXT, number_time INT NOT NULL, definition_time VARCHAR(255), slms_id INT UNSIGNED NOT NULL DEFAULT 0) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_slas VALUES (1, 'Fix in 4 hours', 0, 0, NULL, 4, 'hour', 1), (2, 'Answer in 1 hour', 0, 1, NULL, 1, 'hour', 1);
CREATE TABLE glpi_pendingreasons (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_pendingreasons VALUES (1, 'Waiting for the supplier');
CREATE TABLE glpi_impactrelations (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, itemtype_source VARCHAR(255) NOT NULL DEFAULT '', items_id_source INT UNSIGNED NOT NULL DEFAULT 0) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE glpi_tickets (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, entities_id INT UNSIGNED NOT NULL DEFAULT 0, name VARCHAR(255), date TIMESTAMP NULL, closedate TIMESTAMP NULL, solvedate TIMESTAMP NULL,
  takeintoaccountdate TIMESTAMP NULL, date_mod TIMESTAMP NULL, users_id_lastupdater INT UNSIGNED NOT NULL DEFAULT 0, status INT NOT NULL DEFAULT 1, users_id_recipient INT UNSIGNED NOT NULL DEFAULT 0,
  requesttypes_id INT UNSIGNED NOT NULL DEFAULT 0, content LONGTEXT, urgency INT NOT NULL DEFAULT 1, impact INT NOT NULL DEFAULT 1, priority INT NOT NULL DEFAULT 1,
  itilcategories_id INT UNSIGNED NOT NULL DEFAULT 0, type INT NOT NULL DEFAULT 1, global_validation INT NOT NULL DEFAULT 1, slas_id_ttr INT UNSIGNED NOT NULL DEFAULT 0,
  slas_id_tto INT UNSIGNED NOT NULL DEFAULT 0, time_to_resolve TIMESTAMP NULL, time_to_own TIMESTAMP NULL, waiting_duration INT NOT NULL DEFAULT 0, actiontime INT NOT NULL DEFAULT 0,
  is_deleted TINYINT NOT NULL DEFAULT 0, locations_id INT UNSIGNED NOT NULL DEFAULT 0, validation_percent INT NOT NULL DEFAULT 0, date_creation TIMESTAMP NULL) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_tickets (id, entities_id, name, date, date_mod, status, users_id_recipient, requesttypes_id, content, urgency, impact, priority, itilcategories_id, type, slas_id_ttr, slas_id_tto, time_to_resolve, actiontime, is_deleted, locations_id, date_creation)
SELECT seq, seq MOD 3, CONCAT('Ticket ', seq, IF(seq MOD 4 = 0, ' &#38; more 😀', '')), '2021-03-01 07:00:00' + INTERVAL seq * 53 MINUTE, '2021-06-01 07:00:00' + INTERVAL seq * 59 MINUTE,
       ELT(1 + seq MOD 7, 1, 2, 3, 4, 5, 6, 10), IF(seq MOD 6, 11 + seq MOD 40, 3), seq MOD 4,
       ELT(1 + seq MOD 4, CONCAT('&#60;p&#62;Hello from ', seq, ' &#38;amp; &#60;strong&#62;others&#60;/strong&#62; é 表&#60;/p&#62;'), CONCAT('Plain words of ', seq, '\nwith a second line and 3 &#60; 4'),
           CONCAT('&lt;p&gt;Old style ', seq, '&lt;br&gt;Grüße&lt;/p&gt;'), CONCAT('Only text ', seq, ' 🚀')),
       1 + seq MOD 5, 1 + (seq DIV 2) MOD 5, 1 + seq MOD 6, seq MOD 4, 1 + seq MOD 2, IF(seq MOD 8, 0, 1), IF(seq MOD 8, 0, 2), IF(seq MOD 8, NULL, '2021-07-01 12:00:00'), IF(seq MOD 3, 0, seq * 90), seq MOD 40 = 0, seq MOD 3,
       '2021-03-01 07:00:00' + INTERVAL seq * 53 MINUTE
FROM seq_1_to_320;
-- 401 and 402 merged into 1, 403 in the bin and not merged, 404 by mail from a stranger, 405 of nobody, 406 bare, 407 by an address that a user has,
-- 408 of a user who is gone.
INSERT INTO glpi_tickets (id, name, date, date_mod, status, users_id_recipient, content, priority, is_deleted, date_creation) VALUES
  (401, 'Same as 1', '2021-08-01 08:00:00', '2021-08-02 08:00:00', 6, 11, '&#60;p&#62;again&#60;/p&#62;', 3, 1, '2021-08-01 08:00:00'),
  (402, 'Same as 1 too', '2021-08-01 09:00:00', '2021-08-02 08:00:00', 6, 12, 'again', 3, 1, '2021-08-01 09:00:00'),
  (403, 'In the bin', '2021-08-01 10:00:00', '2021-08-02 08:00:00', 2, 12, 'bin', 3, 1, '2021-08-01 10:00:00'),
  (404, 'By mail', '2021-08-01 11:00:00', '2021-08-02 08:00:00', 1, 0, 'From outside', 3, 0, '2021-08-01 11:00:00'),
  (405, '', '2021-08-01 12:00:00', NULL, 1, 0, NULL, 6, 0, NULL),
  (406, NULL, NULL, NULL, 1, 99, '', 1, 0, '2021-08-01 13:00:00'),
  (407, 'By a known address', '2021-08-01 14:00:00', '2021-08-02 08:00:00', 1, 0, '&#60;figure&#62;no tag of the editor&#60;/figure&#62;', 3, 0, '2021-08-01 14:00:00'),
  (408, 'Grüße', '2021-08-01 15:00:00', '2021-08-02 08:00:00', 4, 99, CONVERT(CAST('doppelt kodierte Grüße' AS BINARY) USING latin1), 4, 0, '2021-08-01 15:00:00');

CREATE TABLE glpi_tickets_users (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, tickets_id INT UNSIGNED NOT NULL DEFAULT 0, users_id INT UNSIGNED NOT NULL DEFAULT 0, type INT NOT NULL DEFAULT 1, use_notification TINYINT NOT NULL DEFAULT 1, alternative_email VARCHAR(255), KEY (tickets_id)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_tickets_users (tickets_id, users_id, type, use_notification, alternative_email)
SELECT seq, 11 + seq MOD 40, 1, 1, '' FROM seq_1_to_320 UNION ALL SELECT seq, 3 + seq MOD 2, 2, 1, '' FROM seq_1_to_320 WHERE seq MOD 5 UNION ALL SELECT seq, 4, 2, 1, '' FROM seq_1_to_60
UNION ALL SELECT seq, 12 + seq MOD 39, 3, seq MOD 2, '' FROM seq_1_to_100 UNION ALL SELECT seq, 20 + seq MOD 5, 1, 1, '' FROM seq_1_to_30;
INSERT INTO glpi_tickets_users (tickets_id, users_id, type, use_notification, alternative_email) VALUES
  (401, 11, 1, 1, NULL), (404, 0, 1, 1, ' Stranger@Elsewhere.example'), (404, 0, 3, 1, 'other@elsewhere.example'), (407, 0, 1, 1, 'user7@SITE.example'), (1, 0, 3, 1, 'stranger@elsewhere.example'), (2, 99, 1, 1, ''), (999, 11, 1, 1, '');
CREATE TABLE glpi_groups_tickets (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, tickets_id INT UNSIGNED NOT NULL DEFAULT 0, groups_id INT UNSIGNED NOT NULL DEFAULT 0, type INT NOT NULL DEFAULT 1) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_groups_tickets (tickets_id, groups_id, type) SELECT seq, 1 + seq MOD 3, 2 FROM seq_1_to_200 UNION ALL SELECT seq, 2, 2 FROM seq_1_to_20 UNION ALL SELECT seq, 4, 3 FROM seq_1_to_12 UNION ALL SELECT 300, 4, 1 UNION ALL SELECT 301, 77, 2;
CREATE TABLE glpi_suppliers_tickets (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, tickets_id INT UNSIGNED NOT NULL DEFAULT 0, suppliers_id INT UNSIGNED NOT NULL DEFAULT 0, type INT NOT NULL DEFAULT 1) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_suppliers_tickets VALUES (1, 1, 1, 2);
CREATE TABLE glpi_tickets_tickets (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, tickets_id_1 INT UNSIGNED NOT NULL DEFAULT 0, tickets_id_2 INT UNSIGNED NOT NULL DEFAULT 0, link INT NOT NULL DEFAULT 1) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_tickets_tickets (tickets_id_1, tickets_id_2, link) SELECT seq, seq + 1, 1 + seq MOD 4 FROM seq_10_to_60 UNION ALL SELECT 401, 1, 3 UNION ALL SELECT 1, 999, 1;

CREATE TABLE glpi_itilfollowups (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, itemtype VARCHAR(100) NOT NULL, items_id INT UNSIGNED NOT NULL DEFAULT 0, date TIMESTAMP NULL, users_id INT UNSIGNED NOT NULL DEFAULT 0,
  users_id_editor INT UNSIGNED NOT NULL DEFAULT 0, content LONGTEXT, is_private TINYINT NOT NULL DEFAULT 0, requesttypes_id INT UNSIGNED NOT NULL DEFAULT 0, date_mod TIMESTAMP NULL, date_creation TIMESTAMP NULL,
  timeline_position TINYINT NOT NULL DEFAULT 0, sourceitems_id INT UNSIGNED NOT NULL DEFAULT 0, sourceof_items_id INT UNSIGNED NOT NULL DEFAULT 0, KEY item (itemtype, items_id)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_itilfollowups (itemtype, items_id, date, users_id, users_id_editor, content, is_private, requesttypes_id)
SELECT 'Ticket', 1 + seq MOD 320, '2021-04-01 07:00:00' + INTERVAL seq * 31 MINUTE, ELT(1 + seq MOD 4, 3, 4, 11 + seq MOD 40, 0), IF(seq MOD 50, 0, 3), ELT(1 + seq MOD 3, CONCAT('&#60;p&#62;Followup ', seq, '&#60;/p&#62;'), CONCAT('Followup ', seq, ' žluťoučký 😀'), CONCAT('&lt;div&gt;Followup ', seq, '&lt;/div&gt;')), seq MOD 5 = 0, 1
FROM seq_1_to_500;
INSERT INTO glpi_itilfollowups (itemtype, items_id, date, users_id, content, is_private, date_creation, sourceitems_id, sourceof_items_id) VALUES
  ('Ticket', 1, '2021-08-02 08:00:00', 11, 'Same as 1: again', 0, NULL, 401, 0), ('Ticket', 5, NULL, 3, 'promoted', 0, '2021-08-03 08:00:00', 0, 6), ('Ticket', 999, '2021-08-02 08:00:00', 3, 'of no ticket', 0, NULL, 0, 0),
  ('Problem', 1, '2021-08-02 08:00:00', 3, 'of a problem', 0, NULL, 0, 0), ('Ticket', 7, '2021-08-02 08:00:00', 3, NULL, 1, NULL, 0, 0), ('Ticket', 7, '2021-08-02 08:00:00', 99, REPEAT('&#60;p&#62;long ñ&#60;/p&#62;', 30000), 0, NULL, 0, 0);
CREATE TABLE glpi_tickettasks (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, uuid VARCHAR(255), tickets_id INT UNSIGNED NOT NULL DEFAULT 0, taskcategories_id INT UNSIGNED NOT NULL DEFAULT 0, date TIMESTAMP NULL, users_id INT UNSIGNED NOT NULL DEFAULT 0,
  users_id_editor INT UNSIGNED NOT NULL DEFAULT 0, content LONGTEXT, is_private TINYINT NOT NULL DEFAULT 0, actiontime INT NOT NULL DEFAULT 0, begin TIMESTAMP NULL, end TIMESTAMP NULL, state INT NOT NULL DEFAULT 1,
  users_id_tech INT UNSIGNED NOT NULL DEFAULT 0, groups_id_tech INT UNSIGNED NOT NULL DEFAULT 0, date_mod TIMESTAMP NULL, date_creation TIMESTAMP NULL, sourceitems_id INT UNSIGNED NOT NULL DEFAULT 0, sourceof_items_id INT UNSIGNED NOT NULL DEFAULT 0) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_tickettasks (tickets_id, taskcategories_id, date, users_id, content, is_private, actiontime, state, users_id_tech)
SELECT 1 + seq MOD 200, 0, '2021-05-01 07:00:00' + INTERVAL seq * 17 MINUTE, 3 + seq MOD 2, CONCAT('&#60;ul&#62;&#60;li&#62;Task ', seq, '&#60;/li&#62;&#60;/ul&#62;'), seq MOD 3 = 0, seq * 60, seq MOD 3, 4 FROM seq_1_to_150;
INSERT INTO glpi_tickettasks (tickets_id, date, users_id, content, sourceitems_id) VALUES (1, '2021-08-02 09:00:00', 3, 'task of the other', 402), (999, '2021-08-02 09:00:00', 3, 'of no ticket', 0);
CREATE TABLE glpi_itilsolutions (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, itemtype VARCHAR(100) NOT NULL, items_id INT UNSIGNED NOT NULL DEFAULT 0, solutiontypes_id INT UNSIGNED NOT NULL DEFAULT 0, solutiontype_name VARCHAR(255), content LONGTEXT,
  date_creation TIMESTAMP NULL, date_mod TIMESTAMP NULL, date_approval TIMESTAMP NULL, users_id INT UNSIGNED NOT NULL DEFAULT 0, user_name VARCHAR(255), users_id_editor INT UNSIGNED NOT NULL DEFAULT 0,
  users_id_approval INT UNSIGNED NOT NULL DEFAULT 0, user_name_approval VARCHAR(255), status INT NOT NULL DEFAULT 1, itilfollowups_id INT UNSIGNED) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_itilsolutions (itemtype, items_id, content, date_creation, users_id, status)
SELECT 'Ticket', seq, CONCAT('&#60;p&#62;Solution of ', seq, '&#60;/p&#62;'), '2021-06-01 07:00:00' + INTERVAL seq * 29 MINUTE, 3, 2 + seq MOD 3 FROM seq_1_to_120;
INSERT INTO glpi_itilsolutions (itemtype, items_id, content, date_creation, users_id, user_name) VALUES ('Ticket', 4, 'a second one', '2021-09-01 00:00:00', 0, 'From Outside'), ('Change', 4, 'of a change', '2021-09-01 00:00:00', 3, NULL);
CREATE TABLE glpi_ticketvalidations (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, entities_id INT UNSIGNED NOT NULL DEFAULT 0, users_id INT UNSIGNED NOT NULL DEFAULT 0, tickets_id INT UNSIGNED NOT NULL DEFAULT 0, users_id_validate INT UNSIGNED NOT NULL DEFAULT 0,
  comment_submission TEXT, comment_validation TEXT, status INT NOT NULL DEFAULT 2, submission_date TIMESTAMP NULL, validation_date TIMESTAMP NULL) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_ticketvalidations (users_id, tickets_id, users_id_validate, comment_submission, comment_validation, status, submission_date, validation_date)
SELECT 3, seq * 7, 11 + seq, CONCAT('&#60;p&#62;May we? ', seq, '&#60;/p&#62;'), ELT(1 + seq MOD 3, CONCAT('Yes ', seq), NULL, ''), 2 + seq MOD 3, '2021-06-05 10:00:00' + INTERVAL seq HOUR, IF(seq MOD 3 = 0, '2021-06-06 10:00:00' + INTERVAL seq HOUR, NULL) FROM seq_1_to_25;
INSERT INTO glpi_ticketvalidations (users_id, tickets_id, users_id_validate, comment_submission) VALUES (3, 999, 4, 'of no ticket');

CREATE TABLE glpi_documents (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, entities_id INT UNSIGNED NOT NULL DEFAULT 0, name VARCHAR(255), filename VARCHAR(255), filepath VARCHAR(255), mime VARCHAR(255), date_mod TIMESTAMP NULL, comment TEXT,
  is_deleted TINYINT NOT NULL DEFAULT 0, link VARCHAR(255), users_id INT UNSIGNED NOT NULL DEFAULT 0, tickets_id INT UNSIGNED NOT NULL DEFAULT 0, sha1sum CHAR(40), tag VARCHAR(255), date_creation TIMESTAMP NULL) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_documents (id, name, filename, filepath, mime, sha1sum)
SELECT seq, CONCAT('Document ', seq), CONCAT('scan', seq, '.pdf'), CONCAT('PDF/', LPAD(HEX(seq MOD 16), 2, '0'), '/', SHA1(seq), '.PDF'), 'application/pdf', SHA1(seq) FROM seq_1_to_80;
INSERT INTO glpi_documents (id, name, filename, filepath, mime, is_deleted, link) VALUES
  (101, 'Screen', 'Écran 表 &#38; 😀.png', 'PNG/aa/1.PNG', 'IMAGE/PNG', 0, NULL), (102, 'No name', '', 'PNG/aa/2.PNG', 'image/png', 0, NULL), (103, 'No type', 'thing', 'BIN/aa/3.BIN', NULL, 0, NULL), (104, 'Empty', 'empty.txt', 'TXT/aa/4.TXT', 'text/plain', 0, NULL),
  (105, 'Missing', 'missing.txt', 'TXT/aa/missing.TXT', 'text/plain', 0, NULL), (106, 'In the bin', 'bin.txt', 'TXT/aa/6.TXT', 'text/plain', 1, NULL), (107, 'An address', NULL, NULL, NULL, 0, 'https://wiki.example/page?a=1&b=2'),
  (108, 'Of a computer', 'asset.txt', 'TXT/aa/8.TXT', 'text/plain', 0, NULL), (109, 'Mail', 'mail.eml', 'EML/aa/9.EML', 'message/rfc822', 0, NULL), (110, 'Outside', 'passwd', '../../etc/passwd', 'text/plain', 0, NULL);
CREATE TABLE glpi_documents_items (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, documents_id INT UNSIGNED NOT NULL DEFAULT 0, items_id INT UNSIGNED NOT NULL DEFAULT 0, itemtype VARCHAR(100) NOT NULL, entities_id INT UNSIGNED NOT NULL DEFAULT 0, date_mod TIMESTAMP NULL, users_id INT UNSIGNED DEFAULT 0, timeline_position TINYINT NOT NULL DEFAULT 0, date_creation TIMESTAMP NULL) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_documents_items (documents_id, items_id, itemtype) SELECT seq, seq * 3, ELT(1 + seq MOD 4, 'Ticket', 'ITILFollowup', 'TicketTask', 'ITILSolution') FROM seq_1_to_38 UNION ALL SELECT seq, seq, 'Ticket' FROM seq_30_to_80;
INSERT INTO glpi_documents_items (documents_id, items_id, itemtype) VALUES (101, 1, 'Ticket'), (101, 2, 'Ticket'), (102, 1, 'Ticket'), (103, 1, 'ITILFollowup'), (104, 2, 'Ticket'), (105, 3, 'Ticket'), (106, 3, 'Ticket'), (107, 3, 'Ticket'), (108, 3, 'Computer'), (109, 3, 'Ticket'), (1, 999, 'Ticket'), (110, 4, 'Ticket');

CREATE TABLE glpi_logs (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, itemtype VARCHAR(100) NOT NULL DEFAULT '', items_id INT UNSIGNED NOT NULL DEFAULT 0, itemtype_link VARCHAR(100) NOT NULL DEFAULT '', linked_action INT NOT NULL DEFAULT 0, user_name VARCHAR(255), date_mod TIMESTAMP NULL, id_search_option INT NOT NULL DEFAULT 0, old_value VARCHAR(255), new_value VARCHAR(255), KEY (itemtype, items_id)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_logs (itemtype, items_id, itemtype_link, linked_action, user_name, date_mod, id_search_option, old_value, new_value)
SELECT 'Ticket', t.id, k.link, k.action, ELT(1 + t.id MOD 3, 'Côté Zoé (3)', 'Pat (4)', 'cron_mailgate'), t.date + INTERVAL k.n MINUTE, k.opt, k.was, k.became
FROM glpi_tickets t JOIN (SELECT 1 AS n, '0' AS link, 20 AS action, 0 AS opt, '' AS was, '' AS became UNION ALL SELECT 2, '', 0, 12, '1', '2' UNION ALL SELECT 3, '', 0, 3, '3', '5' UNION ALL SELECT 4, 'User', 15, 5, '', 'Pat (4)'
  UNION ALL SELECT 5, 'User', 16, 5, 'Pat (4)', '' UNION ALL SELECT 6, 'Group', 15, 8, '', 'Helpdesk &#62; Réseau (2)' UNION ALL SELECT 7, '', 0, 7, 'Mail (1)', 'Mail &#62; Relay (2)' UNION ALL SELECT 8, '', 0, 21, '', 'words' UNION ALL SELECT 9, 'ITILFollowup', 17, 0, '', '(12)'
  UNION ALL SELECT 10, '', 0, 12, '4', '77' UNION ALL SELECT 11, '', 0, 150, '1', '2') k WHERE (t.id + k.n) MOD 4 = 0 AND t.date IS NOT NULL;
INSERT INTO glpi_logs (itemtype, items_id, linked_action, user_name, date_mod) VALUES ('Computer', 1, 20, 'glpi (2)', '2021-01-01 00:00:00'), ('Ticket', 999, 20, 'glpi (2)', '2021-01-01 00:00:00');
CREATE TABLE glpi_ticketcosts (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, tickets_id INT UNSIGNED NOT NULL DEFAULT 0, name VARCHAR(255), actiontime INT NOT NULL DEFAULT 0, cost_time DECIMAL(20,4) NOT NULL DEFAULT 0, cost_fixed DECIMAL(20,4) NOT NULL DEFAULT 0) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_ticketcosts VALUES (1, 1, 'Work', 3600, 80.5, 0);
CREATE TABLE glpi_ticketsatisfactions (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, tickets_id INT UNSIGNED NOT NULL DEFAULT 0, type INT NOT NULL DEFAULT 1, satisfaction INT, comment TEXT) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_ticketsatisfactions VALUES (1, 1, 1, 4, 'good');
CREATE TABLE glpi_computers (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255), serial VARCHAR(255)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_computers VALUES (1, 'pc-1', 'S1'), (2, 'pc-2', 'S2');
CREATE TABLE glpi_configs (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, context VARCHAR(150), name VARCHAR(150), value TEXT) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_configs VALUES (1, 'core', 'version', '10.0.16'), (2, 'core', 'smtp_passwd', 'SECRET-smtp');
CREATE TABLE glpi_authldaps (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255), host VARCHAR(255), rootdn_passwd VARCHAR(255)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_authldaps VALUES (1, 'ours', 'ldap.example', 'SECRET-ldap');
CREATE TABLE glpi_events (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, items_id INT UNSIGNED NOT NULL DEFAULT 0, type VARCHAR(255), message TEXT) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_events VALUES (1, 1, 'system', 'glpi logs in');

-- The plugin "fields": two blocks for tickets, one for computers, a dropdown.
CREATE TABLE glpi_plugin_fields_containers (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255), label VARCHAR(255), itemtypes LONGTEXT, type VARCHAR(255), subtype VARCHAR(255), entities_id INT UNSIGNED NOT NULL DEFAULT 0, is_recursive TINYINT NOT NULL DEFAULT 0, is_active TINYINT NOT NULL DEFAULT 0) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_plugin_fields_containers VALUES (1, 'extra', 'Extra', '["Ticket"]', 'dom', NULL, 0, 1, 1), (2, 'more', 'More', '["Ticket","Change"]', 'tab', NULL, 0, 1, 0), (3, 'asset', 'Asset', '["Computer"]', 'tab', NULL, 0, 1, 1);
CREATE TABLE glpi_plugin_fields_fields (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255), label VARCHAR(255), type VARCHAR(255), plugin_fields_containers_id INT UNSIGNED NOT NULL DEFAULT 0, ranking INT NOT NULL DEFAULT 0, default_value VARCHAR(255), is_active TINYINT NOT NULL DEFAULT 1) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_plugin_fields_fields VALUES (1, 'serialfield', 'Serial', 'text', 1, 1, NULL, 1), (2, 'storyfield', 'Story', 'textarea', 1, 2, NULL, 1), (3, 'colourfield', 'Colour', 'dropdown', 1, 3, NULL, 1), (4, 'agreedfield', 'Agreed', 'yesno', 1, 4, NULL, 1),
  (5, 'dayfield', 'Day', 'date', 1, 5, NULL, 1), (6, 'countfield', 'Count', 'number', 1, 6, NULL, 0), (7, 'titlefield', 'Heading', 'header', 1, 7, NULL, 1), (8, 'serialfieldtwo', 'Serial', 'text', 2, 1, NULL, 1), (9, 'entityfield', 'Entity', 'text', 2, 2, NULL, 1), (10, 'rackfield', 'Rack', 'text', 3, 1, NULL, 1);
CREATE TABLE glpi_plugin_fields_colourfielddropdowns (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255), completename TEXT) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_plugin_fields_colourfielddropdowns VALUES (1, 'Rot', 'Warm &#62; Rot'), (2, 'Blau', NULL);
CREATE TABLE glpi_plugin_fields_ticketextras (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, items_id INT UNSIGNED NOT NULL, itemtype VARCHAR(255) DEFAULT 'Ticket', plugin_fields_containers_id INT UNSIGNED NOT NULL DEFAULT 1, serialfield VARCHAR(255), storyfield TEXT, plugin_fields_colourfielddropdowns_id INT UNSIGNED NOT NULL DEFAULT 0, agreedfield INT, dayfield DATE, countfield VARCHAR(255)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_plugin_fields_ticketextras (items_id, serialfield, storyfield, plugin_fields_colourfielddropdowns_id, agreedfield, dayfield, countfield)
SELECT seq, CONCAT('SN ', seq, ' №'), IF(seq MOD 2, CONCAT('Once &#60;upon&#62; ', seq), NULL), seq MOD 3, seq MOD 2, IF(seq MOD 4, '1969-12-31' + INTERVAL seq DAY, NULL), IF(seq MOD 5, seq, '') FROM seq_1_to_90;
INSERT INTO glpi_plugin_fields_ticketextras (items_id, serialfield) VALUES (999, 'of no ticket');
CREATE TABLE glpi_plugin_fields_ticketmores (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, items_id INT UNSIGNED NOT NULL, itemtype VARCHAR(255) DEFAULT 'Ticket', plugin_fields_containers_id INT UNSIGNED NOT NULL DEFAULT 2, serialfieldtwo VARCHAR(255), entityfield VARCHAR(255)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_plugin_fields_ticketmores (items_id, serialfieldtwo, entityfield) SELECT seq, CONCAT('second ', seq), 'of ours' FROM seq_1_to_10;
CREATE TABLE glpi_plugin_fields_computerassets (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, items_id INT UNSIGNED NOT NULL, itemtype VARCHAR(255) DEFAULT 'Computer', plugin_fields_containers_id INT UNSIGNED NOT NULL DEFAULT 3, rackfield VARCHAR(255)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
INSERT INTO glpi_plugin_fields_computerassets (items_id, rackfield) VALUES (1, 'R1');
