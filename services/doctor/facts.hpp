// Everything that the doctor looks at, as values: what the checks are functions of.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "appliance/base/time.hpp"
#include "services/doctor/fact.hpp"

namespace slipway::doctor {

using Names = std::vector<std::string>;
using Settings = std::map<std::string, std::string>;

/// Which installation this is, and on what.
struct Place {
  bool embedded = false;
  bool systemd = false;  ///< it runs this machine
  bool root = false;     ///< we may look everywhere
  Timestamp now;
  std::string version;  ///< of this program
};

struct Memory {
  std::uint64_t total_bytes = 0;
  std::uint64_t available_bytes = 0;
  std::uint64_t swap_total_bytes = 0;
  std::uint64_t swap_free_bytes = 0;
};

struct FileSystem {
  std::string mount_point;
  std::string device;
  std::string type;
  std::string options;
  std::uint64_t total_bytes = 0;
  std::uint64_t available_bytes = 0;
  std::uint64_t total_inodes = 0;  ///< 0: it has no fixed number
  std::uint64_t free_inodes = 0;
};

struct Release {
  std::string id;  ///< "debian"
  std::string version;
};

struct System {
  Fact<Release> release;
  Fact<std::string> kernel;       ///< the one that runs, "6.1.0-30-cloud-amd64"
  Fact<Names> installed_kernels;  ///< releases, in no order
  Fact<bool> clock_synchronised;
  Fact<double> clock_offset_s;
  Fact<Memory> memory;
  Fact<std::uint64_t> out_of_memory_kills;  ///< since boot
  Fact<double> memory_pressure;             ///< per cent of the last 5 minutes in which something waited for memory
  Fact<double> io_pressure;                 ///< per cent of the last 5 minutes in which everything waited for disks
  Fact<double> load_15min_per_cpu;
  Fact<std::vector<FileSystem>> file_systems;
  Fact<std::string> data_volume;    ///< the mount point of the volume with label slipway-data, empty: not mounted
  Fact<std::uint64_t> disk_errors;  ///< lines of the kernel about failed input or output since boot
  Fact<bool> reboot_required;
  Fact<std::string> state;  ///< "running", "degraded", "starting"
  Fact<Names> failed_units;
  Fact<std::uint64_t> journal_bytes;
  Fact<bool> journal_persistent;
  Fact<std::uint64_t> open_files;
  Fact<std::uint64_t> most_open_files;
  Fact<bool> log_rotation_active;
};

struct FileState {
  std::string path;
  bool regular = false;
  bool directory = false;
  unsigned mode = 0;  ///< the lower 12 bits
  std::string owner;
  std::string group;
  std::uint64_t bytes = 0;
};

struct Files {
  Fact<std::string> configuration_fault;  ///< empty: it can be read; else what is wrong with it
  /// By role: "configuration", "secrets", "account_key", "session_key", "backup_key", "db_web", "db_job", "db_backup",
  /// "tls_key", "tls_certificate", "database", "backup_work".
  std::map<std::string, Fact<FileState>> by_role;
  Fact<std::string> owner;       ///< who must own them: root on an appliance
  Fact<Names> equal_secrets;     ///< pairs of secrets that hold the same bytes
  Fact<Names> open_to_others;    ///< files below the configuration's folder that everybody may change
  Fact<Names> left_by_upgrades;  ///< configuration files beside the ones in force: *.dpkg-dist, *.ucf-new, …
  Fact<Names> unfinished;        ///< what a killed run left: *.part, *.tmp below our folders
  Fact<std::uint64_t> root_login_keys;
};

struct Packages {
  Fact<std::string> slipway;  ///< version, empty: not installed as a package
  Fact<Names> broken;
  Fact<Names> held;
  Fact<Names> security_pending;
  Fact<Names> pending;
  Fact<Timestamp> lists_updated_at;
  Fact<bool> security_archive;
  Fact<Names> outdated_processes;  ///< programs that run from files that an upgrade replaced
};

struct Listener {
  std::string protocol;  ///< "tcp", "udp"
  std::string address;
  std::uint16_t port = 0;
  std::string program;
};

/// A base chain of the packet filter.
struct FilterChain {
  std::string family;  ///< "inet", "ip", "ip6"
  std::string hook;
  std::string policy;
};

struct PacketFilter {
  std::vector<FilterChain> chains;
  bool ssh_from_anywhere = false;  ///< a rule lets port 22 in and names no source
};

struct Network {
  Fact<std::vector<Listener>> listeners;
  Fact<PacketFilter> filter;
  Fact<bool> filter_at_boot;
  Fact<Settings> sysctl;  ///< shared with Security
  Fact<bool> default_route;
  Fact<Names> resolvers;
  Fact<Names> unresolved_hosts;   ///< of repositories
  Fact<Names> interfaces;         ///< that are up, without loopback
  Fact<double> interface_errors;  ///< per cent of packets, the worst interface
};

struct Certificate {
  std::string subject;
  std::string issuer;
  bool self_made = false;
  Timestamp not_before;
  Timestamp not_after;
  Names names;           ///< DNS names and addresses
  std::string key_kind;  ///< "RSA", "EC", "ED25519"
  int key_bits = 0;
  std::string digest;  ///< of the signature, "SHA256"
  bool is_authority = false;
  std::string fingerprint;  ///< SHA-256, hex
};

struct CertificateChain {
  std::vector<Certificate> certificates;  ///< the server's own first
  bool linked = true;                     ///< each is signed by the one after it
  bool trusted = false;                   ///< it leads to an authority that this machine knows
  bool key_matches = false;
};

struct Tls {
  Fact<CertificateChain> chain;
  Fact<std::string> served_fingerprint;
  Fact<bool> accepts_tls_1_2;
  Fact<bool> accepts_tls_1_3;
  Fact<bool> accepts_older;
  Fact<Names> configured_protocols;  ///< of nginx
  Fact<Names> host_names;            ///< this machine's names and addresses
};

struct DatabaseUser {
  std::string name;
  std::string host;
  bool signs_in = true;      ///< false: locked, or a role
  bool has_password = true;  ///< or is known by its socket
  Names rights;              ///< on everything, "SELECT", "SUPER", …
  Names databases;           ///< in which it has rights on everything
};

struct AccountFact {
  std::string name;
  std::string state;
  std::string reason;
  int schema = 0;  ///< -1: cannot be read
};

struct Transaction {
  std::uint64_t seconds = 0;
  std::string user;
};

struct Database {
  Fact<std::string> version;  ///< known: it answers
  Fact<Settings> variables;
  Fact<Settings> status;
  Fact<Transaction> oldest_transaction;  ///< 0 s: there is none
  Fact<Names> damaged_tables;
  Fact<Names> foreign_engines;  ///< tables of ours that no transaction protects
  Fact<std::vector<DatabaseUser>> users;
  Fact<int> platform_schema;
  int newest_platform_schema = 0;
  int newest_account_schema = 0;
  Fact<std::vector<AccountFact>> accounts;
  Fact<Names> unpublished_databases;  ///< of accounts: retired, or being built
};

/// A program that systemd, or the supervisor of an embedded installation, runs.
struct Unit {
  std::string load = "loaded";
  std::string active = "active";
  std::string sub = "running";
  std::string result = "success";
  std::string at_boot = "enabled";
  std::optional<Timestamp> since;
  std::uint64_t restarts = 0;
  std::uint64_t memory_bytes = 0;        ///< 0: not known
  std::uint64_t memory_limit_bytes = 0;  ///< 0: none
  std::uint64_t watchdog_us = 0;
  bool file_replaced = false;  ///< it runs from a file that is no longer there
};

struct Answer {
  int status = 0;
  std::string detail;
};

struct Programs {
  std::map<std::string, Fact<Unit>> units;     ///< "slipway-webd", …, "nginx", "mariadb", "slipway.target"
  std::map<std::string, Fact<Answer>> health;  ///< "webd", "jobd", "backupd", "front": through nginx
  std::map<std::string, Fact<Answer>> ready;
  Fact<std::string> nginx_fault;  ///< empty: its configuration is valid
};

struct BackupEntry {
  std::string id;
  std::string repository;
  std::string kind;   ///< "full", "incremental", "monthly", "sandbox"
  std::string proof;  ///< "pending", "proven", "failed"
  Timestamp taken_at;
};

struct BackupAgent {
  bool enabled = false;
  std::optional<Timestamp> looked_at;
  std::optional<Timestamp> archived_until;
  std::optional<Timestamp> restorable_until;
  Names alerts;
  Names unavailable_repositories;
  std::vector<BackupEntry> backups;
};

struct Backups {
  Fact<bool> enabled;
  std::string even;
  std::string odd;
  std::string monthly;
  bool on_this_machine = false;  ///< each repository is a directory on the database's own file system
  std::chrono::milliseconds incremental_every{0};
  Fact<BackupAgent> agent;
  Fact<std::uint64_t> work_available_bytes;
  Fact<std::uint64_t> database_bytes;
};

struct Monitoring {
  Fact<Answer> prometheus;
  Fact<Answer> alertmanager;
  Fact<std::uint64_t> targets;
  Fact<Names> targets_down;
  Fact<std::uint64_t> rules;
  Fact<Names> rules_failing;
  Fact<Names> alerts_firing;
  Fact<bool> configuration_loaded;
  Fact<std::uint64_t> notification_ways;          ///< of Alertmanager: mail, web hooks, …
  std::map<std::string, Fact<Answer>> exporters;  ///< "node", "mysqld", "blackbox", "process"
};

struct Security {
  Fact<Settings> confined;  ///< AppArmor: profile to mode, "enforce" or "complain"
  Fact<bool> apparmor;
  Fact<Names> unconfined;  ///< of mariadbd and nginx: those that run outside a profile
  Fact<Names> jails;
  Fact<Settings> automatic_upgrades;  ///< "update", "upgrade": days between; "timer": "active"
  Fact<bool> core_dumps;
  Fact<Names> without_password;   ///< users of the machine that sign in without one
  Fact<Names> administrators;     ///< users with id 0
  Fact<std::string> tmp_options;  ///< mount options of /tmp, empty: it is no file system of its own
  Fact<bool> sudo_asks;
};

struct Identity {
  Fact<std::string> machine_id;
  Fact<std::string> host_name;
  Fact<bool> host_name_resolves;
  Fact<Names> host_keys;         ///< kinds, "ed25519"
  Fact<std::string> cloud_init;  ///< "done", "running", "error", "disabled"
  Fact<std::uint64_t> database_server_id;
  std::uint64_t backup_server_id = 0;
};

struct Facts {
  Place place;
  System system;
  Files files;
  Packages packages;
  Network network;
  Tls tls;
  Fact<Settings> ssh;  ///< what sshd has in force
  Database database;
  Programs programs;
  Backups backups;
  Monitoring monitoring;
  Security security;
  Identity identity;
};

}  // namespace slipway::doctor
