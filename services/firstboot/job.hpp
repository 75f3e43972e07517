// One carrying out of answers: what its steps share. Inside this folder only.
#pragma once

#include <functional>

#include "appliance/command/command.hpp"
#include "appliance/firstboot/answers.hpp"
#include "appliance/firstboot/progress.hpp"
#include "services/firstboot/machine.hpp"

namespace slipway::firstboot {

struct Job {
  const Machine& machine;
  const Answers& answers;
  const command::Context& context;
  std::function<void(const std::string&)> note;  ///< what a long step says of itself; shown to people
};

/// Carries the step out. Each can be killed anywhere and called again.
[[nodiscard]] Status carry_out(Step step, const Job& job);

// Files that only the operating system reads.
[[nodiscard]] Status set_host_name(const Job& job);
[[nodiscard]] Status set_time_zone(const Job& job);
[[nodiscard]] Status set_network(const Job& job);
[[nodiscard]] Status set_management(const Job& job);
[[nodiscard]] Status set_keys(const Job& job);
// What Slipway's own services read.
[[nodiscard]] Status set_certificate(const Job& job);
[[nodiscard]] Status set_repositories(const Job& job);
[[nodiscard]] Status set_up(const Job& job);
[[nodiscard]] Status set_administrator(const Job& job);
[[nodiscard]] Status serve(const Job& job);
// Where it begins (F7).
[[nodiscard]] Status restore_server(const Job& job);
[[nodiscard]] Status migrate_server(const Job& job);
/// Takes away what the two were told in confidence, also by answers that others have followed.
[[nodiscard]] Status forget_start_secrets(const Machine& machine);

/// Files of the answers' effects.
inline constexpr const char* kHostName = "/etc/hostname";
inline constexpr const char* kHosts = "/etc/hosts";
inline constexpr const char* kLocalTime = "/etc/localtime";
inline constexpr const char* kTimeZone = "/etc/timezone";
// Before cloud-init's own (10-cloud-init-…), of which the first that matches a card would win.
inline constexpr const char* kNetworkFile = "/etc/systemd/network/05-slipway.network";
inline constexpr const char* kCloudSettings = "/etc/cloud/cloud.cfg.d/95_slipway_first_boot.cfg";
inline constexpr const char* kManagement = "/etc/nftables.d/10-management.nft";
inline constexpr const char* kOperator = "admin";
inline constexpr const char* kOperatorKeys =
    "/home"
    "/admin/.ssh/authorized_keys";
inline constexpr const char* kChain = "/etc/slipway/tls/fullchain.pem";
inline constexpr const char* kChainKey = "/etc/slipway/tls/privkey.pem";
inline constexpr const char* kSelfMade = "/etc/slipway/tls/.self-signed";
inline constexpr const char* kSettings = "/etc/slipway/slipway.toml";
inline constexpr const char* kSecrets = "/etc/slipway/secrets";
inline constexpr const char* kBackupKey = "/etc/slipway/secrets/backup.key";
inline constexpr const char* kCredentials = "/etc/slipway/secrets/repositories";
inline constexpr const char* kAgentDropIn = "/etc/systemd/system/slipway-backupd.service.d/70-repositories.conf";
inline constexpr const char* kAccount = "production";

}  // namespace slipway::firstboot
