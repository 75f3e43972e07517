-- Clones the tickets 1 … @base of a fresh RT until there are 200,000. Ids are shifted by whole copies, as RT numbers them:
-- a group's id is its principal's id.
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO', unique_checks = 0, foreign_key_checks = 0;
SET @base = (SELECT MAX(id) FROM Tickets), @copies = 200000 DIV (SELECT MAX(id) FROM Tickets) - 1;

CREATE TEMPORARY TABLE base_group (id INT PRIMARY KEY, place INT NOT NULL);
INSERT INTO base_group SELECT id, ROW_NUMBER() OVER (ORDER BY id) FROM `Groups` WHERE Domain = 'RT::Ticket-Role';
SET @groups = (SELECT COUNT(*) FROM base_group), @first = (SELECT MAX(id) FROM Principals);

CREATE TEMPORARY TABLE base_transaction (id BIGINT PRIMARY KEY, place INT NOT NULL);
INSERT INTO base_transaction SELECT id, ROW_NUMBER() OVER (ORDER BY id) FROM Transactions
  WHERE ObjectType = 'RT::Ticket' AND Type IN ('Create', 'Correspond');
SET @transactions = (SELECT COUNT(*) FROM base_transaction), @last = (SELECT MAX(id) FROM Transactions);

START TRANSACTION;
INSERT INTO Principals (id, PrincipalType, Disabled)
  SELECT @first + s.seq * @groups + b.place, p.PrincipalType, p.Disabled
  FROM seq_0_to_499 s JOIN base_group b JOIN Principals p ON p.id = b.id WHERE s.seq < @copies;
INSERT INTO `Groups` (id, Name, Description, Domain, Instance, Creator, Created, LastUpdatedBy, LastUpdated)
  SELECT @first + s.seq * @groups + b.place, g.Name, g.Description, g.Domain, g.Instance + (s.seq + 1) * @base, g.Creator, g.Created,
         g.LastUpdatedBy, g.LastUpdated
  FROM seq_0_to_499 s JOIN base_group b JOIN `Groups` g ON g.id = b.id WHERE s.seq < @copies;
COMMIT;

START TRANSACTION;
INSERT INTO GroupMembers (GroupId, MemberId, Creator, Created, LastUpdatedBy, LastUpdated)
  SELECT @first + s.seq * @groups + b.place, m.MemberId, m.Creator, m.Created, m.LastUpdatedBy, m.LastUpdated
  FROM seq_0_to_499 s JOIN base_group b JOIN GroupMembers m ON m.GroupId = b.id WHERE s.seq < @copies;
INSERT INTO CachedGroupMembers (GroupId, MemberId, Via, ImmediateParentId, Disabled)
  SELECT @first + s.seq * @groups + b.place, IF(c.MemberId = c.GroupId, @first + s.seq * @groups + b.place, c.MemberId), 0,
         @first + s.seq * @groups + b.place, c.Disabled
  FROM seq_0_to_499 s JOIN base_group b JOIN CachedGroupMembers c ON c.GroupId = b.id WHERE s.seq < @copies;
UPDATE CachedGroupMembers SET Via = id WHERE Via = 0;
COMMIT;

START TRANSACTION;
INSERT INTO Tickets (id, EffectiveId, IsMerged, Queue, Type, Owner, Subject, InitialPriority, FinalPriority, Priority, TimeEstimated,
                     TimeWorked, Status, SLA, TimeLeft, Told, Starts, Started, Due, Resolved, LastUpdatedBy, LastUpdated, Creator, Created)
  SELECT t.id + (s.seq + 1) * @base, t.EffectiveId + (s.seq + 1) * @base, t.IsMerged, t.Queue, t.Type, t.Owner,
         CONCAT(t.Subject, ' ', s.seq), t.InitialPriority, t.FinalPriority, (t.Priority + s.seq * 7) MOD 100, t.TimeEstimated, t.TimeWorked,
         ELT(1 + (t.id * 31 + s.seq) MOD 10, 'new', 'open', 'open', 'stalled', 'resolved', 'resolved', 'resolved', 'resolved', 'resolved', 'rejected'),
         t.SLA, t.TimeLeft, t.Told, t.Starts, t.Started, t.Due, t.Resolved, t.LastUpdatedBy,
         t.LastUpdated - INTERVAL (t.id * 7919 + s.seq * 104729) MOD 50000000 SECOND, t.Creator,
         t.Created - INTERVAL 50000000 + (t.id * 7919 + s.seq * 104729) MOD 50000000 SECOND
  FROM seq_0_to_499 s JOIN Tickets t WHERE s.seq < @copies AND t.id <= @base;
COMMIT;

START TRANSACTION;
INSERT INTO Transactions (id, ObjectType, ObjectId, TimeTaken, Type, Field, OldValue, NewValue, ReferenceType, OldReference, NewReference,
                          Data, Creator, Created)
  SELECT @last + s.seq * @transactions + b.place, t.ObjectType, t.ObjectId + (s.seq + 1) * @base, t.TimeTaken, t.Type, t.Field, t.OldValue,
         t.NewValue, t.ReferenceType, t.OldReference, t.NewReference, t.Data, t.Creator, t.Created
  FROM seq_0_to_499 s JOIN base_transaction b JOIN Transactions t ON t.id = b.id WHERE s.seq < @copies;
INSERT INTO Attachments (TransactionId, Parent, MessageId, Subject, Filename, ContentType, ContentEncoding, Content, Headers, Creator, Created)
  SELECT @last + s.seq * @transactions + b.place, 0, a.MessageId, a.Subject, a.Filename, a.ContentType, a.ContentEncoding, a.Content, a.Headers,
         a.Creator, a.Created
  FROM seq_0_to_499 s JOIN base_transaction b JOIN Attachments a ON a.TransactionId = b.id AND a.Parent = 0 WHERE s.seq < @copies;
COMMIT;

ANALYZE TABLE Tickets, `Groups`, GroupMembers, CachedGroupMembers, Principals, Transactions, Attachments, Users;
