-- Each statement gives, for what it finds: object, count, severity (blocker, change, note), text.
SELECT 'issues.author_id', COUNT(*), 'blocker', 'issues whose author is gone: give them one before the move'
FROM {{source}}.issues i LEFT JOIN {{source}}.users u ON u.id = i.author_id AND u.type IN ('User', 'AnonymousUser') WHERE u.id IS NULL HAVING COUNT(*) > 0;

SELECT 'issues.assigned_to_id', COUNT(*), 'change', 'issues assigned to a group have no assignee afterwards; the group is kept aside'
FROM {{source}}.issues i JOIN {{source}}.users u ON u.id = i.assigned_to_id AND u.type = 'Group' HAVING COUNT(*) > 0;

SELECT 'issues.is_private', COUNT(*), 'note', 'private issues: whoever may see requests of their team sees them'
FROM {{source}}.issues WHERE is_private HAVING COUNT(*) > 0;

SELECT 'journals.journalized_id', COUNT(*), 'note', 'journals of issues that are gone are kept aside'
FROM {{source}}.journals j LEFT JOIN {{source}}.issues i ON i.id = j.journalized_id WHERE j.journalized_type = 'Issue' AND i.id IS NULL HAVING COUNT(*) > 0;

SELECT 'attachments.digest', COUNT(*), 'note', 'files of Redmine 3 and older have an MD5 sum only; their size is compared, their SHA-256 is not known'
FROM {{source}}.attachments WHERE container_type = 'Issue' AND LENGTH(digest) <> 64 HAVING COUNT(*) > 0;
