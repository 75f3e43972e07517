-- A desk as OTRS 6 keeps it: its tables, columns and types as far as a migration meets them, and rows made for it, from
-- ordinary ones (the sequence engine counts them) to the odd ones that real desks collect.
SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO';

CREATE TABLE valid (
  id SMALLINT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) NOT NULL, create_time DATETIME NOT NULL,
  create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL, UNIQUE KEY valid_name (name)) DEFAULT CHARSET=utf8mb4;
INSERT INTO valid VALUES (1, 'valid', NOW(), 1, NOW(), 1), (2, 'invalid', NOW(), 1, NOW(), 1), (3, 'invalid-temporarily', NOW(), 1, NOW(), 1);

CREATE TABLE users (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, login VARCHAR(200) NOT NULL, pw VARCHAR(128) NOT NULL, title VARCHAR(50) NULL,
  first_name VARCHAR(100) NOT NULL, last_name VARCHAR(100) NOT NULL, valid_id SMALLINT NOT NULL, create_time DATETIME NOT NULL,
  create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL, UNIQUE KEY users_login (login)) DEFAULT CHARSET=utf8mb4;
INSERT INTO users VALUES
  (1, 'root@localhost', 'hash-of-root', NULL, 'Admin', 'OTRS', 1, '2018-01-01 08:00:00', 1, '2018-01-01 08:00:00', 1),
  (2, 'anna', 'hash-of-anna', 'Dr.', 'Anna', 'Östberg', 1, '2018-02-01 08:00:00', 1, '2019-02-01 08:00:00', 1),
  (3, 'bernard', 'hash-of-bernard', NULL, 'Bernard', 'Lefèvre', 1, '2018-02-02 08:00:00', 1, '2019-02-01 08:00:00', 1),
  (4, 'chie', 'hash-of-chie', '', '千恵', '田中', 1, '2018-02-03 08:00:00', 1, '2019-02-01 08:00:00', 1),
  (5, 'left', 'hash-of-left', NULL, 'Someone', 'Who Left', 2, '2018-02-04 08:00:00', 1, '2019-02-01 08:00:00', 1),
  (6, 'nameless', 'hash-of-nameless', NULL, '', '', 3, '2018-02-05 08:00:00', 1, '2019-02-01 08:00:00', 1);

CREATE TABLE user_preferences (
  user_id INTEGER NOT NULL, preferences_key VARCHAR(150) NOT NULL, preferences_value LONGBLOB NULL, KEY user_preferences_user_id (user_id)) DEFAULT CHARSET=utf8mb4;
INSERT INTO user_preferences VALUES
  (1, 'UserEmail', 'root@localhost'), (2, 'UserEmail', 'anna@desk.example'), (2, 'UserLanguage', 'de'),
  (3, 'UserEmail', 'bernard@desk.example'), (3, 'UserLanguage', 'fr_CA'), (4, 'UserEmail', 'chie@desk.example'), (4, 'UserLanguage', 'ja'),
  (2, 'UserGoogleAuthenticatorSecretKey', 'SECRET-OF-ANNA'), (3, 'UserLastPwChangeTime', '1500000000'), (2, 'UserSkin', 'default'), (5, 'UserEmail', '');

CREATE TABLE `groups` (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) NOT NULL, comments VARCHAR(250) NULL, valid_id SMALLINT NOT NULL,
  create_time DATETIME NOT NULL, create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL, UNIQUE KEY groups_name (name)) DEFAULT CHARSET=utf8mb4;
