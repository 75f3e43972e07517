# What the checks of docs/hardening.tsv are written with. Read by bash as root of the host that is looked at; each check is a command that
# succeeds where the rule is met. A container shares the kernel, its modules and some mounts with its host: there the settings count that a
# machine of its own would boot with.
# shellcheck shell=bash disable=SC2317

if systemd-detect-virt --container --quiet; then contained=yes; else contained=; fi

# absent PACKAGE…, present PACKAGE…
installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }
absent() { local name; for name in "$@"; do ! installed "$name" || return 1; done; }
present() { local name; for name in "$@"; do installed "$name" || return 1; done; }

# unit_on UNIT: starts at boot, and runs (in a container what has no place there need not). unit_off UNIT: neither.
unit_on() {
  systemctl is-enabled --quiet "$1" && { systemctl is-active --quiet "$1" || [[ -n $contained && $(systemctl show -P ConditionResult "$1") == no ]]; }
}
unit_off() { ! systemctl is-enabled --quiet "$1" 2>/dev/null && ! systemctl is-active --quiet "$1"; }

# no_module NAME…: is not there, or is refused, and is not loaded.
no_module() {
  local name pattern
  for name in "$@"; do
    pattern=${name//[-_]/[-_]}
    if [[ -n $(find /lib/modules -name "$pattern.ko*" -print -quit) ]]; then
      modprobe --showconfig | grep -Eq "^install $pattern (/usr)?/bin/(false|true)" || return 1
    fi
    [[ -n $contained ]] || ! lsmod | grep -q "^${name//-/_} " || return 1
  done
}

# kernel KEY VALUE: as the next boot sets it, and, but in a container, as the kernel has it.
kernel() {
  local written
  written=$(/lib/systemd/systemd-sysctl --cat-config | sed -nE "s@^[[:space:]]*-?${1//./[./]}[[:space:]]*=[[:space:]]*(.*)\$@\1@p" | tail -n 1)
  [[ $written == "$2" ]] || return 1
  [[ -n $contained ]] || [[ $(sysctl -n "$1") == "$2" ]]
}

# mounted_with DIRECTORY OPTION…, as it is; in a container as the unit or /etc/fstab would mount it.
mounted_with() {
  local directory=$1 options option
  shift
  if [[ -n $contained ]]; then
    options=$(awk -v place="$directory" '$2 == place {print $4}' /etc/fstab)
    [[ -n $options ]] || options=$(sed -n 's/^Options=//p' "/etc/systemd/system/$(systemd-escape --path --suffix=mount "$directory")")
  else
    options=$(findmnt --kernel -no OPTIONS --mountpoint "$directory")
  fi
  [[ -n $options ]] || return 1
  for option in "$@"; do [[ ",$options," == *",$option,"* ]] || return 1; done
}
separate() { findmnt --kernel --mountpoint "$1"; }

# mode MOST OWNER GROUP PATH…: each is there, has no bit beyond MOST (octal), and is theirs; GROUP may be a|b.
mode() {
  local most=$1 owner=$2 group=$3 path
  shift 3
  for path in "$@"; do
    [[ -e $path ]] || return 1
    ((($(printf '%d' "0$(stat -Lc %a "$path")") & ~$(printf '%d' "0$most")) == 0)) || return 1
    [[ $(stat -Lc %U "$path") == "$owner" && "|$group|" == *"|$(stat -Lc %G "$path")|"* ]] || return 1
  done
}
# The same where it is there.
mode_if() { local path; for path in "${@:4}"; do [[ ! -e $path ]] || mode "$1" "$2" "$3" "$path" || return 1; done; }

# sshd_says KEY VALUE, sshd_at_most KEY NUMBER, sshd_never KEY PATTERN (of any value of the list)
sshd_value() { sshd -T 2>/dev/null | sed -n "s/^$1 //p"; }
sshd_says() { [[ $(sshd_value "$1") == "$2" ]]; }
sshd_at_most() { local value; value=$(sshd_value "$1"); ((value > 0 && value <= $2)); }
sshd_never() { local value; value=$(sshd_value "$1"); [[ -n $value ]] && ! grep -Eq "(^|,)($2)(,|$)" <<<"$value"; }

# ini FILE… KEY: the last value that the files give.
last_value() { local key=$1; shift; cat "$@" 2>/dev/null | sed -nE "s/^[[:space:]]*$key[[:space:]]*=[[:space:]]*//p" | tail -n 1; }
has_word() { local key=$1; shift; cat "$@" 2>/dev/null | grep -Eq "^[[:space:]]*$key[[:space:]]*$"; }
quality() { last_value "$1" /etc/security/pwquality.conf /etc/security/pwquality.conf.d/*.conf; }
login_defs() { awk -v key="$1" '$1 == key {print $2}' /etc/login.defs | tail -n 1; }
journal() { last_value "$1" /etc/systemd/journald.conf /etc/systemd/journald.conf.d/*.conf; }
between() { [[ $1 =~ ^-?[0-9]+$ ]] && (($1 >= $2 && $1 <= $3)); }

# nothing COMMAND…: it succeeds and prints nothing.
nothing() { local said; said=$("$@" 2>/dev/null) && [[ -z $said ]]; }
# People: those who may sign in.
people() { awk -F: -v first="$(login_defs UID_MIN)" '$3 >= first && $1 != "nobody" && $7 !~ /(nologin|false)$/ {print $1 ":" $6}' /etc/passwd; }
