-- A desk as Request Tracker 4.4 keeps it: its tables, columns and types (utf8, not utf8mb4), and rows made for it, from ordinary
-- ones (the sequence engine counts them) to the odd ones. to-4.2.sql makes it one of 4.2.
SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO';

CREATE TABLE Users (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, Name varchar(200) NOT NULL, Password VARCHAR(256), AuthToken VARCHAR(16) CHARACTER SET ascii, Comments TEXT, Signature TEXT, EmailAddress varchar(120),
  FreeformContactInfo TEXT, Organization varchar(200), RealName varchar(120), NickName varchar(16), Lang varchar(16), Gecos varchar(16), HomePhone varchar(30), WorkPhone varchar(30), MobilePhone varchar(30), PagerPhone varchar(30),
  Address1 varchar(200), Address2 varchar(200), City varchar(100), State varchar(100), Zip varchar(16), Country varchar(50), Timezone varchar(50), SMIMECertificate text,
  Creator integer NOT NULL DEFAULT 0, Created DATETIME, LastUpdatedBy integer NOT NULL DEFAULT 0, LastUpdated DATETIME, UNIQUE KEY Users1 (Name)) CHARACTER SET utf8;
INSERT INTO Users (id, Name, Password, AuthToken, EmailAddress, RealName, Lang, Signature, WorkPhone, Created) VALUES
  (1, 'RT_System', NULL, NULL, '', 'The RT System itself', NULL, NULL, NULL, '2016-01-01 08:00:00'), (6, 'Nobody', NULL, NULL, '', 'Nobody in particular', NULL, NULL, NULL, '2016-01-01 08:00:00'),
  (12, 'root', 'SECRET-hash-of-root', 'SECRET-TOKEN', 'root@localhost', 'Enoch Root', NULL, '-- root', NULL, '2016-01-01 08:00:01'), (20, 'zoé', 'SECRET-hash', NULL, 'zoe@desk.example', 'Zoé Côté', 'fr', NULL, '123', '2016-02-01 08:00:00'),
  (21, 'pat', 'SECRET-hash', NULL, ' pat@desk.example ', '  ', 'en-us', NULL, NULL, '2016-02-02 08:00:00'), (22, 'left', NULL, NULL, NULL, '退職者', NULL, NULL, NULL, NULL);
INSERT INTO Users (id, Name, Password, EmailAddress, RealName, Lang, Created)
SELECT 40 + seq, CONCAT('user', seq, '@site.example'), '*NO-PASSWORD*', CONCAT('user', seq, '@site.example'), IF(seq MOD 4, CONCAT('Użytkownik ', seq), NULL), IF(seq MOD 6, NULL, 'fr_CA'), '2016-03-01' + INTERVAL seq DAY FROM seq_1_to_40;
CREATE TABLE Principals (id INTEGER AUTO_INCREMENT NOT NULL PRIMARY KEY, PrincipalType VARCHAR(16) NOT NULL, Disabled int2 NOT NULL DEFAULT 0) CHARACTER SET ascii;
INSERT INTO Principals SELECT id, 'User', id = 22 OR id MOD 13 = 0 AND id > 40 FROM Users;
CREATE TABLE `Groups` (id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, Name varchar(200), Description varchar(255), Domain varchar(64) CHARACTER SET ascii, Instance integer, Creator integer NOT NULL DEFAULT 0, Created DATETIME, LastUpdatedBy integer NOT NULL DEFAULT 0, LastUpdated DATETIME) CHARACTER SET utf8;
INSERT INTO `Groups` (id, Name, Domain, Instance) VALUES (3, 'Everyone', 'SystemInternal', 0), (4, 'Privileged', 'SystemInternal', 0), (5, 'Unprivileged', 'SystemInternal', 0), (900, 'Mechanics', 'UserDefined', 0), (901, 'Apprentices', 'UserDefined', 0), (902, 'Retired', 'UserDefined', 0);
INSERT INTO `Groups` (id, Name, Domain, Instance) SELECT 10000 + t.seq * 4 + r.seq, ELT(1 + r.seq, 'Owner', 'Requestor', 'Cc', 'AdminCc'), 'RT::Ticket-Role', t.seq FROM seq_1_to_410 t JOIN seq_0_to_3 r;
INSERT INTO Principals SELECT id, 'Group', id = 902 FROM `Groups`;
CREATE TABLE GroupMembers (id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, GroupId integer NOT NULL DEFAULT 0, MemberId integer NOT NULL DEFAULT 0, Creator integer NOT NULL DEFAULT 0, Created DATETIME, LastUpdatedBy integer NOT NULL DEFAULT 0, LastUpdated DATETIME, UNIQUE KEY GroupMembers1 (GroupId, MemberId)) CHARACTER SET utf8;
INSERT INTO GroupMembers (GroupId, MemberId) VALUES (4, 12), (4, 20), (4, 21), (4, 22), (900, 20), (900, 901), (901, 21), (901, 41), (901, 22), (902, 42);
INSERT INTO GroupMembers (GroupId, MemberId) SELECT 10000 + seq * 4 + 1, 41 + seq MOD 40 FROM seq_1_to_320 WHERE seq MOD 50;
INSERT INTO GroupMembers (GroupId, MemberId) SELECT 10000 + seq * 4 + 1, 41 + (seq + 7) MOD 40 FROM seq_1_to_60 WHERE seq MOD 50;
INSERT INTO GroupMembers (GroupId, MemberId) SELECT 10000 + seq * 4 + 2, 41 + (seq + 3) MOD 40 FROM seq_1_to_100;
INSERT INTO GroupMembers (GroupId, MemberId) SELECT 10000 + seq * 4 + 3, ELT(1 + seq MOD 4, 20, 21, 900, 902) FROM seq_1_to_80;
INSERT INTO GroupMembers (GroupId, MemberId) SELECT 10000 + seq * 4, ELT(1 + seq MOD 4, 6, 12, 20, 21) FROM seq_1_to_320;
CREATE TABLE CachedGroupMembers (id int AUTO_INCREMENT PRIMARY KEY, GroupId int, MemberId int, Via int, ImmediateParentId int, Disabled int2 NOT NULL DEFAULT 0) CHARACTER SET utf8;
INSERT INTO CachedGroupMembers (GroupId, MemberId) SELECT GroupId, MemberId FROM GroupMembers;

