#include "appliance/firstboot/work_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>

#include "appliance/base/file.hpp"

namespace slipway::firstboot {
namespace {

namespace fs = std::filesystem;

fs::path socket_beside(const fs::path& file) {
  fs::path socket = file;
  return socket += ".asked";
}

/// Nothing when the path is longer than a socket's may be.
std::optional<sockaddr_un> address_of(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& text = path.native();
  if (text.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

/// Nobody ever accepts: that the kernel takes a connection, or has no room for more, says that the process lives.
int listen_at(const fs::path& path) {
  const auto address = address_of(path);
  if (!address) return -1;
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  ::unlink(path.c_str());
  const bool listens = ::bind(socket, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0 &&
                       ::chmod(path.c_str(), 0666) == 0 && ::listen(socket, 1) == 0;
  if (listens) return socket;
  ::close(socket);
  return -1;
}

bool somebody_listens_at(const fs::path& path) {
  const auto address = address_of(path);
  if (!address) return false;
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return false;
  const bool taken = ::connect(socket, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0;
  const bool full = !taken && errno == EAGAIN;
  ::close(socket);
  return taken || full;
}

}  // namespace

Result<WorkLock> WorkLock::take(const fs::path& path) {
  std::error_code failure;
  fs::create_directories(path.parent_path(), failure);
  if (failure) return file_error(path.parent_path(), "cannot be made", failure.value());
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return file_error(path, "cannot be opened", errno);
  WorkLock lock(file);
  // An earlier version made it for everybody to read, and who reads it can hold it.
  if (::fchmod(file, 0600) != 0) return file_error(path, "mode cannot be set", errno);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  bool held = ::flock(file, LOCK_EX | LOCK_NB) == 0;
  for (; !held && std::chrono::steady_clock::now() < deadline; held = ::flock(file, LOCK_EX | LOCK_NB) == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  if (!held)
    return Error{Code::in_use, "first boot: is being carried out already",
                 "'slipway first-boot status' shows how far it is"};
  lock.socket_ = listen_at(socket_beside(path));
  return lock;
}

WorkLock::~WorkLock() {
  if (socket_ >= 0) ::close(socket_);
  if (file_ >= 0) ::close(file_);
}

bool is_held(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno == EACCES && somebody_listens_at(socket_beside(path));
  const bool held = ::flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(file);
  return held;
}

}  // namespace slipway::firstboot
