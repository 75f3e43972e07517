#include "services/backup/rclone_failure_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace slipway::backup {
namespace {

constexpr std::size_t kLongestReason = 300;

struct Meaning {
  std::string_view words;  ///< in the log, lower case
  Code code;
  std::string_view hint;
};

constexpr std::string_view kHostKeyHint =
    "write all host keys into known_hosts beside the key file (ssh-keyscan -p PORT HOST), and compare them with the "
    "host's "
    "administrator first";
constexpr std::string_view kKeyHint = "add the public key to the user's authorized_keys on that host";
constexpr std::string_view kAccessHint = "check both lines of the credentials file: access key, secret key";
constexpr std::string_view kNetworkHint = "check that the host runs and that this machine reaches it";
constexpr std::string_view kSpaceHint = "free some space there, or keep fewer backups";

/// The first that fits counts: what is precise stands before what is vague.
constexpr std::array kMeanings{
    Meaning{
        "knownhosts: key mismatch", Code::unauthenticated,
        "its host key is not the one in known_hosts: ask the host's administrator before writing the new one there"},
    Meaning{"knownhosts: ", Code::unauthenticated, kHostKeyHint},
    Meaning{"passphrase", Code::unauthenticated,
            "use a private key without a passphrase, open to the program's user alone"},
    Meaning{"unable to authenticate", Code::unauthenticated, kKeyHint},
    Meaning{"failed to parse private key", Code::unauthenticated,
            "the credentials file must be a private key of OpenSSH"},
    Meaning{"530 ", Code::unauthenticated, "check the user in the URL, and the password in the credentials file"},
    Meaning{"invalidaccesskeyid", Code::unauthenticated, kAccessHint},
    Meaning{"signaturedoesnotmatch", Code::unauthenticated, kAccessHint},
    Meaning{"nosuchbucket", Code::not_found, "make the bucket, or correct its name in the URL"},
    Meaning{"no space left", Code::no_space, kSpaceHint},
    Meaning{"quota", Code::no_space, kSpaceHint},
    Meaning{"storagefull", Code::no_space, kSpaceHint},
    Meaning{"insufficientstorage", Code::no_space, kSpaceHint},
    Meaning{"accessdenied", Code::permission, "give that access key read, write, list and delete on the bucket"},
    Meaning{"permission denied", Code::permission, "give that user the directory: owner, and mode 700"},
    Meaning{"permission_denied", Code::permission, "give that user the directory: owner, and mode 700"},
    Meaning{"status code: 403", Code::permission, kAccessHint},
    Meaning{"is a directory or doesn't exist", Code::not_found, ""},
    Meaning{"directory not found", Code::not_found, ""},
    Meaning{"object not found", Code::not_found, ""},
    Meaning{"certificate", Code::unavailable,
            "its certificate must be one that this machine trusts; ftps: put its authority as ca.pem beside the "
            "credentials file"},
    Meaning{"no such host", Code::unavailable, "check the host's name in the URL"},
    Meaning{"i/o timeout", Code::unavailable, kNetworkHint},
    Meaning{"connection refused", Code::unavailable, kNetworkHint},
    Meaning{"unreachable", Code::unavailable, kNetworkHint},
    Meaning{"ssh_fx_failure", Code::unavailable,
            "the server says no more than that: look at its free space and its log"},
};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char letter) { return static_cast<char>(std::tolower(static_cast<unsigned char>(letter))); });
  return lower;
}

/// Behind the last `mark`, or all of it.
std::string_view behind_last(std::string_view text, std::string_view mark) {
  const std::size_t found = text.rfind(mark);
  return found == std::string_view::npos ? text : text.substr(found + mark.size());
}

/// Up to the end of its line; the cause that Amazon's library puts on the next one belongs to it.
std::string_view one_reason(std::string_view text) {
  constexpr std::string_view kCause = "caused by: ";
  std::size_t end = text.find('\n');
  if (end != std::string_view::npos && text.substr(end + 1).starts_with(kCause)) end = text.find('\n', end + 1);
  return text.substr(0, end);
}

/// What says most: the last "Failed to …", else the last line.
std::string_view telling_line(std::string_view log) {
  while (!log.empty() && log.back() == '\n') log.remove_suffix(1);
  const std::size_t failed = log.rfind(" Failed to ");
  if (failed == std::string_view::npos) {
    constexpr std::size_t kDateAndTime = 20;
    const std::string_view last = log.substr(log.rfind('\n') + 1);
    return last.size() > kDateAndTime && last[4] == '/' ? last.substr(kDateAndTime) : last;
  }
  const std::string_view reason = one_reason(log.substr(failed + 1));
  const std::string_view cause = behind_last(reason, "last error was: ");
  if (cause.size() < reason.size()) return cause;
  const std::size_t colon = reason.find(": ");
  return colon == std::string_view::npos ? reason : reason.substr(colon + 2);
}

std::string without_queries(std::string_view line) {
  std::string kept;
  bool query = false;
  for (const char letter : line) {
    if (letter == '?') query = true;
    if (letter == ' ' || letter == '\n' || letter == '"' || letter == '\'') query = false;
    if (!query) kept += static_cast<unsigned char>(letter) >= 0x20U ? letter : ' ';
  }
  return kept.substr(0, kLongestReason);
}

}  // namespace

Error rclone_failure(const std::string& object, std::string_view what, int exit_status, std::string_view log) {
  std::string message = object;
  message.append(": ").append(what);
  const std::string reason = without_queries(telling_line(log));
  message.append(": ").append(reason.empty() ? "rclone ended with " + std::to_string(exit_status) : reason);
  const std::string words = lower_case(log);
  for (const Meaning& meaning : kMeanings)
    if (words.find(meaning.words) != std::string::npos) return Error{meaning.code, message, std::string(meaning.hint)};
  if (exit_status == 3 || exit_status == 4) return Error{Code::not_found, message};
  return Error{Code::unavailable, message, "try again later, or look at the log of that storage"};
}

}  // namespace slipway::backup
