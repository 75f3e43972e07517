// What a machine made from the image is told at its first boot: who it is, who may reach it, what it begins with.
// Cloud-init, the console menu and the web wizard all write this one file, and `slipway first-boot apply` carries it
// out (F7, docs/first-boot.md). Values; thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"
#include "appliance/base/secret.hpp"

namespace slipway::firstboot {

/// Where the file is on an appliance (0600, root): on the data volume.
inline constexpr std::string_view kAnswersFile = "/etc/slipway/first-boot.toml";

using Texts = std::vector<std::string>;

/// The answers, as they are when nothing was said.
struct Answers {
  std::string hostname = {};  ///< full name; empty: the machine keeps the one that it has
  std::string timezone = "Etc/UTC";
  struct Network {       ///< all empty: DHCP
    Texts address = {};  ///< "192.0.2.10/24", "2001:db8::10/64"
    Texts gateway = {};  ///< at most one for each family
    Texts dns = {};      ///< with an address or with DHCP
  } network = {};
  struct Management {
    Texts networks = {};     ///< from where SSH is reachable; empty: from nowhere
    Texts public_keys = {};  ///< lines of .pub files
  } management = {};
  struct Administrator {
    std::string email = {};
    Secret password = {};  ///< empty: one is made
  } administrator = {};
  struct Certificate {
    std::string kind = "self-made";  ///< or "own"
    std::string chain = {};          ///< PEM, the machine's own certificate first
    Secret key = {};                 ///< PEM
    std::string contract_end = {};   ///< "2027-12-31": an own certificate must last as long (A3); empty: 30 days
  } certificate = {};
  struct Site {
    std::string role = "single";  ///< or "primary", "secondary"
  } site = {};
  struct Backup {
    std::string even = {};  ///< storage addresses, as backup.even in slipway.toml
    std::string odd = {};
    Secret even_credentials = {};  ///< what the credentials file of that repository holds
    Secret odd_credentials = {};
    std::string known_hosts = {};  ///< host keys of sftp repositories
    Secret key = {};               ///< recovery text of the key of existing repositories; empty: a new key
  } backup = {};
  struct Start {
    std::string from = "new";     ///< or "repository", "server"
    std::string repository = {};  ///< empty: those of `backup`
    Secret repository_credentials = {};
    std::string server = {};  ///< "mysql://USER@HOST:PORT/DATABASE"
    Secret server_password = {};
  } start = {};
};

/// Reads the file's text. Error: invalid_argument with one line for each fault, "NAME:LINE: …": what is not TOML, a key
/// that there is not (with the nearest that there is), a value of the wrong kind. What the values mean is not looked
/// at: check_answers() does.
[[nodiscard]] Result<Answers> parse_answers(std::string_view text, const std::string& name);

/// The text of a file that others cannot read. Errors: those of read_secret_file(), in whose
/// words it is "answers"; not_found says how they come.
[[nodiscard]] Result<Secret> read_answers_text(const std::filesystem::path& file);

/// Both. Errors: those of the two.
[[nodiscard]] Result<Answers> read_answers(const std::filesystem::path& file);

/// The file's text, with a comment for each key: parse_answers() of it gives the same answers again, as long as they
/// are UTF-8.
[[nodiscard]] Secret render_answers(const Answers& answers);

/// The same answers without passwords, private keys and credentials: what stays on the disk once they are carried out.
[[nodiscard]] Answers without_secrets(Answers answers);

}  // namespace slipway::firstboot
