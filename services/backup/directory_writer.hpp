// An object on its way into a directory.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "services/backup/storage.hpp"

namespace slipway::backup {

struct DirectoryObject {
  std::filesystem::path root;
  std::string name;    ///< of the object
  std::string object;  ///< the same with the repository, for messages

  [[nodiscard]] std::filesystem::path path() const { return root / name; }
};

/// A hidden file beside the object's name until commit(). Errors: permission, no_space, unavailable, conflict.
[[nodiscard]] Result<std::unique_ptr<ObjectWriter>> write_hidden(const DirectoryObject& target);

/// A file NAME.open until commit(); it takes the place of an older one in one step, and stays without commit().
[[nodiscard]] Result<std::unique_ptr<ObjectWriter>> write_open(const DirectoryObject& target);

/// Errors: as the writers'.
[[nodiscard]] Status replace_object(const DirectoryObject& target, std::string_view bytes);

}  // namespace slipway::backup
