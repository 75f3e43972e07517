#include "services/backup/storage.hpp"

namespace slipway::backup {

bool is_object_name(std::string_view name) {
  bool first = true;  // of a part
  for (const char letter : name) {
    if (letter == '/') {
      if (first) return false;
      first = true;
      continue;
    }
    const bool plain =
        (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
    if (!plain && (letter != '.' || first)) return false;
    first = false;
  }
  return !first && name.size() <= 200;
}

Result<std::string> read_all(Storage& storage, const std::string& name, std::size_t most) {
  SLIPWAY_TRY(const auto reader, storage.read(name));
  std::string all;
  for (;;) {
    SLIPWAY_TRY(const std::string part, reader->read(most + 1 - all.size()));
    if (part.empty()) return all;
    all += part;
    if (all.size() > most)
      return Error{Code::too_large, storage.describe() + "/" + name + ": more than " + std::to_string(most) + " bytes"};
  }
}

}  // namespace slipway::backup
