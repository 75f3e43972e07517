-- What 4.2 has and 4.4 has not, and the other way round.
ALTER TABLE `Groups` ADD Type varchar(64) CHARACTER SET ascii NULL AFTER Domain;
UPDATE `Groups` SET Type = Name WHERE Domain <> 'UserDefined';
ALTER TABLE Principals ADD ObjectId integer NULL AFTER PrincipalType;
UPDATE Principals SET ObjectId = id;
ALTER TABLE Tickets DROP SLA, ADD IssueStatement integer NOT NULL DEFAULT 0 AFTER Type, ADD Resolution integer NOT NULL DEFAULT 0, ADD Disabled int2 NOT NULL DEFAULT 0;
ALTER TABLE Users ADD PGPKey text NULL, ADD EmailEncoding varchar(16) NULL, ADD ExternalAuthId varchar(100) NULL;
UPDATE Users SET PGPKey = 'a public key' WHERE id = 20;
ALTER TABLE Queues DROP SLADisabled, DROP SortOrder, ADD InitialPriority integer NOT NULL DEFAULT 0, ADD FinalPriority integer NOT NULL DEFAULT 0, ADD DefaultDueIn integer NOT NULL DEFAULT 0;
DROP TABLE CustomRoles, ObjectCustomRoles;
