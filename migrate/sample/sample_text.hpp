// The words of the bundled sample.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace slipway::migrate {

enum class SampleFile { none, log, table, picture };

/// One kind of request: what is said from opening to solution. {device}, {site}, {app}, {person} and {n} are filled in.
struct SampleStory {
  bool french;
  std::string_view team;
  std::string_view subject;
  std::string_view opening;
  std::string_view question;
  std::string_view answer;
  std::string_view note;
  std::string_view solution;
  std::string_view kind;  ///< of solution
  SampleFile file;
};

[[nodiscard]] std::span<const SampleStory> sample_stories();

struct SamplePerson {
  std::string_view name;
  std::string_view login;
  bool french;
};
[[nodiscard]] std::span<const SamplePerson> sample_agents();
[[nodiscard]] std::span<const SamplePerson> sample_requesters();
[[nodiscard]] std::span<const std::string_view> sample_devices();
[[nodiscard]] std::span<const std::string_view> sample_sites();
[[nodiscard]] std::span<const std::string_view> sample_apps();

}  // namespace slipway::migrate
