// What makes this machine another than its siblings from the same image.
#include <algorithm>
#include <cctype>
#include <set>

#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {
namespace {

Outcome machine_id(const Facts& facts) {
  return about(facts.identity.machine_id, [](const std::string& id) -> Outcome {
    const char* const way_out = "rm /etc/machine-id && systemd-machine-id-setup, then restart the machine";
    if (id.empty() || id == "uninitialized") return failure("there is none", way_out);
    const bool hex =
        id.size() == 32 && std::ranges::all_of(id, [](unsigned char one) { return std::isxdigit(one) != 0; });
    if (!hex) return failure("it is not 32 hexadecimal digits", way_out);
    // Random ones have some ten different digits; a made-up one has few.
    if (std::set<char>(id.begin(), id.end()).size() < 6) return failure("it is not random", way_out);
    return ok("there, and random");
  });
}

Outcome host_name(const Facts& facts) {
  return about(facts.identity.host_name, [](const std::string& name) -> Outcome {
    if (name.empty() || name == "localhost" || name == "(none)")
      return warning("it has none of its own", "hostnamectl set-hostname NAME");
    if (name == "slipway") return note("it is the image's: slipway", "hostnamectl set-hostname NAME");
    return ok(name);
  });
}

Outcome resolves(const Facts& facts) {
  return about(facts.identity.host_name_resolves, [](bool resolves) {
    if (resolves) return ok("it has an address");
    return warning("it has no address: some programs wait for one", "add it to /etc/hosts: 127.0.1.1 NAME");
  });
}

Outcome host_keys(const Facts& facts) {
  return about(facts.identity.host_keys, [](const Names& kinds) -> Outcome {
    if (kinds.empty())
      return failure("there is none: nobody can sign in by SSH", "ssh-keygen -A && systemctl restart ssh");
    if (std::ranges::find(kinds, "ed25519") == kinds.end())
      return warning("only " + join(kinds), "ssh-keygen -A && systemctl restart ssh");
    return ok(join(kinds));
  });
}

Outcome cloud_init(const Facts& facts) {
  return about(facts.identity.cloud_init, [](const std::string& status) -> Outcome {
    if (status == "done" || status == "disabled") return ok(status);
    if (status == "running" || status == "not run" || status == "not started")
      return note(status, "wait: cloud-init status --wait");
    return warning(status, "cloud-init status --long says what went wrong");
  });
}

Outcome server_id(const Facts& facts) {
  return about(facts.identity.database_server_id, [&](std::uint64_t id) -> Outcome {
    const std::string text = "server_id = " + std::to_string(id);
    if (id == facts.identity.backup_server_id)
      return failure(text + ", the one as which the backup agent reads the log", "set another backup.server_id");
    if (facts.place.embedded) return ok(text);
    if (id <= 1)
      return note(text + ", as on many machines: two of them cannot replicate",
                  "systemctl restart slipway-mariadb-tune mariadb, or set server_id in /etc/mysql/mariadb.conf.d");
    return ok(text);
  });
}

}  // namespace

Checks identity_checks() {
  constexpr Area area = Area::identity;
  return {{"identity.machine_id", area, "The machine has a number of its own", machine_id},
          {"identity.host_name", area, "The machine has a name of its own", host_name},
          {"identity.host_name.resolves", area, "The machine's name has an address", resolves},
          {"identity.host_keys", area, "The machine has keys for SSH", host_keys},
          {"identity.cloud_init", area, "The first boot is complete", cloud_init},
          {"identity.server_id", area, "The database has a number of its own", server_id}};
}

}  // namespace slipway::doctor