CREATE TABLE Queues (id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, Name varchar(200) NOT NULL, Description varchar(255), CorrespondAddress varchar(120), CommentAddress varchar(120), Lifecycle varchar(32), SubjectTag varchar(120), SortOrder integer NOT NULL DEFAULT 0, Creator integer NOT NULL DEFAULT 0, Created DATETIME, LastUpdatedBy integer NOT NULL DEFAULT 0, LastUpdated DATETIME, SLADisabled int2 NOT NULL DEFAULT 1, Disabled int2 NOT NULL DEFAULT 0, UNIQUE KEY Queues1 (Name)) CHARACTER SET utf8;
INSERT INTO Queues (id, Name, Description, CorrespondAddress, Lifecycle, Disabled) VALUES (1, 'General', 'The default queue', 'rt@desk.example', 'default', 0), (2, '___Approvals', 'A system-internal queue for the approvals system', NULL, 'approvals', 2), (3, 'Réseau', NULL, NULL, 'default', 0), (4, 'Closed down', '', NULL, 'default', 1);

CREATE TABLE Tickets (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, EffectiveId integer NOT NULL DEFAULT 0, IsMerged int2, Queue integer NOT NULL DEFAULT 0, Type varchar(16) CHARACTER SET ascii, Owner integer NOT NULL DEFAULT 0, Subject varchar(200) DEFAULT '[no subject]',
  InitialPriority integer NOT NULL DEFAULT 0, FinalPriority integer NOT NULL DEFAULT 0, Priority integer NOT NULL DEFAULT 0, TimeEstimated integer NOT NULL DEFAULT 0, TimeWorked integer NOT NULL DEFAULT 0, Status varchar(64), SLA varchar(64),
  TimeLeft integer NOT NULL DEFAULT 0, Told DATETIME, Starts DATETIME, Started DATETIME, Due DATETIME, Resolved DATETIME, LastUpdatedBy integer NOT NULL DEFAULT 0, LastUpdated DATETIME, Creator integer NOT NULL DEFAULT 0, Created DATETIME) CHARACTER SET utf8;
