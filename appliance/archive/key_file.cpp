#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "appliance/archive/key.hpp"
#include "appliance/base/file.hpp"

// A key's file is one line: what it is, the key's id, the key as base64.
namespace slipway::archive {
namespace {

constexpr std::string_view kForm = "slipway-backup-key-1 ";
constexpr std::size_t kBase64 = 44;
constexpr std::size_t kIdDigits = 8;
constexpr std::size_t kLine = kForm.size() + kIdDigits + 1 + kBase64 + 1;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

Secret base64(const Secret& bytes) {
  std::array<unsigned char, kBase64 + 1> text{};
  const std::string& raw = bytes.reveal();
  EVP_EncodeBlock(text.data(), reinterpret_cast<const unsigned char*>(raw.data()), static_cast<int>(raw.size()));
  Secret secret(std::string(reinterpret_cast<const char*>(text.data()), kBase64));
  OPENSSL_cleanse(text.data(), text.size());
  return secret;
}

/// The bytes of 44 letters of base64; empty when they are none.
Secret from_base64(std::string_view text) {
  std::array<unsigned char, kBase64> raw{};
  const int size =
      EVP_DecodeBlock(raw.data(), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size != 33) return {};  // the padding counts as a byte
  Secret secret(std::string(reinterpret_cast<const char*>(raw.data()), 32));
  OPENSSL_cleanse(raw.data(), raw.size());
  return secret;
}

Status check_owner_and_mode(const std::filesystem::path& file, const struct stat& facts) {
  if (!S_ISREG(facts.st_mode))
    return Error{Code::corrupt, file.string() + ": is not a regular file", "name the file of a backup key"};
  if (facts.st_uid != ::geteuid() && facts.st_uid != 0)
    return Error{Code::permission, file.string() + ": backup key belongs to another user",
                 "make the user of this program its owner: chown"};
  if ((facts.st_mode & 077U) != 0)
    return Error{Code::permission, file.string() + ": backup key is open to group or others",
                 "chmod 600 " + file.string() + ", and make new backups with a new key if others could have read it"};
  return {};
}

Result<Secret> read_line(const std::filesystem::path& file) {
  // O_NONBLOCK: a FIFO in the file's place must not hold the program up.
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (descriptor.number() < 0 && errno == ELOOP)
    return Error{Code::permission, file.string() + ": backup key is a symbolic link", "name the file itself"};
  if (descriptor.number() < 0) return file_error(file, "backup key cannot be read", errno);
  struct stat facts {};
  if (::fstat(descriptor.number(), &facts) != 0) return file_error(file, "backup key cannot be read", errno);
  SLIPWAY_CHECK(check_owner_and_mode(file, facts));
  std::string line(kLine + 1, '\0');
  std::size_t size = 0;
  while (size < line.size()) {
    const ssize_t count = ::read(descriptor.number(), line.data() + size, line.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error(file, "backup key cannot be read", errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  Secret secret(line.substr(0, size));
  OPENSSL_cleanse(line.data(), line.size());
  return secret;
}

}  // namespace

Result<Key> Key::read_file(const std::filesystem::path& file) {
  SLIPWAY_TRY(const Secret secret, read_line(file));
  std::string_view line = secret.reveal();
  const Error refused{Code::corrupt, file.string() + ": is not the file of a backup key, or was altered",
                      "make it again from the recovery text"};
  if (line.ends_with('\n')) line.remove_suffix(1);
  const std::string_view whole = line;
  if (line.size() + 1 != kLine || !line.starts_with(kForm)) return refused;
  line.remove_prefix(kForm.size());
  Secret bytes = from_base64(line.substr(kIdDigits + 1));
  if (bytes.empty()) return refused;
  Key key(std::move(bytes));
  // Written again it must be the same line: a digit of the id, or of the key, that was altered is noticed here.
  if (!std::string_view(key.line().reveal()).starts_with(whole)) return refused;
  return key;
}

Secret Key::line() const {
  std::string text;
  text.reserve(kLine);  // not moved while it grows: nothing of it stays behind
  text.append(kForm).append(id()).append(" ").append(base64(bytes_).reveal()).append("\n");
  return Secret(std::move(text));
}

Status Key::write_file(const std::filesystem::path& file) const {
  Status status = create_file(file, line().reveal(), 0600);
  if (status.has_value() || status.error().code != Code::conflict) return status;
  return Error{Code::conflict, file.string() + ": is there already, and a backup key is never replaced",
               "name another file, or move that one to a safe place"};
}

}  // namespace slipway::archive
