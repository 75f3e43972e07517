#!/bin/sh
# The image checks itself before it is sealed: what fails here never leaves the building machine. Runs as root under dash.
set -eu

fail() { echo "image: $1" >&2; exit 1; }

state=$(systemctl is-system-running --wait || true)
if [ "$state" != running ]; then
  systemctl --failed --no-legend --plain >&2
  fail "a unit has failed (state: $state)"
fi
nginx -t 2>/dev/null || fail "nginx: its configuration is refused: nginx -t"
sshd -t || fail "sshd: its configuration is refused: sshd -t"
nft --check --file /etc/nftables.conf || fail "nftables: its rules are refused: nft --check --file /etc/nftables.conf"
grep -c 'policy drop' /etc/nftables.conf | grep -q '^[2-9]' || fail "nftables: not everything is denied by default"
systemctl is-enabled --quiet nftables || fail "nftables: not enabled"
for unit in slipway.target slipway-first-boot.service slipway-first-boot.path slipway-wizard.service slipway-wizard-answers.path; do
  systemctl is-enabled --quiet "$unit" || fail "$unit: not enabled"
done
for unit in slipway-webd slipway-jobd slipway-backupd slipway-wizard slipway-wizard-answers; do
  level=$(systemd-analyze security --no-pager "$unit.service" | sed -n 's/.*level for [^:]*: \([0-9.]*\) .*/\1/p')
  [ "$(echo "$level" | tr -d .)" -le 20 ] || fail "$unit: its exposure is $level, at most 2.0 is allowed (systemd-analyze security)"
done
dpkg --audit | grep -q . && fail "dpkg: a package is not installed whole: dpkg --audit"
exit 0