INSERT INTO Tickets (id, EffectiveId, Queue, Type, Owner, Subject, Priority, TimeWorked, Status, Due, LastUpdated, Creator, Created)
SELECT seq, seq, ELT(1 + seq MOD 3, 1, 3, 4), 'ticket', ELT(1 + seq MOD 4, 6, 12, 20, 21), CONCAT('Ticket ', seq, IF(seq MOD 5, '', ' — żółw')), CAST(seq MOD 120 AS SIGNED) - 10, seq MOD 60, ELT(1 + seq MOD 6, 'new', 'open', 'stalled', 'resolved', 'rejected', 'deleted'), IF(seq MOD 9, NULL, '2018-01-01 12:00:00'),
       '2017-06-01 07:00:00' + INTERVAL seq * 43 MINUTE, IF(seq MOD 50, 41 + seq MOD 40, 21), '2017-03-01 07:00:00' + INTERVAL seq * 37 MINUTE FROM seq_1_to_320;
INSERT INTO Tickets (id, EffectiveId, IsMerged, Queue, Type, Owner, Subject, Priority, Status, LastUpdated, Creator, Created) VALUES
  (401, 1, 1, 1, 'ticket', 6, 'Same as 1', 0, 'resolved', '2017-08-01 08:00:00', 41, '2017-08-01 07:00:00'), (402, 1, 1, 1, 'ticket', 6, '', 0, 'resolved', '2017-08-01 08:00:00', 41, '2017-08-01 07:00:00'),
  (403, 403, NULL, 1, 'reminder', 20, 'Call back', 0, 'open', '2017-08-01 08:00:00', 20, '2017-08-01 07:00:00'), (404, 404, NULL, 2, 'approval', 20, 'May we?', 0, 'open', '2017-08-01 08:00:00', 20, '2017-08-01 07:00:00'),
  (405, 405, NULL, 1, 'ticket', 6, NULL, 50, 'NEW', NULL, 999, NULL);

CREATE TABLE Transactions (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, ObjectType varchar(64) CHARACTER SET ascii NOT NULL, ObjectId integer NOT NULL DEFAULT 0, TimeTaken integer NOT NULL DEFAULT 0, Type varchar(20) CHARACTER SET ascii, Field varchar(40) CHARACTER SET ascii,
  OldValue varchar(255), NewValue varchar(255), ReferenceType varchar(255) CHARACTER SET ascii, OldReference integer, NewReference integer, Data varchar(255), Creator integer NOT NULL DEFAULT 0, Created DATETIME, KEY Transactions1 (ObjectType, ObjectId)) CHARACTER SET utf8;
INSERT INTO Transactions (id, ObjectType, ObjectId, Type, Creator, Created) SELECT seq, 'RT::Ticket', seq, 'Create', IF(seq MOD 50, 41 + seq MOD 40, 21), '2017-03-01 07:00:00' + INTERVAL seq * 37 MINUTE FROM seq_1_to_320;
INSERT INTO Transactions (id, ObjectType, ObjectId, TimeTaken, Type, Creator, Created) SELECT 1000 + seq, 'RT::Ticket', 1 + seq MOD 320, seq MOD 3, IF(seq MOD 3, 'Correspond', 'Comment'), ELT(1 + seq MOD 3, 20, 21, 41 + seq MOD 40), '2017-04-01 07:00:00' + INTERVAL seq * 29 MINUTE FROM seq_1_to_400;
INSERT INTO Transactions (id, ObjectType, ObjectId, Type, Field, OldValue, NewValue, Data, Creator, Created)
SELECT 3000 + t.seq * 10 + k.n, 'RT::Ticket', t.seq, k.type, k.field, k.was, k.became, k.data, ELT(1 + t.seq MOD 3, 1, 20, 21), '2017-05-01 07:00:00' + INTERVAL t.seq * 11 + k.n MINUTE
FROM seq_1_to_320 t JOIN (SELECT 1 AS n, 'Status' AS type, 'Status' AS field, 'new' AS was, 'open' AS became, NULL AS data UNION ALL SELECT 2, 'Take', 'Owner', '6', '20', NULL UNION ALL SELECT 3, 'Set', 'Queue', '1', '3', NULL UNION ALL SELECT 4, 'Set', 'Subject', 'alt', 'neu é', NULL
  UNION ALL SELECT 5, 'AddWatcher', 'Cc', NULL, '41', NULL UNION ALL SELECT 6, 'CustomField', '1', NULL, 'SN 1', NULL UNION ALL SELECT 7, 'AddLink', 'RefersTo', NULL, 'fsck.com-rt://desk/ticket/2', NULL UNION ALL SELECT 8, 'EmailRecord', NULL, NULL, NULL, '<rt-4.4@desk>') k WHERE (t.seq + k.n) MOD 3 = 0;
