#include "appliance/base/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "appliance/base/descriptor.hpp"
#include "appliance/base/file.hpp"

namespace slipway {
namespace {

constexpr std::size_t kLongest = 64U << 10U;

Status check_owner_and_mode(const std::filesystem::path& file, const struct stat& facts) {
  if (!S_ISREG(facts.st_mode)) return Error{Code::invalid_argument, file.string() + ": is not a regular file"};
  if (facts.st_uid != ::geteuid() && facts.st_uid != 0)
    return Error{Code::permission, file.string() + ": secret file belongs to another user",
                 "make the user of this program its owner: chown"};
  if ((facts.st_mode & 077U) != 0)
    return Error{Code::permission, file.string() + ": secret file is open to group or others",
                 "chmod 600 " + file.string() + ", and replace the secret if others could have read it"};
  return {};
}

}  // namespace

Result<Secret> read_secret_file(const std::filesystem::path& file) {
  // O_NONBLOCK: a FIFO in the file's place must not hold the program up.
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (descriptor.number() < 0 && errno == ELOOP)
    return Error{Code::permission, file.string() + ": secret file is a symbolic link", "name the file itself"};
  if (descriptor.number() < 0) return file_error(file, "secret cannot be read", errno);
  struct stat facts {};
  if (::fstat(descriptor.number(), &facts) != 0) return file_error(file, "secret cannot be read", errno);
  SLIPWAY_CHECK(check_owner_and_mode(file, facts));

  std::string text(kLongest + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(descriptor.number(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error(file, "secret cannot be read", errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > kLongest) return Error{Code::invalid_argument, file.string() + ": secret is longer than 64 KiB"};
  while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r')) --size;
  if (size == 0) return Error{Code::invalid_argument, file.string() + ": secret file is empty"};
  Secret secret(text.substr(0, size));
  explicit_bzero(text.data(), text.size());
  return secret;
}

}  // namespace slipway
