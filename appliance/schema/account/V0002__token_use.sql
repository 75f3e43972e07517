-- When a token was last used, so that one that nobody uses can be found and revoked.
ALTER TABLE api_token ADD COLUMN last_used_at DATETIME(6) NULL;