INSERT INTO Transactions (id, ObjectType, ObjectId, Type, Field, OldValue, NewValue, Data, Creator, Created) VALUES
  (9001, 'RT::Ticket', 401, 'Create', NULL, NULL, NULL, NULL, 41, '2017-08-01 07:00:00'), (9002, 'RT::Ticket', 405, 'Create', NULL, NULL, NULL, NULL, 999, NULL), (9003, 'RT::Ticket', 403, 'Create', NULL, NULL, NULL, NULL, 20, '2017-08-01 07:00:00'),
  (9004, 'RT::User', 20, 'Set', 'Password', 'SECRET-old', 'SECRET-new', NULL, 12, '2017-08-01 07:00:00'), (9005, 'RT::Ticket', 2, 'Status', 'Status', 'open', 'with supplier', NULL, 20, '2017-08-01 07:00:00'), (9006, 'RT::Ticket', 2, 'Correspond', NULL, NULL, NULL, 'No subject', 41, '2017-08-02 07:00:00');

CREATE TABLE Attachments (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, TransactionId integer NOT NULL, Parent integer NOT NULL DEFAULT 0, MessageId varchar(160) CHARACTER SET ascii, Subject varchar(255), Filename varchar(255), ContentType varchar(80) CHARACTER SET ascii, ContentEncoding varchar(80) CHARACTER SET ascii,
  Content LONGBLOB, Headers LONGTEXT, Creator integer NOT NULL DEFAULT 0, Created DATETIME, KEY Attachments2 (TransactionId)) CHARACTER SET utf8;
-- Opening mails of four shapes: plain; an alternative of plain and HTML; a text with a file; HTML alone.
INSERT INTO Attachments (id, TransactionId, Subject, ContentType, ContentEncoding, Content, Headers)
SELECT seq * 10, seq, CONCAT('Ticket ', seq), ELT(1 + seq MOD 4, 'text/plain', 'multipart/alternative', 'multipart/mixed', 'text/html'), 'none',
       ELT(1 + seq MOD 4, CONCAT('Dzień dobry ', seq, '\r\nżółw 🚀'), NULL, NULL, CONCAT('<p>Only <b>HTML</b> ', seq, ' é</p>')), CONCAT('From: user@site.example\nSubject: Ticket ', seq, '\nContent-Type: ', ELT(1 + seq MOD 4, 'text/plain; charset="utf-8"', 'multipart/alternative; boundary="x"', 'multipart/mixed; boundary="x"', 'text/html; charset="utf-8"')) FROM seq_1_to_320;
INSERT INTO Attachments (id, TransactionId, Parent, ContentType, ContentEncoding, Content, Headers) SELECT seq * 10 + 1, seq, seq * 10, 'text/plain', 'quoted-printable', CONCAT('Plain =C3=A9 words=\nof ', seq, ' =3D end'), 'Content-Type: text/plain; charset="utf-8"' FROM seq_1_to_320 WHERE seq MOD 4 IN (1, 2);
INSERT INTO Attachments (id, TransactionId, Parent, Filename, ContentType, ContentEncoding, Content, Headers)
SELECT seq * 10 + 2, seq, seq * 10, IF(seq MOD 4 = 1, NULL, CONCAT('große Datei ', seq, ' 表.pdf')), IF(seq MOD 4 = 1, 'text/html', 'application/pdf'), IF(seq MOD 4 = 1, 'none', 'base64'), IF(seq MOD 4 = 1, CONCAT('<p>Rich é ', seq, '</p>'), TO_BASE64(UNHEX(REPEAT(SHA2(seq, 256), 1 + seq MOD 50)))), IF(seq MOD 4 = 1, 'Content-Type: text/html; charset="utf-8"', 'Content-Type: application/pdf')
FROM seq_1_to_320 WHERE seq MOD 4 IN (1, 2);
INSERT INTO Attachments (id, TransactionId, ContentType, ContentEncoding, Content, Headers) SELECT 10000 + seq, 1000 + seq, 'text/plain', 'none', CONCAT('Answer ', seq, REPEAT('\nřádek', seq MOD 5)), 'Content-Type: text/plain; charset="utf-8"' FROM seq_1_to_400 WHERE seq MOD 20;
-- Odd ones: latin1 by its header, a text that is a file, an empty one, a file without a name, large, of a mail that RT sent, of nothing.
INSERT INTO Attachments (id, TransactionId, Parent, Filename, ContentType, ContentEncoding, Content, Headers) VALUES
  (20001, 9001, 0, NULL, 'text/plain', 'none', UNHEX('4772FCDF65'), 'Content-Type: text/plain; charset="iso-8859-1"'), (20002, 9006, 0, NULL, 'multipart/mixed', NULL, NULL, 'Content-Type: multipart/mixed'), (20003, 9006, 20002, 'notes.txt', 'text/plain', 'none', 'a file', 'Content-Disposition: attachment; filename="notes.txt"'),
  (20004, 9006, 20002, NULL, 'text/plain', 'none', 'the body', 'Content-Type: text/plain'), (20005, 9006, 20002, NULL, 'image/png', 'base64', TO_BASE64(UNHEX('89504E470D0A1A0A00')), 'Content-Type: image/png'), (20006, 9006, 20002, 'empty.txt', 'text/plain', 'none', '', 'Content-Type: text/plain'),
  (20007, 9006, 20002, 'big.bin', 'application/octet-stream', 'none', REPEAT('x', 1048577), 'Content-Type: application/octet-stream'), (20008, 3018, 0, NULL, 'text/plain', 'none', 'a mail that went out', 'To: somebody'), (20009, 99999, 0, NULL, 'text/plain', 'none', 'of no transaction', '');

