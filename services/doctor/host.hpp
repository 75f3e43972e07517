// Asking the machine: programs, files, sockets, each with its limits.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "services/doctor/facts.hpp"

namespace slipway::doctor {

struct Ask {
  std::vector<std::string> argv;
  std::chrono::seconds limit{10};
  bool any_status = false;  ///< what it prints counts whatever its exit status is
  std::string input = {};
  bool errors_too = false;  ///< what it prints on standard error counts, behind the rest
};
/// What a program prints, in English; at most 16 MiB.
[[nodiscard]] Fact<std::string> output_of(const Ask& ask);

/// A small file, or one of /proc and /sys; at most 4 MiB.
[[nodiscard]] Fact<std::string> text_of(const std::filesystem::path& file);

/// GET over a UNIX socket or loopback.
struct Page {
  std::string url;
  std::filesystem::path unix_socket = {};
  std::filesystem::path ca_file = {};
};
struct Fetched {
  int status = 0;
  std::string body;
};
[[nodiscard]] Fact<Fetched> fetch_page(const Page& page);
/// The status, with the failing checks of a page that is /ready.
[[nodiscard]] Fact<Answer> answer_of(const Page& page);

[[nodiscard]] bool is_there(const std::filesystem::path& path);
[[nodiscard]] bool runs_systemd();
[[nodiscard]] bool in_container();
[[nodiscard]] bool is_root();
[[nodiscard]] std::string host_name();

// Why something is not looked at.
[[nodiscard]] Absent of_the_machine();  ///< an embedded installation is a guest on its machine
[[nodiscard]] Absent no_systemd();
[[nodiscard]] Absent of_the_host();  ///< a container has none of its own
[[nodiscard]] Unknown because(const Error& error);

/// What `parse` makes of a fact that is known.
template <typename T, typename From, typename Parse>
[[nodiscard]] Fact<T> then(const Fact<From>& fact, Parse&& parse) {
  if (!fact.known()) return fact.template as<T>();
  return parse(*fact);
}

}  // namespace slipway::doctor