INSERT INTO `groups` VALUES (1, 'users', 'Everybody', 1, NOW(), 1, NOW(), 1), (2, 'admin', '', 1, NOW(), 1, NOW(), 1);
CREATE TABLE group_user (
  user_id INTEGER NOT NULL, group_id INTEGER NOT NULL, permission_key VARCHAR(20) NOT NULL, create_time DATETIME NOT NULL,
  create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO group_user SELECT id, 1, 'rw', NOW(), 1, NOW(), 1 FROM users;

CREATE TABLE customer_company (
  customer_id VARCHAR(150) NOT NULL PRIMARY KEY, name VARCHAR(200) NOT NULL, street VARCHAR(200) NULL, zip VARCHAR(200) NULL,
  city VARCHAR(200) NULL, country VARCHAR(200) NULL, url VARCHAR(200) NULL, comments VARCHAR(250) NULL, valid_id SMALLINT NOT NULL,
  create_time DATETIME NOT NULL, create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO customer_company VALUES
  ('north', 'Nordwind GmbH', 'Kaistraße 1', '20457', 'Hamburg', 'Germany', NULL, NULL, 1, NOW(), 1, NOW(), 1),
  ('south', 'Южный ветер', NULL, NULL, 'Одеса', 'Ukraine', NULL, NULL, 1, NOW(), 1, NOW(), 1);

CREATE TABLE customer_user (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, login VARCHAR(200) NOT NULL, email VARCHAR(150) NOT NULL, customer_id VARCHAR(150) NOT NULL,
  pw VARCHAR(128) NULL, title VARCHAR(50) NULL, first_name VARCHAR(100) NOT NULL, last_name VARCHAR(100) NOT NULL, phone VARCHAR(150) NULL,
  fax VARCHAR(150) NULL, mobile VARCHAR(150) NULL, street VARCHAR(150) NULL, zip VARCHAR(200) NULL, city VARCHAR(200) NULL,
  country VARCHAR(200) NULL, comments VARCHAR(250) NULL, valid_id SMALLINT NOT NULL, create_time DATETIME NOT NULL,
  create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL, UNIQUE KEY customer_user_login (login)) DEFAULT CHARSET=utf8mb4;
INSERT INTO customer_user (id, login, email, customer_id, pw, first_name, last_name, phone, valid_id, create_time, create_by, change_time, change_by)
SELECT seq, CONCAT('customer', seq), CONCAT('Customer', seq, '@north.example'), IF(seq MOD 2, 'north', 'south'), CONCAT('hash-of-customer-', seq),
       CONCAT('Given', seq), CONCAT('Family', seq), CONCAT('+49 40 ', seq), IF(seq MOD 9, 1, 2), '2018-03-01 08:00:00' + INTERVAL seq HOUR, 1, NOW(), 1
FROM seq_1_to_30;
INSERT INTO customer_user (id, login, email, customer_id, pw, first_name, last_name, valid_id, create_time, create_by, change_time, change_by) VALUES
  (31, 'anna', 'anna@north.example', 'north', NULL, 'Anna', 'Other', 1, '2018-04-01 08:00:00', 1, NOW(), 1),
  (32, 'ольга', 'olga@south.example', 'south', '', 'Ольга', 'Ветрова', 1, '2018-04-02 08:00:00', 1, NOW(), 1),
  (33, 'emoji', 'smile@south.example', 'south', NULL, 'Smile', '😀', 1, '2018-04-03 08:00:00', 1, NOW(), 1),
  (34, 'same-mail', 'Customer1@north.example', 'north', NULL, 'Shares', 'A Mailbox', 1, '2018-04-04 08:00:00', 1, NOW(), 1);
CREATE TABLE customer_preferences (
  user_id VARCHAR(250) NOT NULL, preferences_key VARCHAR(150) NOT NULL, preferences_value VARCHAR(250) NULL, KEY customer_preferences_user_id (user_id)) DEFAULT CHARSET=utf8mb4;
INSERT INTO customer_preferences VALUES ('customer2', 'UserLanguage', 'fr'), ('customer3', 'UserLanguage', 'en'), ('customer3', 'UserPassword', 'SECRET-OF-CUSTOMER');
CREATE TABLE customer_user_customer (
  user_id VARCHAR(100) NOT NULL, customer_id VARCHAR(150) NOT NULL, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL,
  change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO customer_user_customer VALUES ('customer1', 'south', NOW(), 1, NOW(), 1);

CREATE TABLE queue (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) NOT NULL, group_id INTEGER NOT NULL, unlock_timeout INTEGER NULL,
  first_response_time INTEGER NULL, first_response_notify SMALLINT NULL, update_time INTEGER NULL, update_notify SMALLINT NULL,
  solution_time INTEGER NULL, solution_notify SMALLINT NULL, system_address_id SMALLINT NOT NULL, calendar_name VARCHAR(100) NULL,
  default_sign_key VARCHAR(100) NULL, salutation_id SMALLINT NOT NULL, signature_id SMALLINT NOT NULL, follow_up_id SMALLINT NOT NULL,
  follow_up_lock SMALLINT NOT NULL, comments VARCHAR(250) NULL, valid_id SMALLINT NOT NULL, create_time DATETIME NOT NULL,
  create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL, UNIQUE KEY queue_name (name)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO queue (id, name, group_id, first_response_time, solution_time, system_address_id, salutation_id, signature_id, follow_up_id, follow_up_lock, comments, valid_id, create_time, create_by, change_time, change_by) VALUES
  (1, 'Postmaster', 1, 60, 480, 1, 1, 1, 1, 0, 'Postmaster queue.', 1, NOW(), 1, NOW(), 1),
  (2, 'Raw', 1, NULL, NULL, 1, 1, 1, 1, 0, NULL, 1, NOW(), 1, NOW(), 1),
  (3, 'Support::Réseau', 1, NULL, NULL, 1, 1, 1, 1, 0, 'Network', 1, NOW(), 1, NOW(), 1),
  (4, 'Junk', 1, NULL, NULL, 1, 1, 1, 1, 0, '', 2, NOW(), 1, NOW(), 1),
  (5, 'RAW', 1, NULL, NULL, 1, 1, 1, 1, 0, 'Differs in letters only', 1, NOW(), 1, NOW(), 1);
CREATE TABLE queue_preferences (queue_id INTEGER NOT NULL, preferences_key VARCHAR(150) NOT NULL, preferences_value VARCHAR(250) NULL) DEFAULT CHARSET=utf8mb4;

CREATE TABLE ticket_state_type (
  id SMALLINT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) NOT NULL, comments VARCHAR(250) NULL, create_time DATETIME NOT NULL,
  create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO ticket_state_type SELECT seq, ELT(seq, 'new', 'open', 'closed', 'pending reminder', 'pending auto', 'removed', 'merged'), NULL, NOW(), 1, NOW(), 1 FROM seq_1_to_7;
CREATE TABLE ticket_state (
  id SMALLINT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) NOT NULL, comments VARCHAR(250) NULL, type_id SMALLINT NOT NULL,
  valid_id SMALLINT NOT NULL, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO ticket_state
SELECT seq, ELT(seq, 'new', 'closed successful', 'closed unsuccessful', 'open', 'removed', 'pending reminder', 'pending auto close+', 'pending auto close-', 'merged', 'Waiting for vendor'),
       NULL, ELT(seq, 1, 3, 3, 2, 6, 4, 5, 5, 7, 4), 1, NOW(), 1, NOW(), 1 FROM seq_1_to_10;
CREATE TABLE ticket_priority (
  id SMALLINT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) NOT NULL, valid_id SMALLINT NOT NULL, create_time DATETIME NOT NULL,
  create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO ticket_priority SELECT seq, ELT(seq, '1 very low', '2 low', '3 normal', '4 high', '5 very high'), 1, NOW(), 1, NOW(), 1 FROM seq_1_to_5;
CREATE TABLE ticket_type LIKE ticket_priority;
INSERT INTO ticket_type SELECT seq, ELT(seq, 'Unclassified', 'Störung'), 1, NOW(), 1, NOW(), 1 FROM seq_1_to_2;
CREATE TABLE ticket_lock_type LIKE ticket_priority;
INSERT INTO ticket_lock_type SELECT seq, ELT(seq, 'unlock', 'lock', 'tmp_lock'), 1, NOW(), 1, NOW(), 1 FROM seq_1_to_3;
CREATE TABLE ticket_history_type (
  id SMALLINT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) NOT NULL, comments VARCHAR(250) NULL, valid_id SMALLINT NOT NULL,
  create_time DATETIME NOT NULL, create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO ticket_history_type
SELECT seq, ELT(seq, 'NewTicket', 'FollowUp', 'SendAutoReply', 'SendAnswer', 'EmailCustomer', 'PhoneCallAgent', 'AddNote', 'Move', 'Lock', 'TimeAccounting',
                'CustomerUpdate', 'PriorityUpdate', 'OwnerUpdate', 'StateUpdate', 'TicketDynamicFieldUpdate', 'Merged', 'TitleUpdate', 'Misc', 'ArchiveFlagUpdate', 'ChatExternal'),
       NULL, 1, NOW(), 1, NOW(), 1 FROM seq_1_to_20;

CREATE TABLE service (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) NOT NULL, valid_id SMALLINT NOT NULL, comments VARCHAR(250) NULL,
  create_time DATETIME NOT NULL, create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO service VALUES (1, 'Mail', 1, NULL, NOW(), 1, NOW(), 1), (2, 'Mail::Relay', 1, 'Out', NOW(), 1, NOW(), 1);
CREATE TABLE sla (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) NOT NULL, calendar_name VARCHAR(100) NULL, first_response_time INTEGER NOT NULL,
  first_response_notify SMALLINT NULL, update_time INTEGER NOT NULL, update_notify SMALLINT NULL, solution_time INTEGER NOT NULL,
  solution_notify SMALLINT NULL, valid_id SMALLINT NOT NULL, comments VARCHAR(250) NULL, create_time DATETIME NOT NULL,
  create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO sla VALUES (1, 'Gold', '1', 30, 80, 60, 80, 240, 80, 1, NULL, NOW(), 1, NOW(), 1);

CREATE TABLE ticket (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, tn VARCHAR(50) NOT NULL, title VARCHAR(255) NULL, queue_id INTEGER NOT NULL,
  ticket_lock_id SMALLINT NOT NULL, type_id SMALLINT NULL, service_id INTEGER NULL, sla_id INTEGER NULL, user_id INTEGER NOT NULL,
  responsible_user_id INTEGER NOT NULL, ticket_priority_id SMALLINT NOT NULL, ticket_state_id SMALLINT NOT NULL, customer_id VARCHAR(150) NULL,
  customer_user_id VARCHAR(250) NULL, timeout INTEGER NOT NULL, until_time INTEGER NOT NULL, escalation_time INTEGER NOT NULL,
  escalation_update_time INTEGER NOT NULL, escalation_response_time INTEGER NOT NULL, escalation_solution_time INTEGER NOT NULL,
  archive_flag SMALLINT NOT NULL DEFAULT 0, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL, change_time DATETIME NOT NULL,
  change_by INTEGER NOT NULL, UNIQUE KEY ticket_tn (tn), KEY ticket_customer_user_id (customer_user_id)) DEFAULT CHARSET=utf8mb4;
INSERT INTO ticket
SELECT seq, CONCAT('20190301', LPAD(10000000 + seq, 8, '0')), CONCAT('Request about thing ', seq, IF(seq MOD 7 = 0, ' — déjà vu 😀', '')), 1 + seq MOD 5,
       1 + seq MOD 3, IF(seq MOD 4, 1 + seq MOD 2, NULL), IF(seq MOD 5 = 0, 1 + seq MOD 2, NULL), IF(seq MOD 5 = 0, 1, NULL), 1 + seq MOD 6,
       1 + seq MOD 4, 1 + seq MOD 5, ELT(1 + seq MOD 9, 1, 2, 3, 4, 6, 7, 8, 4, 10), IF(seq MOD 11, IF(seq MOD 2, 'north', 'south'), 'not-a-company'),
       CONCAT('customer', 1 + seq MOD 30), 0, IF(1 + seq MOD 9 IN (5, 6, 7, 9), 1900000000 + seq, 0), IF(seq MOD 5 = 0, 1900000000, 0), 0, 0, 0, seq MOD 50 = 0,
       '2019-03-01 07:00:00' + INTERVAL seq * 37 MINUTE, 1 + seq MOD 4, '2019-06-01 07:00:00' + INTERVAL seq * 41 MINUTE, 1 + seq MOD 5
FROM seq_1_to_320;
-- 401 removed, 402 and 403 merged into 1 (new and old words), 404 merged with only a link left, 405 merged and nothing left,
-- 406 from a stranger's address, 407 of a customer who is gone, 408 without a customer, 409 by mail address, 410 bare.
INSERT INTO ticket VALUES
  (401, '2019030190000401', 'Please remove me', 2, 1, 1, NULL, NULL, 2, 1, 3, 5, 'north', 'customer5', 0, 0, 0, 0, 0, 0, 0, '2019-04-01 10:00:00', 2, '2019-04-02 10:00:00', 2),
  (402, '2019030190000402', 'Same as the first', 2, 1, 1, NULL, NULL, 2, 1, 3, 9, 'north', 'customer2', 0, 0, 0, 0, 0, 0, 0, '2019-04-01 11:00:00', 2, '2019-04-02 10:00:00', 2),
  (403, '2019030190000403', 'Same again', 2, 1, 1, NULL, NULL, 2, 1, 3, 9, 'north', 'customer2', 0, 0, 0, 0, 0, 0, 0, '2019-04-01 12:00:00', 2, '2019-04-02 10:00:00', 2),
  (404, '2019030190000404', 'Only the link is left', 2, 1, 1, NULL, NULL, 2, 1, 3, 9, 'north', 'customer2', 0, 0, 0, 0, 0, 0, 0, '2019-04-01 13:00:00', 2, '2019-04-02 10:00:00', 2),
  (405, '2019030190000405', 'Merged with nobody knows what', 2, 1, 1, NULL, NULL, 2, 1, 3, 9, 'north', 'customer2', 0, 0, 0, 0, 0, 0, 0, '2019-04-01 14:00:00', 2, '2019-04-02 10:00:00', 2),
  (406, '2019030190000406', 'From outside', 2, 1, 1, NULL, NULL, 1, 1, 3, 1, 'someone@elsewhere.example', 'Someone@Elsewhere.example', 0, 0, 0, 0, 0, 0, 0, '2019-04-01 15:00:00', 1, '2019-04-02 10:00:00', 1),
  (407, '2019030190000407', 'Customer is gone', 2, 1, 1, NULL, NULL, 3, 1, 3, 4, NULL, 'ex-customer', 0, 0, 0, 0, 0, 0, 0, '2019-04-01 16:00:00', 3, '2019-04-02 10:00:00', 3),
  (408, '2019030190000408', '   ', 99, 1, NULL, NULL, NULL, 4, 1, 5, 4, '', NULL, 0, 0, 0, 0, 0, 0, 0, '2019-04-01 17:00:00', 4, '2019-04-02 10:00:00', 4),
  (409, '2019030190000409', 'By mail address', 3, 1, 1, NULL, NULL, 77, 1, 9, 4, 'south', 'OLGA@south.example', 0, 0, 0, 0, 0, 0, 0, '2019-04-01 18:00:00', 4, '2019-04-02 10:00:00', 4),
  (410, '2019030190000410', NULL, 4, 1, 1, NULL, NULL, 2, 1, 1, 2, 'south', 'ольга', 0, 0, 0, 0, 0, 0, 1, '2019-04-01 19:00:00', 88, '2019-04-02 10:00:00', 4);

CREATE TABLE ticket_flag (ticket_id BIGINT NOT NULL, ticket_key VARCHAR(50) NOT NULL, ticket_value VARCHAR(50) NULL, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO ticket_flag SELECT seq, 'Seen', '1', NOW(), 2 FROM seq_1_to_50 UNION ALL SELECT seq, 'Important', '1', NOW(), 3 FROM seq_1_to_4;
CREATE TABLE ticket_watcher (ticket_id BIGINT NOT NULL, user_id INTEGER NOT NULL, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO ticket_watcher SELECT seq, 2 + seq MOD 3, NOW(), 1, NOW(), 1 FROM seq_1_to_60;
INSERT INTO ticket_watcher SELECT seq, 5, NOW(), 1, NOW(), 1 FROM seq_1_to_10;
INSERT INTO ticket_watcher VALUES (1, 3, NOW(), 1, NOW(), 1), (999, 3, NOW(), 1, NOW(), 1), (5, 66, NOW(), 1, NOW(), 1);
CREATE TABLE ticket_index (ticket_id BIGINT NOT NULL, queue_id INTEGER NOT NULL, queue VARCHAR(200) NOT NULL, group_id INTEGER NOT NULL, s_lock VARCHAR(200) NOT NULL, s_state VARCHAR(200) NOT NULL, create_time DATETIME NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO ticket_index SELECT id, queue_id, '', 1, '', '', create_time FROM ticket;

CREATE TABLE article_sender_type (id SMALLINT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) NOT NULL, comments VARCHAR(250) NULL, valid_id SMALLINT NOT NULL, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO article_sender_type SELECT seq, ELT(seq, 'agent', 'system', 'customer'), NULL, 1, NOW(), 1, NOW(), 1 FROM seq_1_to_3;
CREATE TABLE communication_channel (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) NOT NULL, module VARCHAR(200) NOT NULL, package_name VARCHAR(200) NOT NULL, channel_data LONGBLOB NOT NULL, valid_id SMALLINT NOT NULL, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO communication_channel SELECT seq, ELT(seq, 'Email', 'Phone', 'Internal', 'Chat', 'SMS'), '', 'Framework', '---', 1, NOW(), 1, NOW(), 1 FROM seq_1_to_5;

CREATE TABLE article (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, ticket_id BIGINT NOT NULL, article_sender_type_id SMALLINT NOT NULL,
  communication_channel_id BIGINT NOT NULL, is_visible_for_customer SMALLINT NOT NULL, search_index_needs_rebuild SMALLINT NOT NULL DEFAULT 1,
  insert_fingerprint VARCHAR(64) NULL, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL, change_time DATETIME NOT NULL,
  change_by INTEGER NOT NULL, KEY article_ticket_id (ticket_id)) DEFAULT CHARSET=utf8mb4;
CREATE TABLE article_data_mime (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, article_id BIGINT NOT NULL, a_from MEDIUMTEXT NULL, a_reply_to MEDIUMTEXT NULL, a_to MEDIUMTEXT NULL,
  a_cc MEDIUMTEXT NULL, a_bcc MEDIUMTEXT NULL, a_subject TEXT NULL, a_message_id TEXT NULL, a_message_id_md5 VARCHAR(32) NULL, a_in_reply_to MEDIUMTEXT NULL,
  a_references MEDIUMTEXT NULL, a_content_type VARCHAR(250) NULL, a_body MEDIUMTEXT NULL, incoming_time INTEGER NOT NULL, content_path VARCHAR(250) NULL,
  create_time DATETIME NOT NULL, create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL,
  KEY article_data_mime_article_id (article_id)) DEFAULT CHARSET=utf8mb4;
-- Three articles for every ticket: the customer's mail or call, an agent's answer, a note.
INSERT INTO article SELECT seq * 3 - 2, seq, 3, 1 + seq MOD 2, 1, 0, NULL, '2019-03-01 07:00:00' + INTERVAL seq * 37 MINUTE, 1, NOW(), 1 FROM seq_1_to_320;
INSERT INTO article SELECT seq * 3 - 1, seq, 1, 1, 1, 0, NULL, '2019-03-01 08:00:00' + INTERVAL seq * 37 MINUTE, 2 + seq MOD 3, NOW(), 1 FROM seq_1_to_320;
INSERT INTO article SELECT seq * 3, seq, 1 + seq MOD 2, 3, seq MOD 8 = 0, 0, NULL, '2019-03-01 09:00:00' + INTERVAL seq * 37 MINUTE, 1 + seq MOD 5, NOW(), 1 FROM seq_1_to_320;
INSERT INTO article_data_mime (id, article_id, a_from, a_to, a_cc, a_subject, a_message_id, a_content_type, a_body, incoming_time, content_path, create_time, create_by, change_time, change_by)
SELECT a.id + 5000, a.id,
       IF(a.article_sender_type_id = 3, CONCAT('"Family', 1 + a.ticket_id MOD 30, ', Given" <CUSTOMER', 1 + a.ticket_id MOD 30, '@north.example>'), 'Support <support@desk.example>'),
       'Support <support@desk.example>', IF(a.id MOD 10, NULL, 'boss@north.example'), CONCAT('Subject of article ', a.id), CONCAT('<', a.id, '@north.example>'),
       'text/plain; charset=utf-8',
       CONCAT('Article ', a.id, '\n\nZażółć gęślą jaźń — ', REPEAT('line of text\r\n', a.id MOD 4), IF(a.id MOD 6 = 0, ' 🚀', ''), CHAR(0xC2A0 USING utf8mb4), 'end'),
       1551420000 + a.id, '2019/03/01', a.create_time, 1, a.change_time, 1
FROM article a;
-- The odd ones. 2001 HTML as the body, 2002 UTF-8 encoded twice, 2003 empty, 2004 a chat, 2005 of a channel without mime data,
-- 2006 to 2008 of tickets 401, 406 and 407, 2009 from an unknown second sender, 2010 a customer without an address, 2011 of a ticket
-- that is gone, 2012 long, 2013 by an agent that is gone, 2014 of ticket 408, 2015 of ticket 410, 2016 and 2017 of merged ones.
INSERT INTO article (id, ticket_id, article_sender_type_id, communication_channel_id, is_visible_for_customer, create_time, create_by, change_time, change_by)
SELECT 2000 + seq, ELT(seq, 1, 1, 2, 2, 3, 401, 406, 407, 4, 4, 9999, 5, 5, 408, 410, 402, 403), ELT(seq, 3, 3, 1, 3, 1, 3, 3, 3, 3, 3, 3, 1, 1, 1, 3, 1, 2),
       ELT(seq, 1, 1, 3, 4, 5, 1, 1, 1, 1, 2, 1, 1, 3, 2, 1, 3, 3), ELT(seq, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0),
       '2019-07-01 07:00:00' + INTERVAL seq HOUR, ELT(seq, 1, 1, 2, 1, 3, 1, 1, 1, 1, 1, 1, 4, 66, 4, 1, 2, 1), NOW(), 1 FROM seq_1_to_17;
INSERT INTO article_data_mime (id, article_id, a_from, a_to, a_subject, a_content_type, a_body, incoming_time, content_path, create_time, create_by, change_time, change_by) VALUES
  (7001, 2001, '=?utf-8?B?w4k=?= <customer2@north.example>', 'support@desk.example', 'HTML', 'text/html; charset=utf-8', '<p>Hello &amp; <b>goodbye</b> 😀</p>\n<script>alert(1)</script>', 0, '2019/07/01', NOW(), 1, NOW(), 1),
  (7002, 2002, 'customer2@north.example', 'support@desk.example', 'Twice', 'text/plain; charset=utf-8', CONVERT(CAST('Grüße aus Österreich, naïve façade' AS BINARY) USING latin1), 0, '2019/07/01', NOW(), 1, NOW(), 1),
  (7003, 2003, 'Anna <anna@desk.example>', NULL, NULL, 'text/plain; charset=utf-8', '', 0, '2019/07/01', NOW(), 2, NOW(), 2),
  (7006, 2006, 'Customer5@north.example', 'support@desk.example', 'Remove', 'text/plain; charset=ascii', 'Please remove all of this.', 0, '2019/07/01', NOW(), 1, NOW(), 1),
  (7007, 2007, '"Someone, Else" <Someone@Elsewhere.example>', 'support@desk.example', 'Hello', 'text/plain; charset=utf-8', 'From outside.', 0, '2019/07/01', NOW(), 1, NOW(), 1),
  (7008, 2008, 'ex-customer', 'support@desk.example', 'I go', 'text/plain', 'I am gone soon.', 0, '2019/07/01', NOW(), 1, NOW(), 1),
  (7009, 2009, 'Colleague <colleague@north.example>, boss@north.example', 'support@desk.example', 'Me too', NULL, 'I have this too.', 0, '2019/07/01', NOW(), 1, NOW(), 1),
  (7010, 2010, 'called without a number', 'Postmaster', 'Call', 'text/plain; charset=utf-8', 'On the phone.', 0, '2019/07/01', NOW(), 1, NOW(), 1),
  (7011, 2011, 'customer3@north.example', 'support@desk.example', 'Orphan', 'text/plain; charset=utf-8', 'Its ticket is gone.', 0, '2019/07/01', NOW(), 1, NOW(), 1),
  (7012, 2012, 'support@desk.example', 'customer1@north.example', 'Long', 'text/plain; charset=utf-8', REPEAT('0123456789abcdef ñ\n', 60000), 0, '2019/07/01', NOW(), 1, NOW(), 1),
  (7013, 2013, 'support@desk.example', NULL, 'Agent is gone', 'text/plain; charset=utf-8', NULL, 0, '2019/07/01', NOW(), 1, NOW(), 1),
  (7014, 2014, 'support@desk.example', NULL, 'Called', 'text/plain; charset=utf-8', 'Nobody asked.', 0, '2019/07/01', NOW(), 1, NOW(), 1),
  (7015, 2015, 'Ольга <olga@south.example>', NULL, 'Привет', 'text/plain; charset=utf-8', 'Привет, мир', 0, '2019/07/01', NOW(), 1, NOW(), 1),
  (7016, 2016, 'Anna <anna@desk.example>', NULL, 'Ticket Merged', 'text/plain; charset=ascii', 'Merged.', 0, '2019/07/01', NOW(), 2, NOW(), 2),
  (7017, 2017, 'Anna <anna@desk.example>', NULL, 'Ticket Merged', 'text/plain; charset=ascii', 'Merged.', 0, '2019/07/01', NOW(), 2, NOW(), 2);
CREATE TABLE article_data_mime_plain (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, article_id BIGINT NOT NULL, body LONGBLOB NOT NULL, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
-- Mails 4, 10 and 2001 came when the desk kept them as files; the test writes those.
INSERT INTO article_data_mime_plain
SELECT NULL, id, CONCAT('From: x\n\nraw ', UNHEX('00FF80')), NOW(), 1, NOW(), 1 FROM article
WHERE article_sender_type_id = 3 AND communication_channel_id = 1 AND id NOT IN (4, 10, 2001);
CREATE TABLE article_data_otrs_chat (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, article_id BIGINT NOT NULL, chat_participant_id VARCHAR(255) NOT NULL, chat_participant_name VARCHAR(255) NOT NULL,
  chat_participant_type VARCHAR(255) NOT NULL, message_text TEXT NULL, system_generated SMALLINT NOT NULL, create_time DATETIME NOT NULL, KEY (article_id)) DEFAULT CHARSET=utf8mb4;
INSERT INTO article_data_otrs_chat VALUES
  (1, 2004, '2', 'Anna Östberg', 'User', 'Hello, how can I help?', 0, '2019-07-01 11:00:00'), (2, 2004, 'customer3', 'Given3', 'Customer', 'It is broken 😢', 0, '2019-07-01 11:00:30'),
  (3, 2004, '2', 'Anna Östberg', 'User', NULL, 1, '2019-07-01 11:01:00'), (4, 2004, '2', 'Anna Östberg', 'User', 'Two\nlines', 0, '2019-07-01 11:02:00');
CREATE TABLE article_data_sms (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, article_id BIGINT NOT NULL, phone_number VARCHAR(50) NOT NULL, words TEXT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO article_data_sms VALUES (1, 2005, '+49 40 1', 'an add-on of the desk keeps this');
CREATE TABLE article_flag (article_id BIGINT NOT NULL, article_key VARCHAR(50) NOT NULL, article_value VARCHAR(50) NULL, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO article_flag SELECT seq, 'Seen', '1', NOW(), 2 FROM seq_1_to_200 UNION ALL SELECT seq, 'Important', '1', NOW(), 3 FROM seq_1_to_3;
CREATE TABLE article_search_index (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, ticket_id BIGINT NOT NULL, article_id BIGINT NOT NULL, article_key VARCHAR(200) NOT NULL, article_value MEDIUMTEXT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO article_search_index SELECT seq, seq, seq, 'MIMEBase_Body', 'words' FROM seq_1_to_30;

CREATE TABLE article_data_mime_attachment (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, article_id BIGINT NOT NULL, filename VARCHAR(250) NULL, content_size VARCHAR(30) NULL, content_type TEXT NULL,
  content_id VARCHAR(250) NULL, content_alternative VARCHAR(50) NULL, disposition VARCHAR(15) NULL, content LONGBLOB NULL, create_time DATETIME NOT NULL,
  create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL, KEY article_data_mime_attachment_article_id (article_id)) DEFAULT CHARSET=utf8mb4;
-- Mails carry their HTML as file-2; every fifth article has a file of bytes, a few sizes around a megabyte.
INSERT INTO article_data_mime_attachment
SELECT seq, seq * 3 - 2, 'file-2', '40', 'text/html; charset="utf-8"', NULL, NULL, 'inline', CONCAT('<p>Article ', seq * 3 - 2, ' é</p>'), NOW(), 1, NOW(), 1 FROM seq_1_to_160;
INSERT INTO article_data_mime_attachment
SELECT 1000 + seq, seq * 5, CONCAT('file-', seq, '.bin'), '', 'application/octet-stream; name="x"', NULL, NULL, 'attachment', UNHEX(REPEAT(SHA2(seq, 256), 1 + seq MOD 60)), NOW(), 1, NOW(), 1 FROM seq_1_to_190;
INSERT INTO article_data_mime_attachment VALUES
  (2001, 1, 'große Übersicht 表.pdf', '', 'application/pdf', NULL, NULL, 'attachment', UNHEX(REPEAT(SHA2('a', 256), 70000)), NOW(), 1, NOW(), 1),
  (2002, 1, 'pasted.png', '', 'IMAGE/PNG; name="pasted.png"', '<pasted@1>', '1', 'inline', UNHEX('89504E470D0A1A0A00FF'), NOW(), 1, NOW(), 1),
  (2003, 1, '', '', 'image/png', '<empty@1>', NULL, 'inline', UNHEX('89504E47'), NOW(), 1, NOW(), 1),
  (2004, 2, NULL, '', 'text/plain; charset=iso-8859-1', NULL, NULL, NULL, UNHEX('47FCDF'), NOW(), 1, NOW(), 1),
  (2005, 2, 'twice.txt', '', NULL, NULL, NULL, NULL, 'same bytes', NOW(), 1, NOW(), 1),
  (2006, 2, 'twice.txt', '', '', NULL, NULL, '', 'same bytes', NOW(), 1, NOW(), 1),
  (2007, 2001, 'empty.txt', '0', 'text/plain', NULL, NULL, 'attachment', '', NOW(), 1, NOW(), 1),
  (2008, 2001, 'none.txt', '0', 'text/plain', NULL, NULL, 'attachment', NULL, NOW(), 1, NOW(), 1),
  (2009, 2011, 'orphan.txt', '', 'text/plain', NULL, NULL, 'attachment', 'of a ticket that is gone', NOW(), 1, NOW(), 1),
  (2010, 2003, '😀.eml', '', 'message/rfc822', NULL, NULL, 'attachment', 'From: a@b.example\r\n\r\nforwarded', NOW(), 1, NOW(), 1),
  (2011, 2013, 'mega.bin', '', 'application/x-thing', NULL, NULL, 'attachment', REPEAT('x', 1048576), NOW(), 1, NOW(), 1),
  (2012, 2013, 'mega1.bin', '', 'application/x-thing', NULL, NULL, 'attachment', REPEAT('x', 1048577), NOW(), 1, NOW(), 1),
  (2013, 2005, 'of-sms.txt', '', 'text/plain', NULL, NULL, 'attachment', 'belongs to an article without mime data', NOW(), 1, NOW(), 1);

CREATE TABLE time_accounting (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, ticket_id BIGINT NOT NULL, article_id BIGINT NULL, time_unit DECIMAL(10,2) NOT NULL, create_time DATETIME NOT NULL,
  create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO time_accounting SELECT seq, 1 + seq MOD 40, IF(seq MOD 3, seq, NULL), seq * 0.25, NOW(), 2, NOW(), 2 FROM seq_1_to_90;

CREATE TABLE dynamic_field (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, internal_field SMALLINT NOT NULL DEFAULT 0, name VARCHAR(200) NOT NULL, label VARCHAR(200) NOT NULL, field_order INTEGER NOT NULL,
  field_type VARCHAR(200) NOT NULL, object_type VARCHAR(100) NOT NULL, config LONGBLOB NULL, valid_id SMALLINT NOT NULL, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL,
  change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO dynamic_field VALUES
  (1, 1, 'ProcessManagementProcessID', 'Process', 1, 'ProcessID', 'Ticket', '---\nDefaultValue: ''''\n', 1, NOW(), 1, NOW(), 1),
  (2, 0, 'Serial', 'Serial number', 2, 'Text', 'Ticket', '---\nDefaultValue: ''''\nLink: ''''\n', 1, NOW(), 1, NOW(), 1),
  (3, 0, 'Story', 'Long story', 3, 'TextArea', 'Ticket', '---\nCols: ''''\nRows: 7\n', 1, NOW(), 1, NOW(), 1),
  (4, 0, 'Colour', 'Colour', 4, 'Dropdown', 'Ticket', '---\nDefaultValue: ''''\nPossibleNone: 1\nPossibleValues:\n  1: One\n  ''2'': "Two: of many"\n  b.*: Bleu d''été\n  g: ''Grün''\nTranslatableValues: 0\n', 1, NOW(), 1, NOW(), 1),
  (5, 0, 'Parts', 'Parts', 5, 'Multiselect', 'Ticket', '---\nPossibleValues:\n  door: Door\n  wheel: Wheel\n  same: same\n', 1, NOW(), 1, NOW(), 1),
  (6, 0, 'Agreed', 'Agreed', 6, 'Checkbox', 'Ticket', '---\nDefaultValue: 0\n', 1, NOW(), 1, NOW(), 1),
  (7, 0, 'Born', 'Day', 7, 'Date', 'Ticket', '---\nYearsPeriod: 0\n', 1, NOW(), 1, NOW(), 1),
  (8, 0, 'Moment', 'Moment', 8, 'DateTime', 'Ticket', '---\nYearsPeriod: 0\n', 2, NOW(), 1, NOW(), 1),
  (9, 0, 'Serial2', 'Serial number', 9, 'Text', 'Ticket', NULL, 1, NOW(), 1, NOW(), 1),
  (10, 0, 'OurType', 'Type', 10, 'Text', 'Ticket', NULL, 1, NOW(), 1, NOW(), 1),
  (11, 0, 'ArticleMood', 'Mood', 11, 'Text', 'Article', NULL, 1, NOW(), 1, NOW(), 1),
  (12, 0, 'CustomerGrade', 'Grade', 12, 'Text', 'CustomerUser', NULL, 1, NOW(), 1, NOW(), 1);
CREATE TABLE dynamic_field_obj_id_name (object_id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, object_name VARCHAR(200) NOT NULL, object_type VARCHAR(100) NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO dynamic_field_obj_id_name VALUES (1, 'customer1', 'CustomerUser');
CREATE TABLE dynamic_field_value (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, field_id INTEGER NOT NULL, object_id BIGINT NOT NULL, value_text TEXT NULL, value_date DATETIME NULL, value_int BIGINT NULL,
  KEY dynamic_field_value_field_values (object_id, field_id)) DEFAULT CHARSET=utf8mb4;
INSERT INTO dynamic_field_value SELECT NULL, 2, seq, CONCAT('SN-', seq, IF(seq MOD 3, '', ' №')), NULL, NULL FROM seq_1_to_100;
INSERT INTO dynamic_field_value SELECT NULL, 3, seq, CONCAT('Once\nupon ', seq, REPEAT(' and on', seq)), NULL, NULL FROM seq_1_to_30;
INSERT INTO dynamic_field_value SELECT NULL, 4, seq, ELT(1 + seq MOD 5, '1', '2', 'b.*', 'g', 'gone'), NULL, NULL FROM seq_1_to_50;
INSERT INTO dynamic_field_value SELECT NULL, 5, 1 + seq DIV 3, ELT(1 + seq MOD 3, 'door', 'wheel', 'same'), NULL, NULL FROM seq_0_to_59;
INSERT INTO dynamic_field_value SELECT NULL, 6, seq, NULL, NULL, seq MOD 2 FROM seq_1_to_40;
INSERT INTO dynamic_field_value SELECT NULL, 7, seq, NULL, '1969-12-31' + INTERVAL seq DAY, NULL FROM seq_1_to_20;
INSERT INTO dynamic_field_value SELECT NULL, 8, seq, NULL, '2038-01-19 03:14:00' + INTERVAL seq SECOND, NULL FROM seq_1_to_20;
INSERT INTO dynamic_field_value SELECT NULL, 9, seq, CONCAT('second ', seq), NULL, NULL FROM seq_1_to_5;
INSERT INTO dynamic_field_value VALUES (NULL, 10, 1, 'a type of ours', NULL, NULL), (NULL, 2, 9999, 'ticket is gone', NULL, NULL), (NULL, 11, 1, 'happy', NULL, NULL), (NULL, 12, 1, 'A', NULL, NULL), (NULL, 2, 407, '', NULL, NULL), (NULL, 1, 6, 'Process-1', NULL, NULL);

CREATE TABLE link_object (id SMALLINT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100) NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO link_object VALUES (1, 'Ticket'), (2, 'FAQ');
CREATE TABLE link_type (id SMALLINT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, valid_id SMALLINT NOT NULL, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO link_type SELECT seq, ELT(seq, 'Normal', 'ParentChild', 'DependsOn'), 1, NOW(), 1, NOW(), 1 FROM seq_1_to_3;
CREATE TABLE link_state LIKE link_type;
INSERT INTO link_state SELECT seq, ELT(seq, 'Valid', 'Temporary'), 1, NOW(), 1, NOW(), 1 FROM seq_1_to_2;
CREATE TABLE link_relation (
  source_object_id SMALLINT NOT NULL, source_key VARCHAR(50) NOT NULL, target_object_id SMALLINT NOT NULL, target_key VARCHAR(50) NOT NULL, type_id SMALLINT NOT NULL,
  state_id SMALLINT NOT NULL, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL,
  UNIQUE KEY link_relation_view (source_object_id, source_key, target_object_id, target_key, type_id)) DEFAULT CHARSET=utf8mb4;
INSERT INTO link_relation SELECT 1, seq, 1, seq + 1, 1 + seq MOD 3, 1, '2019-08-01' + INTERVAL seq MINUTE, 2 FROM seq_10_to_40;
INSERT INTO link_relation VALUES
  (1, '1', 1, '402', 2, 1, NOW(), 2), (1, '1', 1, '403', 2, 1, NOW(), 2), (1, '3', 1, '404', 2, 1, NOW(), 2), (1, '5', 1, '6', 1, 2, NOW(), 2),
  (1, '7', 2, '1', 1, 1, NOW(), 2), (1, '8', 1, '9999', 1, 1, NOW(), 2), (1, '1', 1, '2', 2, 1, NOW(), 2);

CREATE TABLE ticket_history (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) NOT NULL, history_type_id SMALLINT NOT NULL, ticket_id BIGINT NOT NULL, article_id BIGINT NULL, type_id SMALLINT NOT NULL,
  queue_id INTEGER NOT NULL, owner_id INTEGER NOT NULL, priority_id SMALLINT NOT NULL, state_id SMALLINT NOT NULL, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL,
  change_time DATETIME NOT NULL, change_by INTEGER NOT NULL, KEY ticket_history_ticket_id (ticket_id)) DEFAULT CHARSET=utf8mb4;
INSERT INTO ticket_history
SELECT NULL, one.name, one.type_id, t.id, one.article_id, 1, t.queue_id, t.user_id, t.ticket_priority_id, t.ticket_state_id, t.create_time + INTERVAL one.later MINUTE, 1 + t.id MOD 4, t.create_time, 1
FROM ticket t JOIN (
  SELECT seq AS type_id, seq AS later, IF(seq IN (4, 5, 7), 0, NULL) AS article_id,
         ELT(seq, '%%2019030110000001%%Raw%%3 normal%%new%%1', '%%FollowUp', '%%customer1@north.example', '%%SendAnswer', '%%customer1@north.example', '%%PhoneCall', '%%Note',
             '%%Support::Réseau%%3%%Raw%%2', '%%lock', '%%2.5%%7', '%%CustomerID=north;CustomerUser=customer1;', '%%3 normal%%3%%5 very high%%5', '%%anna%%2',
             '%%new%%open%%', '%%FieldName%%Serial%%Value%%SN', 'nothing here', '%%Old title 😀%%New title', 'free words without signs', '%%y', '%%Chat') AS name
  FROM seq_1_to_20) one
WHERE one.type_id NOT IN (4, 5, 7, 16, 20) AND (t.id + one.type_id) MOD 3 = 0;
INSERT INTO ticket_history
SELECT NULL, CONCAT('%%Article ', a.id), ELT(1 + a.id MOD 3, 5, 4, 7), a.ticket_id, a.id, 1, 1, 1, 3, 4, a.create_time, a.create_by, a.change_time, 1 FROM article a;
INSERT INTO ticket_history
SELECT NULL, ELT(seq, '%%2019030190000402%%402%%2019030110000001%%1', 'Merged Ticket (2019030190000403/403) to (2019030110000001/1)', '%%2019030190000402%%402%%2019030110000001%%1',
                 '%%open%%Waiting for vendor%%', '%%open%%a state that is gone%%', '%%ghost%%66', '%%3 normal%%3%%gone%%42', '%%9%%9'),
       ELT(seq, 16, 16, 16, 14, 14, 13, 12, 10), ELT(seq, 402, 403, 1, 8, 8, 8, 8, 9999), NULL, 1, 1, 1, 3, 4, '2019-09-01 00:00:00' + INTERVAL seq MINUTE, IF(seq = 6, 66, 2), NOW(), 1 FROM seq_1_to_8;

CREATE TABLE sessions (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, session_id VARCHAR(100) NOT NULL, data_key VARCHAR(100) NOT NULL, data_value TEXT NULL, serialized SMALLINT NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO sessions VALUES (1, 'SECRET-SESSION', 'UserLogin', 'anna', 0);
CREATE TABLE mail_account (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, login VARCHAR(200) NOT NULL, pw VARCHAR(200) NOT NULL, host VARCHAR(200) NOT NULL, account_type VARCHAR(20) NOT NULL, queue_id INTEGER NOT NULL,
  trusted SMALLINT NOT NULL, imap_folder VARCHAR(250) NULL, comments VARCHAR(250) NULL, valid_id SMALLINT NOT NULL, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL,
  change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO mail_account VALUES (1, 'support', 'SECRET-OF-MAILBOX', 'mail.example', 'IMAPS', 1, 0, 'INBOX', NULL, 1, NOW(), 1, NOW(), 1);
CREATE TABLE sysconfig_modified (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, sysconfig_default_id INTEGER NOT NULL, name VARCHAR(250) NOT NULL, user_id INTEGER NULL, is_valid SMALLINT NOT NULL, user_modification_active SMALLINT NOT NULL,
  effective_value LONGBLOB NOT NULL, is_dirty SMALLINT NOT NULL, reset_to_default SMALLINT NOT NULL, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO sysconfig_modified VALUES (1, 1, 'SendmailModule::AuthPassword', NULL, 1, 0, 'SECRET-OF-SMTP', 0, 0, NOW(), 1, NOW(), 1);
CREATE TABLE salutation (id SMALLINT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) NOT NULL, text TEXT NOT NULL, content_type VARCHAR(250) NULL, comments VARCHAR(250) NULL, valid_id SMALLINT NOT NULL, create_time DATETIME NOT NULL, create_by INTEGER NOT NULL, change_time DATETIME NOT NULL, change_by INTEGER NOT NULL) DEFAULT CHARSET=utf8mb4;
INSERT INTO salutation VALUES (1, 'ours', 'Dear <OTRS_CUSTOMER_REALNAME>,', 'text/plain', NULL, 1, NOW(), 1, NOW(), 1);