CREATE TABLE Links (id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, Base varchar(240), Target varchar(240), Type varchar(20) CHARACTER SET ascii NOT NULL, LocalTarget integer NOT NULL DEFAULT 0, LocalBase integer NOT NULL DEFAULT 0, LastUpdatedBy integer NOT NULL DEFAULT 0, LastUpdated DATETIME, Creator integer NOT NULL DEFAULT 0, Created DATETIME) CHARACTER SET utf8;
INSERT INTO Links (Base, Target, Type, LocalBase, LocalTarget) SELECT CONCAT('fsck.com-rt://desk/ticket/', seq), CONCAT('fsck.com-rt://desk/ticket/', seq + 1), ELT(1 + seq MOD 3, 'RefersTo', 'DependsOn', 'MemberOf'), seq, seq + 1 FROM seq_10_to_60;
INSERT INTO Links (Base, Target, Type, LocalBase, LocalTarget) VALUES ('fsck.com-rt://desk/ticket/401', 'fsck.com-rt://desk/ticket/1', 'MergedInto', 401, 1), ('fsck.com-rt://desk/ticket/5', 'https://wiki.example/a?b=c', 'RefersTo', 5, 0), ('https://wiki.example/', 'fsck.com-rt://desk/ticket/6', 'RefersTo', 0, 6), ('fsck.com-rt://desk/ticket/7', 'fsck.com-rt://desk/ticket/9999', 'RefersTo', 7, 9999);
CREATE TABLE CustomFields (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, Name varchar(200), Type varchar(200) CHARACTER SET ascii, RenderType varchar(64) CHARACTER SET ascii, MaxValues integer, Pattern TEXT, BasedOn INTEGER, ValuesClass varchar(64) CHARACTER SET ascii, Description varchar(255), SortOrder integer NOT NULL DEFAULT 0, LookupType varchar(255) CHARACTER SET ascii NOT NULL,
  EntryHint varchar(255), UniqueValues int2 NOT NULL DEFAULT 0, CanonicalizeClass varchar(64) CHARACTER SET ascii, Creator integer NOT NULL DEFAULT 0, Created DATETIME, LastUpdatedBy integer NOT NULL DEFAULT 0, LastUpdated DATETIME, Disabled int2 NOT NULL DEFAULT 0) CHARACTER SET utf8;
