// An object on its way through rclone.
#pragma once

#include <memory>
#include <string>

#include "services/backup/rclone.hpp"
#include "services/backup/storage.hpp"

namespace slipway::backup {

/// Where the objects of one repository lie on a remote.
struct RclonePlace {
  std::string repository;  ///< for messages
  std::string root;        ///< path on the remote, without "/" at its end
  bool puts_are_atomic;    ///< an object appears whole under its own name
  std::shared_ptr<const Rclone> rclone;

  [[nodiscard]] std::string object(const std::string& name) const { return repository + "/" + name; }
  [[nodiscard]] std::string at(const std::string& name) const { return Rclone::at(root + "/" + name); }
  /// The size of an object. Error: not_found.
  [[nodiscard]] Result<std::uint64_t> size_of(const std::string& name) const;
};

/// The folder of unfinished uploads.
inline constexpr const char* kUnfinishedFolder = ".unfinished";

/// Does nothing on the remote until it has more than 8 MiB.
[[nodiscard]] std::unique_ptr<ObjectWriter> rclone_writer(const RclonePlace& place, const std::string& name);

/// Errors: as the writer's.
[[nodiscard]] Status rclone_replace(const RclonePlace& place, const std::string& name, std::string_view bytes);

}  // namespace slipway::backup
