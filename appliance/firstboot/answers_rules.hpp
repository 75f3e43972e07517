// Whether answers can be carried out, all faults at once. Pure: what the rules must know of the machine comes in as
// functions.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "appliance/firstboot/answers.hpp"
#include "appliance/firstboot/certificate_rules.hpp"
#include "appliance/firstboot/fault.hpp"

namespace slipway::firstboot {

enum class Storage { directory, sftp, other };

struct Surroundings {
  std::function<bool(const std::string&)> zone_exists;
  /// The kind of a repository's address; nothing when it is none.
  std::function<std::optional<Storage>(const std::string&)> storage_kind;
  std::function<bool(const Secret&)> is_recovery_key;
  std::function<SeenCertificate(const Answers::Certificate&)> look_at;
  Timestamp now;
};

/// In the order of the file's keys. Empty: they can be carried out.
[[nodiscard]] std::vector<Fault> check(const Answers& answers, const Surroundings& surroundings);

/// "mysql://USER@HOST[:PORT]/DATABASE", without a password.
[[nodiscard]] bool is_server_address(std::string_view text);

}  // namespace slipway::firstboot
