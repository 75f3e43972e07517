-- Accounts that hold trial data. Whatever sends mail leaves an account alone whose mail is off.
ALTER TABLE account
  ADD COLUMN mail ENUM('on','off') NOT NULL DEFAULT 'on',
  ADD COLUMN trial_at DATETIME(6) NULL;
