// What sshd has in force.
#include <algorithm>
#include <array>

#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {
namespace {

constexpr const char* kWhere = " in /etc/ssh/sshd_config.d, then: sshd -t && systemctl reload ssh";

Outcome about_setting(const Facts& facts, const std::string& key,
                      const std::function<Outcome(const std::string&)>& look) {
  return about(facts.ssh, [&](const Settings& settings) -> Outcome {
    const auto found = settings.find(key);
    if (found == settings.end()) return {Verdict::unknown, "sshd does not tell of " + key, "sshd -T"};
    return look(found->second);
  });
}

/// One of the values that are good enough; else `otherwise`.
struct Wanted {
  const char* id;
  const char* title;
  const char* key;  ///< as sshd -T writes it
  std::vector<std::string> values;
  Verdict otherwise;
};

const std::vector<Wanted>& wanted_values() {
  static const std::vector<Wanted> table{
      {"root_login",
       "root does not sign in with a password",
       "permitrootlogin",
       {"no", "prohibit-password", "without-password", "forced-commands-only"},
       Verdict::failure},
      {"password", "Passwords open nothing", "passwordauthentication", {"no"}, Verdict::failure},
      {"empty_passwords", "Empty passwords open nothing", "permitemptypasswords", {"no"}, Verdict::failure},
      {"keyboard_interactive",
       "Nothing is asked at the keyboard",
       "kbdinteractiveauthentication",
       {"no"},
       Verdict::warning},
      {"public_key", "Keys are taken", "pubkeyauthentication", {"yes"}, Verdict::failure},
      {"host_based", "No machine vouches for its users", "hostbasedauthentication", {"no"}, Verdict::failure},
      {"rhosts", "Files of other times are ignored", "ignorerhosts", {"yes"}, Verdict::failure},
      {"x11", "No windows are passed on", "x11forwarding", {"no"}, Verdict::warning},
      {"user_environment", "Users bring no environment", "permituserenvironment", {"no"}, Verdict::warning},
      {"agent_forwarding", "No agent is passed on", "allowagentforwarding", {"no"}, Verdict::note},
      {"tcp_forwarding", "No ports are passed on", "allowtcpforwarding", {"no", "local"}, Verdict::note},
      {"tunnel", "No tunnel is made", "permittunnel", {"no"}, Verdict::warning},
      {"strict_modes", "Keys that others can change are refused", "strictmodes", {"yes"}, Verdict::failure},
      {"log_level", "Sign-ins are logged", "loglevel", {"INFO", "VERBOSE"}, Verdict::warning},
  };
  return table;
}

Check check_of(const Wanted& wanted) {
  return {std::string("ssh.") + wanted.id, Area::ssh, wanted.title, [&wanted](const Facts& facts) {
            return about_setting(facts, wanted.key, [&](const std::string& value) -> Outcome {
              const std::string text = std::string(wanted.key) + " " + value;
              if (std::ranges::find(wanted.values, value) != wanted.values.end()) return ok(text);
              return {wanted.otherwise, text, "set " + std::string(wanted.key) + " " + wanted.values.front() + kWhere};
            });
          }};
}

Outcome at_most(const Facts& facts, const std::string& key, std::int64_t most, bool zero_is_none) {
  return about_setting(facts, key, [&](const std::string& value) -> Outcome {
    const auto number = number_of(value);
    const std::string text = key + " " + value;
    if (number && *number <= most && (*number != 0 || !zero_is_none)) return ok(text);
    return warning(text + ", at most " + std::to_string(most) + " is good",
                   "set " + key + " " + std::to_string(most) + kWhere);
  });
}

/// None of the algorithms in a list may hold one of these words.
Outcome without(const Facts& facts, const std::string& key, const std::vector<std::string>& weak) {
  return about_setting(facts, key, [&](const std::string& value) -> Outcome {
    Names found;
    for (std::string_view rest = value; !rest.empty();) {
      const auto comma = std::min(rest.find(','), rest.size());
      const std::string name(rest.substr(0, comma));
      if (std::ranges::any_of(weak, [&](const auto& word) { return name.find(word) != std::string::npos; }))
        found.push_back(name);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    if (found.empty()) return ok("none");
    return warning(key + " also offers " + join(found), "name the good ones alone: " + key + kWhere);
  });
}

Outcome valid(const Facts& facts) {
  if (facts.ssh.unknown()) return no_answer(facts, *facts.ssh.unknown(), "correct what 'sshd -t' names");
  return about(facts.ssh, [](const Settings&) { return ok("sshd reads its configuration"); });
}

Outcome idle(const Facts& facts) {
  return about_setting(facts, "clientaliveinterval", [](const std::string& value) -> Outcome {
    if (number_of(value).value_or(0) > 0) return ok("asked after " + value + " s");
    return note("sessions of clients that are gone stay open", std::string("set clientaliveinterval 300") + kWhere);
  });
}

}  // namespace

Checks ssh_checks() {
  constexpr Area area = Area::ssh;
  Checks checks{{"ssh.valid", area, "SSH's configuration can be read", valid}};
  for (const Wanted& wanted : wanted_values()) checks.push_back(check_of(wanted));
  checks.push_back({"ssh.tries", area, "Few tries are left to a guesser",
                    [](const Facts& facts) { return at_most(facts, "maxauthtries", 6, true); }});
  checks.push_back({"ssh.grace", area, "Nobody keeps a sign-in open",
                    [](const Facts& facts) { return at_most(facts, "logingracetime", 120, true); }});
  checks.push_back({"ssh.sessions", area, "A connection has few sessions",
                    [](const Facts& facts) { return at_most(facts, "maxsessions", 10, false); }});
  checks.push_back({"ssh.idle", area, "Sessions of clients that are gone end", idle});
  checks.push_back({"ssh.ciphers", area, "No weak cipher is offered", [](const Facts& facts) {
                      return without(facts, "ciphers", {"cbc", "3des", "arcfour", "blowfish"});
                    }});
  checks.push_back({"ssh.macs", area, "No weak message code is offered", [](const Facts& facts) {
                      return without(facts, "macs", {"md5", "sha1", "umac-64", "ripemd"});
                    }});
  checks.push_back({"ssh.key_exchange", area, "No weak key exchange is offered", [](const Facts& facts) {
                      return without(facts, "kexalgorithms", {"sha1", "group1-"});
                    }});
  checks.push_back({"ssh.host_key_algorithms", area, "No weak host key is offered", [](const Facts& facts) {
                      return without(facts, "hostkeyalgorithms", {"ssh-dss", "ssh-rsa"});
                    }});
  return checks;
}

}  // namespace slipway::doctor
