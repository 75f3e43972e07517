#!/bin/sh
# Ends the machine's life as this machine: nothing runs any more that would write, and the user of the build is gone. Runs as
# root under dash, last of all; afterwards nobody signs in. Everything else that belongs to one machine or one build is taken
# away by images/seal.py, from the tree that is read out of this disk.
set -eu

systemctl stop slipway.target slipway-webd slipway-jobd slipway-backupd slipway-setup nginx fail2ban prometheus prometheus-alertmanager 'prometheus-*-exporter*' mariadb 2>/dev/null || true

rm -f /etc/sudoers.d/90-cloud-init-users
# Signed in at this moment, so only by force.
userdel --force --remove trial
cloud-init clean --logs --seed
sync
# In a moment, so that this script can still end well.
systemd-run --quiet --on-active=15s systemctl poweroff
