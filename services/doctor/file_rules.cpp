// Secrets and configuration: whose they are, and who can read them.
#include <array>
#include <cstdio>

#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {
namespace {

std::string octal(unsigned mode) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04o", mode);
  return text.data();
}

Outcome about_file(const Facts& facts, const std::string& role, const std::function<Outcome(const FileState&)>& look) {
  const auto found = facts.files.by_role.find(role);
  if (found == facts.files.by_role.end()) return {Verdict::unknown, role + ": was not looked at", "report it"};
  return about(found->second, look);
}

std::string described(const FileState& file) {
  return file.path + ": " + octal(file.mode) + " " + file.owner + ":" + file.group;
}

/// Nobody but its owner may read it.
Outcome secret(const Facts& facts, const std::string& role) {
  return about_file(facts, role, [&](const FileState& file) -> Outcome {
    const std::string text = described(file);
    if (!file.regular) return failure(file.path + ": is no regular file", "put the secret itself there, not a link");
    if (file.bytes == 0)
      return failure(file.path + ": is empty", "restore it from a backup, or make a new one: slipway setup");
    if ((file.mode & 0077U) != 0)
      return failure(text + ", others could have read it", "chmod 0600 " + file.path + "; think of it as known");
    if (facts.files.owner.known() && file.owner != *facts.files.owner)
      return failure(text + ", its owner should be " + *facts.files.owner,
                     "chown " + *facts.files.owner + " " + file.path);
    return ok(text);
  });
}

/// Only its owner may change it.
Outcome kept(const Facts& facts, const std::string& role) {
  return about_file(facts, role, [&](const FileState& file) -> Outcome {
    const std::string text = described(file);
    if ((file.mode & 0022U) != 0) return failure(text + ", others can change it", "chmod go-w " + file.path);
    if (facts.files.owner.known() && file.owner != *facts.files.owner)
      return failure(text + ", its owner should be " + *facts.files.owner,
                     "chown " + *facts.files.owner + " " + file.path);
    return ok(text);
  });
}

/// Only its owner may enter it.
Outcome closed_folder(const Facts& facts, const std::string& role) {
  return about_file(facts, role, [&](const FileState& file) -> Outcome {
    const std::string text = described(file);
    if (!file.directory)
      return failure(file.path + ": is no folder", "move what is there away; slipway setup makes it");
    if ((file.mode & 0077U) != 0) return failure(text + ", others can enter it", "chmod 0700 " + file.path);
    return ok(text);
  });
}

Outcome database_folder(const Facts& facts) {
  return about_file(facts, "database", [&](const FileState& file) -> Outcome {
    const std::string text = described(file);
    const std::string owner = facts.place.embedded && facts.files.owner.known() ? *facts.files.owner : "mysql";
    if ((file.mode & 0022U) != 0) return failure(text + ", others can change it", "chmod go-w " + file.path);
    if (file.owner != owner)
      return failure(text + ", its owner should be " + owner, "chown -R " + owner + " " + file.path);
    return ok(text);
  });
}

Outcome configuration_valid(const Facts& facts) {
  return about(facts.files.configuration_fault, [](const std::string& fault) {
    if (fault.empty()) return ok("every setting is understood");
    return failure(fault,
                   "correct the file; slipway config check reads it again, slipway config describe lists all keys");
  });
}

Outcome equal_secrets(const Facts& facts) {
  return none_of(facts.files.equal_secrets, "each is its own", Verdict::failure, "the same bytes in",
                 "remove one of them and run 'slipway setup', which makes a new one");
}

Outcome open_to_others(const Facts& facts) {
  return none_of(facts.files.open_to_others, "none", Verdict::failure, "everybody can change", "chmod o-w FILE");
}

Outcome left_by_upgrades(const Facts& facts) {
  return none_of(facts.files.left_by_upgrades, "none", Verdict::note,
                 "a newer or older form lies beside the one in force",
                 "compare the two with diff, take over what is wanted, remove the one that is not in force");
}

Outcome unfinished(const Facts& facts) {
  return none_of(facts.files.unfinished, "none", Verdict::note, "left by work that was cut short",
                 "look that nothing writes them (fuser FILE), then remove them");
}

Outcome root_login_keys(const Facts& facts) {
  return about(facts.files.root_login_keys, [](std::uint64_t keys) {
    if (keys == 0) return ok("none");
    return note(std::to_string(keys) + " keys may sign in as root over SSH",
                "see that each is wanted: ~root/.ssh/authorized_keys");
  });
}

Check secret_check(const std::string& role, const std::string& title) {
  return {"files.secret." + role, Area::files, title, [role](const Facts& facts) { return secret(facts, role); }};
}

}  // namespace

Checks file_checks() {
  constexpr Area area = Area::files;
  const auto kept_file = [](const char* role) { return [role](const Facts& facts) { return kept(facts, role); }; };
  const auto folder = [](const char* role) {
    return [role](const Facts& facts) { return closed_folder(facts, role); };
  };
  return {{"files.configuration.valid", area, "The configuration can be read", configuration_valid},
          {"files.configuration.kept", area, "Only its owner changes the configuration", kept_file("configuration")},
          {"files.secrets_folder", area, "The folder of secrets is closed", folder("secrets")},
          secret_check("account_key", "The key of the accounts' passwords is secret"),
          secret_check("session_key", "The key of sessions is secret"),
          secret_check("backup_key", "The key of backups is secret"),
          secret_check("db_web", "The web server's database password is secret"),
          secret_check("db_job", "The database password of background work is secret"),
          secret_check("db_backup", "The backup agent's database password is secret"),
          secret_check("tls_key", "The key of the certificate is secret"),
          {"files.certificate.kept", area, "Only its owner changes the certificate", kept_file("tls_certificate")},
          {"files.secrets_differ", area, "No two secrets are the same", equal_secrets},
          {"files.database_folder", area, "Only the server changes the database's files", database_folder},
          {"files.backup_folder", area, "The folder where backups are made is closed", folder("backup_work")},
          {"files.open_to_others", area, "Nothing of the configuration is open to everybody", open_to_others},
          {"files.left_by_upgrades", area, "No upgrade left configuration behind", left_by_upgrades},
          {"files.unfinished", area, "No work that was cut short left files", unfinished},
          {"files.root_login_keys", area, "No key signs in as root", root_login_keys}};
}

}  // namespace slipway::doctor