INSERT INTO CustomFields (id, Name, Type, MaxValues, LookupType, Disabled) VALUES (1, 'Serial', 'Freeform', 1, 'RT::Queue-RT::Ticket', 0), (2, 'Couleur', 'Select', 0, 'RT::Queue-RT::Ticket', 0), (3, 'Story', 'Text', 1, 'RT::Queue-RT::Ticket', 0), (4, 'Day', 'Date', 1, 'RT::Queue-RT::Ticket', 1), (5, 'Address', 'IPAddress', 1, 'RT::Queue-RT::Ticket', 0), (6, 'Photo', 'Image', 1, 'RT::Queue-RT::Ticket', 0), (7, 'SERIAL', 'Freeform', 1, 'RT::Queue-RT::Ticket', 0), (8, 'Mood', 'Freeform', 1, 'RT::Queue-RT::Ticket-RT::Transaction', 0);
CREATE TABLE ObjectCustomFields (id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, CustomField integer NOT NULL, ObjectId integer NOT NULL, SortOrder integer NOT NULL DEFAULT 0) CHARACTER SET utf8;
INSERT INTO ObjectCustomFields (CustomField, ObjectId) VALUES (1, 0), (2, 1), (7, 3);
CREATE TABLE CustomFieldValues (id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, CustomField int NOT NULL, Name varchar(200), Description varchar(255), SortOrder integer NOT NULL DEFAULT 0, Category VARCHAR(255)) CHARACTER SET utf8;
INSERT INTO CustomFieldValues (CustomField, Name) VALUES (2, 'rouge'), (2, 'bleu d''été');
CREATE TABLE ObjectCustomFieldValues (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, CustomField int NOT NULL, ObjectType varchar(255) CHARACTER SET ascii NOT NULL, ObjectId int NOT NULL, SortOrder integer NOT NULL DEFAULT 0, Content varchar(255), LargeContent LONGBLOB, ContentType varchar(80) CHARACTER SET ascii, ContentEncoding varchar(80) CHARACTER SET ascii,
  Creator integer NOT NULL DEFAULT 0, Created DATETIME, LastUpdatedBy integer NOT NULL DEFAULT 0, LastUpdated DATETIME, Disabled int2 NOT NULL DEFAULT 0) CHARACTER SET utf8;
INSERT INTO ObjectCustomFieldValues (CustomField, ObjectType, ObjectId, Content, Disabled) SELECT 1, 'RT::Ticket', seq, CONCAT('SN ', seq, ' №'), seq MOD 6 = 0 FROM seq_1_to_90 UNION ALL SELECT 2, 'RT::Ticket', 1 + seq DIV 2, IF(seq MOD 2, 'rouge', 'bleu d''été'), 0 FROM seq_0_to_59
UNION ALL SELECT 4, 'RT::Ticket', seq, '2017-01-02', 0 FROM seq_1_to_5 UNION ALL SELECT 5, 'RT::Ticket', seq, CONCAT('192.000.002.', LPAD(seq, 3, '0')), 0 FROM seq_1_to_9 UNION ALL SELECT 7, 'RT::Ticket', seq, CONCAT('second ', seq), 0 FROM seq_1_to_5 UNION ALL SELECT 8, 'RT::Transaction', 1001, 'good', 0 UNION ALL SELECT 1, 'RT::Ticket', 9999, 'of no ticket', 0;
INSERT INTO ObjectCustomFieldValues (CustomField, ObjectType, ObjectId, Content, LargeContent, ContentType, ContentEncoding) SELECT 3, 'RT::Ticket', seq, NULL, CONCAT('Once é ', REPEAT('long ', 60 + seq)), 'text/plain', 'none' FROM seq_1_to_20;
INSERT INTO ObjectCustomFieldValues (CustomField, ObjectType, ObjectId, Content, LargeContent, ContentType, ContentEncoding) VALUES (6, 'RT::Ticket', 3, 'photo.png', TO_BASE64(UNHEX('89504E47')), 'image/png', 'base64');
CREATE TABLE Attributes (id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, Name varchar(255), Description varchar(255), Content LONGBLOB, ContentType varchar(16) CHARACTER SET ascii, ObjectType varchar(64) CHARACTER SET ascii, ObjectId integer) CHARACTER SET utf8;
INSERT INTO Attributes (Name, Content, ObjectType, ObjectId) VALUES ('SavedSearch', 'x', 'RT::User', 20);
CREATE TABLE sessions (id char(32) NOT NULL PRIMARY KEY, a_session LONGBLOB, LastUpdated TIMESTAMP) CHARACTER SET ascii;
INSERT INTO sessions VALUES ('SECRETsession', 'SECRET', '2017-01-01 00:00:00');
CREATE TABLE CustomRoles (id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, Name varchar(200), Description varchar(255), MaxValues integer, EntryHint varchar(255), Disabled int2 NOT NULL DEFAULT 0) CHARACTER SET utf8;
CREATE TABLE ObjectCustomRoles (id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, CustomRole integer NOT NULL, ObjectId integer NOT NULL, SortOrder integer NOT NULL DEFAULT 0) CHARACTER SET utf8;
CREATE TABLE Scrips (id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, Description varchar(255), Template varchar(200) NOT NULL) CHARACTER SET utf8;
INSERT INTO Scrips VALUES (1, 'On Correspond notify', 'Correspondence');
