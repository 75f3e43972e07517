#include "appliance/http/listen.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace slipway::http {
namespace {

constexpr int kBacklog = 1024;

Error bind_error(const std::string& name, const Poco::Exception& problem) {
  switch (problem.code()) {
    case EADDRINUSE:
      return {Code::in_use, "address " + name + ": is in use by another program",
              "stop that program or choose another port"};
    case EACCES:
    case EPERM:
      return {Code::permission, "address " + name + ": may not be used by this user",
              "choose a port above 1023 or another directory"};
    case EADDRNOTAVAIL:
      return {Code::invalid_argument, "address " + name + ": is none of this machine",
              "choose an address of this machine"};
    default:
      return {Code::unavailable, "address " + name + ": " + problem.displayText()};
  }
}

void keep_to_ourselves(const Poco::Net::ServerSocket& socket) {
  const int descriptor = socket.impl()->sockfd();
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

Result<Poco::Net::ServerSocket> listen_tcp(const ServerOptions& options) {
  const std::string name = options.address + ":" + std::to_string(options.port);
  Poco::Net::SocketAddress address;
  try {
    address = Poco::Net::SocketAddress(options.address, options.port);
  } catch (const Poco::Exception& problem) {
    return Error{Code::invalid_argument, "address " + name + ": " + problem.displayText(),
                 "give an IP address or a host name"};
  }
  try {
    Poco::Net::ServerSocket socket;
    socket.bind(address, true, false);  // SO_REUSEADDR; SO_REUSEPORT would let two servers share the port
    socket.listen(kBacklog);
    keep_to_ourselves(socket);
    return socket;
  } catch (const Poco::Exception& problem) {
    return bind_error(name, problem);
  }
}

/// Removes a socket file left by a server that is gone.
Status make_way(const std::filesystem::path& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode))
    return Error{Code::conflict, "socket '" + path.string() + "': a file of that name exists and is no socket",
                 "move the file away"};
  try {
    const Poco::Net::StreamSocket probe(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, path.string()));
    return Error{Code::in_use, "socket '" + path.string() + "': another server is listening on it", "stop that server"};
  } catch (const Poco::Net::ConnectionRefusedException&) {
    ::unlink(path.c_str());
    return {};
  } catch (const Poco::Exception& problem) {
    return bind_error("'" + path.string() + "'", problem);
  }
}

Result<Poco::Net::ServerSocket> listen_unix(const std::filesystem::path& path) {
  SLIPWAY_CHECK(make_way(path));
  try {
    Poco::Net::ServerSocket socket;
    socket.bind(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, path.string()), false, false);
    socket.listen(kBacklog);
    ::chmod(path.c_str(), 0660);
    keep_to_ourselves(socket);
    return socket;
  } catch (const Poco::Exception& problem) {
    return bind_error("'" + path.string() + "'", problem);
  }
}

}  // namespace

Result<Poco::Net::ServerSocket> listen_on(const ServerOptions& options) {
  return options.unix_socket.empty() ? listen_tcp(options) : listen_unix(options.unix_socket);
}

}  // namespace slipway::http
