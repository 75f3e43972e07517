#include "appliance/sql/option_file.hpp"

#include "appliance/base/file.hpp"

namespace slipway::sql {
namespace {

/// A value in quotes, with what they mean escaped.
std::string option(const std::string& name, const std::string& value) {
  std::string line = name + "=\"";
  for (const char letter : value) {
    if (letter == '"' || letter == '\\') line += '\\';
    line += letter;
  }
  return line + "\"\n";
}

}  // namespace

Status write_option_file(const std::filesystem::path& file, const Endpoint& server, const std::string& section) {
  std::string text = "[" + section + "]\n" + option("user", server.user);
  if (!server.password.empty()) text += option("password", server.password.reveal());
  if (!server.socket.empty())
    text += option("socket", server.socket);
  else
    text += option("host", server.host) + option("port", std::to_string(server.port)) + "protocol=tcp\n";
  return replace_file(file, text);
}

}  // namespace slipway::sql
