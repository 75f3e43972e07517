// Reading a profile's TOML files, strictly: an unknown key is a fault, with the nearest known one.
#pragma once

#include <toml++/toml.h>

#include <optional>

#include "migrate/products/profile.hpp"

namespace slipway::migrate {

/// One file being read. Collects faults and never stops at one.
class TomlReader {
 public:
  TomlReader(std::string file, ProfileFaults& faults) : file_(std::move(file)), faults_(faults) {}

  /// Nothing, and a fault, when it is no TOML.
  [[nodiscard]] std::optional<toml::table> parse(std::string_view bytes);

  /// A fault for every key of `table` that is not in `known`; `where` says which table: "[[aside]]".
  void know(const toml::table& table, const std::string& where, const std::vector<std::string>& known);

  [[nodiscard]] std::string text(const toml::table& table, std::string_view key, bool required = false);
  [[nodiscard]] std::vector<std::string> texts(const toml::table& table, std::string_view key);
  [[nodiscard]] std::optional<bool> flag(const toml::table& table, std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> integer(const toml::table& table, std::string_view key);

  /// The tables of [[key]].
  [[nodiscard]] std::vector<const toml::table*> tables(const toml::table& table, std::string_view key);

  void fault(const toml::node& node, const std::string& text);

 private:
  std::string file_;
  ProfileFaults& faults_;
};

[[nodiscard]] std::size_t line_of(const toml::node& node);

/// Reads profile.toml. What cannot be read is left empty.
[[nodiscard]] Profile read_manifest(std::string_view bytes, ProfileFaults& faults);

}  // namespace slipway::migrate
